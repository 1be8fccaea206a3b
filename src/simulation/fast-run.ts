/** One run on the fast kernel: islands and windows (docs/decisions/0001). */
import type { FaultSubject } from '../faults/fault.ts';
import { FaultDriver } from '../faults/fault-driver.ts';
import { type AnyProtocol, quorumOf } from '../protocols/protocol.ts';
import type { Instant, NodeId } from '../units/quantities.ts';
import { ClientGroup } from './client-group.ts';
import { FastNetwork, topologyOf } from './fast-network.ts';
import { currentLeader, sidesOf } from './leadership.ts';
import { Node } from './node.ts';
import { NodeIsland } from './node-island.ts';
import { type Busy, type FinishedRun, RunClock } from './run-clock.ts';
import type { RunSpec } from './run-spec.ts';
import { SiteIsland } from './site-island.ts';
import { World } from './world.ts';

export class FastRun implements FaultSubject {
  readonly nodes: number;
  readonly world: World;
  private readonly network: FastNetwork;
  private readonly islands: (NodeIsland | SiteIsland)[] = [];
  private readonly machines: NodeIsland[] = [];
  private readonly faults: FaultDriver;

  constructor(spec: RunSpec, protocol?: AnyProtocol) {
    this.nodes = spec.nodes;
    const world = new World(spec, protocol);
    const topology = topologyOf(world);
    const network = new FastNetwork(world, topology);
    network.cards.measure(world.meter.measuredFrom, spec.horizon);
    this.world = world;
    this.network = network;
    for (let i = 0; i < spec.nodes; i++) {
      const node = new Node(world, i);
      world.nodes.push(node);
      const island = new NodeIsland(world, network, node);
      this.machines.push(island);
      this.islands.push(island);
    }
    spec.clients.forEach((client, g) => {
      const at = topology.groupIslands[g] as number;
      if (at >= this.islands.length) this.islands.push(new SiteIsland(world, network, at));
      const island = this.islands[at] as NodeIsland | SiteIsland;
      const group = new ClientGroup(world, g, client, topology.nearest[g] as NodeId, island);
      world.clients.push(group);
      island.clients.push(group);
    });
    this.faults = new FaultDriver(spec.faults, this);
  }

  run(onProgress?: (at: Instant) => void): FinishedRun {
    const { world, network, islands, faults } = this;
    const { spec } = world;
    const clock = new RunClock(world, faults, (at) => this.busy(at));
    for (const machine of this.machines) machine.start(0);
    for (const group of world.clients) (this.islands[network.islandOf(group.group)] as NodeIsland).nextAt = 0;
    const { calendar, wakeAt } = network;
    let now: Instant = 0;
    let reached: Instant = 0;
    let windows = 0;
    while (!clock.stopped) {
      let at = Math.min(spec.horizon, faults.next);
      for (let i = 0; i < islands.length; i++) {
        const next = Math.min((islands[i] as NodeIsland).nextAt, wakeAt[i] as number);
        if (next < at) at = next;
      }
      at = calendar.nextOccupied(now, at);
      if (at >= spec.horizon) break;
      calendar.begin(at);
      reached = this.runCell(Math.min(calendar.end, spec.horizon), clock);
      now = calendar.end;
      calendar.finish();
      if ((++windows & 1023) === 0) onProgress?.(now);
    }
    const end = clock.stopped ? reached : spec.horizon;
    network.transport.settle(end);
    return clock.finish(end, {
      dropped: network.transport.dropped,
      retransmitted: network.transport.retransmitted,
      kernelBytes: calendar.memory + world.flights.memory + network.links.last.byteLength + network.laneMemory,
    });
  }

  /** Runs the current cell up to `cellEnd`, in windows that end where something global falls due; returns where it stopped. */
  private runCell(cellEnd: Instant, clock: RunClock): Instant {
    const { calendar } = this.network;
    const { faults } = this;
    let from = calendar.start;
    while (from < cellEnd && !clock.stopped) {
      while (faults.next <= from) faults.apply();
      const end = Math.min(cellEnd, faults.next);
      this.runWindow(from, end, end === calendar.end);
      from = end;
      clock.windowEnd(end);
    }
    return from;
  }

  private runWindow(from: Instant, end: Instant, last: boolean): void {
    const { islands } = this;
    const { calendar, wakeAt } = this.network;
    const start = calendar.start;
    const whole = last && from === start;
    for (let i = 0; i < islands.length; i++) {
      const island = islands[i] as NodeIsland;
      if (!calendar.hasArrivals(i)) {
        if (island.nextAt < end || (wakeAt[i] as number) < end) island.run(end, start, 0, 0);
        continue;
      }
      const count = calendar.open(i);
      if (last) calendar.release(i);
      if (whole) {
        island.run(end, start, 0, count);
        continue;
      }
      const { offsets } = calendar.sorter;
      let first = 0;
      while (first < count && (offsets[first] as number) < from - start) first++;
      let stop = first;
      while (stop < count && (offsets[stop] as number) < end - start) stop++;
      if (stop > first || island.nextAt < end || (wakeAt[i] as number) < end) island.run(end, start, first, stop);
    }
  }

  private busy(at: Instant): Busy[] {
    const { cards } = this.network;
    return this.machines.map((machine, node) => machine.busyUntil(at, cards.busyUntil(node, at)));
  }

  // What faults do.

  get tolerated(): number {
    return this.world.protocol.faults(this.world.options, this.nodes);
  }

  get quorum(): number {
    return quorumOf(this.world.protocol, this.world.options, this.nodes);
  }

  get forgets(): boolean {
    return !this.world.protocol.isDurable(this.world.options);
  }

  currentLeader(): NodeId {
    return currentLeader(this.world);
  }

  crash(node: NodeId, at: Instant): void {
    if (!(this.world.nodes[node] as Node).alive) return;
    (this.machines[node] as NodeIsland).crash(at);
    this.network.transport.crash(node, at);
  }

  restart(node: NodeId, at: Instant): void {
    this.network.transport.restart(node);
    (this.machines[node] as NodeIsland).restart(at);
  }

  setPace(node: NodeId, by: number): void {
    (this.machines[node] as NodeIsland).setPace(by);
  }

  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void {
    const sides = sidesOf(this.world, nodes, this.network.links.siteOf);
    this.network.transport.partition(sides, at);
    return (over) => {
      this.network.transport.heal(sides, over);
      this.wake();
    };
  }

  /** Decisions may have moved: every island is looked at again. */
  private wake(): void {
    this.islands.forEach((island, i) => {
      island.nextAt = Math.min(island.nextAt, this.network.transport.decisionAt[i] as number);
    });
  }

  note(at: Instant, text: string): void {
    this.world.meter.event(at, -1, 'fault', text);
  }
}
