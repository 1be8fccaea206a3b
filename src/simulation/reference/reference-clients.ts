/** The clients of one island of the reference kernel: their own actions are events, replies reach them here. */
import { EventClass } from '../../kernel/run-digest.ts';
import type { Batch } from '../../ledger/batch.ts';
import { FlightColumn as F, INTS } from '../../network/flights.ts';
import { type Instant, NEVER } from '../../units/quantities.ts';
import type { ClientGroup } from '../client-group.ts';
import type { World } from '../world.ts';
import { type Machine, Rank } from './machine.ts';

export class ReferenceClients {
  readonly groups: ClientGroup[] = [];
  private readonly machine: Machine;
  private readonly world: World;
  /** The earliest wake-up of these clients that is scheduled. */
  private wakeAt = NEVER;

  constructor(machine: Machine, world: World) {
    this.machine = machine;
    this.world = world;
  }

  /** Sees to it that they act when they next want to. */
  schedule(): void {
    const next = this.groups.reduce((first, group) => Math.min(first, group.next), NEVER);
    if (next >= this.wakeAt) return;
    this.wakeAt = next;
    this.machine.schedule(next, Rank.clients, () => this.act());
  }

  private act(): void {
    this.wakeAt = NEVER;
    for (const group of this.groups) if (group.next === this.machine.now) group.advance();
    this.schedule();
  }

  receive(flight: number): void {
    const { flights, digest, delivered, clients, groups, protocol } = this.world;
    const column = (name: keyof typeof F): number => flights.ints[flight * INTS + F[name]] as number;
    const [id, source, result, leader, index, hash] = [
      column('subject'),
      column('source'),
      column('result'),
      column('detail'),
      column('index'),
      column('hash'),
    ];
    const batch = flights.load[flight] as Batch | null;
    flights.drop(flight);
    const name = protocol.messages.length + 1;
    delivered[name] = (delivered[name] as number) + 1;
    digest.add(EventClass.reply, this.machine.self, this.machine.now, hash ^ Math.imul(source + 1, 0x2545f491));
    (clients[id % groups] as ClientGroup).onReply(source, id, result, leader, batch, index, this.machine.now);
    this.schedule();
  }

  /** Their machine died. */
  crash(at: Instant): void {
    for (const group of this.groups) if (group.alive) group.die(at);
    this.wakeAt = NEVER;
  }
}
