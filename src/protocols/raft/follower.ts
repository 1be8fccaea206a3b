/** The follower's side of log replication (thesis 3.5, figure 3.1 "AppendEntries RPC, receiver implementation") and heartbeats. */
import type { NodeId } from '../../units/quantities.ts';
import type { Entry } from './log.ts';
import { type AppendEntries, type Heartbeat, Type } from './messages.ts';
import type { RaftState } from './state.ts';

/** Called with a message of this term's leader. */
export function onAppend(s: RaftState, from: NodeId, message: AppendEntries): void {
  const { log } = s;
  const { prevIndex, prevTerm, entries } = message;
  // What lies before this log's base is committed, so it agrees.
  if (prevIndex >= log.base && log.termAt(prevIndex) !== prevTerm) {
    const hint = log.lastWithin(prevIndex, prevTerm);
    const hintTerm = Math.max(0, log.termAt(hint));
    s.send(
      from,
      { type: Type.appendResponse, term: s.term, success: false, index: prevIndex, hint, hintTerm },
      s.hardTicket,
    );
    return;
  }
  appendMissing(s, entries);
  const last = prevIndex + entries.length;
  if (message.commit > s.commit) s.advanceCommit(Math.max(s.commit, Math.min(message.commit, last)));
  // True, and an acknowledgement, once the entries are on disk.
  s.send(
    from,
    { type: Type.appendResponse, term: s.term, success: true, index: last, hint: 0, hintTerm: 0 },
    Math.max(s.hardTicket, s.logTicket),
  );
}

/** Entries that are here already stay; the first that conflicts (same index, other term) ends what the log has to itself. */
function appendMissing(s: RaftState, entries: readonly Entry[]): void {
  const { log } = s;
  for (const entry of entries) {
    if (entry.index <= log.base) continue;
    if (entry.index <= log.last) {
      if (log.termAt(entry.index) === entry.term) continue;
      s.truncateFrom(entry.index);
    }
    s.append(entry);
  }
}

/** Called with a message of this term's leader. Its commit index is never beyond what this log is known to share. */
export function onHeartbeat(s: RaftState, from: NodeId, message: Heartbeat): void {
  if (message.commit > s.commit) s.advanceCommit(message.commit);
  s.send(from, { type: Type.heartbeatResponse, term: s.term, round: message.round }, s.hardTicket);
}
