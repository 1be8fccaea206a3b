/**
 * Did a ratio fall? Judged on the median of a few alternations and its distribution-free interval, so that a verdict is given only where the
 * repetitions agree on it: on a machine that others use too, "cannot be told" is an answer.
 */
import { quantileInterval } from './order-statistics.ts';
import { quantileOfSorted } from './summary.ts';

export interface RatioGate {
  readonly median: number;
  /** 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
  /** The least that passes. */
  readonly least: number;
  /** The interval is wider than `WIDEST` allows. */
  readonly wide: boolean;
  readonly state: 'passed' | 'fell' | 'noisy';
}

/** Fewer values have no 95 % interval of their median. */
export const FEWEST_RATIOS = 6;
/** An interval wider than this share of the median comes from a machine that is busy with other things: it proves no fall. */
export const WIDEST = 0.5;

/** `tolerance`: by what share of `before` the ratio may fall. @throws when there are fewer than `FEWEST_RATIOS`. */
export function ratioGate(ratios: readonly number[], before: number, tolerance: number): RatioGate {
  const sorted = ratios.toSorted((a, b) => a - b);
  const interval = quantileInterval(sorted, 0.5);
  if (interval === null)
    throw new Error(`${ratios.length} ratios have no interval, expected at least ${FEWEST_RATIOS}`);
  const median = quantileOfSorted(sorted, 0.5);
  const least = before * (1 - tolerance);
  const { low, high } = interval;
  const wide = high - low > WIDEST * median;
  const state = low >= least ? 'passed' : high < least && !wide ? 'fell' : 'noisy';
  return { median, low, high, least, wide, state };
}
