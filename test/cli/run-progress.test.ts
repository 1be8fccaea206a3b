// How far the runs are is told in virtual time: in plain lines at most every two seconds where there is no terminal.
import { describe, expect, test } from 'vitest';
import { withProgress } from '../../src/cli/progress.ts';
import type { ExecuteOptions, Executor } from '../../src/executor/executor.ts';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

const specs = [fakeSpec(), fakeSpec({ replication: 1 })];
const finished: RunOutcome = { ok: true, result: fakeRun(fakeSpec()) };

/** An executor that does what the test says, and a clock that the test sets. */
async function watch(
  tell: (options: ExecuteOptions, at: (seconds: number) => void) => void,
  asked = specs,
  given: ExecuteOptions = {},
  stage?: () => string,
): Promise<string> {
  let text = '';
  let ms = 0;
  const executor: Executor = {
    threads: 1,
    async execute(_, options = {}) {
      tell(options, (seconds) => {
        ms = 1000 * seconds;
      });
      return [];
    },
    async close() {},
  };
  const watched = withProgress(
    executor,
    {
      write: (more) => {
        text += more;
      },
    },
    () => ms,
    stage,
  );
  await watched.execute(asked, given);
  return text;
}

describe('the progress', () => {
  test('counts runs and simulated seconds, and estimates the time left from the pace since the first was under way', async () => {
    const text = await watch((options, at) => {
      at(10); // threads start
      options.onAdvance?.(Float64Array.of(1 * SECOND, 0));
      at(13);
      options.onAdvance?.(Float64Array.of(6 * SECOND, 0));
    });
    expect(text).toBe('0 of 2 runs, 1 of 20 s simulated\n0 of 2 runs, 6 of 20 s simulated, about 9 s left\n');
  });

  test('estimates nothing before a run has ended or a fifth is simulated, nor from less than two seconds', async () => {
    const text = await watch((options, at) => {
      options.onAdvance?.(Float64Array.of(0.1 * SECOND, 0));
      at(3);
      options.onAdvance?.(Float64Array.of(3 * SECOND, 0));
      at(6);
      options.onFinished?.(0, finished);
    });
    expect(text).toBe('0 of 2 runs, 3 of 20 s simulated\n1 of 2 runs, 10 of 20 s simulated, about 7 s left\n');
    const soon = await watch((options, at) => {
      at(4);
      options.onAdvance?.(Float64Array.of(0.1 * SECOND, 0));
      at(5.9);
      options.onFinished?.(0, finished);
      at(6);
      options.onAdvance?.(Float64Array.of(10 * SECOND, 1 * SECOND));
    });
    expect(soon).toBe('0 of 2 runs, 0 of 20 s simulated\n1 of 2 runs, 11 of 20 s simulated, about 2 s left\n');
  });

  test('of a round says what came before it and how many there may be', async () => {
    const text = await watch(
      (options, at) => {
        options.onAdvance?.(Float64Array.of(1, 0));
        at(3);
        options.onAdvance?.(Float64Array.of(5 * SECOND, 0));
      },
      specs,
      { openEnd: { runsBefore: 10, runsAtMost: 100 } },
    );
    expect(text).toBe(
      '0 of 2 runs of this round (10 before it, at most 100 in all), 5 of 20 s simulated, about 10 s left of it\n',
    );
  });

  test('names the stage, and the time left is that of the stage', async () => {
    const text = await watch(
      (options, at) => {
        options.onAdvance?.(Float64Array.of(1, 0));
        at(3);
        options.onAdvance?.(Float64Array.of(5 * SECOND, 0));
      },
      specs,
      {},
      () => 'short runs (12 candidates not looked at yet)',
    );
    expect(text).toBe(
      'short runs (12 candidates not looked at yet): 0 of 2 runs, 5 of 20 s simulated, about 10 s left of it\n',
    );
  });

  test('of a finished run is whole, even if it ended early', async () => {
    const text = await watch((options, at) => {
      options.onAdvance?.(Float64Array.of(2 * SECOND, 0));
      at(3);
      options.onFinished?.(0, finished);
    });
    expect(text).toBe('1 of 2 runs, 10 of 20 s simulated, about 4 s left\n');
  });

  test('is written at most every two seconds', async () => {
    const text = await watch((options, at) => {
      for (let seconds = 0; seconds <= 10; seconds += 0.5) {
        at(seconds);
        options.onAdvance?.(Float64Array.of(seconds * SECOND, 0));
      }
    });
    expect(text.trimEnd().split('\n')).toHaveLength(5);
  });

  test('of runs that take no two seconds is not written at all', async () => {
    const text = await watch((options, at) => {
      at(1.5);
      options.onFinished?.(0, finished);
      options.onFinished?.(1, finished);
    });
    expect(text).toBe('');
  });

  test('leaves kept runs out of the pace, and says how many there were', async () => {
    const three = [...specs, fakeSpec({ replication: 2 })];
    const text = await watch((options, at) => {
      options.onReused?.([1]);
      options.onFinished?.(1, finished);
      options.onAdvance?.(Float64Array.of(1, 10 * SECOND, 0));
      at(3);
      options.onAdvance?.(Float64Array.of(5 * SECOND, 10 * SECOND, 0));
    }, three);
    expect(text).toBe('0 of 2 runs, 5 of 20 s simulated, about 10 s left; 1 more was kept from before\n');
  });

  test('passes on what it hears', async () => {
    const heard: number[] = [];
    const executor: Executor = {
      threads: 3,
      async execute(_, options = {}) {
        options.onFinished?.(1, finished);
        return [finished];
      },
      async close() {
        heard.push(-1);
      },
    };
    const watched = withProgress(executor, { write: () => {} }, () => 0);
    expect(watched.threads).toBe(3);
    expect(await watched.execute(specs, { onFinished: (index) => heard.push(index) })).toEqual([finished]);
    await watched.close();
    expect(heard).toEqual([1, -1]);
  });
});
