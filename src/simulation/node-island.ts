/**
 * A machine as an island of the fast kernel: its card, cores, protocol thread, disk, timers and the clients that share it, run
 * for one window at a time in its own total order. Every queue is a running clock; what follows next is the smallest of a few
 * instants, so there is no event queue (docs/decisions/0001; docs/MODEL.md gives each rule).
 */
import { EventClass } from '../kernel/run-digest.ts';
import { CorePool } from '../machines/core-pool.ts';
import { GroupCommitDisk, type Write } from '../machines/group-commit-disk.ts';
import { RunningClock } from '../machines/running-clock.ts';
import { DOUBLES, FlightColumn as F, FlightKind, INTS } from '../network/flights.ts';
import { type Instant, NEVER, type NodeId, type RequestId } from '../units/quantities.ts';
import { Admission } from './admission.ts';
import type { ClientGroup, ClientPort } from './client-group.ts';
import { FastEffects } from './fast-effects.ts';
import type { FastNetwork } from './fast-network.ts';
import { FlightQueue } from './flight-queue.ts';
import { Ingress } from './ingress.ts';
import type { RequestLane } from './lanes.ts';
import { MessageLoop } from './message-loop.ts';
import type { Node } from './node.ts';
import type { Busy } from './run-clock.ts';
import { TicketQueue } from './ticket-queue.ts';
import type { World } from './world.ts';

export class NodeIsland implements ClientPort {
  readonly node: Node;
  readonly self: NodeId;
  /** Earliest instant at which something happens here without a further arrival. */
  nextAt: Instant = 0;
  readonly clients: ClientGroup[] = [];
  private readonly world: World;
  private readonly network: FastNetwork;
  /** Received by the card, on their way to verification (in time order), and verified, waiting for the thread. */
  private readonly ingress: Ingress;
  private readonly lanes: readonly RequestLane[];
  /** Requests of clients on this machine, handed over without a card. */
  private readonly handed: FlightQueue;
  private readonly ready: FlightQueue;
  /** Cores beside the protocol thread; none: the thread's core verifies and signs as part of each job. */
  private readonly pool: CorePool;
  private readonly thread = new RunningClock();
  private readonly disk: GroupCommitDisk;
  private readonly effects: FastEffects;
  private readonly admission: Admission;
  private readonly messages: MessageLoop;
  /** When the running job's effects take place; NEVER when it has none. */
  private finishAt: Instant = NEVER;
  private readonly persisted = new TicketQueue();
  /** Replies handed over to clients on this machine: flights with their instants. */
  private readonly local: FlightQueue;

  constructor(world: World, network: FastNetwork, node: Node) {
    this.world = world;
    this.network = network;
    this.node = node;
    this.self = node.self;
    this.lanes = network.requestLanes[node.self] ?? [];
    const { bitsPerSecond } = world.spec.network.ingress;
    this.ingress = new Ingress(world.flights, network.leaving, bitsPerSecond, this.lanes, world, world.clientVerify);
    this.handed = new FlightQueue(world.flights);
    // A vote of every other node may wait there.
    this.ready = new FlightQueue(world.flights, world.spec.nodes);
    this.local = new FlightQueue(world.flights);
    this.pool = new CorePool(world.spec.machine.cores - 1);
    this.disk = new GroupCommitDisk((count, bytes) => world.fsync(node.self, count, bytes));
    const { ingress, ready, pool, thread, disk, local } = this;
    this.admission = new Admission(world, node, ready, thread, network.leaving);
    this.messages = new MessageLoop(world, network, node, { ingress, ready, pool, thread, admission: this.admission });
    this.effects = new FastEffects(world, network, node, { pool, thread, disk, local });
  }

  /** Starts the replica (at time 0 or after a restart at `at`). */
  start(at: Instant): void {
    this.thread.free = at;
    this.node.start(at);
    this.world.digest.add(EventClass.start, this.self, at, 0);
    // Between windows, where nothing is verified ahead.
    if (this.node.effects.count > 0) this.finishAt = at;
    this.nextAt = at;
  }

  /** Runs everything before `end`. The arrivals of this window lie in the sorter at [from, to). */
  run(end: Instant, cellStart: Instant, from: number, to: number): void {
    if (!this.node.alive) {
      for (let i = from; i < to; i++) this.discard(this.network.calendar.sorter.flights[i] as number);
      this.nextAt = NEVER;
      return;
    }
    this.ingress.begin(this.network.calendar.sorter, cellStart, from, to, end);
    this.messages.settle();
    for (;;) {
      const other = this.nextOther();
      if (this.finishAt === NEVER) {
        this.runMessages(other < end ? other : end);
        // What the last job asked for mostly comes next.
        const at = this.finishAt;
        if (at < end && at <= other && at <= this.ingress.headAt) {
          this.finish(at);
          continue;
        }
      }
      if (this.step(end)) break;
    }
    for (let i = 0; i < this.lanes.length; i++)
      this.nextAt = Math.min(this.nextAt, (this.lanes[i] as RequestLane).headAt);
    this.network.wakeAt[this.self] = NEVER;
  }

  /** The earliest instant of anything but messages and the thread's jobs. */
  private nextOther(): Instant {
    let at = this.finishAt;
    const decision = this.network.transport.decisionAt[this.self] as number;
    if (decision < at) at = decision;
    if (this.disk.at < at) at = this.disk.at;
    if (this.local.headAt < at) at = this.local.headAt;
    if (this.handed.headAt < at) at = this.handed.headAt;
    for (let i = 0; i < this.clients.length; i++) {
      const next = (this.clients[i] as ClientGroup).next;
      if (next < at) at = next;
    }
    return at;
  }

  /** The common case: messages, until something else is due or a handler asks for effects. */
  private runMessages(limit: Instant): void {
    const { node } = this;
    const persisted = this.persisted.headAt;
    const blocked = persisted < node.executableAt ? persisted : node.executableAt;
    this.messages.run(limit, blocked);
    if (node.effects.count > 0) this.finishAt = this.thread.free;
  }

  /** Does what comes first, of whatever kind; true when that lies at or beyond `end`. */
  private step(end: Instant): boolean {
    const { node, ingress, handed, ready, local, network } = this;
    let at = this.finishAt;
    let what = 0;
    const decision = network.transport.decisionAt[this.self] as number;
    if (decision < at) {
      at = decision;
      what = 1;
    }
    if (this.disk.at < at) {
      at = this.disk.at;
      what = 2;
    }
    if (local.headAt < at) {
      at = local.headAt;
      what = 3;
    }
    for (let i = 0; i < this.clients.length; i++) {
      const next = (this.clients[i] as ClientGroup).next;
      if (next < at) {
        at = next;
        what = 4;
      }
    }
    if (ingress.headAt < at) {
      at = ingress.headAt;
      what = 5;
    }
    if (handed.headAt < at) {
      at = handed.headAt;
      what = 10;
    }
    if (this.finishAt === NEVER) {
      // The thread takes what became ready first: completions, then timers, then messages.
      let readyAt = this.persisted.headAt;
      let job = 6;
      if (node.executableAt < readyAt) {
        readyAt = node.executableAt;
        job = 7;
      }
      if (node.timers.next < readyAt) {
        readyAt = node.timers.next;
        job = 8;
      }
      if (ready.headAt < readyAt) {
        readyAt = ready.headAt;
        job = 9;
      }
      const { free } = this.thread;
      const start = job === 9 ? ready.startAt(free, this.world.costs.wakeUp, this.self) : Math.max(readyAt, free);
      if (start < at) {
        at = start;
        what = job;
      }
    }
    if (at >= end) {
      this.nextAt = at;
      return true;
    }
    switch (what) {
      case 0:
        this.finish(at);
        break;
      case 1:
        network.transport.decide(this.self, at);
        break;
      case 2:
        this.fsyncDone(at);
        break;
      case 3:
        network.deliverReply(local.pop(), this.self, at);
        break;
      case 4:
        for (const group of this.clients) if (group.next === at) group.advance();
        break;
      case 5:
        this.verify(ingress.pop(), at);
        this.messages.settle();
        break;
      case 10:
        this.verify(handed.pop(), at);
        break;
      case 6:
        this.tellPersisted(at);
        break;
      case 7:
        this.executeNext(at);
        break;
      case 8:
        this.fireTimer(at);
        break;
      default:
        this.admission.drain(at);
        this.afterJob(at, this.thread.free);
    }
    return false;
  }

  /** Enters verification (or, for a reply, reaches the clients here). */
  private verify(flight: number, at: Instant): void {
    const { flights } = this.world;
    if (flight > 0 && flights.ints[flight * INTS + F.kind] === FlightKind.reply)
      return this.network.deliverReply(flight, this.self, at);
    if (this.pool.size === 0) return this.ready.push(at, flight);
    const cost = flight > 0 ? (flights.doubles[flight * DOUBLES + F.verify] as number) : this.world.clientVerify;
    // One server takes every message in turn, so none overtakes; with several, links must be put back in order.
    if (this.pool.size === 1) this.ready.push(this.pool.serve(at, cost), flight);
    else this.ready.insertInLinkOrder(cost > 0 ? this.pool.serve(at, cost) : at, flight);
  }

  /** A job that began at `start` ends at `end`. */
  private afterJob(start: Instant, end: Instant): void {
    if (this.node.effects.count === 0) return;
    this.finishAt = end;
    this.messages.takeBack(start, end);
  }

  private fireTimer(at: Instant): void {
    const end = this.thread.occupy(at, 0);
    const due = this.node.fire(end);
    this.world.digest.add(EventClass.timer, this.self, at, due.id * 65536 + due.key);
    this.afterJob(at, end);
  }

  private executeNext(at: Instant): void {
    const end = this.thread.occupy(at, this.node.executionCost());
    this.node.execute(end);
    this.afterJob(at, end);
  }

  private tellPersisted(at: Instant): void {
    const ticket = this.persisted.pop();
    const end = this.thread.occupy(at, 0);
    this.node.persisted(ticket, end);
    this.afterJob(at, end);
  }

  private fsyncDone(at: Instant): void {
    const { node, world } = this;
    const durable = this.disk.end();
    if (world.keepsDurable) for (const write of durable) world.protocol.durable.apply(node.durable, write.change);
    this.persisted.push(at, (durable[durable.length - 1] as Write).ticket);
  }

  /** The running job ends: what it asked for takes place. */
  private finish(at: Instant): void {
    this.finishAt = NEVER;
    this.effects.apply(at);
  }

  /** A request of a client on this machine: to this node without a network, to others past the card. */
  submit(_group: ClientGroup, to: NodeId, id: RequestId, now: Instant): void {
    const flight = this.world.launchRequest(this.self, this.node.sequence++, id, now);
    if (to === this.self) this.handed.push(now, flight);
    else this.network.unicastDirect(this.self, to, flight, now);
  }

  /** ns of work done before the current window (jobs that reach beyond it count up to its start). `egress`: of the card, which the network keeps. */
  busyUntil(at: Instant, egress: number): Busy {
    return {
      thread: this.thread.busyUntil(at),
      cores: this.pool.busyUntil(at),
      egress,
      ingress: this.ingress.busy - Math.max(0, this.ingress.free - at),
      disk: this.disk.busyUntil(at),
    };
  }

  private discard(flight: number): void {
    this.network.transport.dropped++;
    this.world.flights.drop(flight);
  }

  /** Whatever its processor and disk are given from now on takes `by` times as long; what they have been given keeps its time. */
  setPace(by: number): void {
    this.thread.pace = by;
    this.pool.pace = by;
    this.disk.pace = by;
  }

  /** The machine dies at `at`: jobs not finished have no effect, and what waits here is gone. */
  crash(at: Instant): void {
    this.node.crash();
    for (const queue of [this.handed, this.ready, this.local]) while (queue.head !== 0) this.discard(queue.pop());
    this.ingress.reset(at, (flight) => this.discard(flight));
    this.thread.crash(at);
    this.pool.crash(at);
    this.disk.crash(at);
    this.effects.crash();
    this.finishAt = NEVER;
    this.persisted.clear();
    for (const group of this.clients) if (group.alive) group.die(at);
    this.nextAt = NEVER;
  }

  restart(at: Instant): void {
    this.node.restart(at);
    this.start(at);
  }
}
