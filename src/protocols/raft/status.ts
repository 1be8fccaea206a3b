/** A replica's state in the thesis' variables, for traces and the live view; never in the hot path. */
import type { ReplicaStatus } from '../protocol.ts';
import { Mode } from './progress.ts';
import { type RaftState, Role } from './state.ts';

export function roleName(role: Role): ReplicaStatus['role'] {
  if (role === Role.leader) return 'leader';
  return role === Role.follower ? 'follower' : 'candidate';
}

/** `vote`, the log as `base|term:index…` (first index of each term), what is durable, and at the leader each follower's progress. */
export function describe(s: RaftState): string {
  const { log } = s;
  const runs: string[] = [];
  let term = -1;
  for (let index = log.base + 1; index <= log.last; index++) {
    if (log.termAt(index) === term) continue;
    term = log.termAt(index);
    runs.push(`${index}@${term}`);
  }
  const parts = [
    `vote=${s.vote}`,
    `log=(${log.base}@${log.baseTerm}) ${runs.join(' ')}${runs.length > 0 ? '..' : 'empty..'}${log.last}`,
  ];
  if (s.role === Role.preCandidate) parts.push('pre-vote');
  if (s.durableIndex !== log.last) parts.push(`durable=${s.durableIndex}`);
  if (s.snapshot !== null) parts.push(`snapshot=${s.snapshot.state.position}@${s.snapshot.term}`);
  if (s.transferee >= 0) parts.push(`transferee=${s.transferee}`);
  const { progress } = s;
  if (progress !== null)
    for (let node = 0; node < s.n; node++)
      if (node !== s.self)
        parts.push(
          `${node}:${modeName(progress.mode[node] as number)} match=${progress.match[node]} next=${progress.next[node]}`,
        );
  return parts.join(' ');
}

function modeName(mode: number): string {
  if (mode === Mode.probe) return 'probe';
  return mode === Mode.replicate ? 'replicate' : 'snapshot';
}
