/**
 * Retransmission (TOCS'02 section 5.2): a replica without progress says what it has in a STATUS message, and the others send it
 * what it lacks of theirs. Nothing is sent while everything arrives. Requests for retransmission back off to eight times the
 * interval; while a gap is being closed, the next one leaves as soon as the last one was answered.
 */

import { NO_BYTES } from '../../kernel/no-columns.ts';
import { NULL_DIGEST } from '../../ledger/batch.ts';
import type { NodeId, Position } from '../../units/quantities.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { EarlyMessages } from './early.ts';
import { PRE_PREPARE, STATUS, type Status } from './messages.ts';
import type { Ordering } from './ordering.ts';
import { COMMITTED, PRE_PREPARED, PREPARED, type Slot, type Slots } from './slots.ts';
import { type ReplicaState, STATUS_TIMER } from './state.ts';
import { prePrepareStatement } from './statements.ts';
import type { ViewChanges } from './view-change.ts';

/** Sequence numbers described in one STATUS. */
const SLOTS_PER_STATUS = 8;
const MOST_DOUBLINGS = 3;

export interface RetransmissionEvents {
  /** Nothing happened for a whole interval although something is unfinished. */
  stalled(): void;
}

export class Retransmission {
  private readonly state: ReplicaState;
  private readonly slots: Slots;
  private readonly ordering: Ordering;
  private readonly checkpoints: Checkpoints;
  private readonly viewChanges: ViewChanges;
  private readonly early: EarlyMessages;
  private readonly events: RetransmissionEvents;
  private armed = false;
  /** Statuses sent since there was progress. */
  private rounds = 0;
  private seenCommitted: Position = 0;
  private seenView = 0;
  /** While a gap is closed: the last sequence number asked for, and the end of the gap. */
  private asked: Position = 0;
  private gapEnd: Position = 0;
  /** Restarted without memory; who says that view 0 is active. */
  private recovering = false;
  private readonly active = new Set<NodeId>();

  constructor(
    state: ReplicaState,
    slots: Slots,
    ordering: Ordering,
    checkpoints: Checkpoints,
    viewChanges: ViewChanges,
    early: EarlyMessages,
    events: RetransmissionEvents,
  ) {
    this.state = state;
    this.slots = slots;
    this.ordering = ordering;
    this.checkpoints = checkpoints;
    this.viewChanges = viewChanges;
    this.early = early;
    this.events = events;
  }

  /** After a restart: asks at once. Without memory no view is active until others say which. */
  recover(withMemory: boolean): void {
    if (!withMemory) {
      this.recovering = true;
      this.state.leaveFor(0);
    }
    this.sendStatus();
    this.arm();
  }

  // On anything that may stay unfinished. Guard: not armed.
  arm(): void {
    if (this.armed) return;
    this.armed = true;
    this.seenCommitted = this.state.committed;
    this.seenView = this.state.view;
    this.rounds = 0;
    this.setTimer();
  }

  timeout(): void {
    const { state } = this;
    this.armed = false;
    if (!this.isUnfinished()) return;
    const progress = state.committed > this.seenCommitted || state.view !== this.seenView;
    this.seenCommitted = state.committed;
    this.seenView = state.view;
    this.rounds = progress ? 0 : this.rounds + 1;
    if (this.rounds > 0) {
      this.sendStatus();
      this.events.stalled();
    }
    this.armed = true;
    this.setTimer();
  }

  /** On a committed sequence number. Guard: everything asked for came, but the gap is not closed. */
  committed(): void {
    const { committed } = this.state;
    if (this.asked > 0 && committed >= this.asked) {
      this.asked = 0;
      if (committed < this.gapEnd) this.sendStatus();
    }
  }

  /** A new view ends the search for one. Guard: it was asked for, so this replica probably lacks what happened in it, too. */
  entered(): void {
    this.recovering = false;
    this.asked = 0;
    if (this.rounds > 0 && this.isUnfinished()) this.sendStatus();
  }

  receive(from: NodeId, status: Status): void {
    const { state } = this;
    if (status.view > state.view) this.arm();
    this.helpWithView(from, status);
    this.helpWithCheckpoints(from, status);
    if (status.settled && status.view === state.activeView) this.helpWithSlots(from, status);
    this.learnView(from, status);
  }

  // Guard: something is unfinished and nobody answered for a whole interval, or this replica just restarted.
  private sendStatus(): void {
    const { state, slots } = this;
    const { host, committed } = state;
    const described = Math.max(0, Math.min(SLOTS_PER_STATUS, slots.highest - committed));
    const phases = new Uint8Array(described);
    for (let i = 0; i < described; i++) phases[i] = slots.phaseOf(committed + 1 + i);
    host.broadcast(this.statusWith(phases));
    this.asked = described > 0 ? committed + described : 0;
    this.gapEnd = slots.highest;
  }

  private isUnfinished(): boolean {
    const { state, checkpoints } = this;
    return (
      !state.settled ||
      this.slots.highest > state.committed ||
      !this.early.isEmpty ||
      checkpoints.fetchTarget() !== null
    );
  }

  /**
   * Guard: the sender has not entered this replica's view. Of those that have, f + 1 and the primary answer with the NEW-VIEW; one
   * that asks for the view sends its own view-change to whom lacks it. A view-change may hold certificates by the hundred, so none
   * is sent twice without need.
   */
  private helpWithView(from: NodeId, status: Status): void {
    const { state, viewChanges } = this;
    const { self } = state;
    if (status.view > state.view) {
      // The sender's own view-change was lost on the way here: it learns that from this replica's status.
      if (!status.settled && !viewChanges.knowsRequest(from, status.view))
        state.host.send(from, this.statusWith(NO_BYTES));
      return;
    }
    if (status.view === state.view && status.settled) return;
    const { n, f } = state.quorums;
    if (!state.settled) {
      const lacks = status.view < state.view || ((status.viewChanges[self >> 3] ?? 0) & (1 << (self & 7))) === 0;
      if (viewChanges.own !== null && lacks) state.host.send(from, viewChanges.own);
    } else if (viewChanges.newView !== null) {
      if (state.leads || (state.self - from + n) % n <= f + 1) state.host.send(from, viewChanges.newView);
    } else if (status.recovering) state.host.send(from, this.statusWith(NO_BYTES));
  }

  private helpWithCheckpoints(from: NodeId, status: Status): void {
    for (const message of this.checkpoints.messagesAbove(status.low)) this.state.host.send(from, message);
  }

  // Guard: both are in the same active view. Each resends only its own messages, and none that waits for the disk: a vote of its own
  // counts, and a proposal is durable, from when it was first sent.
  private helpWithSlots(from: NodeId, status: Status): void {
    const { state, slots, ordering } = this;
    const { activeView: view, host, macs, self, signed } = state;
    const first = Math.max(status.committed, state.low) + 1;
    const last = Math.min(status.committed + SLOTS_PER_STATUS, slots.highest);
    for (let seq = first; seq <= last; seq++) {
      const theirs = status.phases[seq - status.committed - 1] ?? 0;
      const mine = slots.phaseOf(seq);
      if (mine < PRE_PREPARED || theirs === COMMITTED) continue;
      const { digest, batch } = slots.of(seq) as Slot;
      const proposed = state.proposerOf(seq) === self && seq <= ordering.durableThrough;
      if (proposed && theirs < PRE_PREPARED && (batch !== null || digest === NULL_DIGEST)) {
        const signature = signed ? host.sign(prePrepareStatement(view, seq, digest)) : 0;
        host.send(from, { type: PRE_PREPARE, view, seq, digest, batch, signature, macs });
      }
      if (theirs < PREPARED && slots.hasPrepareOf(seq, self))
        host.send(from, ordering.prepareMessage(view, seq, digest));
      if (mine >= PREPARED && slots.hasCommitOf(seq, self)) host.send(from, ordering.commitMessage(view, seq, digest));
    }
  }

  // Guard: this replica lost its memory, and f + 1 replicas say that view 0, which has no NEW-VIEW, is active.
  private learnView(from: NodeId, status: Status): void {
    if (!this.recovering || !status.settled || status.view !== this.state.view) return;
    this.active.add(from);
    if (this.active.size < this.state.quorums.weak) return;
    this.recovering = false;
    this.viewChanges.resume();
  }

  private statusWith(phases: Uint8Array): Status {
    const { committed, low, settled, view } = this.state;
    const viewChanges = settled ? NO_BYTES : this.viewChanges.held;
    return { type: STATUS, view, settled, recovering: this.recovering, low, committed, phases, viewChanges };
  }

  private setTimer(): void {
    const { host, options } = this.state;
    host.setTimer(STATUS_TIMER, 0, options.statusInterval * (1 << Math.min(this.rounds, MOST_DOUBLINGS)));
  }
}
