/** What a job asked for takes place at its end, in the order in which it was asked for (docs/MODEL.md section 2, "A handler"). */

import { EventClass } from '../../kernel/run-digest.ts';
import type { Batch } from '../../ledger/batch.ts';
import type { Write } from '../../machines/group-commit-disk.ts';
import { FlightColumn as F, INTS } from '../../network/flights.ts';
import type { ProtocolMessage } from '../../protocols/protocol.ts';
import type { Instant, NodeId, Position, RequestId } from '../../units/quantities.ts';
import type { ClientGroup } from '../client-group.ts';
import { Effect } from '../effects.ts';
import type { Node } from '../node.ts';
import type { World } from '../world.ts';
import type { Outgoing } from './outgoing.ts';
import type { ReferenceNetwork } from './reference-network.ts';

/** The machine, as far as effects change it. */
interface Acting {
  readonly self: NodeId;
  readonly now: Instant;
  readonly node: Node;
  write(write: Write): void;
  sendOut(outgoing: Outgoing, cost: number, awaits: number): void;
  beginSignature(number: number): void;
}

export class ReferenceEffects {
  private readonly world: World;
  private readonly network: ReferenceNetwork;
  private readonly machine: Acting;

  constructor(world: World, network: ReferenceNetwork, machine: Acting) {
    this.world = world;
    this.network = network;
    this.machine = machine;
  }

  takePlace(): void {
    const { effects } = this.machine.node;
    for (let i = 0; i < effects.count; i++)
      this.effect(effects.kind[i] as number, effects.a[i] as number, effects.b[i] as number, effects.load[i]);
    effects.clear();
  }

  private effect(kind: number, a: number, b: number, load: unknown): void {
    const { machine, world } = this;
    const { node, self, now } = machine;
    switch (kind) {
      case Effect.broadcast: {
        const others = Array.from({ length: node.n - 1 }, (_, i) => (self + 1 + i) % node.n);
        this.post(
          others,
          world.launchProtocol(self, node.sequence++, load as ProtocolMessage, node.n - 1, true, now),
          world.launchAwaits,
        );
        break;
      }
      case Effect.send:
        this.post(
          [a],
          world.launchProtocol(self, node.sequence++, load as ProtocolMessage, 1, false, now),
          world.launchAwaits,
        );
        break;
      case Effect.forward:
        this.post([a], world.launchForward(node, load as Int32Array, now));
        break;
      case Effect.persist:
        machine.write({ change: load, bytes: a, ticket: b });
        break;
      case Effect.commit:
        this.commit(a, load as Batch | null);
        break;
      case Effect.mark:
        world.mark(self, now, a, b, load as number);
        break;
      case Effect.replies:
        this.answerAll(a, load as Batch);
        break;
      case Effect.reply:
        this.answer(a, b === 1);
        break;
      case Effect.beginSignature:
        machine.beginSignature(a);
        break;
      default:
        throw new Error(`there is no effect ${kind}`);
    }
  }

  /** Makes the copies of the message launched last, and has it signed. */
  private post(receivers: readonly number[], flight: number, awaits = -1): void {
    const { machine, network, world } = this;
    const wire = world.flights.ints[flight * INTS + F.wire] as number;
    const cost = world.launchCost;
    const copies = receivers.map((receiver) => network.make(machine.self, receiver, flight));
    machine.sendOut({ flight, wire, copies, signed: false }, cost, awaits);
  }

  private commit(position: Position, batch: Batch | null): void {
    const { world } = this;
    const { node, self, now } = this.machine;
    world.checks.committed(self, now, position, batch);
    world.digest.add(
      EventClass.commit,
      self,
      now,
      (batch === null ? 0 : batch.digest) ^ Math.imul(position, 0x9e3779b1),
    );
    if (batch !== null) batch.stamps.committedAt = Math.min(batch.stamps.committedAt, now);
    node.applyCommit(position, batch, now);
  }

  /** Answers the requests of an executed batch: every replica those that took effect here, or the taker all that it took. */
  private answerAll(position: Position, batch: Batch): void {
    const { world, machine } = this;
    const everyone = world.rule.repliers === 'all';
    batch.ids.forEach((id, i) => {
      const ordered = world.ledger.orderedAt(id);
      if (everyone ? ordered === position : machine.node.answers(id))
        this.reply(id, world.wasValid(id), ordered, batch, i);
    });
  }

  private answer(id: RequestId, isRead: boolean): void {
    const { world, machine } = this;
    if (!isRead) return this.reply(id, world.wasValid(id), world.ledger.orderedAt(id), null, -1);
    const group = world.clients[id % world.groups] as ClientGroup;
    world.checks.read(machine.self, machine.now, machine.node.executedPosition, group.requiredPosition(id));
    world.digest.add(EventClass.read, machine.self, machine.now, id);
    this.reply(id, true, 0, null, -1);
  }

  private reply(id: RequestId, valid: boolean, position: Position, batch: Batch | null, index: number): void {
    const { world, machine, network } = this;
    const flight = world.launchReply(machine.node, id, valid, position, batch, index, machine.now);
    const island: NodeId = network.islandOf(id % world.groups);
    this.post(island === machine.self ? [] : [island], flight);
  }
}
