/** Where a transaction's time went: sums over final transactions between consecutive stages (run-result.ts, STAGES). */
import type { Batch } from '../ledger/batch.ts';
import type { Instant } from '../units/quantities.ts';

/** Adds one final transaction. Stages that a batch's stamps do not order (a retry that overtook itself) count as zero length. */
export function addStages(sums: Float64Array, intended: Instant, batch: Batch, index: number, final: Instant): void {
  const { stamps } = batch;
  const received = between(batch.received[index] as number, intended, final);
  const proposed = between(stamps.proposedAt, received, final);
  const committed = between(stamps.committedAt, proposed, final);
  const executed = between(stamps.executedAt, committed, final);
  sums[0] = (sums[0] as number) + received - intended;
  sums[1] = (sums[1] as number) + proposed - received;
  sums[2] = (sums[2] as number) + committed - proposed;
  sums[3] = (sums[3] as number) + executed - committed;
  sums[4] = (sums[4] as number) + final - executed;
}

function between(at: Instant, low: Instant, high: Instant): Instant {
  return at < low ? low : at > high ? high : at;
}
