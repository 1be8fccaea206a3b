/** Kept runs at the command line: the same bytes with and without them, resuming after Ctrl-C, what the commands on them say. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stoppedHalfway } from '../../src/cli/cache-options.ts';
import { processContext } from '../../src/cli/context.ts';
import { ExitCode } from '../../src/cli/exit-codes.ts';
import { quorumlabWith } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';
import { counting, trial } from '../support/trial.ts';

let folder: string;
let store: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-kept-'));
  store = join(folder, 'runs');
  file = join(folder, 'trial.yaml');
  writeFileSync(file, trial('Here', 'There'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (out: string, ...more: readonly string[]): readonly string[] => [
  'run',
  file,
  '--inline',
  '--cache',
  store,
  '--out',
  join(folder, out),
  ...more,
];

/** Every file of a result but the manifest, which has dates. */
function bytesOf(out: string): Readonly<Record<string, string>> {
  const [id = ''] = readdirSync(join(folder, out, 'trial'));
  const at = join(folder, out, 'trial', id);
  const names = readdirSync(at).filter((name) => name !== 'manifest.json');
  expect(names).toHaveLength(5);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(at, name), 'utf8')]));
}

function manifestOf(out: string): unknown {
  const [id = ''] = readdirSync(join(folder, out, 'trial'));
  return JSON.parse(readFileSync(join(folder, out, 'trial', id, 'manifest.json'), 'utf8'));
}

const keptFiles = (): readonly string[] =>
  existsSync(store)
    ? readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json.gz'))
    : [];

describe('a run with kept runs', () => {
  test('writes the same bytes with an empty, a full and a half full store, and without one', async () => {
    const without = await counting(run('without', '--no-cache'));
    expect([without.code, without.made.length, keptFiles().length]).toEqual([0, 6, 0]);
    const cold = await counting(run('cold'));
    expect([cold.made.length, keptFiles().length]).toEqual([6, 6]);
    expect(cold.err).not.toContain('were kept');
    const warm = await counting(run('warm'));
    expect(warm.made).toEqual([]);
    expect(manifestOf('warm')).toMatchObject({ finished_runs: 6, reused_runs: 6 });
    expect(warm.err).toContain(`6 of 6 runs were kept in ${store} (--fresh makes them again)`);
    rmSync(join(store, keptFiles()[2] as string));
    const half = await counting(run('half'));
    expect(half.made).toHaveLength(1);
    expect(half.err).toContain('5 of 6 runs were kept');
    for (const out of ['cold', 'warm', 'half']) expect(bytesOf(out)).toEqual(bytesOf('without'));
    expect(warm.out).toBe(without.out);
  });

  test('interrupted in the middle goes on where it stopped', async () => {
    const stopped = await counting(run('stopped'), 4);
    expect(stopped.code).toBe(ExitCode.interrupted);
    expect(stopped.made).toHaveLength(4);
    expect(stopped.err).toContain('stopping; finished runs are kept');
    expect(stopped.err).toMatch(
      /\nstopped: finished runs are kept, so the same command goes on from there and computes none of them again\n$/,
    );
    const resumed = await counting(run('stopped'));
    expect(resumed.code).toBe(ExitCode.ok);
    expect([...stopped.made, ...resumed.made]).toEqual(['Here/0', 'Here/1', 'Here/2', 'There/0', 'There/1', 'There/2']);
    await counting(run('whole', '--no-cache'));
    expect(bytesOf('stopped')).toEqual(bytesOf('whole'));
  });

  test('interrupted says nothing of going on that is not so: with --fresh, without a store', async () => {
    const fresh = await counting(run('stopped', '--fresh'), 4);
    expect(fresh.err).toContain('the same command without --fresh goes on from there');
    const resumed = await counting(run('stopped'));
    expect(resumed.made).toEqual(['There/1', 'There/2']);
    const without = await counting(run('without', '--no-cache'), 4);
    expect(without.code).toBe(ExitCode.interrupted);
    expect(without.err).not.toContain('goes on');
    expect(without.err).toContain('stopped: finished runs are not kept for the same command to go on from');
    // Without a store of one's own it depends on Redis, of which --no-cache takes nothing.
    const redis = 'redis://127.0.0.1';
    const off = { ...processContext, runsFolder: null };
    expect(stoppedHalfway({ redis }, false, off)).toContain('only Redis keeps finished runs, for an hour');
    expect(stoppedHalfway({ redis, fresh: true }, false, off)).toContain('the same command without --fresh goes on');
    expect(stoppedHalfway({ redis, cache: false }, false, off)).not.toContain('goes on');
    expect(stoppedHalfway({ cache: store }, true, off)).toMatch(/those of a protocol of your own are not kept/);
  });

  test('computes only what is new when the question grows', async () => {
    await counting(run('three', '--no-report'));
    writeFileSync(file, trial('Here', 'There', 'Elsewhere'));
    const { made } = await counting(run('more', '--replications', '4', '--no-report'));
    expect(made).toEqual(['Here/3', 'There/3', 'Elsewhere/0', 'Elsewhere/1', 'Elsewhere/2', 'Elsewhere/3']);
  });

  test('makes all again with --fresh', async () => {
    await counting(run('first'));
    const fresh = await counting(run('fresh', '--fresh'));
    expect(fresh.made).toHaveLength(6);
    expect(bytesOf('fresh')).toEqual(bytesOf('first'));
  });

  test('makes what is damaged again, and says so once', async () => {
    await counting(run('first'));
    for (const name of keptFiles().slice(0, 2)) writeFileSync(join(store, name), 'half a file');
    const { made, err } = await counting(run('second'));
    expect(made).toHaveLength(2);
    expect(err.match(/cannot be unzipped/g)).toHaveLength(1);
    expect(bytesOf('second')).toEqual(bytesOf('first'));
    expect((await counting(run('third'))).made).toEqual([]);
  });

  test('refuses a --cache that cannot be written, before anything is run', async () => {
    const { code, err, made } = await counting(['run', file, '--inline', '--cache', file, '--out', folder]);
    expect([code, made]).toEqual([ExitCode.usage, []]);
    expect(err).toContain(`--cache ${file}: is not a folder`);
  });

  test('ends as it did when it was made: a kept violation is still one', async () => {
    writeFileSync(file, trial('Here', 'unsafe'));
    expect((await counting(run('first'))).code).toBe(ExitCode.unsafe);
    const again = await counting(run('second'));
    expect([again.code, again.made]).toEqual([ExitCode.unsafe, []]);
    expect(bytesOf('second')).toEqual(bytesOf('first'));
  });

  test('is used by sensitivity, too, which shares the runs of the scenario as it stands', async () => {
    await counting(run('first', '--no-report'));
    const { made, err } = await counting(['sensitivity', ...run('second').slice(1)]);
    expect(made.length).toBeGreaterThan(0);
    expect(err).toMatch(/6 of \d+ runs were kept/);
  });

  test('has no part in a plan, whose pilots are no runs: the second plan says what the first did', async () => {
    for (let times = 0; times < 2; times++) {
      const { code, err } = await quorumlabWith({ simulate: fakeRun, runsFolder: store }, ...run('plan', '--plan'));
      expect([code, err]).toEqual([ExitCode.ok, '']);
    }
    expect(keptFiles()).toEqual([]);
  });

  test('is never what rerun answers from', async () => {
    await counting(run('first', '--no-report'));
    const rerun = ['rerun', file, '--point', 'Here', '--replication', '1', '--check'];
    expect((await counting(rerun)).made).toEqual(['Here/1', 'Here/1', 'Here/1']);
  });
});
