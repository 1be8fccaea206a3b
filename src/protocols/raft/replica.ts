/**
 * One Raft replica: hands each event to the part that deals with it, under the rules for terms that all messages share (thesis
 * figure 3.1 "All servers"), and ends each handler by writing, sending and committing what has become possible.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { AdminCommand, ReadId, Replica, ReplicaStatus, Ticket } from '../protocol.ts';
import type { RaftDurable } from './durable.ts';
import { RaftElection } from './election.ts';
import { onAppend, onHeartbeat } from './follower.ts';
import { type RaftHost, Timer } from './host.ts';
import { type RaftMessage, Type } from './messages.ts';
import type { RaftOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { RaftProposals } from './proposals.ts';
import { RaftReads } from './reads.ts';
import {
  advanceCommitByCounting,
  onAppendResponse,
  onHeartbeatResponse,
  replicate,
  sendAppend,
  sendHeartbeats,
} from './replication.ts';
import { compactWhenSaved, onInstallSnapshot, onSnapshotResponse, takeSnapshotWhenDue } from './snapshot.ts';
import { RaftState, Role } from './state.ts';
import { describe, roleName } from './status.ts';
import { giveUpTransfer, handOver, transferLeadership } from './transfer.ts';

export class RaftReplica implements Replica<RaftMessage> {
  private readonly s: RaftState;
  private readonly reads: RaftReads;
  private readonly proposals: RaftProposals;
  private readonly election: RaftElection;
  /** True at the first start of this node, false after a restart. */
  private readonly fresh: boolean;
  /** What the end of the last handler had dealt with. */
  private seenTicket: Ticket = 0;
  private seenApplied: Position;
  /** A handler runs: what the host reports meanwhile is dealt with at its end. */
  private busy = false;

  constructor(host: RaftHost, options: RaftOptions, recovered: RaftDurable | null) {
    this.s = new RaftState(host, options, recovered);
    this.reads = new RaftReads(this.s);
    this.proposals = new RaftProposals(this.s);
    this.election = new RaftElection(this.s, this.reads, this.proposals);
    this.fresh = recovered === null;
    this.seenApplied = this.s.applied;
  }

  get leader(): NodeId {
    return this.s.leader;
  }

  get term(): number {
    return this.s.term;
  }

  // --- Events ----------------------------------------------------------------------------------------------------------------

  start(): void {
    this.busy = true;
    const { s } = this;
    const { tick, initialLeader } = s.options;
    if (s.snapshot !== null) s.host.install(s.snapshot.state);
    if (tick !== null) s.timers.awaitFirstTick();
    if (this.fresh && initialLeader === s.self) this.election.becomeLeader();
    else {
      if (this.fresh && initialLeader !== null) s.leader = initialLeader;
      s.timers.armElection();
    }
    this.finish();
  }

  requestsArrived(): void {
    // Mostly so, and nothing has come since the last handler that could lead to more.
    if (this.proposals.waits) return;
    this.busy = true;
    this.proposals.move();
    this.finish();
  }

  readsArrived(first: ReadId, count: number): void {
    this.busy = true;
    this.reads.arrived(first, count);
    this.finish();
  }

  receive(from: NodeId, message: RaftMessage): void {
    this.busy = true;
    if (this.termAllows(from, message)) this.dispatch(from, message);
    this.finish();
  }

  timeout(timer: number): void {
    this.busy = true;
    const { s } = this;
    if (timer === Timer.election) {
      if (s.role !== Role.leader && s.timers.electionExpired()) this.election.timedOut();
    } else if (timer === Timer.readRetry) this.reads.retry();
    else if (timer === Timer.firstTick) {
      s.timers.firstTick(s.progress !== null);
      if (s.progress !== null) this.resumeLeading(s.progress);
    } else if (s.progress !== null) this.leaderTimeout(s.progress, timer);
    this.finish();
  }

  persisted(ticket: Ticket): void {
    this.s.durableTicket = ticket;
    if (!this.busy) this.finish();
  }

  executed(position: Position): void {
    this.s.applied = Math.max(this.s.applied, position);
    if (!this.busy) this.finish();
  }

  command(command: AdminCommand): void {
    this.busy = true;
    transferLeadership(this.s, command.to);
    this.finish();
  }

  status(): ReplicaStatus {
    const { s } = this;
    return { role: roleName(s.role), term: s.term, settled: s.leader >= 0, committed: s.commit, detail: describe(s) };
  }

  // --- Terms -----------------------------------------------------------------------------------------------------------------

  /** Brings term and role in line with a message; false when the message is dealt with or void. */
  private termAllows(from: NodeId, message: RaftMessage): boolean {
    const { s, election } = this;
    const { type, term } = message;
    if (term < s.term) {
      this.answerStale(from, message);
      return false;
    }
    if (term > s.term) {
      if ((type === Type.requestVote || type === Type.preVote) && election.refusesInLease(message)) return false;
      // A pre-vote speaks of a term that nobody is in yet.
      const hypothetical = type === Type.preVote || (type === Type.preVoteResponse && message.granted);
      if (!hypothetical) election.becomeFollower(term, isFromLeader(type) ? from : -1);
    }
    if (isFromLeader(type)) {
      if (s.role === Role.leader)
        throw new Error(`raft: node ${s.self} leads term ${term}, and so claims node ${from}`);
      if (s.role !== Role.follower || s.leader !== from) election.becomeFollower(term, from);
      else s.timers.hear();
    }
    return true;
  }

  /** A message of an old term: a stale leader or candidate is told the new one; answers are void. */
  private answerStale(from: NodeId, message: RaftMessage): void {
    const { s } = this;
    const { term } = s;
    if (isFromLeader(message.type))
      s.send(from, { type: Type.appendResponse, term, success: false, index: 0, hint: 0, hintTerm: 0 }, s.hardTicket);
    else if (message.type === Type.requestVote)
      s.send(from, { type: Type.voteResponse, term, granted: false }, s.hardTicket);
    else if (message.type === Type.preVote)
      s.send(from, { type: Type.preVoteResponse, term, granted: false }, s.hardTicket);
  }

  private dispatch(from: NodeId, message: RaftMessage): void {
    const { s } = this;
    switch (message.type) {
      case Type.append:
        onAppend(s, from, message);
        return;
      case Type.heartbeat:
        onHeartbeat(s, from, message);
        return;
      case Type.installSnapshot:
        onInstallSnapshot(s, from, message);
        return;
      case Type.requestVote:
      case Type.preVote:
        this.election.onVoteRequest(from, message);
        return;
      case Type.voteResponse:
      case Type.preVoteResponse:
        this.election.onVoteResponse(from, message);
        return;
      case Type.timeoutNow:
        if (s.role === Role.follower) this.election.becomeCandidate(true);
        return;
      case Type.readIndex:
        this.reads.requested(from, message.read);
        return;
      case Type.readIndexResponse:
        this.reads.answered(message.read, message.index);
        return;
      case Type.transferLeadership:
        transferLeadership(s, message.to);
        return;
      default:
        this.leaderReceives(from, message);
        return;
    }
  }

  /** What followers answer; void unless this node still leads the term. */
  private leaderReceives(from: NodeId, message: RaftMessage): void {
    const { s } = this;
    const { progress } = s;
    if (progress === null) return;
    switch (message.type) {
      case Type.appendResponse:
        onAppendResponse(s, progress, from, message);
        handOver(s, progress, from);
        return;
      case Type.heartbeatResponse:
        onHeartbeatResponse(s, progress, from, message);
        this.reads.confirm(progress);
        return;
      case Type.snapshotResponse:
        onSnapshotResponse(s, progress, from, message);
        return;
    }
  }

  // --- The leader's timers ---------------------------------------------------------------------------------------------------

  private leaderTimeout(progress: Progress, timer: number): void {
    const { s } = this;
    switch (timer) {
      case Timer.heartbeat:
        sendHeartbeats(s, progress);
        s.timers.armHeartbeat();
        return;
      case Timer.checkQuorum:
        this.checkQuorum(progress);
        return;
      case Timer.batch:
        this.proposals.timedOut();
        return;
      case Timer.transfer:
        giveUpTransfer(s);
        this.proposals.move();
        return;
    }
  }

  /** A leader that a majority (itself included) was not heard by for a base election timeout steps down (6.2). */
  private checkQuorum({ active }: Progress): void {
    const { s } = this;
    let heard = 1;
    for (let node = 0; node < s.n; node++) if (node !== s.self && active[node] === 1) heard++;
    active.fill(0);
    if (heard >= s.quorum) s.timers.armCheckQuorum();
    else this.election.becomeFollower(s.term, -1);
  }

  /** The first tick of a node that led before it. */
  private resumeLeading(progress: Progress): void {
    const { s } = this;
    if (s.options.checkQuorum) s.timers.armCheckQuorum();
    this.leaderTimeout(progress, Timer.heartbeat);
  }

  // --- The end of each handler -----------------------------------------------------------------------------------------------

  /** Writes, then does what writes, execution and acknowledgements have made possible, until nothing more follows. */
  private finish(): void {
    const { s } = this;
    this.busy = true;
    for (;;) {
      s.flush();
      if (s.durableTicket > this.seenTicket) this.afterWrites();
      else if (s.applied > this.seenApplied) this.afterExecution();
      else if (s.requeued) this.afterRequeue();
      else if (s.progress === null || !this.leaderAdvances(s.progress)) break;
    }
    this.busy = false;
  }

  private afterWrites(): void {
    const { s } = this;
    this.seenTicket = s.durableTicket;
    s.released();
    compactWhenSaved(s);
    this.election.voteForSelfWhenDurable();
  }

  private afterExecution(): void {
    this.seenApplied = this.s.applied;
    takeSnapshotWhenDue(this.s);
    this.reads.serve();
  }

  /** Proposals that were cut off this log go to the leader like any other request. */
  private afterRequeue(): void {
    this.s.requeued = false;
    this.proposals.move();
  }

  /** True when the leader has sent new entries, or news of the commit index, which goes out at once. */
  private leaderAdvances(progress: Progress): boolean {
    const { s } = this;
    if (advanceCommitByCounting(s, progress)) {
      this.reads.releaseEarly();
      this.proposals.move();
    }
    const { resumed } = progress;
    progress.resumed = -1;
    if (s.log.last === progress.sentLast && s.commit === progress.sentCommit) {
      if (resumed >= 0) sendAppend(s, progress, resumed, true);
      return false;
    }
    progress.sentLast = s.log.last;
    progress.sentCommit = s.commit;
    replicate(s, progress);
    return true;
  }
}

function isFromLeader(type: number): boolean {
  return type === Type.append || type === Type.heartbeat || type === Type.installSnapshot;
}
