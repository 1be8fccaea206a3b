/** Shards: the runs are dealt out evenly, `merge` joins and verifies them, and `run` then has nothing left to compute. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/cli/exit-codes.ts';
import { shareOf } from '../../src/cli/shard.ts';
import { keptRuns } from '../../src/results/kept-runs.ts';
import { openRunStore } from '../../src/results/run-store.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';
import { counting, trial } from '../support/trial.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-shard-'));
  file = join(folder, 'trial.yaml');
  writeFileSync(file, trial('Here', 'There'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const run = (...more: readonly string[]) => counting(['run', file, '--inline', '--out', at('reports'), ...more]);
const shard = (which: string, store: string, ...more: readonly string[]) =>
  run('--shard', which, '--cache', at(store), ...more);
const merge = (stores: readonly string[], ...more: readonly string[]) =>
  counting(['merge', ...stores.map(at), '--cache', at('merged'), ...more]);

/** Every file of the one result in a folder but the manifest, which has dates. */
function bytesIn(out: string): Readonly<Record<string, string>> {
  const result = join(at(out), 'trial', readdirSync(join(at(out), 'trial'))[0] as string);
  const names = readdirSync(result).filter((name) => name !== 'manifest.json');
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(result, name), 'utf8')]));
}

describe('a share', () => {
  test.each([1, 2, 3, 4, 7, 20])(
    'of %i holds its part of all runs and of each point, and together they are all',
    (of) => {
      const specs = ['a', 'b', 'c'].flatMap((label, point) =>
        Array.from({ length: 5 }, (_, replication) =>
          fakeSpec({ label, replication, nodes: 4 + point, seed: replication }),
        ),
      );
      const shares = Array.from({ length: of }, (_, i) => shareOf(specs, { index: i + 1, of }).map(({ spec }) => spec));
      expect(shares.flat().sort((a, b) => specs.indexOf(a) - specs.indexOf(b))).toEqual(specs);
      for (const part of [specs, ...['a', 'b', 'c'].map((label) => specs.filter((spec) => spec.label === label))]) {
        const sizes = shares.map((share) => share.filter((spec) => part.includes(spec)).length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    },
  );

  test('counts runs that differ in nothing but their names once', () => {
    const twins = ['a', 'b'].map((label) => fakeSpec({ label }));
    expect([1, 2].flatMap((index) => shareOf(twins, { index, of: 2 }))).toHaveLength(1);
  });
});

describe('shards', () => {
  test('merged give a run nothing to compute, and the bytes of the run that was never split', async () => {
    const made: string[] = [];
    for (const i of [1, 2, 3]) {
      const { code, out, made: part } = await shard(`${i}/3`, `store-${i}`);
      expect(code).toBe(0);
      expect(out).toBe(`trial: shard ${i}/3: 2 runs: 2 computed, 0 kept from before; in ${at(`store-${i}`)}\n`);
      made.push(...part);
    }
    expect(made.toSorted()).toEqual(['Here/0', 'Here/1', 'Here/2', 'There/0', 'There/1', 'There/2']);
    expect(readdirSync(folder)).not.toContain('reports');
    const merged = await merge(['store-1', 'store-2', 'store-3']);
    expect([merged.code, merged.out]).toEqual([0, `${at('merged')}: 6 runs added, 0 already there\n`]);
    expect((await run('--cache', at('merged'))).made).toEqual([]);
    await counting(['run', file, '--inline', '--no-cache', '--out', at('whole')]);
    expect(bytesIn('reports')).toEqual(bytesIn('whole'));
  });

  test('may share one store from the start, go on where they stopped, and be run again for nothing', async () => {
    const stopped = await counting(
      ['run', file, '--inline', '--shard', '1/2', '--cache', at('store'), '--out', at('reports')],
      2,
    );
    expect(stopped.code).toBe(ExitCode.interrupted);
    expect(stopped.out).toContain('3 runs: 2 computed, 0 kept from before, 1 not finished');
    const again = await shard('1/2', 'store', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ shard: 1, of: 2, runs: 3, computed: 1, reused: 2, failed: 0 });
    expect((await shard('1/2', 'store')).made).toEqual([]);
    await shard('2/2', 'store');
    expect((await run('--cache', at('store'))).made).toEqual([]);
  });

  test('that are missing, or lost a run, are named by merge, and run computes what they left', async () => {
    await shard('1/3', 'one');
    await shard('2/3', 'two');
    const [lost] = keptRuns(at('two'));
    rmSync(lost?.path as string);
    const { code, err, out } = await merge(['one', 'two']);
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain('missing: trial: shard 3/3, 2 of 6 runs\n');
    expect(err).toMatch(/missing: trial: (Here|There), replication \d \(shard 2\/3\)\n/);
    expect(out).toContain('3 runs added, 0 already there, 2 missing');
    const whole = `npx quorumlab run ${file}`;
    expect(err).toContain(
      `to make what is missing of trial, and then its result: ${whole} --cache ${at('merged')}; or on other machines: ${whole} --shard I/3 --cache STORE for I = 2, 3, and merge again\n`,
    );
    expect((await run('--cache', at('merged'))).made).toHaveLength(3);
    // The other way that was told does it, too.
    await shard('2/3', 'two');
    await shard('3/3', 'three');
    expect(await merge(['one', 'two', 'three'], '--cache', at('again'))).toMatchObject({ code: 0, err: '' });
    expect((await run('--cache', at('again'))).made).toEqual([]);
  });

  test('that have no runs, since there are more shards than runs, are not missed', async () => {
    for (const i of [1, 2, 3, 4, 5]) await shard(`${i}/8`, 'store');
    const { code, err } = await merge(['store']);
    expect(code).toBe(ExitCode.usage);
    expect(err).toMatch(
      /^missing: trial: shard 6\/8, 1 of 6 runs\nto make .* --shard 6\/8 --cache STORE, and merge again\n$/,
    );
  });

  test('with a run that crashes end with 70 and keep the others', async () => {
    writeFileSync(file, trial('Here', 'crashes'));
    const { code, err } = await shard('1/1', 'store');
    expect(code).toBe(ExitCode.crashed);
    expect(err).toContain('not finished: crashes, replication 1: RangeError');
    expect(keptRuns(at('store'))).toHaveLength(5);
  });

  test.each([
    [['--shard', '0/3'], 'from 1/3 to 3/3'],
    [['--shard', '4/3'], 'from 1/3 to 3/3'],
    [['--shard', 'third'], 'like 2/8'],
    [['--shard', '1/2', '--no-cache'], 'name a folder with --cache'],
    [['--shard', '1/2', '--plan'], 'leave out --plan or --shard'],
    [['--shard', '1/2', '--export', 'csv'], 'leave out --export or --shard'],
  ])('asked for by %j are refused', async (options, reason) => {
    const { code, err, made } = await run(...options);
    expect([code, made]).toEqual([ExitCode.usage, []]);
    expect(err).toContain(reason);
  });

  test('of a protocol of your own are refused, since its runs are not kept', async () => {
    const own = ['run', 'scenarios/own-protocol.yaml', '--shard', '1/2', '--cache', at('store'), '--inline'];
    const { code, err } = await counting([...own, '--out', at('reports')]);
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain('runs of a protocol of your own are not kept');
  });
});

describe('merge', () => {
  test('refuses two results for one run with 5, and leaves what was there', async () => {
    const spec = fakeSpec();
    openRunStore(at('one')).keep('ab'.repeat(32), spec, fakeRun(spec));
    openRunStore(at('two')).keep('ab'.repeat(32), spec, { ...fakeRun(spec), endedAt: 1 });
    const { code, err } = await merge(['one', 'two']);
    expect(code).toBe(ExitCode.notDeterministic);
    expect(err).toMatch(/conflict: PBFT, replication 0: .* hold different results of one run, both by build/);
    expect(openRunStore(at('merged')).find('ab'.repeat(32))).toEqual(fakeRun(spec));
  });

  test('takes the same result under other names for the same', async () => {
    const spec = fakeSpec();
    openRunStore(at('one')).keep('ab'.repeat(32), spec, fakeRun(spec), { scenario: 'one', warmup: 0 });
    openRunStore(at('two')).keep('ab'.repeat(32), spec, fakeRun(spec), { scenario: 'two', warmup: 'auto' });
    const { code, out } = await merge(['one', 'two'], '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ added: 1, same: 1, refused: [], conflicts: [], missing: [] });
  });

  test('takes no damaged file, names it, and replaces one that lies in the way', async () => {
    const spec = fakeSpec();
    for (const store of ['one', 'two', 'merged']) openRunStore(at(store)).keep('ab'.repeat(32), spec, fakeRun(spec));
    for (const store of ['one', 'merged']) writeFileSync(keptRuns(at(store))[0]?.path as string, 'half a file');
    const { code, err } = await merge(['one', 'two']);
    expect(code).toBe(ExitCode.usage);
    expect(err).toMatch(/not taken: .*one.*: it cannot be unzipped/);
    expect(openRunStore(at('merged')).find('ab'.repeat(32))).toEqual(fakeRun(spec));
  });

  test('warns of runs that this code will not reuse', async () => {
    openRunStore(at('one'), { build: 'other' }).keep('ab'.repeat(32), fakeSpec(), fakeRun(fakeSpec()));
    expect((await merge(['one'])).err).toContain('1 run in');
  });

  test.each([
    ['nowhere', 'is no folder, expected a run store'],
    ['.', 'holds no runs'],
    ['merged', 'is the store to merge into'],
  ])('of %s is refused', async (store, reason) => {
    openRunStore(at('merged')).keep('ab'.repeat(32), fakeSpec(), fakeRun(fakeSpec()));
    const { code, err } = await merge([store]);
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain(reason);
  });
});
