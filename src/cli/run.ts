/** `quorumlab run FILE…`: runs scenarios and writes their results, or says what that would take (`--plan`). */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { holdsCompleteResult, resultFolder } from '../results/result-folder.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../results/sql.ts';
import { addCacheOptions, stoppedWithoutAnswer } from './cache-options.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { exportTables, refuseExport } from './export-tables.ts';
import { findingsOf } from './findings.ts';
import { writeResult } from './keep-answer.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import { refuseBeforehand, refuseContradiction } from './open-executor.ts';
import { collect, collectPrecision, positiveCount, type RunningOptions, threadCount } from './options.ts';
import { REDIS_OPTION } from './redis-workers.ts';
import { runScenario, type ScenarioOutcome } from './run-scenario.ts';
import { runShard, type Shard, shardOf } from './shard.ts';
import { eachScenario } from './with-executor.ts';

interface RunOptions extends RunningOptions {
  readonly plan?: true;
  readonly precision?: readonly string[];
  readonly mostReplications?: number;
  readonly report: boolean;
  readonly shard?: Shard;
  readonly export?: ExportFormat;
}

export function runCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('run')
    .description('run scenarios: a table here, a report and data files in a folder')
    .argument('<file...>', 'scenario files')
    .option('--plan', 'say how many runs there are and what they would take, then stop')
    .option(
      '--quick',
      'a rough answer: at most two replications of a quarter of the duration, or until 10 s behind the last fault',
    )
    .option(
      '--replications <n>',
      'independent repetitions of each point, instead of what the scenario says',
      positiveCount,
    )
    .option(
      '--precision <measure=share>',
      'go on until the 95 % interval of a measure is so narrow (finality_p99=2%), instead of what the scenario says of it; may be repeated',
      collectPrecision,
    )
    .option(
      '--most-replications <n>',
      'replications of each point at most, where a precision is asked for',
      positiveCount,
    )
    .option('--threads <n>', 'worker threads (default: one a usable core)', threadCount)
    .option('--inline', 'no worker threads: one run after the other in this one')
    .option(...REDIS_OPTION)
    .option('--out <folder>', 'where results go: FOLDER/<scenario>/<id>/', 'reports')
    .option('--set <path=value>', 'override a value of the scenario; may be repeated', collect)
    .option('--json', 'print result.json instead of the table')
    .option('--no-report', 'write no report.html')
    .addOption(
      new Option(
        '--export <format>',
        'points.csv beside the other files; parquet: all three tables as Parquet, too',
      ).choices(EXPORT_FORMATS),
    )
    .option('--shard <i/n>', 'make the i-th of n shares of the runs and keep them for `quorumlab merge`', shardOf);
  addCacheOptions(command).action((files: readonly string[], options: RunOptions) => run(files, options, context));
}

async function run(files: readonly string[], options: RunOptions, context: CommandContext): Promise<void> {
  const set = [...(options.set ?? []), ...precisionSettings(options)];
  const given = { set, quick: options.quick ?? false, replications: options.replications ?? null };
  const loaded = await loadScenarios(files, given, context.err);
  refuseContradiction(options);
  refuseShard(options);
  if (options.plan) {
    const { printPlan } = await import('./plan.ts');
    return printPlan(loaded, options.inline ? 1 : (options.threads ?? null), context);
  }
  refuseBeforehand(loaded, options.out);
  if (options.shard !== undefined) return runShard(loaded, options.shard, options, context);
  await refuseExport(options.export);
  await eachScenario(loaded, options, context, async (one, executor, signal) => {
    const outcome = await runScenario(one.scenario, one.invocation, executor, { signal });
    if (isEmpty(outcome)) throw new CommandEnd(ExitCode.interrupted, stoppedWithoutAnswer(options, context));
    await keepAndShow(one, outcome, options, context);
    return findingsOf(outcome.result, outcome.failed);
  });
}

/** Interrupted before anything had ended: there is nothing to say of any point. */
function isEmpty({ result, failed }: ScenarioOutcome): boolean {
  return (
    failed.length > 0 &&
    failed.every(({ kind }) => kind === 'interrupted') &&
    result.points.every(({ finished_replications }) => finished_replications === 0)
  );
}

/** What these options say, as a scenario says it: the commands that repeat the result then say it, too. */
function precisionSettings({ precision, mostReplications }: RunOptions): readonly string[] {
  return [
    ...(precision ?? []).map((goal) => `run.precision.${goal}`),
    ...(mostReplications === undefined ? [] : [`run.most_replications=${mostReplications}`]),
  ];
}

/** @throws CommandEnd where a shard, which writes no result, is asked for something of one. */
function refuseShard({ shard, plan, export: format }: RunOptions): void {
  const other = plan ? '--plan' : format === undefined ? null : '--export';
  if (shard !== undefined && other !== null)
    throw new CommandEnd(ExitCode.usage, `--shard writes no result: leave out ${other} or --shard`);
}

async function keepAndShow(
  { scenario }: LoadedScenario,
  outcome: ScenarioOutcome,
  options: RunOptions,
  context: CommandContext,
): Promise<void> {
  const { out, err } = context;
  const { result, failed } = outcome;
  const folder = resultFolder(options.out, scenario.name, result.id);
  const incomplete = failed.some(({ kind }) => kind === 'interrupted');
  const kept = incomplete && holdsCompleteResult(folder);
  if (!kept) {
    const files = await filesOf(outcome, options.report);
    writeResult(folder, files, options, scenario.ownProtocols.length > 0, context);
    if (options.export !== undefined) await exportTables(folder, result, options.export);
  }
  if (options.json) {
    out.write(outcome.files['result.json'] as string);
  } else {
    const { renderTable } = await import('../report/table.ts');
    out.write(`${renderTable(result)}\n`);
  }
  err.write(
    kept ? `${folder} holds the complete result of an earlier run and is left as it is\n` : where(folder, options),
  );
}

/** The report shows the result, so it comes last; the manifest is the only file that differs from run to run. */
async function filesOf({ result, files, manifest }: ScenarioOutcome, report: boolean): Promise<Record<string, string>> {
  if (!report) return { ...files, 'manifest.json': manifest };
  const { renderHtml } = await import('../report/html.ts');
  return { ...files, 'report.html': renderHtml(result), 'manifest.json': manifest };
}

function where(folder: string, { report }: RunOptions): string {
  return report ? `report: ${join(folder, 'report.html')}\n` : `results: ${folder}\n`;
}
