/** What every command that runs scenarios does first: refuse what cannot end well, then open the executor that was asked for. */
import type { Executor } from '../executor/executor.ts';
import { type CacheChoice, throughCache } from './cache-options.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode, NO_SPACE } from './exit-codes.ts';
import { type LoadedScenario, tooManyRequests } from './load.ts';
import { folderProblem } from './output-folder.ts';
import { addressGiven, openRedisExecutor } from './redis-workers.ts';
import { tellingOfStandStill } from './stand-still.ts';

export interface ExecutorOptions extends CacheChoice {
  readonly threads?: number;
  readonly inline?: true;
  readonly quick?: true;
  readonly replications?: number;
  /** The address of the Redis server whose workers compute. */
  readonly redis?: string;
}

/** Replications of a rough answer. */
const MOST_QUICK = 2;

/** @throws CommandEnd where two options contradict each other. */
export function refuseContradiction({ inline, threads, redis, quick, replications = 0 }: ExecutorOptions): void {
  if (quick && replications > MOST_QUICK)
    throw new CommandEnd(
      ExitCode.usage,
      `--quick makes at most ${MOST_QUICK} replications, and --replications asks for ${replications}: leave out one of them`,
    );
  if (inline && threads !== undefined)
    throw new CommandEnd(ExitCode.usage, '--inline uses no worker threads: leave out --threads or --inline');
  if (redis === undefined) return;
  if (inline || threads !== undefined)
    throw new CommandEnd(
      ExitCode.usage,
      '--redis computes on workers, which have threads of their own: leave out --threads and --inline',
    );
  addressGiven(redis);
}

/** What would be found out only after hours of work. */
export function refuseBeforehand(loaded: readonly LoadedScenario[], out: string): void {
  const refused = loaded.flatMap(({ scenario, invocation }) => tooManyRequests(scenario, invocation) ?? []);
  if (refused.length > 0) throw new CommandEnd(ExitCode.usage, refused.join('\n'));
  const problem = folderProblem(out);
  if (problem === null) return;
  const remedy = problem === NO_SPACE ? 'free some, or name another folder' : 'name a folder where you may write';
  throw new CommandEnd(ExitCode.usage, `--out ${out}: ${problem}; ${remedy}`);
}

/** Whichever executor does the work, runs that were kept are not made again. */
export async function openExecutor(options: ExecutorOptions, context: CommandContext): Promise<Executor> {
  return throughCache(await workingExecutor(options, context), options, context);
}

async function workingExecutor(options: ExecutorOptions, { simulate, worker, err }: CommandContext): Promise<Executor> {
  const { redis, fresh, cache } = options;
  if (redis !== undefined) return openRedisExecutor(redis, fresh === true || cache === false, err);
  if (options.inline) {
    const { inlineExecutor } = await import('../executor/inline.ts');
    return simulate === null ? inlineExecutor() : inlineExecutor(simulate);
  }
  const { poolExecutor } = await import('../executor/pool.ts');
  const pool = poolExecutor({
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(worker === null ? {} : { worker }),
  });
  return tellingOfStandStill(pool, err);
}
