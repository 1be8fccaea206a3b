/**
 * Two runs at once on two worker threads of the project's pool, against the same two one after the other on one thread. Next to each
 * repetition stands a control, so that a busy machine is not taken for a slow program.
 */
import { type PoolOptions, poolExecutor } from '../src/executor/pool.ts';
import type { RunSpec } from '../src/simulation/run-spec.ts';
import type { ThreadsResult } from './bench-report.ts';
import { medianOf, sampleOf } from './sample.ts';
import { SpinControl } from './spin.ts';

/** Below this the control shows that the machine did not have two cores to give. */
export const LEAST_CONTROL = 1.8;
const SPIN_ROUNDS = 200_000_000;

interface Turn {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export async function measureThreads(
  name: string,
  specs: readonly [RunSpec, RunSpec],
  repetitions: number,
  pool: PoolOptions = {},
  spinRounds: number = SPIN_ROUNDS,
): Promise<ThreadsResult> {
  const one = poolExecutor({ ...pool, threads: 1 });
  const two = poolExecutor({ ...pool, threads: 2 });
  const control = new SpinControl(spinRounds);
  const time = async (executor: typeof one): Promise<Turn> => {
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    const outcomes = await executor.execute(specs);
    const wallMs = performance.now() - before;
    const { user, system } = process.cpuUsage(cpuBefore);
    for (const outcome of outcomes) if (!outcome.ok) throw new Error(`${name}: ${outcome.reason}`);
    return { wallMs, cpuMs: (user + system) / 1000 };
  };
  try {
    await time(one); // starts and warms the threads
    await time(two);
    await control.warm();
    const serial: Turn[] = [];
    const parallel: Turn[] = [];
    const controls: number[] = [];
    for (let i = 0; i < repetitions; i++) {
      serial.push(await time(one));
      parallel.push(await time(two));
      controls.push(await control.speedUp());
    }
    return resultOf(name, serial, parallel, medianOf(controls));
  } finally {
    await Promise.all([one.close(), two.close(), control.close()]);
  }
}

function resultOf(name: string, serial: readonly Turn[], parallel: readonly Turn[], control: number): ThreadsResult {
  const slow = sampleOf(serial.map(({ wallMs }) => wallMs));
  const quick = sampleOf(parallel.map(({ wallMs }) => wallMs));
  const ratios = (time: keyof Turn): number[] => serial.map((turn, i) => turn[time] / (parallel[i] as Turn)[time]);
  return {
    kind: 'two-threads',
    name,
    one_thread_ms: slow.best,
    two_threads_ms: quick.best,
    speed_up: slow.best / quick.best,
    speed_up_median: medianOf(ratios('wallMs')),
    speed_up_by_cpu: 2 * medianOf(ratios('cpuMs')),
    machine_speed_up: control,
    repetitions: slow.repetitions,
    spread: Math.max(slow.spread, quick.spread),
    noisy: slow.noisy || quick.noisy || control < LEAST_CONTROL,
  };
}
