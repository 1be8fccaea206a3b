/** `quorumlab compare FILE`: which of its candidates, undisturbed and in drills, at what cost: a decision matrix and a recommendation. */
import type { Command } from 'commander';
import { drive } from '../executor/executor.ts';
import { busiestOf } from '../experiment/bottleneck.ts';
import { compare, comparisonRuns } from '../experiment/compare.ts';
import { USUAL_DRILLS } from '../experiment/drills.ts';
import { counted } from '../report/words.ts';
import { buildComparison } from '../results/build-comparison.ts';
import type { CompareFile } from '../results/compare-file.ts';
import { settledForDrills } from '../scenario/for-drills.ts';
import { formatProblem } from '../scenario/problem.ts';
import { fileLengthOf, runSettings, runSpecFor, withoutFaults } from '../scenario/run-spec-for.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { checkedRangeOf } from '../validation/checked-range.ts';
import { stoppedWithoutAnswer } from './cache-options.ts';
import { refuseClientsThatCrash } from './clients-on-nodes.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { keepAnswer } from './keep-answer.ts';
import { refuseBeforehand } from './open-executor.ts';
import type { RunningOptions } from './options.ts';
import { headOf, loadAsked } from './question.ts';
import { addRunningOptions } from './running-options.ts';
import { withExecutor } from './with-executor.ts';

export function compareCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('compare')
    .description('compare the design points of a scenario undisturbed and in drills, and recommend one')
    .argument('<file>', 'scenario file');
  addRunningOptions(command, {
    quick: 'at most two replications, a quarter of the duration undisturbed, whole drills',
    replications: 'each candidate in each drill',
    answer: 'compare',
    insteadOf: 'matrix',
  }).action((file: string, options: RunningOptions) => run(file, options, context));
}

async function run(file: string, options: RunningOptions, context: CommandContext): Promise<void> {
  const one = await loadAsked(file, options, context);
  const { invocation } = one;
  refuseBeforehand([one], options.out);
  refuseClientsThatCrash(one.scenario, true);
  const settled = await settledForDrills(one.scenario, invocation);
  if (!settled.ok) throw new CommandEnd(ExitCode.usage, settled.problems.map(formatProblem).join('\n'));
  // It holds a crash by which the options were settled. The runs have none: each drill brings its own.
  const scenario = withoutFaults(settled.scenario);
  const { warmup, duration, replications } = runSettings(scenario, invocation);
  const drills = scenario.drills ?? USUAL_DRILLS;
  const plan = {
    points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives: scenario.objective })),
    replications,
    drills,
    specFor: (point: number, replication: number) => runSpecFor(scenario, point, replication, invocation),
  };
  const runs = counted(comparisonRuns(plan), 'run');
  context.err.write(`${counted(plan.points.length, 'candidate')}, ${counted(replications, 'replication')}: ${runs}\n`);
  await withExecutor(options, context, async (executor, signal) => {
    const answers = await drive(compare(plan), executor, {
      signal,
      about: { scenario: scenario.name, warmup },
    });
    if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, stoppedWithoutAnswer(options, context));
    const { wordsOf } = await import('../report/compare/words.ts');
    const answer = buildComparison({
      scenario,
      about: {
        ...headOf('compare', { scenario, invocation }),
        replications,
        replaced_faults: one.scenario.points[0]?.setup.faults.length ?? 0,
        warnings: one.scenario.warnings.map(formatProblem),
        duration_ms: (duration as number) / MILLISECOND,
      },
      drills,
      inFile: fileLengthOf(scenario, invocation.quick),
      answers,
      checkedRangeOf: ({ setup }, { base }) => checkedRangeOf(setup, busiestOf(base.ranks)),
      wordsOf,
    });
    await keepAndShow(answer, options, context);
    const code = exitCodeOf(findingsOf(answer));
    if (code !== ExitCode.ok) throw new CommandEnd(code);
  });
}

async function keepAndShow(answer: CompareFile, options: RunningOptions, context: CommandContext): Promise<void> {
  const { renderComparisonHtml } = await import('../report/compare/html.ts');
  const { renderComparison } = await import('../report/compare/table.ts');
  keepAnswer('compare', answer, { html: renderComparisonHtml, text: renderComparison }, options, context);
  for (const { label, replication, reason } of answer.failed_runs)
    context.err.write(`not finished: ${label}, replication ${replication}: ${reason}\n`);
}

/** The objective is missed where no candidate meets it undisturbed; in which drills it holds, the matrix says. */
function findingsOf({ candidates, failed_runs: failed }: CompareFile): readonly ExitCode[] {
  const kinds = new Set(candidates.flatMap(({ violations }) => violations.map(({ kind }) => kind)));
  const met = candidates.some(({ unfit, objective }) => unfit === null && objective.every((one) => one.met));
  return [
    ...(failed.length > 0 ? [ExitCode.crashed] : []),
    ...(kinds.has('safety') ? [ExitCode.unsafe] : []),
    ...(kinds.has('liveness') ? [ExitCode.notLive] : []),
    ...(met ? [] : [ExitCode.missed]),
  ];
}
