/**
 * Runs one after the other in this thread: for tests, profiling, and machines without worker threads. It can be interrupted
 * between two runs only, since a run never yields to the event loop.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunOutcome } from '../experiment/experiment.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { simulate as realSimulate } from '../simulation/simulate.ts';
import { tuneEngine } from './engine.ts';
import { type ExecuteOptions, type Executor, interrupted, NOT_BEGUN, type Simulate } from './executor.ts';
import { runOne } from './run-task.ts';

export function inlineExecutor(simulate: Simulate = realSimulate): Executor {
  tuneEngine();
  return {
    threads: 1,
    async execute(specs: readonly RunSpec[], { onFinished, onAdvance, signal }: ExecuteOptions = {}) {
      const reached = new Float64Array(specs.length).fill(NOT_BEGUN);
      const outcomes: RunOutcome[] = [];
      for (const [index, spec] of specs.entries()) {
        await nextTurn(); // a Ctrl-C that came during the last run is noticed here
        const onProgress = (at: number): void => {
          reached[index] = at;
          onAdvance?.(reached);
        };
        const outcome = signal?.aborted ? interrupted(spec) : await runOne(spec, simulate, onProgress);
        outcomes.push(outcome);
        onFinished?.(index, outcome);
      }
      return outcomes;
    },
    async close() {},
  };
}
