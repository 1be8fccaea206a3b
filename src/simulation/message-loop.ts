/**
 * The hot loop of a machine: messages leave the ingress card, are verified on the cores and handled on the protocol thread, until
 * anything else is due. It keeps the thread's clock in local variables; the rules are those of node-island.ts, which does all else.
 */
import { EventClass } from '../kernel/run-digest.ts';
import type { CorePool } from '../machines/core-pool.ts';
import type { RunningClock } from '../machines/running-clock.ts';
import { DOUBLES, FlightColumn as F, FlightKind, INTS } from '../network/flights.ts';
import type { Instant } from '../units/quantities.ts';
import type { Admission } from './admission.ts';
import type { FlightQueue } from './flight-queue.ts';
import type { Ingress, LeavingCard } from './ingress.ts';
import type { Node } from './node.ts';
import type { World } from './world.ts';

/** The queues that a message passes. */
interface Path {
  readonly ingress: Ingress;
  /** Verified, waiting for the thread. */
  readonly ready: FlightQueue;
  readonly pool: CorePool;
  readonly thread: RunningClock;
  readonly admission: Admission;
}

export class MessageLoop {
  private readonly world: World;
  private readonly leaving: LeavingCard;
  private readonly node: Node;
  private readonly path: Path;

  constructor(world: World, network: { readonly leaving: LeavingCard }, node: Node, path: Path) {
    this.world = world;
    this.leaving = network.leaving;
    this.node = node;
    this.path = path;
  }

  /**
   * Runs until `limit`, until a job has effects, or until a job of another kind comes first: one that is ready at `blocked` or a timer.
   */
  run(limit: Instant, blocked: Instant): void {
    const { world, node } = this;
    const { ingress, ready, pool, thread, admission } = this.path;
    const { flights, digest, delivered, clientVerify } = world;
    const { timers, effects, self } = node;
    const { ints, doubles, load } = flights;
    const { handling, wakeUp } = world.costs;
    const { at: exits, flights: leavers } = this.leaving;
    const single = pool.size === 0;
    // Requests that cost nothing to verify and come over one link cannot overtake each other.
    const inRows = wakeUp === 0 && (single || (pool.size > 1 && clientVerify === 0 && world.groups === 1));
    let { cursor } = ingress;
    for (;;) {
      // What the thread takes next, of whatever kind: a message that leaves the card later is verified later, for its job may sign.
      const other = timers.next < blocked ? timers.next : blocked;
      if (inRows && ready.head === 0 && (leavers[cursor] as number) < 0) {
        // A request that the thread takes by itself, which most are, need not queue.
        const arrival = exits[cursor] as number;
        const at = arrival < thread.free ? thread.free : arrival;
        if (arrival < other && at < limit && (exits[cursor + 1] as number) > at) {
          admission.admitAlone(~(leavers[cursor++] as number), at);
          if (effects.count > 0) break;
          continue;
        }
      }
      let readyAt = ready.headAt;
      let first = other < readyAt ? other : readyAt;
      let start = first < thread.free ? thread.free : first;
      if (wakeUp > 0 && readyAt < other) start = ready.startAt(thread.free, wakeUp, self);
      let leavesAt = exits[cursor] as number;
      while (leavesAt <= start && leavesAt < limit) {
        const flight = leavers[cursor] as number;
        // A reply gives clients on this machine something to do.
        if (flight > 0 && ints[flight * INTS + F.kind] === FlightKind.reply) break;
        cursor++;
        if (single || (flight < 0 && inRows && ready.head === 0)) ready.push(leavesAt, flight);
        else {
          const cost = flight > 0 ? (doubles[flight * DOUBLES + F.verify] as number) : clientVerify;
          // One server takes every message in turn, so none overtakes; with several, links must be put back in order.
          if (pool.size === 1) ready.push(pool.serve(leavesAt, cost), flight);
          else ready.insertInLinkOrder(cost > 0 ? pool.serve(leavesAt, cost) : leavesAt, flight);
        }
        readyAt = ready.headAt;
        if (readyAt < first) {
          first = readyAt;
          start = first < thread.free ? thread.free : first;
          if (wakeUp > 0) start = ready.startAt(thread.free, wakeUp, self);
        }
        leavesAt = exits[cursor] as number;
        if (flight < 0 && inRows && leavesAt <= start && leavesAt < limit) {
          cursor = ready.takeRequests(exits, leavers, cursor, start, limit);
          leavesAt = exits[cursor] as number;
        }
      }
      if (leavesAt <= start || start >= limit || other <= readyAt) break;
      const flight = ready.head;
      if (flight < 0 || ints[flight * INTS + F.kind] !== FlightKind.protocol) {
        admission.drain(start);
        if (effects.count > 0) break;
        continue;
      }
      ready.pop();
      const row = flight * INTS;
      const end = thread.occupy(start, single ? handling + (doubles[flight * DOUBLES + F.verify] as number) : handling);
      const source = ints[row + F.source] as number;
      const type = ints[row + F.subject] as number;
      delivered[type] = (delivered[type] as number) + 1;
      digest.add(EventClass.delivery, self, start, (ints[row + F.hash] as number) ^ Math.imul(source + 1, 0x2545f491));
      const message = load[flight];
      flights.drop(flight);
      node.receive(source, message, end);
      if (effects.count > 0) break;
    }
    ingress.cursor = cursor;
  }
}
