// Per-run values become estimates, and estimates answer the objectives (DESIGN section 7).
import { describe, expect, test } from 'vitest';
import {
  ESTIMATE_NAMES,
  type Estimates,
  estimateOf,
  estimatesOf,
  type RunValues,
} from '../../src/experiment/estimate.ts';
import { judge, type Objective } from '../../src/experiment/objective.ts';

const valuesWith = (values: Partial<Record<string, number | null>>): RunValues =>
  Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, values[name] ?? null])) as RunValues;

describe('an estimate', () => {
  test("is the mean with Student's 95 % interval", () => {
    // t(0.975, 4) = 2.776445; the standard deviation of 1…5 is √2.5.
    const half = (2.776445105 * Math.sqrt(2.5)) / Math.sqrt(5);
    const estimate = estimateOf([1, 2, 3, 4, 5]);
    expect(estimate?.mean).toBe(3);
    expect(estimate?.low).toBeCloseTo(3 - half, 7);
    expect(estimate?.high).toBeCloseTo(3 + half, 7);
    expect(estimate?.replications).toBe(5);
  });

  test('of one replication has no width', () => {
    expect(estimateOf([7])).toEqual({ mean: 7, low: 7, high: 7, replications: 1 });
  });

  test('counts only the replications that could tell, and is null when none could', () => {
    expect(estimateOf([null, 7])).toEqual({ mean: 7, low: 7, high: 7, replications: 1 });
    expect(estimateOf([null, null])).toBeNull();
  });

  test('of a share stays within 0 and 1, and of anything else above 0', () => {
    const estimates = estimatesOf([
      valuesWith({ availability: 1, longest_outage_ms: 0 }),
      valuesWith({ availability: 0.9, longest_outage_ms: 10 }),
    ]);
    expect(estimates.availability?.high).toBe(1);
    expect(estimates.availability?.low).toBeGreaterThan(0);
    expect(estimates.longest_outage_ms?.low).toBe(0);
    expect(estimates.longest_outage_ms?.high).toBeGreaterThan(10);
  });
});

describe('an objective', () => {
  const estimates = {
    ...estimatesOf([valuesWith({ finality_p99_ms: 1800, throughput_per_s: 449 })]),
  } as Estimates;
  const objective = (changes: Partial<Objective>): Objective => ({
    measure: 'finality_p99',
    estimate: 'finality_p99_ms',
    direction: 'at-most',
    target: 2000,
    text: '2s',
    ...changes,
  });

  test('is met at its target and beyond, in its direction', () => {
    expect(judge([objective({})], estimates)).toEqual([
      { measure: 'finality_p99', target: '2s', value: 1800, met: true },
    ]);
    expect(judge([objective({ target: 1800 })], estimates)[0]?.met).toBe(true);
    expect(judge([objective({ target: 1799 })], estimates)[0]?.met).toBe(false);
    const throughput = objective({
      measure: 'throughput',
      estimate: 'throughput_per_s',
      direction: 'at-least',
      text: '450/s',
    });
    expect(judge([{ ...throughput, target: 449 }], estimates)[0]?.met).toBe(true);
    expect(judge([{ ...throughput, target: 450 }], estimates)[0]?.met).toBe(false);
  });

  test('that could not be measured is missed', () => {
    expect(judge([objective({ estimate: 'availability' })], estimates)[0]).toMatchObject({ value: null, met: false });
  });
});
