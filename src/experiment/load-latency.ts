/**
 * Whether a load keeps an objective on latency, judged on the mean over all of its runs, those that fell behind among them: leaving these
 * out would claim of all what holds of the quick ones. What such a run shows is what its requests took, or waited, by its end. Where the load
 * is too much they would have waited longer, so the mean is at least that: beyond the target it is missed; within it, nothing is decided.
 */
import type { Estimate } from './estimate.ts';
import { type JudgedRun, type Objective, seenLatency } from './objective.ts';
import type { PointEstimate } from './point-estimate.ts';

export interface LatencyVerdict {
  readonly measure: string;
  /** ms, the mean over all runs that can tell, with what is unfinished as at least its age; null where none can. */
  readonly value: number | null;
  /** ms */
  readonly target: number;
  /** ms, half the width of its 95 % interval; null where it has none. */
  readonly half: number | null;
  readonly met: boolean;
  /** It is not met for no other reason than that half of the runs or more give a lower bound, which is within the target. */
  readonly untold: boolean;
  /** By a t-test at 97.5 % over at least two runs; of a met one only where every run kept up and told. */
  readonly decided: boolean;
}

/** `allKeepUp`: every one of the runs kept up with its load (condition.ts). How many did is judged elsewhere: see stability.ts. */
export function judgeLatency(
  objective: Objective,
  { estimates }: Pick<PointEstimate, 'estimates'>,
  runs: readonly JudgedRun[],
  allKeepUp: boolean,
): LatencyVerdict {
  const { measure, estimate: name, direction, target } = objective;
  const { estimate, open } = seenLatency(runs, name) ?? { estimate: estimates[name], open: 0 };
  if (estimate === null) return { measure, target, value: null, half: null, met: false, untold: false, decided: false };
  const value = estimate.mean;
  const half = estimate.replications > 1 ? (estimate.high - estimate.low) / 2 : null;
  const within = direction === 'at-most' ? value <= target : value >= target;
  // What runs cannot tell counts as what falls behind does: from half of them on.
  const untold = within && 2 * open >= estimate.replications;
  const met = within && !untold;
  const told = isTold(estimate, target);
  return { measure, target, value, half, met, untold, decided: told && !untold && (!met || (open === 0 && allKeepUp)) };
}

/** One run has no interval: it tells nothing of the mean. */
function isTold({ low, high, replications }: Estimate, target: number): boolean {
  return replications > 1 && (target < low || target > high || low === high);
}
