/**
 * What reading a scenario file gives: everything that its runs depend on, validated, complete and frozen. Loading makes it;
 * `runSpecFor` turns one of its design points and a replication into the specification of one run.
 */
import type { Prices } from '../experiment/cost.ts';
import type { DrillSettings } from '../experiment/drills.ts';
import type { Objective } from '../experiment/objective.ts';
import type { PrecisionGoal } from '../experiment/precision.ts';
import type { Space } from '../experiment/size/space.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Duration } from '../units/quantities.ts';
import type { Problem } from './problem.ts';

export interface Scenario {
  /** The path it was read from, as given. */
  readonly file: string;
  readonly name: string;
  readonly question: string;
  readonly seed: number;
  readonly run: RunSettings;
  /** Every protocol (or compared entry) at every combination of levels, in the file's order. */
  readonly points: readonly DesignPoint[];
  readonly objective: readonly Objective[];
  /** null: the file says nothing of cost. */
  readonly prices: Prices | null;
  /** null: the usual ones. */
  readonly drills: DrillSettings | null;
  /** What `size` chooses from; null: the file has no `space`. */
  readonly space: Space | null;
  /** Protocols of the user's own, in the order in which the file names them. */
  readonly ownProtocols: readonly OwnProtocolFile[];
  /** What runs but is unwise. */
  readonly warnings: readonly Problem[];
  /** What was assumed where the file is silent, and what was read: one sentence each, for the report. */
  readonly assumptions: readonly string[];
  /** The scenario with every default filled in and the hashes of its data: YAML that loads to the same scenario. */
  readonly resolved: string;
}

export interface OwnProtocolFile {
  /** The path as the file names it. */
  readonly file: string;
  /** The protocol that it defines. */
  readonly name: string;
  readonly sha256: string;
}

export interface RunSettings {
  readonly kind: RunKind;
  /** False: the file does not say, and the kind is what its warm-up makes it. */
  readonly kindDeclared: boolean;
  /** `auto`: detected afterwards from 40 equal segments. 0 in a terminating run. */
  readonly warmup: Duration | 'auto';
  readonly duration: Duration;
  /** Where a precision is asked for, the least number. */
  readonly replications: number;
  /** Empty: just so many replications. */
  readonly precision: readonly PrecisionGoal[];
  /** `replications` where no precision is asked for. */
  readonly mostReplications: number;
}

/** Long-run behaviour without the warm-up, or the whole of each run from its start to its end (Law, chapter 9). */
export type RunKind = 'steady-state' | 'terminating';

/** One combination of levels. */
export interface DesignPoint {
  /** Unique in the scenario. */
  readonly label: string;
  readonly protocol: string;
  readonly trust: 'crash' | 'byzantine';
  /** One sentence on what this trust means. */
  readonly trustNote: string;
  /** Faulty nodes that it tolerates with these options and so many nodes. */
  readonly faultsTolerated: number;
  /** The levels in force, by their dotted path in the file, as written there. */
  readonly factors: Readonly<Record<string, string | number | boolean>>;
  /** All of a run specification that does not depend on the replication. */
  readonly setup: PointSetup;
}

export type PointSetup = Omit<RunSpec, 'seed' | 'replication' | 'horizon' | 'boundaries'>;

export type LoadResult =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };
