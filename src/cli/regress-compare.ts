/** Runs scenarios, compares each run with the baseline's, and writes what moved in every form that was asked for. */
import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { drive, type Executor } from '../executor/executor.ts';
import { type RegressionAnswer, regression } from '../experiment/regression.ts';
import { formatTolerance, type Tolerances } from '../experiment/tolerance.ts';
import { regressVerdict } from '../report/regress/verdict.ts';
import { type AskedScenario, type BaselineEntry, type BaselineFile, observedOf } from '../results/baseline-file.ts';
import { sameText, whyNotComparable } from '../results/baseline-match.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { readBaseline, tolerancesOf } from '../results/read-baseline.ts';
import {
  buildRegress,
  buildScenario,
  type Outcome,
  type RegressFile,
  type RegressScenario,
} from '../results/regress-file.ts';
import { repeatQuestionCommand } from '../results/repeat-command.ts';
import { resultFolder, writeFiles } from '../results/result-folder.ts';
import { resultId } from '../results/result-id.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import { openBaseline, saying, writeTo } from './baseline-path.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import type { LoadedScenario } from './load.ts';
import { folderProblem } from './output-folder.ts';
import type { RegressOptions } from './regress-options.ts';
import { checkedRangeAt, resolvedText } from './run-scenario.ts';
import { withExecutor } from './with-executor.ts';

/** A scenario with the entry that it is compared with. */
interface Compared {
  readonly one: LoadedScenario;
  readonly entry: BaselineEntry;
}

const exitCodes: Readonly<Record<Outcome, ExitCode>> = {
  passed: ExitCode.ok,
  // What may have got worse is not let through: runs repeat to the bit, so another try would tell no more, and somebody must decide.
  undecided: ExitCode.missed,
  regressed: ExitCode.missed,
  // Not ExitCode.notDeterministic: the run repeats itself, but the code no longer does what its version stands for, and CI must fail.
  'model-changed': ExitCode.missed,
  'not-live': ExitCode.notLive,
  'not-deterministic': ExitCode.notDeterministic,
  unsafe: ExitCode.unsafe,
  failed: ExitCode.crashed,
};

export async function compareWithBaseline(
  loaded: readonly LoadedScenario[],
  options: RegressOptions,
  context: CommandContext,
): Promise<void> {
  const baseline = openBaseline(options.baseline, readBaseline);
  const tolerances = saying(options.baseline, () => tolerancesOf({ ...baseline.tolerances, ...options.tolerance }));
  const compared = comparable(loaded, baseline, options.baseline);
  refuseFolders(options);
  const scenarios: RegressScenario[] = [];
  const compareAll = async (executor: Executor, signal: AbortSignal): Promise<boolean> => {
    for (const { one, entry } of compared) {
      const answer = await answerOf(one, entry, tolerances, executor, signal);
      if (signal.aborted) break;
      const scenario = buildScenario(aboutOf(one, entry, tolerances, options), entry, answer, rangeIn(one));
      scenarios.push(scenario);
      await keep(regressFile([scenario], tolerances, options), options, context);
    }
    return signal.aborted;
  };
  const onInterrupt = (): void => {
    const reports = scenarios.length > 0 ? '; reports of finished scenarios are kept' : '';
    context.err.write(`\nstopping${reports} (Ctrl-C again to quit at once)\n`);
  };
  if (await withExecutor(options, context, compareAll, { onInterrupt }))
    throw new CommandEnd(
      ExitCode.interrupted,
      `stopped: ${scenarios.length} of ${compared.length} scenarios were compared`,
    );
  await tell(regressFile(scenarios, tolerances, options), options, context);
  const code = exitCodeOf(scenarios.flatMap(({ points }) => points.map(({ outcome }) => exitCodes[outcome])));
  if (code !== ExitCode.ok) throw new CommandEnd(code);
}

/** What a scenario asks, as a baseline sees it. */
export function askedOf({ scenario, invocation }: LoadedScenario): AskedScenario {
  return {
    scenario: scenario.name,
    resolved: resolvedText(scenario, invocation.quick),
    asked: askedText(scenario, invocation.set),
    modelVersion: MODEL_VERSION,
    seed: scenario.seed,
    quick: invocation.quick,
    replications: runSettings(scenario, invocation).replications,
    labels: scenario.points.map(({ label }) => label),
  };
}

/** What people wrote, without what quorumlab adds to it. */
function askedText({ file, resolved, ownProtocols }: LoadedScenario['scenario'], set: readonly string[]): string {
  const data = resolved.split('\n').filter((line) => line.startsWith('# data '));
  const own = ownProtocols.map(({ name, sha256 }) => `# protocol ${name} sha256 ${sha256}`);
  return [readFileSync(file, 'utf8'), ...set.map((assignment) => `# --set ${assignment}`), ...data, ...own].join('\n');
}

/** @throws CommandEnd with every reason of every scenario. */
function comparable(loaded: readonly LoadedScenario[], baseline: BaselineFile, path: string): readonly Compared[] {
  const problems: string[] = [];
  const compared = loaded.flatMap((one) => {
    const { name } = one.scenario;
    const entry = baseline.scenarios.find(({ scenario }) => scenario === name);
    const reasons =
      entry === undefined
        ? [
            `it is not in this baseline (${baseline.scenarios.map(({ scenario }) => scenario).join(', ') || 'which is empty'}); --update adds it`,
          ]
        : whyNotComparable(entry, askedOf(one));
    problems.push(...reasons.map((reason) => `${path}: ${name}: ${reason}`));
    return entry === undefined ? [] : [{ one, entry }];
  });
  if (problems.length > 0) throw new CommandEnd(ExitCode.usage, problems.join('\n'));
  return compared;
}

/** What would be found out only after the runs. */
function refuseFolders({ junit, markdown }: RegressOptions): void {
  for (const [option, path] of Object.entries({ junit, markdown })) {
    if (typeof path !== 'string') continue;
    const problem = folderProblem(dirname(path));
    if (problem !== null) throw new CommandEnd(ExitCode.usage, `--${option} ${path}: ${problem}`);
  }
}

/** The answer is always computed with the code as it stands: runs that an earlier code kept would compare it with itself. */
export async function answerOf(
  { scenario, invocation }: LoadedScenario,
  entry: BaselineEntry,
  tolerances: Tolerances,
  executor: Executor,
  signal: AbortSignal,
): Promise<RegressionAnswer> {
  const { warmup, replications } = runSettings(scenario, invocation);
  const plan = {
    points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives: scenario.objective })),
    replications,
    specFor: (point: number, replication: number) => runSpecFor(scenario, point, replication, invocation),
    baseline: scenario.points.map(({ label }) =>
      observedOf(entry.points.find((point) => point.label === label) as BaselineEntry['points'][number]),
    ),
    exact: entry.model_version === MODEL_VERSION,
    tolerances,
  };
  return drive(regression(plan), executor, { signal });
}

/** Where each point of a scenario lies, by its answer. */
export function rangeIn({ scenario }: LoadedScenario): Parameters<typeof buildScenario>[3] {
  return (answer, index) => checkedRangeAt(scenario.points[index] as DesignPoint, answer);
}

/** The same scenario against another baseline, or with other tolerances, is another question. */
export function aboutOf(
  { scenario, invocation }: LoadedScenario,
  entry: BaselineEntry,
  tolerances: Tolerances,
  options: RegressOptions,
) {
  const { name, question, seed } = scenario;
  const { quick } = invocation;
  const allowed = Object.entries(tolerances).map(([measure, tolerance]) => `${measure}=${formatTolerance(tolerance)}`);
  const asked = ['regress', ...allowed, canonicalJson(entry)].join(' ');
  const own = Object.entries(options.tolerance).flatMap(([measure, text]) => ['--tolerance', `${measure}=${text}`]);
  const baseline = ['--baseline', options.baseline];
  return {
    scenario: name,
    question,
    id: resultId(`# ${asked}\n${resolvedText(scenario, quick)}`, MODEL_VERSION),
    seed,
    quick,
    replications: runSettings(scenario, invocation).replications,
    repeat_command: repeatQuestionCommand('regress', invocation, [...baseline, ...own]),
    update_command: repeatQuestionCommand('regress', invocation, [...baseline, '--update']),
    resolved_same: sameText(entry, askedOf({ scenario, invocation })),
    model_version: MODEL_VERSION,
  };
}

export function regressFile(
  scenarios: readonly RegressScenario[],
  tolerances: Tolerances,
  { baseline }: RegressOptions,
): RegressFile {
  return buildRegress({ baseline, model_version: MODEL_VERSION }, tolerances, scenarios, regressVerdict);
}

/** The page and the data of one scenario. */
async function keep(file: RegressFile, { out }: RegressOptions, { err }: CommandContext): Promise<void> {
  const { renderRegressHtml } = await import('../report/regress/html.ts');
  const [scenario] = file.scenarios as [RegressScenario];
  const folder = resultFolder(out, scenario.scenario, `regress-${scenario.id}`);
  writeFiles(folder, { 'regress.json': canonicalJson(file), 'regress.html': renderRegressHtml(file) });
  err.write(`report: ${join(folder, 'regress.html')}\n`);
}

/** The whole, where it was asked for. */
async function tell(
  file: RegressFile,
  { junit, markdown, json }: RegressOptions,
  { out }: CommandContext,
): Promise<void> {
  if (junit !== undefined) writeTo(junit, (await import('../report/regress/junit.ts')).renderJunit(file));
  if (markdown !== undefined) {
    const text = (await import('../report/regress/markdown.ts')).renderMarkdown(file);
    // The summary of a step is one file that every command of the step adds to.
    if (markdown === true) appendFileSync(process.env.GITHUB_STEP_SUMMARY as string, text);
    else writeTo(markdown, text);
  }
  if (json) out.write(canonicalJson(file));
  else out.write(`${(await import('../report/regress/table.ts')).renderRegress(file)}\n`);
}
