/**
 * Requests and replies of runs in which nothing is lost, cut or crashed, under tcp: a link's messages then arrive in the order in
 * which they were sent, so each link is a plain ring, with no flight, no calendar and no sorting. The same messages at the same
 * instants as on the general path, for a third of its cost; the conformance tests compare both with the reference kernel.
 */
import type { ArrivalSorter } from '../kernel/arrival-sorter.ts';
import { powerOfTwoFrom } from '../kernel/elementary.ts';
import { NO_DOUBLES, NO_INTS } from '../kernel/no-columns.ts';
import { absorb } from '../kernel/random.ts';
import type { Batch } from '../ledger/batch.ts';
import type { Links } from '../network/links.ts';
import type { Instant, NodeId } from '../units/quantities.ts';
import * as quantities from '../units/quantities.ts';
import type { LaneColumns } from './lane-columns.ts';
import type { ReplyRow } from './reply-row.ts';

// V8 folds a module's own constants into its code, but not imported ones (ADR 0009).
const { NEVER } = quantities;

/** Places of a lane that is used: of a thousand nodes all but one may never hear a client. */
const FIRST = 64;

/** Requests from one client group to one node. */
export class RequestLane {
  /** When the first request arrives; NEVER when none is on its way. */
  headAt: Instant = NEVER;
  /** A ring: when each arrives, and its id, from place `first` on. Its length is a power of two, or 0. */
  at = NO_DOUBLES;
  ids = NO_INTS;
  first = 0;
  count = 0;

  push(at: Instant, id: number): void {
    if (this.count === this.at.length) this.grow(1);
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    this.ids[slot] = id;
    if (this.count++ === 0) this.headAt = at;
  }

  /** As `push` for each of the first `count` requests (one at least) of these columns, which leave `source` as messages `sequence` and on. */
  sendAll(
    links: Links,
    source: number,
    sequence: number,
    receiver: number,
    times: Float64Array,
    requests: Int32Array,
    count: number,
  ): void {
    if (this.count + count > this.at.length) this.grow(count);
    const { at, ids, first } = this;
    const mask = at.length - 1;
    const next = first + this.count;
    links.arriveInto(at, next, source, sequence, receiver, times, count);
    for (let i = 0; i < count; i++) ids[(next + i) & mask] = requests[i] as number;
    this.count += count;
    this.headAt = at[first] as number;
  }

  /** The first `taken` have been taken from the ring. */
  drop(taken: number): void {
    this.first = (this.first + taken) & (this.at.length - 1);
    this.count -= taken;
    this.headAt = this.count === 0 ? NEVER : (this.at[this.first] as number);
  }

  /** Bytes. */
  get memory(): number {
    return this.at.length * 12;
  }

  /** Makes room for `more`. */
  private grow(more: number): void {
    const mask = this.at.length - 1;
    const size = Math.max(FIRST, powerOfTwoFrom(this.count + more));
    const at = new Float64Array(size);
    const ids = new Int32Array(size);
    for (let i = 0; i < this.count; i++) {
      at[i] = this.at[(this.first + i) & mask] as number;
      ids[i] = this.ids[(this.first + i) & mask] as number;
    }
    this.at = at;
    this.ids = ids;
    this.first = 0;
  }
}

/** Replies of one node to one client group that share all but their request and its result: those of one batch, mostly. */
interface Train {
  readonly batch: Batch | null;
  /** Whom the replica believes to lead. */
  readonly leader: NodeId;
  /** Replies not yet delivered. */
  left: number;
}

/** Replies from one node to one client group: 16 bytes each, and a train a batch. */
export class ReplyLane {
  headAt: Instant = NEVER;
  private at = NO_DOUBLES;
  /** The place of the request in its batch; its id where there is no batch. */
  private places = NO_INTS;
  private results = NO_INTS;
  private first = 0;
  private count = 0;
  private readonly trains: Train[] = [];

  push(at: Instant, place: number, result: number, batch: Batch | null, leader: NodeId): void {
    if (this.count === this.at.length) this.grow(1);
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    this.places[slot] = place;
    this.results[slot] = result;
    const last = this.trains[this.trains.length - 1];
    if (last !== undefined && last.batch === batch && last.leader === leader) last.left++;
    else this.trains.push({ batch, leader, left: 1 });
    if (this.count++ === 0) this.headAt = at;
  }

  /** As `push` for each of the first `count` replies (one at least) of these columns, which leave `source` as messages `sequence` and on. */
  sendAll(
    links: Links,
    source: number,
    sequence: number,
    receiver: number,
    columns: LaneColumns,
    count: number,
    batch: Batch | null,
    leader: NodeId,
  ): void {
    const last = this.trains[this.trains.length - 1];
    if (last !== undefined && last.batch === batch && last.leader === leader) last.left += count;
    else this.trains.push({ batch, leader, left: count });
    if (this.count + count > this.at.length) this.grow(count);
    const { at, places, results, first } = this;
    const mask = at.length - 1;
    const next = first + this.count;
    links.arriveInto(at, next, source, sequence, receiver, columns.times, count);
    for (let i = 0; i < count; i++) {
      places[(next + i) & mask] = columns.places[i] as number;
      results[(next + i) & mask] = columns.results[i] as number;
    }
    this.count += count;
    this.headAt = at[first] as number;
  }

  /** What the first reply says, with `place` and `result`. */
  get train(): Readonly<Train> {
    return this.trains[0] as Train;
  }
  get place(): number {
    return this.places[this.first] as number;
  }
  get result(): number {
    return this.results[this.first] as number;
  }
  get size(): number {
    return this.count;
  }

  /** The first reply was delivered. */
  pop(): void {
    if (--(this.trains[0] as Train).left === 0) this.trains.shift();
    this.first = (this.first + 1) & (this.at.length - 1);
    this.headAt = --this.count === 0 ? NEVER : (this.at[this.first] as number);
  }

  /** Moves the replies of the first train that come before `end` to `row`. @param salt of its sender, for the digest */
  take(row: ReplyRow, end: Instant, salt: number): void {
    const train = this.trains[0] as Train;
    row.reserve(train.left);
    const { at, places, results, first } = this;
    const { times, ids, contents } = row;
    const asked = train.batch === null ? null : train.batch.ids;
    const mask = at.length - 1;
    let taken = 0;
    for (; taken < train.left; taken++) {
      const slot = (first + taken) & mask;
      const instant = at[slot] as number;
      if (instant >= end) break;
      const place = places[slot] as number;
      const result = results[slot] as number;
      const id = asked === null ? place : (asked[place] as number);
      times[taken] = instant;
      row.places[taken] = place;
      row.results[taken] = result;
      ids[taken] = id;
      contents[taken] = absorb(id, result) ^ salt;
    }
    row.count = taken;
    train.left -= taken;
    if (train.left === 0) this.trains.shift();
    this.first = (first + taken) & mask;
    this.count -= taken;
    this.headAt = this.count === 0 ? NEVER : (at[this.first] as number);
  }

  /** Appends the instants before `end`, as offsets from `start`, to the `found` records of `sorter`; returns how many it holds then. */
  gather(sorter: ArrivalSorter, found: number, lane: number, start: Instant, end: Instant): number {
    const { at, first, count } = this;
    const { offsets, flights } = sorter;
    const mask = at.length - 1;
    let to = found;
    for (let i = 0; i < count; i++) {
      const instant = at[(first + i) & mask] as number;
      if (instant >= end) break;
      offsets[to] = instant - start;
      flights[to++] = lane;
    }
    return to;
  }

  /** Bytes. */
  get memory(): number {
    return this.at.length * 16;
  }

  /** Makes room for `more`. */
  private grow(more: number): void {
    const mask = this.at.length - 1;
    const size = Math.max(FIRST, powerOfTwoFrom(this.count + more));
    const at = new Float64Array(size);
    const places = new Int32Array(size);
    const results = new Int32Array(size);
    for (let i = 0; i < this.count; i++) {
      const from = (this.first + i) & mask;
      at[i] = this.at[from] as number;
      places[i] = this.places[from] as number;
      results[i] = this.results[from] as number;
    }
    this.at = at;
    this.places = places;
    this.results = results;
    this.first = 0;
  }
}
