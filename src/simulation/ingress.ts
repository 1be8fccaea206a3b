/**
 * A machine's ingress card: messages in the order of their arrival, with the instant at which each leaves the card. Fed by
 * arrivals alone, so a running clock is exact; it drains a message while it arrives (DESIGN section 5; docs/MODEL.md section 2).
 */
import type { ArrivalSorter } from '../kernel/arrival-sorter.ts';
import { DOUBLES, FlightColumn as F, type Flights, INTS } from '../network/flights.ts';
import { nanosecondsPerByte } from '../network/wire.ts';
import { type BitRate, type Instant, NEVER } from '../units/quantities.ts';
import { FlightQueue } from './flight-queue.ts';
import { earliestLane, type RequestLane } from './lanes.ts';

export class Ingress {
  /** When the first message leaves the card; NEVER when there is none. */
  headAt: Instant = NEVER;
  /** ns of work taken on so far. */
  busy = 0;
  /** When the card will have nothing left to do. */
  free: Instant = 0;
  private head = 0;
  private fraction = 0;
  private readonly flights: Flights;
  private readonly perByte: number;
  /** Messages of earlier windows that had not left the card when those ended. */
  private readonly carried: FlightQueue;
  private offsets: Int32Array;
  private arrivals: Int32Array;
  private cursor = 0;
  private to = 0;
  private cellStart: Instant = 0;
  /** Requests that come by lanes, one a client group; the lane whose head is next in this window, and when. */
  private readonly lanes: readonly RequestLane[];
  private readonly requestWire: (id: number) => number;
  private lane: RequestLane | null = null;
  private laneAt: Instant = NEVER;
  private windowEnd: Instant = 0;

  /** @param requestWire bytes on the wire of a request that comes by a lane. */
  constructor(flights: Flights, rate: BitRate, lanes: readonly RequestLane[], requestWire: (id: number) => number) {
    this.lanes = lanes;
    this.requestWire = requestWire;
    this.flights = flights;
    this.perByte = nanosecondsPerByte(rate);
    this.carried = new FlightQueue(flights);
    this.offsets = new Int32Array(0);
    this.arrivals = new Int32Array(0);
  }

  /** Takes the arrivals of a window: [from, to) of the sorter, which stays as it is until `end`. */
  begin(sorter: ArrivalSorter, cellStart: Instant, from: number, to: number, end: Instant): void {
    this.windowEnd = end;
    if (this.lanes.length > 0) this.findLane();
    this.offsets = sorter.offsets;
    this.arrivals = sorter.flights;
    this.cellStart = cellStart;
    this.cursor = from;
    this.to = to;
    if (this.headAt === NEVER) this.advance();
  }

  /** The first message, which leaves the card at `headAt`. */
  pop(): number {
    const flight = this.head;
    this.advance();
    return flight;
  }

  /** Keeps what has not left the card for the next window. */
  end(): void {
    while (this.cursor < this.to || this.lane !== null) {
      const at = this.serveNext();
      this.carried.push(at, this.served);
    }
  }

  private advance(): void {
    if (this.carried.headAt !== NEVER) {
      this.headAt = this.carried.headAt;
      this.head = this.carried.pop();
    } else if (this.cursor < this.to || this.lane !== null) {
      this.headAt = this.serveNext();
      this.head = this.served;
    } else this.headAt = NEVER;
  }

  private findLane(): void {
    const best = earliestLane(this.lanes, this.windowEnd);
    this.lane = best < 0 ? null : (this.lanes[best] as RequestLane);
    this.laneAt = this.lane === null ? NEVER : this.lane.headAt;
  }

  /** What `serveNext` served. */
  private served = 0;

  /** Serves the next arrival and returns when it leaves the card. At one instant nodes come before clients. */
  private serveNext(): Instant {
    const { lane } = this;
    const last = this.cursor < this.to ? this.cellStart + (this.offsets[this.cursor] as number) : NEVER;
    if (lane !== null && this.laneAt < last) {
      const at = this.laneAt;
      const id = lane.pop();
      this.served = ~id;
      if (this.lanes.length > 1) this.findLane();
      else if (lane.headAt < this.windowEnd) this.laneAt = lane.headAt;
      else {
        this.lane = null;
        this.laneAt = NEVER;
      }
      return this.perByte === 0 ? at : this.serve(at, 0, this.requestWire(id));
    }
    const flight = this.arrivals[this.cursor++] as number;
    this.served = flight;
    if (this.perByte === 0) return last;
    return this.serve(
      last,
      this.flights.doubles[flight * DOUBLES + F.spread] as number,
      this.flights.ints[flight * INTS + F.wire] as number,
    );
  }

  private serve(last: Instant, spread: number, wire: number): Instant {
    const service = wire * this.perByte;
    this.busy += service;
    let start = last - spread;
    let fraction = 0;
    if (start <= this.free) {
      start = this.free;
      fraction = this.fraction;
    }
    const end = fraction + service;
    const whole = Math.floor(end);
    let done = start + whole;
    fraction = end - whole;
    if (done < last) {
      done = last;
      fraction = 0;
    }
    this.free = done;
    this.fraction = fraction;
    return done;
  }

  /** A crash at `at`: everything on the card is gone; calls `discard` for each message. */
  reset(at: Instant, discard: (flight: number) => void): void {
    if (this.headAt !== NEVER) discard(this.head);
    while (this.carried.headAt !== NEVER) discard(this.carried.pop());
    this.busy -= Math.max(0, this.free - at);
    this.headAt = NEVER;
    this.free = 0;
    this.fraction = 0;
  }
}
