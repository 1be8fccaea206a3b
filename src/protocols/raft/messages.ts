/**
 * The messages: AppendEntries, RequestVote and InstallSnapshot with their responses (thesis figures 3.1 and 5.3), and what etcd/raft
 * adds to them: heartbeats of their own, pre-vote (9.6), TimeoutNow (3.10) and ReadIndex (6.4).
 */
import { absorb } from '../../kernel/random.ts';
import type { Bytes, Digest, NodeId, Position } from '../../units/quantities.ts';
import type { SnapshotRef } from '../protocol.ts';
import type { Entry } from './log.ts';

/** Index into MESSAGE_NAMES. */
export const Type = {
  append: 0,
  appendResponse: 1,
  heartbeat: 2,
  heartbeatResponse: 3,
  requestVote: 4,
  voteResponse: 5,
  preVote: 6,
  preVoteResponse: 7,
  installSnapshot: 8,
  snapshotResponse: 9,
  timeoutNow: 10,
  readIndex: 11,
  readIndexResponse: 12,
  transferLeadership: 13,
} as const;

export const MESSAGE_NAMES = [
  'append-entries',
  'append-response',
  'heartbeat',
  'heartbeat-response',
  'request-vote',
  'vote-response',
  'pre-vote',
  'pre-vote-response',
  'install-snapshot',
  'snapshot-response',
  'timeout-now',
  'read-index',
  'read-index-response',
  'transfer-leadership',
] as const;

/** A snapshot with the term of the last entry it covers. */
export interface LogSnapshot {
  readonly state: SnapshotRef;
  readonly term: number;
}

export interface AppendEntries {
  readonly type: typeof Type.append;
  readonly term: number;
  readonly prevIndex: Position;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  /** leaderCommit. */
  readonly commit: Position;
}

export interface AppendResponse {
  readonly type: typeof Type.appendResponse;
  readonly term: number;
  readonly success: boolean;
  /** Success: the follower's log equals the leader's up to here, on disk. Else: the prevIndex that did not match. */
  readonly index: Position;
  /** Not a success: the last index at which the logs may agree, and its term in the follower's log. */
  readonly hint: Position;
  readonly hintTerm: number;
}

export interface Heartbeat {
  readonly type: typeof Type.heartbeat;
  readonly term: number;
  /** min(matchIndex of the receiver, commitIndex): never beyond what the receiver's log shares with the leader's. */
  readonly commit: Position;
  /** Numbers the leader's heartbeat rounds within its term; echoed. Confirms reads and tells what a follower has not answered. */
  readonly round: number;
}

export interface HeartbeatResponse {
  readonly type: typeof Type.heartbeatResponse;
  readonly term: number;
  readonly round: number;
}

export interface VoteRequest {
  readonly type: typeof Type.requestVote | typeof Type.preVote;
  /** For a pre-vote: the term that the election would have. */
  readonly term: number;
  readonly lastIndex: Position;
  readonly lastTerm: number;
  /** Caused by TimeoutNow: voters need not wait for their lease to end. */
  readonly transfer: boolean;
}

export interface VoteResponse {
  readonly type: typeof Type.voteResponse | typeof Type.preVoteResponse;
  /** A granted pre-vote repeats the request's term; everything else carries the voter's term. */
  readonly term: number;
  readonly granted: boolean;
}

export interface InstallSnapshot {
  readonly type: typeof Type.installSnapshot;
  readonly term: number;
  readonly snapshot: LogSnapshot;
  /** This is number `chunk` (from 0) of `chunks`. */
  readonly chunk: number;
  readonly chunks: number;
  readonly bytes: Bytes;
}

export interface SnapshotResponse {
  readonly type: typeof Type.snapshotResponse;
  readonly term: number;
  readonly position: Position;
  /** Chunks that the follower holds, from the first without a gap. */
  readonly received: number;
}

export interface TimeoutNow {
  readonly type: typeof Type.timeoutNow;
  readonly term: number;
}

export interface ReadIndex {
  readonly type: typeof Type.readIndex;
  readonly term: number;
  /** Numbers the rounds of reads at the asking follower. */
  readonly read: number;
}

export interface ReadIndexResponse {
  readonly type: typeof Type.readIndexResponse;
  readonly term: number;
  readonly read: number;
  readonly index: Position;
}

/** An administrator's command, passed on to the leader. */
export interface TransferLeadership {
  readonly type: typeof Type.transferLeadership;
  readonly term: number;
  readonly to: NodeId;
}

export type RaftMessage =
  | AppendEntries
  | AppendResponse
  | Heartbeat
  | HeartbeatResponse
  | VoteRequest
  | VoteResponse
  | InstallSnapshot
  | SnapshotResponse
  | TimeoutNow
  | ReadIndex
  | ReadIndexResponse
  | TransferLeadership;

/** Type, group, sender, receiver and term, as a length-prefixed binary encoding has them; 8 bytes a further number. */
const HEADER: Bytes = 24;
const NUMBER: Bytes = 8;
const SNAPSHOT_HEADER: Bytes = 64;

export function sizeOf(message: RaftMessage): Bytes {
  switch (message.type) {
    case Type.append: {
      let bytes = HEADER + 3 * NUMBER;
      for (const entry of message.entries) bytes += entry.bytes;
      return bytes;
    }
    case Type.appendResponse:
      return HEADER + 3 * NUMBER;
    case Type.installSnapshot:
      return HEADER + SNAPSHOT_HEADER + message.bytes;
    case Type.heartbeat:
    case Type.requestVote:
    case Type.preVote:
    case Type.snapshotResponse:
    case Type.readIndexResponse:
      return HEADER + 2 * NUMBER;
    default:
      return HEADER + NUMBER;
  }
}

/** Everything that distinguishes a message, for the run digest. */
export function hashOf(message: RaftMessage): Digest {
  const hash = absorb(absorb(0x5261_6674, message.type), message.term);
  switch (message.type) {
    case Type.append: {
      let all = absorb(absorb(absorb(hash, message.prevIndex), message.prevTerm), message.commit);
      for (const entry of message.entries)
        all = absorb(absorb(all, entry.term), entry.batch === null ? 0 : entry.batch.digest);
      return absorb(all, message.entries.length);
    }
    case Type.appendResponse:
      return absorb(
        absorb(absorb(absorb(hash, message.success ? 1 : 0), message.index), message.hint),
        message.hintTerm,
      );
    case Type.heartbeat:
      return absorb(absorb(hash, message.commit), message.round);
    case Type.heartbeatResponse:
      return absorb(hash, message.round);
    case Type.requestVote:
    case Type.preVote:
      return absorb(absorb(absorb(hash, message.lastIndex), message.lastTerm), message.transfer ? 1 : 0);
    case Type.voteResponse:
    case Type.preVoteResponse:
      return absorb(hash, message.granted ? 1 : 0);
    case Type.installSnapshot: {
      const { state, term } = message.snapshot;
      return absorb(
        absorb(absorb(absorb(absorb(hash, state.position), state.digest), term), message.chunk),
        message.chunks,
      );
    }
    case Type.snapshotResponse:
      return absorb(absorb(hash, message.position), message.received);
    case Type.readIndex:
      return absorb(hash, message.read);
    case Type.readIndexResponse:
      return absorb(absorb(hash, message.read), message.index);
    case Type.transferLeadership:
      return absorb(hash, message.to);
    case Type.timeoutNow:
      return hash;
  }
}
