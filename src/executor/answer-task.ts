/** Wraps `runTask` into the function that piscina calls in a worker thread, with the results' buffers handed over, not copied. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { Simulate } from './executor.ts';
import { type RunTask, runTask, transferablesOf } from './run-task.ts';

/** piscina transfers what stands under its own symbols, and only for the value that a task returns. */
export function answerTask(simulate: Simulate): (task: RunTask) => Promise<unknown> {
  return async (task) => {
    const outcomes = await runTask(task, simulate);
    return move({ [transferableSymbol]: [...transferablesOf(outcomes)], [valueSymbol]: outcomes } as never);
  };
}
