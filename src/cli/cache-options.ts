/** What every command that runs scenarios says about kept runs: `--cache`, `--fresh`, `--no-cache`; and the executor that minds them. */
import type { Command } from 'commander';
import { cachedExecutor } from '../executor/cached.ts';
import type { Executor } from '../executor/executor.ts';
import { counted } from '../report/words.ts';
import { openRunStore, RUNS_FOLDER } from '../results/run-store.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode, NO_SPACE, reasonOfTheSystem } from './exit-codes.ts';
import { folderProblem } from './output-folder.ts';

export interface CacheChoice {
  /** false: `--no-cache`. */
  readonly cache?: string | false;
  readonly fresh?: true;
  readonly redis?: string;
}

export function addCacheOptions(command: Command): Command {
  return command
    .option(
      '--cache <folder>',
      `where finished runs are kept and found again (default: ${RUNS_FOLDER}, or what QUORUMLAB_CACHE says)`,
    )
    .option('--fresh', 'make every run again, even if it was kept, here or in Redis; what was kept is replaced')
    .option('--no-cache', 'neither use kept runs nor keep any');
}

/** The folder in force; null where runs are not kept. */
export function chosenFolder({ cache }: CacheChoice, { runsFolder }: CommandContext): string | null {
  if (cache === false) return null;
  return typeof cache === 'string' ? cache : runsFolder;
}

/** Whether finished runs outlive the command. */
function keepsRuns(choice: CacheChoice, context: CommandContext): boolean {
  const folder = chosenFolder(choice, context);
  return folder !== null && folderProblem(folder) === null;
}

/** What becomes of finished runs at Ctrl-C, as a command says it at once that writes what it has. */
export function stopping(choice: CacheChoice, context: CommandContext): string {
  const runs = keepsRuns(choice, context) ? 'finished runs are kept' : 'what has finished is written';
  return `\nstopping; ${runs} (Ctrl-C again to quit at once)\n`;
}

/** The last words of a question that was interrupted. */
export function stoppedWithoutAnswer(choice: CacheChoice, context: CommandContext): string {
  return keepsRuns(choice, context)
    ? `stopped: no answer is written; ${goesOn(choice)}`
    : 'stopped: no answer is written, and no runs are kept (--cache FOLDER keeps them)';
}

/** The last words of a command that was interrupted and wrote what it had. `own`: protocols of the user's own, whose runs are never kept. */
export function stoppedHalfway(choice: CacheChoice, own: boolean, context: CommandContext): string {
  if (!keepsRuns(choice, context) && choice.redis !== undefined && choice.cache !== false)
    return `stopped: only Redis keeps finished runs, for an hour: until then the same command${choice.fresh ? ' without --fresh' : ''} goes on from there`;
  if (!keepsRuns(choice, context))
    return 'stopped: finished runs are not kept for the same command to go on from (--cache FOLDER keeps them)';
  return own
    ? `stopped: ${goesOn(choice)}; those of a protocol of your own are not kept, and are made again`
    : `stopped: ${goesOn(choice)}`;
}

/** The last words of a command whose answer the disk did not take; `own` as above. */
export function diskFull(folder: string, choice: CacheChoice, own: boolean, context: CommandContext): string {
  const kept = keepsRuns(choice, context) && !own ? `; ${goesOn(choice)}` : '';
  return `${folder}: ${NO_SPACE}; free some, or name another folder with --out${kept}`;
}

/** What a second try finds, where runs are kept: with `--fresh` it would take none of them. */
function goesOn({ fresh }: CacheChoice): string {
  return fresh
    ? 'finished runs are kept, so the same command without --fresh goes on from there and computes none of them again'
    : 'finished runs are kept, so the same command goes on from there and computes none of them again';
}

/** @throws CommandEnd where a folder that was asked for cannot be used; without the default one it goes on, and says so. */
export function throughCache(working: Executor, choice: CacheChoice, context: CommandContext): Executor {
  const folder = chosenFolder(choice, context);
  const { err } = context;
  if (folder === null) return working;
  const problem = folderProblem(folder);
  if (problem !== null && typeof choice.cache === 'string')
    throw new CommandEnd(ExitCode.usage, `--cache ${folder}: ${problem}`);
  if (problem !== null) {
    err.write(`${folder}: ${problem}: finished runs are not kept (--cache FOLDER keeps them elsewhere)\n`);
    return working;
  }
  const told = new Set<string>();
  const once = (about: string, text: string): void => {
    if (!told.has(about)) err.write(text);
    told.add(about);
  };
  const store = openRunStore(folder, {
    onDamaged: (path, reason) =>
      once('damaged', `\n${path}: ${reason}: this run is made again and replaced, like any other such file\n`),
  });
  const executor = cachedExecutor(working, store, {
    fresh: choice.fresh ?? false,
    onUnkept: (_, thrown) =>
      once('unkept', `\n${folder}: ${reasonOfTheSystem(thrown) ?? String(thrown)}: finished runs are not kept\n`),
  });
  return {
    ...executor,
    async close() {
      const { asked, reused } = executor.count;
      if (reused > 0)
        err.write(
          `${reused} of ${counted(asked, 'run')} ${reused === 1 ? 'was' : 'were'} kept in ${folder} (--fresh makes them again)\n`,
        );
      await executor.close();
    },
  };
}
