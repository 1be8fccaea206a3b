/** By how much what is under way grows through runs: whether a cluster keeps up, apart from what is under way when a run happens to end. */
import type { RunResult, SegmentResult } from '../simulation/run-result.ts';
import { driftOf, meanDrift } from '../statistics/drift.ts';
import type { Interval } from '../statistics/intervals.ts';
import type { Duration, Instant } from '../units/quantities.ts';

/** Each end of the interval is wrong with this probability, as far as a run is long beside the wandering of its queue. */
const LEVEL = 0.025;
/** Segments are taken together in so many blocks, so that what a batch in the making adds to one of them does not pass for wandering. */
const BLOCKS = 10;

/**
 * The drift of the mean number under way in each segment, as a share of what is offered. From the end of the warm-up, at the earliest a
 * quarter into the run: a queue that begins empty first fills up to where it then stays.
 */
export function growthOf(runs: readonly RunResult[], warmup: Instant): Interval | null {
  const drifts = runs.flatMap(({ segments, endedAt }) => {
    const late = segments.filter(({ from, to }) => from >= Math.max(warmup, endedAt / 4) && to > from);
    const blocks = blocksOf(late);
    const drift = driftOf(blocks.map((block) => sum(block, 'outstandingTime') / lengthOf(block)));
    const offered = blocks.reduce((all, block) => all + sum(block, 'offered'), 0) / blocks.length;
    if (drift === null || offered === 0) return [];
    return [{ ...drift, perStep: drift.perStep / offered, error: drift.error / offered }];
  });
  return drifts.length === 0 ? null : meanDrift(drifts, 1 - 2 * LEVEL);
}

/** As many blocks of equal length as there can be; what does not fill them is left off the front. */
function blocksOf(segments: readonly SegmentResult[]): readonly (readonly SegmentResult[])[] {
  const length = Math.max(1, Math.floor(segments.length / BLOCKS));
  const blocks = Math.min(BLOCKS, segments.length);
  const first = segments.length - blocks * length;
  return Array.from({ length: blocks }, (_, i) => segments.slice(first + i * length, first + (i + 1) * length));
}

function sum(block: readonly SegmentResult[], of: 'outstandingTime' | 'offered'): number {
  return block.reduce((all, segment) => all + segment[of], 0);
}

function lengthOf(block: readonly SegmentResult[]): Duration {
  return block.reduce((all, { from, to }) => all + to - from, 0);
}
