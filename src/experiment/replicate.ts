/** The plain experiment: every design point, so many replications of each, and one estimate a point. */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { estimatePoint, type PointEstimate, type PointQuestion } from './point-estimate.ts';
import { commonLimit } from './scenario-limit.ts';

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
  const points = plan.points.map((question, point) => {
    const own = outcomes.slice(point * plan.replications, (point + 1) * plan.replications);
    const failed = own.filter((outcome): outcome is FailedRun => !outcome.ok);
    return { question, spec: plan.specFor(point, 0), runs: own.flatMap(resultOf), failed };
  });
  const limit = commonLimit(points);
  return points.map(({ question, spec, runs, failed }) => ({
    estimate: estimatePoint(question, spec, runs, limit),
    failed,
  }));
}

function resultOf(outcome: RunOutcome): readonly RunResult[] {
  return outcome.ok ? [outcome.result] : [];
}
