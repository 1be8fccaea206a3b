// Every executor gives the same outcomes in the same order, whatever its threads; failing runs do not harm the others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Executor } from '../../src/executor/executor.ts';
import { drive } from '../../src/executor/executor.ts';
import { inlineExecutor } from '../../src/executor/inline.ts';
import { chunkSize, poolExecutor } from '../../src/executor/pool.ts';
import { runTask, transferablesOf } from '../../src/executor/run-task.ts';
import type { Experiment } from '../../src/experiment/experiment.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

const worker = new URL('../support/fake-worker.ts', import.meta.url);
const opened: Executor[] = [];
afterEach(async () => {
  for (const executor of opened.splice(0)) await executor.close();
});

function pool(threads: number, memoryPerThread?: number): Executor {
  const executor = poolExecutor({ threads, worker, ...(memoryPerThread === undefined ? {} : { memoryPerThread }) });
  opened.push(executor);
  return executor;
}

const specs = (label: string, count: number) =>
  Array.from({ length: count }, (_, replication) => fakeSpec({ label, replication }));

describe('the executors', () => {
  test('give the outcomes of the inline executor, in the order of the specifications, from one thread and from three', async () => {
    const asked = [...specs('PBFT', 4), ...specs('crashes', 2), ...specs('Raft', 9)];
    const inline = await inlineExecutor(fakeRun).execute(asked);
    expect(inline.map((outcome) => (outcome.ok ? outcome.result.label : outcome.label))).toEqual(
      asked.map((s) => s.label),
    );
    expect(await pool(1).execute(asked)).toEqual(inline);
    expect(await pool(3).execute(asked)).toEqual(inline);
  });

  test('turn a run that throws into an outcome that says why, and finish the others', async () => {
    const outcomes = await inlineExecutor(fakeRun).execute(specs('crashes', 3));
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toEqual({
      ok: false,
      label: 'crashes',
      replication: 1,
      kind: 'crashed',
      reason: 'RangeError: no bucket for this arrival',
    });
  });

  test('tell of each run once when it ends', async () => {
    for (const executor of [inlineExecutor(fakeRun), pool(2)]) {
      const told: number[] = [];
      await executor.execute(specs('PBFT', 7), { onFinished: (index) => told.push(index) });
      expect(told.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });

  test('hand an experiment what it asks for until it answers', async () => {
    function* twice(): Experiment<number> {
      const first = yield specs('PBFT', 2);
      const second = yield specs('PBFT', first.length + 1);
      return second.length;
    }
    expect(await drive(twice(), inlineExecutor(fakeRun))).toBe(3);
  });
});

describe('the pool', () => {
  test('reports a run that runs out of memory and finishes the others on a new thread', async () => {
    const outcomes = await pool(1, 40).execute(specs('eats memory', 4));
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true, true]);
    expect(outcomes[1]).toMatchObject({
      kind: 'crashed',
      replication: 1,
      reason: expect.stringContaining('out of memory'),
    });
  });

  test('stops even a run that never returns when it is interrupted, and keeps what had finished', async () => {
    const controller = new AbortController();
    const outcomes = await pool(1).execute([...specs('PBFT', 2), ...specs('hangs', 1), ...specs('Raft', 1)], {
      signal: controller.signal,
      onFinished: (index) => index === 1 && setTimeout(() => controller.abort(), 50),
    });
    expect(outcomes.map((outcome) => (outcome.ok ? 'finished' : outcome.kind))).toEqual([
      'finished',
      'finished',
      'interrupted',
      'interrupted',
    ]);
  });

  test('is an error to use once it is closed', async () => {
    const executor = pool(1);
    await executor.close();
    await expect(executor.execute(specs('PBFT', 1))).rejects.toThrow('the executor is closed');
  });

  test('asked for no runs answers without starting a thread', async () => {
    expect(await pool(2).execute([])).toEqual([]);
  });
});

describe('a pool whose threads cannot work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-worker-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['imports what is not there', "import './nothing.js';\nexport default () => [];\n", 'nothing.js'],
    ['throws while it is loaded', "throw new Error('no licence');\n", 'no licence'],
    ['ends its thread', 'process.exit(3);\n', 'worker exited with code: 3'],
    ['exports no function', 'export const nothing = 1;\n', 'No handler function'],
  ])('because their module %s makes failed runs that say so, and does not wait', async (_what, module, reason) => {
    const file = join(folder, `${Math.abs(module.length * 31 + reason.length)}.mjs`);
    writeFileSync(file, module);
    const executor = poolExecutor({ threads: 2, worker: pathToFileURL(file) });
    opened.push(executor);
    const outcomes = await executor.execute(specs('PBFT', 3));
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, kind: 'crashed' });
    expect(outcomes[0]).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  test('because they die before they are ready makes failed runs that say so, and does not wait', async () => {
    // Too little memory for a thread to start at all.
    const outcomes = await pool(2, 1).execute(specs('PBFT', 3));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, kind: 'crashed' });
    const reasons = outcomes.map((outcome) => (outcome.ok ? '' : outcome.reason));
    for (const reason of reasons) expect(reason).toMatch(/no worker thread can be started|out of memory/);
  });
});

describe('the inline executor', () => {
  test('begins no further run once it is interrupted', async () => {
    const controller = new AbortController();
    const outcomes = await inlineExecutor(fakeRun).execute(specs('PBFT', 3), {
      signal: controller.signal,
      onFinished: () => controller.abort(),
    });
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, false]);
  });
});

describe('a task', () => {
  test('reports the virtual time reached in the slot of its run', async () => {
    const reached = new Float64Array(3);
    await runTask({ specs: specs('PBFT', 2), slots: [2, 0], reached }, fakeRun);
    expect([...reached]).toEqual([10e9, 0, 10e9]);
  });

  test('hands over each whole buffer once and copies slices of larger ones', () => {
    const whole = new Float64Array(4);
    const slice = new Float64Array(8).subarray(2, 4);
    const value = { a: [{ whole }], b: whole, slice, text: ['x'], nothing: null };
    expect([...transferablesOf(value)]).toEqual([whole.buffer]);
  });
});

describe('a chunk', () => {
  test('is one run until runs are known to be shorter than 20 ms', () => {
    expect(chunkSize(0, 0, 1000, 2)).toBe(1);
    expect(chunkSize(4, 4 * 25, 1000, 2)).toBe(1);
    expect(chunkSize(10, 10 * 2, 1000, 2)).toBe(30);
  });

  test('leaves work for the other threads near the end', () => {
    expect(chunkSize(10, 10 * 2, 8, 2)).toBe(2);
    expect(chunkSize(10, 10 * 2, 1, 2)).toBe(1);
  });
});
