/**
 * The effects of a job on the fast kernel: messages are made, signed and handed to the card, commits become visible, writes go to
 * the disk, executed requests are answered (docs/MODEL.md section 2).
 */
import { EventClass } from '../kernel/run-digest.ts';
import type { Batch } from '../ledger/batch.ts';
import type { CorePool } from '../machines/core-pool.ts';
import type { GroupCommitDisk } from '../machines/group-commit-disk.ts';
import type { RunningClock } from '../machines/running-clock.ts';
import type { Instant, NodeId } from '../units/quantities.ts';
import { Effect } from './effects.ts';
import type { FastNetwork } from './fast-network.ts';
import type { FlightQueue } from './flight-queue.ts';
import type { Node } from './node.ts';
import type { Clients } from './participants.ts';
import type { World } from './world.ts';

/** The queues of the machine that effects go through. */
interface Machine {
  readonly pool: CorePool;
  readonly thread: RunningClock;
  readonly disk: GroupCommitDisk;
  /** Replies handed over to clients on this machine. */
  readonly local: FlightQueue;
}

export class FastEffects {
  private readonly world: World;
  private readonly network: FastNetwork;
  private readonly node: Node;
  private readonly machine: Machine;
  private readonly self: NodeId;
  private lastHandOver: Instant = 0;
  /** When each signature that was begun for a later message is made. */
  private readonly begun = new Map<number, Instant>();

  constructor(world: World, network: FastNetwork, node: Node, machine: Machine) {
    this.world = world;
    this.network = network;
    this.node = node;
    this.machine = machine;
    this.self = node.self;
  }

  /** What the job that ends at `at` asked for takes place, in order. */
  apply(at: Instant): void {
    const { effects } = this.node;
    const { kind, a, b, load } = effects;
    const { world, node } = this;
    for (let i = 0; i < effects.count; i++) {
      switch (kind[i]) {
        case Effect.broadcast: {
          const flight = world.launchProtocol(
            this.self,
            node.sequence++,
            load[i] as { type: number },
            node.n - 1,
            true,
            at,
          );
          this.network.broadcast(this.self, flight, this.signed(at, world.launchCost, world.launchAwaits));
          break;
        }
        case Effect.send: {
          const flight = world.launchProtocol(this.self, node.sequence++, load[i] as { type: number }, 1, false, at);
          const handOver = this.signed(at, world.launchCost, world.launchAwaits);
          this.network.unicast(this.self, a[i] as number, flight, handOver);
          break;
        }
        case Effect.persist:
          this.machine.disk.write(load[i], a[i] as number, b[i] as number);
          break;
        case Effect.commit:
          this.commit(a[i] as number, load[i] as Batch | null, at);
          break;
        case Effect.mark:
          world.mark(this.self, at, a[i] as number, b[i] as number, load[i] as number);
          break;
        case Effect.replies:
          this.answerAll(a[i] as number, load[i] as Batch, at);
          break;
        case Effect.reply:
          this.answer(a[i] as number, b[i] === 1, at);
          break;
        case Effect.beginSignature:
          this.begun.set(a[i] as number, this.worked(at, world.costs.sign));
          break;
        default: {
          const flight = world.launchForward(node, load[i] as Int32Array, at);
          this.network.unicast(this.self, a[i] as number, flight, this.signed(at, 0));
        }
      }
    }
    effects.clear();
    this.machine.disk.start(at);
  }

  /** When the cores have done what costs `cost` ns, from `at` on. */
  private worked(at: Instant, cost: number): Instant {
    if (cost === 0) return at;
    const { pool, thread } = this.machine;
    return pool.size > 0 ? pool.serve(at, cost) : thread.occupy(Math.max(at, thread.free), cost);
  }

  /**
   * When a message signed from `at` on can be handed to the card: messages leave in the order in which they were made.
   * @param awaits the signature begun before that it needs, −1 for none.
   */
  private signed(at: Instant, cost: number, awaits = -1): Instant {
    let done = this.worked(at, cost);
    if (awaits >= 0) done = Math.max(done, this.takeBegun(awaits));
    if (done < this.lastHandOver) done = this.lastHandOver;
    this.lastHandOver = done;
    return done;
  }

  private takeBegun(number: number): Instant {
    const done = this.begun.get(number);
    if (done === undefined) throw new Error(`a message awaits signature ${number}, which was not begun`);
    this.begun.delete(number);
    return done;
  }

  private commit(position: number, batch: Batch | null, at: Instant): void {
    const { world } = this;
    world.checks.committed(this.self, at, position, batch);
    world.digest.add(
      EventClass.commit,
      this.self,
      at,
      (batch === null ? 0 : batch.digest) ^ Math.imul(position, 0x9e3779b1),
    );
    if (batch !== null && at < batch.stamps.committedAt) batch.stamps.committedAt = at;
    this.node.applyCommit(position, batch, at);
  }

  /** Replies to the requests of an executed batch. */
  private answerAll(position: number, batch: Batch, at: Instant): void {
    const { node, world } = this;
    const { ids } = batch;
    const everyone = world.rule.repliers === 'all';
    if (!everyone && !node.owesAnswers) return;
    if (this.network.replyLanes.length > 0) return this.answerByLane(position, batch, at, everyone);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!everyone && !node.answers(id)) continue;
      const ordered = world.ledger.orderedAt(id);
      // A duplicate was answered where it was ordered first; who took it from the client answers now.
      if (everyone && ordered !== position) continue;
      this.reply(world.launchReply(node, id, world.wasValid(id), ordered, batch, i, at), id, at);
    }
  }

  /** As `answerAll`, by lanes. */
  private answerByLane(position: number, batch: Batch, at: Instant, everyone: boolean): void {
    const { node, world, network } = this;
    const { ids } = batch;
    const { replyCost, groups, ledger } = world;
    const atOnce = ledger.orderedAllAt(position, batch);
    // Where making a reply takes no time all can be handed over at one instant.
    const readyAll = replyCost === 0 ? this.signed(at, 0) : 0;
    network.outgoing.reserve(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!everyone && !node.answers(id)) continue;
      const ordered = atOnce ? position : ledger.orderedAt(id);
      if (everyone && ordered !== position) continue;
      const result = (ordered << 1) | (world.wasValid(id) ? 1 : 0);
      const group = groups === 1 ? 0 : id % groups;
      const ready = replyCost === 0 ? readyAll : this.signed(at, replyCost);
      network.addReply(group, world.replyWire(id), i, result, ready);
    }
    network.sendReplies(node, batch, at);
  }

  private answer(id: number, read: boolean, at: Instant): void {
    const { node, world } = this;
    if (read) {
      const group = world.clients[id % world.groups] as Clients;
      world.checks.read(this.self, at, node.executedPosition, group.requiredPosition(id));
      world.digest.add(EventClass.read, this.self, at, id);
    }
    const position = read ? 0 : world.ledger.orderedAt(id);
    const valid = read || world.wasValid(id);
    if (this.network.replyLanes.length === 0)
      return this.reply(world.launchReply(node, id, valid, position, null, -1, at), id, at);
    const result = (position << 1) | (valid ? 1 : 0);
    this.network.addReply(id % world.groups, world.replyWire(id), id, result, this.signed(at, world.replyCost));
    this.network.sendReplies(node, null, at);
  }

  private reply(flight: number, id: number, at: Instant): void {
    const handOver = this.signed(at, this.world.launchCost);
    const island = this.network.islandOf(id % this.world.groups);
    if (island === this.self) this.machine.local.push(handOver, flight);
    else this.network.unicast(this.self, island, flight, handOver);
  }

  /** The machine died: nothing is about to be handed over. */
  crash(): void {
    this.lastHandOver = 0;
    this.begun.clear();
  }
}
