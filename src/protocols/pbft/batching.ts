/**
 * The primary's side of requests (OSDI'99 sections 4.2 and 6: batching with a sliding window): when the next batch is cut. A
 * batch leaves when it is full or its first request has waited for the batch timeout, if the watermarks and the number of
 * batches in flight leave room; otherwise as soon as they do.
 */
import { type Instant, NEVER } from '../../units/quantities.ts';
import type { Ordering } from './ordering.ts';
import { BATCH_TIMER, type ReplicaState } from './state.ts';

export class Batching {
  private readonly state: ReplicaState;
  private readonly ordering: Ordering;
  /** Since when the oldest uncut request has waited, at the earliest; NEVER: none waits. */
  private waitingSince: Instant = NEVER;
  private armed = false;

  constructor(state: ReplicaState, ordering: Ordering) {
    this.state = state;
    this.ordering = ordering;
  }

  /** Whether this replica proposes next. */
  get hasTurn(): boolean {
    const { state } = this;
    if (!state.rotates) return state.leads;
    const next = this.ordering.lastAccepted + 1;
    return state.settled && state.proposerOf(next) === state.self && state.activeView !== state.forgottenView;
  }

  // On requests, a committed batch, a new low watermark or a new view. Guard: proposes next in the active view.
  proposeWhatIsDue(): void {
    const { state } = this;
    if (!this.hasTurn) {
      if (state.rotates) this.stop();
      return;
    }
    const { host, options } = state;
    const { maxBytes, maxTransactions, timeout } = options.batch;
    const { mempool } = host;
    while (mempool.count > 0 && this.hasTurn) {
      if (this.waitingSince === NEVER) this.waitingSince = host.now();
      if (!this.hasRoom()) {
        this.disarm();
        return;
      }
      const full = mempool.count >= maxTransactions || mempool.bytes >= maxBytes;
      const period = this.ordering.lastProposalAt + options.blockPeriod - host.now();
      const left = Math.max(period, full ? 0 : this.waitingSince + timeout - host.now());
      if (left > 0) {
        this.arm(left);
        return;
      }
      const batch = mempool.cut(maxTransactions, maxBytes);
      // What is left arrived after the last request of this batch.
      this.waitingSince = mempool.count > 0 ? (batch.received.at(-1) as Instant) : NEVER;
      this.ordering.propose(batch);
    }
    this.disarm();
  }

  timeout(): void {
    this.armed = false;
    this.proposeWhatIsDue();
  }

  /** No longer (or not yet) the primary. */
  stop(): void {
    this.waitingSince = NEVER;
    this.disarm();
  }

  private hasRoom(): boolean {
    const { committed, high, low, options } = this.state;
    const last = this.ordering.lastAccepted;
    if (this.state.rotates) return last < high && last <= Math.max(committed, low);
    return last < high && (options.pipeline === 0 || last - Math.max(committed, low) < options.pipeline);
  }

  private arm(after: number): void {
    if (this.armed && this.state.options.blockPeriod === 0) return;
    this.armed = true;
    this.state.host.setTimer(BATCH_TIMER, 0, after);
  }

  private disarm(): void {
    if (!this.armed) return;
    this.armed = false;
    this.state.host.cancelTimer(BATCH_TIMER, 0);
  }
}
