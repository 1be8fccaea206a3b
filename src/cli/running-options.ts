/** The options that every command has which makes runs of one scenario to answer a question, declared in one place and one order. */
import type { Command } from 'commander';
import { addCacheOptions } from './cache-options.ts';
import { collect, positiveCount, threadCount } from './options.ts';
import { REDIS_OPTION } from './redis-workers.ts';

interface Wording {
  /** What `--quick` is here. */
  readonly quick?: string;
  /** What is repeated so often. */
  readonly replications: string;
  /** The folder and the file of the answer, such as `compare`. */
  readonly answer: string;
  /** What `--json` is printed instead of. */
  readonly insteadOf?: string;
}

/** Adds them behind the command's own options. */
export function addRunningOptions(command: Command, wording: Wording): Command {
  const { quick = 'at most two replications of a quarter of the duration', replications, answer } = wording;
  command
    .option('--quick', `a rough answer: ${quick}`)
    .option('--replications <n>', `independent repetitions of ${replications}`, positiveCount)
    .option('--threads <n>', 'worker threads (default: one a usable core)', threadCount)
    .option('--inline', 'no worker threads: one run after the other in this one')
    .option(...REDIS_OPTION)
    .option('--out <folder>', `where the report goes: FOLDER/<scenario>/${answer}-<id>/`, 'reports')
    .option('--set <path=value>', 'override a value of the scenario; may be repeated', collect)
    .option('--json', `print ${answer}.json instead of the ${wording.insteadOf ?? 'table'}`);
  return addCacheOptions(command);
}
