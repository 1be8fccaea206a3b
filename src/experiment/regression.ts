/**
 * Did it get worse? Runs a scenario as it stands and compares each replication with that of a baseline on the same random numbers. Under
 * one model version runs are equal to the bit, or the model has changed; where they differ, the first that does is asked for once more, to
 * tell a changed model from one that does not repeat itself. Across model versions, tolerances and paired tests decide.
 */
import type { Experiment } from './experiment.ts';
import { type PointMoves, pointMoves } from './likely-cause.ts';
import { type MeasureChange, type MeasurePair, measureChanges } from './measure-change.ts';
import { type ObservedPoint, observedPoint } from './observed-point.ts';
import { type PointAnswer, type ReplicationPlan, replicate } from './replicate.ts';
import { JUDGED_MEASURES, type JudgedMeasure, type Tolerances } from './tolerance.ts';

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
  readonly notCompared: readonly JudgedMeasure[];
}

export function* regression(plan: RegressionPlan): Experiment<RegressionAnswer> {
  const answers = yield* replicate(plan);
  const compared = answers.map((answer, point) => ({ answer, ...comparedOf(plan, answer, point) }));
  // All the points of the scenario are judged together: one gate is opened or shut by all of them.
  const changes = measureChanges(compared.flatMap(({ pairs }) => pairs));
  let at = 0;
  const points = compared.map(({ answer, before, observed, pairs }) => {
    at += pairs.length;
    return pointRegression(before, observed, answer, changes.slice(at - pairs.length, at));
  });
  const first = plan.exact ? firstDifference(points, plan.baseline) : null;
  if (first === null) return { points, repeats: null };
  const { point, replication, digest } = first;
  const [again] = yield [plan.specFor(point, replication)];
  return { points, repeats: again?.ok === true ? again.result.digest === digest : null };
}

function comparedOf(plan: RegressionPlan, answer: PointAnswer, point: number) {
  const before = plan.baseline[point] as ObservedPoint;
  const observed = observedPoint(before.label, answer);
  const pairs = JUDGED_MEASURES.filter((name) => before.measures[name] !== undefined).map(
    (measure): MeasurePair => ({
      measure,
      before: before.measures[measure] ?? [],
      after: observed.measures[measure] ?? [],
      tolerance: plan.tolerances[measure],
    }),
  );
  return { before, observed, pairs };
}

function pointRegression(
  before: ObservedPoint,
  observed: ObservedPoint,
  answer: PointAnswer,
  changes: readonly MeasureChange[],
): PointRegression {
  return {
    answer,
    observed,
    sameDigests: observed.digests.filter((digest, i) => digest !== null && digest === before.digests[i]).length,
    changes,
    notCompared: JUDGED_MEASURES.filter((name) => before.measures[name] === undefined),
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
