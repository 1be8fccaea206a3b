/**
 * Client requests (thesis 6.2 and 10.2.2): the leader cuts those that wait into log entries, a follower hands them to the leader,
 * and a node that knows no leader holds them.
 */
import { Timer } from './host.ts';
import type { RaftState } from './state.ts';

export class RaftProposals {
  private readonly s: RaftState;
  /** The batch timer runs; it has run out. */
  private timing = false;
  private due = false;

  constructor(s: RaftState) {
    this.s = s;
  }

  /** Requests arrived, or may go further than before: a leader is known, entries were committed, a transfer was given up. */
  move(): void {
    const { s } = this;
    if (this.waits) return;
    if (s.host.mempool.count === 0) return;
    if (s.progress !== null) this.propose();
    else if (s.leader >= 0) s.host.mempool.forward(s.leader, false);
  }

  /** Whether a batch that is not full waits for its time: then more requests change nothing. */
  get waits(): boolean {
    return this.timing && !this.isFull();
  }

  timedOut(): void {
    this.timing = false;
    this.due = true;
    this.move();
  }

  stopped(): void {
    if (this.timing) this.s.host.cancelTimer(Timer.batch, 0);
    this.timing = this.due = false;
  }

  // On requests at the leader: while no leadership transfer is under way and the window of uncommitted entries has room.
  private propose(): void {
    const { s } = this;
    const { maxTransactions, maxBytes, timeout } = s.options.batch;
    const { mempool } = s.host;
    if (s.transferee >= 0) return;
    while (mempool.count > 0 && s.log.last - s.commit < s.options.maxInflight) {
      if (timeout > 0 && !this.isFull() && !this.due) {
        if (!this.timing) s.host.setTimer(Timer.batch, 0, timeout);
        this.timing = true;
        return;
      }
      s.propose(mempool.cut(maxTransactions, maxBytes));
      // Whoever is left over waits for a batch of its own, from now on.
      this.stopped();
    }
  }
  private isFull(): boolean {
    const { host, options } = this.s;
    const { maxTransactions, maxBytes } = options.batch;
    return host.mempool.count >= maxTransactions || host.mempool.bytes >= maxBytes;
  }
}
