/**
 * Leader election (thesis 3.4 and 3.6.1) with pre-vote (9.6) and the lease in which a node that hears its leader refuses votes
 * (4.2.3, 6.4.1; etcd's check-quorum). Every change of role is here, each under the guard that leads to it.
 */
import type { NodeId } from '../../units/quantities.ts';
import { Mark, Timer } from './host.ts';
import { Type, type VoteRequest, type VoteResponse } from './messages.ts';
import { Progress } from './progress.ts';
import type { RaftProposals } from './proposals.ts';
import type { RaftReads } from './reads.ts';
import { type RaftState, Role } from './state.ts';

export class RaftElection {
  private readonly s: RaftState;
  private readonly reads: RaftReads;
  private readonly proposals: RaftProposals;
  /** The candidate was told by its leader to campaign (3.10). */
  private transferred = false;

  constructor(s: RaftState, reads: RaftReads, proposals: RaftProposals) {
    this.s = s;
    this.reads = reads;
    this.proposals = proposals;
  }

  // --- Roles -----------------------------------------------------------------------------------------------------------------

  // Enter follower: a message with a higher term, a leader of this term, a lost election, or a leader without its quorum.
  becomeFollower(term: number, leader: NodeId): void {
    const { s } = this;
    const led = s.role === Role.leader;
    const changed = term !== s.term || leader !== s.leader;
    if (led) this.stopLeading();
    if (term > s.term) s.setTerm(term, -1);
    s.role = Role.follower;
    s.leader = leader;
    s.ownVote = 0;
    if (led || leader >= 0 || s.options.electionReset === 'follower') s.timers.armElection();
    if (changed) this.reads.leaderChanged();
    if (changed && leader >= 0) this.proposals.move();
  }

  private stopLeading(): void {
    const { s } = this;
    s.host.mark(Mark.stepDown, s.term, 0);
    s.progress = null;
    s.transferee = -1;
    s.host.cancelTimer(Timer.heartbeat, 0);
    s.host.cancelTimer(Timer.checkQuorum, 0);
    s.host.cancelTimer(Timer.transfer, 0);
    this.proposals.stopped();
  }

  // Enter pre-candidate or candidate: the election timeout passed without a word from a leader.
  timedOut(): void {
    if (this.s.role === Role.leader) return;
    if (this.s.options.preVote && this.s.n > 1) this.becomePreCandidate();
    else this.becomeCandidate(false);
  }

  private becomePreCandidate(): void {
    const { s } = this;
    this.stand(Role.preCandidate);
    s.host.mark(Mark.preVote, s.term + 1, 0);
    s.votes[s.self] = 1;
    s.host.broadcast(this.request(Type.preVote, s.term + 1, false));
  }

  // Enter candidate: pre-vote is off or won, or the leader handed over.
  becomeCandidate(transferred: boolean): void {
    const { s } = this;
    s.setTerm(s.term + 1, s.self);
    this.stand(Role.candidate);
    this.transferred = transferred;
    s.ownVote = s.hardTicket;
    s.host.mark(Mark.election, s.term, 0);
  }

  private stand(role: Role): void {
    const { s } = this;
    const knewLeader = s.leader >= 0;
    s.role = role;
    s.leader = -1;
    s.ownVote = 0;
    s.incoming = null;
    s.votes.fill(0);
    s.timers.armElection();
    if (knewLeader) this.reads.leaderChanged();
  }

  /** After writes: a candidate's term and own vote are on disk, so it counts its vote and asks for others'. */
  voteForSelfWhenDurable(): void {
    const { s } = this;
    if (s.ownVote === 0 || s.ownVote > s.durableTicket) return;
    s.ownVote = 0;
    s.votes[s.self] = 1;
    if (s.n > 1) s.host.broadcast(this.request(Type.requestVote, s.term, this.transferred));
    this.tally();
  }

  private request(type: VoteRequest['type'], term: number, transfer: boolean): VoteRequest {
    const { log } = this.s;
    return { type, term, lastIndex: log.last, lastTerm: log.lastTerm, transfer };
  }

  // Enter leader: a majority voted for this candidate. Leaders are in probe mode towards all until they hear from them.
  becomeLeader(): void {
    const { s } = this;
    s.role = Role.leader;
    s.leader = s.self;
    s.leads(s.term);
    s.progress = new Progress(s.n, s.options.maxInflight, s.log.last);
    s.timers.cancelElection();
    s.timers.armHeartbeat();
    if (s.options.checkQuorum) s.timers.armCheckQuorum();
    s.host.mark(Mark.leader, s.term, 0);
    // The no-op (6.4): without an entry of its own term a leader can commit nothing and serve no read.
    s.termStart = s.log.last + 1;
    s.propose(null);
    this.proposals.move();
    this.reads.ask();
  }

  // --- Votes -----------------------------------------------------------------------------------------------------------------

  /** True when a request for a (pre-)vote is to be ignored: this node leads, or heard its leader within the base timeout. */
  refusesInLease(message: VoteRequest): boolean {
    const { s } = this;
    if (message.transfer || s.leader < 0 || !(s.options.checkQuorum || s.options.preVote)) return false;
    if (s.role !== Role.leader && !s.timers.inLease()) return false;
    s.host.mark(Mark.leaseRefusal, message.term, 0);
    return true;
  }

  /** A request of this term (a pre-vote: of any). Granted when the candidate's log is at least as up-to-date (3.6.1). */
  onVoteRequest(from: NodeId, message: VoteRequest): void {
    const { s } = this;
    const { log } = s;
    const upToDate =
      message.lastTerm > log.lastTerm || (message.lastTerm === log.lastTerm && message.lastIndex >= log.last);
    // One vote a term, and none once the term has its leader.
    const free = message.term === s.term && (s.vote === from || (s.vote < 0 && s.leader < 0));
    if (message.type === Type.preVote) {
      // Nothing is recorded: a pre-vote may go to many. A refusal carries this node's term, which may be ahead.
      const granted = upToDate && (message.term > s.term || free);
      const term = granted ? message.term : s.term;
      s.send(from, { type: Type.preVoteResponse, term, granted }, s.hardTicket);
      return;
    }
    const granted = upToDate && free;
    if (granted) {
      if (s.vote !== from) s.setTerm(s.term, from);
      s.role = Role.follower; // It may have been asking for pre-votes itself.
      s.timers.armElection();
    }
    s.send(from, { type: Type.voteResponse, term: s.term, granted }, s.hardTicket);
  }

  onVoteResponse(from: NodeId, message: VoteResponse): void {
    const { s } = this;
    const expected = message.type === Type.preVoteResponse ? Role.preCandidate : Role.candidate;
    const term = message.type === Type.preVoteResponse && message.granted ? s.term + 1 : s.term;
    if (s.role !== expected || message.term !== term) return;
    if (s.votes[from] === 0) s.votes[from] = message.granted ? 1 : -1;
    this.tally();
  }

  private tally(): void {
    const { s } = this;
    let granted = 0;
    let refused = 0;
    for (const vote of s.votes) {
      if (vote > 0) granted++;
      else if (vote < 0) refused++;
    }
    if (granted >= s.quorum) {
      if (s.role === Role.preCandidate) this.becomeCandidate(false);
      else this.becomeLeader();
    } else if (s.n - refused < s.quorum) this.becomeFollower(s.term, -1);
  }
}
