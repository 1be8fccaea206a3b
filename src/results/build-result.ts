/** The result of an experiment as `result.json` holds it: nothing in it depends on the machine, the date or the threads. */
import type { AvailabilityLimit } from '../experiment/availability.ts';
import type { PointAnswer } from '../experiment/replicate.ts';
import { formatProblem } from '../scenario/problem.ts';
import type { DesignPoint, RunSettings, Scenario } from '../scenario/scenario.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { buildComparisons } from './build-comparisons.ts';
import { buildPoint, type ProtocolFacts } from './build-point.ts';
import { type Invocation, repeatCommand, repeatRunCommand } from './repeat-command.ts';
import type { ComparisonRow, PointResult, ResultFile } from './result-file.ts';
import { resultId } from './result-id.ts';
import type { RunRow } from './run-row.ts';

export interface ResultParts {
  readonly scenario: Scenario;
  /** The text of `scenario.resolved.yaml`. */
  readonly resolved: string;
  readonly invocation: Invocation;
  /** Of the runs that were made. */
  readonly settings: RunSettings;
  /** One for each point of the scenario. */
  readonly answers: readonly PointAnswer[];
  readonly factsOf: (point: DesignPoint, answer: PointAnswer) => ProtocolFacts;
  readonly verdictOf: (
    points: readonly PointResult[],
    about: { readonly quick: boolean; readonly comparisons: readonly ComparisonRow[] },
  ) => readonly string[];
}

export function buildResult(parts: ResultParts): ResultFile {
  const { scenario, resolved, invocation, settings, answers } = parts;
  const { quick } = invocation;
  const points = scenario.points.map((point, i) => {
    const answer = answers[i] as PointAnswer;
    return buildPoint(point, answer, parts.factsOf(point, answer), invocation);
  });
  const comparisons = buildComparisons(
    answers,
    points.map(({ label }) => label),
  );
  return {
    format: 1,
    scenario: scenario.name,
    question: scenario.question,
    id: resultId(resolved, MODEL_VERSION),
    model_version: MODEL_VERSION,
    seed: scenario.seed,
    quick,
    repeat_command: repeatCommand(invocation),
    verdict: parts.verdictOf(points, { quick, comparisons }),
    warnings: [...(quick ? [roughAnswer(scenario.run)] : []), ...scenario.warnings.map(formatProblem)],
    assumptions: scenario.assumptions,
    duration_ms: settings.duration / MILLISECOND,
    run: runRow(settings, scenario.points[0]?.setup.stopAfter ?? null),
    availability: availabilityRow(answers[0]?.estimate.availability ?? null),
    points,
    comparisons,
    failed_runs: answers.flatMap(({ failed }) =>
      failed.map(({ label, replication, reason }) => ({
        label,
        replication,
        reason,
        repeat_command: repeatRunCommand(invocation, label, replication),
      })),
    ),
  };
}

/** The limit is common to all points. */
function availabilityRow(availability: AvailabilityLimit | null): ResultFile['availability'] {
  if (availability === null) return { limit_ms: null, rule: 'not measured: there is no point' };
  const { limit, rule } = availability;
  return { limit_ms: limit === null ? null : limit / MILLISECOND, rule };
}

function runRow(settings: RunSettings, stopAfter: number | null): ResultFile['run'] {
  const { kind, kindDeclared, replications, mostReplications, precision } = settings;
  return {
    kind,
    declared: kindDeclared,
    stop_after: stopAfter,
    replications,
    most_replications: precision.length === 0 ? null : mostReplications,
    precision: precision.map(({ measure, share }) => ({ measure, share })),
  };
}

function roughAnswer({ precision }: RunSettings): string {
  const dropped = precision.length === 0 ? '' : '; the precision asked for is not pursued';
  return `a rough answer (--quick): shorter runs and fewer replications than the scenario asks for${dropped}`;
}

/** The rows of `runs.csv`: the runs that ended, by point and replication. */
export function runRows(answers: readonly PointAnswer[]): readonly RunRow[] {
  return answers.flatMap(({ estimate }) =>
    estimate.runs.map(({ run, values }) => ({
      label: run.label,
      replication: run.replication,
      seed: run.seed,
      digest: run.digest,
      ended_at_ms: run.endedAt / MILLISECOND,
      safety_violations: run.violations.filter(({ kind }) => kind === 'safety').length,
      liveness_violations: run.violations.filter(({ kind }) => kind === 'liveness').length,
      values,
    })),
  );
}
