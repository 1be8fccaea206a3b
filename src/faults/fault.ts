/**
 * The contract of a fault: what it does to a running system when it falls due, and how it ends. One file a fault beside this one,
 * and a line in registry.ts.
 */
import type { Definition } from '../units/definition.ts';
import type { Instant, NodeId } from '../units/quantities.ts';

/** What faults can do to a running system; each kernel's run implements it. */
export interface FaultSubject {
  readonly nodes: number;
  /** f: how many nodes may be faulty at once. Not given: nothing is said of more. */
  readonly tolerated?: number;
  /** How many nodes must be up and reach each other for anything to become final. Not given: it is never said to be lost. */
  readonly quorum?: number;
  /** A node that restarts has lost what it promised (`durable: false`): it may contradict itself, and counts as faulty for good. */
  readonly forgets?: boolean;
  /** The live node that leads now (docs/MODEL.md section 3), −1 where none does. */
  currentLeader(): NodeId;
  crash(node: NodeId, at: Instant): void;
  restart(node: NodeId, at: Instant): void;
  /** From now on the node's processor and disk take `by` times as long (1: as usual) for what they are given. */
  setPace(node: NodeId, by: number, at: Instant): void;
  /** Cuts these nodes, and the clients on their side, off from the others; returns how to heal that. */
  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void;
  note(at: Instant, text: string): void;
}

/** A subject on which several faults of a kind may be in force at a node at once (overlapping-faults.ts). */
export interface FaultGround extends Omit<FaultSubject, 'setPace'> {
  /** The node is slow, `by` times, until as many calls of `unslow` say the same. */
  slow(node: NodeId, by: number, at: Instant): void;
  unslow(node: NodeId, by: number, at: Instant): void;
}

export interface FaultDefinition<Options = Record<never, never>> extends Definition<Options> {
  /** Said in the timeline when the fault takes effect and when it ends, before the nodes that it strikes. */
  beginning(options: Options): string;
  readonly ending: string;
  /** The fault takes effect on `nodes`; returns what ends it. */
  begin(ground: FaultGround, nodes: readonly NodeId[], at: Instant, options: Options): (at: Instant) => void;
}

/** The erased form, as the registry holds it. */
export type AnyFault = FaultDefinition<unknown>;
