/**
 * A machine of the reference kernel: ingress card, cores, protocol thread and disk as servers, each with its queue and an event
 * for the end of each job (docs/MODEL.md section 2). What the jobs do, `Node` knows; what they ask for, `ReferenceEffects`.
 */
import { EventClass } from '../../kernel/run-digest.ts';
import type { Write } from '../../machines/group-commit-disk.ts';
import { DOUBLES, FlightColumn as F, FlightKind, INTS } from '../../network/flights.ts';
import { nanosecondsPerByte } from '../../network/wire.ts';
import { type Instant, NEVER, type NodeId, type RequestId } from '../../units/quantities.ts';
import type { ClientGroup, ClientPort } from '../client-group.ts';
import type { Node } from '../node.ts';
import type { Busy } from '../run-clock.ts';
import type { World } from '../world.ts';
import { CorePool } from './core-pool.ts';
import { ReferenceCard } from './egress-card.ts';
import { HandOver } from './hand-over.ts';
import { Machine, Rank } from './machine.ts';
import type { Outgoing } from './outgoing.ts';
import { ReferenceClients } from './reference-clients.ts';
import { ReferenceEffects } from './reference-effects.ts';
import type { ReferenceNetwork } from './reference-network.ts';
import { Server } from './server.ts';

/** A message between the ingress card and the protocol thread. */
interface Incoming {
  readonly flight: number;
  verified: boolean;
}

type Ready = { readonly flight: number; readonly at: Instant };

export class ReferenceNode extends Machine implements ClientPort {
  readonly node: Node;
  readonly clients: ReferenceClients;
  /** How many times as long as usual takes what the processor and the disk are given now. */
  pace = 1;
  private readonly world: World;
  private readonly network: ReferenceNetwork;
  private readonly effects: ReferenceEffects;
  private readonly ingressPerByte: number;
  private readonly ingress = new Server();
  private ingressQueue: { readonly flight: number; readonly firstByte: Instant; readonly lastByte: Instant }[] = [];
  /** Being handed over on the machine itself. */
  private readonly handed = new Set<number>();
  private readonly pool: CorePool | null;
  /** One core more than this and verified messages can overtake each other. */
  private readonly poolSize: number;
  /** By source: what left the ingress card and is not ready yet, in that order. */
  private links = new Map<number, Incoming[]>();
  private ready: Ready[] = [];
  private readonly thread = new Server();
  private threadWakes = false;
  /** When the thread will next look for an expired timer. */
  private timerWakeAt: Instant = NEVER;
  private signQueue: { readonly cost: number; readonly done: () => void }[] = [];
  private readonly outgoing = new HandOver(this.work.bind(this), this.handOver.bind(this));
  private readonly card: ReferenceCard;
  private readonly disk = new Server();
  private pendingWrites: Write[] = [];
  private fsyncs = 0;
  /** Ended fsyncs that the replica has not been told of. */
  private persisted: { readonly at: Instant; readonly ticket: number }[] = [];

  constructor(world: World, network: ReferenceNetwork, node: Node) {
    super(network, node.self);
    this.world = world;
    this.network = network;
    this.node = node;
    this.clients = new ReferenceClients(this, world);
    this.effects = new ReferenceEffects(world, network, this);
    this.ingressPerByte = nanosecondsPerByte(world.spec.network.ingress.bitsPerSecond);
    this.poolSize = world.spec.machine.cores - 1;
    this.pool = this.poolSize > 0 ? new CorePool(this, this.poolSize) : null;
    this.card = new ReferenceCard(this, world.spec.network, world.flights, (copy) => network.depart(copy));
    network.cards[this.self] = this.card;
    network.arrive[this.self] = (flight) => this.arrive(flight);
  }

  /** Starts the replica, at 0 or after a restart. */
  start(): void {
    const { now } = this;
    this.node.start(now);
    this.world.digest.add(EventClass.start, this.self, now, 0);
    this.endOfJob(this.thread.begin(now, 0));
  }

  // The ingress card drains a message while it arrives.

  private arrive(flight: number): void {
    if (this.ingressPerByte === 0) return this.leaveIngress(flight);
    const firstByte = this.now - (this.world.flights.doubles[flight * DOUBLES + F.spread] as number);
    this.ingressQueue.push({ flight, firstByte, lastByte: this.now });
    if (!this.ingress.serving) this.nextOnIngress();
  }

  private nextOnIngress(): void {
    const next = this.ingressQueue.shift();
    if (next === undefined) return;
    const { flight, firstByte, lastByte } = next;
    const service = (this.world.flights.ints[flight * INTS + F.wire] as number) * this.ingressPerByte;
    this.drained = flight;
    this.ingress.begin(Math.max(firstByte, this.ingress.freeAt), service);
    const end = this.ingress.holdUntil(lastByte);
    if (end === this.now) this.endOfIngress(flight);
    else this.schedule(end, Rank.ingress, () => this.endOfIngress(flight));
  }
  /** The flight in the ingress card, 0 when it is idle. */
  private drained = 0;

  private endOfIngress(flight: number): void {
    this.ingress.end();
    this.drained = 0;
    this.leaveIngress(flight);
    this.nextOnIngress();
  }

  // Verification: on the cores beside the thread, if there are any; messages of one link stay in order.

  private leaveIngress(flight: number): void {
    if (this.world.flights.ints[flight * INTS + F.kind] === FlightKind.reply) return this.clients.receive(flight);
    if (this.pool === null) return this.becomeReady(flight);
    const incoming: Incoming = { flight, verified: false };
    this.linkFrom(flight).push(incoming);
    const cost = this.world.flights.doubles[flight * DOUBLES + F.verify] as number;
    if (cost > 0 || this.poolSize === 1) this.pool.submit(cost * this.pace, () => this.verified(incoming));
    else this.verified(incoming);
  }

  private linkFrom(flight: number): Incoming[] {
    const source = this.world.flights.ints[flight * INTS + F.source] as number;
    const link = this.links.get(source) ?? [];
    this.links.set(source, link);
    return link;
  }

  private verified(incoming: Incoming): void {
    incoming.verified = true;
    const link = this.linkFrom(incoming.flight);
    while (link[0]?.verified) this.becomeReady((link.shift() as Incoming).flight);
  }

  /** Enters the thread's queue. Several cores finish in no order of their own: then ties go by source and sequence. */
  private becomeReady(flight: number): void {
    const { ready, now } = this;
    let place = ready.length;
    if (this.poolSize > 1)
      while (
        place > 0 &&
        (ready[place - 1] as Ready).at === now &&
        this.world.flights.before(flight, (ready[place - 1] as Ready).flight)
      )
        place--;
    ready.splice(place, 0, { flight, at: now });
    this.wake();
  }

  // The protocol thread.

  /** The thread looks for work, once everything else of this instant is done. */
  private wake(): void {
    if (this.threadWakes || this.thread.serving) return;
    this.threadWakes = true;
    this.schedule(this.now, Rank.thread, () => {
      this.threadWakes = false;
      this.takeJob();
    });
  }

  private takeJob(): void {
    if (this.thread.serving) return;
    const { executableAt, timers } = this.node;
    const persistedAt = this.persisted[0]?.at ?? NEVER;
    const readyAt = this.ready[0]?.at ?? NEVER;
    // What became ready first; ties in the order in which they are asked here.
    const first = Math.min(persistedAt, executableAt, timers.next, readyAt);
    if (first > this.now) {
      if (first < this.timerWakeAt) this.wakeAtTimer(first);
    } else if (persistedAt === first) this.tellPersisted();
    else if (executableAt === first) this.execute();
    else if (timers.next === first) this.fireTimer();
    else if (this.wakesUntil() > this.now) this.wakeAtTimer(this.wakesUntil());
    else this.handle();
  }

  /** When the first message that waits finds the thread awake: a while after it came over the network and found the thread idle. */
  private wakesUntil(): Instant {
    const { flight, at } = this.ready[0] as Ready;
    const isLocal = this.world.flights.sourceOf(flight) === this.self;
    return isLocal || at <= this.thread.freeAt ? at : at + this.world.costs.wakeUp;
  }

  private wakeAtTimer(at: Instant): void {
    this.timerWakeAt = at;
    this.schedule(at, Rank.thread, () => {
      this.timerWakeAt = NEVER;
      this.takeJob();
    });
  }

  private handle(): void {
    const { flights, delivered, digest, costs } = this.world;
    const { flight } = this.ready[0] as Ready;
    if (flights.ints[flight * INTS + F.kind] !== FlightKind.protocol) return this.drain();
    this.ready.shift();
    const source = flights.ints[flight * INTS + F.source] as number;
    const type = flights.ints[flight * INTS + F.subject] as number;
    const hash = flights.ints[flight * INTS + F.hash] as number;
    const verification = this.pool === null ? (flights.doubles[flight * DOUBLES + F.verify] as number) : 0;
    const message = flights.load[flight];
    flights.drop(flight);
    delivered[type] = (delivered[type] as number) + 1;
    digest.add(EventClass.delivery, this.self, this.now, hash ^ Math.imul(source + 1, 0x2545f491));
    const end = this.thread.begin(this.now, (costs.handling + verification) * this.pace);
    this.node.receive(source, message, end);
    this.endOfJob(end);
  }

  /** All requests and bundles of requests at the head of the queue are one job. */
  private drain(): void {
    const { flights, costs } = this.world;
    const isProtocol = ({ flight }: Ready): boolean => flights.ints[flight * INTS + F.kind] === FlightKind.protocol;
    const first = this.ready.findIndex(isProtocol);
    const taken = this.ready.splice(0, first < 0 ? this.ready.length : first);
    let cost = 0;
    for (const { flight } of taken) {
      const forwarded = flights.ints[flight * INTS + F.kind] === FlightKind.forward;
      const requests = forwarded ? (flights.ints[flight * INTS + F.subject] as number) : 1;
      const verification = this.pool === null ? (flights.doubles[flight * DOUBLES + F.verify] as number) : 0;
      cost += costs.requestHandling * requests + verification;
    }
    const end = this.thread.begin(this.now, cost * this.pace);
    this.node.beginDrain(end);
    for (const { flight } of taken) this.admit(flight);
    this.node.finishDrain();
    this.endOfJob(end);
  }

  private admit(flight: number): void {
    const { flights, delivered, digest, protocol } = this.world;
    const source = flights.ints[flight * INTS + F.source] as number;
    const subject = flights.ints[flight * INTS + F.subject] as number;
    const hash = flights.ints[flight * INTS + F.hash] as number;
    const forwarded = flights.ints[flight * INTS + F.kind] === FlightKind.forward;
    const ids = flights.load[flight] as Int32Array;
    flights.drop(flight);
    const name = protocol.messages.length + (forwarded ? 2 : 0);
    delivered[name] = (delivered[name] as number) + 1;
    digest.add(EventClass.request, this.self, this.now, hash ^ Math.imul(source + 1, 0x2545f491));
    if (!forwarded) this.node.admit(subject, true);
    else for (const id of ids) this.node.admit(id, false);
  }

  private execute(): void {
    const end = this.thread.begin(this.now, this.node.executionCost() * this.pace);
    this.node.execute(end);
    this.endOfJob(end);
  }

  private fireTimer(): void {
    const end = this.thread.begin(this.now, 0);
    const { id, key } = this.node.fire(end);
    this.world.digest.add(EventClass.timer, this.self, this.now, id * 65536 + key);
    this.endOfJob(end);
  }

  private tellPersisted(): void {
    const { ticket } = this.persisted.shift() as { readonly ticket: number };
    const end = this.thread.begin(this.now, 0);
    this.node.persisted(ticket, end);
    this.endOfJob(end);
  }

  /** At the end of a job what it asked for takes place. */
  private endOfJob(at: Instant): void {
    this.schedule(at, Rank.effects, () => {
      this.thread.end();
      this.effects.takePlace();
      if (!this.disk.serving) this.startFsync();
      this.signNextOnThread();
    });
  }

  // Signing and hand-over: messages reach the card in the order in which they were made.

  sendOut(outgoing: Outgoing, cost: number, awaits: number): void {
    this.outgoing.add(outgoing, cost, awaits);
  }

  beginSignature(number: number): void {
    this.outgoing.beginSignature(number, this.world.costs.sign);
  }

  /** Work for the cores, or for the thread where there is no other. */
  private work(cost: number, done: () => void): void {
    if (cost === 0) done();
    else if (this.pool === null) this.signQueue.push({ cost: cost * this.pace, done });
    else this.pool.submit(cost * this.pace, done);
  }

  /** With one core, the thread signs what its job made before it takes the next job. */
  private signNextOnThread(): void {
    const next = this.signQueue.shift();
    if (next === undefined) return this.wake();
    this.schedule(this.thread.begin(this.now, next.cost), Rank.core, () => {
      this.thread.end();
      next.done();
      this.signNextOnThread();
    });
  }

  private handOver(outgoing: Outgoing): void {
    if (outgoing.copies.length > 0) this.card.handOver(outgoing);
    else this.handHere(outgoing.flight, Rank.localReply, () => this.clients.receive(outgoing.flight));
  }

  // The disk: one fsync at a time, shared by all writes that wait for it.

  write(write: Write): void {
    this.pendingWrites.push(write);
  }

  private startFsync(): void {
    const writes = this.pendingWrites;
    if (writes.length === 0) return;
    this.pendingWrites = [];
    const bytes = writes.reduce((sum, write) => sum + write.bytes, 0);
    const service = this.world.fsync(this.self, this.fsyncs++, bytes) * this.pace;
    const end = this.disk.begin(this.now, service);
    this.schedule(end, Rank.disk, () => {
      this.disk.end();
      const { world, node } = this;
      if (world.keepsDurable) for (const { change } of writes) world.protocol.durable.apply(node.durable, change);
      this.persisted.push({ at: this.now, ticket: (writes[writes.length - 1] as Write).ticket });
      this.wake();
      this.startFsync();
    });
  }

  /** A request of a client on this machine: to its own node without any card, to others past the card. */
  submit(_group: ClientGroup, to: NodeId, id: RequestId): void {
    const flight = this.world.launchRequest(this.self, this.node.sequence++, id, this.now);
    if (to !== this.self) return this.network.depart(this.network.make(this.self, to, flight));
    this.handHere(flight, Rank.request, () => this.leaveIngress(flight));
  }

  /** What passes between this node and clients on its machine does so within the instant. */
  private handHere(flight: number, rank: number, act: () => void): void {
    this.handed.add(flight);
    this.schedule(this.now, rank, () => {
      this.handed.delete(flight);
      act();
    });
  }

  busyUntil(at: Instant): Busy {
    const { thread, pool, card, ingress, disk } = this;
    return {
      thread: thread.busyUntil(at),
      cores: pool === null ? 0 : pool.busyUntil(at),
      egress: card.busyUntil(at),
      ingress: ingress.busyUntil(at),
      disk: disk.busyUntil(at),
    };
  }

  /** The machine dies: jobs not ended have no effect, and what waits here is gone. */
  override crash(): void {
    super.crash();
    const { now } = this;
    this.node.crash();
    const here = [
      ...this.handed,
      ...this.ingressQueue.map(({ flight }) => flight),
      ...this.ready.map(({ flight }) => flight),
      ...[...this.links.values()].flatMap((link) => link.map(({ flight }) => flight)),
      ...this.outgoing.crash(),
    ];
    if (this.drained !== 0) here.push(this.drained);
    for (const flight of here) this.network.discard(flight);
    this.handed.clear();
    this.drained = 0;
    this.ingressQueue = [];
    this.links.clear();
    this.ready = [];
    this.signQueue = [];
    this.pendingWrites = [];
    this.persisted = [];
    this.threadWakes = false;
    this.timerWakeAt = NEVER;
    for (const server of [this.ingress, this.thread, this.disk]) server.crash(now);
    this.pool?.crash(now);
    this.clients.crash(now);
  }

  restart(): void {
    this.node.restart(this.now);
    this.start();
  }
}
