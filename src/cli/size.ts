/** `quorumlab size FILE`: the cheapest cluster of a space that gives what is asked for, as a recommendation here and in a folder. */
import type { Command } from 'commander';
import { drive, type Executor } from '../executor/executor.ts';
import type { Bottleneck } from '../experiment/bottleneck.ts';
import type { Demand } from '../experiment/size/demand.ts';
import { whyUnsurvivable } from '../experiment/size/quorums.ts';
import { sizeSearch } from '../experiment/size/search.ts';
import type { RunLength, SizeAnswer } from '../experiment/size/search-answer.ts';
import type { Space } from '../experiment/size/space.ts';
import { counted } from '../report/words.ts';
import { buildSize, type SizeFile } from '../results/size-file.ts';
import { readObjective } from '../scenario/objective-text.ts';
import { fileLengthOf, runSettings, runSpecOf, withoutFaults } from '../scenario/run-spec-for.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Duration, SECOND } from '../units/quantities.ts';
import { checkedRangeOf } from '../validation/checked-range.ts';
import { stoppedWithoutAnswer } from './cache-options.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { keepAnswer } from './keep-answer.ts';
import { refuseBeforehand } from './open-executor.ts';
import { positiveCount, type RunningOptions } from './options.ts';
import { headOf, loadAsked } from './question.ts';
import { addRunningOptions } from './running-options.ts';
import { withExecutor } from './with-executor.ts';

interface SizeOptions extends RunningOptions {
  readonly objective?: string;
  readonly best: number;
  readonly budget: number;
}

const BEST = 3;
const BUDGET = 5000;
/** Candidates that a rough answer simulates: the cheapest often do, and where none of these does a rough answer is not to be had. */
const QUICK_CANDIDATES = 250;

export function sizeCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('size')
    .description('find the cheapest cluster of a space that gives what is asked for, and say why nothing cheaper does')
    .argument('<file>', 'scenario file with a `space`')
    .option(
      '--objective <terms>',
      "what is asked for, such as 'throughput >= 1500/s, finality_p99 <= 2s, survive: 1 site, byzantine: 1' (default: the scenario's objective, and survive and byzantine of its space)",
    )
    .option(
      '--best <n>',
      'how many answers of different kinds (protocol, nodes, machine, bandwidth)',
      positiveCount,
      BEST,
    )
    .option('--budget <runs>', 'runs after which the search gives up', positiveCount, BUDGET);
  addRunningOptions(command, {
    quick: `at most ${QUICK_CANDIDATES} candidates simulated, in at most two replications (four on the verge) of a quarter of the duration, whole after a loss`,
    replications: 'what is followed up',
    answer: 'size',
    insteadOf: 'recommendation',
  }).action((file: string, options: SizeOptions) => run(file, options, context));
}

async function run(file: string, options: SizeOptions, context: CommandContext): Promise<void> {
  const asked = options.objective === undefined ? null : demandOf(options.objective);
  const loaded = await loadAsked(file, options, context);
  const one = { ...loaded, scenario: withoutFaults(loaded.scenario) };
  const { scenario } = one;
  const space = spaceOf(scenario, file);
  const demand = asked ?? demandOfFile(scenario, space, file);
  refuseUnsurvivable(demand, space);
  refuseBeforehand([one], options.out);
  let stage = '';
  const work = async (executor: Executor, signal: AbortSignal): Promise<void> => {
    const search = sizeSearch(planOf(scenario, space, demand, options), ({ name, left }) => {
      stage = `${name} (${counted(left, 'candidate')} not looked at yet)`;
    });
    const answer = await drive(search, executor, {
      about: { scenario: scenario.name, warmup: scenario.run.warmup },
      signal,
    });
    // Before any candidate is known.
    if (answer.simulated.length === 0 && signal.aborted)
      throw new CommandEnd(ExitCode.interrupted, stoppedWithoutAnswer(options, context));
    const words = [
      ...(options.objective === undefined ? [] : ['--objective', options.objective]),
      ...(options.best === BEST ? [] : ['--best', String(options.best)]),
      ...(options.budget === BUDGET ? [] : ['--budget', String(options.budget)]),
    ];
    const about = { ...headOf('size', one, words), assumptions: scenario.assumptions };
    const result = buildSize(about, space, demand, answer, (setup, trial) =>
      checkedRangeOf(setup, busiestOf(trial?.estimate?.bottleneck ?? null)),
    );
    await keepAndShow(result, options, context);
    end(answer, signal.aborted, context);
  };
  await withExecutor(options, context, work, { stage: () => stage });
}

function busiestOf(bottleneck: Bottleneck | null) {
  if (bottleneck === null) return [];
  const { resource, node, utilisation } = bottleneck;
  return [{ resource, node, share: utilisation }];
}

function demandOf(text: string): Demand {
  const read = readObjective(text);
  if (!read.ok) throw new CommandEnd(ExitCode.usage, read.problems.join('\n'));
  return read.demand;
}

function spaceOf({ space }: Scenario, file: string): Space {
  if (space?.shared.clients.some(({ load }) => load.kind === 'closed'))
    throw new CommandEnd(
      ExitCode.usage,
      `${file}: has closed-loop clients, which send as fast as they are answered: neither what a month of them costs nor more of their load can be told beforehand, expected open loops only, such as 'load: { open: { poisson: 100/s } }'`,
    );
  if (space !== null) return space;
  throw new CommandEnd(
    ExitCode.usage,
    `${file}: has no space to choose from, expected a section space with protocols, nodes, sites and machines (scenarios/size-belt-and-road.yaml is an example)`,
  );
}

/** What the option asks for; of the file it is told at its place. @throws CommandEnd */
function refuseUnsurvivable({ survive }: Demand, space: Space): void {
  const problem = survive === null ? null : whyUnsurvivable(survive, space);
  if (survive === null || problem === null) return;
  throw new CommandEnd(ExitCode.usage, `--objective: survive: ${counted(survive.count, survive.of)} ${problem}`);
}

function demandOfFile({ objective }: Scenario, { survive, byzantine }: Space, file: string): Demand {
  if (objective.length > 0) return { objectives: objective, survive, byzantine };
  throw new CommandEnd(
    ExitCode.usage,
    `${file}: asks for nothing, expected an objective in the file, or --objective 'throughput >= 1500/s, finality_p99 <= 2s'`,
  );
}

/** Least measured time of a short run, and its share of what a full run measures. */
const LEAST_SHORT: Duration = 2 * SECOND;
const SHORT_SHARE = 1 / 4;
/** In less than so many of its batches a run tells no fault of a candidate from one that is filling up. */
const SHORT_BATCHES = 4;

/** The longest that a batch of the space may wait to fill. */
function longestBatch({ variants }: Space): Duration {
  return Math.max(
    0,
    ...variants.map(({ options }) => (options as { batch?: { timeout?: Duration } } | null)?.batch?.timeout ?? 0),
  );
}

function planOf(scenario: Scenario, space: Space, demand: Demand, { best, budget, quick }: SizeOptions) {
  const { warmup, duration, replications } = runSettings(scenario, { quick: quick ?? false });
  const begin = warmup === 'auto' ? 0 : (warmup as number);
  const measured = (duration as number) - begin;
  const short: RunLength = {
    warmup: warmup as RunLength['warmup'],
    duration:
      begin +
      Math.min(
        measured,
        Math.max(LEAST_SHORT, Math.floor(measured * SHORT_SHARE), SHORT_BATCHES * longestBatch(space)),
      ),
  };
  return {
    space,
    demand,
    best,
    budget,
    mostSimulated: quick ? QUICK_CANDIDATES : null,
    replications,
    short,
    full: { warmup: warmup as RunLength['warmup'], duration: begin + measured },
    afterLoss: measuredAfterLoss(scenario),
    inFile: {
      full: fileLengthOf(scenario, quick ?? false),
      // After a loss half a run is measured where the warm-up is to be detected.
      afterLoss: { ...fileLengthOf(scenario, false), times: warmup === 'auto' ? 2 : 1 },
    },
    specFor: (setup: Parameters<typeof runSpecOf>[0], replication: number, length: RunLength) =>
      runSpecOf(setup, scenario.seed, replication, {
        warmup: length.warmup as Duration | 'auto',
        duration: length.duration as number,
      }),
  };
}

/** As long as a full run measures; half of one whose warm-up is to be detected. */
function measuredAfterLoss(scenario: Scenario): Duration {
  const { warmup, duration } = runSettings(scenario, { quick: false });
  return (duration as number) - (warmup === 'auto' ? (duration as number) / 2 : (warmup as number));
}

async function keepAndShow(result: SizeFile, options: SizeOptions, context: CommandContext): Promise<void> {
  const { renderSizeHtml } = await import('../report/size/html.ts');
  const { renderSize } = await import('../report/size/table.ts');
  keepAnswer('size', result, { html: renderSizeHtml, text: renderSize }, options, context);
}

/** An empty answer misses the objective; what crashed may have hidden a cheaper one. @throws CommandEnd unless all is well. */
function end({ best, failed }: SizeAnswer, stopped: boolean, { err }: CommandContext): void {
  for (const { label, replication, reason } of failed)
    err.write(`not finished: ${label}, replication ${replication}: ${reason}\n`);
  const code = exitCodeOf([
    ...(stopped ? [ExitCode.interrupted] : []),
    ...(failed.some(({ kind }) => kind === 'crashed') ? [ExitCode.crashed] : []),
    ...(best.length === 0 ? [ExitCode.missed] : []),
  ]);
  if (code !== ExitCode.ok) throw new CommandEnd(code);
}
