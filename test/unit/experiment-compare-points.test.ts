// Points compared in pairs: which pairs, which measures, over which replications, and how many comparisons are corrected for.
import { describe, expect, test } from 'vitest';
import { comparePoints } from '../../src/experiment/compare-points.ts';
import { estimatePoint, type PointEstimate } from '../../src/experiment/point-estimate.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import { holmAdjusted } from '../../src/statistics/holm.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

const crash = { kind: 'crash', target: 'leader', at: 4 * SECOND, duration: SECOND } as const;

function point(
  label: string,
  replications: readonly number[],
  change: (run: RunResult) => RunResult = (run) => run,
  faults: readonly unknown[] = [],
): PointEstimate {
  const spec = fakeSpec({ label, faults: faults as never });
  const runs = replications.map((replication) => change(fakeRun({ ...spec, replication, seed: 50 + replication })));
  return estimatePoint({ warmup: 1 * SECOND, objectives: [] }, spec, runs);
}
const WHOLE = ['throughput_per_s', 'finality_p50_ms', 'finality_p90_ms', 'finality_p99_ms', 'availability'];
const pairsOf = (points: readonly PointEstimate[]) => [
  ...new Set(comparePoints(points).map(({ a, b }) => `${a}-${b}`)),
];

describe('points are compared', () => {
  test('in every pair and every main measure, over the replications that both have', () => {
    const rows = comparePoints([point('A', [0, 1, 2, 3, 4]), point('B', [0, 2, 3, 4, 5, 6])]);
    expect(rows.map(({ measure }) => measure)).toEqual(WHOLE);
    for (const { paired } of rows) expect(paired.difference.count).toBe(4);
    const p99 = rows.find(({ measure }) => measure === 'finality_p99_ms');
    const common = (label: string) => point(label, [0, 2, 3, 4]).estimates.finality_p99_ms?.mean as number;
    expect(p99?.paired.meanA).toBeCloseTo(common('A'), 9);
    expect(p99?.paired.meanB).toBeCloseTo(common('B'), 9);
    expect(pairsOf(['A', 'B', 'C'].map((label) => point(label, [0, 1])))).toEqual(['0-1', '0-2', '1-2']);
    expect(comparePoints([point('A', [0, 1])])).toEqual([]);
  });

  test('before the first fault, too, where there are faults', () => {
    // Segments of a second, so that some end before the fault.
    const cut = { boundaries: Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND) };
    const make = (label: string): PointEstimate => {
      const spec = fakeSpec({ label, faults: [crash] as never, ...cut });
      const runs = [0, 1, 2].map((replication) => fakeRun({ ...spec, replication, seed: 9 + replication }));
      return estimatePoint({ warmup: 1 * SECOND, objectives: [] }, spec, runs);
    };
    const [a, b] = [make('A'), make('B')];
    const calm = comparePoints([a, b]).find(({ measure }) => measure === 'undisturbed_p99_ms');
    expect(calm?.paired.meanA).toBeCloseTo(a.undisturbed?.p99?.mean as number, 9);
    expect(calm?.paired.meanB).toBeCloseTo(b.undisturbed?.p99?.mean as number, 9);
  });

  test('over one stretch of time: behind the later of their warm-ups, in both', () => {
    const cut = { boundaries: Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND) };
    const make = (label: string, warmup: number): PointEstimate => {
      const spec = fakeSpec({ label, faults: [{ ...crash, at: 8 * SECOND }] as never, ...cut });
      const runs = [0, 1, 2].map((replication) => fakeRun({ ...spec, replication, seed: 9 + replication }));
      // What is offered, and so what gets through, is not the same all along.
      const rising = runs.map((run) => ({
        ...run,
        segments: run.segments.map((segment, i) => ({ ...segment, final: segment.final + 10 * i })),
      }));
      return estimatePoint({ warmup: warmup * SECOND, objectives: [] }, spec, rising);
    };
    const rows = comparePoints([make('A', 1), make('B', 4)]);
    const [late, own] = [make('A', 4), make('B', 4)];
    expect(rows.map(({ measure }) => measure)).toEqual([
      ...WHOLE.slice(0, 4),
      ...['undisturbed_p50_ms', 'undisturbed_p90_ms', 'undisturbed_p99_ms'],
      'availability',
    ]);
    for (const { from } of rows) expect(from).toBe(4 * SECOND);
    const means = (name: (typeof rows)[number]['measure']) => {
      const paired = rows.find(({ measure }) => measure === name)?.paired;
      return [paired?.meanA, paired?.meanB];
    };
    for (const name of ['throughput_per_s', 'finality_p99_ms', 'availability'] as const)
      expect(means(name)).toEqual([late.estimates[name]?.mean, own.estimates[name]?.mean]);
    expect(means('undisturbed_p99_ms')).toEqual([late.undisturbed?.p99?.mean, own.undisturbed?.p99?.mean]);
    // Each behind its own warm-up, A would seem to get less through only because it was measured earlier.
    expect(make('A', 1).estimates.throughput_per_s?.mean).toBeLessThan((means('throughput_per_s')[0] ?? 0) - 10);
  });

  test('never in finality with one that did not keep up, and not at all with one that broke its promise', () => {
    const silent = (run: RunResult): RunResult => ({
      ...run,
      outages: [{ from: 2 * SECOND, to: 10 * SECOND }],
      unfinished: new Float64Array(100).fill(5 * SECOND),
    });
    const stalled = point('stalled', [0, 1, 2], silent);
    expect(stalled.condition?.condition).not.toBe('keeps up');
    const rows = comparePoints([point('A', [0, 1, 2]), stalled]);
    expect(rows.map(({ measure }) => measure)).toEqual(['throughput_per_s']);
    expect(comparePoints([point('A', [0, 1, 2]), point('unsafe', [0, 1, 2])])).toEqual([]);
  });

  test('each with the soonest where they are many, counting all pairs that could have been picked', () => {
    const points = 'ABCDEFGHI'.split('').map((label) => point(label, [0, 1, 2, 3, 4]));
    const rows = comparePoints(points);
    const p99 = points.map(({ estimates }) => estimates.finality_p99_ms?.mean as number);
    const soonest = p99.indexOf(Math.min(...p99));
    expect(rows).toHaveLength(8 * WHOLE.length);
    expect(rows.every(({ a }) => a === soonest)).toBe(true);
    const pairs = (9 * 8) / 2;
    expect(rows.map(({ pAdjusted }) => pAdjusted)).toEqual(
      holmAdjusted(
        rows.map(({ paired }) => paired.pValue),
        pairs * WHOLE.length,
      ),
    );
  });

  test('in throughput no more surely than a transaction more or less in a run leaves it', () => {
    // Both count 1,800 in nine seconds, and 1,801: twice the same difference by chance is no proof.
    const more = (run: RunResult): RunResult => ({
      ...run,
      segments: run.segments.map((segment, i) => (i === 1 ? { ...segment, final: segment.final + 1 } : segment)),
    });
    const [row] = comparePoints([point('A', [0, 1], more), point('B', [0, 1])]);
    expect(row?.paired.difference.mean).toBeCloseTo(1 / 9, 9);
    const error = Math.sqrt((2 * (1 / 9) ** 2) / 12);
    expect((row?.paired.difference.high as number) - 1 / 9).toBeCloseTo(12.7062047 * error, 6);
    expect(row?.paired.pValue).toBeGreaterThan(0.05);
  });

  test('without a p-value after one replication', () => {
    for (const row of comparePoints([point('A', [0]), point('B', [0])])) expect(row.pAdjusted).toBeNull();
  });
});
