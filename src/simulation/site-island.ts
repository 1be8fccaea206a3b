/** The clients of a site as an island: no card, no cores; replies arrive, requests leave at once. */
import { absorb } from '../kernel/random.ts';
import { EventClass } from '../kernel/run-digest.ts';
import { type Instant, NEVER, type NodeId, type RequestId } from '../units/quantities.ts';
import type { ClientGroup, ClientPort } from './client-group.ts';
import type { FastNetwork } from './fast-network.ts';
import type { LaneColumns } from './lane-columns.ts';
import type { ReplyLane } from './lanes.ts';
import type { World } from './world.ts';

export class SiteIsland implements ClientPort {
  readonly self: number;
  nextAt: Instant = 0;
  readonly clients: ClientGroup[] = [];
  readonly requests?: LaneColumns;
  private readonly world: World;
  private readonly network: FastNetwork;
  private sequence = 0;

  constructor(world: World, network: FastNetwork, self: number) {
    this.world = world;
    this.network = network;
    this.self = self;
    if (network.requestLanes.length > 0) this.requests = network.outgoing;
  }

  run(end: Instant, cellStart: Instant, from: number, to: number): void {
    const group = this.clients[0] as ClientGroup;
    const lanes = this.network.replyLanes[group.group];
    if (lanes === undefined) this.runSorted(group, end, cellStart, from, to);
    else this.runLanes(group, lanes, cellStart, end);
  }

  /** Replies come by lanes, one a node: at one instant clients act before they hear, and lower nodes are heard first. */
  private runLanes(group: ClientGroup, lanes: readonly ReplyLane[], start: Instant, end: Instant): void {
    const { network } = this;
    const only = onlyLane(lanes, end);
    if (only >= 0) {
      const lane = lanes[only] as ReplyLane;
      while (lane.headAt < end) {
        if (group.hearsApart(lane.train.leader, start, end)) {
          this.hearApart(lane, only, group, end);
          continue;
        }
        if (group.next <= lane.headAt) group.advanceTo(lane.headAt);
        this.hear(lane, only, group, end);
      }
    } else if (only === SEVERAL) {
      const count = this.gather(lanes, start, end);
      const { offsets, flights: sources } = network.replySorter;
      for (let i = 0; i < count; i++) {
        const at = start + (offsets[i] as number);
        if (group.next <= at) group.advanceTo(at);
        const source = sources[i] as number;
        this.hear(lanes[source] as ReplyLane, source, group, at);
      }
    }
    if (group.next < end) group.advanceTo(end - 1);
    const sent = network.outgoing.count;
    if (sent > 0) network.sendRequests(this.self, group.group, this.sequence);
    this.sequence += sent;
    let nextAt = group.next;
    for (let i = 0; i < lanes.length; i++) {
      const { headAt } = lanes[i] as ReplyLane;
      if (headAt < nextAt) nextAt = headAt;
    }
    this.nextAt = nextAt;
    network.wakeAt[this.self] = NEVER;
  }

  /** The first reply of a lane, and those behind it that come before `end` and before the clients act again. */
  private hear(lane: ReplyLane, source: NodeId, group: ClientGroup, end: Instant): void {
    const { digest } = this.world;
    let count = 0;
    const from = Math.imul(source + 1, 0x2545f491);
    do {
      const { batch, leader } = lane.train;
      // What the replies of a train share is looked up once.
      for (let left = lane.train.left; left > 0; left--) {
        const at = lane.headAt;
        const { place, result } = lane;
        lane.pop();
        count++;
        const id = batch === null ? place : (batch.ids[place] as RequestId);
        digest.add(EventClass.reply, this.self, at, absorb(id, result) ^ from);
        group.onReply(source, id, result, leader, batch, batch === null ? -1 : place, at);
        if (lane.headAt >= end || lane.headAt >= group.next) break;
      }
    } while (lane.headAt < end && lane.headAt < group.next);
    this.count(count);
  }

  /** The replies of a lane's first train that come before `end`, whatever the clients do meanwhile. */
  private hearApart(lane: ReplyLane, source: NodeId, group: ClientGroup, end: Instant): void {
    const { replies } = this.network;
    const { batch } = lane.train;
    lane.take(replies, end, Math.imul(source + 1, 0x2545f491));
    const { count } = replies;
    this.world.digest.addAll(EventClass.reply, this.self, replies.times, replies.contents, 0, count);
    this.count(count);
    group.onReplies(batch, replies);
  }

  private count(replies: number): void {
    const { delivered, protocol, flights } = this.world;
    const name = protocol.messages.length + 1;
    delivered[name] = (delivered[name] as number) + replies;
    flights.inFlight -= replies;
  }

  /** The replies before `end`, of all lanes, in total order; returns how many. */
  private gather(lanes: readonly ReplyLane[], start: Instant, end: Instant): number {
    const sorter = this.network.replySorter;
    let waiting = 0;
    for (let i = 0; i < lanes.length; i++) waiting += (lanes[i] as ReplyLane).size;
    sorter.reserve(waiting);
    let found = 0;
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i] as ReplyLane;
      if (lane.headAt < end) found = lane.gather(sorter, found, i, start, end);
    }
    sorter.sort(found);
    return found;
  }

  private runSorted(group: ClientGroup, end: Instant, cellStart: Instant, from: number, to: number): void {
    const { offsets, flights } = this.network.calendar.sorter;
    const decisionAt = this.network.transport.decisionAt;
    let cursor = from;
    for (;;) {
      const decision = decisionAt[this.self] as number;
      const own = group.next;
      const arrival = cursor < to ? cellStart + (offsets[cursor] as number) : end;
      if (decision <= own && decision <= arrival) {
        if (decision >= end) break;
        this.network.transport.decide(this.self, decision);
      } else if (own <= arrival) {
        if (own >= end) break;
        group.advance();
      } else if (cursor < to) this.network.deliverReply(flights[cursor++] as number, this.self, arrival);
      else break;
    }
    this.nextAt = Math.min(group.next, decisionAt[this.self] as number);
  }

  submit(_group: ClientGroup, to: NodeId, id: RequestId, now: Instant): void {
    const { requests } = this;
    if (requests !== undefined) {
      const i = requests.next();
      requests.times[i] = now;
      requests.receivers[i] = to;
      requests.places[i] = id;
      return;
    }
    const flight = this.world.launchRequest(this.self, this.sequence++, id, now);
    this.network.unicastDirect(this.self, to, flight, now);
  }
}

const NONE = -1;
const SEVERAL = -2;

/** The lane that brings replies before `end`, where no other does; else NONE or SEVERAL. */
function onlyLane(lanes: readonly ReplyLane[], end: Instant): number {
  let found = NONE;
  for (let i = 0; i < lanes.length; i++) {
    if ((lanes[i] as ReplyLane).headAt >= end) continue;
    if (found !== NONE) return SEVERAL;
    found = i;
  }
  return found;
}
