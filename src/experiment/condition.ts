/**
 * In what condition a run ended: whether its cluster kept up with what was offered to it, or fell behind, stopped, or never answered
 * at all. Finality over what became final says nothing of the others, so nothing is compared before this is known.
 */
import type { Outage, RunResult, SegmentResult } from '../simulation/run-result.ts';
import { LogLinearHistogram } from '../statistics/histogram.ts';
import { leastSquares } from '../statistics/least-squares.ts';
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
/** What lies between the ends of two segments may be higher and lower than at them. */
const BETWEEN = 1.25;
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
 * By how much what is offered and not final moves up and down about its trend: where batches wait for long to fill, or arrivals come in
 * bursts, by much. From a quarter of the run on, as far from the line through it as it lies at the ends of segments, and a little more.
 */
function swingOf({ segments, endedAt }: RunResult): number {
  let backlog = 0;
  const levels: { readonly at: number; readonly backlog: number }[] = [];
  for (const { to, offered, final } of segments) {
    backlog += offered - final;
    if (to > endedAt / 4) levels.push({ at: to / endedAt - 5 / 8, backlog });
  }
  const trend = leastSquares(
    levels.map(({ at }) => [1, at]),
    levels.map((level) => level.backlog),
  );
  if (trend === null) return 0;
  const [middle, slope] = trend as [number, number];
  const off = levels.map(({ at, backlog: level }) => level - middle - slope * at);
  return BETWEEN * (Math.max(...off) - Math.min(...off));
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
