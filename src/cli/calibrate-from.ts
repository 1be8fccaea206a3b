/** `quorumlab calibrate --from results.csv --scenario FILE`: fits a scenario's free constants to measurements of a real cluster. */
import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { type MeasuredRow, type Measurements, readMeasurements } from '../calibration/measurements.ts';
import { drive } from '../executor/executor.ts';
import { type FitAnswer, type FitRow, fitConstants } from '../experiment/fit.ts';
import { type ConstantName, constantNamed } from '../experiment/free-constants.ts';
import { objectiveUnit } from '../report/html/format.ts';
import { counted, number, percent, quantity } from '../report/words.ts';
import { tableOf } from '../scenario/csv-table.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { formatDuration } from '../units/format.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import { openExecutor } from './open-executor.ts';
import { withProgress } from './progress.ts';

export interface FitOptions {
  readonly from: string;
  readonly scenario: string;
  readonly fit: readonly ConstantName[];
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
  for (const row of rows) plan.push(await fitRow(row, options, context));
  const executor = withProgress(await openExecutor({}, context), err);
  const stop = new AbortController();
  const release = context.onInterrupt(() => stop.abort());
  try {
    const fit = fitConstants({ rows: plan, constants: options.fit });
    const answer = await drive(fit, executor, { signal: stop.signal });
    if (stop.signal.aborted) throw new CommandEnd(ExitCode.interrupted, 'stopped: nothing was fitted');
    if (!answer.ok) throw new CommandEnd(ExitCode.usage, `${options.from}: no fit: ${answer.why}`);
    out.write(answerText(answer, rows, options.fit));
  } finally {
    release();
    await executor.close();
  }
}

function read(file: string): Measurements {
  try {
    return readMeasurements(tableOf(file, readFileSync(file, 'utf8')));
  } catch (thrown) {
    // A folder is refused when it is read, and that error does not name it.
    if (thrown instanceof Error && 'code' in thrown) throw Object.assign(thrown, { path: file });
    throw new CommandEnd(ExitCode.usage, (thrown as Error).message);
  }
}

async function fitRow(row: MeasuredRow, options: FitOptions, context: CommandContext): Promise<FitRow> {
  const scenario = await scenarioOf(row, options, context);
  if (scenario.points.length !== 1)
    throw new CommandEnd(
      ExitCode.usage,
      `${options.scenario}: has ${scenario.points.length} points, expected a scenario with one: measurements are of one protocol`,
    );
  const choice = { quick: false };
  return {
    spec: runSpecFor(scenario, 0, 0, choice),
    question: { warmup: runSettings(scenario, choice).warmup as number | 'auto', objectives: [] },
    measure: row.measure,
    measured: row.measured,
    used: !row.cpuBound,
  };
}

/** A setting that cannot be is told by the line that has it. */
async function scenarioOf(row: MeasuredRow, options: FitOptions, { err }: CommandContext): Promise<Scenario> {
  const given = { set: row.overrides, quick: false, replications: null };
  try {
    const [{ scenario }] = (await loadScenarios([options.scenario], given, err)) as [LoadedScenario];
    return scenario;
  } catch (thrown) {
    if (!(thrown instanceof CommandEnd) || row.overrides.length === 0) throw thrown;
    throw new CommandEnd(
      thrown.exitCode,
      `${options.from}:${row.line}: ${options.scenario} cannot be set up as this row says (${row.overrides.join(', ')}):\n${thrown.message}`,
    );
  }
}

function answerText(
  answer: Extract<FitAnswer, { ok: true }>,
  rows: readonly MeasuredRow[],
  constants: readonly ConstantName[],
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
  const lines = constants.map((name) => {
    const value = Math.round(answer.values[name] as number);
    const { meaning, setting } = constantNamed(name);
    const text = formatDuration(value);
    const zero = value === 0 ? ' (at 0: the measurements are quicker than the model without it)' : '';
    return `${name}: ${text}: ${meaning}${zero}${setting === null ? '' : `\n  --set ${setting(text)}`}`;
  });
  const left =
    answer.rmsLeftOut === null
      ? 'there are too few rows to leave one out and predict it'
      : `${percent(answer.rmsLeftOut)} when each is predicted by a fit without it`;
  return [
    ...lines,
    ...(answer.converged ? [] : [`not settled after its last step: treat these as rough (${number(answer.rms)})`]),
    '',
    table.toString(),
    `Root mean square error: ${percent(answer.rms)} over the rows that were fitted to; ${left}.`,
    '',
  ].join('\n');
}

function signed(error: number | null): string {
  return error === null ? '–' : `${error < 0 ? '−' : '+'}${percent(Math.abs(error))}`;
}
