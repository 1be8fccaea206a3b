/** The plain experiment: every design point, so many replications of each (or as many as a precision takes), and one estimate a point. */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { AvailabilityLimit } from './availability.ts';
import type { RunValues } from './estimate.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { estimatePoint, type PointEstimate, type PointQuestion } from './point-estimate.ts';
import { type EndedBy, isUnmeasured, nextCount, reachedBy, type Stopping, type StoppingRule } from './precision.ts';
import { runValues } from './run-values.ts';
import { commonLimit } from './scenario-limit.ts';
import { warmUpOf } from './warm-up.ts';
import { windowOf } from './window.ts';

export interface ReplicationPlan {
  readonly points: readonly PointQuestion[];
  /** Of each point; with a stopping rule, at least. */
  readonly replications: number;
  /** Absent: just so many replications. */
  readonly stopping?: StoppingRule;
  /** Pure: the same arguments give the same specification. */
  specFor(point: number, replication: number): RunSpec;
}

export interface PointAnswer {
  readonly estimate: PointEstimate;
  /** Over the runs that ended; those that did not are here. */
  readonly failed: readonly FailedRun[];
  readonly stopping: Stopping;
}

/** A point and what its runs gave so far. */
interface PointSoFar {
  readonly question: PointQuestion;
  readonly spec: RunSpec;
  readonly outcomes: readonly RunOutcome[];
  readonly runs: readonly RunResult[];
  readonly failed: readonly FailedRun[];
}

/**
 * Asks round by round, the points one after the other; without a stopping rule there is one round. Replication k has the same seed at
 * every point, so points that stop sooner can still be paired with the others. Answers with one entry a point.
 */
export function* replicate(plan: ReplicationPlan): Experiment<readonly PointAnswer[]> {
  let points = plan.points.map((question, point) => soFar(question, plan.specFor(point, 0), []));
  let wanted = plan.points.map(() => plan.replications);
  for (;;) {
    const asked = points.map(({ outcomes }, point) => replicationsFrom(outcomes.length, wanted[point] as number));
    const got = yield asked.flatMap((own, point) => own.map((replication) => plan.specFor(point, replication)));
    let at = 0;
    points = points.map(({ question, spec, outcomes }, point) => {
      const count = (asked[point] as readonly number[]).length;
      at += count;
      return soFar(question, spec, [...outcomes, ...got.slice(at - count, at)]);
    });
    const limit = commonLimit(points);
    const states = points.map((point) => stateOf(point, limit, plan.stopping));
    if (states.every(({ endedBy }) => endedBy !== null) || states.some(({ endedBy }) => endedBy === 'interrupted'))
      return points.map((point, i) => answerOf(point, limit, states[i] as State));
    // One that had reached its precision may have lost it with the limit of availability, which all points share: it goes on, too.
    wanted = points.map(({ outcomes }, i) => {
      const { endedBy, reached } = states[i] as State;
      return endedBy === null
        ? nextCount(reached, outcomes.length, (plan.stopping as StoppingRule).most)
        : outcomes.length;
    });
  }
}

function soFar(question: PointQuestion, spec: RunSpec, outcomes: readonly RunOutcome[]): PointSoFar {
  const failed = outcomes.filter((outcome): outcome is FailedRun => !outcome.ok);
  return { question, spec, outcomes, failed, runs: outcomes.flatMap(resultOf) };
}

/** `endedBy` null: the point needs more replications. */
interface State extends Pick<Stopping, 'reached'> {
  readonly endedBy: EndedBy | null;
}

function stateOf(point: PointSoFar, limit: AvailabilityLimit, rule: StoppingRule | undefined): State {
  if (rule === undefined) return { endedBy: 'fixed', reached: [] };
  const values = valuesOf(point, limit);
  const reached = reachedBy(rule.goals, values);
  const ended = (endedBy: EndedBy | null): State => ({ endedBy, reached });
  if (point.failed.some(({ kind }) => kind === 'interrupted')) return ended('interrupted');
  if (point.failed.length > 0 || point.runs.some(isUnsafe)) return ended('failure');
  if (reached.every(({ met }) => met)) return ended('precision');
  if (isUnmeasured(rule.goals, values)) return ended('unmeasured');
  return ended(point.outcomes.length >= rule.most ? 'budget' : null);
}

function valuesOf({ question, spec, runs }: PointSoFar, { limit }: AvailabilityLimit): readonly RunValues[] {
  const { end } = warmUpOf(runs, question.warmup, spec.horizon);
  return runs.map((run) => runValues(run, windowOf(run, end), limit));
}

/** A point that would have gone on was cut short when others were interrupted. */
function answerOf({ question, spec, runs, failed }: PointSoFar, limit: AvailabilityLimit, state: State): PointAnswer {
  const { endedBy, reached } = state;
  return {
    estimate: estimatePoint(question, spec, runs, limit),
    failed,
    stopping: { endedBy: endedBy ?? 'interrupted', reached },
  };
}

function isUnsafe({ violations }: RunResult): boolean {
  return violations.some(({ kind }) => kind === 'safety');
}

function replicationsFrom(first: number, end: number): readonly number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}

function resultOf(outcome: RunOutcome): readonly RunResult[] {
  return outcome.ok ? [outcome.result] : [];
}
