/** `quorumlab regress --baseline FILE SCENARIO…`: did it get worse? For continuous integration; docs/ci/README.md says how to use it. */
import type { Command } from 'commander';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import { refuseBeforehand, refuseContradiction } from './open-executor.ts';
import { collect, positiveCount, threadCount } from './options.ts';
import { collectTolerance, type RegressOptions, refuseOptions } from './regress-options.ts';

export function regressCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('regress')
    .description('compare scenarios with a committed baseline: identical, within tolerances, or worse (exit code 2)')
    .argument('<file...>', 'scenario files')
    .requiredOption('--baseline <file>', 'what they did when it was accepted, such as reports/baselines/main.json')
    .option('--update', 'write the baseline from the model as it stands; other scenarios in it stay as they are')
    .option(
      '--tolerance <measure=tolerance>',
      'how far a measure may worsen across model versions, such as finality_p99=5% or longest_outage=50ms; may be repeated',
      collectTolerance,
      {},
    )
    .option('--junit <file>', 'write JUnit XML to this .xml file')
    .option(
      '--markdown [file]',
      'write a summary to this .md file; without one, add it to $GITHUB_STEP_SUMMARY (then put the option last)',
    )
    .option('--speed', "compare the simulator's own speed instead: its ratio to the reference kernel, on one thread")
    .option(
      '--quick',
      'of a rough answer: at most two replications of a quarter of the duration, or until 10 s behind the last fault',
    )
    .option(
      '--replications <n>',
      'independent repetitions of each point, instead of what the scenario says',
      positiveCount,
    )
    .option('--threads <n>', 'worker threads (default: one a usable core)', threadCount)
    .option('--inline', 'no worker threads: one run after the other in this one')
    .option('--out <folder>', 'where reports go: FOLDER/<scenario>/regress-<id>/', 'reports')
    .option('--set <path=value>', 'override a value of the scenario; may be repeated', collect)
    .option('--json', 'print one JSON document instead of the table')
    .action((files: readonly string[], options: RegressOptions) => run(files, options, context));
}

async function run(files: readonly string[], asked: RegressOptions, context: CommandContext): Promise<void> {
  // What was kept would be compared with itself, and a run made once more to see whether it repeats would not be made.
  const options: RegressOptions = { ...asked, cache: false };
  refuseContradiction(options);
  refuseOptions(options, files);
  const given = { set: options.set ?? [], quick: options.quick ?? false, replications: options.replications ?? null };
  const loaded = await loadScenarios(files, given, context.err);
  refuseBeforehand(loaded, options.out);
  refuseNamesakes(loaded);
  if (options.speed) return (await import('./regress-speed.ts')).regressSpeed(loaded, options, context);
  if (options.update) return (await import('./regress-update.ts')).updateBaseline(loaded, options, context);
  return (await import('./regress-compare.ts')).compareWithBaseline(loaded, options, context);
}

/** A baseline knows scenarios by their names. */
function refuseNamesakes(loaded: readonly LoadedScenario[]): void {
  const names = loaded.map(({ scenario }) => scenario.name);
  const twice = loaded.find(({ scenario }, i) => names.indexOf(scenario.name) !== i);
  if (twice !== undefined)
    throw new CommandEnd(
      ExitCode.usage,
      `${twice.invocation.file}: another of the files is named ${twice.scenario.name}, too, and a baseline knows scenarios by their name: rename one, or compare one at a time`,
    );
}
