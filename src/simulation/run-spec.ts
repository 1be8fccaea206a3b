/**
 * Everything one run depends on, as plain data that can cross to a worker thread. `simulate(runSpec)` is a pure function of it.
 */
import type { FaultSpec } from '../faults/fault-spec.ts';
import type { DistributionSpec } from '../kernel/sampler.ts';
import type { MachineSpec } from '../machines/machine-spec.ts';
import type { NetworkSpec } from '../network/network-spec.ts';
import type { Duration, Instant, NodeId } from '../units/quantities.ts';

export interface RunSpec {
  readonly label: string;
  /** Independent per replication, common to all design points (common random numbers). A non-negative safe integer. */
  readonly seed: number;
  readonly replication: number;
  /** The run ends here. */
  readonly horizon: Instant;
  /** Instants that cut [0, horizon] into segments, ascending, without 0 and the horizon. Measures are kept per segment, so
   * that a warm-up detected afterwards can be removed. A given warm-up is one of them. */
  readonly boundaries: readonly Instant[];
  /** Where a given warm-up ends: busy shares and outages count from here. Absent: the boundary where there is just one, else 0. */
  readonly measuredFrom?: Instant;
  readonly nodes: number;
  readonly protocol: ProtocolChoice;
  readonly network: NetworkSpec;
  readonly machine: MachineSpec;
  readonly clients: readonly ClientGroupSpec[];
  readonly workload: NamedOptions;
  readonly faults: readonly FaultSpec[];
  /** After the last fault ended, a request must become final within this time (liveness), else the run fails. */
  readonly progressWithin: Duration;
  /** Stop as soon as this many requests are final; null: run to the horizon. */
  readonly stopAfter: number | null;
}

/** A registered thing and its options (camelCase, resolved: no defaults left to fill). */
export interface NamedOptions {
  readonly name: string;
  readonly options: unknown;
}

/** A protocol; where it is the user's own, with the file that defines it (absolute path) and the SHA-256 of that file. */
export interface ProtocolChoice extends NamedOptions {
  readonly module?: { readonly path: string; readonly sha256: string };
}

export interface ClientGroupSpec {
  /** At a site (index into network.sites), or on a node's own machine (no network between them). */
  readonly place: { readonly site: number } | { readonly node: NodeId };
  readonly load: LoadSpec;
  /** null: what the protocol's client rule says. `nearest` with a node: that node. */
  readonly submit: 'primary' | 'nearest' | 'all' | { readonly node: NodeId } | null;
  /** null: the protocol's reply quorum. */
  readonly replyQuorum: number | null;
  /** A request without its replies after this time is sent again, to all nodes or the next one. null: never. */
  readonly retryAfter: Duration | null;
  /** What the client's own machine takes for each request (library, encoding, system calls), between the intended send time and
   * the sending. It delays a request and occupies nothing. Absent: 0. */
  readonly processing?: Duration;
}

export type LoadSpec = OpenLoadSpec | ClosedLoadSpec;

/** Open loop: arrivals do not wait for replies. */
export interface OpenLoadSpec {
  readonly kind: 'open';
  /** A registered arrival process: poisson, constant, bursty, trace. */
  readonly arrivals: NamedOptions;
}

/** Closed loop: `clients` clients, each with up to `outstanding` requests, and a think time between reply and next request. */
export interface ClosedLoadSpec {
  readonly kind: 'closed';
  readonly clients: number;
  readonly outstanding: number;
  readonly think: DistributionSpec;
  /** Each first request is sent at a moment drawn from so long a time at the start of the run. Absent: 0, all at once. */
  readonly initialSpread?: Duration;
}
