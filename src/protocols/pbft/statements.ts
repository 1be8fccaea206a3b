/**
 * What is signed: 32-bit digests of the statements that replicas make. Two statements have the same digest only if they say
 * the same (up to collisions of the hash).
 */
import { absorb } from '../../kernel/random.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import {
  CHECKPOINT,
  type CheckpointClaim,
  NEW_VIEW,
  type NewView,
  PRE_PREPARE,
  PREPARE,
  type Proof,
  VIEW_CHANGE,
  type ViewChange,
} from './messages.ts';

const START = 0x50424654;

export function prePrepareStatement(view: number, seq: Position, digest: Digest): Digest {
  return absorb(absorb(absorb(absorb(START, PRE_PREPARE), view), seq), digest);
}

export function prepareStatement(view: number, seq: Position, digest: Digest): Digest {
  return absorb(absorb(absorb(absorb(START, PREPARE), view), seq), digest);
}

export function checkpointStatement(seq: Position, digest: Digest): Digest {
  return absorb(absorb(absorb(START, CHECKPOINT), seq), digest);
}

/** Everything in a VIEW-CHANGE but its signature. */
export function viewChangeStatement(message: Omit<ViewChange, 'signature'>): Digest {
  let hash = absorb(absorb(absorb(absorb(START, VIEW_CHANGE), message.view), message.replica), message.low);
  hash = absorb(hash, message.checkpoints.length);
  for (const claim of message.checkpoints) hash = absorb(absorbClaim(hash, claim), 0);
  hash = absorb(hash, message.prepared.length);
  for (const entry of message.prepared) {
    hash = absorb(absorb(absorb(hash, entry.seq), entry.view), entry.digest);
    hash = absorbProof(absorb(hash, entry.prePrepareSignature), entry.proof);
  }
  for (const entry of message.prePrepared) hash = absorb(absorb(absorb(hash, entry.seq), entry.view), entry.digest);
  return hash;
}

/** Everything in a NEW-VIEW but its signature; the view-changes by their own signatures. */
export function newViewStatement(message: Omit<NewView, 'signature'>): Digest {
  let hash = absorb(absorb(absorb(START, NEW_VIEW), message.view), message.viewChanges.length);
  for (const viewChange of message.viewChanges) hash = absorb(absorb(hash, viewChange.replica), viewChange.signature);
  for (const proposal of message.proposals)
    hash = absorb(absorb(absorb(hash, proposal.seq), proposal.digest), proposal.signature);
  return hash;
}

function absorbClaim(hash: number, claim: CheckpointClaim): number {
  return absorbProof(absorb(absorb(hash, claim.seq), claim.digest), claim.proof);
}

function absorbProof(start: number, proof: Proof | null): number {
  if (proof === null) return absorb(start, -1);
  let hash = absorb(start, proof.signers.length);
  for (let i = 0; i < proof.signers.length; i++)
    hash = absorb(absorb(hash, proof.signers[i] as NodeId), proof.signatures[i] as number);
  return hash;
}
