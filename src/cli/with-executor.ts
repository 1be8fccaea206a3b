/** Commands make their runs here: with the executor that was asked for, until they are done or Ctrl-C, and it is closed however that ends. */
import type { Executor } from '../executor/executor.ts';
import { stoppedHalfway, stopping } from './cache-options.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import type { LoadedScenario } from './load.ts';
import { type ExecutorOptions, openExecutor } from './open-executor.ts';
import { withProgress } from './progress.ts';

interface Meanwhile {
  /** What the runs are for, where a search has stages. */
  readonly stage?: () => string;
  /** Said at once at Ctrl-C. */
  readonly onInterrupt?: () => void;
}

/** Ctrl-C aborts the signal, no more: what becomes of what is known by then is for `work` to say. */
export async function withExecutor<Answer>(
  options: ExecutorOptions,
  context: CommandContext,
  work: (executor: Executor, signal: AbortSignal) => Promise<Answer>,
  { stage, onInterrupt }: Meanwhile = {},
): Promise<Answer> {
  const interrupt = new AbortController();
  const stopListening = context.onInterrupt(() => {
    onInterrupt?.();
    interrupt.abort();
  });
  try {
    const executor = withProgress(await openExecutor(options, context), context.err, undefined, stage);
    try {
      return await work(executor, interrupt.signal);
    } finally {
      await executor.close();
    }
  } finally {
    stopListening();
  }
}

/** One scenario after the other, each to its findings; ends with the one exit code for all. */
export async function eachScenario(
  loaded: readonly LoadedScenario[],
  options: ExecutorOptions,
  context: CommandContext,
  work: (one: LoadedScenario, executor: Executor, signal: AbortSignal) => Promise<readonly ExitCode[]>,
): Promise<void> {
  const findings: ExitCode[] = [];
  const all = async (executor: Executor, signal: AbortSignal): Promise<void> => {
    for (const one of loaded) if (!signal.aborted) findings.push(...(await work(one, executor, signal)));
    const own = loaded.some(({ scenario }) => scenario.ownProtocols.length > 0);
    if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, stoppedHalfway(options, own, context));
  };
  await withExecutor(options, context, all, { onInterrupt: () => context.err.write(stopping(options, context)) });
  const code = exitCodeOf(findings);
  if (code !== ExitCode.ok) throw new CommandEnd(code);
}
