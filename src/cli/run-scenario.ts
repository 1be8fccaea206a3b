/** From a loaded scenario to its result and the files that hold it: drives the experiment, prints nothing. */
import { availableParallelism } from 'node:os';
import { drive, type ExecuteOptions, type Executor } from '../executor/executor.ts';
import { busiestOf } from '../experiment/bottleneck.ts';
import type { Experiment, FailedRun } from '../experiment/experiment.ts';
import { type PointAnswer, replicate } from '../experiment/replicate.ts';
import { runsCsv, timelineCsv } from '../report/csv.ts';
import { verdictOf } from '../report/verdict.ts';
import type { ProtocolFacts } from '../results/build-point.ts';
import { buildResult, runRows } from '../results/build-result.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import type { Invocation } from '../results/repeat-command.ts';
import type { ResultFile } from '../results/result-file.ts';
import { sha256 } from '../results/result-id.ts';
import { type RunChoice, runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { DesignPoint, Scenario } from '../scenario/scenario.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { checkedRangeOf, type RangeAnswer } from '../validation/checked-range.ts';
import { packageVersion } from './package-version.ts';

export interface ScenarioOutcome {
  readonly result: ResultFile;
  readonly failed: readonly FailedRun[];
  /** By name, without `report.html` and `manifest.json`: they follow from the scenario and the model alone. */
  readonly files: Readonly<Record<string, string>>;
  readonly manifest: string;
}

/** Runs every point and replication of a scenario. `invocation` is what a repeat command says. */
export async function runScenario(
  scenario: Scenario,
  invocation: Invocation,
  executor: Executor,
  options: ExecuteOptions = {},
): Promise<ScenarioOutcome> {
  const startedAt = new Date();
  const began = performance.now();
  const choice = { quick: invocation.quick };
  const settings = runSettings(scenario, choice);
  const about = { scenario: scenario.name, warmup: settings.warmup };
  let reused = 0;
  const onReused = (indices: readonly number[]): void => {
    reused += indices.length;
    options.onReused?.(indices);
  };
  const most = settings.precision.length > 0 ? scenario.points.length * settings.mostReplications : null;
  const answers = await drive(experimentOf(scenario, choice), executor, { ...options, about, onReused }, most);
  const resolved = resolvedText(scenario, invocation.quick);
  const result = buildResult({ scenario, resolved, invocation, settings, answers, factsOf, verdictOf });
  return {
    result,
    failed: answers.flatMap(({ failed }) => failed),
    files: {
      'result.json': canonicalJson(result),
      'runs.csv': runsCsv(runRows(answers)),
      'timeline.csv': timelineCsv(result.points),
      'scenario.resolved.yaml': resolved,
    },
    manifest: manifestOf({
      scenario,
      result,
      resolved,
      answers,
      startedAt,
      tookMs: performance.now() - began,
      executor,
      reused,
    }),
  };
}

function experimentOf(scenario: Scenario, choice: RunChoice): Experiment<readonly PointAnswer[]> {
  const { warmup, replications, precision, mostReplications } = runSettings(scenario, choice);
  return replicate({
    points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives: scenario.objective })),
    replications,
    ...(precision.length > 0 ? { stopping: { goals: precision, most: mostReplications } } : {}),
    specFor: (point, replication) => runSpecFor(scenario, point, replication, choice),
  });
}

/** What the experiment asks for before it has seen any outcome: what shards can share out. */
export function firstRuns(scenario: Scenario, choice: RunChoice): readonly RunSpec[] {
  const first = experimentOf(scenario, choice).next();
  return first.done ? [] : first.value;
}

/** The resolved scenario as it was run. A rough answer is another question, so it is told apart here and by its id. */
export function resolvedText(scenario: Scenario, quick: boolean): string {
  return quick
    ? `# --quick: at most two replications of a quarter of the duration, or until 10 s behind the last fault\n${scenario.resolved}`
    : scenario.resolved;
}

function factsOf(point: DesignPoint, answer: PointAnswer): ProtocolFacts {
  const { trustNote, faultsTolerated } = point;
  return { trustNote, faultsTolerated, checkedRange: checkedRangeAt(point, answer) };
}

/** With every resource as busy as its runs had it. */
export function checkedRangeAt({ setup }: DesignPoint, { estimate }: PointAnswer): RangeAnswer {
  return checkedRangeOf(setup, busiestOf(estimate.ranks));
}

interface ManifestParts {
  readonly scenario: Scenario;
  readonly result: ResultFile;
  readonly resolved: string;
  readonly answers: readonly PointAnswer[];
  readonly startedAt: Date;
  readonly tookMs: number;
  readonly executor: Executor;
  /** Runs that were kept from before, so they took none of the time. */
  readonly reused: number;
}

/** All that depends on when and where it was run, beside what identifies it. */
function manifestOf({
  scenario,
  result,
  resolved,
  answers,
  startedAt,
  tookMs,
  executor,
  reused,
}: ManifestParts): string {
  return canonicalJson({
    quorumlab: packageVersion(),
    model_version: MODEL_VERSION,
    id: result.id,
    scenario: result.scenario,
    scenario_sha256: sha256(resolved),
    ...(scenario.ownProtocols.length === 0 ? {} : { own_protocols: scenario.ownProtocols }),
    seed: result.seed,
    quick: result.quick,
    started_at: startedAt.toISOString(),
    took_ms: Math.round(tookMs),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    threads: executor.threads,
    finished_runs: answers.reduce((sum, { estimate }) => sum + estimate.runs.length, 0),
    reused_runs: reused,
    failed_runs: result.failed_runs.length,
    digests: Object.fromEntries(result.points.map((point) => [point.label, point.run_digests])),
  });
}
