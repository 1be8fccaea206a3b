/**
 * Arrivals on their way, without an event queue (DESIGN section 4). Time is cut into cells no longer than the lookahead; an
 * arrival is an 8-byte record (offset in its cell, flight) in a slab chained to its cell and island. All that arrives in a cell
 * is known before the cell begins, so each island sorts and handles its own arrivals alone.
 */
import type { Instant } from '../units/quantities.ts';
import { ArrivalSorter } from './arrival-sorter.ts';

/** Cells are at most 2^22 ns (4.2 ms) long, so that offsets sort in two passes. */
const LONGEST_CELL_BITS = 22;
const CHUNK_BITS = 18;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
/** No more than this many chain heads (cells × islands): 16 MB. */
const MOST_HEADS = 1 << 22;

export class Calendar {
  /** Cell length in ns: a power of two, so that cell arithmetic is exact. */
  readonly width: number;
  readonly sorter: ArrivalSorter;
  readonly islands: number;
  private readonly perWidth: number;
  private readonly ringMask: number;
  private readonly tails: Int32Array;
  private readonly occupied: Uint8Array;
  private readonly slabBits: number;
  private readonly slabRecords: number;
  private readonly chunks: Int32Array[] = [];
  private freeSlab = 0;
  private slabsMade = 0;
  /** The cell being run; nothing may be posted into it or before it. Its start, and its place in the ring. */
  private current = -1;
  private currentStart: Instant;
  private currentSlot: number;
  private readonly widthBits: number;
  private readonly offsetMask: number;
  /** ns from the current cell's start within which an arrival lies in the ring. */
  private readonly farthest: number;
  private readonly far: { island: number; at: Instant; flight: number }[] = [];
  private nextSweep: number;
  private readonly sweepEvery: number;

  /**
   * @param lookahead ns; no message takes less. @param reach ns; later arrivals than this from now wait in a side list.
   */
  constructor(islands: number, lookahead: number, reach: number, before: (a: number, b: number) => boolean) {
    if (!(lookahead >= 1)) throw new RangeError(`lookahead must be at least 1 ns, got ${lookahead}`);
    const bits = Math.min(LONGEST_CELL_BITS, 31 - Math.clz32(Math.min(lookahead, 2 ** 30)));
    this.width = 2 ** bits;
    this.perWidth = 1 / this.width;
    this.islands = islands;
    let ring = 4;
    while (ring * this.width < reach * 2 && ring * 2 * islands <= MOST_HEADS) ring *= 2;
    this.ringMask = ring - 1;
    this.tails = new Int32Array(ring * islands);
    this.occupied = new Uint8Array(ring);
    // Small slabs where arrivals spread thin over many cells, large ones where a cell holds many.
    this.slabBits = ring > 64 ? 4 : islands >= 500 ? 7 : 6;
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
    return this.chunks.length * 4 * (CHUNK_MASK + 1) + this.tails.byteLength;
  }

  /** Flight `flight` reaches `island` at `at`, which must lie beyond the current cell. */
  post(island: number, at: Instant, flight: number): void {
    const distance = at - this.currentStart;
    if (distance > this.farthest) {
      this.far.push({ island, at, flight });
      return;
    }
    // Small integers from here on: a double modulo would cost more than all the rest.
    const ahead = (distance | 0) >> this.widthBits;
    if (ahead <= 0)
      throw new Error(`an arrival at ${at} ns was posted into the running cell ${this.current}: lookahead broken`);
    const offset = (distance | 0) & this.offsetMask;
    const slot = (this.currentSlot + ahead) & this.ringMask;
    const head = slot * this.islands + island;
    let slab = this.tails[head] as number;
    const records = this.slabRecords;
    if (slab !== 0) {
      const base = slab << this.slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const start = base & CHUNK_MASK;
      const count = chunk[start + 1] as number;
      if (count < records) {
        const place = start + 2 + 2 * count;
        chunk[place] = offset;
        chunk[place + 1] = flight;
        chunk[start + 1] = count + 1;
        return;
      }
    }
    slab = this.newSlab(slab);
    this.tails[head] = slab;
    this.occupied[slot] = 1;
    const base = slab << this.slabBits;
    const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
    const start = base & CHUNK_MASK;
    chunk[start + 1] = 1;
    chunk[start + 2] = offset;
    chunk[start + 3] = flight;
  }

  private newSlab(previous: number): number {
    let slab = this.freeSlab;
    if (slab === 0) {
      slab = ++this.slabsMade;
      const chunk = (slab << this.slabBits) >>> CHUNK_BITS;
      while (this.chunks.length <= chunk) this.chunks.push(new Int32Array(1 << CHUNK_BITS));
    } else {
      const base = slab << this.slabBits;
      this.freeSlab = (this.chunks[base >>> CHUNK_BITS] as Int32Array)[base & CHUNK_MASK] as number;
    }
    const base = slab << this.slabBits;
    (this.chunks[base >>> CHUNK_BITS] as Int32Array)[base & CHUNK_MASK] = previous;
    return slab;
  }

  /** The start of the first cell from `from` on that holds an arrival, at most `limit`. */
  nextOccupied(from: Instant, limit: Instant): Instant {
    let cell = Math.max(this.current + 1, Math.floor(from * this.perWidth));
    const size = this.ringMask + 1;
    for (;;) {
      const start = cell * this.width;
      if (start >= limit) return limit;
      if (cell >= this.nextSweep) {
        if (this.far.length === 0 && !this.anyOccupied()) return limit;
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
    if (this.far.length === 0) return;
    const kept = this.current;
    this.moveTo(cell - 1);
    const waiting = this.far.splice(0, this.far.length);
    for (const record of waiting) this.post(record.island, record.at, record.flight);
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
    let slab = this.tails[this.currentSlot * this.islands + island] as number;
    if (slab === 0) return 0;
    const { sorter, slabBits, slabRecords } = this;
    // All slabs but the newest (the tail) are full.
    const newest = slab << slabBits;
    let total = (this.chunks[newest >>> CHUNK_BITS] as Int32Array)[(newest & CHUNK_MASK) + 1] as number;
    let older = (this.chunks[newest >>> CHUNK_BITS] as Int32Array)[newest & CHUNK_MASK] as number;
    while (older !== 0) {
      const base = older << slabBits;
      total += slabRecords;
      older = (this.chunks[base >>> CHUNK_BITS] as Int32Array)[base & CHUNK_MASK] as number;
    }
    sorter.reserve(total);
    const { offsets, flights } = sorter;
    let end = total;
    while (slab !== 0) {
      const base = slab << slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const start = base & CHUNK_MASK;
      const count = chunk[start + 1] as number;
      let to = end - count;
      end = to;
      for (let place = start + 2, stop = place + 2 * count; place < stop; place += 2, to++) {
        offsets[to] = chunk[place] as number;
        flights[to] = chunk[place + 1] as number;
      }
      slab = chunk[start] as number;
    }
    sorter.sort(total);
    return total;
  }

  /** Gives back the slabs of the island's arrivals of the current cell. */
  release(island: number): void {
    const head = this.currentSlot * this.islands + island;
    let slab = this.tails[head] as number;
    this.tails[head] = 0;
    while (slab !== 0) {
      const base = slab << this.slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const next = chunk[base & CHUNK_MASK] as number;
      chunk[base & CHUNK_MASK] = this.freeSlab;
      this.freeSlab = slab;
      slab = next;
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
    let kept = 0;
    for (const record of this.far) if (keep(record.island, record.at, record.flight)) this.far[kept++] = record;
    this.far.length = kept;
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
    let slab = this.tails[head] as number;
    while (slab !== 0) {
      const base = slab << this.slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const start = base & CHUNK_MASK;
      for (let place = start + 2, stop = place + 2 * (chunk[start + 1] as number); place < stop; place += 2) {
        const at = cellStart + (chunk[place] as number);
        if (at < from || keep(island, at, chunk[place + 1] as number))
          survivors.push(chunk[place] as number, chunk[place + 1] as number);
        else changed = true;
      }
      slab = chunk[start] as number;
    }
    if (!changed) return;
    let rest = this.tails[head] as number;
    while (rest !== 0) {
      const base = rest << this.slabBits;
      const chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      const next = chunk[base & CHUNK_MASK] as number;
      chunk[base & CHUNK_MASK] = this.freeSlab;
      this.freeSlab = rest;
      rest = next;
    }
    let tail = 0;
    for (let i = 0; i < survivors.length; i += 2) {
      let base = tail << this.slabBits;
      let chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
      if (tail === 0 || chunk[(base & CHUNK_MASK) + 1] === this.slabRecords) {
        tail = this.newSlab(tail);
        base = tail << this.slabBits;
        chunk = this.chunks[base >>> CHUNK_BITS] as Int32Array;
        chunk[(base & CHUNK_MASK) + 1] = 0;
      }
      const start = base & CHUNK_MASK;
      const count = chunk[start + 1] as number;
      chunk[start + 2 + 2 * count] = survivors[i] as number;
      chunk[start + 3 + 2 * count] = survivors[i + 1] as number;
      chunk[start + 1] = count + 1;
    }
    this.tails[head] = tail;
  }
}
