/** What a check reports. Kept in total order by the run: the earliest violation is the one that is told. */
import type { Instant, NodeId } from '../units/quantities.ts';

export interface Finding {
  readonly check: string;
  readonly kind: 'safety' | 'liveness';
  readonly at: Instant;
  readonly node: NodeId;
  readonly detail: string;
}
