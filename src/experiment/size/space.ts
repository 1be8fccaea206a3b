/**
 * What a sizing search chooses from, as plain data: protocol settings × nodes × placement × machine × bandwidth, around what every
 * candidate shares. `scenario/build-space.ts` makes it of a file's `space`.
 */
import type { MachineSpec } from '../../machines/machine-spec.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { BitRate, Ratio } from '../../units/quantities.ts';
import type { Prices } from '../cost.ts';

/** All of a run specification that does not depend on the replication. */
export type RunSetup = Omit<RunSpec, 'seed' | 'replication' | 'horizon' | 'boundaries'>;

export interface Space {
  /** Protocol by protocol in the file's order, every combination of the values given for its options. */
  readonly variants: readonly ProtocolVariant[];
  /** Numbers of nodes, ascending. */
  readonly nodes: readonly number[];
  readonly sites: readonly SpaceSite[];
  readonly machines: readonly MachineItem[];
  readonly bandwidths: readonly BandwidthItem[];
  /** Everything else of a candidate's runs: its nodes, placement, protocol, machine and cards are replaced. */
  readonly shared: RunSetup;
  readonly prices: Prices | null;
  /** What the file asks for beside its objectives; `--objective` replaces both. */
  readonly survive: Survival | null;
  readonly byzantine: ByzantineDemand | null;
  /** By how much more than the throughput asked for is offered, so that it is kept with room for chance. */
  readonly loadMargin: Ratio;
  /** The mean load of a month as a share of the throughput asked for: what traffic and disk are paid for. */
  readonly averageLoad: Ratio;
}

export interface ProtocolVariant {
  readonly protocol: string;
  /** Complete; what `derived` names is filled in for each placement (setup.ts). */
  readonly options: Readonly<Record<string, unknown>>;
  /** Timeouts that the file leaves open. */
  readonly derived: readonly string[];
  /** What differs between the variants of one protocol, as files write it: `batch.max_transactions=400`; empty where there is one. */
  readonly text: string;
}

export interface SpaceSite {
  readonly name: string;
  /** Its index in the network's sites. */
  readonly site: number;
  readonly atLeast: number;
  readonly atMost: number;
  /** What a machine and its bandwidth cost here, as a factor on the catalogue's price. */
  readonly priceFactor: number;
}

export interface MachineItem {
  readonly name: string;
  readonly spec: MachineSpec;
  readonly perMonth: number;
}

export interface BandwidthItem {
  /** Of each node's card, out and in. */
  readonly rate: BitRate;
  readonly perMonth: number;
}

/** Whatever `count` sites or nodes are lost, the rest goes on. */
export interface Survival {
  readonly count: number;
  readonly of: 'site' | 'node';
}

export interface ByzantineDemand {
  readonly faults: number;
  /** Also while what `survive` names is lost. */
  readonly meanwhile: boolean;
}

export interface Candidate {
  readonly variant: ProtocolVariant;
  readonly nodes: number;
  /** Nodes at each of the space's sites. */
  readonly counts: readonly number[];
  readonly machine: MachineItem;
  readonly bandwidth: BandwidthItem;
}
