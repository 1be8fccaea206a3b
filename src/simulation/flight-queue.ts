/** A queue of (instant, flight) in time order: a ring of columns. Ties keep total order: source, then sequence. */
import { powerOfTwoFrom } from '../kernel/elementary.ts';
import { NO_DOUBLES, NO_INTS } from '../kernel/no-columns.ts';
import type { Flights } from '../network/flights.ts';
import type { Instant } from '../units/quantities.ts';
import * as quantities from '../units/quantities.ts';

// V8 folds a module's own constants into its code, but not imported ones (ADR 0009).
const { NEVER } = quantities;

// Many runs are one election long, and many queues stay empty: making columns would cost more than they do.
const FIRST = 8;
/** What a queue is expected to hold is not made room for beyond this. */
const MOST_EXPECTED = 1024;
/** Up to this length a queue that is full grows fourfold: it will hold more, and each step is memory to get, fill and give back. */
const QUICKLY = 256;

export class FlightQueue {
  /** The instant of the first entry; NEVER when empty. */
  headAt: Instant = NEVER;
  private readonly flights: Flights;
  private at = NO_DOUBLES;
  private flight = NO_INTS;
  private readonly least: number;
  private first = 0;
  private count = 0;

  /** @param expected about how many entries wait at once, once any do */
  constructor(flights: Flights, expected = FIRST) {
    this.flights = flights;
    this.least = powerOfTwoFrom(Math.min(MOST_EXPECTED, Math.max(FIRST, expected)));
  }

  /** The first flight; 0 when empty. */
  get head(): number {
    return this.count === 0 ? 0 : (this.flight[this.first] as number);
  }

  peek(i: number): number {
    return i >= this.count ? 0 : (this.flight[(this.first + i) & (this.at.length - 1)] as number);
  }

  peekAt(i: number): Instant {
    return this.at[(this.first + i) & (this.at.length - 1)] as number;
  }

  /** The instant of the last entry; −∞ when empty. */
  get lastAt(): Instant {
    return this.count === 0 ? Number.NEGATIVE_INFINITY : this.peekAt(this.count - 1);
  }

  /**
   * When a thread that is free from `free` on begins with the first entry: `wakeUp` after it became ready where that found the thread
   * idle, unless it comes from clients on the machine (`self`), who are awake. Never where there is none.
   */
  startAt(free: Instant, wakeUp: number, self: number): Instant {
    if (this.headAt <= free) return free;
    if (wakeUp === 0 || this.count === 0 || this.flights.sourceOf(this.head) === self) return this.headAt;
    return this.headAt + wakeUp;
  }

  /** Appends; `at` must not be before the last entry's. */
  push(at: Instant, flight: number): void {
    if (this.count === this.at.length) this.grow();
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    this.flight[slot] = flight;
    if (this.count++ === 0) this.headAt = at;
  }

  /**
   * Appends the lane requests of one link, from place `cursor` of `exits` and `leavers` on, up to the instant `last` and before
   * `limit`: directly behind another of them or behind what is earlier. Returns the place after them.
   */
  takeRequests(exits: Float64Array, leavers: Int32Array, cursor: number, last: Instant, limit: Instant): number {
    let place = cursor;
    for (;;) {
      const at = exits[place] as number;
      if (at > last || at >= limit) return place;
      const flight = leavers[place] as number;
      if (flight >= 0 || this.count === 0) return place;
      if (this.count === this.at.length) this.grow();
      const mask = this.at.length - 1;
      const before = (this.first + this.count - 1) & mask;
      const time = this.at[before] as number;
      if (time > at || (time === at && (this.flight[before] as number) >= 0)) return place;
      const slot = (before + 1) & mask;
      this.at[slot] = at;
      this.flight[slot] = flight;
      this.count++;
      place++;
    }
  }

  /**
   * Inserts in total order, but not before an earlier message of the same source: `at` is put off to that one's instant. Such a
   * message is still here when it lies later, so nothing else need be remembered of a link.
   */
  insertInLinkOrder(at: Instant, flight: number): void {
    const { count } = this;
    if (count === 0 || (this.at[(this.first + count - 1) & (this.at.length - 1)] as number) < at)
      return this.push(at, flight);
    const mask = this.at.length - 1;
    const source = this.flights.sourceOf(flight);
    for (let i = count - 1; i >= 0; i--) {
      const slot = (this.first + i) & mask;
      const time = this.at[slot] as number;
      if (time < at) break;
      if (this.flights.sourceOf(this.flight[slot] as number) !== source) continue;
      at = time;
      break;
    }
    this.place(at, flight);
  }

  private place(at: Instant, flight: number): void {
    if (this.count === this.at.length) this.grow();
    const mask = this.at.length - 1;
    let i = this.count++;
    while (i > 0) {
      const before = (this.first + i - 1) & mask;
      const time = this.at[before] as number;
      if (time < at || (time === at && !this.flights.before(flight, this.flight[before] as number))) break;
      const slot = (this.first + i) & mask;
      this.at[slot] = time;
      this.flight[slot] = this.flight[before] as number;
      i--;
    }
    const slot = (this.first + i) & mask;
    this.at[slot] = at;
    this.flight[slot] = flight;
    this.headAt = this.at[this.first] as number;
  }

  /** Takes out the entry of `flight` that is last in order. */
  takeBack(flight: number): void {
    const mask = this.at.length - 1;
    const { first } = this;
    const last = --this.count;
    let i = last;
    while (i >= 0 && this.flight[(first + i) & mask] !== flight) i--;
    if (i < 0) throw new Error(`flight ${flight} is to be taken back, but does not wait`);
    for (; i < last; i++) {
      this.at[(first + i) & mask] = this.at[(first + i + 1) & mask] as number;
      this.flight[(first + i) & mask] = this.flight[(first + i + 1) & mask] as number;
    }
    this.headAt = last === 0 ? NEVER : (this.at[first] as number);
  }

  pop(): number {
    const flight = this.flight[this.first] as number;
    this.first = (this.first + 1) & (this.at.length - 1);
    this.headAt = --this.count === 0 ? NEVER : (this.at[this.first] as number);
    return flight;
  }

  private grow(): void {
    const { first, count } = this;
    const old = this.at.length;
    const size = Math.max(this.least, old * (old < QUICKLY ? 4 : 2));
    const at = new Float64Array(size);
    const flight = new Int32Array(size);
    // What reaches the end of the ring, then what goes on at its beginning.
    const head = Math.min(count, old - first);
    at.set(this.at.subarray(first, first + head));
    at.set(this.at.subarray(0, count - head), head);
    flight.set(this.flight.subarray(first, first + head));
    flight.set(this.flight.subarray(0, count - head), head);
    this.at = at;
    this.flight = flight;
    this.first = 0;
  }
}
