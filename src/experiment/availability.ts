/**
 * Availability: the share of submitted transactions that became final within a limit. The limit is the scenario's objective for
 * finality, else ten times the 99th percentile of the time without faults (DESIGN section 7).
 */

import type { RunResult } from '../simulation/run-result.ts';
import type { LogLinearHistogram } from '../statistics/histogram.ts';
import type { Duration, Instant } from '../units/quantities.ts';
import { measuredSegments, mergedHistogram } from './window.ts';

export interface AvailabilityLimit {
  /** null: nothing became final, so there is nothing to measure against. */
  readonly limit: Duration | null;
  readonly note: string | null;
}

/** `objective`: the finality that the scenario asks for. One limit for all replications of a point. */
export function availabilityLimit(
  runs: readonly RunResult[],
  warmup: Instant,
  objective: Duration | null,
): AvailabilityLimit {
  if (objective !== null) return { limit: objective, note: null };
  const calm = mergedHistogram(
    runs.flatMap((run) => undisturbedSegments(run, warmup).map((segment) => segment.finality)),
  );
  const calmP99 = calm.quantile(0.99);
  if (calmP99 !== null) return { limit: Math.round(10 * calmP99), note: null };
  const all = mergedHistogram(runs.flatMap((run) => measuredSegments(run, warmup).map((segment) => segment.finality)));
  const median = all.quantile(0.5);
  if (median === null) return { limit: null, note: 'availability is not measurable: nothing became final' };
  return {
    limit: Math.round(10 * median),
    note: 'no whole segment is free of faults, so availability is judged against 10 times the median finality',
  };
}

/** The measured segments that no fault touches, neither while it lasts nor until the system has recovered from it. */
function undisturbedSegments(run: RunResult, warmup: Instant): ReturnType<typeof measuredSegments> {
  return measuredSegments(run, warmup).filter((segment) =>
    run.faults.every((fault) => fault.at === null || segment.to <= fault.at || segment.from >= overAt(fault)),
  );
}

/** When a fault's effects are over: never, for one that does not end or was not recovered from. */
function overAt(fault: RunResult['faults'][number]): Instant {
  if (fault.at === null || fault.endedAt === null || fault.recovery === null) return Number.POSITIVE_INFINITY;
  return Math.max(fault.endedAt, fault.at + fault.recovery);
}

/** Requests that are unfinished at the end and younger than the limit are undecided and not counted. null: none is decided. */
export function availabilityOf(run: RunResult, finality: LogLinearHistogram, limit: Duration): number | null {
  const overdue = run.unfinished.reduce((count, age) => (age > limit ? count + 1 : count), 0);
  const decided = finality.total + overdue;
  return decided === 0 ? null : finality.countAtMost(limit) / decided;
}
