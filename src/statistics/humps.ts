/**
 * Two kinds of latency in one distribution, such as those of clients near a leader and far from it: found as a gap between two humps,
 * so that a median that lies in one of them, or between them, is not taken for what everybody gets.
 */
import type { LogLinearHistogram } from './histogram.ts';

/** `share` of the values are at most `upTo`; nearly all others are `from` or more. */
export interface TwoHumps {
  readonly share: number;
  readonly upTo: number;
  readonly from: number;
}

/** A hump holds at least this share of the values. */
const SMALLEST = 0.1;
/** At most this share lies in the gap, … */
const IN_BETWEEN = 0.02;
/** … whose end is at least this many times its beginning. An exponential law has no such gap: there the ratio is 1.21 at most. */
const WIDENESS = 1.5;
/** Half of the upper hump lies within this factor of where it begins: an outage's long tail is no hump. */
const COMPACT = 1.5;
/** Fewer values than this show no shape. */
const FEWEST = 100;

/** The widest gap between two humps; null where there is none. */
export function twoHumps(histogram: LogLinearHistogram): TwoHumps | null {
  if (histogram.total < FEWEST) return null;
  let seen = 0;
  let widest: TwoHumps | null = null;
  for (const { value, count } of histogram.buckets()) {
    seen += count;
    const share = seen / histogram.total;
    if (share < SMALLEST) continue;
    if (share > 1 - SMALLEST) break;
    const from = histogram.quantile(share + IN_BETWEEN) as number;
    const middle = histogram.quantile(share + IN_BETWEEN + (1 - share - IN_BETWEEN) / 2) as number;
    if (from < WIDENESS * value || middle > COMPACT * from) continue;
    if (widest === null || from / value > widest.from / widest.upTo) widest = { share, upTo: value, from };
  }
  return widest;
}
