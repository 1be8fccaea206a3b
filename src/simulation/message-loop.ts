/**
 * The hot loop of a machine: messages leave the ingress card, are verified on the cores and handled on the protocol thread, until
 * anything else is due. The rules are those of node-island.ts, which does all else.
 */
import { EventClass } from '../kernel/run-digest.ts';
import type { CorePool } from '../machines/core-pool.ts';
import type { RunningClock } from '../machines/running-clock.ts';
import * as flightColumns from '../network/flights.ts';
import { FlightColumn as F, FlightKind } from '../network/flights.ts';
import type { Instant } from '../units/quantities.ts';
import type { Admission } from './admission.ts';
import type { FlightQueue } from './flight-queue.ts';
import type { Ingress, LeavingCard } from './ingress.ts';
import type { Node } from './node.ts';
import type { World } from './world.ts';

// V8 folds a module's own constants into its code, but not imported ones (ADR 0009).
const { DOUBLES, INTS } = flightColumns;
const { hash: HASH, kind: KIND, source: SOURCE, subject: SUBJECT, verify: VERIFY } = F;
const { protocol: PROTOCOL_FLIGHT } = FlightKind;
const { delivery: DELIVERY_EVENT } = EventClass;

/** The queues that a message passes. */
interface Path {
  readonly ingress: Ingress;
  /** Verified, waiting for the thread. */
  readonly ready: FlightQueue;
  readonly pool: CorePool;
  readonly thread: RunningClock;
  readonly admission: Admission;
}

/** Messages are verified so many ahead at most: what a job may have to take back. */
const AHEAD = 32;

export class MessageLoop {
  private readonly world: World;
  private readonly leaving: LeavingCard;
  private readonly node: Node;
  private readonly path: Path;
  /** Requests that cost nothing to verify and come over one link cannot overtake each other. */
  private readonly inRows: boolean;
  /** Messages from this place of `leaving` on were verified ahead. */
  private aheadFrom = 0;
  /** When the job began that has effects. A local variable V8 would box at every message, for the call that it is handed to (ADR 0009). */
  private startedAt: Instant = 0;

  constructor(world: World, network: { readonly leaving: LeavingCard }, node: Node, path: Path) {
    this.world = world;
    this.leaving = network.leaving;
    this.node = node;
    this.path = path;
    const { pool } = path;
    this.inRows =
      world.costs.wakeUp === 0 &&
      (pool.size === 0 || (pool.size > 1 && world.clientVerify === 0 && world.groups === 1));
  }

  /**
   * Runs to `until`, to a job that has effects, or until a job of another kind comes first: one that is ready at `blockedAt` or a timer.
   */
  run(until: Instant, blockedAt: Instant): void {
    // V8 knows of an argument that it is a number only once it was made one: till then it checks it, and boxes it, each time (ADR 0009).
    const limit = +until;
    const blocked = +blockedAt;
    const { world, node, inRows } = this;
    const { ingress, ready, pool, thread, admission } = this.path;
    const { flights, digest, delivered } = world;
    const { timers, effects, self } = node;
    const { ints, doubles, load } = flights;
    const { handling, wakeUp } = world.costs;
    const { at: exits, flights: leavers, costs, startedAt: starts } = this.leaving;
    const single = pool.size === 0;
    let { cursor } = ingress;
    for (;;) {
      const other = timers.next < blocked ? timers.next : blocked;
      const leavesAt = exits[cursor] as number;
      if (inRows && ready.head === 0 && (leavers[cursor] as number) < 0) {
        const after = admission.admitRow(cursor, limit, blocked);
        if (after > cursor) {
          cursor = after;
          if (effects.count === 0) continue;
          this.startedAt = starts[cursor - 1] as number;
          break;
        }
      }
      const readyAt = ready.headAt;
      const first = other < readyAt ? other : readyAt;
      let start = first < thread.free ? thread.free : first;
      if (wakeUp > 0 && readyAt < other) start = ready.startAt(thread.free, wakeUp, self);
      if (leavesAt <= start) {
        // A reply gives clients on this machine something to do.
        if (leavesAt >= limit || (costs[cursor] as number) < 0) break;
        if (inRows && (leavers[cursor] as number) < 0) cursor = this.takeRequests(cursor, limit);
        else cursor = this.verify(cursor, limit);
        continue;
      }
      if (start >= limit || other <= readyAt) break;
      const flight = ready.head;
      if (flight < 0 || ints[flight * INTS + KIND] !== PROTOCOL_FLIGHT) {
        admission.drain(start);
        if (effects.count === 0) continue;
        this.startedAt = start;
        break;
      }
      ready.pop();
      const row = flight * INTS;
      const end = thread.occupy(start, single ? handling + (doubles[flight * DOUBLES + VERIFY] as number) : handling);
      const source = ints[row + SOURCE] as number;
      const type = ints[row + SUBJECT] as number;
      delivered[type] = (delivered[type] as number) + 1;
      digest.add(DELIVERY_EVENT, self, start, (ints[row + HASH] as number) ^ Math.imul(source + 1, 0x2545f491));
      const message = load[flight];
      flights.drop(flight);
      node.receive(source, message, end);
      if (effects.count === 0) continue;
      this.startedAt = start;
      break;
    }
    ingress.cursor = cursor;
    if (effects.count > 0) this.takeBack(this.startedAt, thread.free);
  }

  /**
   * Queues the request at `cursor`, and those that leave the card behind it until the thread begins with what waits then: nothing else
   * that it does is due before, or it is busy. Returns the place after them.
   */
  private takeRequests(cursor: number, limit: Instant): number {
    const { ready, thread } = this.path;
    const { at: exits, flights: leavers } = this.leaving;
    const at = exits[cursor] as number;
    if (ready.head === 0) ready.push(at, leavers[cursor] as number);
    else ready.insertInLinkOrder(at, leavers[cursor] as number);
    const begins = ready.headAt < thread.free ? thread.free : ready.headAt;
    return ready.takeRequests(exits, leavers, cursor + 1, begins, limit);
  }

  /**
   * Verifies the message at `from`, and those behind it, ahead of the thread: only the effects of a job could take cores in
   * between, and then `takeBack` undoes it. Returns the place after them.
   */
  private verify(from: number, until: Instant): number {
    const limit = +until;
    let cursor = from;
    const { ready, pool } = this.path;
    const { at: exits, flights: leavers, costs } = this.leaving;
    const { inRows } = this;
    const { size } = pool;
    this.aheadFrom = cursor;
    pool.keep();
    let last = ready.lastAt;
    for (const end = cursor + AHEAD; cursor < end; cursor++) {
      const leavesAt = exits[cursor] as number;
      const cost = costs[cursor] as number;
      const flight = leavers[cursor] as number;
      if (leavesAt >= limit || cost < 0 || (inRows && flight < 0)) break;
      // One server takes every message in turn, so none overtakes; with several, links must be put back in order.
      const at = size === 0 || (size > 1 && cost === 0) ? leavesAt : pool.serve(leavesAt, cost);
      if (at > last || size <= 1) {
        ready.push(at, flight);
        last = at;
      } else {
        ready.insertInLinkOrder(at, flight);
        last = ready.lastAt;
      }
    }
    return cursor;
  }

  /** A job that began at `start` has effects at `end`: what leaves the card from then on is verified after them. */
  takeBack(start: Instant, end: Instant): void {
    const { ingress, ready, pool } = this.path;
    const { at: exits, flights: leavers, costs } = this.leaving;
    const { aheadFrom } = this;
    let kept = ingress.cursor;
    while (kept > aheadFrom && (exits[kept - 1] as number) >= end && (exits[kept - 1] as number) > start) kept--;
    if (kept === ingress.cursor) return;
    while (ingress.cursor > kept) ready.takeBack(leavers[--ingress.cursor] as number);
    if (pool.size === 0) return;
    pool.goBack();
    for (let i = aheadFrom; i < kept; i++) {
      const cost = costs[i] as number;
      if (cost > 0 || pool.size === 1) pool.serve(exits[i] as number, cost);
    }
  }

  /** Whatever was verified so far stays so. */
  settle(): void {
    this.aheadFrom = this.path.ingress.cursor;
  }
}
