/**
 * Messages in flight as columns. A broadcast is one flight however many receivers it has: what differs by receiver (departure of
 * its copy, jitter) is computed from these columns, and an arrival is only a flight number and a time.
 */
import type { Instant } from '../units/quantities.ts';

/** What a flight carries. `forward` is a follower handing clients' requests on. */
export const FlightKind = { protocol: 0, request: 1, reply: 2, forward: 3 } as const;

const FIRST = 256;

export class Flights {
  kind = new Uint8Array(FIRST);
  /** 1 for a broadcast, whose copies leave one after the other. */
  wide = new Uint8Array(FIRST);
  source = new Int32Array(FIRST);
  /** Counts the messages of one source, from 0. With the source it names the message for jitter and for ties. */
  sequence = new Int32Array(FIRST);
  /** Copies not yet delivered or dropped; the flight is free at 0. */
  copies = new Int32Array(FIRST);
  /** Bytes on the wire, headers included. */
  wire = new Int32Array(FIRST);
  hash = new Int32Array(FIRST);
  /** Protocol: the message's type. Request, reply: the request id. */
  subject = new Int32Array(FIRST);
  /** Reply: the leader that the replica names (−1 unknown). Request: 1 when handed over inside one machine. */
  detail = new Int32Array(FIRST);
  /** Reply: index in its batch (−1: none). */
  index = new Int32Array(FIRST);
  /** Reply: the result that replies must agree on. */
  result = new Int32Array(FIRST);
  /** Copy i leaves at start + floor(fraction + first + i × step): whole ns and fixed-point remainders. */
  start = new Float64Array(FIRST);
  fraction = new Float64Array(FIRST);
  first = new Float64Array(FIRST);
  step = new Float64Array(FIRST);
  /** ns from a copy's first byte to its last. */
  spread = new Float64Array(FIRST);
  /** ns of verification at each receiver. */
  verify = new Float64Array(FIRST);
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
      if (flight === this.kind.length) this.grow();
    }
    this.copies[flight] = copies;
    this.inFlight += copies;
    if (this.inFlight > this.peak) this.peak = this.inFlight;
    return flight;
  }

  /** One copy was delivered or dropped. */
  drop(flight: number): void {
    this.inFlight--;
    const left = (this.copies[flight] as number) - 1;
    this.copies[flight] = left;
    if (left === 0) {
      this.load[flight] = null;
      this.free[this.freeCount++] = flight;
    }
  }

  /** When the copy at place `order` of the broadcast has left its sender's card. */
  departure(flight: number, order: number): Instant {
    return (this.start[flight] as number) + Math.floor((this.fraction[flight] as number) + (this.first[flight] as number) + order * (this.step[flight] as number));
  }

  /** Total order of deliveries at one instant: source, then sequence. */
  readonly before = (a: number, b: number): boolean => {
    const sourceA = this.source[a] as number;
    const sourceB = this.source[b] as number;
    return sourceA < sourceB || (sourceA === sourceB && (this.sequence[a] as number) < (this.sequence[b] as number));
  };

  get memory(): number {
    return this.kind.length * (2 + 8 * 4 + 6 * 8 + 8 + 4);
  }

  private grow(): void {
    const size = this.kind.length * 2;
    const ints = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    };
    const doubles = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(size);
      grown.set(old);
      return grown;
    };
    const kind = new Uint8Array(size);
    kind.set(this.kind);
    this.kind = kind;
    const wide = new Uint8Array(size);
    wide.set(this.wide);
    this.wide = wide;
    this.source = ints(this.source);
    this.sequence = ints(this.sequence);
    this.copies = ints(this.copies);
    this.wire = ints(this.wire);
    this.hash = ints(this.hash);
    this.subject = ints(this.subject);
    this.detail = ints(this.detail);
    this.index = ints(this.index);
    this.result = ints(this.result);
    this.start = doubles(this.start);
    this.fraction = doubles(this.fraction);
    this.first = doubles(this.first);
    this.step = doubles(this.step);
    this.spread = doubles(this.spread);
    this.verify = doubles(this.verify);
    this.free = ints(this.free);
    for (let i = this.load.length; i < size; i++) this.load.push(null);
  }
}
