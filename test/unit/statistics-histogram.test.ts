// The log-linear histogram against exact order statistics and against hdr-histogram-js.
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { draw } from '../../src/kernel/random.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';

/** Whole nanoseconds of every order of magnitude. */
const duration = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.double({ min: 0, max: 53, noNaN: true }).map((power) => Math.floor(2 ** power)),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 52, 2 ** 53 - 1, 2 ** 53),
);
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function histogramOf(values: Iterable<number>): LogLinearHistogram {
  const histogram = new LogLinearHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('a histogram', () => {
  test('gives each quantile within 0.4 % of the order statistic of its rank', () => {
    fc.assert(
      fc.property(durations, share, (values, q) => {
        const sorted = values.toSorted((a, b) => a - b);
        const rank = Math.max(1, Math.ceil(q * values.length * (1 - 1e-15)));
        const exact = sorted[rank - 1] as number;
        const found = histogramOf(values).quantile(q) as number;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.004 * exact);
        expect(found).toBeGreaterThanOrEqual(sorted[0] as number);
        expect(found).toBeLessThanOrEqual(sorted.at(-1) as number);
      }),
      { numRuns: 3000 },
    );
  });

  test('takes rank 7 for the quantile 0.07 of 100 values, though 0.07 × 100 is a little above 7', () => {
    expect(histogramOf(Array.from({ length: 100 }, (_, i) => i + 1)).quantile(0.07)).toBe(7);
  });

  test('keeps count, minimum, maximum and sum exactly, in any order', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        const exact = values.reduce((sum, value) => sum + BigInt(value), 0n);
        expect(histogram.total).toBe(values.length);
        expect(histogram.min).toBe(Math.min(...values));
        expect(histogram.max).toBe(Math.max(...values));
        expect(histogram.sum).toBe(Number(exact));
        expect(histogramOf(values.toReversed()).toSparse()).toEqual(histogram.toSparse());
      }),
      { numRuns: 1000 },
    );
  });

  test('records a value many times at once as it records it one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(duration, fc.integer({ min: 0, max: 9 })), { maxLength: 30 }), (pairs) => {
        const together = new LogLinearHistogram();
        for (const [value, count] of pairs) together.recordMany(value, count);
        const apart = histogramOf(pairs.flatMap(([value, count]) => new Array<number>(count).fill(value)));
        expect(together.toSparse()).toEqual(apart.toSparse());
      }),
    );
    const many = new LogLinearHistogram();
    many.recordMany(3e9, 4e9);
    expect([many.total, many.sum, many.quantile(0.5)]).toEqual([4e9, 12e18, 3e9]);
  });

  test('merges into what recording everything would have given, in any order and in transferable form', () => {
    fc.assert(
      fc.property(fc.array(fc.array(duration, { maxLength: 40 }), { maxLength: 5 }), (parts) => {
        const whole = histogramOf(parts.flat());
        const merged = new LogLinearHistogram();
        for (const part of parts) merged.merge(histogramOf(part));
        const backwards = new LogLinearHistogram();
        for (const part of parts.toReversed())
          backwards.merge(LogLinearHistogram.fromSparse(histogramOf(part).toSparse()));
        expect(merged.toSparse()).toEqual(whole.toSparse());
        if (whole.sum < 2 ** 53) expect(backwards.toSparse()).toEqual(whole.toSparse());
        expect(backwards.quantile(0.5)).toBe(whole.quantile(0.5));
      }),
    );
  });

  test('survives its transferable form, which holds only the buckets in use', () => {
    const sparse = histogramOf([5, 5, 1_000_000, 2 ** 40]).toSparse();
    expect([...sparse.counts]).toEqual([2, 1, 1]);
    expect(LogLinearHistogram.fromSparse(structuredClone(sparse)).toSparse()).toEqual(sparse);
  });

  test('counts the values up to a bound within the width of a bucket, and exactly at its ends', () => {
    fc.assert(
      fc.property(durations, duration, (values, bound) => {
        const histogram = histogramOf(values);
        const found = histogram.countAtMost(bound);
        expect(found).toBeLessThanOrEqual(values.filter((value) => value <= bound * 1.008 + 1).length);
        expect(found).toBeGreaterThanOrEqual(values.filter((value) => value <= bound * 0.992 - 1).length);
        expect(histogram.countAtMost(Math.max(...values))).toBe(values.length);
        expect(histogram.countAtMost(Math.min(...values) - 1)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('has nothing to say when empty, and no number stands for that', () => {
    const empty = new LogLinearHistogram();
    expect([empty.total, empty.sum, empty.countAtMost(5)]).toEqual([0, 0, 0]);
    expect([empty.min, empty.max, empty.mean, empty.quantile(0.5)]).toEqual([null, null, null, null]);
    expect(empty.cdf()).toEqual([]);
    expect(LogLinearHistogram.fromSparse(empty.toSparse())).toEqual(empty);
  });

  test('refuses what is no duration', () => {
    const histogram = new LogLinearHistogram();
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 2])
      expect(() => histogram.record(value)).toThrow(`${value} is not a whole number from 0 to 2^53`);
    expect(() => histogram.recordMany(1, -1)).toThrow('-1 is not a whole count');
    expect(() => histogram.quantile(1.1)).toThrow('quantile 1.1 is not in [0, 1]');
    expect(histogram.total).toBe(0);
  });
});

describe('the cumulative distribution', () => {
  test('ascends to the maximum at share 1, each point with the share of values up to it', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 2, max: 60 }), (values, limit) => {
        const points = histogramOf(values).cdf(limit);
        expect(points.length).toBeLessThanOrEqual(limit);
        expect(points.at(-1)).toEqual({ value: Math.max(...values), share: 1 });
        for (const [i, point] of points.entries()) {
          expect(point.share).toBeCloseTo(values.filter((value) => value <= point.value).length / values.length, 12);
          if (i > 0) expect(point.value).toBeGreaterThan(points[i - 1]?.value as number);
          if (i > 0) expect(point.share).toBeGreaterThan(points[i - 1]?.share as number);
        }
      }),
    );
  });

  test('of a narrow body with a long tail keeps points in both', () => {
    const histogram = new LogLinearHistogram();
    for (let i = 0; i < 100_000; i++) histogram.record(1_000_000 + i * 5);
    for (let i = 0; i < 100; i++) histogram.record(2_000_000 + i * 10_000_000);
    const points = histogram.cdf(40);
    expect(points.length).toBeLessThanOrEqual(40);
    expect(points.filter((point) => point.share < 0.998).length).toBeGreaterThanOrEqual(10);
    expect(points.filter((point) => point.share > 0.999).length).toBeGreaterThanOrEqual(10);
  });
});

test('hdr-histogram-js finds the same quantiles, mean and extremes in 200,000 values of four orders of magnitude', () => {
  const oracle = build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3, highestTrackableValue: 1e12 });
  const histogram = new LogLinearHistogram();
  for (let i = 0; i < 200_000; i++) {
    const value = Math.floor(1e5 * Math.exp(((draw(1, i) >>> 0) / 4294967296) * 9.2));
    oracle.recordValue(value);
    histogram.record(value);
  }
  for (const percentile of [0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99]) {
    const expected = oracle.getValueAtPercentile(percentile);
    expect(Math.abs((histogram.quantile(percentile / 100) as number) / expected - 1)).toBeLessThan(0.006);
  }
  expect(histogram.total).toBe(oracle.totalCount);
  expect(Math.abs((histogram.mean as number) / oracle.mean - 1)).toBeLessThan(0.001);
  expect(Math.abs((histogram.max as number) / oracle.maxValue - 1)).toBeLessThan(0.001);
});
