/**
 * What every registered thing says of itself: protocols, distributions, network presets, workloads, arrival processes, faults
 * and reports. `list`, `explain`, the JSON Schema, the validator and the docs read nothing else.
 */
import type { OptionProblem, OptionSchema } from './options.ts';

export interface Definition<Options> {
  /** kebab-case, as scenarios name it. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Paper and section, standard or data source; 'quorumlab' where it is ours. */
  readonly reference: string;
  readonly options: OptionSchema<Options>;
  /** Sets of options by name (`preset: etcd-3.4` in a file), each replacing the defaults of the options it names. */
  readonly presets?: Readonly<Record<string, Preset<Options>>>;
  /** Contradictions and unwise settings among options that each parsed on their own. */
  problems?(options: Options, setting: Setting): readonly OptionProblem[];
}

export interface Preset<Options> {
  /** One sentence, with the source of the values. */
  readonly summary: string;
  readonly options: Partial<Options>;
}

/** What a definition's `problems` may look at beside its own options. */
export interface Setting {
  readonly nodes: number;
  /** The longest and the median base round trip between two nodes, in ns. */
  readonly longestRoundTrip: number;
  readonly medianRoundTrip: number;
  /** True when a crashed node comes back. */
  readonly restarts: boolean;
  /** True when the transport loses messages for good (datagrams, with loss or faults). Absent: false. */
  readonly losesMessages?: boolean;
  /** Absent: not known. */
  readonly traffic?: Traffic;
}

/** What clients ask for, and what carries it. */
export interface Traffic {
  /** Bits a second that a node's card sends. */
  readonly egress: number;
  /** What a request usually weighs. */
  readonly requestBytes: number;
  /** Requests a second of open loops, and those that closed loops keep under way. */
  readonly perSecond: number;
  readonly underWay: number;
}
