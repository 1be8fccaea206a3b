/**
 * A machine's ingress card: messages in the order of their arrival, with the instant at which each leaves the card. Fed by
 * arrivals alone, so a running clock is exact; it drains a message while it arrives (docs/MODEL.md section 2). All that arrives in
 * a window is known when it begins, so the card serves it in one pass.
 */
import type { ArrivalSorter } from '../kernel/arrival-sorter.ts';
import { powerOfTwoFrom } from '../kernel/elementary.ts';
import * as flightColumns from '../network/flights.ts';
import { FlightColumn as F, FlightKind, type Flights } from '../network/flights.ts';
import { nanosecondsPerByte } from '../network/wire.ts';
import type { BitRate, Bytes, Instant, RequestId } from '../units/quantities.ts';
import * as quantities from '../units/quantities.ts';
import { FlightQueue } from './flight-queue.ts';
import type { RequestLane } from './lanes.ts';

// V8 folds a module's own constants into its code, but not imported ones, and knows of an argument that it is a number only once it
// was made one (ADR 0009).
const { DOUBLES, INTS } = flightColumns;
const { NEVER } = quantities;
const { kind: KIND, spread: SPREAD, verify: VERIFY, wire: WIRE } = F;
const { reply: REPLY_FLIGHT } = FlightKind;

/** What leaves a card in one window, in order. All machines use one, each in its turn. */
export class LeavingCard {
  /** Behind the last message of the window stands when the next one leaves. */
  at = new Float64Array(8);
  flights = new Int32Array(8);
  /** ns of verification; negative: a reply, which goes to the clients on this machine. */
  costs = new Float64Array(8);
  /** Of requests that the thread takes one by one: when each drain began, and what enters the digest. */
  startedAt = new Float64Array(8);
  contents = new Int32Array(8);

  /** Room for `count` more messages behind the first `kept`. */
  reserve(kept: number, count: number): void {
    if (kept + count < this.at.length) return;
    const size = powerOfTwoFrom(kept + count + 1);
    const at = new Float64Array(size);
    at.set(this.at.subarray(0, kept));
    this.at = at;
    const flights = new Int32Array(size);
    flights.set(this.flights.subarray(0, kept));
    this.flights = flights;
    const costs = new Float64Array(size);
    costs.set(this.costs.subarray(0, kept));
    this.costs = costs;
    this.startedAt = new Float64Array(size);
    this.contents = new Int32Array(size);
  }
}

/** Bytes on the wire of a request that comes by a lane. */
interface RequestWires {
  requestWire(id: RequestId): Bytes;
}

export class Ingress {
  /** ns of work taken on so far. */
  busy = 0;
  /** When the card will have nothing left to do. */
  free: Instant = 0;
  private fraction = 0;
  private readonly flights: Flights;
  private readonly perByte: number;
  private readonly leaving: LeavingCard;
  private count = 0;
  /** The next message of `leaving`. */
  cursor = 0;
  /** Messages that had not left the card when their window ended. */
  private readonly carried: FlightQueue;
  /** Requests that come by lanes, one a client group. */
  private readonly lanes: readonly RequestLane[];
  private readonly requests: RequestWires;
  private readonly clientVerify: number;

  constructor(
    flights: Flights,
    leaving: LeavingCard,
    rate: BitRate,
    lanes: readonly RequestLane[],
    requests: RequestWires,
    clientVerify: number,
  ) {
    this.clientVerify = clientVerify;
    this.flights = flights;
    this.leaving = leaving;
    this.perByte = nanosecondsPerByte(rate);
    this.lanes = lanes;
    this.requests = requests;
    this.carried = new FlightQueue(flights);
  }

  /** Serves the arrivals before `end`: [from, to) of the sorter, and those of the lanes. At one instant nodes come before clients. */
  begin(sorter: ArrivalSorter, cellStart: Instant, from: number, to: number, end: Instant): void {
    this.cursor = 0;
    this.count = 0;
    this.resume(end);
    if (this.lanes.length === 0) this.serveAll(sorter, cellStart, from, to, end);
    else {
      let next = from;
      for (;;) {
        const lane = this.earliestLane(end);
        const until = lane === null ? end : lane.headAt;
        let stop = next;
        while (stop < to && cellStart + (sorter.offsets[stop] as number) <= until) stop++;
        this.serveAll(sorter, cellStart, next, stop, end);
        next = stop;
        if (lane === null) break;
        this.serveLane(lane, next < to ? cellStart + (sorter.offsets[next] as number) : end, end);
      }
    }
    this.leaving.at[this.count] = this.carried.headAt;
  }

  /** When the next message leaves the card. */
  get headAt(): Instant {
    return this.leaving.at[this.cursor] as number;
  }

  get head(): number {
    return this.leaving.flights[this.cursor] as number;
  }

  /** The first message, which leaves the card at `headAt`. */
  pop(): number {
    return this.leaving.flights[this.cursor++] as number;
  }

  /** What was on the card and leaves it before `end`. */
  private resume(end: Instant): void {
    const { carried, leaving } = this;
    while (carried.headAt < end) {
      leaving.reserve(this.count, 1);
      leaving.at[this.count] = carried.headAt;
      const flight = carried.pop();
      leaving.costs[this.count] = flight < 0 ? this.clientVerify : this.costOf(flight);
      leaving.flights[this.count++] = flight;
    }
  }

  private costOf(flight: number): number {
    const { ints, doubles } = this.flights;
    if (ints[flight * INTS + KIND] === REPLY_FLIGHT) return -1;
    return doubles[flight * DOUBLES + VERIFY] as number;
  }

  private serveAll(sorter: ArrivalSorter, cellStart: Instant, from: number, to: number, windowEnd: Instant): void {
    const begin = +cellStart;
    const end = +windowEnd;
    const { leaving, carried, perByte } = this;
    leaving.reserve(this.count, to - from);
    const { offsets, flights: arrivals } = sorter;
    const { ints, doubles } = this.flights;
    const { at, flights, costs } = leaving;
    let { busy, free, fraction, count } = this;
    for (let i = from; i < to; i++) {
      const last = begin + (offsets[i] as number);
      const flight = arrivals[i] as number;
      let done = last;
      if (perByte > 0) {
        const service = (ints[flight * INTS + WIRE] as number) * perByte;
        busy += service;
        let start = last - (doubles[flight * DOUBLES + SPREAD] as number);
        let work = service;
        if (start <= free) {
          start = free;
          work += fraction;
        }
        const whole = Math.floor(work);
        done = start + whole;
        fraction = work - whole;
        if (done < last) {
          done = last;
          fraction = 0;
        }
        free = done;
      }
      if (done < end) {
        at[count] = done;
        costs[count] =
          ints[flight * INTS + KIND] === REPLY_FLIGHT ? -1 : (doubles[flight * DOUBLES + VERIFY] as number);
        flights[count++] = flight;
      } else carried.push(done, flight);
    }
    this.busy = busy;
    this.free = free;
    this.fraction = fraction;
    this.count = count;
  }

  /** Serves the requests of a lane up to `nextAt`: another lane may come first at that instant. */
  private serveLane(lane: RequestLane, nextAt: Instant, windowEnd: Instant): void {
    const until = +nextAt;
    const end = +windowEnd;
    const { leaving, requests, perByte, clientVerify, carried } = this;
    const alone = this.lanes.length === 1;
    const { at, ids, first, count: waiting } = lane;
    const mask = at.length - 1;
    const most = alone ? waiting : 1;
    leaving.reserve(this.count, most);
    const { at: exits, costs, flights } = leaving;
    let { busy, free, fraction, count } = this;
    let taken = 0;
    let last = lane.headAt;
    do {
      const id = ids[(first + taken) & mask] as RequestId;
      let done = last;
      if (perByte > 0) {
        const service = requests.requestWire(id) * perByte;
        busy += service;
        const behind = last <= free;
        const work = behind ? fraction + service : service;
        const whole = Math.floor(work);
        done = (behind ? free : last) + whole;
        free = done;
        fraction = work - whole;
      }
      if (done < end) {
        exits[count] = done;
        costs[count] = clientVerify;
        flights[count++] = ~id;
      } else carried.push(done, ~id);
      taken++;
      last = at[(first + taken) & mask] as number;
    } while (taken < most && last < until);
    lane.drop(taken);
    this.busy = busy;
    this.free = free;
    this.fraction = fraction;
    this.count = count;
  }

  /** The lane whose head arrives first, before `end`; ties go to the lower group. */
  private earliestLane(end: Instant): RequestLane | null {
    const { lanes } = this;
    let best: RequestLane | null = null;
    let at = end;
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i] as RequestLane;
      if (lane.headAt < at) {
        at = lane.headAt;
        best = lane;
      }
    }
    return best;
  }

  /** A crash at `at`: everything on the card is gone; calls `discard` for each message. */
  reset(at: Instant, discard: (flight: number) => void): void {
    while (this.carried.headAt !== NEVER) discard(this.carried.pop());
    this.busy -= Math.max(0, this.free - at);
    this.free = 0;
    this.fraction = 0;
  }
}
