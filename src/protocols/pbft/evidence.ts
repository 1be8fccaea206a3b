/**
 * What a replica remembers of earlier views for its next VIEW-CHANGE (OSDI'99 section 4.4): the certificate of every request
 * that prepared here above the stable checkpoint, in its latest view; with MACs also what was pre-prepared (the P and Q sets of
 * TOCS'02); and the batches themselves, so that a new view may propose them by digest.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import { type Durable, discardThrough, type KnownBatch, keepBatch, notePrePrepared } from './durable.ts';
import type { PrePreparedEntry, PreparedEntry, Proof } from './messages.ts';
import { PRE_PREPARED, PREPARED, type Slot, type Slots } from './slots.ts';
import type { ReplicaState } from './state.ts';
import { prepareStatement } from './statements.ts';

export class Evidence {
  private readonly state: ReplicaState;
  private readonly slots: Slots;
  private readonly prepared = new Map<Position, PreparedEntry>();
  private readonly prePrepared = new Map<Position, PrePreparedEntry[]>();
  private readonly batches = new Map<Digest, KnownBatch>();

  constructor(state: ReplicaState, slots: Slots) {
    this.state = state;
    this.slots = slots;
  }

  recover(durable: Durable): void {
    for (const [seq, entry] of durable.prepared) this.prepared.set(seq, entry);
    for (const [seq, entries] of durable.prePrepared) this.prePrepared.set(seq, entries);
    for (const [digest, known] of durable.batches) this.batches.set(digest, known);
  }

  /** Takes over what the slots of the active view prove, before they are emptied. */
  collect(): void {
    const { slots, state } = this;
    for (let seq = state.low + 1; seq <= slots.highest; seq++) {
      const slot = slots.of(seq);
      if (slot === null || slot.phase < PRE_PREPARED) continue;
      const { phase, digest, batch } = slot;
      notePrePrepared(this.prePrepared, { seq, view: state.activeView, digest });
      if (batch !== null) keepBatch(this.batches, seq, batch);
      // An entry of this view is here already when the replica recovered it from disk, without the votes.
      if (phase >= PREPARED && this.prepared.get(seq)?.view !== state.activeView)
        this.prepared.set(seq, this.entryOf(seq));
    }
  }

  /** The prepared certificate of a slot that prepared in the active view. */
  entryOf(seq: Position): PreparedEntry {
    const { slots, state } = this;
    const { digest, prePrepareSignature } = slots.of(seq) as Slot;
    const proof = state.signed ? this.proofOf(seq, digest) : null;
    return { seq, view: state.activeView, digest, prePrepareSignature, proof };
  }

  batchOf(digest: Digest): Batch | null {
    return this.batches.get(digest)?.batch ?? null;
  }

  keep(seq: Position, batch: Batch): void {
    keepBatch(this.batches, seq, batch);
  }

  /** P: in ascending order. */
  preparedEntries(): PreparedEntry[] {
    return [...this.prepared.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Q: in ascending order of sequence number, then view. */
  prePreparedEntries(): PrePreparedEntry[] {
    return [...this.prePrepared.values()].flat().sort((a, b) => a.seq - b.seq || a.view - b.view);
  }

  discardThrough(low: Position): void {
    discardThrough({ prepared: this.prepared, prePrepared: this.prePrepared, batches: this.batches }, low);
  }

  /** Q − 1 valid prepares: that many were verified when the slot prepared. */
  private proofOf(seq: Position, digest: Digest): Proof {
    const { host, quorums, activeView } = this.state;
    const statement = prepareStatement(activeView, seq, digest);
    const signers = new Int32Array(quorums.quorum - 1);
    const signatures = new Int32Array(quorums.quorum - 1);
    let count = 0;
    for (let from: NodeId = 0; from < quorums.n && count < signers.length; from++) {
      if (!this.slots.hasPrepareOf(seq, from)) continue;
      const signature = this.slots.signatureOf(seq, from);
      if (!host.verify(from, statement, signature)) continue;
      signers[count] = from;
      signatures[count++] = signature;
    }
    return { signers, signatures };
  }
}
