/** The plain experiment: every design point, so many replications of each, and one estimate a point. */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { estimatePoint, type PointEstimate, type PointQuestion } from './point-estimate.ts';

export interface ReplicationPlan {
  readonly points: readonly PointQuestion[];
  readonly replications: number;
  /** Pure: the same arguments give the same specification. */
  specFor(point: number, replication: number): RunSpec;
}

export interface PointAnswer {
  readonly estimate: PointEstimate;
  /** Over the runs that ended; those that did not are here. */
  readonly failed: readonly FailedRun[];
}

/** Asks for all runs at once, the points one after the other, and answers with one entry a point. */
export function* replicate(plan: ReplicationPlan): Experiment<readonly PointAnswer[]> {
  const replications = Array.from({ length: plan.replications }, (_, replication) => replication);
  const outcomes = yield plan.points.flatMap((_, point) => replications.map((r) => plan.specFor(point, r)));
  return plan.points.map((question, point) => {
    const own = outcomes.slice(point * plan.replications, (point + 1) * plan.replications);
    const estimate = estimatePoint(question, plan.specFor(point, 0), own.flatMap(resultOf));
    return { estimate, failed: own.filter((outcome): outcome is FailedRun => !outcome.ok) };
  });
}

function resultOf(outcome: RunOutcome): readonly RunResult[] {
  return outcome.ok ? [outcome.result] : [];
}
