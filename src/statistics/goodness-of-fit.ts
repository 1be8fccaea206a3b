/**
 * Does a sample follow a law, or another sample? Kolmogorov–Smirnov for continuous values (a measured distribution against a simulated one),
 * chi-square for counts in cells.
 */
import { exp } from '../kernel/elementary.ts';
import { upperIncompleteGamma } from './special-functions.ts';

export interface GoodnessOfFit {
  readonly statistic: number;
  /** The chance of a statistic at least this large, if the law holds. */
  readonly pValue: number;
}

/** The greatest distance between the empirical CDF of ascending values and a continuous law's CDF. */
export function kolmogorovSmirnov(sorted: ArrayLike<number>, cdf: (value: number) => number): GoodnessOfFit {
  const count = sorted.length;
  if (count === 0) throw new Error('Kolmogorov-Smirnov of no values');
  let distance = 0;
  for (let i = 0; i < count; i++) {
    const expected = cdf(sorted[i] as number);
    distance = Math.max(distance, (i + 1) / count - expected, expected - i / count);
  }
  return { statistic: distance, pValue: kolmogorovTail(distance, count) };
}

/** The greatest distance between the empirical CDFs of two ascending samples; equal values step together. */
export function kolmogorovSmirnovTwo(first: ArrayLike<number>, second: ArrayLike<number>): GoodnessOfFit {
  const n = first.length;
  const m = second.length;
  if (n === 0 || m === 0) throw new Error('Kolmogorov-Smirnov of no values');
  let distance = 0;
  for (let i = 0, j = 0; i < n && j < m; ) {
    const value = Math.min(first[i] as number, second[j] as number);
    while (i < n && (first[i] as number) <= value) i++;
    while (j < m && (second[j] as number) <= value) j++;
    distance = Math.max(distance, Math.abs(i / n - j / m));
  }
  return { statistic: distance, pValue: kolmogorovTail(distance, (n * m) / (n + m)) };
}

/** Kolmogorov's asymptotic law with Stephens' correction (1970): good to a few per cent of the p-value from 5 values on. */
function kolmogorovTail(distance: number, count: number): number {
  const root = Math.sqrt(count);
  const x = (root + 0.12 + 0.11 / root) * distance;
  // Below 0.3 the p-value is 1 to nine digits, and the alternating series no longer converges.
  if (x < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

/** Observed against expected counts; degrees of freedom are the cells less one, less the parameters fitted to the data. */
export function chiSquare(observed: ArrayLike<number>, expected: ArrayLike<number>, fitted = 0): GoodnessOfFit {
  if (observed.length !== expected.length) throw new Error(`${observed.length} cells against ${expected.length}`);
  const degrees = observed.length - 1 - fitted;
  if (degrees < 1) throw new Error(`chi-square with ${degrees} degrees of freedom`);
  let statistic = 0;
  for (let i = 0; i < observed.length; i++) {
    const of = expected[i] as number;
    if (!(of > 0)) throw new Error(`chi-square: cell ${i + 1} expects ${of}`);
    const gap = (observed[i] as number) - of;
    statistic += (gap * gap) / of;
  }
  return { statistic, pValue: upperIncompleteGamma(degrees / 2, statistic / 2) };
}
