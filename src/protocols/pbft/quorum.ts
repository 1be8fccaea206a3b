/**
 * Quorums and primaries (OSDI'99 sections 3 and 4.1). A quorum is the least number of replicas such that any two quorums share
 * a correct one: Q = ⌈(n + f + 1) / 2⌉, which is 2f + 1 when n = 3f + 1. For other n two sets of 2f + 1 could share too few.
 */
import type { NodeId } from '../../units/quantities.ts';

export interface Quorums {
  readonly n: number;
  /** Faulty replicas tolerated. */
  readonly f: number;
  /** Any two quorums share a correct replica, and the correct replicas alone form one. */
  readonly quorum: number;
  /** f + 1, the weak certificate: at least one of them is correct. */
  readonly weak: number;
}

/** `faults` null: as many as n replicas can bear, ⌊(n − 1) / 3⌋. */
export function quorumsOf(n: number, faults: number | null): Quorums {
  const f = faults ?? Math.floor((n - 1) / 3);
  return { n, f, quorum: Math.ceil((n + f + 1) / 2), weak: f + 1 };
}

/** The primary of a view: p = v mod n. */
export function primaryOf(view: number, n: number): NodeId {
  return view % n;
}
