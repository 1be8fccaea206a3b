/** How long a node's card is busy with the copies of a batch, as far as a scenario tells: for warnings about time-outs. */
import type { Setting } from '../units/definition.ts';
import { type Bytes, type Duration, SECOND } from '../units/quantities.ts';

interface BatchLimits {
  readonly maxTransactions: number;
  readonly maxBytes: Bytes;
  readonly timeout: Duration;
}

/**
 * ns for the copies to all other nodes of what comes together while a batch waits, without headers; 0 where the traffic is not
 * known. At least one request: a batch never holds less.
 */
export function copiesTake({ maxTransactions, maxBytes, timeout }: BatchLimits, { traffic, nodes }: Setting): Duration {
  if (traffic === undefined) return 0;
  const { egress, requestBytes, perSecond, underWay } = traffic;
  const requests = Math.min(maxTransactions, Math.max(1, underWay + (perSecond * timeout) / SECOND));
  const bytes = Math.max(requestBytes, Math.min(maxBytes, requests * requestBytes));
  return Math.floor(((nodes - 1) * bytes * 8 * SECOND) / egress);
}
