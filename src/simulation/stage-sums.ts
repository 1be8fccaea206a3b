/** Where a transaction's time went: sums over final transactions between consecutive stages (run-result.ts, STAGES). */
import type { Batch } from '../ledger/batch.ts';
import type { Instant } from '../units/quantities.ts';

/** Adds one final transaction. Stages that a batch's stamps do not order (a retry that overtook itself) count as zero length. */
export function addStages(sums: Float64Array, intended: Instant, batch: Batch, index: number, final: Instant): void {
  const { stamps } = batch;
  let previous = intended;
  const add = (stage: number, at: Instant): void => {
    const bounded = Math.min(Math.max(at, previous), final);
    sums[stage] = (sums[stage] as number) + bounded - previous;
    previous = bounded;
  };
  add(0, batch.received[index] as number);
  add(1, stamps.proposedAt);
  add(2, stamps.committedAt);
  add(3, stamps.executedAt);
  add(4, final);
}
