/**
 * What each message weighs and costs (bytes on the wire without transport headers, signatures, MACs, hashing), and its hash
 * for the run digest. Evaluated once per send, never per receiver.
 */
import { absorb } from '../../kernel/random.ts';
import type { Batch } from '../../ledger/batch.ts';
import type { Bytes } from '../../units/quantities.ts';
import { NO_WORK, type Work } from '../protocol.ts';
import {
  BATCH,
  CHECKPOINT,
  COMMIT,
  FETCH_BATCH,
  FETCH_STATE,
  type Message,
  NEW_VIEW,
  PRE_PREPARE,
  PREPARE,
  type Proof,
  STATE_CHUNK,
  STATUS,
  VIEW_CHANGE,
  type ViewChange,
} from './messages.ts';
import type { PbftOptions } from './options.ts';
import { newViewStatement, viewChangeStatement } from './statements.ts';

/** An ed25519 or compact ECDSA signature, a SHA-256 digest, one MAC of an authenticator (OSDI'99 section 5.2: 10 bytes). */
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 32;
const MAC_BYTES = 10;
/** Type, length and sender, 4 bytes each. */
const ENVELOPE_BYTES = 12;
/** A view or a sequence number. */
const NUMBER_BYTES = 8;
/** The statement in a normal-case message: view, sequence number, digest. */
const STATEMENT_BYTES = 2 * NUMBER_BYTES + DIGEST_BYTES;
/** A signer's id and its signature inside a proof. */
const SIGNER_BYTES = 4 + SIGNATURE_BYTES;

/** The requests' own bytes (a client's signature is part of them) follow the header of whatever carries a batch. */
export function sizeOf(message: Message, _n: number): Bytes {
  switch (message.type) {
    case PRE_PREPARE:
      return (
        ENVELOPE_BYTES + STATEMENT_BYTES + authBytes(message.macs) + (message.batch === null ? 0 : message.batch.bytes)
      );
    case PREPARE:
    case COMMIT: {
      const proof = message.proof === undefined ? 0 : SIGNATURE_BYTES;
      return ENVELOPE_BYTES + STATEMENT_BYTES + authBytes(message.macs) + proof;
    }
    case CHECKPOINT:
      return ENVELOPE_BYTES + NUMBER_BYTES + DIGEST_BYTES + authBytes(message.macs);
    case VIEW_CHANGE:
      return viewChangeBytes(message);
    case NEW_VIEW: {
      let bytes = ENVELOPE_BYTES + NUMBER_BYTES + SIGNATURE_BYTES;
      for (const viewChange of message.viewChanges) bytes += viewChangeBytes(viewChange);
      return bytes + message.proposals.length * (NUMBER_BYTES + DIGEST_BYTES + SIGNATURE_BYTES);
    }
    case FETCH_STATE:
      return ENVELOPE_BYTES + NUMBER_BYTES + DIGEST_BYTES + 8;
    case STATE_CHUNK:
      return ENVELOPE_BYTES + NUMBER_BYTES + DIGEST_BYTES + 8 + message.bytes;
    case FETCH_BATCH:
      return ENVELOPE_BYTES + NUMBER_BYTES + DIGEST_BYTES;
    case BATCH:
      return ENVELOPE_BYTES + NUMBER_BYTES + message.batch.bytes;
    case STATUS:
      return ENVELOPE_BYTES + 3 * NUMBER_BYTES + 2 + message.phases.length + message.viewChanges.length;
  }
}

/** Bytes of a prepared entry with its proof, also on disk. */
export function preparedBytes(proof: Proof | null): Bytes {
  return STATEMENT_BYTES + (proof === null ? 0 : SIGNATURE_BYTES) + proofBytes(proof);
}

/** Bytes of an accepted pre-prepare on disk. */
export function acceptedBytes(batch: Batch | null): Bytes {
  return STATEMENT_BYTES + SIGNATURE_BYTES + (batch === null ? 0 : batch.bytes);
}

/** Bytes of a stable checkpoint's proof on disk. */
export function claimBytes(proof: Proof | null): Bytes {
  return NUMBER_BYTES + DIGEST_BYTES + proofBytes(proof);
}

function viewChangeBytes(message: ViewChange): Bytes {
  let bytes = ENVELOPE_BYTES + 2 * NUMBER_BYTES + SIGNATURE_BYTES + message.prePrepared.length * STATEMENT_BYTES;
  for (const claim of message.checkpoints) bytes += claimBytes(claim.proof);
  for (const entry of message.prepared) bytes += preparedBytes(entry.proof);
  return bytes;
}

function proofBytes(proof: Proof | null): Bytes {
  return proof === null ? 0 : proof.signers.length * SIGNER_BYTES;
}

function authBytes(macs: number): Bytes {
  return macs === 0 ? SIGNATURE_BYTES : macs * MAC_BYTES;
}

const SIGNED: Work = { signs: 1, macs: 0, verifies: 1, macChecks: 0, hashBytes: 0 };

/**
 * One signature made and checked, or an authenticator made and one MAC of it checked. A batch is hashed by each side, and its
 * clients' signatures are verified by each receiver. All that a VIEW-CHANGE proves is verified when it arrives; the NEW-VIEW
 * repeats view-changes that were broadcast, of which only the signatures are compared again.
 */
export function workOf(message: Message, n: number, options: PbftOptions): Work {
  switch (message.type) {
    case PRE_PREPARE: {
      const { batch, macs } = message;
      const requests = batch !== null && options.clientSignatures ? batch.ids.length : 0;
      const hashBytes = batch === null ? 0 : batch.bytes;
      return macs === 0
        ? { signs: 1, macs: 0, verifies: 1 + requests, macChecks: 0, hashBytes }
        : { signs: 0, macs, verifies: requests, macChecks: 1, hashBytes };
    }
    case COMMIT:
      if (message.proof !== undefined && message.proof >= 0)
        return { ...ONE_MAC, macs: message.macs, awaits: message.proof };
      return message.macs === 0 ? SIGNED : { ...ONE_MAC, macs: message.macs };
    case PREPARE:
    case CHECKPOINT:
      return message.macs === 0 ? SIGNED : { ...ONE_MAC, macs: message.macs };
    case VIEW_CHANGE: {
      let verifies = 1;
      for (const claim of message.checkpoints) verifies += claim.proof === null ? 0 : claim.proof.signers.length;
      for (const entry of message.prepared) verifies += entry.proof === null ? 0 : 1 + entry.proof.signers.length;
      return { signs: 1, macs: 0, verifies, macChecks: 0, hashBytes: viewChangeBytes(message) };
    }
    case NEW_VIEW: {
      const proposals = options.auth === 'signature' ? message.proposals.length : 0;
      const verifies = 1 + message.viewChanges.length + proposals;
      return { signs: 1 + proposals, macs: 0, verifies, macChecks: 0, hashBytes: sizeOf(message, n) };
    }
    case STATE_CHUNK:
      return { ...ONE_MAC, hashBytes: message.bytes };
    case BATCH:
      return { ...ONE_MAC, hashBytes: message.batch.bytes };
    case FETCH_STATE:
    case FETCH_BATCH:
    case STATUS:
      return ONE_MAC;
  }
}

/** Point-to-point or advisory: a MAC is enough under either kind of authentication. */
const ONE_MAC: Work = { ...NO_WORK, macs: 1, macChecks: 1 };

export function hashOf(message: Message): number {
  switch (message.type) {
    case PRE_PREPARE:
    case PREPARE:
    case COMMIT: {
      const statement = absorb(absorb(absorb(message.type, message.view), message.seq), message.digest);
      return absorb(statement, message.signature);
    }
    case CHECKPOINT:
      return absorb(absorb(absorb(message.type, message.seq), message.digest), message.signature);
    case VIEW_CHANGE:
      return absorb(viewChangeStatement(message), message.signature);
    case NEW_VIEW:
      return absorb(newViewStatement(message), message.signature);
    case FETCH_STATE:
      return absorb(absorb(absorb(absorb(message.type, message.seq), message.digest), message.first), message.count);
    case STATE_CHUNK:
      return absorb(absorb(absorb(absorb(message.type, message.seq), message.digest), message.index), message.total);
    case FETCH_BATCH:
      return absorb(absorb(message.type, message.seq), message.digest);
    case BATCH:
      return absorb(absorb(message.type, message.seq), message.batch.digest);
    case STATUS: {
      const flags = (message.settled ? 1 : 0) | (message.recovering ? 2 : 0);
      let hash = absorb(absorb(absorb(message.type, message.view), flags), message.low);
      hash = absorb(hash, message.committed);
      for (let i = 0; i < message.phases.length; i++) hash = absorb(hash, message.phases[i] as number);
      for (let i = 0; i < message.viewChanges.length; i++) hash = absorb(hash, message.viewChanges[i] as number);
      return hash;
    }
  }
}
