/**
 * How far the answer moves when one uncertain input at a time moves through its range, the others standing still (one-at-a-time;
 * Saltelli et al., Global Sensitivity Analysis, 2008, section 2.1: it sees no interaction between inputs). Every variant runs on
 * the random numbers of the scenario as it stands, so that differences are paired and chance largely cancels.
 */
import type { RunResult } from '../simulation/run-result.ts';
import { type Interval, pairedDifference } from '../statistics/intervals.ts';
import type { AvailabilityLimit } from './availability.ts';
import type { Bottleneck } from './bottleneck.ts';
import type { Condition } from './condition.ts';
import type { Estimate, EstimateName } from './estimate.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { onOneWindow } from './one-window.ts';
import { estimatePoint, type PointEstimate } from './point-estimate.ts';
import type { ReplicationPlan } from './replicate.ts';
import { commonLimit } from './scenario-limit.ts';
import { noneTells, type Untold } from './telling.ts';
import {
  type FactorRange,
  INPUT_NAMES,
  type InputName,
  type UncertainInput,
  uncertainInputs,
} from './uncertain-inputs.ts';

export interface SensitivityPlan extends ReplicationPlan {
  readonly measure: EstimateName;
  readonly ranges: Readonly<Record<InputName, FactorRange>>;
}

/** The answer with one input at one end of its range. */
export interface Variant {
  readonly factor: number;
  readonly value: Estimate | null;
  readonly condition: Condition | null;
  /** Whether every objective is met; null where none is asked for. */
  readonly met: boolean | null;
}

export interface InputEffect {
  readonly input: InputName;
  readonly low: Variant;
  readonly high: Variant;
  /** The largest difference between two of low, base and high over paired replications; null where a value is missing. */
  readonly largest: Interval | null;
  /** False where that could be chance: its 95 % interval holds 0. One replication cannot tell, and counts as told. */
  readonly told: boolean;
}

export interface PointSensitivity {
  readonly label: string;
  readonly base: Variant;
  /** Of the scenario as it stands: why its runs tell nothing, of any measure; null: some do, or none finished. */
  readonly untold: Untold | null;
  /** Of the scenario as it stands; null where no run of it finished. */
  readonly busiest: Bottleneck | null;
  /** One for each input that is varied, in the order of the registry. */
  readonly effects: readonly InputEffect[];
  readonly notVaried: readonly { readonly input: InputName; readonly why: string }[];
  readonly failed: readonly FailedRun[];
}

/** One design point and where the variants of its inputs lie in the list of runs. */
interface Asked {
  readonly input: InputName | null;
  readonly factor: number;
}

/** Asks for all runs at once: for each point the scenario as it stands, then each input at each end that differs from it. */
export function* sensitivity(plan: SensitivityPlan): Experiment<readonly PointSensitivity[]> {
  const replications = Array.from({ length: plan.replications }, (_, replication) => replication);
  const asked = plan.points.map((_, point) => variantsOf(plan, point));
  const outcomes = yield asked.flatMap((variants, point) =>
    variants.flatMap(({ input, factor }) =>
      replications.map((replication) => {
        const spec = plan.specFor(point, replication);
        return input === null ? spec : inputNamed(input).scaled(spec, factor);
      }),
    ),
  );
  let at = 0;
  const parts = asked.map((variants) =>
    variants.map(() => {
      at += plan.replications;
      return outcomes.slice(at - plan.replications, at);
    }),
  );
  const limit = commonLimit(
    plan.points.map((question, point) => ({
      question,
      spec: plan.specFor(point, 0),
      runs: finished((parts[point] as (readonly RunOutcome[])[])[0] as readonly RunOutcome[]),
    })),
  );
  return asked.map((variants, point) => pointOf(plan, point, variants, parts[point] as never, limit));
}

function variantsOf(plan: SensitivityPlan, point: number): readonly Asked[] {
  const spec = plan.specFor(point, 0);
  const varied = INPUT_NAMES.filter((input) => whyNot(plan, input, spec) === null);
  return [
    { input: null, factor: 1 },
    ...varied.flatMap((input) => {
      const { low, high } = plan.ranges[input];
      return [low, high].filter((factor) => factor !== 1).map((factor) => ({ input, factor }));
    }),
  ];
}

function whyNot(plan: SensitivityPlan, input: InputName, spec: Parameters<UncertainInput['absent']>[0]): string | null {
  const { low, high } = plan.ranges[input];
  return low === 1 && high === 1 ? 'its range is a single value' : inputNamed(input).absent(spec);
}

interface Measured extends Variant {
  readonly busiest: Bottleneck | null;
  /** By replication; null where the run failed or cannot tell. */
  readonly perRun: readonly (number | null)[];
}

function pointOf(
  plan: SensitivityPlan,
  point: number,
  variants: readonly Asked[],
  parts: readonly (readonly RunOutcome[])[],
  limit: AvailabilityLimit,
): PointSensitivity {
  const spec = plan.specFor(point, 0);
  const estimates = onOneWindow(
    parts.map((part) => (notBefore) => {
      const question = plan.points[point] as SensitivityPlan['points'][number];
      return estimatePoint({ ...question, notBefore }, spec, finished(part), limit);
    }),
    () => true,
  );
  const measured = variants.map(({ factor }, i) => measure(plan, factor, estimates[i] as PointEstimate));
  const base = measured[0] as Measured;
  const at = (input: InputName, factor: number): Measured =>
    factor === 1
      ? base
      : (measured[variants.findIndex((one) => one.input === input && one.factor === factor)] as Measured);
  const inputs = INPUT_NAMES.map((input) => ({ input, why: whyNot(plan, input, spec) }));
  return {
    label: spec.label,
    base: variantOnly(base),
    untold: noneTells(
      finished(parts[0] ?? []),
      estimates[0]?.warmUp.end ?? 0,
      spec,
      (plan.points[point] as SensitivityPlan['points'][number]).objectives,
    ),
    busiest: base.busiest,
    effects: inputs.flatMap(({ input, why }) => {
      if (why !== null) return [];
      const { low, high } = plan.ranges[input];
      return [effectOf(input, base, at(input, low), at(input, high))];
    }),
    notVaried: inputs.flatMap(({ input, why }) => (why === null ? [] : [{ input, why }])),
    failed: parts.flatMap((part) => part.filter((outcome): outcome is FailedRun => !outcome.ok)),
  };
}

function measure(
  plan: SensitivityPlan,
  factor: number,
  { estimates, condition, objective, runs, bottleneck }: PointEstimate,
): Measured {
  return {
    factor,
    value: estimates[plan.measure],
    busiest: bottleneck,
    condition: condition?.condition ?? null,
    met: objective.length === 0 ? null : objective.every(({ met }) => met),
    perRun: Array.from(
      { length: plan.replications },
      (_, replication) => runs.find(({ run }) => run.replication === replication)?.values[plan.measure] ?? null,
    ),
  };
}

function effectOf(input: InputName, base: Measured, low: Measured, high: Measured): InputEffect {
  const differences = [paired(low, high), paired(base, low), paired(base, high)].filter(
    (difference) => difference !== null,
  );
  const largest = differences.reduce<Interval | null>(
    (most, one) => (most === null || Math.abs(one.mean) > Math.abs(most.mean) ? one : most),
    null,
  );
  const told = largest !== null && largest.mean !== 0 && (largest.count === 1 || largest.low > 0 || largest.high < 0);
  return { input, low: variantOnly(low), high: variantOnly(high), largest, told };
}

/** Over the replications that both can tell. */
function paired(first: Measured, second: Measured): Interval | null {
  const both = first.perRun.flatMap((value, i) => {
    const other = second.perRun[i] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  if (both.length === 0) return null;
  return pairedDifference(
    both.map(([value]) => value),
    both.map(([, other]) => other),
  ).difference;
}

function variantOnly({ factor, value, condition, met }: Measured): Variant {
  return { factor, value, condition, met };
}

function finished(outcomes: readonly RunOutcome[]): readonly RunResult[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
}

function inputNamed(input: InputName): UncertainInput {
  return uncertainInputs[input];
}
