/** The clients of a site as an island: no card, no cores; replies arrive, requests leave at once. */
import { type Instant, NEVER, type NodeId, type RequestId } from '../units/quantities.ts';
import type { ClientGroup, ClientPort } from './client-group.ts';
import type { FastNetwork } from './fast-network.ts';
import { earliestLane, type ReplyLane } from './lanes.ts';
import type { World } from './world.ts';

export class SiteIsland implements ClientPort {
  readonly self: number;
  nextAt: Instant = 0;
  readonly clients: ClientGroup[] = [];
  private readonly world: World;
  private readonly network: FastNetwork;
  private sequence = 0;

  constructor(world: World, network: FastNetwork, self: number) {
    this.world = world;
    this.network = network;
    this.self = self;
  }

  run(end: Instant, cellStart: Instant, from: number, to: number): void {
    const group = this.clients[0] as ClientGroup;
    const lanes = this.network.replyLanes[group.group];
    if (lanes === undefined) this.runSorted(group, end, cellStart, from, to);
    else this.runLanes(group, lanes, end);
  }

  /** Replies come by lanes, one a node: at one instant clients act before they hear, and lower nodes are heard first. */
  private runLanes(group: ClientGroup, lanes: readonly ReplyLane[], end: Instant): void {
    const { network } = this;
    for (;;) {
      const lane = earliestLane(lanes, end);
      const arrival = lane < 0 ? end : (lanes[lane] as ReplyLane).headAt;
      if (group.next <= arrival) {
        if (group.next >= end) break;
        group.advance();
      } else if (lane >= 0) network.deliverLaneReply(lanes[lane] as ReplyLane, lane, this.self);
      else break;
    }
    let nextAt = group.next;
    for (let i = 0; i < lanes.length; i++) nextAt = Math.min(nextAt, (lanes[i] as ReplyLane).headAt);
    this.nextAt = nextAt;
    network.wakeAt[this.self] = NEVER;
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

  submit(group: ClientGroup, to: NodeId, id: RequestId, now: Instant): void {
    if (this.network.requestLanes.length > 0)
      return this.network.submitByLane(this.self, group.group, to, this.sequence++, id, now);
    const flight = this.world.launchRequest(this.self, this.sequence++, id, now);
    this.network.unicastDirect(this.self, to, flight, now);
  }
}
