/** `regress --speed`: is the simulator itself slower than it was? By ratios to the reference kernel, never by times; says so where it cannot tell. */
import { dirname } from 'node:path';
import Table from 'cli-table3';
import type { Simulate } from '../executor/executor.ts';
import { kernelRatios } from '../executor/kernel-speed.ts';
import { counted } from '../report/words.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { sha256 } from '../results/result-id.ts';
import { readSpeedBaseline, type SpeedBaseline, type SpeedEntry, withSpeedEntries } from '../results/speed-baseline.ts';
import { runSpecFor } from '../scenario/run-spec-for.ts';
import { type RatioGate, ratioGate, WIDEST } from '../statistics/ratio-gate.ts';
import { openBaseline, openBaselineIfThere, writeTo } from './baseline-path.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import type { LoadedScenario } from './load.ts';
import { folderProblem } from './output-folder.ts';
import { countedProgress } from './progress.ts';
import { type RegressOptions, SPEED_RATIO } from './regress-options.ts';
import { resolvedText } from './run-scenario.ts';

/** Generous, since the ratio differs between processors: of two machines by a fifth to a third (ours). */
const TOLERANCE = '35%';
/** Of a point; as many again where they cannot tell. */
const TURNS = 9;

interface Row {
  readonly scenario: string;
  readonly label: string;
  readonly before: number;
  readonly turns: number;
  readonly gate: RatioGate;
}

export async function regressSpeed(
  loaded: readonly LoadedScenario[],
  options: RegressOptions,
  context: CommandContext,
): Promise<void> {
  if (options.threads !== undefined)
    throw new CommandEnd(ExitCode.usage, '--speed runs on one thread, since others would slow it: leave out --threads');
  const path = options.baseline;
  if (options.update) return update(loaded, options, context);
  const baseline = openBaseline(path, readSpeedBaseline);
  const entries = loaded.map((one) => entryOf(one, baseline, path));
  const tolerance = Number.parseFloat(options.tolerance[SPEED_RATIO] ?? TOLERANCE) / 100;
  const rowOf = ({ scenario, label, ratios }: Measured): Row => {
    const points = entries.find((entry) => entry.scenario === scenario)?.points;
    const before = points?.find((point) => point.label === label)?.ratio as number;
    return { scenario, label, before, turns: ratios.length, gate: ratioGate(ratios, before, tolerance) };
  };
  const measured = await measure(loaded, context, (point) => rowOf(point).gate.state !== 'noisy');
  const rows = measured.map(rowOf);
  context.out.write(options.json ? jsonOf(rows, path, tolerance) : textOf(rows, tolerance));
  if (rows.some(({ gate }) => gate.state === 'fell')) throw new CommandEnd(ExitCode.missed);
}

interface Measured {
  readonly scenario: string;
  readonly label: string;
  readonly ratios: readonly number[];
}

/** The first replication of every point. `tells`: whether its ratios are enough, else there are as many again. */
async function measure(
  loaded: readonly LoadedScenario[],
  { simulate, err }: CommandContext,
  tells: (point: Measured) => boolean,
): Promise<readonly Measured[]> {
  const kernel: Simulate = simulate ?? (await import('../simulation/simulate.ts')).simulate;
  const points = loaded.flatMap(({ scenario, invocation }) =>
    scenario.points.map(({ label }, i) => ({
      scenario: scenario.name,
      label,
      spec: runSpecFor(scenario, i, 0, invocation),
    })),
  );
  const progress = countedProgress(err);
  const measured: Measured[] = [];
  try {
    for (const [i, { scenario, label, spec }] of points.entries()) {
      progress.show(i, points.length, `${i} of ${counted(points.length, 'point')}: ${scenario}, ${label}`);
      const first = { scenario, label, ratios: await kernelRatios(spec, TURNS, kernel) };
      measured.push(
        tells(first) ? first : { ...first, ratios: [...first.ratios, ...(await kernelRatios(spec, TURNS, kernel))] },
      );
    }
  } finally {
    progress.end();
  }
  return measured;
}

/** @throws CommandEnd where the baseline is of another question. */
function entryOf({ scenario, invocation }: LoadedScenario, { scenarios }: SpeedBaseline, path: string): SpeedEntry {
  const anew = 'write it anew with --speed --update';
  const entry = scenarios.find((one) => one.scenario === scenario.name);
  if (entry === undefined)
    throw new CommandEnd(ExitCode.usage, `${path}: ${scenario.name} is not in this baseline; --speed --update adds it`);
  if (entry.resolved_sha256 !== sha256(resolvedText(scenario, invocation.quick)))
    throw new CommandEnd(
      ExitCode.usage,
      `${path}: ${scenario.name}: it is of another text of the scenario (its file, data, --set, --quick or a default has changed): undo the change, or ${anew}`,
    );
  const lacking = scenario.points.find(({ label }) => !entry.points.some((point) => point.label === label));
  if (lacking !== undefined)
    throw new CommandEnd(ExitCode.usage, `${path}: ${scenario.name}: it lacks the point '${lacking.label}': ${anew}`);
  return entry;
}

async function update(
  loaded: readonly LoadedScenario[],
  options: RegressOptions,
  context: CommandContext,
): Promise<void> {
  const path = options.baseline;
  const before = openBaselineIfThere(path, readSpeedBaseline);
  const problem = folderProblem(dirname(path));
  if (problem !== null) throw new CommandEnd(ExitCode.usage, `--baseline ${path}: ${problem}`);
  const ownGate = ({ ratios }: Measured): RatioGate => ratioGate(ratios, 1, 0);
  const measured = await measure(loaded, context, (point) => !ownGate(point).wide);
  const entries = loaded.map(
    ({ scenario, invocation }): SpeedEntry => ({
      scenario: scenario.name,
      resolved_sha256: sha256(resolvedText(scenario, invocation.quick)),
      points: measured
        .filter((row) => row.scenario === scenario.name)
        .map((point) => ({ label: point.label, ratio: rounded(ownGate(point).median) })),
    }),
  );
  writeTo(path, canonicalJson(withSpeedEntries(before, entries)));
  if (options.json) context.out.write(canonicalJson({ format: 1, baseline: path, updated: entries }));
  else {
    const lines = measured.map((point) => {
      const gate = ownGate(point);
      const scatter = gate.wide ? ': too wide, write it anew on a quiet machine' : '';
      return `  ${point.scenario}, ${point.label}: ${rounded(gate.median)} times the reference kernel (95 % interval ${gate.low.toFixed(2)} to ${gate.high.toFixed(2)}${scatter})\n`;
    });
    context.out.write(`${path}\n${lines.join('')}`);
  }
}

/** More digits would only say how the machine felt. */
function rounded(ratio: number): number {
  return Number(ratio.toPrecision(3));
}

const WORDS: Readonly<Record<RatioGate['state'], string>> = {
  passed: 'passed',
  fell: 'SLOWER',
  noisy: 'cannot be told',
};

function textOf(rows: readonly Row[], tolerance: number): string {
  const table = new Table({
    head: ['times the reference kernel', 'baseline', 'at least', 'now [95 %]', ''],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'left'],
  });
  for (const { scenario, label, before, gate } of rows)
    table.push([
      `${scenario}, ${label}`,
      before.toFixed(2),
      gate.least.toFixed(2),
      `${gate.median.toFixed(2)} [${gate.low.toFixed(2)}–${gate.high.toFixed(2)}]`,
      WORDS[gate.state],
    ]);
  const noisy = rows.filter(({ gate }) => gate.state === 'noisy').length;
  const fell = rows.filter(({ gate }) => gate.state === 'fell').length;
  return [
    fell > 0
      ? `regress --speed: ${counted(fell, 'point')} slower than the tolerance allows`
      : noisy > 0
        ? `regress --speed: the machine is too noisy to tell for ${counted(noisy, 'point')}; nothing is known to be slower`
        : 'regress --speed: passed',
    table.toString(),
    `Processor time of the same run on both kernels in turns, ${TURNS} times (twice as often where these cannot tell, each look at 95%), the quickest of a few parts each: the median of the ratios and its interval. They may fall by ${Math.round(tolerance * 100)}%.`,
    `Cannot be told: the interval holds the least that passes, or is wider than ${WIDEST * 100}% of the median.`,
    '',
  ].join('\n');
}

function jsonOf(rows: readonly Row[], baseline: string, tolerance: number): string {
  return canonicalJson({
    format: 1,
    baseline,
    tolerance,
    points: rows.map(({ scenario, label, before, turns, gate }) => ({
      scenario,
      label,
      turns,
      ratio_before: before,
      ratio: gate.median,
      low: gate.low,
      high: gate.high,
      least: gate.least,
      state: gate.state,
    })),
  });
}
