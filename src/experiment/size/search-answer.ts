/** What a sizing search is given and what it answers with: the plan, the stages that it tells of, and the answer (search.ts). */
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Duration, Instant } from '../../units/quantities.ts';
import type { FailedRun } from '../experiment.ts';
import type { FileLength } from '../longer-runs.ts';
import type { CutBook } from './cut-book.ts';
import type { Demand, Load } from './demand.ts';
import type { Drill } from './drills.ts';
import type { Contender } from './field.ts';
import type { Headroom } from './reach.ts';
import type { Candidate, RunSetup, Space } from './space.ts';
import type { Trial } from './trial.ts';

export interface RunLength {
  readonly duration: Instant;
  readonly warmup: Instant | 'auto';
}

export interface SizePlan {
  readonly space: Space;
  readonly demand: Demand;
  /** How many answers of different kinds are looked for. */
  readonly best: number;
  /** Runs after which the search gives up looking. */
  readonly budget: number;
  /** Candidates simulated after which it gives up looking; null: as many as need be. */
  readonly mostSimulated: number | null;
  readonly replications: number;
  readonly full: RunLength;
  /** What is measured of a run after a loss. In a rough answer not a part of it either: what such runs could not tell would be left out. */
  readonly afterLoss: Duration;
  /** How longer runs are asked for: with all nodes up, and after a loss. */
  readonly inFile: { readonly full: FileLength; readonly afterLoss: FileLength };
  /** Of the one run by which candidates that are far off are told. */
  readonly short: RunLength;
  /** Pure. */
  specFor(setup: RunSetup, replication: number, length: RunLength): RunSpec;
}

/** One that gives what is asked for. */
export interface Finalist {
  readonly contender: Contender;
  readonly setup: RunSetup;
  readonly trial: Trial;
  readonly drills: readonly { readonly drill: Drill; readonly settledAt: Instant; readonly trial: Trial }[];
  readonly headroom: Headroom;
  /** What its protocol's definition warns of. */
  readonly warnings: readonly string[];
}

/** A candidate that was simulated, for the picture of the whole. */
export interface Simulated {
  readonly candidate: Candidate;
  readonly cost: number;
  readonly p99Ms: number | null;
  readonly outcome: 'does' | 'does not' | 'undecided' | 'not followed up';
}

export interface SizeAnswer {
  readonly load: Load;
  readonly candidates: number;
  readonly best: readonly Finalist[];
  readonly book: CutBook;
  readonly simulated: readonly Simulated[];
  readonly runs: number;
  /** As the plan has it. */
  readonly mostSimulated: number | null;
  /** Left out because a cheaper one of their kind is an answer; not reached: dearer than the last answer, or not settled when the search ended. */
  readonly sameKind: number;
  readonly notReached: number;
  /** `complete`: as many as asked for; `exhausted`: all candidates were looked at; else what ended the search before. */
  readonly ended: 'complete' | 'exhausted' | 'budget' | 'capped' | 'interrupted';
  readonly failed: readonly FailedRun[];
}

/** What the runs asked for next are for, and how many candidates have not had their turn. */
export interface SizeStage {
  readonly name: 'short runs' | 'stronger hardware' | 'full runs' | 'runs after a loss' | 'headroom';
  readonly left: number;
}
