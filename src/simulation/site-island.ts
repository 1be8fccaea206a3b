/** The clients of a site as an island: no card, no cores; replies arrive, requests leave at once. */
import type { Instant, NodeId, RequestId } from '../units/quantities.ts';
import type { ClientGroup, ClientPort } from './client-group.ts';
import type { FastNetwork } from './fast-network.ts';
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
    const { offsets, flights } = this.network.calendar.sorter;
    const decisionAt = this.network.transport.decisionAt;
    const group = this.clients[0] as ClientGroup;
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
    const flight = this.world.launchRequest(this.self, this.sequence++, id, now);
    this.network.unicastDirect(this.self, to, flight, now);
  }
}
