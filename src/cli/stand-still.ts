/**
 * Says so when a run gets nowhere: its virtual time stands still while the clock on the wall goes on, as where a handler of the user's
 * own protocol loops for ever. Nothing is ended: it may only be slow.
 */
import { type ExecuteOptions, type Executor, NOT_BEGUN } from '../executor/executor.ts';
import { formatDuration } from '../units/format.ts';
import type { Duration } from '../units/quantities.ts';
import type { Output } from './context.ts';

/** ms of wall time without an advance. */
const STANDS_STILL = 30_000;

interface Standing {
  at: number;
  since: number;
  told: boolean;
  ended: boolean;
}

/** The same executor, which tells `output` of runs that stand still, each once for each instant. `now` is a clock in ms. */
export function tellingOfStandStill(
  executor: Executor,
  output: Output,
  now: () => number = () => performance.now(),
): Executor {
  return {
    threads: executor.threads,
    execute(specs, options: ExecuteOptions = {}) {
      const runs = specs.map((): Standing => ({ at: NOT_BEGUN, since: now(), told: false, ended: false }));
      return executor.execute(specs, {
        ...options,
        onAdvance(reached) {
          const time = now();
          for (const [i, run] of runs.entries()) {
            const at = reached[i] as number;
            if (at !== run.at) Object.assign(run, { at, since: time, told: false });
            if (run.ended || run.told || at === NOT_BEGUN || time - run.since < STANDS_STILL) continue;
            run.told = true;
            const { label, replication } = specs[i] as (typeof specs)[number];
            output.write(
              `\n${label}, replication ${replication}, has stood at ${formatDuration(at as Duration)} of virtual time for ${Math.floor((time - run.since) / 1000)} s: ` +
                'a handler that never ends, or very much to do there; Ctrl-C stops it and keeps finished runs\n',
            );
          }
          options.onAdvance?.(reached);
        },
        onFinished(index, outcome) {
          (runs[index] as Standing).ended = true;
          options.onFinished?.(index, outcome);
        },
      });
    },
    close: () => executor.close(),
  };
}
