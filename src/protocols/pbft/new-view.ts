/**
 * What a new view begins with: the stable checkpoint to start from and one digest for every sequence number up to the highest
 * that may have committed, computed alike by the new primary and by those that check it.
 *
 * With signatures as in OSDI'99 section 4.4: certificates prove what prepared, and the one of the highest view decides. With
 * MACs as in TOCS'02 section 4.5: claims are believed when enough replicas agree (conditions A1, A2 and B), which may take more
 * than Q view-changes. (The paper authenticates those with MACs and acknowledgements; here they are signed.)
 */

import { NULL_DIGEST } from '../../ledger/batch.ts';
import type { Digest, Position } from '../../units/quantities.ts';
import type { CheckpointClaim, PreparedEntry, ViewChange } from './messages.ts';
import type { Quorums } from './quorum.ts';

export interface Decision {
  /** min-s: the latest stable checkpoint. */
  readonly checkpoint: CheckpointClaim;
  /** For min-s + 1 … max-s in order; the null digest where nothing prepared. */
  readonly digests: readonly Digest[];
}

/** Guard: valid view-changes of Q different replicas. */
export function decideByCertificates(viewChanges: readonly ViewChange[]): Decision {
  let checkpoint = (viewChanges[0] as ViewChange).checkpoints[0] as CheckpointClaim;
  for (const { checkpoints } of viewChanges)
    if ((checkpoints[0]?.seq ?? 0) > checkpoint.seq) checkpoint = checkpoints[0] as CheckpointClaim;
  const highest = new Map<Position, PreparedEntry>();
  for (const { prepared } of viewChanges)
    for (const entry of prepared) if (entry.view > (highest.get(entry.seq)?.view ?? -1)) highest.set(entry.seq, entry);
  const last = Math.max(checkpoint.seq, ...highest.keys());
  const digests: Digest[] = [];
  for (let seq = checkpoint.seq + 1; seq <= last; seq++) digests.push(highest.get(seq)?.digest ?? NULL_DIGEST);
  return { checkpoint, digests };
}

/**
 * Guard: signed view-changes of different replicas. null: not decidable from these; more are needed. Looks at the `window` of
 * sequence numbers above the checkpoint: nothing beyond can have committed, since Q replicas have their low watermark at the
 * checkpoint or below it, and what a liar claims up there would have the new view propose null requests without end.
 */
export function decideByAgreement(
  viewChanges: readonly ViewChange[],
  quorums: Quorums,
  window: number,
): Decision | null {
  const checkpoint = agreedCheckpoint(viewChanges, quorums);
  if (checkpoint === null) return null;
  const highest = checkpoint.seq + window;
  let last = checkpoint.seq;
  for (const { prepared } of viewChanges) for (const { seq } of prepared) if (seq > last && seq <= highest) last = seq;
  const digests: Digest[] = [];
  for (let seq = checkpoint.seq + 1; seq <= last; seq++) {
    const digest = agreedDigest(viewChanges, seq, quorums);
    if (digest === null) return null;
    digests.push(digest);
  }
  return { checkpoint, digests };
}

/** The latest checkpoint that Q replicas have not gone beyond and f + 1 hold. */
function agreedCheckpoint(viewChanges: readonly ViewChange[], { quorum, weak }: Quorums): CheckpointClaim | null {
  const claims = viewChanges.flatMap(({ checkpoints }) => checkpoints).sort((a, b) => b.seq - a.seq);
  for (const claim of claims) {
    const notBeyond = viewChanges.filter(({ low }) => low <= claim.seq).length;
    const holders = viewChanges.filter(({ checkpoints }) =>
      checkpoints.some(({ seq, digest }) => seq === claim.seq && digest === claim.digest),
    ).length;
    if (notBeyond >= quorum && holders >= weak) return claim;
  }
  return null;
}

function agreedDigest(viewChanges: readonly ViewChange[], seq: Position, { quorum, weak }: Quorums): Digest | null {
  const entries = viewChanges
    .filter(({ low }) => low < seq)
    .map(({ prepared }) => prepared.find((entry) => entry.seq === seq) ?? null);
  for (const candidate of entries) {
    if (candidate === null) continue;
    const { digest, view } = candidate;
    // A1: Q replicas prepared nothing here, or in an earlier view, or the same.
    const unopposed = entries.filter(
      (entry) => entry === null || entry.view < view || (entry.view === view && entry.digest === digest),
    );
    // A2: f + 1 replicas pre-prepared it in that view or later, so that a correct one vouches for the request.
    const vouching = viewChanges.filter(({ prePrepared }) =>
      prePrepared.some((entry) => entry.seq === seq && entry.digest === digest && entry.view >= view),
    );
    if (unopposed.length >= quorum && vouching.length >= weak) return digest;
  }
  // B: Q replicas prepared nothing here, so that nothing can have committed.
  return entries.filter((entry) => entry === null).length >= quorum ? NULL_DIGEST : null;
}
