/**
 * Snapshots and log compaction (thesis chapter 5). A node that executed `snapshotEvery` entries writes a snapshot and, once that is
 * on disk, compacts its log; a follower that needs an entry the leader's log no longer has is sent the leader's snapshot in chunks.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import { type InstallSnapshot, type LogSnapshot, type SnapshotResponse, Type } from './messages.ts';
import type { Progress, Sending } from './progress.ts';
import type { RaftState } from './state.ts';

/** Chunks under way to one follower: enough to fill a link between continents, and no burst that floods it. */
const CHUNK_WINDOW = 8;

/** After execution: is it time for a snapshot? */
export function takeSnapshotWhenDue(s: RaftState): void {
  const covered = s.snapshot?.state.position ?? 0;
  if (s.saving !== null || s.applied - covered < s.options.snapshotEvery) return;
  const state = s.host.snapshot();
  const base = Math.max(s.log.base, state.position - s.options.snapshotKeep);
  s.saveSnapshot({ state, term: s.log.termAt(state.position) }, base);
}

/** After its write: the snapshot counts, and the log behind it is forgotten. */
export function compactWhenSaved(s: RaftState): void {
  if (s.saving === null || s.saving.ticket > s.durableTicket) return;
  s.snapshot = s.saving.snapshot;
  s.saving = null;
  s.log.compactTo(Math.max(s.log.base, s.snapshot.state.position - s.options.snapshotKeep));
}

// --- The leader's side -------------------------------------------------------------------------------------------------------

/** Enter snapshot mode: the follower needs an entry that was compacted, and it is there to receive. */
export function beginSnapshot(s: RaftState, progress: Progress, to: NodeId): void {
  const { snapshot } = s;
  if (snapshot === null) throw new Error(`raft: node ${s.self} compacted its log to ${s.log.base} without a snapshot`);
  progress.becomeSnapshot(to, snapshot, Math.max(1, Math.ceil(snapshot.state.bytes / s.options.snapshotChunk)));
  sendChunks(s, progress, to);
}

function sendChunks(s: RaftState, progress: Progress, to: NodeId): void {
  const sending = progress.sending[to] as Sending;
  const { snapshot, chunks } = sending;
  while (sending.sent < chunks && sending.sent < sending.acknowledged + CHUNK_WINDOW) {
    const chunk = sending.sent++;
    const bytes = Math.min(s.options.snapshotChunk, snapshot.state.bytes - chunk * s.options.snapshotChunk);
    progress.sentIn[to] = progress.answered[s.self] as number;
    s.host.send(to, { type: Type.installSnapshot, term: s.term, snapshot, chunk, chunks, bytes });
  }
}

/** A heartbeat sent after the last chunk was answered, yet some chunks were not: they are lost, and sent again. */
export function resendChunks(s: RaftState, progress: Progress, to: NodeId): void {
  const sending = progress.sending[to] as Sending;
  sending.sent = sending.acknowledged;
  sendChunks(s, progress, to);
}

export function onSnapshotResponse(s: RaftState, progress: Progress, from: NodeId, message: SnapshotResponse): void {
  progress.active[from] = 1;
  const sending = progress.sending[from];
  if (sending === null || sending === undefined || sending.snapshot.state.position !== message.position) return;
  if (message.received > sending.acknowledged) {
    progress.repeats[from] = 0;
    sending.acknowledged = message.received;
    sending.sent = Math.max(sending.sent, sending.acknowledged);
  } else if (message.received < sending.acknowledged) {
    // The follower lost what it had (a restart): begin again where it stands.
    sending.acknowledged = sending.sent = message.received;
  } else return;
  if (sending.acknowledged < sending.chunks) sendChunks(s, progress, from);
  else {
    // All chunks are there. An append-response follows when the snapshot is on the follower's disk; should that get lost, the
    // next heartbeat's answer lets a probe behind the snapshot go out.
    progress.becomeProbe(from, sending.snapshot.state.position + 1);
    progress.probing[from] = 1;
  }
}

// --- The follower's side -----------------------------------------------------------------------------------------------------

/** Called with a message of this term's leader. */
export function onInstallSnapshot(s: RaftState, from: NodeId, message: InstallSnapshot): void {
  const { snapshot } = message;
  const { position } = snapshot.state;
  // This log has the snapshot's last entry, hence all before it (Log Matching): keep the log and execute instead (etcd).
  if (position <= s.commit || s.log.termAt(position) === snapshot.term) {
    s.incoming = null;
    if (position > s.commit) s.advanceCommit(position);
    acknowledge(s, from, s.commit);
    return;
  }
  const received = receiveChunk(s, from, message, snapshot);
  s.send(from, { type: Type.snapshotResponse, term: s.term, position, received }, s.hardTicket);
  if (received < message.chunks) return;
  s.incoming = null;
  s.installSnapshot(snapshot);
  acknowledge(s, from, position);
}

/** The chunks held so far. One out of order is not kept: the leader sends it again. */
function receiveChunk(s: RaftState, leader: NodeId, message: InstallSnapshot, snapshot: LogSnapshot): number {
  const { position } = snapshot.state;
  const { incoming } = s;
  const same =
    incoming !== null && incoming.position === position && incoming.term === s.term && incoming.leader === leader;
  const current = same ? incoming : { position, term: s.term, leader, received: 0 };
  s.incoming = current;
  if (message.chunk === current.received) current.received++;
  return current.received;
}

/** The log agrees with the leader's up to `index`: true once it is on disk. */
function acknowledge(s: RaftState, to: NodeId, index: Position): void {
  const response = { type: Type.appendResponse, term: s.term, success: true, index, hint: 0, hintTerm: 0 } as const;
  s.send(to, response, Math.max(s.hardTicket, s.logTicket));
}
