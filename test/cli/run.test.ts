// `quorumlab run`: what it prints, what it writes, and how it ends; over a stand-in for the simulation.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode, exitCodeOf } from '../../src/cli/exit-codes.ts';
import { ESTIMATE_NAMES, type ResultFile } from '../../src/results/result-file.ts';
import { sha256 } from '../../src/results/result-id.ts';
import { type Ended, quorumlabWith, quorumlab as realSimulation } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';
import { counting, trial } from '../support/trial.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A scenario of two points and three replications, with its labels: some of them ask the stand-in for trouble. */
function scenario(labels: readonly string[] = ['Here', 'There'], extra = ''): string {
  const file = join(folder, 'trial.yaml');
  writeFileSync(file, trial(...labels) + extra);
  return file;
}

async function quorumlab(...argv: string[]): Promise<Ended> {
  return interruptible(() => false, ...argv);
}

/** Presses Ctrl-C as soon as what was written to the error stream asks for it (it is asked at the start, too). */
async function interruptible(pressWhen: (err: string) => boolean, ...argv: string[]): Promise<Ended> {
  let err = '';
  let pressCtrlC = (): void => {};
  const check = (): unknown => pressWhen(err) && setImmediate(pressCtrlC);
  const ended = await quorumlabWith(
    {
      err: {
        write: (text) => {
          err += text;
          check();
        },
      },
      simulate: fakeRun,
      worker: new URL('../support/fake-worker.ts', import.meta.url),
      onInterrupt(listener) {
        pressCtrlC = () => {
          pressCtrlC = () => {};
          listener();
        };
        check();
        return () => {};
      },
    },
    ...argv,
  );
  return { ...ended, err };
}

const outFolder = (name = 'reports'): string => join(folder, name);
const inline = (file: string, ...more: string[]): string[] => ['run', file, '--inline', '--out', outFolder(), ...more];

/** The one result that lies in an output folder. */
function written(out = outFolder()): {
  readonly path: string;
  readonly result: ResultFile;
  text(name: string): string;
} {
  const ids = readdirSync(join(out, 'trial'));
  expect(ids).toHaveLength(1);
  const path = join(out, 'trial', ids[0] as string);
  const text = (name: string): string => readFileSync(join(path, name), 'utf8');
  return { path, text, result: JSON.parse(text('result.json')) as ResultFile };
}

describe('a run', () => {
  test('prints the verdict, one row a point and the trust note, and says where the report is', async () => {
    const { code, out, err } = await quorumlab(...inline(scenario()));
    expect(err).toContain('report.html');
    expect(code).toBe(ExitCode.ok);
    expect(out).toContain('Where is it final sooner?');
    for (const text of [
      'Here',
      'There',
      'throughput',
      'finality p99',
      'bottleneck',
      'safety',
      'Trust in Here and There:',
    ])
      expect(out).toContain(text);
  });

  test('writes its files to <out>/<scenario>/<id>, where the id follows from the resolved scenario and the model version', async () => {
    await quorumlab(...inline(scenario()));
    const { path, result, text } = written();
    expect(readdirSync(path).sort()).toEqual([
      'manifest.json',
      'report.html',
      'result.json',
      'runs.csv',
      'scenario.resolved.yaml',
      'timeline.csv',
    ]);
    const id = sha256(text('scenario.resolved.yaml') + result.model_version).slice(0, 12);
    expect(result.id).toBe(id);
    expect(path.endsWith(id)).toBe(true);
    const manifest = JSON.parse(text('manifest.json'));
    expect(manifest).toMatchObject({
      id,
      seed: 7,
      node: process.version,
      threads: 1,
      scenario_sha256: sha256(text('scenario.resolved.yaml')),
    });
    expect(manifest.digests.Here).toEqual(result.points[0]?.run_digests);
  });

  test('says in its timeline who leads which term, or which view, where the protocol marks a number', async () => {
    await quorumlab(...inline(scenario()));
    const { result, text } = written();
    expect(result.points[0]?.timeline.events[0]?.text).toBe('term 1: node 0 leads');
    expect(text('timeline.csv')).toMatch(/^Here,0,.*,term 1: node 0 leads$/m);
  });

  test('has every estimate of every point in result.json and one row a run in runs.csv, under the same names', async () => {
    await quorumlab(...inline(scenario()));
    const { result, text } = written();
    expect(result.points.map(({ label }) => label)).toEqual(['Here', 'There']);
    for (const point of result.points) {
      expect(Object.keys(point.estimates)).toEqual([...ESTIMATE_NAMES]);
      expect(point.estimates.throughput_per_s).toMatchObject({ mean: 200, replications: 3 });
      expect(point.digest).toMatch(/^[0-9a-f]{16}$/);
      expect(point.safety.violations).toBe(0);
    }
    const [head, ...rows] = text('runs.csv')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(head?.slice(-ESTIMATE_NAMES.length)).toEqual([...ESTIMATE_NAMES]);
    expect(rows.map((row) => row.slice(0, 2).join('/'))).toEqual([
      'Here/0',
      'Here/1',
      'Here/2',
      'There/0',
      'There/1',
      'There/2',
    ]);
    expect(text('timeline.csv').trimEnd().split('\n')).toHaveLength(1 + 2 * 10);
  });

  test('writes the same bytes inline and from one, two and five threads, but for the manifest', async () => {
    const file = scenario(['Here', 'There', 'crashes']);
    const ways = [['--inline'], ['--threads', '1'], ['--threads', '2'], ['--threads', '5']];
    for (const [i, way] of ways.entries()) await quorumlab('run', file, '--out', outFolder(`way${i}`), ...way);
    const first = written(outFolder('way0'));
    for (const name of readdirSync(first.path).filter((file) => file !== 'manifest.json'))
      for (const i of [1, 2, 3])
        expect(written(outFolder(`way${i}`)).text(name), `${name}, way ${i}`).toBe(first.text(name));
  });

  test('with --json prints result.json alone on the output stream', async () => {
    const { out } = await quorumlab(...inline(scenario(), '--json'));
    expect(out).toBe(written().text('result.json'));
  });

  test('with --no-report writes everything but the report', async () => {
    await quorumlab(...inline(scenario(), '--no-report'));
    expect(existsSync(join(written().path, 'report.html'))).toBe(false);
    expect(existsSync(join(written().path, 'result.json'))).toBe(true);
  });

  test('with --set and --replications answers another question, under another id, and says how to repeat it', async () => {
    await quorumlab(...inline(scenario()));
    const plain = written().result;
    rmSync(outFolder(), { recursive: true });
    const file = scenario();
    await quorumlab(...inline(file, '--set', 'seed=8', '--replications', '2'));
    const { result } = written();
    expect(result.id).not.toBe(plain.id);
    expect(result.seed).toBe(8);
    expect(result.points[0]?.run_digests).toHaveLength(2);
    expect(result.repeat_command).toBe(`npx quorumlab run ${file} --replications 2 --set seed=8`);
  });

  test('with --quick is rough, and says so on the terminal, in the result and in the resolved scenario', async () => {
    const { out } = await quorumlab(...inline(scenario(), '--quick'));
    const { result, text } = written();
    expect(out).toContain('ROUGH ANSWER (--quick)');
    expect(result.quick).toBe(true);
    expect(result.warnings[0]).toContain('a rough answer (--quick)');
    expect(result.points[0]?.run_digests).toHaveLength(2);
    expect(result.duration_ms).toBeLessThan(10_000);
    expect(text('scenario.resolved.yaml')).toMatch(/^# --quick/);
    expect(result.repeat_command).toContain('--quick');
  });

  test('leaves no temporary file behind', async () => {
    await quorumlab(...inline(scenario()));
    expect(readdirSync(written().path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('of several files answers each', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, readFileSync(scenario(), 'utf8').replace('name: trial', 'name: other'));
    const { code } = await quorumlab('run', scenario(), other, '--inline', '--out', outFolder());
    expect(code).toBe(ExitCode.ok);
    expect(readdirSync(outFolder()).sort()).toEqual(['other', 'trial']);
  });
});

describe('a plan', () => {
  test('says how many runs there are and what they would take, and runs none of them', async () => {
    const { code, out } = await quorumlab('run', scenario(), '--plan', '--out', outFolder());
    expect(code).toBe(ExitCode.ok);
    expect(out).toContain('2 points × 3 replications = 6 runs of 10s virtual time');
    expect(out).toMatch(/in all about [\d.]+ s on \d threads?, about \d+ MB of memory/);
    expect(existsSync(outFolder())).toBe(false);
  });

  test('of an absurd load answers at once, with requests, time and memory, and says that such runs are refused', async () => {
    const began = performance.now();
    const load = ['--set', 'clients.0.load.open.poisson=900000000/s'];
    const { code, out, err } = await realSimulation('run', scenario(), '--plan', ...load);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(code).toBe(ExitCode.ok);
    expect(err).toMatch(
      /--set clients\.0\.load\.open\.poisson: warning: asks for about 9,000,000,000 requests in each run of 10s/,
    );
    expect(out).toMatch(
      /Here: more than [\d.]+ (min|h|days) and more than [\d,.]+ GB a run for about 9,000,000,000 requests/,
    );
    expect(out).toContain('such runs are refused: Here would make about 9,000,000,000 requests a run');
    const run = await quorumlab(...inline(scenario(), ...load));
    expect(run.code).toBe(ExitCode.usage);
    expect(run.err).toContain('more than can be numbered');
    expect(existsSync(outFolder())).toBe(false);
  });

  test('of thousands of nodes answers in seconds, with lower bounds that it calls so', async () => {
    // PBFT's first batch alone is 72 million messages: on any machine the pilots end before it is final.
    const thousands = ['--set', 'nodes.count=6000', '--set', 'compare=[{ label: Here, protocol: pbft }]'];
    const began = performance.now();
    const { code, out } = await realSimulation('run', scenario(), '--plan', ...thousands);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(code).toBe(ExitCode.ok);
    expect(out).toMatch(/Here: more than [\d.]+ (min|h|days) and more than [\d,.]+ MB a run/);
    expect(out).toMatch(/in all more than .*\(lower bounds:/);
  });

  test('of a load that takes long, but can be run, is offered by a warning', async () => {
    const { err } = await quorumlab('lint', scenario(), '--set', 'clients.0.load.open.poisson=5000000/s');
    expect(err).toContain('which takes long: `quorumlab run --plan` estimates time and memory');
  });
});

describe('the exit code', () => {
  test('is 0 when all is well and the objectives are met', async () => {
    const { code, out } = await quorumlab(...inline(scenario(undefined, 'objective: { finality_p99: 2s }')));
    expect(code).toBe(ExitCode.ok);
    expect(out).toMatch(/Objective finality_p99 2s: met by Here \([\d.,]+ ms\) and There \([\d.,]+ ms\)\./);
  });

  test('is 2 when an objective is missed', async () => {
    const { code, out } = await quorumlab(...inline(scenario(undefined, 'objective: { finality_p99: 250ms }')));
    expect(code).toBe(ExitCode.missed);
    expect(out).toMatch(/Objective finality_p99 250ms: MISSED by Here \([\d.,]+ ms\) and There \([\d.,]+ ms\)\./);
  });

  test('is 3 when safety is violated, and the table names the event and the command that repeats it', async () => {
    const { code, out } = await quorumlab(...inline(scenario(['Here', 'unsafe'])));
    expect(code).toBe(ExitCode.unsafe);
    expect(out).toContain(
      'unsafe violated safety (the first of 3): agreement at 5 s on node 2: two blocks at position 7',
    );
    const { result } = written();
    expect(result.points[1]?.safety.violations).toBe(3);
    expect(result.points[1]?.digest).toBeNull();
    expect(result.points[1]?.safety.details[1]?.repeat_command).toMatch(
      /^npx quorumlab rerun .* --point unsafe --replication 1$/,
    );
  });

  test('is 4 when liveness is violated', async () => {
    expect((await quorumlab(...inline(scenario(['Here', 'stalls'])))).code).toBe(ExitCode.notLive);
  });

  test('is 70 when a run crashes; the others are finished and the repeat command is given', async () => {
    const { code, out } = await quorumlab(...inline(scenario(['Here', 'crashes'])));
    expect(code).toBe(ExitCode.crashed);
    expect(out).toContain('not finished: crashes, replication 1: RangeError: no bucket for this arrival');
    const { result } = written();
    expect(result.failed_runs).toHaveLength(1);
    expect(result.failed_runs[0]?.repeat_command).toContain('--point crashes --replication 1');
    expect(result.points[1]).toMatchObject({ finished_replications: 2 });
    expect(result.points[1]?.estimates.throughput_per_s?.replications).toBe(2);
  });

  test('is the gravest of several: 70 before 3 before 5 before 4 before 2, and 130 before all', () => {
    expect(exitCodeOf([2, 4, 5, 3, 70])).toBe(70);
    expect(exitCodeOf([2, 4, 5, 3])).toBe(3);
    expect(exitCodeOf([2, 4, 5])).toBe(5);
    expect(exitCodeOf([2, 4])).toBe(4);
    expect(exitCodeOf([2])).toBe(2);
    expect(exitCodeOf([])).toBe(0);
    expect(exitCodeOf([70, 130])).toBe(130);
  });

  test('is 3 where one point is unsafe, another not live and objectives are missed', async () => {
    const { code } = await quorumlab(...inline(scenario(['unsafe', 'stalls'], 'objective: { finality_p99: 1ms }')));
    expect(code).toBe(ExitCode.unsafe);
  });

  test('is 130 after Ctrl-C, and what had finished is written', async () => {
    const { code, err } = await interruptible(
      (told) => told.includes('3 of 6 runs'),
      'run',
      scenario(['Here', 'hangs']),
      '--threads',
      '2',
      '--out',
      outFolder(),
    );
    expect(code).toBe(ExitCode.interrupted);
    expect(err).toContain('stopping; what has finished is written');
    expect(err).toContain('stopped: finished runs are not kept');
    const { result } = written();
    expect(result.points[0]).toMatchObject({ finished_replications: 3 });
    expect(result.points[1]).toMatchObject({ finished_replications: 0 });
    expect(result.failed_runs.map(({ reason }) => reason)).toEqual(new Array(3).fill('interrupted before it ended'));
  });

  test('is 130 after Ctrl-C without overwriting a complete result of before', async () => {
    const file = scenario();
    await quorumlab(...inline(file));
    const before = written().text('result.json');
    const { code, err } = await counting(inline(file), 3);
    expect(code).toBe(ExitCode.interrupted);
    expect(err).toContain('left as it is');
    expect(written().text('result.json')).toBe(before);
  });

  test('is 130 with one sentence where nothing had finished, and nothing is written', async () => {
    const { code, out, err } = await interruptible(
      (told) => told.includes('0 of 3 runs'),
      'run',
      scenario(['hangs']),
      '--threads',
      '1',
      '--out',
      outFolder(),
    );
    expect(code).toBe(ExitCode.interrupted);
    expect(err).toContain('stopped: no answer is written, and no runs are kept');
    expect(out).toBe('');
    expect(existsSync(outFolder())).toBe(false);
  });

  test('is 1 for a file that is not there, and for every problem of a scenario, all said with their place', async () => {
    const missing = await quorumlab(...inline(join(folder, 'nowhere.yaml')));
    expect(missing.code).toBe(ExitCode.usage);
    expect(missing.err).toContain('nowhere.yaml');
    const file = scenario(undefined, 'sed: 3\nobjektive: {}\n');
    const wrong = await quorumlab(...inline(file));
    expect(wrong.code).toBe(ExitCode.usage);
    expect(wrong.err).toContain(`${file}:13:1: sed:`);
    expect(wrong.err).toContain(`${file}:14:1: objektive:`);
    expect(existsSync(outFolder())).toBe(false);
  });

  test('is 1 for wrong usage: no file, an unknown option, no whole number, contradicting options', async () => {
    const file = scenario();
    for (const argv of [
      ['run'],
      ['run', file, '--fast'],
      ['run', file, '--threads', '0'],
      ['run', file, '--replications', '2.5'],
      ['run', file, '--inline', '--threads', '2'],
      [],
    ]) {
      const { code, err } = await quorumlab(...argv);
      expect(code, argv.join(' ')).toBe(ExitCode.usage);
      expect(err, argv.join(' ')).not.toBe('');
    }
  });

  test('is 1 for an option of another command, which is named; and where a section is meant, how to change that', async () => {
    const file = scenario();
    const { code, err } = await quorumlab('run', file, '--objective', 'finality_p99 <= 2s');
    expect(code).toBe(ExitCode.usage);
    expect(err).toBe(
      "error: unknown option '--objective'\n(--help says more)\n--objective is an option of size\n" +
        "the objective of a scenario stands in its file; --set 'objective=…' changes it\n",
    );
    expect((await quorumlab('tune', file, '--dry-run')).err).toContain('--dry-run is an option of cache prune\n');
    expect((await quorumlab('list', '--objective')).err).not.toContain('--set');
    expect((await quorumlab('run', file, '--fast')).err).not.toContain('is an option of');
  });

  test('is 1 for an unknown command, with the nearest one suggested', async () => {
    const { code, err } = await quorumlab('rnu', 'x.yaml');
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain("unknown command 'rnu'");
    expect(err).toContain('Did you mean run?');
  });

  test('is 1 when the output folder cannot be made', async () => {
    const file = scenario();
    const { code, err } = await quorumlab('run', file, '--inline', '--out', join(file, 'below-a-file'));
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain('below-a-file');
    expect(err).not.toContain('internal error');
  });

  test('is 1, before anything is run, for a place that makes no folders', async (context) => {
    context.skip(!existsSync('/proc/self'), 'this system has no /proc');
    const { code, out, err } = await quorumlab('run', scenario(), '--inline', '--out', '/proc/foo/bar');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: '--out /proc/foo/bar: nothing can be made here; name a folder where you may write\n',
    });
  });

  test('is 1 on a full disk, which is named with the way on, and leaves no half file', async (context) => {
    context.skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    const full = (name: string): void => symlinkSync('/dev/full', join(name, `.result.json.${process.pid}.tmp`));
    await quorumlab(...inline(scenario()));
    const [id = ''] = readdirSync(join(outFolder(), 'trial'));
    const where = join(outFolder(), 'trial', id);
    full(where);
    const { code, err } = await quorumlab(...inline(scenario(), '--cache', join(folder, 'runs')));
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain(
      `${where}: no space is left; free some, or name another folder with --out; finished runs are kept, so the same command goes on`,
    );
    expect(readdirSync(where)).not.toContain(`.result.json.${process.pid}.tmp`);
    full(where);
    const without = await quorumlab(...inline(scenario(), '--no-cache'));
    expect(without.err).toMatch(/name another folder with --out\n$/);
  });

  test('is 1, before anything is run, where the disk is full from the beginning', async (context) => {
    context.skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    symlinkSync('/dev/full', join(folder, `.quorumlab-${process.pid}.tmp`));
    const { code, err } = await quorumlab('run', scenario(), '--inline', '--out', folder);
    expect({ code, err }).toEqual({
      code: ExitCode.usage,
      err: `--out ${folder}: no space is left; free some, or name another folder\n`,
    });
    expect(readdirSync(folder)).toEqual(['trial.yaml']);
  });

  test('leaves no folder behind when it only tried whether it could be made', async () => {
    const { folderProblem } = await import('../../src/cli/output-folder.ts');
    expect(folderProblem(join(folder, 'a/b/c'))).toBeNull();
    expect(existsSync(join(folder, 'a'))).toBe(false);
    expect(folderProblem(folder)).toBeNull();
    expect(existsSync(folder)).toBe(true);
  });

  test('is 0 for --help, which has one line for each command, and for --version', async () => {
    const { code, out } = await quorumlab('--help');
    expect(code).toBe(ExitCode.ok);
    for (const name of ['run', 'rerun', 'sensitivity', 'calibrate', 'lint', 'init', 'list', 'explain', 'schema'])
      expect(out).toMatch(new RegExp(`^  ${name} +\\w.*$`, 'm'));
    expect((await quorumlab('--version')).code).toBe(ExitCode.ok);
  });
});
