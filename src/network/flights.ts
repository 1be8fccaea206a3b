/**
 * Messages in flight as rows of typed arrays. A broadcast is one flight however many receivers it has:
 * what differs by receiver (departure of its copy, jitter) is computed from its row; an arrival is a flight number and a time.
 */
import type { Instant } from '../units/quantities.ts';

/** What a flight carries. `forward` is a follower handing clients' requests on. */
export const FlightKind = { protocol: 0, request: 1, reply: 2, forward: 3 } as const;

/**
 * A row is 64 bytes, read as integers or as doubles: flight f has `ints[f * INTS + column]` and `doubles[f * DOUBLES + column]`. What
 * every receiver reads stands in its first 48 bytes, which share a cache line: the memory of a large array begins 16 bytes past one.
 */
export const INTS = 16;
export const DOUBLES = 8;

export const FlightColumn = {
  source: 0,
  /** Counts the messages of one source, from 0. With the source it names the message for jitter and for ties. */
  sequence: 1,
  /** Copies not yet delivered or dropped; the flight is free at 0. */
  copies: 2,
  /** Bytes on the wire, headers included. */
  wire: 3,
  hash: 4,
  /** Protocol: the message's type. Request, reply: the request id. Forward: how many requests. */
  subject: 5,
  kind: 6,
  /** 1 for a broadcast, whose copies leave one after the other. */
  wide: 7,
  // Doubles, in the place of the integers 8 to 11.
  /** ns from a copy's first byte to its last. */
  spread: 4,
  /** ns of verification at each receiver. */
  verify: 5,
  // Integers again.
  /** Reply: the leader that the replica names (−1 unknown). */
  detail: 12,
  /** Reply: index in its batch (−1: none). */
  index: 13,
  /** Reply: the result that replies must agree on. */
  result: 14,
} as const;

/** When copies leave: `departures[f * DEPARTURE + column]`. Copy i leaves at start + floor(fraction + first + i × step). */
export const DEPARTURE = 4;
export const DepartureColumn = {
  start: 0,
  // Fixed-point ns.
  fraction: 1,
  first: 2,
  step: 3,
} as const;

const FIRST = 16;
const ROW = INTS;
const { source: SOURCE, sequence: SEQUENCE, copies: COPIES } = FlightColumn;

export class Flights {
  doubles = new Float64Array(FIRST * DOUBLES);
  ints = new Int32Array(this.doubles.buffer);
  departures = new Float64Array(FIRST * DEPARTURE);
  /** The message, batch or list of ids. */
  load: unknown[] = new Array(FIRST).fill(null);
  /** Copies in flight now and at most, over all flights. */
  inFlight = 0;
  peak = 0;
  private free = new Int32Array(FIRST);
  private freeCount = 0;
  private made = 1;

  /** A fresh flight with `copies` copies; the caller fills the columns. Flight 0 is never used. */
  take(copies: number): number {
    let flight: number;
    if (this.freeCount > 0) flight = this.free[--this.freeCount] as number;
    else {
      flight = this.made++;
      if (flight === this.free.length) this.grow();
    }
    this.ints[flight * ROW + COPIES] = copies;
    this.inFlight += copies;
    if (this.inFlight > this.peak) this.peak = this.inFlight;
    return flight;
  }

  /** One copy was delivered or dropped. */
  drop(flight: number): void {
    this.inFlight--;
    const place = flight * ROW + COPIES;
    const left = (this.ints[place] as number) - 1;
    this.ints[place] = left;
    if (left === 0) {
      this.load[flight] = null;
      this.free[this.freeCount++] = flight;
    }
  }

  /** When the copy at place `order` of the broadcast has left its sender's card. */
  departure(flight: number, order: number): Instant {
    const { departures } = this;
    const row = flight * DEPARTURE;
    const inside =
      (departures[row + DepartureColumn.fraction] as number) +
      (departures[row + DepartureColumn.first] as number) +
      order * (departures[row + DepartureColumn.step] as number);
    return (departures[row + DepartureColumn.start] as number) + Math.floor(inside);
  }

  /** The island of each client group, for messages that have no row: a request on a lane is queued as ~id. */
  groupIslands: Int32Array = new Int32Array(0);

  /** The island that sent this flight or lane request. */
  sourceOf(flight: number): number {
    if (flight < 0) return this.groupIslands[~flight % this.groupIslands.length] as number;
    return this.ints[flight * ROW + SOURCE] as number;
  }

  /** Messages that travel on lanes: they have no row, but they are in flight. */
  takeLight(count: number): void {
    this.inFlight += count;
    if (this.inFlight > this.peak) this.peak = this.inFlight;
  }

  /**
   * Total order of deliveries at one instant: source, then sequence. Lane requests of one source are queued in order of sequence,
   * so none comes before another.
   */
  readonly before = (a: number, b: number): boolean => {
    const { ints } = this;
    const sourceA = this.sourceOf(a);
    const sourceB = this.sourceOf(b);
    if (sourceA !== sourceB) return sourceA < sourceB;
    if (a < 0 || b < 0) return false;
    return (ints[a * ROW + SEQUENCE] as number) < (ints[b * ROW + SEQUENCE] as number);
  };

  get memory(): number {
    return this.doubles.byteLength + this.departures.byteLength + this.free.byteLength + this.load.length * 8;
  }

  private grow(): void {
    const size = this.free.length * 2;
    const doubles = new Float64Array(size * DOUBLES);
    // As bits: what is no double may not pass through one.
    const ints = new Int32Array(doubles.buffer);
    ints.set(this.ints);
    this.ints = ints;
    this.doubles = doubles;
    const departures = new Float64Array(size * DEPARTURE);
    departures.set(this.departures);
    this.departures = departures;
    const free = new Int32Array(size);
    free.set(this.free);
    this.free = free;
    for (let i = this.load.length; i < size; i++) this.load.push(null);
  }
}
