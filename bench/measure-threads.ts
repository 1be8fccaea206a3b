/** Two runs at once on two worker threads of the project's pool, against the same two one after the other on one thread. */
import { type PoolOptions, poolExecutor } from '../src/executor/pool.ts';
import type { RunSpec } from '../src/simulation/run-spec.ts';
import type { ThreadsResult } from './bench-report.ts';
import { medianOf, sampleOf } from './sample.ts';

export async function measureThreads(
  name: string,
  specs: readonly [RunSpec, RunSpec],
  repetitions: number,
  pool: PoolOptions = {},
): Promise<ThreadsResult> {
  const one = poolExecutor({ ...pool, threads: 1 });
  const two = poolExecutor({ ...pool, threads: 2 });
  const time = async (executor: typeof one): Promise<number> => {
    const before = performance.now();
    const outcomes = await executor.execute(specs);
    for (const outcome of outcomes) if (!outcome.ok) throw new Error(`${name}: ${outcome.reason}`);
    return performance.now() - before;
  };
  try {
    await time(one); // starts and warms the threads
    await time(two);
    const serial: number[] = [];
    const parallel: number[] = [];
    for (let i = 0; i < repetitions; i++) {
      serial.push(await time(one));
      parallel.push(await time(two));
    }
    const slow = sampleOf(serial);
    const quick = sampleOf(parallel);
    return {
      kind: 'two-threads',
      name,
      one_thread_ms: slow.best,
      two_threads_ms: quick.best,
      speed_up: slow.best / quick.best,
      speed_up_median: medianOf(serial.map((ms, i) => ms / (parallel[i] as number))),
      repetitions,
      spread: Math.max(slow.spread, quick.spread),
      noisy: slow.noisy || quick.noisy,
    };
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}
