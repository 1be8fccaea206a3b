/**
 * The egress card of every node (docs/MODEL.md section 3) as running clocks: jobs are fed in the order in which the node generates
 * them, so no event is needed. Under `fair`, messages of one segment pass large ones by an express lane: they wait for the
 * segment in transmission, while the main clock still carries all bytes, so that bandwidth is conserved.
 */
import type { Instant } from '../units/quantities.ts';
import { DepartureColumn as D, DEPARTURE, DOUBLES, FlightColumn as F, type Flights, INTS } from './flights.ts';
import type { NetworkSpec } from './network-spec.ts';
import { nanosecondsPerByte } from './wire.ts';

const STRIDE = 8;
const FREE = 0;
const FRACTION = 1;
const EXPRESS_FREE = 2;
const EXPRESS_FRACTION = 3;
const BULK_UNTIL = 4;
const BUSY = 5;
/** ns of work before the measured time begins, and after it ends. */
const BEFORE = 6;
const AFTER = 7;

export class EgressCards {
  private readonly clocks: Float64Array;
  private readonly perByte: number;
  private readonly fair: boolean;
  private readonly segment: number;
  private readonly segmentWire: number;
  private readonly headers: number;
  private measuredFrom: Instant = 0;
  private measuredTo: Instant = Number.POSITIVE_INFINITY;

  constructor(nodes: number, spec: NetworkSpec) {
    this.clocks = new Float64Array(nodes * STRIDE);
    this.perByte = nanosecondsPerByte(spec.egress.bitsPerSecond);
    this.fair = spec.egress.discipline === 'fair';
    this.segment = spec.segmentBytes;
    this.headers = spec.headerBytes;
    this.segmentWire = spec.segmentBytes + spec.headerBytes;
  }

  /**
   * Names the time over which `busyUntil` will be asked. A card is fed ahead of time, with messages that are still to be signed, so
   * afterwards nobody could tell its work from its waiting for them.
   */
  measure(from: Instant, to: Instant): void {
    this.measuredFrom = from;
    this.measuredTo = to;
  }

  /** Work that reaches beyond the measured time on either side. */
  private countOutside(base: number, start: Instant, end: Instant, service: number): void {
    const { clocks, measuredFrom, measuredTo } = this;
    if (start < measuredFrom)
      clocks[base + BEFORE] =
        (clocks[base + BEFORE] as number) + (end <= measuredFrom ? service : measuredFrom - start);
    if (end > measuredTo)
      clocks[base + AFTER] = (clocks[base + AFTER] as number) + (start >= measuredTo ? service : end - measuredTo);
  }

  /** Feeds `copies` copies of `flight`, ready at `ready` (non-decreasing per node), and writes when they leave. */
  feed(node: number, flights: Flights, flight: number, copies: number, ready: Instant): void {
    const wire = flights.ints[flight * INTS + F.wire] as number;
    if (this.perByte === 0) {
      flights.departures[flight * DEPARTURE + D.start] = ready;
      flights.departures[flight * DEPARTURE + D.fraction] = 0;
      flights.departures[flight * DEPARTURE + D.first] = 0;
      flights.departures[flight * DEPARTURE + D.step] = 0;
      flights.doubles[flight * DOUBLES + F.spread] = 0;
      return;
    }
    const { clocks } = this;
    const base = node * STRIDE;
    const service = wire * this.perByte;
    const total = service * copies;
    clocks[base + BUSY] = (clocks[base + BUSY] as number) + total;
    const small = wire <= this.segmentWire;
    const express = this.fair && small && (clocks[base + BULK_UNTIL] as number) > ready;
    let start = clocks[base + FREE] as number;
    let fraction = clocks[base + FRACTION] as number;
    if (start < ready) {
      start = ready;
      fraction = 0;
    }
    const end = fraction + total;
    const whole = Math.floor(end);
    clocks[base + FREE] = start + whole;
    clocks[base + FRACTION] = end - whole;
    if (start < this.measuredFrom || start + whole > this.measuredTo)
      this.countOutside(base, start, start + whole, total);
    let first = service;
    let step = service;
    if (express) {
      const earliest = ready + Math.floor(this.segmentWire * this.perByte);
      start = clocks[base + EXPRESS_FREE] as number;
      fraction = clocks[base + EXPRESS_FRACTION] as number;
      if (start < earliest) {
        start = earliest;
        fraction = 0;
      }
      const expressEnd = fraction + total;
      const expressWhole = Math.floor(expressEnd);
      clocks[base + EXPRESS_FREE] = start + expressWhole;
      clocks[base + EXPRESS_FRACTION] = expressEnd - expressWhole;
    } else if (!small) {
      clocks[base + BULK_UNTIL] = start + whole;
      if (this.fair) {
        // Copies are interleaved per segment; they end one last segment apart.
        const segments = Math.ceil(wire / this.segmentWire);
        const last = (wire - (segments - 1) * this.segmentWire) * this.perByte;
        first = total - (copies - 1) * last;
        step = last;
      }
    }
    flights.departures[flight * DEPARTURE + D.start] = start;
    flights.departures[flight * DEPARTURE + D.fraction] = fraction;
    flights.departures[flight * DEPARTURE + D.first] = first;
    flights.departures[flight * DEPARTURE + D.step] = step;
    flights.doubles[flight * DOUBLES + F.spread] = Math.floor(first);
  }

  /** Feeds messages that need no flight, as columns: `times[i]`, when message i is ready, becomes the instant at which it leaves. As `feed` with one copy each. */
  feedColumn(node: number, wires: Int32Array, times: Float64Array, count: number): void {
    if (this.perByte === 0) return;
    const { clocks, perByte, segmentWire, fair, measuredFrom, measuredTo } = this;
    const base = node * STRIDE;
    let busy = clocks[base + BUSY] as number;
    let free = clocks[base + FREE] as number;
    let fraction = clocks[base + FRACTION] as number;
    let bulkUntil = clocks[base + BULK_UNTIL] as number;
    for (let i = 0; i < count; i++) {
      const wire = wires[i] as number;
      const ready = times[i] as number;
      const service = wire * perByte;
      busy += service;
      if (free < ready) {
        free = ready;
        fraction = 0;
      }
      const end = fraction + service;
      const whole = Math.floor(end);
      free += whole;
      fraction = end - whole;
      if (ready < measuredFrom || free > measuredTo) this.countOutside(base, free - Math.floor(service), free, service);
      times[i] =
        fair && wire <= segmentWire && bulkUntil > ready
          ? this.advance(base + EXPRESS_FREE, ready + Math.floor(segmentWire * perByte), service)
          : free;
      if (wire > segmentWire) bulkUntil = free;
    }
    clocks[base + BUSY] = busy;
    clocks[base + FREE] = free;
    clocks[base + FRACTION] = fraction;
    clocks[base + BULK_UNTIL] = bulkUntil;
  }

  /** Serves a job on the clock at `place` (its fraction follows); returns its end. */
  private advance(place: number, earliest: Instant, service: number): Instant {
    const { clocks } = this;
    let start = clocks[place] as number;
    let fraction = clocks[place + 1] as number;
    if (start < earliest) {
      start = earliest;
      fraction = 0;
    }
    const end = fraction + service;
    const whole = Math.floor(end);
    clocks[place] = start + whole;
    clocks[place + 1] = end - whole;
    return start + whole;
  }

  /**
   * ns the card was busy before `at`: exact at either end of the measured time. Elsewhere (a run that stops early) a message that is
   * still to be signed counts as work under way, and its wait as work not done yet: too little where signing is behind.
   */
  busyUntil(node: number, at: Instant): number {
    const base = node * STRIDE;
    if (at === this.measuredFrom) return this.clocks[base + BEFORE] as number;
    const busy = this.clocks[base + BUSY] as number;
    return busy - (at === this.measuredTo ? (this.clocks[base + AFTER] as number) : this.backlog(node, at));
  }

  /** ns of work still queued at `at`. */
  backlog(node: number, at: Instant): number {
    return Math.max(0, (this.clocks[node * STRIDE + FREE] as number) - at);
  }

  /** A crash empties the card: what was queued at `at` will never be sent (as in `busyUntil`, with what is still to be signed). */
  reset(node: number, at: Instant): void {
    const base = node * STRIDE;
    this.clocks[base + BUSY] = (this.clocks[base + BUSY] as number) - this.backlog(node, at);
    this.clocks[base + AFTER] = 0;
    if (at < this.measuredFrom) this.clocks[base + BEFORE] = this.clocks[base + BUSY] as number;
    this.clocks[base + FREE] = 0;
    this.clocks[base + FRACTION] = 0;
    this.clocks[base + EXPRESS_FREE] = 0;
    this.clocks[base + EXPRESS_FRACTION] = 0;
    this.clocks[base + BULK_UNTIL] = 0;
  }

  /** Payload segment size and header bytes, for the loss model. */
  segmentsOfWire(wire: number): number {
    return Math.max(1, Math.ceil(wire / (this.segment + this.headers)));
  }
}
