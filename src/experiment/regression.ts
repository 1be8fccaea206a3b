/**
 * Did it get worse? Runs a scenario as it stands and compares each replication with that of a baseline on the same random numbers. Under
 * one model version runs are equal to the bit, or the model has changed; where they differ, the first that does is asked for once more, to
 * tell a changed model from one that does not repeat itself. Across model versions, tolerances and a paired test decide.
 */
import { ESTIMATE_NAMES, type EstimateName } from './estimate.ts';
import type { Experiment } from './experiment.ts';
import { type PointMoves, pointMoves } from './likely-cause.ts';
import { type MeasureChange, measureChange } from './measure-change.ts';
import { type ObservedPoint, observedPoint } from './observed-point.ts';
import { type PointAnswer, type ReplicationPlan, replicate } from './replicate.ts';
import type { Tolerances } from './tolerance.ts';

export interface RegressionPlan extends ReplicationPlan {
  /** One for each point, in their order, with as many replications. */
  readonly baseline: readonly ObservedPoint[];
  /** Whether the baseline is of the same model version, so that nothing may differ. */
  readonly exact: boolean;
  readonly tolerances: Tolerances;
}

export interface RegressionAnswer {
  readonly points: readonly PointRegression[];
  /** Whether the first run that differed gave its digest once more; null: none differed, none was asked for again, or it did not end. */
  readonly repeats: boolean | null;
}

export interface PointRegression extends PointMoves {
  readonly answer: PointAnswer;
  readonly observed: ObservedPoint;
  /** Replications whose digest is that of the baseline. */
  readonly sameDigests: number;
  /** Of the measures that both have. */
  readonly changes: readonly MeasureChange[];
  /** Measures that the baseline does not hold. */
  readonly notCompared: readonly EstimateName[];
}

export function* regression(plan: RegressionPlan): Experiment<RegressionAnswer> {
  const answers = yield* replicate(plan);
  const points = answers.map((answer, point) => pointRegression(plan, answer, point));
  const first = plan.exact ? firstDifference(points, plan.baseline) : null;
  if (first === null) return { points, repeats: null };
  const { point, replication, digest } = first;
  const [again] = yield [plan.specFor(point, replication)];
  return { points, repeats: again?.ok === true ? again.result.digest === digest : null };
}

function pointRegression(plan: RegressionPlan, answer: PointAnswer, point: number): PointRegression {
  const before = plan.baseline[point] as ObservedPoint;
  const observed = observedPoint(before.label, answer);
  const held = ESTIMATE_NAMES.filter((name) => before.measures[name] !== undefined);
  return {
    answer,
    observed,
    sameDigests: observed.digests.filter((digest, i) => digest !== null && digest === before.digests[i]).length,
    changes: held.map((name) =>
      measureChange(name, before.measures[name] ?? [], observed.measures[name] ?? [], plan.tolerances[name]),
    ),
    notCompared: ESTIMATE_NAMES.filter((name) => !held.includes(name)),
    ...pointMoves(before, observed),
  };
}

interface Difference {
  readonly point: number;
  readonly replication: number;
  readonly digest: string | null;
}

/** Nothing is said where a run did not end: what is left cannot be paired. */
function firstDifference(points: readonly PointRegression[], baseline: readonly ObservedPoint[]): Difference | null {
  for (const [point, { observed, answer }] of points.entries()) {
    if (answer.failed.length > 0) return null;
    const replication = observed.digests.findIndex((digest, i) => digest !== baseline[point]?.digests[i]);
    if (replication >= 0) return { point, replication, digest: observed.digests[replication] ?? null };
  }
  return null;
}
