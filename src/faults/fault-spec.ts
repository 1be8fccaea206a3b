/** Faults as plain data: what goes wrong, where and when (virtual time). Each kind has its file beside this one. */
import type { Duration, Instant, NodeId } from '../units/quantities.ts';

/** `leader`/`primary`: whoever leads when the fault falls due (DESIGN section 4); where nobody does, the fault waits. */
export type FaultTarget = 'leader' | 'primary' | NodeId | readonly NodeId[];

export interface CrashSpec {
  readonly kind: 'crash';
  readonly target: FaultTarget;
  readonly at: Instant;
  /** Until the restart; null: for the rest of the run. */
  readonly duration: Duration | null;
}

export interface PartitionSpec {
  readonly kind: 'partition';
  /** Nodes that can no longer reach the others (both ways). `leader` isolates whoever leads. */
  readonly target: FaultTarget;
  readonly at: Instant;
  readonly duration: Duration | null;
}

export type FaultSpec = CrashSpec | PartitionSpec;
