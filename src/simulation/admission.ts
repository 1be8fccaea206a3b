/**
 * Requests on the protocol thread: all that stand at the head of the queue when the job starts are one job, which hands them to the
 * node's mempool (docs/MODEL.md section 2).
 */
import { EventClass } from '../kernel/run-digest.ts';
import type { RunningClock } from '../machines/running-clock.ts';
import { DOUBLES, FlightColumn as F, FlightKind, INTS } from '../network/flights.ts';
import type { Instant, NodeId, RequestId } from '../units/quantities.ts';
import type { FlightQueue } from './flight-queue.ts';
import type { LeavingCard } from './ingress.ts';
import type { Node } from './node.ts';
import type { World } from './world.ts';

export class Admission {
  private readonly world: World;
  private readonly node: Node;
  private readonly self: NodeId;
  private readonly ready: FlightQueue;
  private readonly thread: RunningClock;
  private readonly leaving: LeavingCard;
  /** The thread's core verifies too. */
  private readonly single: boolean;

  constructor(world: World, node: Node, ready: FlightQueue, thread: RunningClock, leaving: LeavingCard) {
    this.world = world;
    this.node = node;
    this.self = node.self;
    this.ready = ready;
    this.thread = thread;
    this.leaving = leaving;
    this.single = world.spec.machine.cores === 1;
  }

  /** The next job, at `at`, where a request stands at the head of the queue: its effects take place when the thread is free again. */
  drain(at: Instant): void {
    const { ready, node } = this;
    let scan = this.scan(at);
    node.beginDrain(this.thread.free);
    while (scan > 0) {
      scan -= this.admitLanes(scan, at);
      if (scan-- > 0) this.admit(ready.pop(), at);
    }
    node.finishDrain();
  }

  /**
   * A drain each of the requests of lanes that leave the card from `cursor` on, while the thread takes each by itself, which it does with
   * most: they need not queue. Until the thread would begin at `until`, a job is ready at `blockedAt` or a timer is due before a request
   * leaves the card, or a drain has effects. Returns the place after them.
   */
  admitRow(cursor: number, until: Instant, blockedAt: Instant): number {
    const limit = +until;
    const blocked = +blockedAt;
    const { node, thread, single } = this;
    const { timers, effects } = node;
    const { costs, clientVerify } = this.world;
    const { at: exits, flights: leavers, startedAt, contents } = this.leaving;
    const { digest, groups } = this.world;
    const { groupIslands } = this.world.flights;
    const cost = costs.requestHandling + (single ? clientVerify : 0);
    let next = cursor;
    for (; (leavers[next] as number) < 0; next++) {
      const leavesAt = exits[next] as number;
      const at = leavesAt < thread.free ? thread.free : leavesAt;
      if (leavesAt >= blocked || leavesAt >= timers.next || at >= limit || (exits[next + 1] as number) <= at) break;
      thread.occupy(at, cost);
      const id = ~(leavers[next] as number);
      startedAt[next] = at;
      contents[next] = id ^ Math.imul((groupIslands[groups === 1 ? 0 : id % groups] as number) + 1, 0x2545f491);
      node.beginDrain(thread.free);
      node.admit(id, true);
      node.finishDrain();
      if (effects.count === 0) continue;
      next++;
      break;
    }
    if (next === cursor) return cursor;
    this.delivered(next - cursor);
    digest.addAll(EventClass.request, this.self, startedAt, contents, cursor, next);
    return next;
  }

  /** Occupies the thread with the requests that are ready at `at`; returns how many messages they are. */
  private scan(at: Instant): number {
    const { flights, costs, clientVerify } = this.world;
    const { ready, single } = this;
    let cost = 0;
    let scan = 0;
    for (let flight = ready.head; flight !== 0 && ready.peekAt(scan) <= at; flight = ready.peek(++scan)) {
      if (flight < 0) {
        cost += costs.requestHandling + (single ? clientVerify : 0);
        continue;
      }
      const kind = flights.ints[flight * INTS + F.kind];
      if (kind === FlightKind.protocol) break;
      const requests = kind === FlightKind.forward ? (flights.ints[flight * INTS + F.subject] as number) : 1;
      cost += costs.requestHandling * requests;
      if (single) cost += flights.doubles[flight * DOUBLES + F.verify] as number;
    }
    this.thread.occupy(at, cost);
    return scan;
  }

  /** The requests of lanes at the head of the queue, at most `most`; returns how many there were. */
  private admitLanes(most: number, at: Instant): number {
    const { ready, node } = this;
    let count = 0;
    for (; count < most && ready.head < 0; count++) {
      const id = ~ready.pop();
      this.count(id, at);
      node.admit(id, true);
    }
    this.delivered(count);
    return count;
  }

  private count(id: RequestId, at: Instant): void {
    const { flights, digest, groups } = this.world;
    const source = flights.groupIslands[groups === 1 ? 0 : id % groups] as number;
    digest.add(EventClass.request, this.self, at, id ^ Math.imul(source + 1, 0x2545f491));
  }

  private delivered(count: number): void {
    const { flights, delivered, protocol } = this.world;
    delivered[protocol.messages.length] = (delivered[protocol.messages.length] as number) + count;
    flights.inFlight -= count;
  }

  private admit(flight: number, at: Instant): void {
    const { flights, delivered, digest, protocol } = this.world;
    const forwarded = flights.ints[flight * INTS + F.kind] === FlightKind.forward;
    const name = protocol.messages.length + (forwarded ? 2 : 0);
    delivered[name] = (delivered[name] as number) + 1;
    digest.add(
      EventClass.request,
      this.self,
      at,
      (flights.ints[flight * INTS + F.hash] as number) ^
        Math.imul((flights.ints[flight * INTS + F.source] as number) + 1, 0x2545f491),
    );
    if (forwarded) {
      const ids = flights.load[flight] as Int32Array;
      for (let i = 0; i < ids.length; i++) this.node.admit(ids[i] as RequestId, false);
    } else this.node.admit(flights.ints[flight * INTS + F.subject] as RequestId, true);
    flights.drop(flight);
  }
}
