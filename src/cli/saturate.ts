/** `quorumlab saturate FILE`: the largest load that each design point carries for good, what binds there, and what comes next. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { drive } from '../executor/executor.ts';
import { busiestOf } from '../experiment/bottleneck.ts';
import type { Objective } from '../experiment/objective.ts';
import type { PointSaturation } from '../experiment/saturation/answer.ts';
import { mostRuns, type SaturationPlan } from '../experiment/saturation/plan.ts';
import { saturate } from '../experiment/saturation/saturate.ts';
import { isOnLatency } from '../experiment/stability.ts';
import { buildSaturation, type SaturationFile } from '../results/saturation-file.ts';
import { fileLengthOf, runSettings, runSpecFor, withoutFaults } from '../scenario/run-spec-for.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { parseRatio } from '../units/parse.ts';
import { checkedRangeOf } from '../validation/checked-range.ts';
import { stoppedWithoutAnswer } from './cache-options.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { keepAnswer } from './keep-answer.ts';
import type { LoadedScenario } from './load.ts';
import { refuseBeforehand } from './open-executor.ts';
import { positiveCount, type RunningOptions } from './options.ts';
import { headOf, loadAsked } from './question.ts';
import { addRunningOptions } from './running-options.ts';
import { assumptionsOf, unfitForSaturation } from './saturable.ts';
import { withExecutor } from './with-executor.ts';

interface SaturateOptions extends RunningOptions {
  readonly precision: number;
  readonly budget: number;
}

const PRECISION = 0.01;
const BUDGET = 100;

export function saturateCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('saturate')
    .description('find the largest load that stays stable, what limits it there, and how latency rises towards it')
    .argument('<file>', 'scenario file; its open-loop clients offer more or less of what they do')
    .addOption(
      new Option(
        '--precision <share>',
        'how far apart the load found stable and the one found not stable may be, as a share',
      )
        .default(PRECISION, `${100 * PRECISION}%`)
        .argParser(precisionOf),
    )
    .option('--budget <runs>', 'most runs of the search of each point', positiveCount, BUDGET);
  addRunningOptions(command, { replications: 'each load near the boundary', answer: 'saturate' }).action(
    (file: string, options: SaturateOptions) =>
      run(file, options, command.getOptionValueSource('precision') !== 'default', context),
  );
}

async function run(
  file: string,
  options: SaturateOptions,
  precisionAsked: boolean,
  context: CommandContext,
): Promise<void> {
  const loaded = await loadAsked(file, options, context);
  const one = { ...loaded, scenario: withoutFaults(loaded.scenario) };
  const { precision } = options;
  const unfit = unfitForSaturation(one.scenario, { quick: one.invocation.quick, precision, precisionAsked });
  if (unfit.length > 0) throw new CommandEnd(ExitCode.usage, unfit.join('\n'));
  refuseBeforehand([one], options.out);
  await withExecutor(options, context, async (executor, signal) => {
    const plan = planOf(one, options);
    const about = { scenario: one.scenario.name, warmup: one.scenario.run.warmup };
    const answers = await drive(saturate(plan), executor, { signal, about }, mostRuns(plan));
    const { rateText, saturationVerdict } = await import('../report/saturation/words.ts');
    if (signal.aborted)
      throw new CommandEnd(
        ExitCode.interrupted,
        [stoppedWithoutAnswer(options, context), ...answers.map((found) => knownSoFar(found, rateText))].join('\n'),
      );
    const answer = fileOf(one, assumptionsOf(loaded.scenario), options, answers, saturationVerdict);
    await keepAndShow(answer, options, context);
    const code = exitCodeOf(answer.points.flatMap(findingsOf));
    if (code !== ExitCode.ok) throw new CommandEnd(code);
  });
}

function planOf(
  { scenario, invocation: { quick } }: LoadedScenario,
  { precision, budget }: SaturateOptions,
): SaturationPlan {
  const { warmup, replications } = runSettings(scenario, { quick });
  const objectives = scenario.objective.filter(isOnLatency);
  return {
    points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives })),
    replications,
    precision,
    budget,
    specFor: (point, replication) => ({
      ...runSpecFor(scenario, point, replication, { quick }),
      stopAfter: null,
    }),
  };
}

function fileOf(
  one: LoadedScenario,
  assumptions: readonly string[],
  options: SaturateOptions,
  answers: readonly PointSaturation[],
  verdictOf: (file: Omit<SaturationFile, 'verdict'>) => readonly string[],
): SaturationFile {
  const { scenario, invocation } = one;
  const { objective } = scenario;
  const { precision, budget } = options;
  const words = [
    ...(precision === PRECISION ? [] : ['--precision', String(precision)]),
    ...(budget === BUDGET ? [] : ['--budget', String(budget)]),
  ];
  const about = {
    ...headOf('saturate', one, words),
    assumptions,
    precision,
    replications: runSettings(scenario, invocation).replications,
    budget,
    objectives: objective
      .filter(isOnLatency)
      .map(({ measure, text, target }) => ({ measure, target: text, target_ms: target })),
  };
  return buildSaturation(about, answers, {
    points: scenario.points,
    asked: objective.filter(isOnThroughput),
    inFile: fileLengthOf(scenario, invocation.quick),
    checkedRangeOf: ({ saturation }, index) => rangeAt(scenario.points[index] as DesignPoint, saturation),
    verdictOf,
  });
}

function isOnThroughput({ estimate }: Objective): boolean {
  return estimate === 'throughput_per_s' || estimate === 'goodput_per_s';
}

/** At the saturation load: there the answer is. */
function rangeAt({ setup }: DesignPoint, saturation: PointSaturation['saturation']) {
  return checkedRangeOf(setup, saturation === null ? [] : busiestOf(saturation.estimate.ranks));
}

async function keepAndShow(answer: SaturationFile, options: SaturateOptions, context: CommandContext): Promise<void> {
  const { renderSaturationHtml } = await import('../report/saturation/html.ts');
  const { renderSaturation } = await import('../report/saturation/table.ts');
  keepAnswer('saturate', answer, { html: renderSaturationHtml, text: renderSaturation }, options, context);
}

function findingsOf({
  outcome,
  asked,
  violations,
  failed_runs,
}: SaturationFile['points'][number]): readonly ExitCode[] {
  return [
    ...(violations.length > 0 ? [ExitCode.unsafe] : []),
    ...(outcome === 'failed' && violations.length === 0 ? [ExitCode.crashed] : []),
    ...(failed_runs.length > 0 ? [ExitCode.crashed] : []),
    ...(outcome === 'none' || outcome === 'unsteady' || asked.some(({ verdict }) => verdict !== 'met')
      ? [ExitCode.missed]
      : []),
  ];
}

/** What an interrupted search has found out. */
function knownSoFar({ label, saturation, beyond }: PointSaturation, rateText: (rate: number) => string): string {
  const rate = (load: PointSaturation['saturation']): string | null => (load === null ? null : rateText(load.rate));
  const [low, high] = [rate(saturation), rate(beyond)];
  if (low === null && high === null) return `${label}: nothing is known yet`;
  return `${label}: ${low === null ? 'no load was stable yet' : `stable at ${low}`}${high === null ? '' : `, not at ${high}`}`;
}

function precisionOf(text: string): number {
  const parsed = parseRatio(text);
  if (!parsed.ok) throw new InvalidArgumentError(`Expected ${parsed.expected}.`);
  if (!(parsed.value >= 0.001 && parsed.value <= 0.2)) throw new InvalidArgumentError('It must be from 0.1% to 20%.');
  return parsed.value;
}
