/**
 * Linearizable reads without the log, by ReadIndex (thesis 6.4): the leader notes its commit index, makes sure by a heartbeat round
 * that it still leads, and the node that was asked answers once it has executed up to there. As in etcd, each node has one round
 * of reads under way; those that arrive meanwhile share the next.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { ReadId } from '../protocol.ts';
import { Timer } from './host.ts';
import { Type } from './messages.ts';
import type { Progress } from './progress.ts';
import { nthLargest } from './quorum.ts';
import { sendHeartbeats } from './replication.ts';
import type { RaftState } from './state.ts';

interface Reads {
  readonly first: ReadId;
  readonly count: number;
}

/** Reads that may be answered from any state that includes `index`. */
interface Indexed {
  readonly index: Position;
  readonly reads: readonly Reads[];
}

/** At the leader: a node's round of reads, confirmed when a majority answered heartbeat round `round`. */
interface Unconfirmed {
  readonly from: NodeId;
  readonly read: number;
  readonly index: Position;
  readonly round: number;
}

export class RaftReads {
  private readonly s: RaftState;
  private waiting: Reads[] = [];
  /** The round under way: its number and reads. A restarted node counts on from the clock: an answer to a round of before the
   * crash must not pass for one to a round of after it. */
  private read: number;
  private asked: readonly Reads[] | null = null;
  private indexed: Indexed[] = [];
  private unconfirmed: Unconfirmed[] = [];
  /** At a leader that has not committed in its term yet: who asked, and the number it gave. */
  private early: { readonly from: NodeId; readonly read: number }[] = [];

  constructor(s: RaftState) {
    this.s = s;
    this.read = s.host.now();
  }

  arrived(first: ReadId, count: number): void {
    this.waiting.push({ first, count });
    this.ask();
  }

  /** Begin a round: none is under way, reads wait, and the leader is known. */
  ask(): void {
    const { s } = this;
    if (this.asked !== null || this.waiting.length === 0 || s.leader < 0) return;
    this.asked = this.waiting;
    this.waiting = [];
    this.read++;
    if (s.leader === s.self) this.requested(s.self, this.read);
    else this.sendRequest();
  }

  /** The request or its answer may be lost. */
  retry(): void {
    if (this.asked !== null && this.s.leader >= 0 && this.s.leader !== this.s.self) this.sendRequest();
  }

  private sendRequest(): void {
    const { s } = this;
    s.send(s.leader, { type: Type.readIndex, term: s.term, read: this.read }, s.hardTicket);
    s.timers.armReadRetry();
  }

  /** At the leader. Its commit index may be behind the last leader's until it has committed an entry of its own term. */
  requested(from: NodeId, read: number): void {
    const { s } = this;
    if (s.progress === null) return;
    if (s.commit < s.termStart) {
      this.early.push({ from, read });
      return;
    }
    const index = s.commit;
    const round = sendHeartbeats(s, s.progress);
    this.unconfirmed.push({ from, read, index, round });
    this.confirm(s.progress);
  }

  /** The leader committed the first entry of its term. */
  releaseEarly(): void {
    if (this.early.length === 0 || this.s.commit < this.s.termStart) return;
    const { early } = this;
    this.early = [];
    for (const { from, read } of early) this.requested(from, read);
  }

  /** A majority answered a heartbeat sent after the request came: no newer leader had been elected when it came. */
  confirm(progress: Progress): void {
    if (this.unconfirmed.length === 0) return;
    const { s } = this;
    const round = nthLargest(progress.answered, progress.scratch, s.quorum);
    let done = 0;
    while (done < this.unconfirmed.length && (this.unconfirmed[done] as Unconfirmed).round <= round) done++;
    for (const { from, read, index } of this.unconfirmed.splice(0, done)) {
      if (from === s.self) this.answered(read, index);
      else s.host.send(from, { type: Type.readIndexResponse, term: s.term, read, index });
    }
  }

  /** The round's index is known. An answer to an earlier round is old. */
  answered(read: number, index: Position): void {
    if (this.asked === null || read !== this.read) return;
    this.indexed.push({ index, reads: this.asked });
    this.asked = null;
    this.s.host.cancelTimer(Timer.readRetry, 0);
    this.serve();
    this.ask();
  }

  /** Executed far enough: answer. */
  serve(): void {
    let done = 0;
    while (done < this.indexed.length && (this.indexed[done] as Indexed).index <= this.s.applied) done++;
    if (done === 0) return;
    for (const { reads } of this.indexed.splice(0, done))
      for (const { first, count } of reads) this.s.host.serveReads(first, count);
  }

  /**
   * The leader, or the term, is another. Reads with an index stay valid and those not yet asked wait for the new leader; the
   * round under way is given up, and the client asks again (etcd: ErrLeaderChanged).
   */
  leaderChanged(): void {
    this.unconfirmed = [];
    this.early = [];
    if (this.asked !== null) {
      for (const { first, count } of this.asked) this.s.host.dropReads(first, count);
      this.asked = null;
      this.s.host.cancelTimer(Timer.readRetry, 0);
    }
    this.ask();
  }

  get count(): number {
    return this.waiting.length + (this.asked === null ? 0 : 1) + this.indexed.length;
  }
}
