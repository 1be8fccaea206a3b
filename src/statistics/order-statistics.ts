/**
 * Intervals on quantiles without assuming a law: the number of values below a quantile is binomial, so two ranks enclose the quantile
 * with a known probability (Conover, Practical Nonparametric Statistics, section 3.2).
 */
import { incompleteBeta } from './special-functions.ts';

/** Two ranks, from 1, in ascending order of the values. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
  /** The confidence reached: at least the one asked for. */
  readonly coverage: number;
}

/** P(X ≤ successes) for a binomial X. */
export function binomialCdf(successes: number, trials: number, chance: number): number {
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return incompleteBeta(1 - chance, trials - successes, successes + 1);
}

/** The successes that so many trials bring with at least this confidence, each side of it missed with at most half the rest. */
export function binomialInterval(
  trials: number,
  chance: number,
  confidence: number,
): { readonly low: number; readonly high: number } {
  const side = (1 - confidence) / 2;
  return {
    low: firstWhere(trials, (successes) => binomialCdf(successes, trials, chance) > side),
    high: firstWhere(trials, (successes) => binomialCdf(successes, trials, chance) >= 1 - side),
  };
}

/** The ranks that enclose quantile q of `count` independent values; null when there are too few for this confidence. */
export function quantileRanks(count: number, q: number, confidence = 0.95): RankInterval | null {
  if (!(q > 0 && q < 1)) throw new Error(`an interval on quantile ${q}: it must lie in (0, 1)`);
  if (!(confidence > 0 && confidence < 1)) throw new Error(`confidence ${confidence} is not in (0, 1)`);
  const side = (1 - confidence) / 2;
  // low: the last rank with P(fewer than `low` values lie below the quantile) ≤ side; high: the first with P(`high` or more) ≤ side.
  const low = firstWhere(count + 1, (rank) => binomialCdf(rank, count, q) > side);
  const high = firstWhere(count + 1, (rank) => binomialCdf(rank - 1, count, q) >= 1 - side);
  if (low < 1 || high > count) return null;
  return { low, high, coverage: binomialCdf(high - 1, count, q) - binomialCdf(low - 1, count, q) };
}

/** The interval on quantile q of ascending independent values; null when there are too few. */
export function quantileInterval(
  sorted: ArrayLike<number>,
  q: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } | null {
  const ranks = quantileRanks(sorted.length, q, confidence);
  return ranks && { low: sorted[ranks.low - 1] as number, high: sorted[ranks.high - 1] as number };
}

/** The first integer from 0 for which a monotone condition holds, or `end`. */
function firstWhere(end: number, holds: (value: number) => boolean): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
