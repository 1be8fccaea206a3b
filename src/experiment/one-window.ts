/**
 * What is compared is measured over the same part of its runs: from the end of the later warm-up on. Where warm-ups are detected they
 * differ from point to point, and what clients offer, and so what gets through, differs between two stretches of time by itself.
 */
import type { Instant } from '../units/quantities.ts';
import { estimatesOf } from './estimate.ts';
import type { PointEstimate } from './point-estimate.ts';
import { runValues } from './run-values.ts';
import { undisturbedOf } from './undisturbed.ts';
import { windowOf } from './window.ts';

/** What a comparison reads of a point that depends on where the warm-up ends. */
export type MeasuredPoint = Pick<PointEstimate, 'estimates' | 'warmUp' | 'runs' | 'undisturbed'>;

/** Where the later warm-up of the two ends. */
export function laterWarmUp(a: PointEstimate, b: PointEstimate): Instant {
  return Math.max(a.warmUp.end, b.warmUp.end);
}

/**
 * Points that are all compared with each other, each estimated from the end of the latest warm-up on of those that `count`: what is not
 * up to being compared leaves the others their time. `estimates[i](from)` estimates point i, not before `from`.
 */
export function onOneWindow(
  estimates: readonly ((from: Instant) => PointEstimate)[],
  counts: (point: PointEstimate) => boolean,
): readonly PointEstimate[] {
  const own = estimates.map((estimate) => estimate(0));
  const from = own.filter(counts).reduce((latest, { warmUp }) => Math.max(latest, warmUp.end), 0);
  return own.map((point, i) => (point.warmUp.end >= from ? point : (estimates[i] as (typeof estimates)[number])(from)));
}

/** The same runs, measured from `from` on; the point itself where its warm-up ends there. A run that ended before has no values. */
export function measuredFrom(point: PointEstimate, from: Instant): MeasuredPoint {
  if (from === point.warmUp.end) return point;
  const results = point.runs.map(({ run }) => run);
  const runs = results.map((run) => ({
    run,
    values: runValues(run, windowOf(run, from), point.availability.limit),
  }));
  return {
    warmUp: { ...point.warmUp, end: from },
    runs,
    estimates: estimatesOf(runs.map(({ values }) => values)),
    undisturbed: point.undisturbed === null ? null : undisturbedOf(results, from),
  };
}
