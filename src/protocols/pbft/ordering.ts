/**
 * The normal case (OSDI'99 section 4.2): pre-prepare, prepare, commit, each sequence number in its slot. Commits out of order;
 * the host executes in order. Votes are the hot path: nothing is allocated and the host is not asked until a quorum completes.
 */
import { powerOfTwoFrom } from '../../kernel/elementary.ts';
import { NO_INTS } from '../../kernel/no-columns.ts';
import { type Batch, NULL_DIGEST } from '../../ledger/batch.ts';
import type { Bytes, Digest, Instant, NodeId, Position } from '../../units/quantities.ts';
import type { Durable, Outbox, PbftHost } from './durable.ts';
import type { EarlyMessages } from './early.ts';
import type { Evidence } from './evidence.ts';
import { COMMIT, type NewView, PRE_PREPARE, PREPARE, type PrePrepare, type Vote } from './messages.ts';
import { COMMITTED, PRE_PREPARED, PREPARED, type Slot, type Slots } from './slots.ts';
import type { ReplicaState } from './state.ts';
import { prePrepareStatement, prepareStatement } from './statements.ts';
import { acceptedBytes, preparedBytes } from './wire.ts';

/** The proof of a commit whose signature need not be waited for. */
const MADE = -1;

/** What ordering tells the rest of the replica. */
export interface OrderingEvents {
  /** Something of the current view waits for execution now. */
  accepted(): void;
  /** A sequence number was handed to the host. */
  committed(): void;
  /** A message shows that another replica is ahead of this one. */
  othersAreAhead(): void;
  /** A batch is proposed that this replica does not hold. */
  missingBatch(seq: Position, digest: Digest): void;
}

export class Ordering {
  /** The highest sequence number proposed or accepted in this view. */
  lastAccepted: Position = 0;
  /**
   * What this replica accepted in this view is durable up to here: as a primary it may send it again. Before that it has never
   * been sent, and a crash would make this primary forget it.
   */
  durableThrough: Position = 0;
  /** When the last batch was proposed or accepted here; −∞ before the first. */
  lastProposalAt: Instant = Number.NEGATIVE_INFINITY;
  private readonly state: ReplicaState;
  private readonly host: PbftHost;
  private readonly slots: Slots;
  private readonly evidence: Evidence;
  private readonly outbox: Outbox;
  private readonly early: EarlyMessages;
  private readonly events: OrderingEvents;
  private readonly quorum: number;
  /** With auth: proofs, places for the window's sequence numbers: n has place n & mask. */
  private readonly mask: number;
  /**
   * Sequence numbers that were handed to the host, in whatever view, before one below them: those above `state.committed`. While a
   * state is being fetched new views may move the window on, so they can be more than it holds.
   */
  private readonly outOfOrder = new Set<Position>();
  /** The sequence number at each place whose commit's signature was begun in this view. */
  private readonly proofAt: Int32Array;

  constructor(
    state: ReplicaState,
    slots: Slots,
    evidence: Evidence,
    outbox: Outbox,
    early: EarlyMessages,
    events: OrderingEvents,
  ) {
    this.state = state;
    this.host = state.host;
    this.slots = slots;
    this.evidence = evidence;
    this.outbox = outbox;
    this.early = early;
    this.events = events;
    this.quorum = state.quorums.quorum;
    const ring = powerOfTwoFrom(state.window);
    this.mask = ring - 1;
    this.proofAt = state.proves ? new Int32Array(ring).fill(-1) : NO_INTS;
  }

  // Guard (the caller's): proposer of the next sequence number in the active view, room between the watermarks.
  propose(batch: Batch): void {
    const { state } = this;
    const view = state.activeView;
    const seq = ++this.lastAccepted;
    this.lastProposalAt = this.host.now();
    const { digest } = batch;
    const signature = state.signed ? this.host.sign(prePrepareStatement(view, seq, digest)) : 0;
    const message: PrePrepare = { type: PRE_PREPARE, view, seq, digest, batch, signature, macs: state.macs };
    this.slots.accept(seq, digest, batch, signature);
    this.outbox.after(
      { kind: 'accepted', accepted: { seq, view, digest, signature }, batch },
      acceptedBytes(batch),
      () => {
        if (state.activeView !== view) return;
        this.durableThrough = seq;
        this.host.broadcast(message);
        this.beginProof(seq);
      },
    );
    this.tryPrepare(seq);
    this.events.accepted();
  }

  // Guard: from the proposer of this number in the active view, between the watermarks, and no other pre-prepare accepted for this view and
  // sequence number.
  prePrepare(from: NodeId, message: PrePrepare): void {
    const { state, slots } = this;
    const { view, seq, digest, batch, signature } = message;
    if (view !== state.activeView || seq > state.high) {
      this.tooEarly(from, message);
      return;
    }
    if (from !== state.proposerOf(seq) || seq <= state.low) return;
    if (digest !== (batch === null ? NULL_DIGEST : batch.digest)) return;
    if (slots.phaseOf(seq) >= PRE_PREPARED) {
      this.supply(seq, batch);
      return;
    }
    if (state.signed && !this.host.verify(from, prePrepareStatement(view, seq, digest), signature)) return;
    slots.accept(seq, digest, batch, signature);
    if (seq > this.lastAccepted) this.lastAccepted = seq;
    this.lastProposalAt = this.host.now();
    if (batch !== null) this.host.mempool.claim(batch);
    this.outbox.after(
      { kind: 'accepted', accepted: { seq, view, digest, signature }, batch },
      acceptedBytes(batch),
      () => this.sendPrepare(view, seq, digest),
    );
    this.tryPrepare(seq);
    this.events.accepted();
  }

  // Guard: of the active view, between the watermarks, from a backup.
  prepare(from: NodeId, message: Vote): void {
    const { state } = this;
    const { seq } = message;
    if (message.view !== state.activeView || seq > state.high) {
      this.tooEarly(from, message);
      return;
    }
    if (seq <= state.low || from === state.proposerOf(seq)) return;
    if (this.slots.addPrepare(seq, from, message.digest, message.signature) === this.quorum - 1) this.tryPrepare(seq);
  }

  // Guard: of the active view, between the watermarks.
  commit(from: NodeId, message: Vote): void {
    const { state } = this;
    const { seq } = message;
    if (message.view !== state.activeView || seq > state.high) {
      this.tooEarly(from, message);
      return;
    }
    if (seq <= state.low) return;
    if (this.slots.addCommit(seq, from, message.digest) === this.quorum) this.tryCommit(seq);
  }

  /** Before a view change: what the slots prove goes to the evidence, and they are emptied. Returns what may be dropped. */
  leaveView(): { readonly seq: Position; readonly batch: Batch }[] {
    const { slots } = this;
    const uncertain: { seq: Position; batch: Batch }[] = [];
    this.evidence.collect();
    for (let seq = this.state.low + 1; seq <= slots.highest; seq++) {
      const batch = slots.of(seq)?.batch ?? null;
      if (batch !== null && !this.isDelivered(seq)) uncertain.push({ seq, batch });
    }
    slots.clear();
    this.proofAt.fill(-1);
    this.durableThrough = 0;
    return uncertain;
  }

  /**
   * After a new view (already entered, the low watermark already raised): accepts its proposals, each like a pre-prepare.
   * `whenDurable` comes before anything is sent in the new view.
   */
  enterView(newView: NewView, bytes: Bytes, whenDurable: () => void): void {
    const { state, slots } = this;
    const { view } = newView;
    const proposals = newView.proposals.filter(({ seq }) => seq > state.low);
    this.lastAccepted = Math.max(state.low, newView.proposals.at(-1)?.seq ?? 0);
    for (const { seq, digest, signature } of proposals) {
      const batch = this.evidence.batchOf(digest);
      slots.accept(seq, digest, batch, signature);
      if (batch !== null) this.host.mempool.claim(batch);
    }
    const proposed = this.lastAccepted;
    this.outbox.after({ kind: 'new-view', message: newView }, bytes, () => {
      if (state.activeView === view) this.durableThrough = proposed;
      whenDurable();
      for (const { seq, digest } of proposals) this.sendPrepare(view, seq, digest);
    });
    for (const { seq, digest } of proposals) {
      if (digest !== NULL_DIGEST && slots.of(seq)?.batch === null) this.events.missingBatch(seq, digest);
      this.tryPrepare(seq);
    }
    if (proposals.length > 0) this.events.accepted();
  }

  /** A batch whose digest was accepted without it. */
  supply(seq: Position, batch: Batch | null): void {
    const slot = this.slots.of(seq);
    if (batch === null || slot === null || slot.phase < PRE_PREPARED) return;
    if (slot.batch !== null || slot.digest !== batch.digest) return;
    slot.batch = batch;
    this.host.mempool.claim(batch);
    this.evidence.keep(seq, batch);
    this.outbox.after({ kind: 'batch', seq, batch }, acceptedBytes(batch), () => {});
    if (slot.phase === COMMITTED) this.deliver(slot);
  }

  /** Slots of the recovered view: what this replica accepted, and voted for, before it crashed. */
  recover(durable: Durable): void {
    const { state, slots } = this;
    this.lastAccepted = Math.max(state.low, durable.newView?.proposals.at(-1)?.seq ?? 0);
    for (const { seq, view, digest, signature } of durable.accepted.values()) {
      if (view !== state.activeView || seq <= state.low || seq > state.high) continue;
      slots.accept(seq, digest, this.evidence.batchOf(digest), signature);
      this.lastAccepted = Math.max(this.lastAccepted, seq);
      if (state.self !== state.proposerOf(seq))
        slots.addPrepare(seq, state.self, digest, this.signPrepare(view, seq, digest));
      if (durable.prepared.get(seq)?.view !== view) continue;
      (slots.of(seq) as Slot).phase = PREPARED;
      slots.addCommit(seq, state.self, digest);
    }
    this.durableThrough = this.lastAccepted;
  }

  /** A state that covers everything up to `position` was installed. What was accepted here but is not part of it waits again. */
  installed(position: Position): void {
    const { state, slots } = this;
    for (let seq = state.committed + 1; seq <= Math.min(position, slots.highest); seq++) {
      const batch = slots.of(seq)?.batch ?? null;
      if (batch !== null) this.host.mempool.requeue(batch);
    }
    this.lastAccepted = Math.max(this.lastAccepted, position);
    state.committed = Math.max(state.committed, position);
    for (const seq of this.outOfOrder) if (seq <= state.committed) this.outOfOrder.delete(seq);
    this.advanceCommitted();
  }

  prepareMessage(view: number, seq: Position, digest: Digest): Vote {
    return { type: PREPARE, view, seq, digest, signature: this.signPrepare(view, seq, digest), macs: this.state.macs };
  }

  /** A commit that was sent before: where it proves something, its signature is at hand. */
  commitMessage(view: number, seq: Position, digest: Digest): Vote {
    const message: Vote = { type: COMMIT, view, seq, digest, signature: 0, macs: this.state.macs };
    return this.state.proves ? { ...message, proof: MADE } : message;
  }

  // Guard: with auth: proofs, once for each sequence number of a view. The signature is made while prepares are on their way: what
  // it says is known before they come.
  private beginProof(seq: Position): void {
    const place = seq & this.mask;
    if (!this.state.proves || this.proofAt[place] === seq) return;
    this.proofAt[place] = seq;
    this.host.beginSignature(place);
  }

  private signPrepare(view: number, seq: Position, digest: Digest): number {
    return this.state.signed ? this.host.sign(prepareStatement(view, seq, digest)) : 0;
  }

  // Guard: the acceptance is durable and the view still active. The proposer sends no prepare: its pre-prepare stands for it.
  private sendPrepare(view: number, seq: Position, digest: Digest): void {
    const { state } = this;
    if (state.activeView !== view || state.proposerOf(seq) === state.self || seq <= state.low) return;
    const message = this.prepareMessage(view, seq, digest);
    this.host.broadcast(message);
    this.beginProof(seq);
    this.slots.addPrepare(seq, state.self, digest, message.signature);
    this.tryPrepare(seq);
  }

  // Guard: pre-prepared, with Q − 1 matching prepares of different backups. Then: prepared(m, v, n, i).
  private tryPrepare(seq: Position): void {
    const { slots, state } = this;
    const slot = slots.of(seq);
    if (slot === null || slot.phase !== PRE_PREPARED || slot.prepares < this.quorum - 1) return;
    const view = state.activeView;
    const { digest } = slot;
    // The prepares will be shown to others, so all signatures of a complete quorum are verified, at once.
    if (state.signed && slots.verifyPrepares(slot, prepareStatement(view, seq, digest), this.host) < this.quorum - 1)
      return;
    slot.phase = PREPARED;
    if (this.outbox.durable) {
      const entry = this.evidence.entryOf(seq);
      this.outbox.after({ kind: 'prepared', entry }, preparedBytes(entry.proof), () =>
        this.sendCommit(view, seq, digest),
      );
    } else this.sendCommit(view, seq, digest);
  }

  // Guard: prepared, the certificate is durable and the view still active.
  private sendCommit(view: number, seq: Position, digest: Digest): void {
    const { state } = this;
    if (state.activeView !== view || seq <= state.low) return;
    const message = this.commitMessage(view, seq, digest);
    this.beginProof(seq);
    this.host.broadcast(state.proves ? { ...message, proof: seq & this.mask } : message);
    this.slots.addCommit(seq, state.self, digest);
    this.tryCommit(seq);
  }

  // Guard: prepared, with Q matching commits, this replica's own included. Then: committed-local(m, v, n, i).
  private tryCommit(seq: Position): void {
    const { slots } = this;
    const slot = slots.of(seq);
    if (slot === null || slot.phase !== PREPARED || slot.commits < this.quorum) return;
    if (!slots.hasCommitOf(seq, this.state.self)) return;
    slot.phase = COMMITTED;
    this.deliver(slot);
  }

  // Guard: committed-local, the batch at hand, and not handed to the host in an earlier view or covered by its state.
  private deliver({ seq, digest, batch }: Slot): void {
    const { host } = this;
    if (batch === null && digest !== NULL_DIGEST) {
      this.events.missingBatch(seq, digest);
      return;
    }
    if (this.isDelivered(seq)) return;
    const { state } = this;
    if (seq === state.committed + 1) state.committed = seq;
    else this.outOfOrder.add(seq);
    this.advanceCommitted();
    if (seq > host.executedPosition) host.commit(seq, batch);
    this.events.committed();
  }

  private isDelivered(seq: Position): boolean {
    return seq <= this.state.committed || this.outOfOrder.has(seq);
  }

  private advanceCommitted(): void {
    const { state } = this;
    while (this.outOfOrder.delete(state.committed + 1)) state.committed++;
  }

  private tooEarly(from: NodeId, message: PrePrepare | Vote): void {
    const { state } = this;
    if (message.view < state.view) return;
    this.early.offer(from, message);
    this.events.othersAreAhead();
  }
}
