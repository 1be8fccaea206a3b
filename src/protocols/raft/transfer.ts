/**
 * Leadership transfer (thesis 3.10): the leader takes no more proposals, brings the target up to date and tells it to campaign at
 * once. If the target does not lead within a base election timeout, the leader goes on as before.
 */
import type { NodeId } from '../../units/quantities.ts';
import { Mark, Timer } from './host.ts';
import { Type } from './messages.ts';
import type { Progress } from './progress.ts';
import { sendAppend } from './replication.ts';
import type { RaftState } from './state.ts';

/** The administrator's command; a follower passes it on, a node without a leader cannot obey. */
export function transferLeadership(s: RaftState, to: NodeId): void {
  if (!Number.isInteger(to) || to < 0 || to >= s.n)
    throw new Error(`raft: cannot transfer leadership to node ${to}: the nodes are 0 to ${s.n - 1}`);
  if (s.progress !== null) beginTransfer(s, s.progress, to);
  else if (s.leader >= 0) s.send(s.leader, { type: Type.transferLeadership, term: s.term, to }, s.hardTicket);
}

// Enter transfer: this node leads and the target is another. A second command replaces the first.
function beginTransfer(s: RaftState, progress: Progress, to: NodeId): void {
  if (to === s.self || to === s.transferee) return;
  s.transferee = to;
  s.host.mark(Mark.transfer, to, 0);
  s.timers.armTransfer();
  progress.probing[to] = 0;
  if (!handOver(s, progress, to)) sendAppend(s, progress, to, true);
}

/** After an acknowledgement of the target: it is up to date, so it may campaign without waiting for its timeout. */
export function handOver(s: RaftState, progress: Progress, from: NodeId): boolean {
  if (from !== s.transferee || (progress.match[from] as number) < s.log.last) return false;
  s.host.send(from, { type: Type.timeoutNow, term: s.term });
  return true;
}

/** The target does not lead in time: proposals go on. */
export function giveUpTransfer(s: RaftState): void {
  s.transferee = -1;
  s.host.cancelTimer(Timer.transfer, 0);
}
