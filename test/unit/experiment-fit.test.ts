// Fitting: constants that made the measurements are found again, what rows cannot tell apart is refused, and a row that was not
// fitted to does not enter.
import { describe, expect, test } from 'vitest';
import { readMeasurements } from '../../src/calibration/measurements.ts';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import { type FitAnswer, type FitRow, fitConstants } from '../../src/experiment/fit.ts';
import { type ConstantName, constantNamed } from '../../src/experiment/free-constants.ts';
import { estimatePoint } from '../../src/experiment/point-estimate.ts';
import { tableOf } from '../../src/scenario/csv-table.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { leastSquares } from '../../src/statistics/least-squares.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoad, testSpec } from '../support/run-specs.ts';

const question = { warmup: SECOND / 2, objectives: [] };

/** One client beside the leader of three nodes, `delay` ms apart, without any other cost. */
function cluster(delay: number): RunSpec {
  return testSpec('raft', 3, {
    horizon: 1.5 * SECOND,
    boundaries: [SECOND / 2],
    network: {
      sites: ['a'],
      oneWay: Float64Array.of(delay * MILLISECOND),
      nodeSites: new Int32Array(3),
      jitter: { kind: 'constant', value: 0 },
      egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
      ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
    },
    machine: { handling: 0, requestHandling: 0, execution: 0 },
    clients: [clientsAt({ node: 0 }, closedLoad(1, 1), { retryAfter: null })],
  });
}

function measuredAt(delay: number, truth: Partial<Record<ConstantName, number>>): FitRow {
  const spec = cluster(delay);
  const real = Object.entries(truth).reduce(
    (changed, [name, value]) => constantNamed(name as ConstantName).applied(changed, value),
    spec,
  );
  const measured = estimatePoint(question, real, [simulate(real)]).estimates.finality_mean_ms?.mean as number;
  return { spec, question, measure: 'finality_mean_ms', measured, used: true };
}

function answerOf(rows: readonly FitRow[], constants: readonly ConstantName[]): FitAnswer {
  const experiment = fitConstants({ rows, constants });
  let step = experiment.next();
  while (!step.done) {
    const outcomes: RunOutcome[] = step.value.map((spec) => ({ ok: true, result: simulate(spec) }));
    step = experiment.next(outcomes);
  }
  return step.value;
}

describe('the fit', () => {
  test('finds the constant that made the measurements, and predicts each row from the others', () => {
    const rows = [2, 5, 10].map((delay) => measuredAt(delay, { 'link-delay': 600 * MICROSECOND }));
    const answer = answerOf(rows, ['link-delay']);
    if (!answer.ok) throw new Error(answer.why);
    expect((answer.values['link-delay'] as number) / MICROSECOND).toBeCloseTo(600, -1);
    expect(answer.rms).toBeLessThan(0.005);
    expect(answer.rmsLeftOut).toBeLessThan(0.01);
    expect(answer.converged).toBe(true);
  }, 20_000);

  test('refuses constants that these rows do not tell apart, or that none depends on, by name', () => {
    const rows = [2, 5, 10].map((delay) => measuredAt(delay, { 'link-delay': 600 * MICROSECOND }));
    const alike = answerOf(rows, ['service-time', 'link-delay']);
    expect(alike).toMatchObject({ ok: false, why: expect.stringContaining('service-time and link-delay apart') });
    expect(answerOf(rows.slice(0, 1), ['service-time', 'link-delay'])).toMatchObject({
      ok: false,
      why: expect.stringMatching(
        /^1 row is usable, and 2 constants \(.*\) need at least 2: measure more, or name fewer/,
      ),
    });
  }, 20_000);

  test('is not moved by a row that is not to be used, but predicts it', () => {
    const rows = [2, 5, 10].map((delay) => measuredAt(delay, { 'link-delay': 300 * MICROSECOND }));
    const wild: FitRow = { ...(rows[0] as FitRow), measured: 100, used: false };
    const [without, with_] = [answerOf(rows, ['link-delay']), answerOf([...rows, wild], ['link-delay'])];
    if (!without.ok || !with_.ok) throw new Error('no fit');
    expect(with_.values).toEqual(without.values);
    expect(with_.rows[3]).toMatchObject({ predicted: with_.rows[0]?.predicted, errorLeftOut: null });
  }, 20_000);
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
    expect(() => read('nodes.count\n3\n')).toThrow('m.csv:1: no column is a measure');
    expect(() => read('nodes.count,finality_p50_ms\n3,fast\n')).toThrow("m.csv:2:3: 'fast' is no number");
  });
});
