/**
 * A batch: what consensus orders at one position (reports say block). It names requests by id; sizes and contents follow from
 * the id through the workload, so nothing is copied. Immutable but for the stamps, which the measurement writes.
 */
import { absorb } from '../kernel/random.ts';
import type { Bytes, Digest, Instant, NodeId, RequestId } from '../units/quantities.ts';

export interface Batch {
  readonly ids: Int32Array;
  /** When each request became ready at the node that cut this batch. */
  readonly received: Float64Array;
  /** The requests' own bytes, without any header. */
  readonly bytes: Bytes;
  /** The hash of the request ids in order: the batch's identity in votes and checks. Never 0 (0 is the null batch). */
  readonly digest: Digest;
  /** Measurement only; protocols neither read nor write it. */
  readonly stamps: BatchStamps;
}

export interface BatchStamps {
  proposedAt: Instant;
  proposer: NodeId;
  /** At the first correct replica. */
  committedAt: Instant;
  executedAt: Instant;
  /** The ledger's memo: the chain digest after executing this batch behind `chainBefore`, and which requests were valid. */
  chainBefore: Digest;
  chainAfter: Digest;
  valid: Uint8Array | null;
}

/** The digest of the null batch (PBFT's null request, Raft's no-op). */
export const NULL_DIGEST: Digest = 0;

/** Builds a batch. `ids` and `received` must be of one length and are owned by the batch from here on. */
export function createBatch(
  ids: Int32Array,
  received: Float64Array,
  bytes: Bytes,
  proposedAt: Instant,
  proposer: NodeId,
): Batch {
  let digest = ids.length;
  for (let i = 0; i < ids.length; i++) digest = absorb(digest, ids[i] as RequestId);
  if (digest === NULL_DIGEST) digest = 1;
  const stamps: BatchStamps = {
    proposedAt,
    proposer,
    committedAt: Number.POSITIVE_INFINITY,
    executedAt: Number.POSITIVE_INFINITY,
    chainBefore: 0,
    chainAfter: 0,
    valid: null,
  };
  return { ids, received, bytes, digest, stamps };
}
