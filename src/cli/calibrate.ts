/** `quorumlab calibrate`: measures what this machine's cryptography and disk cost, and writes profiles that scenarios can name. */
import { existsSync, statSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type DiskTimes, doubtfulDisk, measureDisk } from '../calibration/disk.ts';
import { type Measured, measureExtras, measureSuite } from '../calibration/measure-suite.ts';
import { measuredDocument, type SuiteAnswer } from '../calibration/measured-document.ts';
import { nativeSuite } from '../calibration/native-suite.ts';
import { cryptoProfileText, diskProfileText, type ProfileAbout, time } from '../calibration/profile-text.ts';
import type { Suite } from '../calibration/suite.ts';
import { clockStepNs } from '../calibration/timing.ts';
import { CONSTANT_NAMES, type ConstantName } from '../experiment/free-constants.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { writeFiles } from '../results/result-folder.ts';
import { nearest } from '../scenario/problem.ts';
import { type CommandContext, type Output, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { type ExecutorOptions, refuseContradiction } from './open-executor.ts';
import { positiveCount, threadCount } from './options.ts';
import { folderProblem } from './output-folder.ts';

interface CalibrateOptions extends ExecutorOptions {
  readonly name: string;
  readonly directory: string;
  readonly out: string;
  readonly time: number;
  readonly from?: string;
  readonly scenario?: string;
  readonly fit?: readonly ConstantName[];
  readonly json?: boolean;
}

export function calibrateCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('calibrate')
    .description('measure what cryptography and fsync cost on this machine, as profiles that scenarios can name')
    .option('--name <name>', 'begins the names of the profiles', nameOf, 'this-machine')
    .option('--directory <dir>', 'where to measure fsync: a directory on the disk that a node would use', '.')
    .option('--out <folder>', 'where the profiles go', 'profiles')
    .option('--time <ms>', 'how long each operation is measured', positiveCount, 500)
    .option('--from <csv>', 'fit the free constants of --scenario to these measurements of a real cluster instead')
    .option('--scenario <file>', 'the scenario that the measurements are of; goes with --from')
    .option(
      '--fit <names>',
      `which constants, of ${CONSTANT_NAMES.join(',')} (default: those that the measurements determine); goes with --from`,
      constantsOf,
    )
    .option('--threads <n>', 'worker threads of a fit (default: one a usable core)', threadCount)
    .option('--inline', 'no worker threads: one run after the other in this one')
    .option('--json', 'print one JSON document instead of text')
    .action((options: CalibrateOptions) => calibrateOrFit(options, context));
}

async function calibrateOrFit(options: CalibrateOptions, context: CommandContext): Promise<void> {
  const { from, scenario, fit } = options;
  refuseContradiction(options);
  if ((from === undefined) !== (scenario === undefined))
    throw new CommandEnd(
      ExitCode.usage,
      '--from and --scenario go together: measurements, and the scenario that they are of',
    );
  if (from === undefined || scenario === undefined) return calibrate(options, context);
  const { calibrateFrom } = await import('./calibrate-from.ts');
  return calibrateFrom({ ...options, from, scenario, fit, json: options.json ?? false }, context);
}

/** A disk that is alone with its writer stays below this. */
const LONG_TAIL = 10;

async function calibrate(options: CalibrateOptions, { out, err, onInterrupt }: CommandContext): Promise<void> {
  const refused = folderProblem(options.out);
  if (refused !== null) throw new CommandEnd(ExitCode.usage, `--out ${options.out}: ${refused}`);
  const unusable = directoryProblem(options.directory);
  if (unusable !== null) throw new CommandEnd(ExitCode.usage, `--directory ${options.directory}: ${unusable}`);
  const say: Output = { write: (text) => (options.json ? true : out.write(text)) };
  const load = (name: string): Promise<Record<string, unknown>> => import(name);
  // Cryptography in JavaScript takes long to load: other commands do not wait for it.
  const { nobleSuite, smSuite } = await import('../calibration/package-suites.ts');
  const machine = `${cpus()[0]?.model.trim() ?? 'an unknown processor'} (${cpus().length} cores), ${type()} ${release()}, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const about = (suffix: string): ProfileAbout => ({ name: `${options.name}-${suffix}`, machine, date });
  const timing = { stepNs: clockStepNs(), timeMs: options.time };
  const files: Record<string, string> = {};
  const suites: SuiteAnswer[] = [];
  for (const suite of [nativeSuite(), nobleSuite(), await smSuite(load)]) {
    if ('why' in suite) {
      err.write(`${suite.name}: left out: ${suite.why}\n`);
      suites.push({ suite: suite.name, leftOut: suite.why, measured: [], file: null });
      continue;
    }
    const { name } = about(suite.name);
    say.write(`\n${name}: ${suite.summary}\n`);
    const { text, all } = measured(suite, about(suite.name), timing);
    for (const one of all) say.write(`  ${lineOf(one)}\n`);
    if (text === null) err.write(`${suite.name}: no profile, since what it needs was refused\n`);
    else files[`${name}.yaml`] = text;
    suites.push({
      suite: suite.name,
      leftOut: null,
      measured: all,
      file: text === null ? null : join(options.out, `${name}.yaml`),
    });
  }
  const disk = await diskTimes(options.directory, onInterrupt);
  say.write(`\ndisk below ${options.directory}\n  fsync p50 ${time(disk.p50Ns)}, p99 ${time(disk.p99Ns)}\n`);
  const doubt = doubtfulDisk(disk, timing.stepNs);
  const diskFile = `${options.name}-disk.yaml`;
  if (doubt !== null) err.write(`disk: no profile: refused: ${doubt}\n`);
  else {
    files[diskFile] = diskProfileText(about('disk'), options.directory, disk);
    if (disk.p99Ns > LONG_TAIL * disk.p50Ns)
      err.write(
        `warning: one write in a hundred takes more than ${LONG_TAIL} times the median: measure again on an idle machine, or the profile has its tail\n`,
      );
  }
  writeFiles(options.out, files);
  const file = doubt === null ? join(options.out, diskFile) : null;
  const { directory } = options;
  if (options.json) out.write(canonicalJson(measuredDocument({ machine, date, suites, directory, disk, doubt, file })));
  for (const name of Object.keys(files)) say.write(`${join(options.out, name)}\n`);
  const crypto = Object.keys(files).find((name) => name !== diskFile);
  if (crypto === undefined)
    throw new CommandEnd(
      ExitCode.usage,
      'no cost of cryptography could be measured well enough: try again when the machine is idle, or with a longer --time',
    );
  const folder = options.out.replace(/^(?![./])/, './');
  const diskPart = doubt === null ? `, disk: ${folder}/${diskFile}` : '';
  say.write(`In a scenario beside that folder: machine: { crypto: { profile: ${folder}/${crypto} }${diskPart} }\n`);
}

/** What is wrong with a directory to measure in; it is not made. */
function directoryProblem(directory: string): string | null {
  if (!existsSync(directory)) return 'there is no such folder';
  return statSync(directory).isDirectory() ? folderProblem(directory) : 'is not a folder';
}

/** Ctrl-C waits for the end of the writes, so that their file is not left behind. */
async function diskTimes(directory: string, onInterrupt: CommandContext['onInterrupt']): Promise<DiskTimes> {
  let interrupted = false;
  const release = onInterrupt(() => {
    interrupted = true;
  });
  try {
    const times = measureDisk(directory);
    await setImmediate();
    if (interrupted) throw new CommandEnd(ExitCode.interrupted, 'stopped: nothing is written');
    return times;
  } finally {
    release();
  }
}

/** The profile's text, null where too much was refused, and every measurement. */
function measured(
  suite: Suite,
  about: ProfileAbout,
  timing: Parameters<typeof measureSuite>[1],
): { readonly text: string | null; readonly all: readonly Measured[] } {
  const times = measureSuite(suite, timing);
  const extras = measureExtras(suite, timing);
  return { text: cryptoProfileText(about, times, extras), all: [...times.measured, ...extras] };
}

function lineOf({ what, timing }: Measured): string {
  return timing.ok
    ? `${what}: ${time(timing.medianNs)} (middle half within ${(100 * timing.spread).toFixed(1)} %)`
    : `${what}: refused: ${timing.why}`;
}

function constantsOf(text: string): readonly ConstantName[] {
  const names = text.split(',').map((name) => CONSTANT_NAMES.find((known) => known === name.trim()));
  if (names.includes(undefined)) {
    const unknown = text.split(',').find((_, i) => names[i] === undefined) ?? '';
    throw new InvalidArgumentError(
      `There is no constant '${unknown.trim()}'${nearest(unknown.trim(), CONSTANT_NAMES)}; there are ${CONSTANT_NAMES.join(', ')}.`,
    );
  }
  return [...new Set(names as ConstantName[])];
}

function nameOf(text: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits and hyphens.');
}
