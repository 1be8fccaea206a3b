/** A link while it is irregular: what was lost on it, what waits, and how its sender times repairs (RFC 6298, RFC 5681). */
import type { Duration, Instant } from '../units/quantities.ts';
import type { Links } from './links.ts';

const MINIMUM_TIMEOUT: Duration = 200_000_000;

/** A copy that waits at its sender, with the time at which it left (or would have left) the card. */
export interface Held {
  readonly flight: number;
  readonly departure: Instant;
}

/** A lost copy until its repair has left, and what was sent behind it. */
export interface Hole {
  readonly lost: Held;
  /** When the lost copy and all before it had left. */
  readonly left: Instant;
  readonly behind: Held[];
  /** Segments behind the lost one that leave within one round trip. */
  later: number;
  /** When the sender acts: after one round trip, then at each timeout. */
  decideAt: Instant;
  /** The number of the last repair: 1 is the fast retransmission, those at timeouts follow. */
  attempt: number;
  /** The last timeout; 0 before the first. */
  wait: Duration;
}

/** One direction between two islands while it is irregular. */
export interface LinkState {
  readonly source: number;
  readonly receiver: number;
  hole: Hole | null;
  /** What was handed over while the link was cut. */
  held: Held[];
  /** The connection broke; the next message pays for the handshake. */
  broken: boolean;
  /** When the message that paid for the last handshake leaves, or left, its card. */
  paysAt: Instant;
}

/** How many of these copies of one link, in order, left before `at`: none counts that stands behind one that did not. */
export function leftBefore(copies: readonly Held[], at: Instant): number {
  const first = copies.findIndex(({ departure }) => departure >= at);
  return first < 0 ? copies.length : first;
}

/** SRTT: both base delays and twice the mean jitter. */
export function roundTrip(links: Links, { source, receiver }: LinkState): Duration {
  return links.base(source, receiver) + links.base(receiver, source) + Math.floor(2 * links.jitter.mean);
}

/** max(200 ms, SRTT + 4 RTTVAR) (RFC 6298 with Linux's floor), RTTVAR taken as the spread between the jitter's quartiles. */
export function retransmissionTimeout(links: Links, state: LinkState): Duration {
  const { jitter } = links;
  const deviation = Math.floor(jitter.draw(0xc0000000 | 0) - jitter.draw(0x40000000));
  return Math.max(MINIMUM_TIMEOUT, roundTrip(links, state) + 4 * deviation);
}
