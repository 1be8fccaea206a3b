/** `quorumlab regress --baseline FILE SCENARIO…`: did it get worse? For continuous integration; docs/ci/README.md says how to use it. */
import { type Command, InvalidArgumentError } from 'commander';
import { measureNamed, parseTolerance, shortName } from '../experiment/tolerance.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import { refuseBeforehand, refuseContradiction } from './open-executor.ts';
import { collect, positiveCount, type RunningOptions, threadCount } from './options.ts';

export interface RegressOptions extends RunningOptions {
  readonly baseline: string;
  readonly update?: true;
  readonly speed?: true;
  /** By measure without its unit, as given. */
  readonly tolerance: Readonly<Record<string, string>>;
  readonly junit?: string;
  /** true: to `$GITHUB_STEP_SUMMARY`. */
  readonly markdown?: string | true;
}

/** The name under which `--tolerance` gives that of `--speed`. */
export const SPEED_RATIO = 'ratio';

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
    .option('--quick', 'of a rough answer: at most two replications of a quarter of the duration')
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

async function run(files: readonly string[], options: RegressOptions, context: CommandContext): Promise<void> {
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

function refuseOptions(
  { baseline, update, speed, junit, markdown, tolerance }: RegressOptions,
  files: readonly string[],
): void {
  const refuse = (sentence: string): never => {
    throw new CommandEnd(ExitCode.usage, sentence);
  };
  if (!baseline.endsWith('.json')) refuse(`--baseline ${baseline}: a baseline is a .json file`);
  if (files.includes(baseline)) refuse(`--baseline ${baseline} is among the scenarios, too`);
  if (junit !== undefined && !junit.endsWith('.xml')) refuse(`--junit ${junit}: it must be a .xml file`);
  // `--markdown` may stand alone, and would else take a scenario behind it for its file, and write over it.
  if (typeof markdown === 'string' && !markdown.endsWith('.md'))
    refuse(`--markdown ${markdown}: it must be a .md file; without one the option stands last`);
  if (markdown === true && !process.env.GITHUB_STEP_SUMMARY)
    refuse(
      '--markdown needs a file here, such as --markdown regress.md: GITHUB_STEP_SUMMARY, which it stands for, is not set',
    );
  if ((update || speed) && (junit !== undefined || markdown !== undefined))
    refuse(`--junit and --markdown are of a comparison: leave them out with ${update ? '--update' : '--speed'}`);
  const other = Object.keys(tolerance).find((name) => (name === SPEED_RATIO) !== (speed ?? false));
  if (other !== undefined)
    refuse(
      speed
        ? `--speed knows the tolerance of ${SPEED_RATIO} only: leave out --tolerance ${other}=…`
        : `--tolerance ${SPEED_RATIO}=… is of the simulator's own speed: add --speed or leave it out`,
    );
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

function collectTolerance(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name = '', value = ''] = /^([a-z0-9_]+)=(.+)$/.exec(text) ?? [];
  const measure = name === SPEED_RATIO ? 'throughput_per_s' : measureNamed(name);
  if (measure === null)
    throw new InvalidArgumentError(`It must be like finality_p99=5%, with a measure of result.json.`);
  const tolerance = parseTolerance(measure, value);
  if (!tolerance.ok) throw new InvalidArgumentError(`Expected ${tolerance.expected}.`);
  return { ...before, [name === SPEED_RATIO ? name : shortName(measure)]: value };
}
