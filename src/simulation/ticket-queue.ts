/**
 * Completed fsyncs that a replica is still to be told of: their tickets, which are the protocol's own numbers, in order of their instants.
 * A ring, since an array that is emptied again and again is made anew each time.
 */
import { NO_DOUBLES } from '../kernel/no-columns.ts';
import { type Instant, NEVER } from '../units/quantities.ts';

const FIRST = 2;

export class TicketQueue {
  /** The instant of the first; NEVER when there is none. */
  headAt: Instant = NEVER;
  private at = NO_DOUBLES;
  private tickets = NO_DOUBLES;
  private first = 0;
  private count = 0;

  push(at: Instant, ticket: number): void {
    if (this.count === this.at.length) this.grow();
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    this.tickets[slot] = ticket;
    if (this.count++ === 0) this.headAt = at;
  }

  /** The first ticket, which is there. */
  pop(): number {
    const ticket = this.tickets[this.first] as number;
    this.first = (this.first + 1) & (this.at.length - 1);
    this.headAt = --this.count === 0 ? NEVER : (this.at[this.first] as number);
    return ticket;
  }

  clear(): void {
    this.count = 0;
    this.headAt = NEVER;
  }

  private grow(): void {
    const turned = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(Math.max(FIRST, from.length * 2));
      to.set(from.subarray(this.first));
      to.set(from.subarray(0, this.first), from.length - this.first);
      return to;
    };
    this.at = turned(this.at);
    this.tickets = turned(this.tickets);
    this.first = 0;
  }
}
