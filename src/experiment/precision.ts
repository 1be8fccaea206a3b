/**
 * The stopping rule: runs go on until the 95 % interval of every named measure is narrow enough, or the budget is spent (the sequential
 * procedure of Law, Simulation Modeling and Analysis, section 9.4.1). It looks at the data to decide when to stop, and so stops too often
 * when a sample is narrow by chance: with few replications its intervals hold the true mean in fewer than 95 % of the cases (docs/MODEL.md
 * section 7 says in how many). Hence the least number of replications, and rounds that grow rather than one look after every run.
 */
import { meanInterval, relativeHalfWidth } from '../statistics/intervals.ts';
import type { EstimateName, RunValues } from './estimate.ts';

/** How precisely a measure is to be known. */
export interface PrecisionGoal {
  /** As the scenario names it, such as `finality_p99`. */
  readonly measure: string;
  readonly estimate: EstimateName;
  /** Half the width of the 95 % interval, as a share of the mean: at most this. */
  readonly share: number;
}

export interface StoppingRule {
  readonly goals: readonly PrecisionGoal[];
  /** Replications of a point, at most: a budget in runs, since one in wall time would give other results on another machine. */
  readonly most: number;
}

/** Fewer replications than this are never stopped by precision. */
export const LEAST_REPLICATIONS = 5;

/**
 * Why a point has no more replications. `fixed`: no precision was asked for. `precision`: every measure reached it. `budget`: spent before.
 * `unmeasured`: no run could tell a named measure, and more of the same would not. `failure`: a run crashed or violated safety, which no
 * replication repairs. `interrupted`: from outside.
 */
export type EndedBy = 'fixed' | 'precision' | 'budget' | 'unmeasured' | 'failure' | 'interrupted';

export interface Reached {
  readonly goal: PrecisionGoal;
  /** Half the width of the interval reached, as a share of the mean; null where one value or none is known, or the mean is 0. */
  readonly share: number | null;
  readonly met: boolean;
}

export interface Stopping {
  readonly endedBy: EndedBy;
  readonly reached: readonly Reached[];
}

/** What each goal has reached after these runs. Of the values themselves: estimates are cut at what a measure can be. */
export function reachedBy(goals: readonly PrecisionGoal[], runs: readonly RunValues[]): readonly Reached[] {
  return goals.map((goal) => {
    const known = runs.map((run) => run[goal.estimate]).filter((value) => value !== null);
    const share = known.length === 0 ? Number.POSITIVE_INFINITY : relativeHalfWidth(meanInterval(known));
    return { goal, share: Number.isFinite(share) ? share : null, met: share <= goal.share };
  });
}

/** True where a goal's measure is known of no run at all. */
export function isUnmeasured(goals: readonly PrecisionGoal[], runs: readonly RunValues[]): boolean {
  return goals.some(({ estimate }) => runs.every((run) => run[estimate] === null));
}

/** A round makes at least this share of the replications there are, so that the data are looked at seldom. */
const LEAST_GROWTH = 0.2;

/**
 * How many replications a point should have after the next round: as many as the widths seen so far predict, since they shrink with the
 * root of the number; at most twice those there are, and never more than the budget. `count`: those there are.
 */
export function nextCount(reached: readonly Reached[], count: number, most: number): number {
  const excess = Math.max(...reached.map(({ goal, share }) => (share ?? Number.POSITIVE_INFINITY) / goal.share));
  const predicted = Math.ceil(count * excess * excess);
  const least = count + Math.max(1, Math.ceil(LEAST_GROWTH * count));
  return Math.min(most, 2 * count, Math.max(least, predicted));
}
