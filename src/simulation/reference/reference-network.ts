/**
 * The network of the reference kernel: copies wait in line per link until they have left their card, and only then does the
 * transport hear of them; arrivals are events in the one heap.
 */
import { createSampler } from '../../kernel/distributions.ts';
import { EventHeap } from '../../kernel/event-heap.ts';
import type { ArrivalStore } from '../../network/arrival-store.ts';
import { FlightColumn as F, INTS } from '../../network/flights.ts';
import { Links } from '../../network/links.ts';
import { Transport } from '../../network/transport.ts';
import { type Instant, NEVER } from '../../units/quantities.ts';
import type { Topology } from '../fast-network.ts';
import type { World } from '../world.ts';
import type { ReferenceCard } from './egress-card.ts';
import { type Agenda, Rank } from './machine.ts';
import type { Copy } from './outgoing.ts';

export class ReferenceNetwork implements Agenda, ArrivalStore {
  readonly heap = new EventHeap();
  now: Instant = 0;
  readonly islands: number;
  readonly links: Links;
  readonly transport: Transport;
  readonly groupIslands: Int32Array;
  /** What an island does with a message whose last byte arrives now; set by the run. */
  readonly arrive: ((flight: number) => void)[] = [];
  /** The egress card of each node. */
  readonly cards: ReferenceCard[] = [];
  private readonly world: World;
  /** Copies made and not yet sent, per link [source × islands + receiver], in the order in which they were made. */
  private readonly lines: Copy[][];
  /** The earliest decision of each island's transport that is in the heap. */
  private readonly decisions: Float64Array;

  constructor(world: World, topology: Topology) {
    const { spec, flights } = world;
    this.world = world;
    this.islands = topology.siteOf.length;
    this.groupIslands = topology.groupIslands;
    this.links = new Links(spec.network, topology.siteOf, flights, this, createSampler(spec.network.jitter), spec.seed);
    const segmentWire = spec.network.segmentBytes + spec.network.headerBytes;
    const cards = {
      reset: (node: number, at: Instant): void => this.cards[node]?.crash(at),
      segmentsOfWire: (wire: number): number => Math.max(1, Math.ceil(wire / segmentWire)),
    };
    this.transport = new Transport(spec.network, this.links, this, cards, spec.seed);
    this.lines = Array.from({ length: this.islands * this.islands }, () => []);
    this.decisions = new Float64Array(this.islands).fill(NEVER);
  }

  islandOf(group: number): number {
    return this.groupIslands[group] as number;
  }

  // Arrivals, as the transport sees them.

  post(island: number, at: Instant, flight: number): void {
    if (at < this.now) throw new Error(`a message arrives at ${at} ns, before ${this.now} ns`);
    const { ints } = this.world.flights;
    const source = ints[flight * INTS + F.source] as number;
    const sequence = ints[flight * INTS + F.sequence] as number;
    const arrive = this.arrive[island] as (flight: number) => void;
    this.heap.push({ at, rank: Rank.arrival, island, source, sequence, flight, run: () => arrive(flight) });
  }

  filter(from: Instant, keep: (island: number, at: Instant, flight: number) => boolean): void {
    for (const event of this.heap.pending)
      if (event.flight !== 0 && !event.cancelled && event.at >= from)
        event.cancelled = !keep(event.island, event.at, event.flight);
  }

  // Copies on their way to the transport.

  /** A copy was made and waits in line to leave; it is lost at once where its receiver is out of reach for good. */
  make(source: number, receiver: number, flight: number): Copy {
    const copy: Copy = { source, receiver, flight, departure: null, lost: false };
    if (this.transport.refuses(source, receiver, flight)) this.lose(copy);
    else this.line(source, receiver).push(copy);
    return copy;
  }

  /** The last byte of a copy leaves now. */
  depart(copy: Copy): void {
    copy.departure = this.now;
    const line = this.line(copy.source, copy.receiver);
    if (!this.links.ordered) {
      if (!copy.lost) this.send(line.splice(line.indexOf(copy), 1)[0] as Copy);
      return;
    }
    while (line.length > 0 && (line[0] as Copy).departure !== null) this.send(line.shift() as Copy);
  }

  private send({ source, receiver, flight, departure }: Copy): void {
    this.transport.send(source, receiver, flight, departure as Instant);
    this.scheduleDecision(source);
  }

  private line(source: number, receiver: number): Copy[] {
    return this.lines[source * this.islands + receiver] as Copy[];
  }

  private lose(copy: Copy): void {
    copy.lost = true;
    this.discard(copy.flight);
  }

  discard(flight: number): void {
    this.transport.dropped++;
    this.world.flights.drop(flight);
  }

  scheduleDecision(island: number): void {
    const at = this.transport.decisionAt[island] as number;
    if (at >= (this.decisions[island] as number)) return;
    this.decisions[island] = at;
    const run = (): void => {
      this.decisions[island] = NEVER;
      if ((this.transport.decisionAt[island] as number) <= this.now) this.transport.decide(island, this.now);
      this.scheduleDecision(island);
    };
    this.heap.push({ at, island, rank: Rank.decision, source: 0, sequence: 0, flight: 0, run });
  }

  // What faults do. Whatever is still in line has not left.

  crash(node: number, at: Instant): void {
    for (let other = 0; other < this.islands; other++)
      for (const line of [this.line(node, other), this.line(other, node)])
        for (const copy of line.splice(0)) this.lose(copy);
    this.transport.crash(node, at);
  }

  restart(node: number): void {
    this.transport.restart(node);
  }

  partition(sides: Uint8Array, at: Instant): void {
    this.transport.partition(sides, at);
    if (!this.links.ordered)
      for (const line of this.lines) {
        const [copy] = line;
        if (copy !== undefined && sides[copy.source] !== sides[copy.receiver])
          for (const lost of line.splice(0)) this.lose(lost);
      }
    this.scheduleAllDecisions();
  }

  heal(sides: Uint8Array, at: Instant): void {
    this.transport.heal(sides, at);
    this.scheduleAllDecisions();
  }

  private scheduleAllDecisions(): void {
    for (let island = 0; island < this.islands; island++) this.scheduleDecision(island);
  }
}
