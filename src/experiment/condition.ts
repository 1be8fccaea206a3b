/**
 * In what condition a run ended: whether its cluster kept up with what was offered to it, or fell behind, stopped, or never answered
 * at all. Finality over what became final says nothing of the others, so nothing is compared before this is known.
 */
import type { Outage, RunResult, SegmentResult } from '../simulation/run-result.ts';
import { LogLinearHistogram } from '../statistics/histogram.ts';
import { quickestQuantile } from '../statistics/quickest.ts';
import type { Duration } from '../units/quantities.ts';
import { mergedHistogram, type Window } from './window.ts';

/**
 * From the worst to the best. Nothing becomes final any more: `down` after a fault, `stalled` without any. Ever more waits: `overloaded`
 * without any fault, else `not caught up`.
 */
export const CONDITIONS = ['silent', 'down', 'stalled', 'overloaded', 'not caught up', 'keeps up'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The condition of a point is the worst that one of its runs ended in. */
export interface PointCondition {
  readonly condition: Condition;
  /** How many of the runs ended in it, and of how many. */
  readonly runs: number;
  readonly of: number;
  /** Of what was sent, the share that was not final at the end (mean over the runs). */
  readonly unfinished: number;
  /** For how long nothing had become final when the run ended: the longest of the runs that are down or stalled; else null. */
  readonly downFor: Duration | null;
}

/** The backlog may grow by this share of what is offered in the second half of a run, and by chance. */
const GROWTH = 0.02;
/** Growth by this share is no burst of arrivals, whatever finality says of those that got through. */
const FAST_GROWTH = 0.2;
/** A backlog that is more than a burst grows steadily: by its third quarter at least this share of what it has grown by its end. */
const STEADY = 0.25;
/** … and makes the median of what becomes final at the end this many times that of the quickest segment. */
const SLOWER = 1.5;
/** An outage at the end is longer than this many times the 99th percentile of the quickest segment: a request under way is none. */
const UNUSUAL = 3;
/** Fewer transactions than this have no quantiles to speak of. */
export const FEWEST = 20;

export function conditionOf(run: RunResult, window: Window): Condition {
  if (window.final === 0) return window.offered > 0 || run.unfinished.length > 0 ? 'silent' : 'keeps up';
  const open = openOutage(run);
  const faulty = run.faults.some(({ at }) => at !== null);
  if (open !== null && open.to - open.from > Math.max(UNUSUAL * quickest(run.segments, 0.99), usualGap(run)))
    return faulty ? 'down' : 'stalled';
  if (!fallsBehind(run, faulty ? 0 : swingOf(run))) return 'keeps up';
  return faulty ? 'not caught up' : 'overloaded';
}

/**
 * Whether ever more waits: what is offered and not final grows through the second half of the run, by more than `swing`, and not by a burst
 * at its end.
 */
function fallsBehind({ segments, endedAt }: RunResult, swing: number): boolean {
  const until = (share: number): readonly SegmentResult[] => segments.filter(({ from }) => from < share * endedAt);
  const backlog = (part: readonly SegmentResult[]): number => part.reduce((sum, s) => sum + s.offered - s.final, 0);
  const half = until(1 / 2);
  const [before, between, after] = [backlog(half), backlog(until(3 / 4)), backlog(segments)];
  const offered = segments.slice(half.length).reduce((sum, segment) => sum + segment.offered, 0);
  const growth = after - before;
  // Both ends are counts of what is under way: their difference is off by chance by less than three standard deviations.
  if (growth <= Math.max(swing, GROWTH * offered + 3 * Math.sqrt(Math.max(0, before) + Math.max(0, after))))
    return false;
  if (between - before < STEADY * growth) return false;
  const last = mergedHistogram(segments.slice(until(3 / 4).length).map(({ finality }) => finality)).quantile(0.5) ?? 0;
  return growth > FAST_GROWTH * offered || last >= SLOWER * quickest(segments, 0.5);
}

/**
 * Between which numbers what is offered and not final moves in the second quarter of a run: where batches wait for long to fill, or arrivals
 * come in bursts, by much. What grows steadily through a run has grown by its end by twice as much since the half as in that quarter.
 */
function swingOf({ segments, endedAt }: RunResult): number {
  let [backlog, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { to, offered, final } of segments) {
    backlog += offered - final;
    if (to <= endedAt / 4 || to > endedAt / 2) continue;
    least = Math.min(least, backlog);
    most = Math.max(most, backlog);
  }
  return Math.max(0, most - least);
}

/** The quantile of the segment in which it is least: what finality is where nothing is wrong. */
function quickest(segments: readonly SegmentResult[], q: number): Duration {
  return quickestQuantile(
    segments.map(({ finality }) => LogLinearHistogram.fromSparse(finality)),
    q,
    FEWEST,
  );
}

/** Where nothing becomes final for a while again and again, without any fault, a while more is no end: the median of these. */
function usualGap({ outages, faults, endedAt }: RunResult): Duration {
  const calm = outages.filter(({ to }) => to < endedAt && faults.every(({ at }) => at === null || to <= at));
  const lengths = calm.map(({ from, to }) => to - from).sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? 0;
}

/** `runs` and `windows` in one order; a run without a window cannot tell. null where none can. */
export function pointCondition(runs: readonly RunResult[], windows: readonly (Window | null)[]): PointCondition | null {
  const judged = runs.flatMap((run, i) => {
    const window = windows[i] ?? null;
    return window === null ? [] : [{ run, condition: conditionOf(run, window) }];
  });
  const worst = CONDITIONS.find((condition) => judged.some((one) => one.condition === condition));
  if (worst === undefined) return null;
  const share = ({ counts, unfinished }: RunResult): number =>
    counts.submitted === 0 ? 0 : unfinished.length / counts.submitted;
  const down = judged
    .filter(({ condition }) => condition === 'down' || condition === 'stalled')
    .map(({ run }) => openOutage(run) as Outage);
  return {
    condition: worst,
    runs: judged.filter(({ condition }) => condition === worst).length,
    of: judged.length,
    unfinished: judged.reduce((sum, { run }) => sum + share(run), 0) / judged.length,
    downFor: down.length === 0 ? null : Math.max(...down.map(({ from, to }) => to - from)),
  };
}

/** The outage that was going on when the run ended. */
export function openOutage(run: RunResult): Outage | null {
  const last = run.outages.at(-1);
  return last !== undefined && last.to >= run.endedAt ? last : null;
}
