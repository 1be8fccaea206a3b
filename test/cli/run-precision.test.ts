// `quorumlab run` with a stopping rule: rounds until the precision is reached, what the result says of it, and the same bytes again.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/cli/exit-codes.ts';
import type { ResultFile } from '../../src/results/result-file.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { type Ended, quorumlabWith } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-precision-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `Calm` hardly varies from run to run, `Wild` does, and both vary together; `Wild` is the slower one by 20 ms. */
function simulate(spec: RunSpec): RunResult {
  const run = fakeRun(spec);
  const swing = ((spec.replication * 7) % 5) - 2;
  const ms = spec.label.startsWith('Calm') ? 300 + swing / 10 : 320 + 15 * swing;
  const finality = (count: number) => {
    const histogram = new LogLinearHistogram();
    histogram.recordMany(Math.round(ms * MILLISECOND), count);
    return histogram.toSparse();
  };
  return { ...run, segments: run.segments.map((segment) => ({ ...segment, finality: finality(segment.final) })) };
}

function scenario(run: string): string {
  const file = join(folder, 'trial.yaml');
  writeFileSync(
    file,
    `scenario: 1
name: trial
question: Which is final sooner?
seed: 7
run: ${run}
nodes: { count: 3 }
clients: [{ node: 0, load: { open: { poisson: 100/s } } }]
workload: opaque
compare: [{ label: Calm, protocol: raft }, { label: Wild, protocol: raft }]
`,
  );
  return file;
}

const run = (...argv: string[]): Promise<Ended> =>
  quorumlabWith({ simulate }, 'run', ...argv, '--inline', '--no-report', '--out', join(folder, 'out'));

async function resultOf(...argv: string[]): Promise<ResultFile> {
  const { code, out, err } = await run(...argv, '--json');
  expect(err).not.toContain('error');
  expect(code).toBe(ExitCode.ok);
  return JSON.parse(out) as ResultFile;
}

const PRECISE = '{ warmup: 1s, duration: 10s, precision: { finality_p99: 3% }, most_replications: 40 }';

describe('a precision', () => {
  test('makes runs go on at the points that need them, and the result says which rule ended each', async () => {
    const result = await resultOf(scenario(PRECISE));
    expect(result.run).toEqual({
      kind: 'steady-state',
      declared: false,
      stop_after: null,
      replications: 5,
      most_replications: 40,
      precision: [{ measure: 'finality_p99', share: 0.03 }],
    });
    const [calm, wild] = result.points.map(({ stopping }) => stopping);
    expect(calm).toMatchObject({ ended_by: 'precision', replications: 5, precision: [{ asked: 0.03, met: true }] });
    expect(wild?.ended_by).toBe('precision');
    expect(wild?.replications).toBeGreaterThan(5);
    expect(wild?.precision[0]?.reached).toBeLessThanOrEqual(0.03);
    expect(result.points[1]?.run_digests).toHaveLength(wild?.replications as number);
    // Paired over the replications that both have.
    expect(result.comparisons.map(({ pairs }) => pairs)).toEqual(result.comparisons.map(() => 5));
  });

  test('that the budget does not buy is said in the verdict, and the result is complete all the same', async () => {
    const file = scenario(PRECISE);
    const result = await resultOf(file, '--precision', 'finality_p99=0.5%', '--most-replications', '12');
    expect(result.points.map(({ stopping }) => [stopping.ended_by, stopping.replications])).toEqual([
      ['precision', 5],
      ['budget', 12],
    ]);
    expect(result.verdict.join('\n')).toMatch(
      /The precision asked for is NOT reached by Wild after 12 replications \(finality_p99 ±[\d.]+%, asked ±0.500%\)/,
    );
    expect(result.repeat_command).toBe(
      `npx quorumlab run ${file} --set run.precision.finality_p99=0.5% --set run.most_replications=12`,
    );
    expect(result.failed_runs).toEqual([]);
  });

  test('gives the same bytes again, and another result than fixed replications', async () => {
    const file = scenario(PRECISE);
    await run(file);
    const [id] = readdirSync(join(folder, 'out', 'trial'));
    const read = () => readFileSync(join(folder, 'out', 'trial', id as string, 'result.json'), 'utf8');
    const first = read();
    await run(file);
    expect(readdirSync(join(folder, 'out', 'trial'))).toEqual([id]);
    expect(read()).toBe(first);
    await run(file, '--set', 'run.precision=null', '--set', 'run.most_replications=null');
    expect(readdirSync(join(folder, 'out', 'trial'))).toHaveLength(2);
  });

  test('is told on the terminal with what such a rule does to intervals', async () => {
    const { out } = await run(scenario(PRECISE));
    expect(out).toContain('Precision asked for: finality_p99 ±3.00% of the mean, at most 40 replications.');
    expect(out).toMatch(/Reached by Calm and Wild after 5 to \d+ replications\./);
    expect(out).toContain('stops too often when it is so by chance');
    expect(out).toContain(
      'Steady-state runs (taken to be: the scenario does not say): left out as warm-up: the first 1 s (given).',
    );
  });

  test('is not pursued by --quick, which says so', async () => {
    const result = await resultOf(scenario(PRECISE), '--quick');
    expect(result.points.map(({ stopping }) => stopping.ended_by)).toEqual(['fixed', 'fixed']);
    expect(result.warnings[0]).toContain('the precision asked for is not pursued');
  });

  test('leaves the number of runs open in a plan', async () => {
    const { out } = await run(scenario(PRECISE), '--plan');
    expect(out).toContain(
      '2 points × 5 replications = 10 runs of 10s virtual time, then more until the precision asked for is reached: at most 80 runs in all',
    );
  });

  test('lets each of its runs be run again', async () => {
    const file = scenario(PRECISE);
    const again = (k: string) => quorumlabWith({ simulate }, 'rerun', file, '--point', 'Wild', '--replication', k);
    expect((await again('39')).code).toBe(ExitCode.ok);
    expect((await again('40')).err).toContain('there is no replication 40, expected 0 to 39');
  });

  test.each([
    [['--precision', 'finality_p9=2%'], /There is no measure 'finality_p9' \(did you mean 'finality_p90'\?\)/],
    [['--precision', 'finality_p99'], /It must be like finality_p99=2%/],
    [['--precision', 'finality_p99=90%'], /--set run\.precision\.finality_p99: is '90%', expected/],
    [['--replications', '3'], /run\.replications: is 3, too few to stop by precision/],
  ])('that makes no sense is refused: %s', async (options, problem) => {
    const { code, err } = await run(scenario(PRECISE), ...options);
    expect(code).toBe(ExitCode.usage);
    expect(err).toMatch(problem);
  });
});

describe('points', () => {
  test('are told apart by their pairs where their intervals overlap', async () => {
    const result = await resultOf(scenario('{ kind: terminating, duration: 10s, replications: 10 }'));
    const p99 = result.points.map(({ estimates }) => estimates.finality_p99_ms);
    expect(p99[1]?.low).toBeLessThan((p99[0]?.high as number) + 20);
    const row = result.comparisons.find(({ measure }) => measure === 'finality_p99_ms');
    expect(row).toMatchObject({ a: 'Calm', b: 'Wild', better: 'low', pairs: 10, ahead: 'a' });
    expect(row?.a_minus_b.mean).toBeCloseTo(-20, 0);
    expect(row?.told).toBe((row?.p_value_holm as number) < 0.05);
    expect(row?.probability_a_better).toBeCloseTo(1 - (row?.p_value as number) / 2, 10);
    expect(result.run).toMatchObject({ kind: 'terminating', declared: true });
    expect(result.points.map(({ warmup_ms }) => warmup_ms)).toEqual([0, 0]);
  });
});
