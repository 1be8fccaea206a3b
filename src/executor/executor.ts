/** The contract of an executor: it turns run specifications into outcomes, in their order, wherever the work is done. */
import type { Experiment, RunOutcome } from '../experiment/experiment.ts';
import type { RunAbout } from '../results/run-file.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { SimulateOptions } from '../simulation/simulate.ts';

/** A run as a pure function: `simulate`, or a stand-in for it in tests. */
export type Simulate = (spec: RunSpec, options?: SimulateOptions) => RunResult;

export interface Executor {
  /** How many runs it works on at once. */
  readonly threads: number;
  /** Resolves with one outcome for each specification, in their order; a failing run is an outcome, not a rejection. */
  execute(specs: readonly RunSpec[], options?: ExecuteOptions): Promise<readonly RunOutcome[]>;
  /** Ends the threads. Further calls to `execute` are errors. */
  close(): Promise<void>;
}

export interface ExecuteOptions {
  /** A run ended; called in order of completion. */
  readonly onFinished?: (index: number, outcome: RunOutcome) => void;
  /** Called now and then with the virtual time (ns) that each run has reached, by index; NOT_BEGUN where it waits for its turn. */
  readonly onAdvance?: (reached: Float64Array) => void;
  /** These runs need no work, since they were kept from before. Called before any run begins; `onFinished` is told of them, too. */
  readonly onReused?: (indices: readonly number[]) => void;
  /** What the runs are for; it is kept beside them and changes nothing that they do. */
  readonly about?: RunAbout;
  /** Aborting it stops the runs under way; they and those not begun become `interrupted` outcomes. */
  readonly signal?: AbortSignal;
  /** These runs are a round of an experiment that may ask for more: for whoever shows progress. */
  readonly openEnd?: { readonly runsBefore: number; readonly runsAtMost: number };
}

export const NOT_BEGUN = -1;

/** Lets an experiment ask, runs what it asks for, and returns its answer. `runsAtMost`: where it may ask again, for how many in all. */
export async function drive<Answer>(
  experiment: Experiment<Answer>,
  executor: Executor,
  options: ExecuteOptions = {},
  runsAtMost: number | null = null,
): Promise<Answer> {
  let runsBefore = 0;
  let step = experiment.next();
  while (!step.done) {
    const round = runsAtMost === null ? options : { ...options, openEnd: { runsBefore, runsAtMost } };
    runsBefore += step.value.length;
    step = experiment.next(await executor.execute(step.value, round));
  }
  return step.value;
}

/** The outcome of a run that was stopped, or never begun, because the whole was interrupted. */
export function interrupted(spec: RunSpec): RunOutcome {
  const { label, replication } = spec;
  return { ok: false, label, replication, kind: 'interrupted', reason: 'interrupted before it ended' };
}

/** The outcome of a run that threw. */
export function crashed(spec: RunSpec, reason: string): RunOutcome {
  return { ok: false, label: spec.label, replication: spec.replication, kind: 'crashed', reason };
}

/** What an unknown thrown value says, on one line. */
export function reasonOf(thrown: unknown): string {
  const text =
    thrown instanceof Error ? `${thrown.name === 'Error' ? '' : `${thrown.name}: `}${thrown.message}` : String(thrown);
  return text.replace(/\s*\n\s*/g, ' ');
}
