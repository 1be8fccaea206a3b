/**
 * What a reply says of who leads: the replica's term (or view) and its leader as one small number, so that replies carry one field.
 * OSDI'99 section 4.1: a reply names the view, by which clients track the primary; Raft's clients likewise (thesis section 6.2).
 */
import type { NodeId } from '../units/quantities.ts';

/** Of a replica that knows of no leader. */
export const NO_HINT = -1;
const MOST = 2 ** 31;

/** One number for `term` and `leader`; NO_HINT where the leader is unknown, or the term too high to say (over 2³¹ ÷ n). */
export function leaderHint(term: number, leader: NodeId, nodes: number): number {
  const hint = leader < 0 ? NO_HINT : term * nodes + leader;
  return hint < MOST ? hint : NO_HINT;
}

export function hintedLeader(hint: number, nodes: number): NodeId {
  return hint % nodes;
}

export function hintedTerm(hint: number, nodes: number): number {
  return Math.floor(hint / nodes);
}
