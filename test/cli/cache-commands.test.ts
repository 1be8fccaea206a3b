/** `quorumlab cache list|prune`: what the store holds, and what goes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeptRun, keptRuns } from '../../src/results/kept-runs.ts';
import { runsToRemove } from '../../src/results/prune-runs.ts';
import type { RunHead } from '../../src/results/run-file.ts';
import { runIdentity } from '../../src/results/run-identity.ts';
import { openRunStore, runPath } from '../../src/results/run-store.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import { quorumlab } from '../support/command.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

const DAY = 86_400_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Keeps a run that was last used so many days ago, by this code or other code. */
function keep(seed: number, { daysAgo = 0, build }: { daysAgo?: number; build?: string } = {}): string {
  const spec = fakeSpec({ seed });
  const store = openRunStore(folder, build === undefined ? {} : { build });
  store.keep(runIdentity(spec), spec, fakeRun(spec), { scenario: `scenario-${seed}`, warmup: 0 });
  const path = runPath(folder, runIdentity(spec));
  const used = new Date(Date.now() - daysAgo * DAY);
  utimesSync(path, used, used);
  return path;
}

const paths = (): readonly string[] => keptRuns(folder).map(({ path }) => path);
const cache = (...argv: string[]) => quorumlab('cache', ...argv, '--cache', folder);

describe('cache list', () => {
  test('tells how many runs of what there are, how large, how old, and which are of other code', async () => {
    keep(1, { daysAgo: 3 });
    keep(2, { build: 'other code' });
    const { code, out } = await cache('list');
    expect(code).toBe(0);
    expect(out).toMatch(/: 2 runs, [\d,]+ B\n/);
    expect(out).toMatch(new RegExp(`scenario-1 +│ pbft +│ ${MODEL_VERSION} +│ +1 │ .* │ +3 d ago │`));
    expect(out).toMatch(new RegExp(`scenario-2 +│ pbft +│ ${MODEL_VERSION}, other code +│ +1 │`));
    expect(out).toContain('cache prune --model other removes them');
  });

  test('prints the same as JSON', async () => {
    keep(1, { daysAgo: 3 });
    const path = keep(2);
    writeFileSync(path, 'half a file');
    const { out } = await cache('list', '--json');
    const summary = JSON.parse(out);
    expect(summary).toMatchObject({ format: 1, folder, runs: 2, unreadable: 1 });
    expect(summary.groups).toHaveLength(1);
    expect(summary.groups[0]).toMatchObject({ scenario: 'scenario-1', protocol: 'pbft', reusable: true, runs: 1 });
    expect(Date.now() - Date.parse(summary.groups[0].last_used)).toBeGreaterThan(2.9 * DAY);
  });

  test('of an empty or absent store says that nothing is kept', async () => {
    expect((await cache('list')).out).toBe(`${folder}: no runs are kept here\n`);
    rmSync(folder, { recursive: true });
    expect((await cache('list')).code).toBe(0);
  });
});

describe('cache prune', () => {
  test('removes what was not used for so long, and says how much', async () => {
    keep(1, { daysAgo: 31 });
    const young = keep(2, { daysAgo: 29 });
    const { code, out } = await cache('prune', '--older-than', '30d');
    expect(code).toBe(0);
    expect(paths()).toEqual([young]);
    expect(out).toMatch(new RegExp(`: removed 1 run \\(model ${MODEL_VERSION}: 1\\), .*; kept 1 run, `));
  });

  test('with --dry-run says it and removes nothing', async () => {
    keep(1, { daysAgo: 31 });
    const { out } = await cache('prune', '--older-than', '30d', '--dry-run');
    expect(out).toContain('would remove 1 run');
    expect(paths()).toHaveLength(1);
  });

  test('removes runs of other code with --model other, and all with --all', async () => {
    const own = keep(1);
    keep(2, { build: 'other code' });
    await cache('prune', '--model', 'other');
    expect(paths()).toEqual([own]);
    const { out } = await cache('prune', '--all', '--json');
    expect(paths()).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ removed_runs: 1, kept_runs: 0, kept_bytes: 0, dry_run: false });
  });

  test('keeps at most so much: what was not used for longest goes first', async () => {
    keep(1, { daysAgo: 2 });
    const [second, third] = [keep(2, { daysAgo: 1 }), keep(3)];
    const most = keptRuns(folder).reduce((sum, { bytes }) => sum + bytes, 0) - 1;
    await cache('prune', '--most', `${most}B`);
    expect(paths()).toEqual([second, third].sort());
  });

  test('touches no file that the store has not named, but for what killed processes left', async () => {
    const path = keep(1);
    const foreign = [
      join(folder, 'notes.txt'),
      join(folder, 'ab', 'result.json'),
      join(folder, `${'a'.repeat(64)}.json.gz`),
    ];
    mkdirSync(join(folder, 'ab'), { recursive: true });
    for (const name of foreign) writeFileSync(name, 'mine');
    const abandoned = `${path}.4242-0123456789ab.tmp`;
    const writing = `${path}.4243-0123456789ab.tmp`;
    for (const name of [abandoned, writing]) writeFileSync(name, 'half');
    utimesSync(abandoned, new Date(0), new Date(0));
    const { out } = await cache('prune', '--all');
    expect(out).toContain('removed 1 run (model');
    expect(out).toContain('and 1 unfinished file of processes that were killed');
    expect([...foreign, abandoned, writing].map((name) => existsSync(name))).toEqual([true, true, true, false, true]);
  });

  test.each([
    [[], 'say what to remove: --older-than 30d'],
    [['--older-than', '30'], "such as '30d'"],
    [['--most', 'much'], 'a size with its unit'],
  ])('with %j is refused', async (options, reason) => {
    const { code, err } = await cache('prune', ...options);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });
});

test('a run goes when any of the rules names it, and when nobody can read it', () => {
  const own = { model_version: '2', build: 'this' };
  const run = (daysAgo: number, model: string | null, build = 'this') => {
    const kept: KeptRun = { path: '', identity: '', bytes: 10, usedAt: 100 * DAY - daysAgo * DAY };
    return { ...kept, head: model === null ? null : ({ model_version: model, build } as RunHead) };
  };
  const runs = [run(0, '2'), run(9, '2'), run(1, '1'), run(2, '2', 'that'), run(3, null), run(4, '2')];
  const rules = { olderThan: null, model: null, most: null, all: false };
  const removed = (changes: object) =>
    runsToRemove(runs, { ...rules, ...changes }, own, 100 * DAY).map((one) => runs.indexOf(one));
  expect(removed({ olderThan: 5 * DAY })).toEqual([1, 4]);
  expect(removed({ model: 'other' })).toEqual([2, 3, 4]);
  expect(removed({ model: '1', olderThan: 5 * DAY })).toEqual([1, 2, 4]);
  expect(removed({ most: 30 })).toEqual([1, 4, 5]);
  expect(removed({ most: 0 })).toEqual([0, 1, 2, 3, 4, 5]);
  expect(removed({ all: true })).toEqual([0, 1, 2, 3, 4, 5]);
});
