/** What reading a scenario file by `file-shape.ts` gives: every default filled in, nothing resolved against anything else yet. */
import type { Prices } from '../experiment/cost.ts';
import type { faultDefinitions } from '../faults/registry.ts';
import type { BitRate, Duration, Instant, NodeId, Rate, Ratio } from '../units/quantities.ts';
import type { EitherValue, NamedValue } from './write.ts';

export interface ScenarioFile {
  readonly scenario: 1;
  readonly name: string;
  readonly question: string;
  readonly seed: number;
  readonly run: RunValue;
  readonly network: NetworkValue;
  readonly machine: MachineValue;
  readonly nodes: NodesValue;
  readonly clients: readonly ClientValue[];
  readonly workload: NamedValue;
  readonly protocol: NamedValue | null;
  readonly compare: readonly CompareValue[] | null;
  readonly levels: readonly (readonly [string, readonly unknown[]])[] | null;
  readonly faults: readonly FaultValue[];
  readonly objective: Readonly<Record<string, number | null>>;
  readonly prices: Prices | null;
  readonly progressWithin: Duration;
}

export interface RunValue {
  readonly warmup: 'auto' | Duration;
  readonly duration: Duration;
  readonly replications: number;
  readonly stopAfter: number | null;
}

export interface NetworkValue {
  readonly matrix: EitherValue<string, MatrixValue>;
  readonly intraSite: Duration | null;
  readonly addedDelay: Duration;
  readonly jitter: NamedValue;
  readonly egress: EitherValue<BitRate, CardValue>;
  readonly ingress: BitRate;
  readonly transport: 'tcp' | 'datagram';
  readonly loss: Ratio;
  readonly connectionTimeout: Duration;
  readonly tls: boolean;
}

export interface CardValue {
  readonly bandwidth: BitRate;
  readonly discipline: 'fair' | 'fifo' | null;
}

export type MatrixValue =
  | {
      readonly name: 'file';
      readonly target: string;
      readonly unit: 'ns' | 'us' | 'ms' | 's';
      readonly holds: 'round-trip' | 'one-way';
    }
  | { readonly name: 'uniform'; readonly target: Duration; readonly sites: readonly string[] | null };

export interface MachineValue {
  readonly cores: number;
  readonly handling: Duration;
  readonly requestHandling: Duration;
  readonly execution: Duration;
  readonly executionLaw: 'constant' | 'exponential';
  readonly crypto: { readonly profile: string; readonly scheme: string; readonly mode: 'modelled' | 'none' };
  readonly disk: EitherValue<string, { readonly fsync: NamedValue; readonly bandwidth: BitRate }>;
}

export interface NodesValue {
  readonly sites: readonly (readonly [string, number])[] | null;
  readonly count: number | null;
}

export interface ClientValue {
  readonly site: string | null;
  readonly node: NodeId | null;
  /** `open` with a named arrival process, or `closed`. */
  readonly load:
    | { readonly name: 'open'; readonly options: NamedValue }
    | { readonly name: 'closed'; readonly options: ClosedValue };
  readonly submit: EitherValue<'primary' | 'nearest' | 'all', { readonly node: NodeId }> | null;
  readonly retryAfter: Duration | null;
  readonly processing: Duration;
  readonly replyQuorum: number | null;
}

export interface ClosedValue {
  readonly clients: number;
  readonly outstanding: number;
  readonly think: NamedValue;
}

export interface CompareValue {
  readonly protocol: NamedValue;
  readonly label: string | null;
  readonly nodes: NodesValue | null;
}

export type TargetValue = EitherValue<'leader' | 'primary' | NodeId, { readonly site: string }, readonly NodeId[]>;

export interface FaultValue {
  readonly name: keyof typeof faultDefinitions;
  readonly target: TargetValue;
  readonly at: Instant;
  readonly spread: Duration;
  readonly for: Duration | null;
}

/** The workload that replays a trace: its options. */
export interface ArrivalTraceValue {
  readonly file: string;
  readonly time: string;
  readonly count: string | null;
  readonly targetRate: Rate | null;
  readonly compression: number | null;
  readonly repeat: boolean;
  readonly workload: NamedValue;
}

/** A profile of scenarios/profiles/crypto or a user's own. */
export interface CryptoProfile {
  readonly profile: string;
  readonly summary: string;
  readonly origin: string;
  readonly date: string | null;
  readonly schemes: readonly (readonly [string, { readonly sign: Duration; readonly verify: Duration }])[];
  readonly mac: Duration;
  readonly hashPerKb: Duration;
}

/** A preset of scenarios/profiles/disk. */
export interface DiskProfile {
  readonly disk: string;
  readonly summary: string;
  readonly origin: string;
  readonly date: string | null;
  readonly fsync: NamedValue;
  readonly bandwidth: BitRate;
}
