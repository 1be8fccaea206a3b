/**
 * Log replication, the leader's side (thesis 3.5, 3.6.2 and 10.2): sending entries, heartbeats, answers, commitment. Only the
 * leader's log moves entries; its own disk write runs in parallel with its followers' (10.2.1) and counts when done.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { Entry } from './log.ts';
import { type AppendEntries, type AppendResponse, type HeartbeatResponse, Type } from './messages.ts';
import { Mode, type Progress } from './progress.ts';
import { nthLargest } from './quorum.ts';
import { beginSnapshot, resendChunks } from './snapshot.ts';
import type { RaftState } from './state.ts';

const NO_ENTRIES: readonly Entry[] = [];

/** Sends each follower what it lacks; to one that lacks nothing an empty message, which carries the commit index. */
export function replicate(s: RaftState, progress: Progress): void {
  const common = commonNext(s, progress);
  if (common > 0) broadcastFrom(s, progress, common);
  else for (let to = 0; to < s.n; to++) if (to !== s.self) sendAppend(s, progress, to, true);
}

/** nextIndex of all followers when all replicate and stand at one place, the usual case: they share each message. Else 0. */
function commonNext(s: RaftState, progress: Progress): Position {
  let common = 0;
  for (let to = 0; to < s.n; to++) {
    if (to === s.self) continue;
    const next = progress.next[to] as number;
    if (progress.mode[to] !== Mode.replicate || progress.isFull(to) || next <= s.log.base) return 0;
    if (common === 0) common = next;
    else if (common !== next) return 0;
  }
  return common;
}

/** The same to all, until some follower's window is full; the others are then sent the rest one by one. */
function broadcastFrom(s: RaftState, progress: Progress, first: Position): void {
  let next = first;
  do {
    const message = appendFrom(s, next);
    s.host.broadcast(message);
    next += message.entries.length;
    let full = false;
    for (let to = 0; to < s.n; to++) {
      if (to === s.self) continue;
      noteSent(s, progress, to, message);
      full ||= progress.isFull(to);
    }
    if (full) {
      for (let to = 0; to < s.n; to++) if (to !== s.self) sendAppend(s, progress, to, false);
      return;
    }
  } while (next <= s.log.last);
}

/** To one follower: all that its window allows, or one message in probe mode; with `evenEmpty`, at least one in any case. */
export function sendAppend(s: RaftState, progress: Progress, to: NodeId, evenEmpty: boolean): void {
  const mode = progress.mode[to];
  if (mode === Mode.snapshot || (mode === Mode.probe && progress.probing[to] === 1)) return;
  if ((progress.next[to] as number) <= s.log.base) {
    // A node that is not there to receive is spared the snapshot until it answers a heartbeat.
    if (progress.active[to] === 1) beginSnapshot(s, progress, to);
    return;
  }
  if (mode === Mode.probe) {
    progress.probing[to] = 1;
    const message = appendFrom(s, progress.next[to] as number);
    progress.sentIn[to] = progress.answered[s.self] as number;
    s.host.send(to, message);
    return;
  }
  let empty = evenEmpty;
  while (!progress.isFull(to) && (empty || (progress.next[to] as number) <= s.log.last)) {
    const message = appendFrom(s, progress.next[to] as number);
    s.host.send(to, message);
    noteSent(s, progress, to, message);
    empty = false;
  }
}

/** Requires base < next ≤ last + 1. */
function appendFrom(s: RaftState, next: Position): AppendEntries {
  const { log } = s;
  const entries = next > log.last ? NO_ENTRIES : log.slice(next, s.options.batch.maxBytes);
  return {
    type: Type.append,
    term: s.term,
    prevIndex: next - 1,
    prevTerm: log.termAt(next - 1),
    entries,
    commit: s.commit,
  };
}

/** Replicate mode: nextIndex runs ahead of the answer. An empty message takes no place in the window. */
function noteSent(s: RaftState, progress: Progress, to: NodeId, message: AppendEntries): void {
  progress.sentIn[to] = progress.answered[s.self] as number;
  const count = message.entries.length;
  if (count > 0) progress.sentUpTo(to, message.prevIndex + count);
}

/** Begins a heartbeat round and returns its number. No receiver learns of a commit index beyond what its log is known to hold. */
export function sendHeartbeats(s: RaftState, progress: Progress): number {
  const round = (progress.answered[s.self] as number) + 1;
  progress.answered[s.self] = round;
  for (let to = 0; to < s.n; to++) {
    if (to === s.self) continue;
    const commit = Math.min(progress.match[to] as number, s.commit);
    s.host.send(to, { type: Type.heartbeat, term: s.term, commit, round });
  }
  return round;
}

// --- Answers -----------------------------------------------------------------------------------------------------------------

export function onAppendResponse(s: RaftState, progress: Progress, from: NodeId, message: AppendResponse): void {
  progress.active[from] = 1;
  if (message.success) onAgreement(s, progress, from, message.index);
  else onConflict(s, progress, from, message);
}

/** The follower's log agrees, on its disk, up to `index`. */
function onAgreement(s: RaftState, progress: Progress, from: NodeId, index: Position): void {
  if (index > (progress.match[from] as number)) {
    progress.match[from] = index;
    progress.repeats[from] = 0;
    progress.advanced = true;
  }
  const match = progress.match[from] as number;
  if ((progress.next[from] as number) <= match) progress.next[from] = match + 1;
  const wasFull = progress.isFull(from);
  // A probe's success, or the snapshot (or enough of the log without it) at the follower: from now on pipelined.
  const mode = progress.mode[from];
  const needsSnapshot = match < Math.min(s.log.base, progress.sending[from]?.snapshot.state.position ?? 0);
  if (mode === Mode.replicate) progress.free(from, index);
  else if (index >= match && !needsSnapshot) progress.becomeReplicate(from);
  // It was held back, so it may lack entries or the commit index.
  if (wasFull || mode !== Mode.replicate) progress.resumed = from;
}

/**
 * The follower has no entry `index` of the message's term. What it has up to `hint` may agree: by term, back to the last entry of
 * the leader's log that is not newer than that (3.5, last paragraphs; etcd's form, which skips a term at a time on both sides).
 */
function onConflict(s: RaftState, progress: Progress, from: NodeId, { index, hint, hintTerm }: AppendResponse): void {
  const match = progress.match[from] as number;
  if (progress.mode[from] === Mode.replicate) {
    if (index <= match) return; // Answered before what is known already.
    progress.becomeProbe(from, match + 1);
  } else if (progress.mode[from] === Mode.probe) {
    if (index !== (progress.next[from] as number) - 1) return; // Not the answer to the last probe.
    const agreed = s.log.lastWithin(hint, hintTerm);
    progress.becomeProbe(from, Math.max(match + 1, Math.min(index, agreed + 1)));
  } else return;
  sendAppend(s, progress, from, true);
}

/** The answer to a heartbeat shows that a follower lives, and what it has not answered by now. */
export function onHeartbeatResponse(
  s: RaftState,
  progress: Progress,
  from: NodeId,
  { round }: HeartbeatResponse,
): void {
  progress.active[from] = 1;
  if (round > (progress.answered[from] as number)) progress.answered[from] = round;
  if (round <= (progress.sentIn[from] as number)) return; // Sent before the last message: says nothing about it.
  if (progress.mode[from] === Mode.snapshot) {
    if (progress.repeatDue(from, round)) resendChunks(s, progress, from);
  } else {
    if ((progress.match[from] as number) >= s.log.last) {
      progress.probing[from] = 0;
      return;
    }
    if (!progress.repeatDue(from, round)) return;
    progress.probing[from] = 0;
    if (progress.mode[from] === Mode.replicate && progress.isFull(from)) progress.freeOldest(from);
    sendAppend(s, progress, from, true);
  }
}

// --- Commitment --------------------------------------------------------------------------------------------------------------

/**
 * The highest index that a majority has on disk is committed if its entry is of the leader's own term (3.6.2: entries of earlier
 * terms are never committed by counting, see figure 3.7). True when the commit index advanced.
 */
export function advanceCommitByCounting(s: RaftState, progress: Progress): boolean {
  if (!progress.advanced && progress.match[s.self] === s.durableIndex) return false;
  progress.advanced = false;
  progress.match[s.self] = s.durableIndex;
  const index = nthLargest(progress.match, progress.scratch, s.quorum);
  if (index <= s.commit || index < s.termStart) return false;
  s.advanceCommit(index);
  return true;
}
