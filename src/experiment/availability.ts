/**
 * Availability: the share of submitted transactions that became final within a limit, one limit for all points of a scenario, so that
 * they can be compared. It is the scenario's objective for finality, else ten times what the slowest healthy point needs undisturbed.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { LogLinearHistogram } from '../statistics/histogram.ts';
import type { Duration, Instant } from '../units/quantities.ts';
import { type Condition, conditionOf } from './condition.ts';
import { finalityOf, undisturbedFinality } from './undisturbed.ts';
import { type Window, windowOf } from './window.ts';

export interface AvailabilityLimit {
  /** null: there is nothing to measure against, and availability is not measured. */
  readonly limit: Duration | null;
  /** Where the limit is from, or why there is none: the end of a sentence that begins with it. */
  readonly rule: string;
}

export interface PointRuns {
  readonly label: string;
  readonly runs: readonly RunResult[];
  /** Where the warm-up of these runs ends. */
  readonly warmup: Instant;
}

/** `objective`: the finality that the scenario asks for, and its name there. */
export function availabilityLimit(
  points: readonly PointRuns[],
  objective: { readonly measure: string; readonly limit: Duration } | null,
): AvailabilityLimit {
  const found =
    objective === null ? ownLimit(points) : { limit: objective.limit, rule: `the objective for ${objective.measure}` };
  const span = shortestWindow(points);
  if (found.limit === null || found.limit < span) return found;
  return { limit: null, rule: `not measured: the limit (${found.rule}) is not shorter than the measured time` };
}

/** Ten times the undisturbed 99th percentile of the slowest point that was healthy when nothing disturbed it. */
function ownLimit(points: readonly PointRuns[]): AvailabilityLimit {
  for (const accepted of [healthy, [...healthy, 'not caught up']] as const) {
    const able = points.map((point) => ({ ...point, runs: point.runs.filter((run) => endedIn(point, run, accepted)) }));
    const calm = slowest(able, ({ runs, warmup }) => undisturbedFinality(runs, warmup), 0.99);
    if (calm !== null)
      return {
        limit: Math.round(10 * calm.value),
        rule: `ten times the undisturbed 99th percentile of ${nameOf(calm.label, points)}`,
      };
    const any = slowest(able, ({ runs, warmup }) => finalityOf(runs, warmup, () => true), 0.5);
    if (any !== null)
      return {
        limit: Math.round(10 * any.value),
        rule: `ten times the median of ${nameOf(any.label, points)}, since no measured segment ends before the first fault`,
      };
  }
  if (points.every(({ runs, warmup }) => runs.every((run) => isUnused(windowOf(run, warmup)))))
    return { limit: null, rule: 'not measured: no request was sent in the measured time' };
  return {
    limit: null,
    rule: 'not measured: no point kept up with its load, so no finality is healthy to go by; an objective for finality_p99 would be the limit',
  };
}

function isUnused(window: Window | null): boolean {
  return window !== null && window.offered === 0 && window.final === 0;
}

/** A cluster that a fault brought down was healthy before it. */
const healthy: readonly Condition[] = ['keeps up', 'down'];

function endedIn({ warmup }: PointRuns, run: RunResult, accepted: readonly Condition[]): boolean {
  const window = windowOf(run, warmup);
  return window !== null && accepted.includes(conditionOf(run, window));
}

function slowest(
  points: readonly PointRuns[],
  finality: (point: PointRuns) => LogLinearHistogram,
  q: number,
): { readonly label: string; readonly value: Duration } | null {
  return points.reduce<{ readonly label: string; readonly value: Duration } | null>((most, point) => {
    const value = finality(point).quantile(q);
    return value === null || (most !== null && value <= most.value) ? most : { label: point.label, value };
  }, null);
}

function nameOf(label: string, points: readonly PointRuns[]): string {
  return points.length === 1 ? label : `${label}, the slowest point that kept up`;
}

function shortestWindow(points: readonly PointRuns[]): Duration {
  return points
    .flatMap(({ runs, warmup }) => runs.map((run) => windowOf(run, warmup)))
    .reduce((least, window) => (window === null ? least : Math.min(least, window.to - window.from)), Infinity);
}
