/**
 * Runs on a pool of worker threads (piscina). One task is one run, or a chunk of very short ones. Outcomes stand in the order
 * of the specifications, so their bytes do not depend on the number of threads or on who finished first.
 */
import { availableParallelism, totalmem } from 'node:os';
import { Piscina } from 'piscina';
import type { RunOutcome } from '../experiment/experiment.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { tuneEngine } from './engine.ts';
import { crashed, type ExecuteOptions, type Executor, interrupted, NOT_BEGUN, reasonOf } from './executor.ts';
import type { RunTask } from './run-task.ts';

export interface PoolOptions {
  /** Worker threads; the number of usable cores where nothing is said. */
  readonly threads?: number;
  /** The heap (MiB) at which a run counts as out of memory; three quarters of the machine shared among the threads otherwise. */
  readonly memoryPerThread?: number;
  /** The worker's entry; tests bring their own. */
  readonly worker?: URL;
}

/** Runs shorter than this (ms) are sent in chunks of about `chunkMs`, so that handing over does not dominate. */
const shortRunMs = 20;
const chunkMs = 60;
/** How often (ms) the virtual time reached is passed on, and how often it is looked whether any thread is left. */
const reportEveryMs = 100;
const lookEveryMs = 250;

export function poolExecutor(options: PoolOptions = {}): Executor {
  tuneEngine();
  const threads = options.threads ?? availableParallelism();
  const memoryPerThread = options.memoryPerThread ?? Math.max(512, Math.floor((0.75 * totalmem()) / threads / 2 ** 20));
  const fromSource = import.meta.url.endsWith('.ts');
  const worker = options.worker ?? new URL(`./worker.${fromSource ? 'ts' : 'js'}`, import.meta.url);
  let pool: Piscina<RunTask, readonly RunOutcome[]> | null = null;
  let closed = false;
  let lastDeath: unknown = null;

  /** The threads start with the first runs, and no more of them than there are runs. */
  const open = (runs: number): Piscina<RunTask, readonly RunOutcome[]> => {
    if (closed) throw new Error('the executor is closed');
    pool ??= new Piscina<RunTask, readonly RunOutcome[]>({
      // Each task names its module: what piscina loads beforehand and fails to, it leaves waiting for ever.
      filename: null,
      minThreads: Math.min(threads, runs),
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      execArgv: worker.href.endsWith('.ts') ? ['--import', 'tsx'] : [],
      resourceLimits: { maxOldGenerationSizeMb: memoryPerThread },
    }).on('error', (thrown) => {
      // A thread that dies without a task is replaced; one that dies with a task rejects that task.
      lastDeath = thrown;
    });
    return pool;
  };

  return {
    threads,
    async execute(specs: readonly RunSpec[], executeOptions: ExecuteOptions = {}) {
      if (specs.length === 0) return [];
      const opened = open(specs.length);
      const { signal } = executeOptions;
      const gone = new AbortController();
      const watch = watchOver(opened, () =>
        gone.abort(new Error(`no worker thread can be started: ${reasonOf(lastDeath ?? 'they end at once')}`)),
      );
      const part: PoolRun = {
        pool: opened,
        worker: worker.href,
        lanes: Math.min(threads, specs.length),
        memoryPerThread,
        gone: gone.signal,
        stop: signal === undefined ? gone.signal : AbortSignal.any([signal, gone.signal]),
      };
      try {
        return await runAll(specs, part, executeOptions);
      } finally {
        clearInterval(watch);
      }
    },
    async close() {
      closed = true;
      await pool?.destroy();
    },
  };
}

/** Threads that die while they start are not replaced, and what waits for them would wait for ever. */
function watchOver(pool: Piscina<RunTask, readonly RunOutcome[]>, onGone: () => void): NodeJS.Timeout {
  let seenNone = 0;
  return setInterval(() => {
    seenNone = pool.threads.length === 0 ? seenNone + 1 : 0;
    if (seenNone >= 2) onGone();
  }, lookEveryMs);
}

interface PoolRun {
  readonly pool: Piscina<RunTask, readonly RunOutcome[]>;
  readonly worker: string;
  readonly lanes: number;
  readonly memoryPerThread: number;
  /** Aborted when no thread is left, and can't be started. */
  readonly gone: AbortSignal;
  /** Aborted by that, or by the caller. */
  readonly stop: AbortSignal;
}

async function runAll(
  specs: readonly RunSpec[],
  { pool, worker, lanes, memoryPerThread, gone, stop }: PoolRun,
  { onFinished, onAdvance, signal }: ExecuteOptions,
): Promise<readonly RunOutcome[]> {
  const outcomes: RunOutcome[] = new Array(specs.length);
  const reached = new Float64Array(new SharedArrayBuffer(8 * specs.length)).fill(NOT_BEGUN);
  let next = 0;
  let finished = 0;
  let spentMs = 0;

  const finish = (index: number, outcome: RunOutcome): void => {
    outcomes[index] = outcome;
    onFinished?.(index, outcome);
  };
  const runChunk = async (indices: readonly number[]): Promise<void> => {
    const chunk = indices.map((index) => specs[index] as RunSpec);
    const began = performance.now();
    try {
      stop.throwIfAborted();
      const answer = await pool.run({ specs: chunk, slots: indices, reached }, { filename: worker, signal: stop });
      spentMs += performance.now() - began;
      finished += indices.length;
      for (const [i, index] of indices.entries()) finish(index, answer[i] as RunOutcome);
    } catch (thrown) {
      if (signal?.aborted) {
        for (const [i, index] of indices.entries()) finish(index, interrupted(chunk[i] as RunSpec));
      } else if (gone.aborted) {
        for (const [i, index] of indices.entries()) finish(index, crashed(chunk[i] as RunSpec, reasonOf(gone.reason)));
      } else if (indices.length > 1) {
        // The thread died and took the whole chunk with it: alone, each run shows whether it was the cause.
        for (const index of indices) await runChunk([index]);
      } else {
        finish(indices[0] as number, crashed(chunk[0] as RunSpec, reasonOfDeath(thrown, memoryPerThread)));
      }
    }
  };
  const lane = async (): Promise<void> => {
    while (next < specs.length) {
      const size = chunkSize(finished, spentMs, specs.length - next, lanes);
      const first = next;
      next += size;
      await runChunk(Array.from({ length: size }, (_, i) => first + i));
    }
  };

  const reporter = onAdvance ? setInterval(() => onAdvance(reached), reportEveryMs) : undefined;
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    clearInterval(reporter);
  }
  return outcomes;
}

/** One run a task until runs are known to be short; never so many that another thread is left without work. */
export function chunkSize(finished: number, spentMs: number, left: number, lanes: number): number {
  if (finished === 0) return 1;
  const meanMs = spentMs / finished;
  if (meanMs >= shortRunMs) return 1;
  const wanted = Math.floor(chunkMs / Math.max(meanMs, 0.01));
  return Math.max(1, Math.min(wanted, Math.ceil(left / (2 * lanes))));
}

function reasonOfDeath(thrown: unknown, memoryPerThread: number): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return `ran out of memory: its thread needed more than ${memoryPerThread} MiB; run it with fewer --threads, or shorten it`;
  return `its thread failed: ${reasonOf(thrown)}`;
}
