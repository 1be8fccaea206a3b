/** `quorumlab tune FILE`: the least timeouts whose spurious elections or view changes stay under a level, and the recovery that they buy. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { drive } from '../executor/executor.ts';
import { knobsOf, TUNABLE } from '../experiment/tune/knobs.ts';
import { timeFor, watched } from '../experiment/tune/spurious.ts';
import { type TunePlan, tune } from '../experiment/tune/tune.ts';
import { buildTune, type NotTuned, type TuneFile } from '../results/tune-file.ts';
import { roundTripsOf } from '../scenario/build-network.ts';
import { exceedsNumbers } from '../scenario/expected-load.ts';
import { fileLengthOf, runSettings, runSpecFor, withoutFaults } from '../scenario/run-spec-for.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { formatRate } from '../units/format.ts';
import { parseRate } from '../units/parse.ts';
import { SECOND } from '../units/quantities.ts';
import { checkedRangeOf } from '../validation/checked-range.ts';
import { stoppedWithoutAnswer } from './cache-options.ts';
import { refuseClientsThatCrash } from './clients-on-nodes.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { keepAnswer } from './keep-answer.ts';
import type { LoadedScenario } from './load.ts';
import { refuseBeforehand } from './open-executor.ts';
import { positiveCount, type RunningOptions } from './options.ts';
import { headOf, loadAsked } from './question.ts';
import { addRunningOptions } from './running-options.ts';
import { withExecutor } from './with-executor.ts';

interface TuneOptions extends RunningOptions {
  /** Events per second. */
  readonly spurious: number;
  readonly crashes?: number;
}

const PER_HOUR = 1 / 3600;
/** `--quick` takes so many times less virtual time, and so can show only a level that much higher. */
const QUICK = 12;
/** Crashes a setting: enough for a mean and a worst of so many; a 99th percentile would take hundreds. */
const CRASHES = 20;
const QUICK_CRASHES = 6;
/** One in ten days takes 720 hours of virtual time without an event: days of computing. */
const LEAST_LEVEL = 1 / (10 * 86_400);

export function tuneCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('tune')
    .description(
      'find the smallest timeouts whose spurious elections or view changes stay under a level, and the recovery that they buy',
    )
    .argument('<file>', 'scenario file; its own faults are left out')
    .addOption(
      new Option('--spurious <rate>', 'spurious elections or view changes that are borne, with 95 % confidence')
        .argParser(levelGiven)
        .default(PER_HOUR, '1/h'),
    )
    .option('--crashes <n>', `crashes of the leader for each setting (default: ${CRASHES})`, positiveCount);
  addRunningOptions(command, {
    quick: `a level ${QUICK} times as high, which takes a ${QUICK}th of the time, and ${QUICK_CRASHES} crashes`,
    replications: 'normal operation for each batch timeout',
    answer: 'tune',
  }).action((file: string, options: TuneOptions) => run(file, options, context));
}

async function run(file: string, options: TuneOptions, context: CommandContext): Promise<void> {
  const loaded = await loadAsked(file, options, context);
  const one = { ...loaded, scenario: withoutFaults(loaded.scenario) };
  refuseBeforehand([one], options.out);
  refuseClientsThatCrash(one.scenario, false);
  const { scenario } = one;
  const { plans, indices, notTuned, level, crashes } = plansFor(one, options);
  if (plans.length === 0) throw new CommandEnd(ExitCode.usage, nothingToTune(scenario.file, notTuned));
  if (notTuned.length > 0) context.err.write(tunedInPart(plans, notTuned));
  refuseTooManyRequests(plans);
  const { warmup } = runSettings(scenario, one.invocation);
  await withExecutor(options, context, async (executor, signal) => {
    const points = await drive(tune(plans), executor, {
      signal,
      about: { scenario: scenario.name, warmup },
    });
    if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, stoppedWithoutAnswer(options, context));
    const answer = buildTune(
      {
        ...headOf('tune', one, optionWords(options)),
        level_per_hour: level / PER_HOUR,
        hours_needed: timeFor(level) / SECOND / 3600,
        replications: (plans[0] as TunePlan).replications,
        crashes,
      },
      points,
      notTuned,
      (index) => checkedRangeOf((scenario.points[indices[index] as number] as DesignPoint).setup, []),
      fileLengthOf(scenario, one.invocation.quick),
    );
    await keepAndShow(answer, options, context);
    for (const { label, replication, reason } of points.flatMap(({ failed }) => failed))
      context.err.write(`not finished: ${label}, replication ${replication}: ${reason}\n`);
    const code = exitCodeOf(
      points.flatMap(({ failed, unsafe, chosen }) => [
        ...(failed.length > 0 ? [ExitCode.crashed] : []),
        ...(unsafe.length > 0 ? [ExitCode.unsafe] : []),
        ...(chosen === null ? [ExitCode.missed] : []),
      ]),
    );
    if (code !== ExitCode.ok) throw new CommandEnd(code);
  });
}

interface Plans {
  readonly plans: readonly TunePlan[];
  /** Of the scenario's points, those of the plans. */
  readonly indices: readonly number[];
  readonly notTuned: readonly NotTuned[];
  readonly level: number;
  readonly crashes: number;
}

function plansFor({ scenario, invocation: { quick } }: LoadedScenario, options: TuneOptions): Plans {
  const choice = { quick };
  const level = options.spurious * (quick ? QUICK : 1);
  const crashes = options.crashes ?? (quick ? QUICK_CRASHES : CRASHES);
  const { warmup, replications } = runSettings(scenario, choice);
  const notTuned: NotTuned[] = [];
  const indices: number[] = [];
  const plans = scenario.points.flatMap(({ label, setup }, index): TunePlan[] => {
    const knobs = knobsOf(setup);
    const why =
      knobs === null
        ? `of the protocol ${setup.protocol.name} no timeouts are known that decide when a leader is suspected (those of raft and pbft are)`
        : whyNot(setup);
    if (knobs === null || why !== null) {
      notTuned.push({ label, why: why ?? '' });
      return [];
    }
    indices.push(index);
    return [
      {
        label,
        knobs,
        question: { warmup: warmup as number | 'auto', objectives: [] },
        level,
        replications,
        crashes,
        roundTrips: roundTripsOf(setup.network),
        specFor: (replication) => runSpecFor(scenario, index, replication, choice),
      },
    ];
  });
  return { plans, indices, notTuned, level, crashes };
}

function nothingToTune(file: string, notTuned: readonly NotTuned[]): string {
  return [
    `${file}: nothing in it can be tuned:`,
    ...notTuned.map(({ label, why }) => `  ${label}: ${why}`),
    `What can be tuned are the timeouts of ${TUNABLE}, in a cluster of two nodes or more that has clients.`,
  ].join('\n');
}

/** Before hours of computing: what they will be spent on, and what will have no answer. */
function tunedInPart(plans: readonly TunePlan[], notTuned: readonly NotTuned[]): string {
  return [
    ...plans.map(({ label, knobs }) => `tuned: ${label}: ${knobs.options.join(', ')}\n`),
    ...notTuned.map(({ label, why }) => `not tuned: ${label}: ${why}\n`),
  ].join('');
}

function whyNot({ nodes, clients }: DesignPoint['setup']): string | null {
  if (nodes === 1) return 'a single node elects nobody but itself';
  return clients.length === 0 ? 'without clients there is no finality, and nothing to recover' : null;
}

/** Long runs may hold more requests than can be numbered. */
function refuseTooManyRequests(plans: readonly TunePlan[]): void {
  for (const { label, specFor, knobs, level } of plans) {
    const spec = watched(specFor(0), knobs, level);
    if (exceedsNumbers(spec.clients, spec.horizon as number))
      throw new CommandEnd(
        ExitCode.usage,
        `${label}: a level of ${formatRate(level)} takes runs with more requests than can be numbered: allow more with --spurious, or lower the rates`,
      );
  }
}

function optionWords({ spurious, crashes }: TuneOptions): readonly string[] {
  return [
    ...(spurious === PER_HOUR ? [] : ['--spurious', formatRate(spurious)]),
    ...(crashes === undefined ? [] : ['--crashes', String(crashes)]),
  ];
}

async function keepAndShow(answer: TuneFile, options: TuneOptions, context: CommandContext): Promise<void> {
  const { renderTuneHtml } = await import('../report/tune/html.ts');
  const { renderTune } = await import('../report/tune/table.ts');
  keepAnswer('tune', answer, { html: renderTuneHtml, text: renderTune }, options, context);
}

function levelGiven(text: string): number {
  const read = parseRate(text);
  if (!read.ok) throw new InvalidArgumentError('It must be a rate per s, min, h or d, such as 1/h.');
  if (read.value < LEAST_LEVEL)
    throw new InvalidArgumentError(
      `It must be above 0 and at least one in ten days: less takes more than 720 hours of virtual time without an event.`,
    );
  return read.value;
}
