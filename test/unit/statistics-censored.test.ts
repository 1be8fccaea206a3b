// The product-limit estimate against the worked example of the paper's own kind, and against plain quantiles where nothing is missing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CensoredLatencies } from '../../src/statistics/censored.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';

const of = (finished: readonly number[], ages: readonly number[] = []): CensoredLatencies => {
  const histogram = new LogLinearHistogram();
  for (const value of finished) histogram.record(value);
  return new CensoredLatencies(histogram, ages);
};
const latency = fc.integer({ min: 1, max: 100 });

describe('latencies of which some are unfinished', () => {
  test('have the survival of a published example: 6-MP remission times (Freireich et al. 1963)', () => {
    // Relapses at 6, 6, 6, 7, 10, 13, 16, 22, 23 weeks; still in remission at the others. S(6) = 0.857, S(13) = 0.690, S(23) = 0.448.
    const remission = of([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
    for (const [at, survival] of [
      [6, 0.857],
      [7, 0.807],
      [10, 0.753],
      [13, 0.69],
      [16, 0.627],
      [22, 0.538],
      [23, 0.448],
    ] as const) {
      expect(remission.quantile(1 - survival - 0.001)).toEqual({ value: at, atLeast: false });
      expect(remission.quantile(1 - survival + 0.001)?.value).toBeGreaterThan(at);
    }
    expect(remission.quantile(0.6)).toEqual({ value: 35, atLeast: true });
  });

  test('are those of the histogram where nothing is unfinished', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const histogram = new LogLinearHistogram();
        for (const value of values) histogram.record(value);
        const latencies = new CensoredLatencies(histogram, []);
        expect(latencies.quantile(q)).toEqual({ value: histogram.quantile(q), atLeast: false });
        expect(latencies.mean()?.value).toBe(histogram.mean);
        expect(latencies.max()).toEqual({ value: histogram.max, atLeast: false });
      }),
    );
  });

  test('are never shorter than those of the finished ones with every age taken for a latency', () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency, { minLength: 1 }), (finished, ages) => {
        const least = of([...finished, ...ages]);
        const latencies = of(finished, ages);
        for (const q of [0.1, 0.5, 0.9, 0.99])
          expect(latencies.quantile(q)!.value).toBeGreaterThanOrEqual(least.quantile(q)!.value);
        expect(latencies.mean()!.value).toBeGreaterThanOrEqual(least.mean()!.value - 1e-9);
      }),
    );
  });

  test('of a system that stopped answering half way have no quantile beyond half but a lower bound', () => {
    // One request each 10 ms, answered after 5 ms, until nothing is answered any more after a second.
    const stopped = of(
      Array.from({ length: 100 }, () => 5),
      Array.from({ length: 100 }, (_, i) => 10 * (i + 1)),
    );
    expect(stopped.quantile(0.49)).toEqual({ value: 5, atLeast: false });
    expect(stopped.quantile(0.99)).toEqual({ value: 1000, atLeast: true });
    expect(stopped.max()).toEqual({ value: 1000, atLeast: true });
    expect(stopped.mean()?.atLeast).toBe(true);
  });

  test('are hardly moved by what is merely under way', () => {
    const healthy = of(
      Array.from({ length: 1000 }, (_, i) => 50 + (i % 20)),
      [5, 15, 25, 35, 45, 55],
    );
    expect(healthy.quantile(0.99)).toEqual({ value: 69, atLeast: false });
    expect(healthy.mean()!.value).toBeCloseTo(59.5, 1);
  });

  test('of nothing sent are unknown, and of nothing finished as long as the oldest waits', () => {
    expect([of([]).quantile(0.5), of([]).mean(), of([]).max()]).toEqual([null, null, null]);
    expect(of([], [7, 3]).quantile(0.5)).toEqual({ value: 7, atLeast: true });
    expect(of([], [7, 3]).mean()).toEqual({ value: 7, atLeast: true });
  });
});
