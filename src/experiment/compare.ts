/**
 * Candidates side by side: each undisturbed, then in every drill, on the same random numbers. First the runs that all need; then the
 * losses of a site, once it is known where leaders stood. Answers with estimates; decision.ts makes a decision of them.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { NodeId } from '../units/quantities.ts';
import type { AvailabilityLimit } from './availability.ts';
import { type Drill, type DrillSettings, drilled, drillWarmUp, nodesAt, siteLosses, sitesToLose } from './drills.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { onOneWindow } from './one-window.ts';
import { estimatePoint, type PointEstimate } from './point-estimate.ts';
import { type LaterOutages, laterOutages } from './recovery.ts';
import type { ReplicationPlan } from './replicate.ts';
import { commonLimit } from './scenario-limit.ts';

export interface ComparisonPlan extends ReplicationPlan {
  readonly drills: DrillSettings;
}

export interface DrillAnswer {
  readonly drill: Drill;
  /** How many nodes it strikes. */
  readonly struck: number;
  readonly estimate: PointEstimate;
  /** From the fault to the next final transaction after its last outage, ns, by replication that ended; null: not before the run's end, or the fault never fell. */
  readonly recoveries: readonly (number | null)[];
  /** Of all replications: outages behind the fault that are not counted in its recovery. */
  readonly later: LaterOutages;
}

export interface CandidateAnswer {
  /** An undisturbed run, for what does not depend on the replication. */
  readonly spec: RunSpec;
  readonly base: PointEstimate;
  readonly drills: readonly DrillAnswer[];
  readonly failed: readonly FailedRun[];
}

/** `plan.specFor` gives undisturbed runs. How many runs there are in all: `comparisonRuns`. */
export function* compare(plan: ComparisonPlan): Experiment<readonly CandidateAnswer[]> {
  const points = plan.points.map((question, point) => ({ question, point, spec: plan.specFor(point, 0) }));
  const shared: readonly (Drill | null)[] = [
    null,
    { kind: 'leader-crash', site: null },
    { kind: 'slow-leader', site: null },
  ];
  const first = cut(
    yield specsOf(
      plan,
      points.map(() => shared),
    ),
    points.map(() => shared),
    plan.replications,
  );
  const lost = points.map(({ spec }, i) =>
    sitesToLose(spec, leadersOf(first[i]?.[1] ?? [])).map((site): Drill => ({ kind: 'site-loss', site })),
  );
  const second = cut(yield specsOf(plan, lost), lost, plan.replications);
  const limit = commonLimit(
    points.map(({ question, spec }, i) => ({ question, spec, runs: finished(first[i]?.[0] ?? []) })),
  );
  const bases = onOneWindow(
    points.map(
      ({ question, spec }, i) =>
        (notBefore) =>
          estimatePoint({ ...question, notBefore }, spec, finished(first[i]?.[0] ?? []), limit),
    ),
    ({ condition }) => condition?.condition === 'keeps up',
  );
  return points.map(({ point, spec }, i) => {
    const [undisturbed = [], ...others] = first[i] ?? [];
    const [crash = [], slow = []] = others;
    const sites = second[i] ?? [];
    const inDrill = (drill: Drill, outcomes: readonly RunOutcome[]) => drillAnswer(plan, point, drill, outcomes, limit);
    return {
      spec,
      base: bases[i] as PointEstimate,
      drills: [
        inDrill(shared[1] as Drill, crash),
        ...(lost[i] ?? []).map((drill, k) => inDrill(drill, sites[k] ?? [])),
        inDrill(shared[2] as Drill, slow),
      ],
      failed: [undisturbed, crash, slow, ...sites].flat().filter((outcome) => !outcome.ok),
    };
  });
}

/** Known before anything is run. */
export function comparisonRuns({ points, replications, specFor }: ComparisonPlan): number {
  return points.reduce((sum, _, point) => sum + (3 + siteLosses(specFor(point, 0))) * replications, 0);
}

function specsOf(plan: ComparisonPlan, asked: readonly (readonly (Drill | null)[])[]): readonly RunSpec[] {
  return asked.flatMap((drills, point) =>
    drills.flatMap((drill) =>
      Array.from({ length: plan.replications }, (_, replication) => {
        const base = plan.specFor(point, replication);
        return drill === null ? base : drilled(base, drill, plan.drills, warmupOf(plan, point));
      }),
    ),
  );
}

function warmupOf(plan: ComparisonPlan, point: number): number | 'auto' {
  return plan.points[point]?.warmup ?? 'auto';
}

/** Outcomes in the order of `specsOf`, by point and drill. */
function cut(
  outcomes: readonly RunOutcome[],
  asked: readonly (readonly unknown[])[],
  replications: number,
): readonly (readonly (readonly RunOutcome[])[])[] {
  let at = 0;
  return asked.map((drills) =>
    drills.map(() => {
      at += replications;
      return outcomes.slice(at - replications, at);
    }),
  );
}

function drillAnswer(
  plan: ComparisonPlan,
  point: number,
  drill: Drill,
  outcomes: readonly RunOutcome[],
  limit: AvailabilityLimit,
): DrillAnswer {
  const spec = drilled(plan.specFor(point, 0), drill, plan.drills, warmupOf(plan, point));
  const runs = finished(outcomes);
  const question = {
    objectives: plan.points[point]?.objectives ?? [],
    warmup: drillWarmUp(plan.drills, warmupOf(plan, point)),
    outages: 'not over before the first fault' as const,
  };
  return {
    drill,
    struck: drill.site === null ? 1 : nodesAt(spec, drill.site).length,
    estimate: estimatePoint(question, spec, runs, limit),
    recoveries: runs.map(({ faults: [fault] }) => (fault === undefined ? null : fault.recovery)),
    later: laterOutages(runs.flatMap(({ faults: [fault] }) => fault ?? [])),
  };
}

function leadersOf(outcomes: readonly RunOutcome[]): readonly NodeId[] {
  return finished(outcomes).flatMap(({ faults }) => faults[0]?.nodes ?? []);
}

function finished(outcomes: readonly RunOutcome[]): readonly RunResult[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
}
