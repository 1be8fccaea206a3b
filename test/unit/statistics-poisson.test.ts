// Exact Poisson limits against closed forms, the published chi-square table, and the defining tail sums.
import { describe, expect, test } from 'vitest';
import { poissonLower, poissonUpper } from '../../src/statistics/poisson.ts';

/** P(X ≤ k) by its sum. */
function cdf(k: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}

describe('Poisson limits', () => {
  test('without any event the upper limit is −ln(1 − confidence): the rule of three', () => {
    expect(poissonUpper(0)).toBeCloseTo(-Math.log(0.05), 10);
    expect(poissonUpper(0, 0.99)).toBeCloseTo(-Math.log(0.01), 10);
    expect(poissonLower(0)).toBe(0);
  });

  test('with one event the lower limit has a closed form, too', () => {
    expect(poissonLower(1)).toBeCloseTo(-Math.log(0.95), 10);
  });

  // Half the 95 % quantiles of chi-square with 2k + 2 degrees of freedom: 9.488, 12.592, 21.026, 33.924.
  test.each([
    [1, 9.488 / 2],
    [2, 12.592 / 2],
    [5, 21.026 / 2],
    [10, 33.924 / 2],
  ])('with %i events it is half the chi-square quantile', (events, expected) => {
    expect(poissonUpper(events)).toBeCloseTo(expected, 3);
  });

  test.each([1, 3, 7, 20, 120])('at the limits of %i events the tails are as rare as asked', (events) => {
    expect(cdf(events, poissonUpper(events, 0.975))).toBeCloseTo(0.025, 9);
    expect(1 - cdf(events - 1, poissonLower(events, 0.975))).toBeCloseTo(0.025, 9);
  });

  test('what is no count, or no confidence, is refused', () => {
    expect(() => poissonUpper(-1)).toThrow('-1');
    expect(() => poissonUpper(1.5)).toThrow('1.5');
    expect(() => poissonLower(1, 1)).toThrow('confidence');
  });
});
