/** The network as the fast kernel uses it: cards as running clocks, links, calendar; the irregular path where a run needs it. */

import { ArrivalSorter } from '../kernel/arrival-sorter.ts';
import { Calendar } from '../kernel/calendar.ts';
import { createSampler } from '../kernel/distributions.ts';
import { EventClass } from '../kernel/run-digest.ts';
import type { Batch } from '../ledger/batch.ts';
import { EgressCards } from '../network/cards.ts';
import { FlightColumn as F, INTS } from '../network/flights.ts';
import { Links } from '../network/links.ts';
import { Transport } from '../network/transport.ts';
import { type Bytes, type Instant, NEVER, type NodeId } from '../units/quantities.ts';
import { LeavingCard } from './ingress.ts';
import { LaneColumns } from './lane-columns.ts';
import { ReplyLane, RequestLane } from './lanes.ts';
import type { Clients, Participant } from './participants.ts';
import { ReplyRow } from './reply-row.ts';
import type { World } from './world.ts';

export class FastNetwork {
  readonly calendar: Calendar;
  readonly cards: EgressCards;
  readonly links: Links;
  readonly transport: Transport;
  readonly islands: number;
  private readonly world: World;
  private readonly nodes: number;
  private readonly groupIslands: Int32Array;
  /** [node][group] and [group][node]; empty where the run needs the general path. */
  readonly requestLanes: readonly (readonly RequestLane[])[];
  readonly replyLanes: readonly (readonly ReplyLane[])[];
  readonly leaving = new LeavingCard();
  readonly outgoing = new LaneColumns();
  readonly replies = new ReplyRow();
  /** Merges the replies of all lanes to a client group: the records name lanes, and lower nodes are heard first. */
  readonly replySorter = new ArrivalSorter((a, b) => a < b);
  /** The earliest lane arrival of each island that it may not know of yet. */
  readonly wakeAt: Float64Array;

  constructor(world: World, topology: Topology) {
    const { spec, flights } = world;
    this.world = world;
    this.nodes = spec.nodes;
    this.islands = topology.siteOf.length;
    this.groupIslands = topology.groupIslands;
    flights.groupIslands = topology.groupIslands;
    this.wakeAt = new Float64Array(this.islands).fill(NEVER);
    const regular = spec.network.transport === 'tcp' && spec.network.loss === 0 && spec.faults.length === 0;
    const byLane = regular && spec.clients.every((client) => 'site' in client.place);
    const groups = spec.clients.map((_, group) => group);
    const nodes = Array.from({ length: spec.nodes }, (_, node) => node);
    this.requestLanes = byLane ? nodes.map(() => groups.map(() => new RequestLane())) : [];
    this.replyLanes = byLane ? groups.map(() => nodes.map(() => new ReplyLane())) : [];
    const jitter = createSampler(spec.network.jitter);
    this.calendar = new Calendar(this.islands, topology.lookahead, topology.reach, flights.before);
    this.cards = new EgressCards(spec.nodes, spec.network);
    this.links = new Links(spec.network, topology.siteOf, flights, this.calendar, jitter, spec.seed);
    this.transport = new Transport(spec.network, this.links, this.calendar, this.cards, spec.seed);
  }

  /** The requests in `outgoing`, which a client group sent as messages `sequence`, `sequence` + 1, …, leave by their lanes. */
  sendRequests(source: number, group: number, sequence: number): void {
    const { count, times, receivers, places } = this.outgoing;
    this.world.countRequests(places, times, count);
    this.outgoing.count = 0;
    if (allEqual(receivers, count)) {
      const to = receivers[0] as NodeId;
      const lane = (this.requestLanes[to] as RequestLane[])[group] as RequestLane;
      lane.sendAll(this.links, source, sequence, to, times, places, count);
      return this.wake(to, lane);
    }
    this.links.arrive(source, sequence, receivers, times, count);
    for (let i = 0; i < count; i++) {
      const to = receivers[i] as NodeId;
      const lane = (this.requestLanes[to] as RequestLane[])[group] as RequestLane;
      lane.push(times[i] as number, places[i] as number);
      this.wake(to, lane);
    }
  }

  /** The lane's first message may be news to the island it goes to. */
  private wake(island: number, lane: RequestLane | ReplyLane): void {
    if (lane.headAt < (this.wakeAt[island] as number)) this.wakeAt[island] = lane.headAt;
  }

  /** The card gets the reply at `ready`, once `sendReplies` is called. @param wire its bytes on the wire @param place see ReplyLane */
  addReply(group: number, wire: Bytes, place: number, result: number, ready: Instant): void {
    const { outgoing } = this;
    const i = outgoing.next();
    outgoing.times[i] = ready;
    outgoing.wires[i] = wire;
    outgoing.places[i] = place;
    outgoing.results[i] = result;
    if (this.replyLanes.length === 1) return;
    outgoing.receivers[i] = this.groupIslands[group] as number;
    outgoing.groups[i] = group;
  }

  /** The replies that were added, to requests of one batch or to single ones, go through the node's card. */
  sendReplies(node: Participant, batch: Batch | null, now: Instant): void {
    const { outgoing } = this;
    const { count, times, receivers, wires, places, results, groups } = outgoing;
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += wires[i] as number;
    this.world.countReplies(count, bytes, now);
    this.cards.feedColumn(node.self, wires, times, count);
    const { self, sequence, leader } = node;
    node.sequence += count;
    outgoing.count = 0;
    if (count > 0 && this.replyLanes.length === 1) {
      const to = this.groupIslands[0] as number;
      const lane = (this.replyLanes[0] as ReplyLane[])[self] as ReplyLane;
      lane.sendAll(this.links, self, sequence, to, outgoing, count, batch, leader);
      return this.wake(to, lane);
    }
    this.links.arrive(self, sequence, receivers, times, count);
    for (let i = 0; i < count; i++) {
      const lane = (this.replyLanes[groups[i] as number] as ReplyLane[])[self] as ReplyLane;
      lane.push(times[i] as number, places[i] as number, results[i] as number, batch, leader);
      this.wake(receivers[i] as number, lane);
    }
  }

  /** Bytes of the lanes. */
  get laneMemory(): number {
    let bytes = 0;
    for (const lanes of this.requestLanes) for (const lane of lanes) bytes += lane.memory;
    for (const lanes of this.replyLanes) for (const lane of lanes) bytes += lane.memory;
    return bytes;
  }

  islandOf(group: number): number {
    return this.groupIslands[group] as number;
  }

  /** Sends a flight to all other nodes; `ready` is when the card gets it. */
  broadcast(source: NodeId, flight: number, ready: Instant): void {
    this.cards.feed(source, this.world.flights, flight, this.nodes - 1, ready);
    if (!this.transport.irregular)
      return this.calendar.postAll(source, this.nodes, this.links.arriveAll(source, flight), flight);
    for (let i = 1; i < this.nodes; i++) {
      const receiver = (source + i) % this.nodes;
      this.transport.send(source, receiver, flight, this.links.departure(flight, receiver));
    }
  }

  unicast(source: NodeId, receiver: number, flight: number, ready: Instant): void {
    this.cards.feed(source, this.world.flights, flight, 1, ready);
    this.dispatch(source, receiver, flight);
  }

  /** Past the card: from clients, whose cards are unlimited. */
  unicastDirect(source: number, receiver: number, flight: number, _ready: Instant): void {
    this.dispatch(source, receiver, flight);
  }

  private dispatch(source: number, receiver: number, flight: number): void {
    if (!this.transport.irregular) this.links.post(source, receiver, flight);
    else this.transport.send(source, receiver, flight, this.links.departure(flight, receiver));
  }

  /** Hands a reply to its client group. */
  deliverReply(flight: number, island: number, at: Instant): void {
    const { flights, digest, delivered, clients, groups, protocol } = this.world;
    const id = flights.ints[flight * INTS + F.subject] as number;
    const source = flights.ints[flight * INTS + F.source] as NodeId;
    const name = protocol.messages.length + 1;
    delivered[name] = (delivered[name] as number) + 1;
    digest.add(
      EventClass.reply,
      island,
      at,
      (flights.ints[flight * INTS + F.hash] as number) ^ Math.imul(source + 1, 0x2545f491),
    );
    const group = clients[id % groups] as Clients;
    const result = flights.ints[flight * INTS + F.result] as number;
    const leader = flights.ints[flight * INTS + F.detail] as NodeId;
    const batch = flights.load[flight] as Batch | null;
    const index = flights.ints[flight * INTS + F.index] as number;
    flights.drop(flight);
    group.onReply(source, id, result, leader, batch, index, at);
  }
}

function allEqual(values: Int32Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Where islands are and how far apart. */
export interface Topology {
  /** The site of each island: nodes first, then client groups at sites. */
  readonly siteOf: Int32Array;
  /** The island of each client group: its own, or its node's. */
  readonly groupIslands: Int32Array;
  /** The nearest node to each group. */
  readonly nearest: readonly NodeId[];
  /** ns: the least time a message takes between two islands. */
  readonly lookahead: number;
  /** ns: about the longest time a message takes without queueing. */
  readonly reach: number;
}

/** Islands of a run and the lookahead over the links in use. Throws when it is under 1 µs (a scenario error). */
export function topologyOf(world: World): Topology {
  const { spec } = world;
  const { network } = spec;
  const sites: number[] = [...network.nodeSites];
  const groupIslands = new Int32Array(spec.clients.length);
  spec.clients.forEach((client, group) => {
    if ('node' in client.place) groupIslands[group] = client.place.node;
    else groupIslands[group] = sites.push(client.place.site) - 1;
  });
  const jitter = createSampler(network.jitter);
  const delay = (a: number, b: number): number =>
    network.oneWay[(sites[a] as number) * network.sites.length + (sites[b] as number)] as number;
  let shortest = NEVER;
  let longest = 0;
  const perSite = new Int32Array(network.sites.length);
  for (const site of sites) perSite[site] = (perSite[site] as number) + 1;
  for (let a = 0; a < perSite.length; a++)
    for (let b = 0; b < perSite.length; b++) {
      if (perSite[a] === 0 || perSite[b] === 0 || (a === b && (perSite[a] as number) < 2)) continue;
      const base = network.oneWay[a * network.sites.length + b] as number;
      shortest = Math.min(shortest, base);
      longest = Math.max(longest, base);
    }
  if (shortest === NEVER) shortest = 1_000_000;
  const lookahead = Math.floor(shortest + jitter.lower);
  if (lookahead < 1000) throw new Error(`the shortest link takes ${lookahead} ns; the kernel needs at least 1 us`);
  const nearest = spec.clients.map((client, group) => {
    if ('node' in client.place) return client.place.node;
    let best = 0;
    for (let node = 1; node < spec.nodes; node++)
      if (delay(groupIslands[group] as number, node) < delay(groupIslands[group] as number, best)) best = node;
    return best;
  });
  return { siteOf: Int32Array.from(sites), groupIslands, nearest, lookahead, reach: longest + jitter.draw(-2) };
}
