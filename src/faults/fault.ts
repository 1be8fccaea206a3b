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
  /** A node that restarts has lost what it promised (`durable: false`): it may contradict itself, and counts as faulty for good. */
  readonly forgets?: boolean;
  /** The live node that leads now (docs/MODEL.md section 3), −1 where none does. */
  currentLeader(): NodeId;
  crash(node: NodeId, at: Instant): void;
  restart(node: NodeId, at: Instant): void;
  /** Cuts these nodes, and the clients on their side, off from the others; returns how to heal that. */
  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void;
  note(at: Instant, text: string): void;
}

export interface FaultDefinition extends Definition<Record<never, never>> {
  /** Said in the timeline when the fault ends. */
  readonly ending: string;
  /** The fault takes effect on `nodes`; returns what ends it. */
  begin(subject: FaultSubject, nodes: readonly NodeId[], at: Instant): (at: Instant) => void;
}
