// The laws behind intervals and tests: special functions, Student's t, binomial ranks, chi-square and Kolmogorov-Smirnov, against published tables,
// closed forms and simple-statistics.
import fc from 'fast-check';
import { binomialDistribution, chiSquaredDistributionTable, gammaln } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../../src/kernel/elementary.ts';
import { draw, unit } from '../../src/kernel/random.ts';
import { chiSquare, kolmogorovSmirnov, kolmogorovSmirnovTwo } from '../../src/statistics/goodness-of-fit.ts';
import { binomialCdf, quantileInterval, quantileRanks } from '../../src/statistics/order-statistics.ts';
import { incompleteBeta, logGamma, upperIncompleteGamma } from '../../src/statistics/special-functions.ts';
import { studentQuantile, studentTail } from '../../src/statistics/student-t.ts';

describe('special functions', () => {
  test('logGamma is the logarithm of the factorial, and of √π at one half', () => {
    let factorial = 1;
    for (let n = 1; n <= 100; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
    expect(() => logGamma(0)).toThrow('positive');
  });

  test('logGamma agrees with simple-statistics', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), (x) => {
        expect(Math.abs(logGamma(x) - gammaln(x))).toBeLessThan(1e-9 * Math.max(1, Math.abs(logGamma(x))));
      }),
    );
  });

  test('the incomplete beta function has its closed forms and its symmetry', () => {
    const parameter = fc.double({ min: 0.5, max: 500, noNaN: true });
    // So that 1 − x is exact, too.
    const dyadic = fc.integer({ min: 0, max: 2 ** 30 }).map((k) => k / 2 ** 30);
    fc.assert(
      fc.property(dyadic, parameter, parameter, (x, a, b) => {
        expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 11);
        expect(incompleteBeta(x, 1, b)).toBeCloseTo(1 - (1 - x) ** b, 11);
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 9);
      }),
    );
    expect(incompleteBeta(0.3, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(0.3)), 13);
  });

  test('the incomplete gamma function is a Poisson sum for whole orders', () => {
    for (const order of [1, 2, 5, 20])
      for (const x of [0.1, 1, 5, 19, 21, 60]) {
        let term = Math.exp(-x);
        let sum = term;
        for (let k = 1; k < order; k++) {
          term *= x / k;
          sum += term;
        }
        expect(Math.abs(upperIncompleteGamma(order, x) / sum - 1)).toBeLessThan(1e-11);
      }
  });
});

describe("Student's t", () => {
  test('has the published two-sided 95 % and 99 % points', () => {
    // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
    const published: readonly [degrees: number, t95: number, t99: number][] = [
      [1, 12.706, 63.657],
      [2, 4.303, 9.925],
      [3, 3.182, 5.841],
      [4, 2.776, 4.604],
      [9, 2.262, 3.25],
      [19, 2.093, 2.861],
      [30, 2.042, 2.75],
      [100, 1.984, 2.626],
    ];
    for (const [degrees, t95, t99] of published) {
      expect(studentQuantile(0.975, degrees)).toBeCloseTo(t95, 3);
      expect(studentQuantile(0.995, degrees)).toBeCloseTo(t99, 3);
    }
  });

  test('has its closed forms for one and two degrees of freedom, and is normal for very many', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (p) => {
        const one = Math.tan(Math.PI * (p - 0.5));
        const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
        expect(Math.abs(studentQuantile(p, 1) - one)).toBeLessThan(1e-9 * (1 + Math.abs(one)));
        expect(Math.abs(studentQuantile(p, 2) - two)).toBeLessThan(1e-9 * (1 + Math.abs(two)));
        expect(studentQuantile(p, 1e7)).toBeCloseTo(normalQuantile(p), 5);
      }),
    );
  });

  test('has a tail that is the inverse of its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 0.4999, noNaN: true }), fc.integer({ min: 1, max: 1000 }), (tail, df) => {
        expect(Math.abs(studentTail(-studentQuantile(tail, df), df) / tail - 1)).toBeLessThan(1e-7);
      }),
    );
    expect(() => studentQuantile(1, 3)).toThrow('not in (0, 1)');
    expect(() => studentTail(1, 0)).toThrow('0 degrees');
  });
});

describe('binomial ranks', () => {
  test('the binomial distribution function is that of simple-statistics', () => {
    for (const [trials, chance] of [
      [10, 0.3],
      [25, 0.9],
      [60, 0.5],
    ] as const) {
      let sum = 0;
      for (const [k, mass] of (binomialDistribution(trials, chance) ?? []).entries()) {
        sum += mass;
        expect(binomialCdf(k, trials, chance)).toBeCloseTo(sum, 3);
      }
    }
    expect(binomialCdf(3, 5, 0.5)).toBeCloseTo(26 / 32, 13);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
  });

  test('a median of 10 values lies between the 2nd and the 9th with 97.9 %, as published', () => {
    // Conover, Practical Nonparametric Statistics, section 3.2.
    const ranks = quantileRanks(10, 0.5);
    expect([ranks?.low, ranks?.high]).toEqual([2, 9]);
    expect(ranks?.coverage).toBeCloseTo(1 - (2 * 11) / 1024, 12);
  });

  test('are the closest that reach the confidence, and none where values are too few', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (count, q) => {
        const ranks = quantileRanks(count, q);
        if (ranks === null) {
          // One side cannot be bounded: all values lie on the other with more than 2.5 %.
          expect(Math.max(q ** count, (1 - q) ** count)).toBeGreaterThan(0.025 * (1 - 1e-9));
          return;
        }
        expect(ranks.coverage).toBeGreaterThanOrEqual(0.95 - 1e-12);
        expect(binomialCdf(ranks.low, count, q)).toBeGreaterThan(0.025);
        expect(binomialCdf(ranks.high - 2, count, q)).toBeLessThan(0.975);
      }),
    );
    expect(quantileRanks(100, 0.99)).toBeNull();
    // Each of the two ranks overshoots by less than the chance of the one count there, 0.0006.
    const coverage = quantileRanks(1_000_000, 0.99)?.coverage as number;
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    expect(coverage).toBeLessThan(0.95 + 2 * 0.0006);
  });

  test('enclose the true quantile in 95 of 100 samples', () => {
    let held = 0;
    const repeats = 2000;
    for (let k = 0; k < repeats; k++) {
      const sample = Float64Array.from({ length: 200 }, (_, i) => unit(draw(k, i))).sort();
      const interval = quantileInterval(sample, 0.9);
      if (interval && interval.low <= 0.9 && 0.9 <= interval.high) held++;
    }
    const coverage = quantileRanks(200, 0.9)?.coverage as number;
    expect(binomialCdf(held, repeats, coverage)).toBeGreaterThan(5e-7);
    expect(1 - binomialCdf(held - 1, repeats, coverage)).toBeGreaterThan(5e-7);
  });
});

describe('goodness of fit', () => {
  test('the chi-square tail has the critical values of simple-statistics', () => {
    for (const [degrees, row] of Object.entries(chiSquaredDistributionTable))
      for (const [p, critical] of Object.entries<number>({ ...row })) {
        // The table has two decimals, some of them rounded twice (10.6446 to 10.645 to 10.65): off by up to 0.01.
        const at = (value: number) => upperIncompleteGamma(Number(degrees) / 2, value / 2);
        expect(at(Math.max(0, critical - 0.01))).toBeGreaterThanOrEqual(Number(p));
        expect(at(critical + 0.01)).toBeLessThanOrEqual(Number(p));
      }
  });

  test('chi-square accepts what was expected and rejects what was not', () => {
    expect(chiSquare([10, 20, 30], [10, 20, 30])).toEqual({ statistic: 0, pValue: 1 });
    const { statistic, pValue } = chiSquare([60, 40], [50, 50]);
    expect(statistic).toBe(4);
    expect(pValue).toBeCloseTo(0.0455, 4);
    expect(() => chiSquare([1, 2], [3, 0])).toThrow('cell 2 expects 0');
    expect(() => chiSquare([1], [1])).toThrow('0 degrees of freedom');
  });

  test('Kolmogorov-Smirnov has the published 5 % and 1 % points', () => {
    // Asymptotic critical values 1.358/√n and 1.628/√n (Conover, table A13, n > 40).
    const cdf = (value: number) => Math.min(1, Math.max(0, value));
    const shifted = (distance: number) =>
      kolmogorovSmirnov(
        Float64Array.from({ length: 10_000 }, (_, i) => (i + 1) / 10_000 - distance),
        cdf,
      );
    expect(shifted(0.01358).statistic).toBeCloseTo(0.01358, 10);
    expect(shifted(0.01358).pValue).toBeCloseTo(0.05, 2);
    expect(shifted(0.01628).pValue).toBeCloseTo(0.01, 2);
    expect(shifted(0.04).pValue).toBeLessThan(1e-10);
  });

  test('Kolmogorov-Smirnov p-values of samples from the law are even', () => {
    const sample = (seed: number, count: number) =>
      Float64Array.from({ length: count }, (_, i) => unit(draw(seed, i))).sort();
    const one = Float64Array.from({ length: 1000 }, (_, k) => kolmogorovSmirnov(sample(k, 300), (x) => x).pValue);
    const two = Float64Array.from(
      { length: 1000 },
      (_, k) => kolmogorovSmirnovTwo(sample(2 * k, 301), sample(2 * k + 1, 400)).pValue,
    );
    expect(kolmogorovSmirnov(one.sort(), (p) => p).pValue).toBeGreaterThan(1e-6);
    expect(kolmogorovSmirnov(two.sort(), (p) => p).pValue).toBeGreaterThan(1e-6);
  });

  test('two samples with equal values step together', () => {
    expect(kolmogorovSmirnovTwo([1, 1, 2, 2], [1, 2])).toEqual({ statistic: 0, pValue: 1 });
    expect(kolmogorovSmirnovTwo([1, 2, 3], [4, 5]).statistic).toBe(1);
    expect(() => kolmogorovSmirnovTwo([], [1])).toThrow('no values');
  });
});
