/**
 * Judging what a VIEW-CHANGE claims (OSDI'99 section 4.4): its signature, the proof of its stable checkpoint and the prepared
 * certificate of every request it names. With MACs nothing but the sender's signature can be shown to others; what the sender
 * claims is then weighed against the claims of others (see new-view.ts).
 */
import { NULL_DIGEST } from '../../ledger/batch.ts';
import type { Digest, NodeId } from '../../units/quantities.ts';
import type { CheckpointClaim, PreparedEntry, Proof, ViewChange } from './messages.ts';
import { primaryOf } from './quorum.ts';
import type { ReplicaState } from './state.ts';
import { checkpointStatement, prePrepareStatement, prepareStatement, viewChangeStatement } from './statements.ts';

export function isValidViewChange(state: ReplicaState, message: ViewChange): boolean {
  const { host, quorums, signed } = state;
  const { checkpoints, low, prepared, prePrepared, replica, view } = message;
  if (replica < 0 || replica >= quorums.n || view < 1) return false;
  if (!host.verify(replica, viewChangeStatement(message), message.signature)) return false;
  const inWindow = ({ seq, view: earlier }: { seq: number; view: number }) =>
    seq > low && seq <= low + state.window && earlier >= 0 && earlier < view;
  if (!prepared.every(inWindow) || !prePrepared.every(inWindow)) return false;
  if (!prepared.every((entry, i) => i === 0 || entry.seq > (prepared[i - 1] as PreparedEntry).seq)) return false;
  if (!signed) return true;
  const [stable] = checkpoints;
  if (checkpoints.length !== 1 || stable?.seq !== low || prePrepared.length > 0) return false;
  return isProvenStable(state, stable) && prepared.every((entry) => isProvenPrepared(state, entry));
}

/** The initial state needs no proof; any other stable checkpoint Q signatures. */
function isProvenStable(state: ReplicaState, { seq, digest, proof }: CheckpointClaim): boolean {
  if (seq === 0) return digest === NULL_DIGEST;
  return proof !== null && holds(state, proof, checkpointStatement(seq, digest), state.quorums.quorum, -1);
}

/**
 * Entries found valid. Messages are immutable, shared by all replicas of a run, and validity follows from their content alone,
 * so what one replica checked is not computed again for the others (what it costs them is charged by `workOf`).
 */
const knownValid = new WeakSet<PreparedEntry>();

/**
 * The proposer's pre-prepare and matching prepares of Q − 1 other replicas. With rotating proposers that is the one whose turn it was or,
 * for what a new view repeats, the primary of that view. Either may be believed: it is the Q − 1 others that vouch for the digest.
 */
function isProvenPrepared(state: ReplicaState, entry: PreparedEntry): boolean {
  if (knownValid.has(entry)) return true;
  const { seq, view, digest, prePrepareSignature, proof } = entry;
  const { n, quorum } = state.quorums;
  const candidates = state.rotates ? [primaryOf(view, n), primaryOf(view + seq - 1, n)] : [primaryOf(view, n)];
  const proposer = candidates.find((node) =>
    state.host.verify(node, prePrepareStatement(view, seq, digest), prePrepareSignature),
  );
  if (proposer === undefined) return false;
  if (proof === null || !holds(state, proof, prepareStatement(view, seq, digest), quorum - 1, proposer)) return false;
  knownValid.add(entry);
  return true;
}

/** At least `least` replicas, in ascending order and not `except`, signed the statement. */
function holds(
  state: ReplicaState,
  { signers, signatures }: Proof,
  statement: Digest,
  least: number,
  except: NodeId,
): boolean {
  if (signers.length < least || signatures.length !== signers.length) return false;
  let before = -1;
  for (let i = 0; i < signers.length; i++) {
    const signer = signers[i] as NodeId;
    if (signer <= before || signer >= state.quorums.n || signer === except) return false;
    if (!state.host.verify(signer, statement, signatures[i] as number)) return false;
    before = signer;
  }
  return true;
}
