/**
 * Two configurations compared on common random numbers: replication k of both had the same seed, so that their difference is taken pair by
 * pair and what they share cancels (Law, Simulation Modeling and Analysis, sections 10.2 and 11.2). For whoever holds per-replication values.
 */
import type { Interval } from '../statistics/intervals.ts';
import { studentQuantile, studentTail } from '../statistics/student-t.ts';
import { summaryOf } from '../statistics/summary.ts';

/** A difference is told from chance where its p-value, corrected for all that is read together, is below this. */
export const TOLD_BELOW = 0.05;

/** Whether less or more of a measure is good. */
export type Better = 'low' | 'high';

export interface PairedComparison {
  /** Means over the pairs, which may be fewer than the replications of either. */
  readonly meanA: number;
  readonly meanB: number;
  /** a − b: the mean over the pairs with its 95 % Student-t interval; `count` is the number of pairs. */
  readonly difference: Interval;
  /** The mean difference as a share of |mean of b|; null where that is 0. */
  readonly relative: number | null;
  /** Two-sided, of "the true means are equal", not corrected for other comparisons (statistics/holm.ts); null from one pair. */
  readonly pValue: number | null;
  /**
   * The probability that the true mean of a is the better one, given the differences: Student's t law around their mean is the posterior
   * of the true mean difference of normal values under the flat prior on it and on the logarithm of their standard deviation (Box & Tiao,
   * Bayesian Inference in Statistical Analysis, section 2.4). null from one pair.
   */
  readonly probabilityABetter: number | null;
  /** Another question: in how many pairs a gave the better value itself, both the same one, and b the better one. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/**
 * `a[k]` and `b[k]` are of replication k; null or absent where that run cannot tell, which leaves the pair out. null where no pair is
 * left. `steps`: the values of a and of b are known in steps of this size (quantiles of a histogram, counts over a time): differences that
 * happen to be equal would seem not to vary at all, so their mean is never taken for surer than such rounding leaves it. Where even then
 * nothing varies, nothing is left open: the p-value is 0 or 1, the probability 0, 1/2 or 1.
 */
export function comparePaired(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  better: Better,
  steps: { readonly a: number; readonly b: number } = { a: 0, b: 0 },
): PairedComparison | null {
  const pairs = a.flatMap((first, k) => {
    const second = b[k] ?? null;
    return first === null || second === null ? [] : [{ first, second }];
  });
  if (pairs.length === 0) return null;
  const meanA = summaryOf(pairs.map(({ first }) => first)).mean;
  const meanB = summaryOf(pairs.map(({ second }) => second)).mean;
  const { count, mean, variance } = summaryOf(pairs.map(({ first, second }) => first - second));
  // A uniform error of width w has the variance w²/12. It may be the same in every pair, so that more pairs do not lessen it.
  const rounding = Math.sqrt((steps.a * steps.a + steps.b * steps.b) / 12);
  const error = Math.max(Math.sqrt(variance / count), rounding);
  const half = count === 1 ? 0 : error * studentQuantile(0.975, count - 1);
  const tail = count === 1 ? null : tailBeyondZero(mean, error, count - 1);
  const gains = pairs.map(({ first, second }) => (better === 'high' ? first - second : second - first));
  const ahead = mean > 0 === (better === 'high');
  return {
    meanA,
    meanB,
    difference: { mean, low: mean - half, high: mean + half, count },
    relative: meanB === 0 ? null : mean / Math.abs(meanB),
    pValue: tail === null ? null : 2 * tail,
    probabilityABetter: tail === null ? null : ahead ? 1 - tail : tail,
    wins: gains.filter((gain) => gain > 0).length,
    ties: gains.filter((gain) => gain === 0).length,
    losses: gains.filter((gain) => gain < 0).length,
  };
}

/** The probability that the true mean lies on the other side of 0 than the mean seen: at most 1/2. */
function tailBeyondZero(mean: number, error: number, degrees: number): number {
  if (mean === 0) return 0.5;
  return error === 0 ? 0 : studentTail(mean / error, degrees);
}
