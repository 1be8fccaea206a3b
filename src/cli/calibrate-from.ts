/** `quorumlab calibrate --from results.csv --scenario FILE`: fits a scenario's free constants to measurements of a real cluster. */
import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { parse } from 'yaml';
import { fitDocument } from '../calibration/fit-document.ts';
import { type MeasuredRow, type Measurements, readMeasurements } from '../calibration/measurements.ts';
import { drive } from '../executor/executor.ts';
import { type FitAnswer, type FitRow, fitConstants } from '../experiment/fit.ts';
import { CONSTANT_NAMES, type ConstantName, constantNamed } from '../experiment/free-constants.ts';
import { objectiveUnit } from '../report/html/format.ts';
import { counted, list, percent, quantity } from '../report/words.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { DataProblems, tableOf } from '../scenario/csv-table.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioPath } from '../scenario/shipped-data.ts';
import { formatDuration, formatRoughly } from '../units/format.ts';
import { parseDuration } from '../units/parse.ts';
import type { Duration } from '../units/quantities.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import type { ExecutorOptions } from './open-executor.ts';
import { withExecutor } from './with-executor.ts';

export interface FitOptions extends ExecutorOptions {
  readonly from: string;
  readonly scenario: string;
  /** undefined: those that the measurements determine. */
  readonly fit: readonly ConstantName[] | undefined;
  readonly json: boolean;
}

export async function calibrateFrom(options: FitOptions, context: CommandContext): Promise<void> {
  const { out, err } = context;
  const { rows, ignored } = read(options.from);
  if (ignored.length > 0) err.write(`${options.from}: columns not used: ${ignored.join(', ')}\n`);
  const busy = rows.filter((row) => row.cpuBound);
  if (busy.length > 0)
    err.write(
      `warning: ${options.from}: ${counted(busy.length, 'row')} with CPU-bound machines (${busy.length === 1 ? 'line' : 'lines'} ${busy.map(({ line }) => line).join(', ')}): ` +
        'their latency is that of busy processors, not of the protocol; they are predicted, but not fitted to\n',
    );
  const plan: FitRow[] = [];
  let addedDelay: Duration = 0;
  for (const row of rows) {
    const scenario = await scenarioOf(row, options, context);
    plan.push(fitRow(row, scenario, options));
    addedDelay = addedDelayOf(scenario);
  }
  await withExecutor(options, context, async (executor, signal) => {
    const fit = fitConstants({
      rows: plan,
      constants: options.fit ?? CONSTANT_NAMES,
      choose: options.fit === undefined,
    });
    const answer = await drive(fit, executor, { signal });
    if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, 'stopped: nothing was fitted');
    if (!answer.ok) throw new CommandEnd(ExitCode.usage, `${options.from}: no fit: ${answer.why}`);
    const settings = (name: ConstantName, value: Duration): readonly string[] =>
      constantNamed(name).settings(value, (plan[0] as FitRow).spec, addedDelay);
    if (options.json) out.write(canonicalJson(fitDocument(options, answer, rows, settings)));
    else out.write(answerText(answer, rows, settings));
  });
}

function read(file: string): Measurements {
  try {
    return readMeasurements(tableOf(file, readFileSync(file, 'utf8')));
  } catch (thrown) {
    // A folder is refused when it is read, and that error does not name it.
    if (thrown instanceof Error && 'code' in thrown) throw Object.assign(thrown, { path: file });
    if (thrown instanceof DataProblems)
      throw new CommandEnd(
        ExitCode.usage,
        thrown.problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
      );
    throw new CommandEnd(ExitCode.usage, (thrown as Error).message);
  }
}

function fitRow(row: MeasuredRow, scenario: Scenario, options: FitOptions): FitRow {
  if (scenario.points.length !== 1) {
    const levels = [...new Set(scenario.points.flatMap(({ factors }) => Object.keys(factors)))];
    const remedy =
      levels.length > 0 ? `: name its levels by columns (${list(levels)})` : ': measurements are of one protocol';
    throw new CommandEnd(
      ExitCode.usage,
      `${row.place}: ${options.scenario} has ${scenario.points.length} points as this row sets it up, expected one${remedy}`,
    );
  }
  const choice = { quick: false };
  return {
    spec: runSpecFor(scenario, 0, 0, choice),
    question: { warmup: runSettings(scenario, choice).warmup as number | 'auto', objectives: [] },
    measure: row.measure,
    measured: row.measured,
    used: !row.cpuBound,
  };
}

/** A setting that cannot be is told by its place in the file. */
async function scenarioOf(row: MeasuredRow, options: FitOptions, { err }: CommandContext): Promise<Scenario> {
  const { overrides } = row;
  const given = { set: [...overrides, ...otherLevels(options.scenario, overrides)], quick: false, replications: null };
  try {
    const [{ scenario }] = (await loadScenarios([options.scenario], given, err)) as [LoadedScenario];
    return scenario;
  } catch (thrown) {
    if (!(thrown instanceof CommandEnd) || overrides.length === 0) throw thrown;
    // Of several settings the one that a problem names; where none does, they do not go together, and the first stands for all.
    const at = overrides.findIndex((override) => thrown.message.includes(override.slice(0, override.indexOf('='))));
    throw new CommandEnd(
      thrown.exitCode,
      `${row.overridePlaces[Math.max(0, at)]}: ${options.scenario} cannot be set up as this row says (${overrides.join(', ')}):\n${thrown.message}`,
    );
  }
}

/** Levels that a row names are what it says; the others stay. An override, or none where the row names no level. */
function otherLevels(file: string, overrides: readonly string[]): readonly string[] {
  const levels = levelsIn(file);
  const named = overrides.map((override) => override.slice(0, override.indexOf('=')));
  const others = Object.entries(levels).filter(([path]) => !named.includes(path));
  if (others.length === Object.keys(levels).length) return [];
  return [`levels=${JSON.stringify(Object.fromEntries(others))}`];
}

/** What a file has under `levels`; nothing where it cannot be read, which loading it says better. */
function levelsIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const { levels } = parse(readFileSync(scenarioPath(file), 'utf8')) as { readonly levels?: unknown };
    return levels !== null && typeof levels === 'object' ? (levels as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** The scenario's own network.added_delay, which a fitted link delay comes on top of. */
function addedDelayOf({ resolved }: Scenario): Duration {
  const { network } = parse(resolved) as { readonly network: { readonly added_delay: string } };
  const read = parseDuration(network.added_delay);
  return read.ok ? read.value : 0;
}

function answerText(
  answer: Extract<FitAnswer, { ok: true }>,
  rows: readonly MeasuredRow[],
  settings: (name: ConstantName, value: Duration) => readonly string[],
): string {
  const table = new Table({
    head: ['line', 'set up', 'measure', 'measured', 'predicted', 'error', 'error when left out'],
    style: { head: [], border: [] },
    colAligns: ['right', 'left', 'left', 'right', 'right', 'right', 'right'],
  });
  rows.forEach(({ line, overrides, measure, measured, cpuBound }, i) => {
    const row = answer.rows[i];
    const unit = objectiveUnit(measure);
    table.push([
      line,
      overrides.join('\n'),
      measure,
      quantity(measured, unit),
      row?.predicted == null ? '–' : quantity(row.predicted, unit),
      signed(row?.error ?? null),
      cpuBound ? 'CPU-bound: not fitted' : signed(row?.errorLeftOut ?? null),
    ]);
  });
  const lines = answer.constants.flatMap(({ constant, value, standardError }) => {
    const spread = standardError === null ? '' : ` ± ${formatRoughly(standardError)} (standard error)`;
    const zero = value === 0 ? ' (at 0: the measurements are quicker than the model without it)' : '';
    return [
      `${constant}: ${formatDuration(value)}${spread}: ${constantNamed(constant).meaning}${zero}`,
      ...settings(constant, value).map((text) => `  --set ${text.includes(' ') ? `'${text}'` : text}`),
    ];
  });
  const left =
    answer.rmsLeftOut === null
      ? 'there are too few rows to leave one out and predict it'
      : `${percent(answer.rmsLeftOut)} when each is predicted by a fit without it`;
  return [
    ...lines,
    ...answer.leftOut.map(({ constant, why }) => `${constant}: as the scenario has it: ${why}`),
    ...(answer.converged ? [] : ['not settled after its last step: treat these as rough']),
    '',
    table.toString(),
    `Root mean square error: ${percent(answer.rms)} (${formatRoughly(Math.round(answer.rmsMs * 1e6))} a request) over the rows that were fitted to; ${left}.`,
    'A report on a scenario with these constants says that its service times are not those that were checked: for your cluster the error when left out is what was.',
    '',
  ].join('\n');
}

function signed(error: number | null): string {
  return error === null ? '–' : `${error < 0 ? '−' : '+'}${percent(Math.abs(error))}`;
}
