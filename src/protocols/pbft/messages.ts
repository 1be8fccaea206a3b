/**
 * The messages of PBFT (OSDI'99 section 4; STATUS and retransmission from TOCS'02 section 5.2). Plain, immutable, one object
 * for all receivers. The sender is the link they came over; what is relayed to third parties names its signer.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Bytes, Digest, NodeId, Position } from '../../units/quantities.ts';
import type { Signature, SnapshotRef } from '../protocol.ts';

export const PRE_PREPARE = 0;
export const PREPARE = 1;
export const COMMIT = 2;
export const CHECKPOINT = 3;
export const VIEW_CHANGE = 4;
export const NEW_VIEW = 5;
export const FETCH_STATE = 6;
export const STATE_CHUNK = 7;
export const FETCH_BATCH = 8;
export const BATCH = 9;
export const STATUS = 10;

/** By message type. */
export const messageNames = [
  'pre-prepare',
  'prepare',
  'commit',
  'checkpoint',
  'view-change',
  'new-view',
  'fetch-state',
  'state-chunk',
  'fetch-batch',
  'batch',
  'status',
] as const;

/** How a normal-case message proves its sender: `macs` = 0, then by `signature`; otherwise by an authenticator of so many MACs. */
interface Authentic {
  readonly signature: Signature;
  readonly macs: number;
}

/** ⟨PRE-PREPARE, v, n, d⟩ with the batch; digest and batch are null for a null request. */
export interface PrePrepare extends Authentic {
  readonly type: typeof PRE_PREPARE;
  readonly view: number;
  readonly seq: Position;
  readonly digest: Digest;
  readonly batch: Batch | null;
}

/** ⟨PREPARE, v, n, d, i⟩ or ⟨COMMIT, v, n, d, i⟩. Commits are never relayed: theirs is paid for, but not carried (0). */
export interface Vote extends Authentic {
  readonly type: typeof PREPARE | typeof COMMIT;
  readonly view: number;
  readonly seq: Position;
  readonly digest: Digest;
  /** With auth: proofs a commit is signed beside its MACs: under this number its signature was begun, −1 where it is made. */
  readonly proof?: number;
}

/** ⟨CHECKPOINT, n, d, i⟩: my state after sequence number n has this digest. */
export interface Checkpoint extends Authentic {
  readonly type: typeof CHECKPOINT;
  readonly seq: Position;
  readonly digest: Digest;
}

/** The same statement signed by several replicas: signatures[k] is that of signers[k]. */
export interface Proof {
  readonly signers: Int32Array;
  readonly signatures: Int32Array;
}

/** A checkpoint, and the Q signed CHECKPOINT messages that prove it stable (null for the initial state, and with MACs). */
export interface CheckpointClaim {
  readonly seq: Position;
  readonly digest: Digest;
  readonly proof: Proof | null;
}

/** A request prepared at its sender: the pre-prepare's signature and Q − 1 prepares prove it (null with MACs). */
export interface PreparedEntry {
  readonly seq: Position;
  readonly view: number;
  readonly digest: Digest;
  readonly prePrepareSignature: Signature;
  readonly proof: Proof | null;
}

/** With MACs: a request pre-prepared at its sender, in the latest view in which it was (the Q set of TOCS'02). */
export interface PrePreparedEntry {
  readonly seq: Position;
  readonly view: number;
  readonly digest: Digest;
}

/** ⟨VIEW-CHANGE, v, h, C, P(, Q), i⟩, signed. Entries are in ascending order of sequence number. */
export interface ViewChange {
  readonly type: typeof VIEW_CHANGE;
  readonly view: number;
  readonly replica: NodeId;
  /** The sender's last stable checkpoint. */
  readonly low: Position;
  /** With signatures the stable checkpoint and its proof; with MACs every checkpoint the sender holds. */
  readonly checkpoints: readonly CheckpointClaim[];
  readonly prepared: readonly PreparedEntry[];
  readonly prePrepared: readonly PrePreparedEntry[];
  readonly signature: Signature;
}

/** An element of O: the new primary's pre-prepare for the new view, without the batch. */
export interface Proposal {
  readonly seq: Position;
  readonly digest: Digest;
  readonly signature: Signature;
}

/** ⟨NEW-VIEW, v, V, O⟩, signed by the primary of v, so that anyone may relay it. */
export interface NewView {
  readonly type: typeof NEW_VIEW;
  readonly view: number;
  readonly viewChanges: readonly ViewChange[];
  readonly proposals: readonly Proposal[];
  readonly signature: Signature;
}

/** Send me chunks `first` … `first + count − 1` of the state at this checkpoint. */
export interface FetchState {
  readonly type: typeof FETCH_STATE;
  readonly seq: Position;
  readonly digest: Digest;
  readonly first: number;
  readonly count: number;
}

/** Chunk `index` of `total`; the last one brings the snapshot. */
export interface StateChunk {
  readonly type: typeof STATE_CHUNK;
  readonly seq: Position;
  readonly digest: Digest;
  readonly index: number;
  readonly total: number;
  readonly bytes: Bytes;
  readonly snapshot: SnapshotRef | null;
}

/** A new view proposes a batch that the sender never received. */
export interface FetchBatch {
  readonly type: typeof FETCH_BATCH;
  readonly seq: Position;
  readonly digest: Digest;
}

export interface BatchReply {
  readonly type: typeof BATCH;
  readonly seq: Position;
  readonly batch: Batch;
}

/** What the sender has, so that others can retransmit what it lacks. Sent only without progress. */
export interface Status {
  readonly type: typeof STATUS;
  readonly view: number;
  /** False while it waits for a new view. */
  readonly settled: boolean;
  /** It restarted without its memory and asks which view is active. */
  readonly recovering: boolean;
  readonly low: Position;
  /** Everything up to here is committed at the sender. */
  readonly committed: Position;
  /** The phase (see slots.ts) of sequence numbers committed + 1, committed + 2, … */
  readonly phases: Uint8Array;
  /** While it waits for a new view: bit i mod 8 of byte ⌊i / 8⌋ says that it holds replica i's view-change for `view`. */
  readonly viewChanges: Uint8Array;
}

export type Message =
  | PrePrepare
  | Vote
  | Checkpoint
  | ViewChange
  | NewView
  | FetchState
  | StateChunk
  | FetchBatch
  | BatchReply
  | Status;
