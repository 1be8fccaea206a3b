/** `regress.json`: what moved against a baseline, as plain data. Nothing in it depends on the machine or the date. */
import type { Cause, Stage, WorkMove } from '../experiment/likely-cause.ts';
import type { ChangeState, MeasureChange } from '../experiment/measure-change.ts';
import type { PointRegression, RegressionAnswer } from '../experiment/regression.ts';
import type { PointAnswer } from '../experiment/replicate.ts';
import { formatTolerance, JUDGED_MEASURES, type Tolerances } from '../experiment/tolerance.ts';
import type { BaselineEntry } from './baseline-file.ts';
import type { CheckedRangeRow } from './result-file.ts';

export interface RegressFile {
  readonly format: 1;
  /** The baseline as it was named. */
  readonly baseline: string;
  readonly model_version: string;
  /** By measure, as they were applied. */
  readonly tolerances: Readonly<Record<string, string>>;
  /** The worst of the scenarios. */
  readonly outcome: Outcome;
  /** In words, the most important first. */
  readonly verdict: readonly string[];
  readonly scenarios: readonly RegressScenario[];
}

/**
 * From best to worst. `passed`: nothing worsened beyond its tolerance. `undecided`: something did, but the replications cannot tell that from
 * chance. `regressed`: something did, and no chance. `model-changed`: other runs under the same model version. `not-live`, `unsafe`: a check was violated. `not-deterministic`: a run does not repeat itself. `failed`: a run did not end.
 */
export const OUTCOMES = [
  'passed',
  'undecided',
  'regressed',
  'model-changed',
  'not-live',
  'not-deterministic',
  'unsafe',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface RegressScenario {
  readonly scenario: string;
  readonly question: string;
  readonly id: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly replications: number;
  readonly repeat_command: string;
  readonly update_command: string;
  readonly baseline_id: string;
  readonly baseline_model_version: string;
  /** `exact`: of the same model version, so that nothing may differ. */
  readonly comparison: 'exact' | 'tolerances';
  /** False: the same file resolves to another text, since quorumlab has a new option or default. */
  readonly resolved_same: boolean;
  readonly outcome: Outcome;
  /** Whether the first run that differed gave its digest once more; null: not asked. */
  readonly repeats: boolean | null;
  readonly points: readonly RegressPoint[];
  /** Measures that the baseline does not hold. */
  readonly not_compared: readonly string[];
  readonly failed_runs: readonly {
    readonly label: string;
    readonly replication: number;
    readonly reason: string;
  }[];
}

export interface RegressPoint {
  readonly label: string;
  readonly outcome: Outcome;
  readonly digests_same: number;
  readonly digests: number;
  readonly measures: readonly MeasureRow[];
  readonly stages: readonly { readonly stage: Stage; readonly before_ms: number; readonly after_ms: number }[];
  readonly work: readonly WorkRow[];
  readonly likely: { readonly stage: Stage | null; readonly cause: Cause; readonly resource: string | null } | null;
  readonly violations: readonly string[];
  readonly checked_range: CheckedRangeRow;
}

export interface MeasureRow {
  readonly measure: string;
  readonly before: number | null;
  readonly after: number | null;
  /** after − before over paired replications, with its 95 % interval. */
  readonly change: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p_value: number | null;
  /** Corrected for all measures of all points of the scenario (Holm). */
  readonly p_adjusted: number | null;
  readonly tolerance: string;
  readonly state: ChangeState;
  readonly reason: string | null;
}

/** A resource in µs of its busiest node for each transaction, or a count for each. */
export interface WorkRow {
  readonly what: WorkMove['what'];
  readonly before: number;
  readonly after: number;
  readonly busy_before: number | null;
  readonly busy_after: number | null;
  readonly noticed: boolean;
}

export type RegressAbout = Pick<
  RegressScenario,
  | 'scenario'
  | 'question'
  | 'id'
  | 'seed'
  | 'quick'
  | 'replications'
  | 'repeat_command'
  | 'update_command'
  | 'resolved_same'
> & { readonly model_version: string };

/** `checkedRangeOf`: of the points in the order of the scenario. */
export function buildScenario(
  about: RegressAbout,
  entry: BaselineEntry,
  answer: RegressionAnswer,
  checkedRangeOf: (answer: PointAnswer, index: number) => CheckedRangeRow,
): RegressScenario {
  const { model_version, ...rest } = about;
  const exact = entry.model_version === model_version;
  const points = answer.points.map((point, index) => ({
    ...buildPoint(point, exact, answer.repeats === false),
    checked_range: checkedRangeOf(point.answer, index),
  }));
  return {
    ...rest,
    baseline_id: entry.id,
    baseline_model_version: entry.model_version,
    comparison: exact ? 'exact' : 'tolerances',
    outcome: worst(points.map(({ outcome }) => outcome)),
    repeats: answer.repeats,
    points,
    not_compared: answer.points[0]?.notCompared ?? [],
    failed_runs: answer.points.flatMap((point) =>
      point.answer.failed.map(({ label, replication, reason }) => ({ label, replication, reason })),
    ),
  };
}

export function buildRegress(
  about: Pick<RegressFile, 'baseline' | 'model_version'>,
  tolerances: Tolerances,
  scenarios: readonly RegressScenario[],
  verdictOf: (scenarios: readonly RegressScenario[]) => readonly string[],
): RegressFile {
  return {
    format: 1,
    ...about,
    tolerances: Object.fromEntries(JUDGED_MEASURES.map((name) => [name, formatTolerance(tolerances[name])])),
    outcome: worst(scenarios.map(({ outcome }) => outcome)),
    verdict: verdictOf(scenarios),
    scenarios,
  };
}

function buildPoint(
  point: PointRegression,
  exact: boolean,
  unrepeatable: boolean,
): Omit<RegressPoint, 'checked_range'> {
  const { observed, answer, changes, stages, work, likely, sameDigests } = point;
  const violations = answer.estimate.runs.flatMap(({ run }) =>
    run.violations.map((violation) => ({ ...violation, replication: run.replication })),
  );
  return {
    label: observed.label,
    outcome: worst([
      ...(answer.failed.length > 0 ? (['failed'] as const) : []),
      ...violations.map(({ kind }) => (kind === 'safety' ? ('unsafe' as const) : ('not-live' as const))),
      ...(exact && differs(point) ? [unrepeatable ? ('not-deterministic' as const) : ('model-changed' as const)] : []),
      ...(changes.some(({ state }) => state === 'regressed') ? (['regressed'] as const) : []),
      ...(changes.some(({ state }) => state === 'perhaps-regressed') ? (['undecided'] as const) : []),
    ]),
    digests_same: sameDigests,
    digests: observed.digests.length,
    measures: changes.map(measureRow),
    stages: stages.map(({ stage, before, after }) => ({ stage, before_ms: before, after_ms: after })),
    work: work.map(({ what, before, after, busy, noticed }) => ({
      what,
      before,
      after,
      busy_before: busy?.before ?? null,
      busy_after: busy?.after ?? null,
      noticed,
    })),
    likely,
    violations: violations.map(({ replication, check, detail }) => `replication ${replication}: ${check}: ${detail}`),
  };
}

/** Other runs, or the same ones measured otherwise. */
function differs({ observed, sameDigests, changes }: PointRegression): boolean {
  return sameDigests < observed.digests.length || changes.some(({ state }) => state !== 'same');
}

function measureRow({
  measure,
  before,
  after,
  difference,
  pValue,
  pAdjusted,
  tolerance,
  state,
  reason,
}: MeasureChange): MeasureRow {
  return {
    measure,
    before,
    after,
    change: difference?.mean ?? null,
    low: difference?.low ?? null,
    high: difference?.high ?? null,
    p_value: pValue,
    p_adjusted: pAdjusted,
    tolerance: formatTolerance(tolerance),
    state,
    reason,
  };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return OUTCOMES[Math.max(0, ...outcomes.map((outcome) => OUTCOMES.indexOf(outcome)))] as Outcome;
}
