/** Where observations are made: in this thread, or on a pool of worker threads (piscina) that each load targets for themselves. */
import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { tuneEngine } from '../executor/engine.ts';
import type { Simulate } from '../executor/executor.ts';
import { simulate as realSimulate } from '../simulation/simulate.ts';
import { type ObservationTask, type Observed, type OpenTarget, observe } from './observe.ts';

/**
 * MB: twice what V8 gives a thread by itself. Blocks of one transaction, of which a run keeps the last seconds, then die young: queues at
 * the protocol thread take a tenth less time, other runs the same.
 */
const YOUNG_GENERATION = 96;

export interface Observer {
  /** Rejects where a run fails, or where `signal` was aborted. */
  observe(open: OpenTarget, task: ObservationTask, signal?: AbortSignal): Promise<Observed>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** One task after the other, with a simulation that tests may replace. */
export function inlineObserver(simulate: Simulate = realSimulate): Observer {
  tuneEngine();
  return {
    async observe(open, task, signal) {
      await nextTurn(); // a Ctrl-C that came during the last task is noticed here
      signal?.throwIfAborted();
      return observe(open, task, simulate);
    },
    async close() {},
  };
}

export function poolObserver(threads: number = availableParallelism()): Observer {
  tuneEngine();
  // Every task listens for the abort, and there are thousands.
  const listening = new WeakSet<AbortSignal>();
  const fromSource = import.meta.url.endsWith('.ts');
  const pool = new Piscina<ObservationTask, Observed>({
    filename: new URL(`./worker.${fromSource ? 'ts' : 'js'}`, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    execArgv: fromSource ? ['--import', 'tsx'] : [],
  });
  return {
    observe(_open, task, signal) {
      if (signal === undefined) return pool.run(task);
      if (!listening.has(signal)) setMaxListeners(0, signal);
      listening.add(signal);
      return pool.run(task, { signal });
    },
    close: () => pool.destroy(),
  };
}
