/**
 * What an experiment is: a generator that asks for runs and is handed their outcomes, until it has its answer. Pure, so that it
 * is tested without threads and driven by whichever executor there is (docs/ARCHITECTURE.md).
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';

export type Experiment<Answer> = Generator<readonly RunSpec[], Answer, readonly RunOutcome[]>;

/** What became of one run. Outcomes stand in the order of the specifications that were asked for, never of completion. */
export type RunOutcome = FinishedRun | FailedRun;

export interface FinishedRun {
  readonly ok: true;
  readonly result: RunResult;
}

export interface FailedRun {
  readonly ok: false;
  readonly label: string;
  readonly replication: number;
  /** `crashed`: it threw or ran out of memory. `interrupted`: it was not reached, or was stopped from outside. */
  readonly kind: 'crashed' | 'interrupted';
  /** One sentence. */
  readonly reason: string;
}
