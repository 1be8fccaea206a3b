/**
 * From a departed copy to its arrival: base delay + jitter, kept in order per link under tcp (docs/MODEL.md section 3). This is the
 * regular path, taken while nothing is lost, cut or down; `transport.ts` has the irregular one. Islands are the nodes, then the
 * client groups at sites.
 */

import type { QuantileTable } from '../kernel/quantile-table.ts';
import { mix, Purpose, stream } from '../kernel/random.ts';
import type { Instant } from '../units/quantities.ts';
import type { ArrivalStore } from './arrival-store.ts';
import { DepartureColumn as D, DEPARTURE, FlightColumn as F, type Flights, INTS } from './flights.ts';
import type { NetworkSpec } from './network-spec.ts';

export class Links {
  readonly islands: number;
  readonly nodes: number;
  readonly flights: Flights;
  /** The site of each island. */
  readonly siteOf: Int32Array;
  /** The last arrival on each link [source × islands + receiver]: tcp delivers in order. */
  readonly last: Float64Array;
  readonly ordered: boolean;
  readonly jitter: QuantileTable;
  private readonly sites: number;
  private readonly oneWay: Float64Array;
  private readonly jitterStream: number;
  private readonly jitterFree: boolean;
  private readonly calendar: ArrivalStore;
  /** When each copy of a broadcast arrives. */
  private readonly instants: Float64Array;

  constructor(
    spec: NetworkSpec,
    siteOf: Int32Array,
    flights: Flights,
    calendar: ArrivalStore,
    jitter: QuantileTable,
    seed: number,
  ) {
    this.islands = siteOf.length;
    this.nodes = spec.nodeSites.length;
    this.flights = flights;
    this.siteOf = siteOf;
    this.sites = spec.sites.length;
    this.oneWay = spec.oneWay;
    this.ordered = spec.transport === 'tcp';
    this.last = new Float64Array(this.islands * this.islands);
    this.jitter = jitter;
    this.jitterFree = jitter.mean === 0;
    this.jitterStream = stream(seed, Purpose.jitter);
    this.calendar = calendar;
    this.instants = new Float64Array(this.nodes);
  }

  /** One-way base delay between two islands, ns. */
  base(source: number, receiver: number): number {
    return this.oneWay[(this.siteOf[source] as number) * this.sites + (this.siteOf[receiver] as number)] as number;
  }

  /** The hash that the jitter of all copies of a message starts from: one round here, one for each receiver. */
  private messageHash(source: number, sequence: number): number {
    return mix(this.sourceHash(source) ^ Math.imul(sequence + 1, 0x7feb352d));
  }

  private sourceHash(source: number): number {
    return this.jitterStream ^ Math.imul(source + 1, 0x9e3779b1);
  }

  /** The jitter of the copy of message `sequence` of `source` that goes to `receiver`, whole ns. */
  jitterOf(source: number, sequence: number, receiver: number): number {
    if (this.jitterFree) return 0;
    const message = this.messageHash(source, sequence);
    return Math.floor(this.jitter.draw(mix(message ^ Math.imul(receiver + 1, 0x85ebca6b))));
  }

  /** Posts the single copy of a unicast flight. Whole path: departure + base + jitter, in link order. */
  post(source: number, receiver: number, flight: number): void {
    const { flights } = this;
    let at =
      flights.departure(flight, 0) +
      this.base(source, receiver) +
      this.jitterOf(source, flights.ints[flight * INTS + F.sequence] as number, receiver);
    if (this.ordered) {
      const link = source * this.islands + receiver;
      const last = this.last[link] as number;
      if (at < last) at = last;
      else this.last[link] = at;
    }
    this.calendar.post(receiver, at, flight);
  }

  /**
   * For messages that are not posted, as columns: `times[i]`, when message `sequence + i` of `source` to `receivers[i]` left, becomes
   * the instant at which it arrives, in link order.
   */
  arrive(source: number, sequence: number, receivers: Int32Array, times: Float64Array, count: number): void {
    const { last, siteOf, oneWay, jitter, jitterFree } = this;
    const row = source * this.islands;
    const siteRow = (siteOf[source] as number) * this.sites;
    const hash = this.sourceHash(source);
    for (let i = 0; i < count; i++) {
      const receiver = receivers[i] as number;
      let at = (times[i] as number) + (oneWay[siteRow + (siteOf[receiver] as number)] as number);
      if (!jitterFree) {
        const message = mix(hash ^ Math.imul(sequence + i + 1, 0x7feb352d));
        at += Math.floor(jitter.draw(mix(message ^ Math.imul(receiver + 1, 0x85ebca6b))));
      }
      const before = last[row + receiver] as number;
      if (at < before) at = before;
      else last[row + receiver] = at;
      times[i] = at;
    }
  }

  /** As `arrive` where all go to one receiver: the instants go to the ring `at` (of a length that is a power of two), from place `first` on. */
  arriveInto(
    at: Float64Array,
    first: number,
    source: number,
    sequence: number,
    receiver: number,
    times: Float64Array,
    count: number,
  ): void {
    const { jitter, jitterFree } = this;
    const mask = at.length - 1;
    const link = source * this.islands + receiver;
    const base = this.base(source, receiver);
    const hash = this.sourceHash(source);
    const to = Math.imul(receiver + 1, 0x85ebca6b);
    let before = this.last[link] as number;
    for (let i = 0; i < count; i++) {
      let instant = (times[i] as number) + base;
      if (!jitterFree) {
        const message = mix(hash ^ Math.imul(sequence + i + 1, 0x7feb352d));
        instant += Math.floor(jitter.draw(mix(message ^ to)));
      }
      if (instant > before) before = instant;
      at[(first + i) & mask] = before;
    }
    this.last[link] = before;
  }

  /** When the copy of a broadcast reaches each other node, by node; the card sends them in order, to the node after the sender first. */
  arriveAll(source: number, flight: number): Float64Array {
    const { flights, nodes, last, siteOf, oneWay, jitter, jitterFree, ordered, instants } = this;
    const { departures } = flights;
    const row = source * this.islands;
    const siteRow = (siteOf[source] as number) * this.sites;
    const leaves = flight * DEPARTURE;
    const start = departures[leaves + D.start] as number;
    const step = departures[leaves + D.step] as number;
    const first = (departures[leaves + D.fraction] as number) + (departures[leaves + D.first] as number);
    const message = this.messageHash(source, flights.ints[flight * INTS + F.sequence] as number);
    for (let i = 1, receiver = source + 1; i < nodes; i++, receiver++) {
      if (receiver === nodes) receiver = 0;
      let at = start + Math.floor(first + (i - 1) * step) + (oneWay[siteRow + (siteOf[receiver] as number)] as number);
      if (!jitterFree) at += Math.floor(jitter.draw(mix(message ^ Math.imul(receiver + 1, 0x85ebca6b))));
      if (ordered) {
        const before = last[row + receiver] as number;
        if (at < before) at = before;
        else last[row + receiver] = at;
      }
      instants[receiver] = at;
    }
    return instants;
  }

  /** The place of `receiver` in the card's order for a broadcast of `source`. */
  orderOf(source: number, receiver: number): number {
    return receiver > source ? receiver - source - 1 : receiver - source - 1 + this.nodes;
  }

  /** When the copy for `receiver` leaves. */
  departure(flight: number, receiver: number): Instant {
    return this.flights.departure(
      flight,
      this.flights.ints[flight * INTS + F.wide] === 1
        ? this.orderOf(this.flights.ints[flight * INTS + F.source] as number, receiver)
        : 0,
    );
  }
}
