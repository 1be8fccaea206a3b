/** What commands touch of the outside world, as values, so that tests run them in process with runs of their own. */
import type { Simulate } from '../executor/executor.ts';
import { RUNS_FOLDER } from '../results/run-store.ts';

export interface CommandContext {
  /** Results, and what people are told meanwhile. */
  readonly out: Output;
  readonly err: Output;
  /** null: the real one. */
  readonly simulate: Simulate | null;
  /** The entry of the worker threads; null: the real one. */
  readonly worker: URL | null;
  /** Where finished runs are kept when no option says otherwise; null: nowhere. */
  readonly runsFolder: string | null;
  /** Listens for Ctrl-C until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

/** A part of a writable stream. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The process's own streams and signals. The second Ctrl-C ends the process at once. */
export const processContext: CommandContext = {
  out: process.stdout,
  err: process.stderr,
  simulate: null,
  worker: null,
  runsFolder: runsFolderFrom(process.env.QUORUMLAB_CACHE),
  onInterrupt(listener) {
    process.once('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
};

/** `QUORUMLAB_CACHE`: a folder, or `off`. */
function runsFolderFrom(variable: string | undefined): string | null {
  if (variable === 'off') return null;
  return variable === undefined || variable === '' ? RUNS_FOLDER : variable;
}
