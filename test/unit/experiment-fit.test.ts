// Fitting: constants that made the measurements are found again, what rows cannot tell apart is refused or left as it is, and a row
// that was not fitted to does not enter.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMeasurements } from '../../src/calibration/measurements.ts';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import { type FitAnswer, type FitRow, fitConstants } from '../../src/experiment/fit.ts';
import { nextConstant } from '../../src/experiment/fit-choice.ts';
import { CONSTANT_NAMES, type ConstantName, constantNamed } from '../../src/experiment/free-constants.ts';
import { estimatePoint } from '../../src/experiment/point-estimate.ts';
import { tableOf } from '../../src/scenario/csv-table.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { leastSquares, standardErrors, undetermined } from '../../src/statistics/least-squares.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoad, testSpec } from '../support/run-specs.ts';

const question = { warmup: SECOND / 2, objectives: [] };

/** Clients beside the leader of nodes that are `delay` ms apart, without any other cost. */
function cluster(delay: number, clients = 1, nodes = 3): RunSpec {
  return testSpec('raft', nodes, {
    horizon: 1.5 * SECOND,
    boundaries: [SECOND / 2],
    network: {
      sites: ['a'],
      oneWay: Float64Array.of(delay * MILLISECOND),
      nodeSites: new Int32Array(nodes),
      jitter: { kind: 'constant', value: 0 },
      egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
      ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
    },
    machine: { handling: 0, requestHandling: 0, execution: 0 },
    clients: [clientsAt({ node: 0 }, closedLoad(clients, 1), { retryAfter: null })],
  });
}

type Truth = Partial<Record<ConstantName, number>>;

function measuredAt(spec: RunSpec, truth: Truth, measure: FitRow['measure'] = 'finality_mean_ms'): FitRow {
  const real = Object.entries(truth).reduce(
    (changed, [name, value]) => constantNamed(name as ConstantName).applied(changed, value),
    spec,
  );
  const measured = estimatePoint(question, real, [simulate(real)]).estimates[measure]?.mean as number;
  return { spec, question, measure, measured, used: true };
}

/** One client, at three delays. */
const alikeRows = (truth: Truth) => [2, 5, 10].map((delay) => measuredAt(cluster(delay), truth));

/** Without constants: those that the rows determine. */
function answerOf(rows: readonly FitRow[], constants?: readonly ConstantName[]): FitAnswer {
  const experiment = fitConstants({ rows, constants: constants ?? CONSTANT_NAMES, choose: constants === undefined });
  let step = experiment.next();
  while (!step.done) {
    const outcomes: RunOutcome[] = step.value.map((spec) => ({ ok: true, result: simulate(spec) }));
    step = experiment.next(outcomes);
  }
  return step.value;
}

function found(rows: readonly FitRow[], constants?: readonly ConstantName[]) {
  const answer = answerOf(rows, constants);
  if (!answer.ok) throw new Error(answer.why);
  const microseconds = answer.constants.map(({ constant, value }) => [constant, value / MICROSECOND] as const);
  return { ...answer, microseconds: Object.fromEntries(microseconds) as Truth };
}

describe('the fit', () => {
  test('finds the constant that made the measurements, and predicts each row from the others', () => {
    const answer = found(alikeRows({ 'link-delay': 600 * MICROSECOND }), ['link-delay']);
    expect(answer.microseconds['link-delay']).toBeCloseTo(600, -1);
    expect(answer.rms).toBeLessThan(0.005);
    expect(answer.rmsLeftOut).toBeLessThan(0.01);
    expect(answer.converged).toBe(true);
  }, 20_000);

  test('refuses constants that were asked for and that these rows do not tell apart, or are too few for, by name', () => {
    const rows = alikeRows({ 'link-delay': 600 * MICROSECOND });
    const alike = answerOf(rows, ['handling', 'link-delay']);
    expect(alike).toMatchObject({ ok: false, why: expect.stringContaining('handling and link-delay apart') });
    expect(answerOf(rows.slice(0, 1), ['handling', 'link-delay'])).toMatchObject({
      ok: false,
      why: expect.stringMatching(
        /^1 row is usable, and 2 constants \(.*\) need at least 2: measure more, or name fewer/,
      ),
    });
    expect(answerOf(rows, ['fsync'])).toMatchObject({ ok: true });
  }, 20_000);

  test('asked for none in particular, fits those that the rows determine and says why not the others', () => {
    const answer = found(alikeRows({ processing: 1300 * MICROSECOND }));
    expect(answer.microseconds).toEqual({ processing: expect.closeTo(1300, -1) });
    const alike = 'these rows do not tell it from processing (both move every row alike)';
    expect(answer.leftOut).toEqual([
      { constant: 'request-handling', why: alike },
      { constant: 'handling', why: alike },
      { constant: 'wake-up', why: alike },
      { constant: 'fsync', why: 'the scenario has no disk that anything waits for' },
      { constant: 'link-delay', why: alike },
    ]);
  }, 20_000);

  test('finds service times that delay and that occupy again from latencies and rates of few and many clients', () => {
    const truth = { processing: 900 * MICROSECOND, 'request-handling': 60 * MICROSECOND };
    const rows = [
      measuredAt(cluster(2), truth),
      measuredAt(cluster(10), truth),
      measuredAt(cluster(5, 4), truth),
      measuredAt(cluster(5, 32), truth),
      // Long enough that a round of clients more or less is 0.4 % of the rate.
      measuredAt({ ...cluster(5, 8), horizon: 3 * SECOND }, truth, 'throughput_per_s'),
    ];
    const { microseconds, leftOut } = found(rows);
    expect(microseconds).toEqual({ processing: expect.closeTo(900, -1.3), 'request-handling': expect.closeTo(60, 0) });
    expect(leftOut.map(({ constant }) => constant)).toEqual(['handling', 'wake-up', 'fsync', 'link-delay']);
  }, 20_000);

  test('finds the cost of a message from clusters of several sizes, beside that of a request', () => {
    const truth = { processing: 500 * MICROSECOND, handling: 80 * MICROSECOND };
    const rows = [3, 4, 5, 7].map((nodes) => measuredAt(cluster(10 - nodes, 1, nodes), truth));
    const { microseconds } = found(rows);
    expect(microseconds).toEqual({ processing: expect.closeTo(500, -1.3), handling: expect.closeTo(80, -0.7) });
  }, 20_000);

  test('takes what lies within the scatter of the rows for scatter', () => {
    const clean = [3, 5, 7].flatMap((nodes) =>
      [2, 8].map((delay) => measuredAt(cluster(delay, 1, nodes), { processing: 500 * MICROSECOND })),
    );
    const rows = clean.map((row, i) => ({
      ...row,
      measured: row.measured + ([0.2, -0.2, -0.1, 0.2, 0.15, -0.1][i] as number),
    }));
    const { microseconds, leftOut, constants } = found(rows);
    expect(Object.keys(microseconds)).toEqual(['processing']);
    expect(leftOut).toContainEqual({ constant: 'handling', why: expect.stringContaining('scatter of the rows') });
    expect(constants[0]?.standardError).toBeGreaterThan(40 * MICROSECOND);
  }, 20_000);

  test('weighs rows near and far alike: a service time is the mean of what each row says', () => {
    const rows = [2, 25].map((delay) => measuredAt(cluster(delay), { processing: 1000 * MICROSECOND }));
    const apart = rows.map((row, i) => ({ ...row, measured: row.measured + (i === 0 ? 0.3 : -0.3) }));
    expect(found(apart, ['processing']).microseconds.processing).toBeCloseTo(1000, -1);
  }, 20_000);

  test('is not moved by a row that is not to be used, but predicts it', () => {
    const rows = alikeRows({ 'link-delay': 300 * MICROSECOND });
    const wild: FitRow = { ...(rows[0] as FitRow), measured: 100, used: false };
    const [without, with_] = [found(rows, ['link-delay']), found([...rows, wild], ['link-delay'])];
    expect(with_.constants).toEqual(without.constants);
    expect(with_.rows[3]).toMatchObject({ predicted: with_.rows[0]?.predicted, errorLeftOut: null });
  }, 20_000);
});

describe('what a fit found', () => {
  test.each(CONSTANT_NAMES)('%s: its settings give a scenario exactly what was fitted', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumlab-constants-'));
    const file = join(folder, 'any.yaml');
    writeFileSync(
      file,
      'scenario: 1\nname: any\nquestion: Can it be set?\nseed: 1\nrun: { duration: 2s }\nnetwork: { matrix: { uniform: 5ms }, added_delay: 30us }\nmachine: { disk: nvme }\nnodes: { count: 3 }\nworkload: opaque\nclients: [{ node: 0, load: { open: { poisson: 5/s } } }, { node: 1, load: { open: { poisson: 9/s } } }]\nprotocol: raft\n',
    );
    const specOf = (overrides: readonly string[]) => {
      const read = loadScenario(file, { overrides });
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      return runSpecFor(read.scenario, 0, 0, { quick: false });
    };
    const { applied, settings } = constantNamed(name);
    const base = specOf([]);
    const value = 777 * MICROSECOND;
    expect(specOf(settings(value, base, 30 * MICROSECOND))).toEqual(applied(base, value));
    expect(applied(base, value)).not.toEqual(base);
    rmSync(folder, { recursive: true });
  });
});

describe('the choice of constants', () => {
  const step = 5 * MICROSECOND;
  const ms = (values: readonly (readonly number[])[]) => values.map((row) => row.map((value) => value / MILLISECOND));

  const names = ['processing', 'handling', 'fsync', 'link-delay'] as const;
  const slopes = ms([
    [1, 0, 1, 0],
    [1, 1, 2, 0],
    [1, 2, 3, 0],
    [1, 4, 5, 0],
    [1, 3, 4, 0],
  ]);
  const next = (chosen: readonly number[], errors: readonly number[], theta = [0, 0, 0, 0]) =>
    nextConstant(names, chosen, theta, { errors, slopes }, step);

  test('begins with service time, and leaves out what no row depends on', () => {
    const { next: first, leftOut } = next([], [-1, -2, -3, -5, -4]);
    expect(first).toBe(0);
    expect(leftOut).toEqual([{ constant: 'link-delay', why: 'no row depends on it' }]);
  });

  test('adds what explains most, not what others add up to, and nothing that would have to be negative', () => {
    // Handling and fsync explain the same beside processing; alone they do not.
    expect(next([0], [-1, -2, -3, -5, -4]).next).toBe(1);
    expect(next([0, 1], [-1, -2, -3, -5, -4.1])).toEqual({
      next: null,
      leftOut: [
        { constant: 'fsync', why: expect.stringMatching(/do not tell it from (processing|handling)/) },
        { constant: 'link-delay', why: 'no row depends on it' },
      ],
    });
    const falling = [-5, -4, -3, -1, -2];
    expect(next([0], falling).next).toBe(null);
    // From 3 ms it can fall.
    expect(next([0], falling, [0, 3 * MILLISECOND, 0, 0]).next).toBe(1);
  });

  test('leaves out what is scatter, and what there are too few rows for', () => {
    const scattered = next([0], [-1.2, -0.9, -1.1, -1.1, -0.8]);
    expect(scattered).toMatchObject({
      next: null,
      leftOut: [{ constant: 'handling', why: expect.stringContaining('scatter') }, {}, {}],
    });
    const two = { errors: [-1, -2], slopes: slopes.slice(0, 2) };
    expect(nextConstant(names, [0], [0, 0, 0, 0], two, step).leftOut[0]?.why).toContain('too few rows');
  });
});

describe('least squares', () => {
  test('solves what is determined, and says null where columns are 0 or parallel', () => {
    const x = leastSquares(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 3, 5],
    );
    expect(x?.[0]).toBeCloseTo(1, 10);
    expect(x?.[1]).toBeCloseTo(2, 10);
    expect(
      leastSquares(
        [
          [1, 2],
          [2, 4],
        ],
        [1, 2],
      ),
    ).toBe(null);
    expect(
      leastSquares(
        [
          [1, 0],
          [2, 0],
        ],
        [1, 2],
      ),
    ).toBe(null);
    expect(leastSquares([[1, 2]], [1])).toBe(null);
  });

  test('names a column that is a sum of others, though no two are alike', () => {
    const rows = [
      [1, 0, 1],
      [0, 1, 1],
      [1, 1, 2],
      [2, 1, 3],
    ];
    expect(undetermined(rows)).toEqual([0, 2]);
    expect(undetermined(rows.map(([a = 0, b = 0]) => [a, b]))).toBe(null);
  });

  test('knows its standard errors: of a mean s ÷ √n, of a slope s ÷ √Σ(x − x̄)²', () => {
    const residuals = [1, -2, 0, 1, 0];
    expect(
      standardErrors(
        residuals.map(() => [1]),
        residuals,
      )?.[0],
    ).toBeCloseTo(Math.sqrt(6 / 4 / 5), 12);
    const line = [0, 1, 2, 3, 4].map((x) => [1, x]);
    expect(standardErrors(line, residuals)?.[1]).toBeCloseTo(Math.sqrt(6 / 3 / 10), 12);
    expect(standardErrors([[1]], [0])).toEqual([Number.POSITIVE_INFINITY]);
  });
});

describe('measurements', () => {
  const read = (text: string) => readMeasurements(tableOf('m.csv', text));

  test('take settings, measures and busy machines from the columns, and name the others', () => {
    const { rows, ignored } = read(
      'nodes.count,network.matrix.uniform,finality_p50_ms,machine_cpu_frac,who\n3,5ms,11.04,0.13,x\n3,1ms,3.09,0.87,y\n',
    );
    expect(rows.map(({ overrides }) => overrides)).toEqual([
      ['nodes.count=3', 'network.matrix.uniform=5ms'],
      ['nodes.count=3', 'network.matrix.uniform=1ms'],
    ]);
    expect(rows.map(({ measured, cpuBound, line }) => [measured, cpuBound, line])).toEqual([
      [11.04, false, 2],
      [3.09, true, 3],
    ]);
    expect(ignored).toEqual(['who']);
  });

  test('refuse a file without a measure, and a field that is no number, with its place', () => {
    expect(() => read('nodes.count\n3\n')).toThrow('m.csv:1:1: no column is a measure');
    expect(() => read('nodes.count,finality_p50_ms\n3,fast\n')).toThrow("m.csv:2:3: 'fast' is no number");
  });
});
