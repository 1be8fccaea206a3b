/** Faults as plain data: what goes wrong, where and when (virtual time). Each kind has its file beside this one. */
import type { Duration, Instant, NodeId } from '../units/quantities.ts';

/** `leader`/`primary`: whoever leads when the fault falls due (docs/MODEL.md section 3); where nobody does, the fault waits. */
export type FaultTarget = 'leader' | 'primary' | NodeId | readonly NodeId[];

interface FaultSchedule {
  readonly target: FaultTarget;
  readonly at: Instant;
  /** A scenario's fault falls at a moment drawn from [at, at + spread] for each run; a run's own have none: `at` is that moment. */
  readonly spread?: Duration;
  /** Until the restart, the healing, …; null: for the rest of the run. */
  readonly duration: Duration | null;
}

/** `kind`: a name in registry.ts; what its definition has for options stands beside it. */
export type FaultSpec = FaultSchedule &
  ({ readonly kind: 'crash' | 'partition' } | { readonly kind: 'slow'; readonly by: number });
