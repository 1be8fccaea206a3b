/**
 * One run on the reference kernel: one heap of events in total order. Slow, and as close to the text of docs/MODEL.md as it can
 * be: the oracle for the fast kernel, which must give the same digest.
 */
import type { FaultSubject } from '../../faults/fault.ts';
import { FaultDriver } from '../../faults/fault-driver.ts';
import { type AnyProtocol, quorumOf } from '../../protocols/protocol.ts';
import type { Instant, NodeId } from '../../units/quantities.ts';
import { ClientGroup } from '../client-group.ts';
import { type Topology, topologyOf } from '../fast-network.ts';
import { currentLeader, sidesOf } from '../leadership.ts';
import { Node } from '../node.ts';
import { RunClock } from '../run-clock.ts';
import type { RunResult } from '../run-result.ts';
import type { RunSpec } from '../run-spec.ts';
import { World } from '../world.ts';
import { Rank } from './machine.ts';
import { ReferenceNetwork } from './reference-network.ts';
import { ReferenceNode } from './reference-node.ts';
import { ReferenceSite } from './reference-site.ts';

/** A run that stops early (at a count, or at a violation) stops at a multiple of this or of a smaller power of two, ns. */
const LONGEST_CELL = 2 ** 22;

export class ReferenceRun implements FaultSubject {
  readonly world: World;
  readonly nodes: number;
  private readonly network: ReferenceNetwork;
  private readonly machines: ReferenceNode[] = [];
  private readonly faults: FaultDriver;
  /** Where a run may stop early: at multiples of the largest power of two that is no longer than the lookahead. */
  private readonly cell: number;

  constructor(spec: RunSpec, protocol?: AnyProtocol) {
    this.nodes = spec.nodes;
    this.world = new World(spec, protocol);
    const topology = topologyOf(this.world);
    this.network = new ReferenceNetwork(this.world, topology);
    for (let self = 0; self < spec.nodes; self++) {
      const node = new Node(this.world, self);
      this.world.nodes.push(node);
      this.machines.push(new ReferenceNode(this.world, this.network, node));
    }
    this.addClients(topology);
    this.faults = new FaultDriver(spec.faults, this);
    let cell = LONGEST_CELL;
    while (cell > topology.lookahead) cell /= 2;
    this.cell = cell;
  }

  private addClients(topology: Topology): void {
    const { world, network, machines } = this;
    world.spec.clients.forEach((client, group) => {
      const island = network.islandOf(group);
      const place = machines[island] ?? new ReferenceSite(world, network, island);
      const clients = new ClientGroup(world, group, client, topology.nearest[group] as NodeId, place);
      world.clients.push(clients);
      place.clients.groups.push(clients);
      place.clients.schedule();
    });
  }

  run(onProgress?: (at: Instant) => void): RunResult {
    const { world, network, faults } = this;
    const { heap } = network;
    const { horizon } = world.spec;
    const clock = new RunClock(world, faults, (at) => this.machines.map((machine) => machine.busyUntil(at)));
    for (const machine of this.machines) machine.start();
    let windowEnd = 0;
    let events = 0;
    for (;;) {
      const next = Math.min(heap.first?.at ?? horizon, faults.next, horizon);
      if (next >= windowEnd) {
        clock.windowEnd(windowEnd);
        if (clock.stopped || next >= horizon) break;
      }
      network.now = next;
      if (faults.next <= next && !this.copiesLeaveNow(next)) faults.apply();
      else {
        const event = heap.pop();
        if (!event.cancelled) event.run();
      }
      windowEnd = Math.min((Math.floor(next / this.cell) + 1) * this.cell, faults.next, horizon);
      if ((++events & 0xffff) === 0) onProgress?.(next);
    }
    const end = clock.stopped ? windowEnd : horizon;
    network.transport.settle(end);
    const { dropped, retransmitted } = network.transport;
    return clock.finish(end, {
      dropped,
      retransmitted,
      kernelBytes: world.flights.memory,
    });
  }

  /** What leaves a card at the instant of a fault has left; everything else there comes after the fault. */
  private copiesLeaveNow(at: Instant): boolean {
    const first = this.network.heap.first;
    return first !== undefined && first.at === at && first.rank < Rank.effects;
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
    const machine = this.machines[node] as ReferenceNode;
    if (!machine.node.alive) return;
    machine.crash();
    this.network.crash(node, at);
  }

  restart(node: NodeId): void {
    this.network.restart(node);
    (this.machines[node] as ReferenceNode).restart();
  }

  setPace(node: NodeId, by: number): void {
    (this.machines[node] as ReferenceNode).pace = by;
  }

  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void {
    const sides = sidesOf(this.world, nodes, this.network.links.siteOf);
    this.network.partition(sides, at);
    return (over) => this.network.heal(sides, over);
  }

  note(at: Instant, text: string): void {
    this.world.meter.event(at, -1, 'fault', text);
  }
}
