/**
 * Arrivals on their way, without an event queue (docs/decisions/0001). Time is cut into cells no longer than the lookahead; an
 * arrival is an 8-byte record (offset in its cell, flight) in a slab chained to its cell and island. All that arrives in a cell
 * is known before the cell begins, so each island sorts and handles its own arrivals alone.
 */
import type { Instant } from '../units/quantities.ts';
import { ArrivalSorter } from './arrival-sorter.ts';
import { powerOfTwoFrom } from './elementary.ts';
import { FarArrivals } from './far-arrivals.ts';
import { NO_INTS } from './no-columns.ts';

/** Cells are at most 2^22 ns (4.2 ms) long, so that offsets sort in two passes. */
const LONGEST_CELL_BITS = 22;
const CHUNK_BITS = 20;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
/** Words that the first chunk begins with: enough for a run of one election. */
const FIRST_WORDS = 1 << 9;
/** Words of a record: its offset in the cell, its flight. A slab's first record holds its chain instead. */
const RECORD = 2;
/** No more than this many chain heads (cells × islands): 16 MB. */
const MOST_HEADS = 1 << 22;

export class Calendar {
  /** Cell length in ns: a power of two, so that cell arithmetic is exact. */
  readonly width: number;
  readonly sorter: ArrivalSorter;
  readonly islands: number;
  private readonly perWidth: number;
  private readonly ringMask: number;
  /** Where the next record of a cell and island goes: behind its last one; at the start of a slab when its last slab is full; 0: it has none. */
  private readonly tails: Int32Array;
  private readonly occupied: Uint8Array;
  private readonly slabBits: number;
  private readonly slabMask: number;
  private readonly slabRecords: number;
  private readonly chunks: Int32Array[] = [];
  /** Slabs given back, in a column of their own: to take one again waits for nothing that it holds. */
  private freeSlabs = NO_INTS;
  private freeCount = 0;
  private slabsMade = 0;
  /** The cell being run; nothing may be posted into it or before it. Its start, and its place in the ring. */
  private current = -1;
  private currentStart: Instant;
  private currentSlot: number;
  private readonly widthBits: number;
  private readonly offsetMask: number;
  /** ns from the current cell's start within which an arrival lies in the ring. */
  private readonly farthest: number;
  private readonly far = new FarArrivals();
  private nextSweep: number;
  private readonly sweepEvery: number;

  /**
   * @param lookahead ns; no message takes less. @param reach ns; later arrivals than this from now wait in a side list.
   */
  constructor(islands: number, lookahead: number, reach: number, before: (a: number, b: number) => boolean) {
    if (!(lookahead >= 1)) throw new RangeError(`lookahead must be at least 1 ns, got ${lookahead}`);
    const bits = Math.min(LONGEST_CELL_BITS, 31 - Math.clz32(Math.min(lookahead, 2 ** 30)));
    this.width = 1 << bits;
    this.perWidth = 1 / this.width;
    this.islands = islands;
    let ring = 4;
    while (ring * this.width < reach * 2 && ring * 2 * islands <= MOST_HEADS) ring *= 2;
    this.ringMask = ring - 1;
    this.tails = new Int32Array(ring * islands);
    this.occupied = new Uint8Array(ring);
    // Small slabs where arrivals spread thin over many cells, large ones where a cell holds many.
    this.slabBits = ring > 64 ? 4 : islands >= 500 ? 7 : 6;
    this.slabMask = (1 << this.slabBits) - 1;
    this.slabRecords = (1 << (this.slabBits - 1)) - 1;
    this.sorter = new ArrivalSorter(before);
    this.widthBits = bits;
    this.offsetMask = this.width - 1;
    this.farthest = Math.min(ring * this.width, 2 ** 31) - 1;
    // Twice within the reach of the ring: what waits far ahead is moved in before its cell can be run.
    this.sweepEvery = Math.max(1, Math.floor((this.farthest + 1) / this.width / 2));
    this.nextSweep = this.sweepEvery;
    this.currentStart = -this.width;
    this.currentSlot = ring - 1;
  }

  private moveTo(cell: number): void {
    this.current = cell;
    this.currentStart = cell * this.width;
    this.currentSlot = ((cell % (this.ringMask + 1)) + this.ringMask + 1) % (this.ringMask + 1);
  }

  /** Bytes of records and heads: the memory of messages in flight. */
  get memory(): number {
    const { tails, freeSlabs } = this;
    return this.chunks.reduce((sum, chunk) => sum + chunk.byteLength, tails.byteLength + freeSlabs.byteLength);
  }

  /** Flight `flight` reaches `island` at `at`, which must lie beyond the current cell. */
  post(island: number, at: Instant, flight: number): void {
    const distance = at - this.currentStart;
    if (distance > this.farthest) {
      this.far.push(island, at, flight);
      return;
    }
    // Small integers from here on: a double modulo would cost more than all the rest.
    const ahead = (distance | 0) >> this.widthBits;
    if (ahead <= 0)
      throw new Error(`an arrival at ${at} ns was posted into the running cell ${this.current}: lookahead broken`);
    const slot = (this.currentSlot + ahead) & this.ringMask;
    const head = slot * this.islands + island;
    let place = this.tails[head] as number;
    if ((place & this.slabMask) === 0) {
      place = this.newSlab(place === 0 ? 0 : (place >>> this.slabBits) - 1);
      this.occupied[slot] = 1;
    }
    const chunk = this.chunks[place >>> CHUNK_BITS] as Int32Array;
    const start = place & CHUNK_MASK;
    chunk[start] = (distance | 0) & this.offsetMask;
    chunk[start + 1] = flight;
    this.tails[head] = place + RECORD;
  }

  /** Posts `flight` to the islands below `count` other than `source`, at `instants[island]` each. */
  postAll(source: number, count: number, instants: Float64Array, flight: number): void {
    const posted = flight | 0;
    for (let island = 0; island < count; island++)
      if (island !== source) this.post(island, instants[island] as number, posted);
  }

  /** A slab chained to `previous` (0: none); returns the place of its first record. */
  private newSlab(previous: number): number {
    let slab: number;
    if (this.freeCount === 0) {
      slab = ++this.slabsMade;
      this.makeRoom(slab);
    } else slab = this.freeSlabs[--this.freeCount] as number;
    this.chain(slab, previous);
    return (slab << this.slabBits) + RECORD;
  }

  /** The first chunk doubles until it is as long as the others. */
  private makeRoom(slab: number): void {
    const { chunks } = this;
    const words = (slab + 1) << this.slabBits;
    const first = chunks[0]?.length ?? 0;
    if (first < words && first <= CHUNK_MASK) {
      const longer = new Int32Array(Math.min(1 << CHUNK_BITS, Math.max(FIRST_WORDS, 2 * first)));
      if (first > 0) longer.set(chunks[0] as Int32Array);
      chunks[0] = longer;
    }
    while (chunks.length << CHUNK_BITS < words) chunks.push(new Int32Array(1 << CHUNK_BITS));
    if (slab <= this.freeSlabs.length) return;
    const free = new Int32Array(powerOfTwoFrom(slab));
    free.set(this.freeSlabs);
    this.freeSlabs = free;
  }

  /** The slab chained before this one: its first word. */
  private previousOf(slab: number): number {
    const base = slab << this.slabBits;
    return (this.chunks[base >>> CHUNK_BITS] as Int32Array)[base & CHUNK_MASK] as number;
  }

  private chain(slab: number, previous: number): void {
    const base = slab << this.slabBits;
    (this.chunks[base >>> CHUNK_BITS] as Int32Array)[base & CHUNK_MASK] = previous;
  }

  /** The start of the first cell from `from` on that holds an arrival, at most `limit`. */
  nextOccupied(from: Instant, limit: Instant): Instant {
    let cell = Math.max(this.current + 1, Math.floor(from * this.perWidth));
    const size = this.ringMask + 1;
    for (;;) {
      const start = cell * this.width;
      if (start >= limit) return limit;
      if (cell >= this.nextSweep) {
        if (this.far.count === 0 && !this.anyOccupied()) return limit;
        this.sweep(cell);
      }
      if (this.occupied[cell % size] === 1) return start;
      cell++;
    }
  }

  private anyOccupied(): boolean {
    return this.occupied.indexOf(1) >= 0;
  }

  /** Begins the cell that contains `at`; what lay far ahead and now is within reach moves into the ring. */
  begin(at: Instant): void {
    const cell = Math.floor(at * this.perWidth);
    if (cell >= this.nextSweep) this.sweep(cell);
    this.moveTo(cell);
  }

  private sweep(cell: number): void {
    this.nextSweep = cell + this.sweepEvery;
    if (this.far.count === 0) return;
    const kept = this.current;
    this.moveTo(cell - 1);
    this.far.takeBefore(this.currentStart + this.farthest + 1, (island, at, flight) => this.post(island, at, flight));
    this.moveTo(kept);
  }

  /** End of the current cell. */
  get end(): Instant {
    return (this.current + 1) * this.width;
  }
  get start(): Instant {
    return this.currentStart;
  }

  hasArrivals(island: number): boolean {
    return this.tails[this.currentSlot * this.islands + island] !== 0;
  }

  /** Gathers the island's arrivals of the current cell into `sorter.offsets` and `sorter.flights`, in total order. */
  open(island: number): number {
    const tail = this.tails[this.currentSlot * this.islands + island] as number;
    if (tail === 0) return 0;
    const { sorter } = this;
    const newest = (tail - 1) >>> this.slabBits;
    // All slabs but the newest are full.
    const last = (tail - (newest << this.slabBits) - RECORD) / RECORD;
    const count = this.tally(newest, last);
    sorter.begin(count);
    this.scatter(newest, last);
    sorter.end();
    return count;
  }

  /** Counts the records of a chain, by bin; returns how many they are. */
  private tally(newest: number, last: number): number {
    const { sorter, chunks, slabBits, slabRecords } = this;
    let total = 0;
    sorter.clear(this.widthBits);
    let previous = this.previousOf(newest);
    for (let slab = newest, count = last; slab !== 0; count = slabRecords) {
      // Asked for a slab ahead, so that its memory is on its way meanwhile. Of slab 0, which is none, the previous one is slab 0.
      const next = this.previousOf(previous);
      const base = slab << slabBits;
      const start = base & CHUNK_MASK;
      sorter.tally(chunks[base >>> CHUNK_BITS] as Int32Array, start + RECORD, start + RECORD * (count + 1));
      total += count;
      slab = previous;
      previous = next;
    }
    return total;
  }

  private scatter(newest: number, last: number): void {
    const { sorter, chunks, slabBits, slabRecords } = this;
    for (let slab = newest, count = last; slab !== 0; count = slabRecords) {
      const base = slab << slabBits;
      const chunk = chunks[base >>> CHUNK_BITS] as Int32Array;
      const start = base & CHUNK_MASK;
      sorter.place(chunk, start + RECORD, start + RECORD * (count + 1));
      slab = chunk[start] as number;
    }
  }

  /** Gives back the slabs of the island's arrivals of the current cell. */
  release(island: number): void {
    const head = this.currentSlot * this.islands + island;
    this.giveBack(this.tails[head] as number);
    this.tails[head] = 0;
  }

  private giveBack(tail: number): void {
    if (tail === 0) return;
    let slab = (tail - 1) >>> this.slabBits;
    while (slab !== 0) {
      this.freeSlabs[this.freeCount++] = slab;
      slab = this.previousOf(slab);
    }
  }

  /** After every island ran the current cell to its end. */
  finish(): void {
    this.occupied[this.currentSlot] = 0;
  }

  /**
   * Visits every arrival not yet delivered, at or after `from`; those for which `keep` is false are taken out. For faults: rare, so
   * the hot path carries no check. Offsets in the current cell are visited too.
   */
  filter(from: Instant, keep: (island: number, at: Instant, flight: number) => boolean): void {
    const size = this.ringMask + 1;
    for (let ahead = 0; ahead < size; ahead++) {
      const cell = this.current + ahead;
      if (cell < 0) continue;
      const slot = cell % size;
      if (this.occupied[slot] !== 1) continue;
      for (let island = 0; island < this.islands; island++)
        this.filterChain(slot * this.islands + island, island, cell * this.width, from, keep);
    }
    this.far.filter(keep);
  }

  private filterChain(
    head: number,
    island: number,
    cellStart: Instant,
    from: Instant,
    keep: (island: number, at: Instant, flight: number) => boolean,
  ): void {
    const survivors: number[] = [];
    let changed = false;
    const tail = this.tails[head] as number;
    if (tail === 0) return;
    let slab = (tail - 1) >>> this.slabBits;
    for (let stop = tail & CHUNK_MASK; slab !== 0; ) {
      const base = slab << this.slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const start = base & CHUNK_MASK;
      // A full slab may end with its chunk.
      const last = stop > start ? stop : start + RECORD * (this.slabRecords + 1);
      for (let place = start + RECORD; place < last; place += RECORD) {
        const at = cellStart + (chunk[place] as number);
        if (at < from || keep(island, at, chunk[place + 1] as number))
          survivors.push(chunk[place] as number, chunk[place + 1] as number);
        else changed = true;
      }
      slab = chunk[start] as number;
      stop = 0;
    }
    if (!changed) return;
    this.giveBack(tail);
    let place = 0;
    for (let i = 0; i < survivors.length; i += 2) {
      if ((place & this.slabMask) === 0) place = this.newSlab(place === 0 ? 0 : (place >>> this.slabBits) - 1);
      const chunk = this.chunks[place >>> CHUNK_BITS] as Int32Array;
      chunk[place & CHUNK_MASK] = survivors[i] as number;
      chunk[(place & CHUNK_MASK) + 1] = survivors[i + 1] as number;
      place += RECORD;
    }
    this.tails[head] = place;
  }
}
