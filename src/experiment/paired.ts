/**
 * Two configurations compared on common random numbers: replication k of both had the same seed, so that their difference is taken pair by
 * pair and what they share cancels (Law, Simulation Modeling and Analysis, sections 10.2 and 11.2). For whoever holds per-replication values.
 */
import { type Interval, pairedDifference } from '../statistics/intervals.ts';
import { studentTail } from '../statistics/student-t.ts';
import { summaryOf } from '../statistics/summary.ts';

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
  /** Another question: in which share of the replications a gave the better value itself; equal values count half. */
  readonly shareOfPairsABetter: number;
}

/**
 * `a[k]` and `b[k]` are of replication k; null or absent where that run cannot tell, which leaves the pair out. null where no pair is
 * left. From differences that are all equal (variance 0) nothing is left open: the p-value is 0 or 1, the probability 0, 1/2 or 1.
 */
export function comparePaired(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  better: Better,
): PairedComparison | null {
  const pairs = a.flatMap((first, k) => {
    const second = b[k] ?? null;
    return first === null || second === null ? [] : [{ first, second }];
  });
  if (pairs.length === 0) return null;
  const ofA = pairs.map(({ first }) => first);
  const ofB = pairs.map(({ second }) => second);
  const { difference, pValue } = pairedDifference(ofB, ofA);
  const [meanA, meanB] = [summaryOf(ofA).mean, summaryOf(ofB).mean];
  // How much better a is, pair by pair.
  const gains = pairs.map(({ first, second }) => (better === 'high' ? first - second : second - first));
  const wins = gains.reduce((sum, gain) => sum + (gain > 0 ? 1 : gain === 0 ? 0.5 : 0), 0);
  return {
    meanA,
    meanB,
    difference,
    relative: meanB === 0 ? null : difference.mean / Math.abs(meanB),
    pValue,
    probabilityABetter: probabilityPositive(gains),
    shareOfPairsABetter: wins / pairs.length,
  };
}

/** P(the true mean is above 0 | values). */
function probabilityPositive(values: readonly number[]): number | null {
  const { count, mean, variance } = summaryOf(values);
  if (count === 1) return null;
  if (variance === 0) return mean > 0 ? 1 : mean < 0 ? 0 : 0.5;
  const tail = studentTail(mean / Math.sqrt(variance / count), count - 1);
  return mean > 0 ? 1 - tail : tail;
}
