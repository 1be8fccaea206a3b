/**
 * A message from the end of the job that made it until its copies have left: what is signed, handed over and sent. Copies of
 * one link leave in the order in which they were made (a tcp stream), whichever lane of the card is faster.
 */
import type { Instant } from '../../units/quantities.ts';

export interface Copy {
  readonly flight: number;
  readonly source: number;
  readonly receiver: number;
  /** When its last byte left the card; null while it has not. */
  departure: Instant | null;
  /** Its receiver crashed, or was out of reach: it still uses the card, but will not arrive. */
  lost: boolean;
}

export interface Outgoing {
  readonly flight: number;
  readonly wire: number;
  /** In the card's order. Empty for a reply to clients on the machine. */
  readonly copies: readonly Copy[];
  signed: boolean;
}
