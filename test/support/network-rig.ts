// A network alone: links, cards and transport over a plain list of arrivals, driven by hand. Whatever reaches a receiver earlier
// than its link allows is an error here, so that every test that uses the rig also checks that nothing is posted into the past.
import { createSampler } from '../../src/kernel/distributions.ts';
import { EgressCards } from '../../src/network/cards.ts';
import { DOUBLES, FlightColumn as F, FlightKind, Flights, INTS } from '../../src/network/flights.ts';
import { Links } from '../../src/network/links.ts';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import { Transport } from '../../src/network/transport.ts';
import { wireBytes } from '../../src/network/wire.ts';
import { type Bytes, type Instant, MILLISECOND, SECOND } from '../../src/units/quantities.ts';

/** Nodes at sites of their own, 10 ms to a higher one and 20 ms back; infinite cards, no jitter, no loss. */
export function networkSpec(nodes: number, changes: Partial<NetworkSpec> = {}): NetworkSpec {
  const oneWay = new Float64Array(nodes * nodes);
  for (let a = 0; a < nodes; a++)
    for (let b = 0; b < nodes; b++) oneWay[a * nodes + b] = (a < b ? 10 : a > b ? 20 : 1) * MILLISECOND;
  return {
    sites: Array.from({ length: nodes }, (_, i) => `site-${i}`),
    oneWay,
    nodeSites: Int32Array.from({ length: nodes }, (_, i) => i),
    jitter: { kind: 'constant', value: 0 },
    egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
    ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
    loss: 0,
    transport: 'tcp',
    headerBytes: 66,
    segmentBytes: 1448,
    connectionTimeout: 5 * SECOND,
    tls: false,
    ...changes,
  };
}

/** A message that was handed over, and what became of its copies. */
export interface Sent {
  readonly source: number;
  readonly sequence: number;
  readonly handedOver: Instant;
  readonly flight: number;
  /** By receiver. */
  readonly departures: Map<number, Instant>;
  readonly arrivals: Map<number, Instant>;
}

interface Action {
  readonly at: Instant;
  readonly rank: number;
  readonly order: number;
  readonly run: () => void;
}

interface Pending {
  readonly island: number;
  readonly at: Instant;
  readonly flight: number;
  delivered: boolean;
}

const FAULT = 0;
const SEND = 1;

export class NetworkRig {
  readonly flights = new Flights();
  readonly spec: NetworkSpec;
  readonly cards: EgressCards;
  readonly links: Links;
  readonly transport: Transport;
  readonly sent: Sent[] = [];
  now: Instant = 0;
  private readonly nodes: number;
  private readonly sequences: number[];
  private readonly bySequence = new Map<number, Sent>();
  private actions: Action[] = [];
  private pending: Pending[] = [];

  constructor(nodes: number, changes: Partial<NetworkSpec> = {}, seed = 1) {
    this.nodes = nodes;
    this.spec = networkSpec(nodes, changes);
    this.sequences = new Array(nodes).fill(0);
    this.cards = new EgressCards(nodes, this.spec);
    this.links = new Links(this.spec, this.spec.nodeSites, this.flights, this, createSampler(this.spec.jitter), seed);
    type Store = ConstructorParameters<typeof Transport>[2];
    this.transport = new Transport(this.spec, this.links, this as unknown as Store, this.cards, seed);
  }

  /** No event lies before this instant (the fast kernel knows it to a cell). */
  get start(): Instant {
    return this.now;
  }

  // The store of arrivals that links and transport post into.

  post(island: number, at: Instant, flight: number): void {
    const source = this.column(flight, F.source);
    const earliest = this.now + this.links.base(source, island);
    if (at < earliest) throw new Error(`posted at ${this.now} ns: arrives at ${at} ns, before ${earliest} ns`);
    if (!Number.isInteger(at)) throw new Error(`an arrival at ${at} ns is not at a whole nanosecond`);
    this.pending.push({ island, at, flight, delivered: false });
  }

  filter(from: Instant, keep: (island: number, at: Instant, flight: number) => boolean): void {
    this.deliver(from);
    this.pending = this.pending.filter((p) => keep(p.island, p.at, p.flight));
  }

  // What a test asks for.

  send(at: Instant, source: number, receiver: number, bytes: Bytes = 100): Sent {
    return this.message(at, source, bytes, [receiver]);
  }

  broadcast(at: Instant, source: number, bytes: Bytes = 100): Sent {
    return this.message(at, source, bytes, null);
  }

  at(at: Instant, run: (transport: Transport) => void): void {
    this.plan(at, FAULT, () => run(this.transport));
  }

  crash(node: number, at: Instant): void {
    this.at(at, (transport) => transport.crash(node, at));
  }

  restart(node: number, at: Instant): void {
    this.at(at, (transport) => transport.restart(node));
  }

  /** Cuts `nodes` off from `from` to `to` (null: for good). */
  partition(nodes: readonly number[], from: Instant, to: Instant | null): void {
    const sides = new Uint8Array(this.nodes);
    for (const node of nodes) sides[node] = 1;
    this.at(from, (transport) => transport.partition(sides, from));
    if (to !== null) this.at(to, (transport) => transport.heal(sides, to));
  }

  /** Runs everything planned, the decisions of the transport and all that follows from them. */
  run(): this {
    this.actions.sort((a, b) => a.at - b.at || a.rank - b.rank || a.order - b.order);
    for (const action of this.actions) {
      this.decideBefore(action.at);
      this.now = action.at;
      action.run();
    }
    this.actions = [];
    this.decideBefore(Number.POSITIVE_INFINITY);
    this.deliver(Number.POSITIVE_INFINITY);
    return this;
  }

  /** Arrival of the only copy, or of the one for `receiver`; undefined when it was lost. */
  arrival(sent: Sent, receiver?: number): Instant | undefined {
    return receiver === undefined ? [...sent.arrivals.values()][0] : sent.arrivals.get(receiver);
  }

  private plan(at: Instant, rank: number, run: () => void): void {
    this.actions.push({ at, rank, order: this.actions.length, run });
  }

  private message(at: Instant, source: number, bytes: Bytes, receivers: readonly number[] | null): Sent {
    const sequence = this.sequences[source] as number;
    this.sequences[source] = sequence + 1;
    const sent = { source, sequence, handedOver: at, flight: 0, departures: new Map(), arrivals: new Map() };
    this.sent.push(sent);
    this.plan(at, SEND, () => {
      this.bySequence.set(sequence * this.nodes + source, sent);
      this.launch(sent, bytes, receivers);
    });
    return sent;
  }

  private launch(sent: Sent, bytes: Bytes, receivers: readonly number[] | null): void {
    const { flights, transport, links, cards } = this;
    const all = Array.from({ length: this.nodes - 1 }, (_, i) => (sent.source + 1 + i) % this.nodes);
    const copies = receivers ?? all;
    const flight = flights.take(copies.length);
    (sent as { flight: number }).flight = flight;
    const set = (column: number, value: number): void => {
      flights.ints[flight * INTS + column] = value;
    };
    set(F.kind, FlightKind.protocol);
    set(F.wide, receivers === null ? 1 : 0);
    set(F.source, sent.source);
    set(F.sequence, sent.sequence);
    set(F.wire, wireBytes(this.spec, bytes));
    cards.feed(sent.source, flights, flight, copies.length, this.now);
    for (const receiver of copies) {
      const departure = links.departure(flight, receiver);
      sent.departures.set(receiver, departure);
      transport.send(sent.source, receiver, flight, departure);
    }
  }

  private decideBefore(limit: Instant): void {
    const { decisionAt } = this.transport;
    for (;;) {
      let first = 0;
      for (let i = 1; i < decisionAt.length; i++)
        if ((decisionAt[i] as number) < (decisionAt[first] as number)) first = i;
      const at = decisionAt[first] as number;
      if (at >= limit) return;
      if (at < this.now) throw new Error(`a decision at ${at} ns comes up at ${this.now} ns`);
      this.now = at;
      this.transport.decide(first, at);
    }
  }

  /** Delivers everything before `limit`. */
  private deliver(limit: Instant): void {
    const later: Pending[] = [];
    for (const pending of this.pending) {
      if (pending.at >= limit) {
        later.push(pending);
        continue;
      }
      const { flight, island, at } = pending;
      const key = this.column(flight, F.sequence) * this.nodes + this.column(flight, F.source);
      const sent = this.bySequence.get(key) as Sent;
      if (sent.arrivals.has(island)) throw new Error(`message ${key} reached island ${island} twice`);
      sent.arrivals.set(island, at);
      this.flights.drop(flight);
    }
    this.pending = later;
  }

  private column(flight: number, column: number): number {
    return this.flights.ints[flight * INTS + column] as number;
  }

  /** ns from a message's first byte to the end of its copy 0, as the ingress card will see it. */
  spread(sent: Sent): number {
    return this.flights.doubles[sent.flight * DOUBLES + F.spread] as number;
  }
}
