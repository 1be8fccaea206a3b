/** The caching executor: the same outcomes with an empty, a full and a half full store, and no run computed twice. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CacheOptions, cachedExecutor } from '../../src/executor/cached.ts';
import type { ExecuteOptions, Executor } from '../../src/executor/executor.ts';
import { inlineExecutor } from '../../src/executor/inline.ts';
import { poolExecutor } from '../../src/executor/pool.ts';
import { runIdentity } from '../../src/results/run-identity.ts';
import { openRunStore, runPath } from '../../src/results/run-store.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-cached-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Replications differ by their seed, as those of a scenario do. */
const specs = (label: string, count: number): readonly RunSpec[] =>
  Array.from({ length: count }, (_, replication) => fakeSpec({ label, replication, seed: 10 + replication }));

/** An executor over the store in `folder`, and the runs that were really made: `label/replication`. */
function cached(options: CacheOptions = {}, inner: (made: string[]) => Executor = countingInline) {
  const made: string[] = [];
  return { executor: cachedExecutor(inner(made), openRunStore(folder, { build: 'test' }), options), made };
}

/** A run that follows from what its identity holds: labels ask for trouble only. */
function countingInline(made: string[]): Executor {
  return inlineExecutor((spec, options) => {
    made.push(`${spec.label}/${spec.replication}`);
    const { label, replication } = spec;
    return { ...fakeRun({ ...spec, label: '', replication: 0 }, options), ...trouble(spec), label, replication };
  });
}

function trouble(spec: RunSpec): object {
  if (spec.label === 'crashes') throw new Error('no bucket');
  if (spec.label === 'unsafe') return { digest: null, violations: fakeRun(spec).violations };
  return {};
}

const filesKept = (): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length;

describe('the caching executor', () => {
  test('makes each run once, and answers the same from an empty, a full and a half full store', async () => {
    const asked = [...specs('PBFT', 3), ...specs('unsafe', 1).map((spec) => ({ ...spec, seed: 99 }))];
    const plain = await countingInline([]).execute(asked);
    const cold = cached();
    expect(await cold.executor.execute(asked)).toEqual(plain);
    expect(cold.made).toEqual(['PBFT/0', 'PBFT/1', 'PBFT/2', 'unsafe/0']);
    const warm = cached();
    expect(await warm.executor.execute(asked)).toEqual(plain);
    expect(warm.made).toEqual([]);
    expect(warm.executor.count).toEqual({ asked: 4, reused: 4, unkept: 0 });
    rmSync(runPath(folder, runIdentity(asked[1] as RunSpec)));
    const half = cached();
    expect(await half.executor.execute(asked)).toEqual(plain);
    expect(half.made).toEqual(['PBFT/1']);
  });

  test('answers the same over a pool of threads, where runs end in any order', async () => {
    const worker = new URL('../support/fake-worker.ts', import.meta.url);
    const asked = specs('PBFT', 9);
    const plain = await inlineExecutor(fakeRun).execute(asked);
    for (let round = 0; round < 2; round++) {
      const { executor } = cached({}, () => poolExecutor({ threads: 2, worker }));
      expect(await executor.execute(asked)).toEqual(plain);
      expect(executor.count.reused).toBe(round === 0 ? 0 : 9);
      await executor.close();
    }
  });

  test('makes one run for all that differ only in what they are called, and gives each its own name', async () => {
    const [spec] = specs('first', 1) as [RunSpec];
    const asked = [spec, { ...spec, label: 'second', replication: 5 }, { ...spec, seed: 4 }];
    const { executor, made } = cached();
    const finished: number[] = [];
    const outcomes = await executor.execute(asked, { onFinished: (index) => finished.push(index) });
    expect(made).toEqual(['first/0', 'first/0']);
    expect(outcomes.map((outcome) => outcome.ok && `${outcome.result.label}/${outcome.result.replication}`)).toEqual([
      'first/0',
      'second/5',
      'first/0',
    ]);
    expect(finished).toEqual([0, 1, 2]);
    expect(filesKept()).toBe(2);
    // Found again under a third name.
    const [outcome] = await cached().executor.execute([{ ...spec, label: 'third', replication: 2 }]);
    expect(outcome).toMatchObject({ ok: true, result: { label: 'third', replication: 2 } });
  });

  test('tells what it reuses, then of each run once, and where every run stands', async () => {
    const asked = specs('PBFT', 4);
    await cached().executor.execute([asked[1] as RunSpec, asked[3] as RunSpec]);
    const told: string[] = [];
    const reached: number[][] = [];
    await cached().executor.execute(asked, {
      onReused: (indices) => told.push(`reused ${indices}`),
      onFinished: (index, outcome) => told.push(`${index} ${outcome.ok}`),
      onAdvance: (at) => reached.push([...at]),
    });
    expect(told).toEqual(['reused 1,3', '1 true', '3 true', '0 true', '2 true']);
    expect(reached[0]).toEqual([10e9, 10e9, -1, 10e9]);
    expect(reached.at(-1)).toEqual([10e9, 10e9, 10e9, 10e9]);
  });

  test('never keeps a run that crashed or was interrupted, and keeps those that finished before', async () => {
    const stop = new AbortController();
    const options: ExecuteOptions = { signal: stop.signal, onFinished: (index) => index === 1 && stop.abort() };
    const asked = [...specs('crashes', 1), ...specs('PBFT', 3).map((spec) => ({ ...spec, seed: spec.seed + 50 }))];
    const outcomes = await cached().executor.execute(asked, options);
    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.kind))).toEqual([
      'crashed',
      'ok',
      'interrupted',
      'interrupted',
    ]);
    expect(filesKept()).toBe(1);
    const again = cached();
    await again.executor.execute(asked);
    expect(again.made).toEqual(['crashes/0', 'PBFT/1', 'PBFT/2']);
  });

  test('names a failure after each run that it stands for', async () => {
    const [spec] = specs('crashes', 1) as [RunSpec];
    const outcomes = await cached().executor.execute([spec, { ...spec, label: 'twin', replication: 3 }]);
    expect(outcomes[1]).toMatchObject({ ok: false, kind: 'crashed', label: 'twin', replication: 3 });
  });

  test('when asked for fresh runs makes those of before again, and its own only once', async () => {
    const asked = specs('PBFT', 2);
    await cached().executor.execute(asked);
    const fresh = cached({ fresh: true });
    await fresh.executor.execute(asked);
    await fresh.executor.execute(asked);
    expect(fresh.made).toEqual(['PBFT/0', 'PBFT/1']);
    expect(fresh.executor.count.reused).toBe(0);
  });

  test('neither keeps nor reuses runs of a protocol of the user’s own: its one file is not all of its code', async () => {
    const module = { path: '/somewhere/own.js', sha256: 'f'.repeat(64) };
    const own = specs('Own', 2).map((spec) => ({ ...spec, protocol: { ...spec.protocol, module } }));
    const made: string[] = [];
    const inner: Executor = {
      threads: 1,
      execute: async (asked) => {
        made.push(...asked.map(({ label }) => label));
        return asked.map((spec) => ({ ok: true, result: fakeRun(spec) }));
      },
      close: async () => {},
    };
    for (let round = 0; round < 2; round++) await cached({}, () => inner).executor.execute(own);
    expect(made).toEqual(['Own', 'Own', 'Own', 'Own']);
    expect(filesKept()).toBe(0);
  });

  test('goes on where a run cannot be kept, and says so', async () => {
    const asked = specs('PBFT', 2);
    writeFileSync(join(folder, runIdentity(asked[0] as RunSpec).slice(0, 2)), 'a file where a folder belongs');
    const unkept: string[] = [];
    const { executor } = cached({ onUnkept: ({ label, replication }) => unkept.push(`${label}/${replication}`) });
    const outcomes = await executor.execute(asked);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(unkept).toEqual(['PBFT/0']);
    expect(executor.count.unkept).toBe(1);
  });

  test('asks nothing of the executor behind it when all is kept, or nothing is wanted', async () => {
    const asked = specs('PBFT', 2);
    await cached().executor.execute(asked);
    const never: Executor = { threads: 1, execute: () => Promise.reject(new Error('asked')), close: async () => {} };
    const { executor } = cached({}, () => never);
    expect(await executor.execute(asked)).toHaveLength(2);
    expect(await executor.execute([])).toEqual([]);
  });
});
