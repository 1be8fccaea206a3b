/**
 * One PBFT replica (Castro and Liskov, OSDI'99 and TOCS'02): hands what happens to the part that the paper's section describes,
 * and connects the parts. It never asks more than one part to act on the same thing, save where the comment says why.
 */
import { type Batch, NULL_DIGEST } from '../../ledger/batch.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import type { ReadId, Replica, ReplicaStatus, SnapshotRef, Ticket, TimerId } from '../protocol.ts';
import { Batching } from './batching.ts';
import type { ProvenCheckpoint } from './checkpoint-votes.ts';
import { type CheckpointEvents, Checkpoints } from './checkpoints.ts';
import { type Durable, Outbox, type PbftHost } from './durable.ts';
import { EarlyMessages } from './early.ts';
import { Evidence } from './evidence.ts';
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
  type PrePrepare,
  STATE_CHUNK,
  STATUS,
  VIEW_CHANGE,
  type Vote,
} from './messages.ts';
import { MissingBatches } from './missing-batches.ts';
import type { PbftOptions } from './options.ts';
import { Ordering, type OrderingEvents } from './ordering.ts';
import { RequestTimer } from './request-timer.ts';
import { Retransmission, type RetransmissionEvents } from './retransmission.ts';
import { PREPARED, Slots } from './slots.ts';
import {
  BATCH_TIMER,
  MARK_LEADER,
  REQUEST_TIMER,
  ReplicaState,
  STATUS_TIMER,
  TRANSFER_TIMER,
  VIEW_CHANGE_TIMER,
} from './state.ts';
import { StateTransfer, type TransferEvents } from './state-transfer.ts';
import { type ViewChangeEvents, ViewChanges } from './view-change.ts';

type Events = OrderingEvents & CheckpointEvents & TransferEvents & ViewChangeEvents & RetransmissionEvents;

export class PbftReplica implements Replica<Message>, Events {
  leader: NodeId = -1;
  private readonly host: PbftHost;
  private readonly state: ReplicaState;
  private readonly recovered: Durable | null;
  private readonly slots: Slots;
  private readonly evidence: Evidence;
  private readonly outbox: Outbox;
  private readonly early: EarlyMessages;
  private readonly ordering: Ordering;
  private readonly batching: Batching;
  private readonly requestTimer: RequestTimer;
  private readonly checkpoints: Checkpoints;
  private readonly transfer: StateTransfer;
  private readonly missing: MissingBatches;
  private readonly viewChanges: ViewChanges;
  private readonly retransmission: Retransmission;

  constructor(host: PbftHost, options: PbftOptions, recovered: Durable | null) {
    const state = new ReplicaState(host, options);
    this.host = host;
    this.state = state;
    this.recovered = recovered;
    this.slots = new Slots(state.quorums.n, state.window, state.signed, () => this.retransmission.arm());
    this.evidence = new Evidence(state, this.slots);
    this.outbox = new Outbox(host, options.durable === true);
    this.early = new EarlyMessages(state);
    this.ordering = new Ordering(state, this.slots, this.evidence, this.outbox, this.early, this);
    this.batching = new Batching(state, this.ordering);
    this.requestTimer = new RequestTimer(state, this.ordering);
    this.checkpoints = new Checkpoints(state, this.outbox, this);
    this.transfer = new StateTransfer(state, this.checkpoints, this);
    this.missing = new MissingBatches(state);
    this.viewChanges = new ViewChanges(state, this.ordering, this.checkpoints, this.evidence, this.outbox, this);
    this.retransmission = new Retransmission(
      state,
      this.slots,
      this.ordering,
      this.checkpoints,
      this.viewChanges,
      this.early,
      this,
    );
    this.leader = state.primary;
  }

  get term(): number {
    return this.state.view;
  }

  // A replica that starts later than the run has crashed before: with its durable state it goes on where it was, without it
  // it first asks the others which view is active.
  start(): void {
    const { host, recovered, state } = this;
    if (recovered !== null) this.recover(recovered);
    else if (host.now() > 0) {
      state.forgetful = !this.outbox.durable;
      this.retransmission.recover(this.outbox.durable);
    }
    this.leader = state.settled ? state.primary : -1;
    if (state.leads) host.mark(MARK_LEADER, state.view, 0);
  }

  requestsArrived(): void {
    const { state } = this;
    if (!state.settled) return;
    if (this.batching.hasTurn) {
      this.batching.proposeWhatIsDue();
      if (!state.rotates) return;
    } else this.forward();
    this.requestTimer.arm();
  }

  /** What waits here goes to whoever proposes next. */
  private forward(): void {
    const { host, state } = this;
    const next = state.proposerOf(this.ordering.lastAccepted + 1);
    if (next !== state.self) host.mempool.forward(next, true);
  }

  // Never called: reads are ordered like any request (the client rule says so).
  readsArrived(first: ReadId, count: number): void {
    this.host.dropReads(first, count);
  }

  receive(from: NodeId, message: Message): void {
    switch (message.type) {
      case PREPARE:
        this.ordering.prepare(from, message);
        return;
      case COMMIT:
        this.ordering.commit(from, message);
        return;
      case PRE_PREPARE:
        this.ordering.prePrepare(from, message);
        return;
      case CHECKPOINT:
        this.checkpoints.receive(from, message);
        return;
      case VIEW_CHANGE:
        this.viewChanges.receive(from, message);
        return;
      case NEW_VIEW:
        this.viewChanges.receiveNewView(message);
        return;
      case FETCH_STATE:
        this.transfer.onFetch(from, message);
        return;
      case STATE_CHUNK:
        this.transfer.receive(message);
        return;
      case FETCH_BATCH:
        this.missing.answer(from, message, this.heldBatch(message.seq, message.digest));
        return;
      case BATCH:
        if (this.missing.take(message.seq, message.batch)) this.ordering.supply(message.seq, message.batch);
        return;
      case STATUS:
        this.retransmission.receive(from, message);
        return;
    }
  }

  timeout(timer: TimerId, _key: number): void {
    switch (timer) {
      case BATCH_TIMER:
        this.batching.timeout();
        return;
      case REQUEST_TIMER:
        // A replica that is fetching the state is behind the others: the primary is not to blame.
        if (this.transfer.active) {
          this.requestTimer.restart();
          return;
        }
        this.viewChanges.start(this.state.view + 1);
        return;
      case VIEW_CHANGE_TIMER:
        this.viewChanges.expired();
        return;
      case STATUS_TIMER:
        this.retransmission.timeout();
        return;
      case TRANSFER_TIMER:
        this.transfer.retry();
        return;
    }
  }

  persisted(ticket: Ticket): void {
    this.outbox.persisted(ticket);
  }

  executed(position: Position): void {
    const isRequest = this.slots.of(position)?.digest !== NULL_DIGEST;
    if (isRequest && this.requestTimer.isServed) {
      this.viewChanges.progress();
      this.requestTimer.setLimit(this.state.options.requestTimeout);
    }
    this.checkpoints.executed(position);
    this.transfer.executed(position);
    this.requestTimer.progress(isRequest);
  }

  // PBFT has no leadership transfer: a view ends when a quorum no longer trusts its primary, never on command.
  command(): void {}

  status(): ReplicaStatus {
    const { state, slots } = this;
    const { committed, high, low, settled, view } = state;
    let prepared = 0;
    for (let seq = committed + 1; seq <= slots.highest; seq++) if (slots.phaseOf(seq) >= PREPARED) prepared++;
    const role = state.leads ? 'leader' : 'follower';
    const detail = `v=${view} h=${low} H=${high} accepted=${this.ordering.lastAccepted} prepared=${prepared}`;
    return { role, term: view, settled, committed, detail };
  }

  // What the parts tell each other.

  accepted(): void {
    this.requestTimer.arm();
  }

  committed(): void {
    this.retransmission.committed();
    this.batching.proposeWhatIsDue();
    if (this.state.rotates && this.state.settled && !this.batching.hasTurn) this.forward();
  }

  othersAreAhead(): void {
    this.retransmission.arm();
  }

  missingBatch(seq: Position, digest: Digest): void {
    this.missing.add(seq, digest);
    this.retransmission.arm();
  }

  stable(low: Position): void {
    this.slots.discardThrough(low);
    this.evidence.discardThrough(low);
    this.missing.discardThrough(low);
    this.early.replay(this.receiveEarly);
    this.batching.proposeWhatIsDue();
  }

  fellBehind(target: ProvenCheckpoint): void {
    this.transfer.start(target);
  }

  installed(snapshot: SnapshotRef): void {
    this.ordering.installed(snapshot.position);
    this.checkpoints.installed(snapshot);
    this.requestTimer.progress(true);
    this.batching.proposeWhatIsDue();
  }

  // A view ends: by asking for another, or by entering one that this replica did not ask for.
  left(): void {
    this.leader = -1;
    this.requestTimer.stop();
    this.requestTimer.setLimit(this.viewChanges.timeout);
    this.batching.stop();
    this.missing.clear();
    this.retransmission.arm();
  }

  entered(dropped: readonly Batch[]): void {
    const { host, state } = this;
    this.leader = state.primary;
    for (const batch of dropped) host.mempool.requeue(batch);
    this.early.replay(this.receiveEarly);
    this.retransmission.entered();
    this.requestsArrived();
    this.requestTimer.arm();
  }

  stalled(): void {
    this.checkpoints.onStall();
    this.missing.retry();
  }

  private readonly receiveEarly = (from: NodeId, message: PrePrepare | Vote): void => this.receive(from, message);

  // Guard: the last durable state, whatever it was. Then asks the others for what happened since.
  private recover(durable: Durable): void {
    const { host, state } = this;
    const latest = [...durable.snapshots.values()].sort((a, b) => b.position - a.position)[0];
    if (latest !== undefined) {
      host.install(latest);
      state.committed = latest.position;
    }
    this.checkpoints.recover(durable);
    this.evidence.recover(durable);
    this.viewChanges.recover(durable);
    if (state.settled) this.ordering.recover(durable);
    this.retransmission.recover(true);
    if (this.checkpoints.stable.seq > state.committed) this.transfer.start(this.checkpoints.stable);
    this.requestTimer.arm();
  }

  private heldBatch(seq: Position, digest: Digest): Batch | null {
    const slot = this.slots.of(seq);
    if (slot?.digest === digest) return slot.batch;
    return this.evidence.batchOf(digest);
  }
}
