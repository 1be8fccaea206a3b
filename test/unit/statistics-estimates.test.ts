// Summaries, intervals, paired comparison, batch means and warm-up detection against simple-statistics, hand-made cases and their own promises.
import fc from 'fast-check';
import * as oracle from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../../src/kernel/elementary.ts';
import { draw, unit } from '../../src/kernel/random.ts';
import {
  batchMeans,
  lag1Correlation,
  meanInterval,
  pairedDifference,
  relativeHalfWidth,
} from '../../src/statistics/intervals.ts';
import { binomialCdf } from '../../src/statistics/order-statistics.ts';
import { studentTail } from '../../src/statistics/student-t.ts';
import { quantileOfSorted, summaryOf } from '../../src/statistics/summary.ts';
import { mser, mser5 } from '../../src/statistics/warm-up.ts';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const noise = (seed: number, i: number): number => normalQuantile(unit(draw(seed, i)));

describe('a summary', () => {
  test('has the moments, extremes and quantiles of simple-statistics', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 50 }), (values) => {
        const summary = summaryOf(values);
        expect(summary.mean).toBeCloseTo(oracle.mean(values), 6);
        expect(summary.variance / 1e12).toBeCloseTo(oracle.sampleVariance(values) / 1e12, 12);
        expect([summary.min, summary.max]).toEqual([oracle.min(values), oracle.max(values)]);
        const sorted = values.toSorted((a, b) => a - b);
        expect(quantileOfSorted(sorted, 0.5)).toBeCloseTo(oracle.medianSorted(sorted), 6);
      }),
    );
  });

  test('of one value has no variance, and of none or of NaN there is none', () => {
    expect(summaryOf([3])).toEqual({ count: 1, mean: 3, variance: 0, min: 3, max: 3 });
    expect(() => summaryOf([])).toThrow('no values');
    expect(() => summaryOf([1, Number.NaN])).toThrow('value 2 of 2 is NaN');
    expect(quantileOfSorted([1, 2, 4], 0.75)).toBe(3);
  });
});

describe('the interval on a mean', () => {
  test('is that of a worked example', () => {
    // Mean 12, standard deviation 2, n = 5: 12 ± 2.776 · 2/√5.
    const { mean, low, high, count } = meanInterval([10, 14, 12, 10, 14]);
    expect([mean, count]).toEqual([12, 5]);
    expect(high - mean).toBeCloseTo((2.7764 * 2) / Math.sqrt(5), 4);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  test('of one replication is its value, and claims no precision', () => {
    const one = meanInterval([7]);
    expect(one).toEqual({ mean: 7, low: 7, high: 7, count: 1 });
    expect(relativeHalfWidth(one)).toBe(Number.POSITIVE_INFINITY);
    expect(relativeHalfWidth(meanInterval([7, 7]))).toBe(0);
    expect(relativeHalfWidth({ mean: -10, low: -11, high: -9, count: 3 })).toBeCloseTo(0.1, 12);
  });

  test('holds the true mean in 95 of 100 experiments with five replications', () => {
    const repeats = 4000;
    let held = 0;
    for (let k = 0; k < repeats; k++) {
      const { low, high } = meanInterval(Float64Array.from({ length: 5 }, (_, i) => 3 + noise(k, i)));
      if (low <= 3 && 3 <= high) held++;
    }
    expect(binomialCdf(held, repeats, 0.95)).toBeGreaterThan(5e-7);
    expect(1 - binomialCdf(held - 1, repeats, 0.95)).toBeGreaterThan(5e-7);
  });

  test('widens with confidence and refuses what is none', () => {
    const values = [1, 2, 3, 4];
    expect(meanInterval(values, 0.99).high).toBeGreaterThan(meanInterval(values, 0.9).high);
    expect(() => meanInterval(values, 1)).toThrow('confidence 1 is not in (0, 1)');
    expect(() => meanInterval([])).toThrow('no values');
  });
});

describe('a paired difference', () => {
  test('sees through noise that both configurations share', () => {
    const shared = Array.from({ length: 8 }, (_, i) => 100 + 50 * noise(1, i));
    const second = shared.map((value, i) => value + 1 + 0.1 * noise(2, i));
    const { difference, pValue } = pairedDifference(shared, second);
    expect(difference.low).toBeGreaterThan(0.7);
    expect(difference.high).toBeLessThan(1.3);
    expect(pValue).toBeLessThan(1e-6);
  });

  test('is the interval and the t-test of the differences', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 20 }), (pairs) => {
        const first = pairs.map(([a]) => a);
        const second = pairs.map(([, b]) => b);
        const differences = pairs.map(([a, b]) => b - a);
        fc.pre(oracle.sampleVariance(differences) > 1e-3);
        const { difference, pValue } = pairedDifference(first, second);
        expect(difference).toEqual(meanInterval(differences));
        // The oracle divides by n, not n − 1.
        const degrees = differences.length - 1;
        const t = oracle.tTest(differences, 0) * Math.sqrt(degrees / (degrees + 1));
        expect(pValue).toBeCloseTo(2 * studentTail(t, degrees), 6);
        // The interval excludes 0 exactly when p < 5 %.
        if (Math.abs((pValue as number) - 0.05) > 1e-6)
          expect(difference.low > 0 || difference.high < 0).toBe((pValue as number) < 0.05);
      }),
    );
  });

  test('cannot be judged from one pair, and is certain without any noise', () => {
    expect(pairedDifference([1], [3])).toEqual({ difference: { mean: 2, low: 2, high: 2, count: 1 }, pValue: null });
    expect(pairedDifference([1, 2], [3, 4]).pValue).toBe(0);
    expect(pairedDifference([1, 2], [1, 2]).pValue).toBe(1);
    expect(() => pairedDifference([1], [1, 2])).toThrow('1 values cannot be paired with 2');
  });
});

describe('batch means', () => {
  test('leave what does not fill the batches off the front', () => {
    const { interval, batchSize } = batchMeans([999, 1, 3, 5, 7], 2);
    expect(batchSize).toBe(2);
    expect(interval.mean).toBe(4);
    expect(() => batchMeans([1, 2], 3)).toThrow('2 values do not fill 3 batches');
    expect(() => batchMeans([1, 2], 1)).toThrow('2 or more');
  });

  test('give correlated series the wider interval that they need, and betray batches that are too short', () => {
    const series = new Float64Array(20_000);
    for (let i = 1; i < series.length; i++) series[i] = 0.9 * (series[i - 1] as number) + noise(3, i);
    const naive = meanInterval(series);
    const batched = batchMeans(series);
    // An AR(1) series with 0.9 has (1 + 0.9)/(1 − 0.9) = 19 times the variance of its mean.
    const ratio = (batched.interval.high - batched.interval.low) / (naive.high - naive.low);
    expect(ratio).toBeGreaterThan(Math.sqrt(19) * 0.6);
    expect(ratio).toBeLessThan(Math.sqrt(19) * 1.6);
    expect(Math.abs(batched.lag1)).toBeLessThan(0.5);
    expect(batchMeans(series, 4000).lag1).toBeGreaterThan(0.5);
  });

  test('lag-1 correlation is 1 for a slow drift, -1 for alternation and 0 for a constant', () => {
    expect(lag1Correlation(Array.from({ length: 1000 }, (_, i) => i))).toBeGreaterThan(0.99);
    expect(lag1Correlation(Array.from({ length: 1000 }, (_, i) => i % 2))).toBeLessThan(-0.99);
    expect(lag1Correlation([5, 5, 5])).toBe(0);
  });
});

describe('warm-up detection', () => {
  test('cuts where the statistic, computed from its definition, is least', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 40 }), (series) => {
        const statistic = (cut: number) => {
          const rest = series.slice(cut);
          const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
          return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
        };
        const cut = mser(series);
        expect(cut).toBeLessThanOrEqual(series.length / 2);
        for (let other = 0; other <= series.length / 2; other++)
          expect(statistic(cut)).toBeLessThanOrEqual(statistic(other) * (1 + 1e-9) + 1e-9);
      }),
    );
  });

  test('finds the end of a transient, and drops next to nothing where there is none', () => {
    for (let seed = 0; seed < 10; seed++) {
      const settling = Array.from({ length: 1000 }, (_, i) => 10 + noise(seed, i) + (i < 200 ? (200 - i) * 0.5 : 0));
      const cut = mser5(settling) as number;
      expect(cut % 5).toBe(0);
      expect(cut).toBeGreaterThanOrEqual(185);
      expect(cut).toBeLessThanOrEqual(300);
    }
    expect(mser5(new Float64Array(100).fill(4))).toBe(0);
    expect(mser([5, 5, 5, 5])).toBe(0);
  });

  test('says that a series which keeps drifting, or is too short, shows no end', () => {
    expect(mser5(Array.from({ length: 1000 }, (_, i) => i))).toBeNull();
    expect(mser5(new Float64Array(49))).toBeNull();
    expect(() => mser([])).toThrow('no values');
    expect(() => mser([1, Number.NaN])).toThrow('value 2 of 2 is NaN');
  });
});
