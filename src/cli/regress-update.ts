/** `regress --update`: writes what scenarios do now as the baseline, and says what that changes. Only entries of the given scenarios are touched. */

import { dirname } from 'node:path';
import { drive, type Executor } from '../executor/executor.ts';
import type { FailedRun } from '../experiment/experiment.ts';
import { observedPoint } from '../experiment/observed-point.ts';
import type { PointAnswer } from '../experiment/replicate.ts';
import { replicate } from '../experiment/replicate.ts';
import type { Tolerances } from '../experiment/tolerance.ts';
import { type BaselineEntry, baselineEntry, baselineText, withEntries } from '../results/baseline-file.ts';
import { whyNotComparable } from '../results/baseline-match.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { readBaseline, tolerancesOf } from '../results/read-baseline.ts';
import { buildScenario, type RegressScenario } from '../results/regress-file.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import { openBaselineIfThere, saying, writeTo } from './baseline-path.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import type { LoadedScenario } from './load.ts';
import { folderProblem } from './output-folder.ts';
import { aboutOf, answerOf, askedOf, rangeIn, regressFile } from './regress-compare.ts';
import type { RegressOptions } from './regress-options.ts';
import { withExecutor } from './with-executor.ts';

/** What became of one entry. */
interface Update {
  readonly entry: BaselineEntry;
  readonly change: 'added' | 'unchanged' | 'replaced';
  /** Why the old entry was of another question. */
  readonly reasons: readonly string[];
  /** Against the old entry, where it was of the same question. */
  readonly compared: RegressScenario | null;
}

export async function updateBaseline(
  loaded: readonly LoadedScenario[],
  options: RegressOptions,
  context: CommandContext,
): Promise<void> {
  const path = options.baseline;
  const before = openBaselineIfThere(path, readBaseline);
  const given = { ...before?.tolerances, ...options.tolerance };
  const tolerances = saying(path, () => tolerancesOf(given));
  const problem = folderProblem(dirname(path));
  if (problem !== null) throw new CommandEnd(ExitCode.usage, `--baseline ${path}: ${problem}`);
  const updates: Update[] = [];
  await withExecutor(options, context, async (executor, signal) => {
    for (const one of loaded) {
      const old = before?.scenarios.find(({ scenario }) => scenario === one.scenario.name) ?? null;
      updates.push(await updateOf(one, old, { tolerances, executor, signal, options }));
    }
  });
  const text = baselineText(
    withEntries(
      before,
      updates.map(({ entry }) => entry),
      options.tolerance,
    ),
  );
  writeTo(path, text);
  await tell(updates, tolerances, options, context);
}

interface Means {
  readonly tolerances: Tolerances;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly options: RegressOptions;
}

/** @throws CommandEnd where a run should not be accepted: it did not end, violates a check, or does not repeat itself. */
async function updateOf(one: LoadedScenario, old: BaselineEntry | null, means: Means): Promise<Update> {
  const asked = askedOf(one);
  const reasons = old === null ? [] : whyNotComparable(old, asked);
  if (old === null || reasons.length > 0) {
    const answers = await replicated(one, means);
    refuseTrouble(one, answers, means.signal);
    const points = answers.map((answer, i) => observedPoint(asked.labels[i] as string, answer));
    return {
      entry: baselineEntry(asked, points),
      change: old === null ? 'added' : 'replaced',
      reasons,
      compared: null,
    };
  }
  const answer = await answerOf(one, old, means.tolerances, means.executor, means.signal);
  refuseTrouble(
    one,
    answer.points.map((point) => point.answer),
    means.signal,
  );
  if (answer.repeats === false)
    throw new CommandEnd(
      ExitCode.notDeterministic,
      `${one.scenario.name} is not deterministic: a run gave another digest when it was run once more. Nothing is written`,
    );
  const entry = baselineEntry(
    asked,
    answer.points.map(({ observed }) => observed),
  );
  const change = canonicalJson(entry) === canonicalJson(old) ? 'unchanged' : 'replaced';
  return {
    entry,
    change,
    reasons,
    compared: buildScenario(aboutOf(one, old, means.tolerances, means.options), old, answer, rangeIn(one)),
  };
}

function replicated(
  { scenario, invocation }: LoadedScenario,
  { executor, signal }: Means,
): Promise<readonly PointAnswer[]> {
  const { warmup, replications } = runSettings(scenario, invocation);
  const plan = {
    points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives: scenario.objective })),
    replications,
    specFor: (point: number, replication: number) => runSpecFor(scenario, point, replication, invocation),
  };
  return drive(replicate(plan), executor, { signal });
}

function refuseTrouble({ scenario }: LoadedScenario, answers: readonly PointAnswer[], signal: AbortSignal): void {
  if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, 'stopped: nothing is written');
  const [failed] = answers.flatMap((answer): readonly FailedRun[] => answer.failed);
  if (failed !== undefined)
    throw new CommandEnd(
      ExitCode.crashed,
      `${scenario.name}: ${failed.label}, replication ${failed.replication}, did not end: ${failed.reason}. Nothing is written`,
    );
  const runs = answers.flatMap(({ estimate }) => estimate.runs.map(({ run }) => run));
  const violations = runs.flatMap((run) => run.violations.map((violation) => ({ run, violation })));
  const worst = violations.find(({ violation }) => violation.kind === 'safety') ?? violations[0];
  if (worst === undefined) return;
  const { run, violation } = worst;
  throw new CommandEnd(
    violation.kind === 'safety' ? ExitCode.unsafe : ExitCode.notLive,
    `${scenario.name}: ${run.label}, replication ${run.replication}, violates ${violation.check}: ${violation.detail}. That is no baseline: nothing is written`,
  );
}

async function tell(
  updates: readonly Update[],
  tolerances: Tolerances,
  options: RegressOptions,
  { out }: CommandContext,
): Promise<void> {
  const compared = updates.flatMap((update) =>
    update.change === 'replaced' && update.compared !== null ? [update.compared] : [],
  );
  const file = regressFile(compared, tolerances, options);
  if (options.json) {
    const rows = updates.map(({ entry, change, reasons }) => ({
      scenario: entry.scenario,
      id: entry.id,
      change,
      reasons,
    }));
    out.write(canonicalJson({ format: 1, baseline: options.baseline, updated: rows, moved: file }));
    return;
  }
  const { renderRegress } = await import('../report/regress/table.ts');
  const moved = compared.length === 0 ? '' : `\nAgainst the entries that were replaced:\n${renderRegress(file)}\n`;
  const lines = updates.flatMap(({ entry, change, reasons }) => [
    `${entry.scenario}: ${change}`,
    ...reasons.map((reason) => `  the old entry: ${reason.split('. ')[0]}`),
  ]);
  out.write(`${options.baseline}\n${lines.map((line) => `  ${line}\n`).join('')}${moved}`);
}
