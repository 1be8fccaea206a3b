/** Finality while nothing was wrong: what a healthy cluster gives, beside which a fault's cost can be told. */
import type { RunResult } from '../simulation/run-result.ts';
import type { LogLinearHistogram } from '../statistics/histogram.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import { meanStages } from './stages.ts';
import { measuredSegments, mergedHistogram, type Window, windowOf } from './window.ts';
import { availabilityOf } from './within-limit.ts';

/** Finality in the measured segments before the first fault; null where there are none. */
export interface Undisturbed extends Readonly<Record<'p50' | 'p90' | 'p99', Estimate | null>> {
  /** Mean ms in each stage; all 0 where there are none. */
  readonly stagesMs: readonly number[];
  /** Of all that is measured, the share that took longer than the 99th percentile here, or is unfinished for longer. */
  readonly slower: Estimate | null;
  /** The quantiles of each run, ms, in the order of the runs. */
  readonly perRun: readonly Readonly<Record<'p50' | 'p90' | 'p99', number | null>>[];
}

/**
 * Finality while nothing was wrong: over the measured segments that end before the first fault of their run. What comes after a fault
 * is not undisturbed, however long after: queues drain, retries go round, others lead.
 */
export function undisturbedFinality(runs: readonly RunResult[], warmup: Instant): LogLinearHistogram {
  return finalityOf(runs, warmup, isCalm);
}

export function finalityOf(
  runs: readonly RunResult[],
  warmup: Instant,
  counts: (run: RunResult, to: Instant) => boolean,
): LogLinearHistogram {
  return mergedHistogram(
    runs.flatMap((run) =>
      measuredSegments(run, warmup)
        .filter(({ to }) => counts(run, to))
        .map(({ finality }) => finality),
    ),
  );
}

export function undisturbedOf(runs: readonly RunResult[], warmup: Instant): Undisturbed {
  const finality = runs.map((run) => undisturbedFinality([run], warmup));
  const inMs = (ns: Duration | null): number | null => (ns === null ? null : ns / MILLISECOND);
  const perRun = finality.map((calm) => ({
    p50: inMs(calm.quantile(0.5)),
    p90: inMs(calm.quantile(0.9)),
    p99: inMs(calm.quantile(0.99)),
  }));
  const calm = runs.map((run) =>
    windowOf({ ...run, segments: run.segments.filter(({ to }) => isCalm(run, to)) }, warmup),
  );
  return {
    p50: estimateOf(perRun.map(({ p50 }) => p50)),
    p90: estimateOf(perRun.map(({ p90 }) => p90)),
    p99: estimateOf(perRun.map(({ p99 }) => p99)),
    stagesMs: meanStages(calm.filter((window): window is Window => window !== null)),
    slower: estimateOf(
      runs.map((run, i) => slowerShare(run, warmup, (finality[i] as LogLinearHistogram).quantile(0.99))),
      1,
    ),
    perRun,
  };
}

function isCalm(run: RunResult, to: Instant): boolean {
  return run.faults.every(({ at }) => at === null || to <= at);
}

/** What is unfinished and younger than `limit` is undecided and not counted. */
function slowerShare(run: RunResult, warmup: Instant, limit: Duration | null): number | null {
  const available =
    limit === null
      ? null
      : availabilityOf(
          run,
          finalityOf([run], warmup, () => true),
          limit,
        );
  return available === null ? null : 1 - available;
}

/** Longer than this many times the undisturbed 99th percentile is what waits through an outage. */
const WAITED = 3;

/** Finality in the segments in which nothing waited for the end of an outage: before a fault, and after it, perhaps under another leader. */
export function withoutOutages(
  runs: readonly RunResult[],
  warmup: Instant,
  whole: LogLinearHistogram,
): LogLinearHistogram {
  if (runs.every(({ faults }) => faults.every(({ at }) => at === null))) return whole;
  const usual = undisturbedFinality(runs, warmup).quantile(0.99);
  if (usual === null) return whole;
  const spared = runs.flatMap((run) =>
    measuredSegments(run, warmup)
      .map(({ finality }) => finality)
      .filter(({ max }) => max <= WAITED * usual),
  );
  return mergedHistogram(spared);
}
