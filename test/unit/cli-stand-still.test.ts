// A run whose virtual time stands still is named, once; one that waits for its turn, goes on or has ended is not.
import { expect, test } from 'vitest';
import { tellingOfStandStill } from '../../src/cli/stand-still.ts';
import { type ExecuteOptions, type Executor, NOT_BEGUN } from '../../src/executor/executor.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

const specs = ['stuck', 'slow', 'waiting', 'done'].map((label) => fakeSpec({ label }));

async function told(act: (options: ExecuteOptions, wait: (seconds: number) => void) => void): Promise<string> {
  let ms = 0;
  let text = '';
  const executor: Executor = {
    threads: 2,
    async execute(_, options = {}) {
      act(options, (seconds) => {
        ms += 1000 * seconds;
      });
      return [];
    },
    async close() {},
  };
  await tellingOfStandStill(executor, { write: (more) => (text += more) }, () => ms).execute(specs);
  return text;
}

test('a run that stands still for half a minute is named with its instant, once', async () => {
  const text = await told((options, wait) => {
    for (let second = 0; second < 100; second++) {
      options.onAdvance?.(Float64Array.of(1.25 * SECOND, (second >> 4) * SECOND, NOT_BEGUN, 3 * SECOND));
      if (second === 5) options.onFinished?.(3, { ok: true, result: fakeRun(fakeSpec()) });
      wait(1);
    }
  });
  expect(text).toBe(
    '\nstuck, replication 0, has stood at 1.25s of virtual time for 30 s: a handler that never ends, or very much to do there; Ctrl-C stops it and keeps finished runs\n',
  );
});

test('a run that never leaves its beginning is named, not one that has only waited as long', async () => {
  const text = await told((options, wait) => {
    options.onAdvance?.(new Float64Array(4).fill(NOT_BEGUN));
    wait(40);
    options.onAdvance?.(Float64Array.of(0, NOT_BEGUN, NOT_BEGUN, NOT_BEGUN));
    wait(29);
    options.onAdvance?.(Float64Array.of(0, NOT_BEGUN, NOT_BEGUN, NOT_BEGUN));
    wait(1);
    options.onAdvance?.(Float64Array.of(0, NOT_BEGUN, NOT_BEGUN, NOT_BEGUN));
  });
  expect(text).toMatch(/^\nstuck, replication 0, has stood at 0s of virtual time for 30 s: /);
});
