/**
 * Sorts one island's arrivals of one cell into total order: offset, then (source, sequence) of the flight. One distribution pass
 * into about as many bins as there are records, then an insertion pass over what is nearly sorted; two radix passes where the
 * offsets crowd together.
 */
import { powerOfTwoFrom } from './elementary.ts';

// Small at first: a run of one election sorts a handful.
const FIRST = 8;
const SMALL = 24;
const MOST_BINS = 2048;
const CROWDED = 48;
const FEW_DESCENTS = 4;

export class ArrivalSorter {
  offsets = new Int32Array(FIRST);
  flights = new Int32Array(FIRST);
  private otherOffsets = new Int32Array(FIRST);
  private otherFlights = new Int32Array(FIRST);
  /** Made where there is more than a few to sort. */
  private bins = new Int32Array(0);
  private readonly before: (a: number, b: number) => boolean;
  private count = 0;
  private shift = 0;
  private lastBin = 0;
  private fullest = 0;

  /** `before(a, b)`: whether flight a comes before flight b of the same instant; two copies of one flight never meet here. */
  constructor(before: (a: number, b: number) => boolean) {
    this.before = before;
  }

  reserve(count: number): void {
    if (count <= this.offsets.length) return;
    const size = powerOfTwoFrom(count);
    this.offsets = new Int32Array(size);
    this.flights = new Int32Array(size);
    this.otherOffsets = new Int32Array(size);
    this.otherFlights = new Int32Array(size);
  }

  /** Begins to count records whose offsets have `rangeBits` bits, into about as many bins as there were records last time. */
  clear(rangeBits: number): void {
    if (this.bins.length === 0) this.bins = new Int32Array(MOST_BINS + 1);
    const binBits = Math.min(11, rangeBits, 32 - Math.clz32(this.count));
    this.shift = rangeBits - binBits;
    this.lastBin = 1 << binBits;
    this.bins.fill(0, 0, this.lastBin + 1);
  }

  /** Counts the (offset, flight) records in [from, to). */
  tally(records: Int32Array, from: number, to: number): void {
    const { bins, shift } = this;
    for (let i = from; i < to; i += 2) {
      const bin = (records[i] as number) >>> shift;
      bins[bin + 1] = (bins[bin + 1] as number) + 1;
    }
  }

  /** All `count` are counted: each bin gets its place. */
  begin(count: number): void {
    this.reserve(count);
    this.count = count;
    const { bins, lastBin } = this;
    let fullest = 0;
    let sum = 0;
    for (let bin = 1; bin <= lastBin; bin++) {
      const size = bins[bin] as number;
      if (size > fullest) fullest = size;
      sum += size;
      bins[bin] = sum;
    }
    this.fullest = fullest;
  }

  /** Takes the records in [from, to) in, in front of those that their bins hold: what was posted last is placed first. */
  place(records: Int32Array, from: number, to: number): void {
    const { offsets, flights, shift, bins } = this;
    for (let i = to - 2; i >= from; i -= 2) {
      const offset = records[i] as number;
      // Where the next bin begins is where this one ends, less what it holds already.
      const bin = (offset >>> shift) + 1;
      const place = (bins[bin] as number) - 1;
      bins[bin] = place;
      offsets[place] = offset;
      flights[place] = records[i + 1] as number;
    }
  }

  /** All are placed: brings them into order. */
  end(): void {
    if (this.fullest > CROWDED) this.distribute(this.count);
    this.insert(this.count);
  }

  /** Sorts the first `count` records of `offsets` and `flights`. */
  sort(count: number): void {
    if (count > SMALL && this.descends(count)) this.distribute(count);
    this.insert(count);
  }

  /** Whether an offset is below its predecessor more than a few times: links keep order, so with few sources there is little to sort. */
  private descends(count: number): boolean {
    const { offsets } = this;
    let found = 0;
    let previous = offsets[0] as number;
    for (let i = 1; i < count; i++) {
      const offset = offsets[i] as number;
      if (offset < previous && ++found > FEW_DESCENTS) return true;
      previous = offset;
    }
    return false;
  }

  private distribute(count: number): void {
    if (this.bins.length === 0) this.bins = new Int32Array(MOST_BINS + 1);
    const { offsets } = this;
    let low = offsets[0] as number;
    let high = low;
    for (let i = 1; i < count; i++) {
      const offset = offsets[i] as number;
      if (offset < low) low = offset;
      else if (offset > high) high = offset;
    }
    const rangeBits = 32 - Math.clz32(high - low);
    if (rangeBits > 0) {
      const binBits = Math.min(11, rangeBits, 33 - Math.clz32(count));
      if (this.pass(count, low, rangeBits - binBits, (1 << binBits) - 1) <= CROWDED) return;
      if (binBits < rangeBits) this.pass(count, low, 0, 2047);
      if (binBits < rangeBits && rangeBits > 11) this.pass(count, low, 11, 2047);
    }
    this.sortTies(count);
  }

  /** Of records in order of their offsets: those of one instant, where they are many, which an insertion pass may take the square of. */
  private sortTies(count: number): void {
    const { offsets, flights, before } = this;
    for (let from = 0; from < count; ) {
      const offset = offsets[from];
      let to = from + 1;
      let ordered = true;
      for (; to < count && offsets[to] === offset; to++)
        if (ordered && before(flights[to] as number, flights[to - 1] as number)) ordered = false;
      if (!ordered && to - from > CROWDED)
        flights.subarray(from, to).sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
      from = to;
    }
  }

  /** One stable counting pass on `bits` of (offset − low); returns the size of the fullest bin. */
  private pass(count: number, low: number, shift: number, mask: number): number {
    const { offsets, flights, otherOffsets, otherFlights, bins } = this;
    bins.fill(0, 0, mask + 2);
    for (let i = 0; i < count; i++) {
      const bin = (((offsets[i] as number) - low) >>> shift) & mask;
      bins[bin + 1] = (bins[bin + 1] as number) + 1;
    }
    let fullest = 0;
    let sum = 0;
    for (let bin = 1; bin <= mask + 1; bin++) {
      const size = bins[bin] as number;
      if (size > fullest) fullest = size;
      sum += size;
      bins[bin] = sum;
    }
    for (let i = 0; i < count; i++) {
      const offset = offsets[i] as number;
      const bin = ((offset - low) >>> shift) & mask;
      const to = bins[bin] as number;
      bins[bin] = to + 1;
      otherOffsets[to] = offset;
      otherFlights[to] = flights[i] as number;
    }
    this.offsets = otherOffsets;
    this.flights = otherFlights;
    this.otherOffsets = offsets;
    this.otherFlights = flights;
    return fullest;
  }

  private insert(count: number): void {
    const { offsets, flights, before } = this;
    for (let i = 1; i < count; i++) {
      const offset = offsets[i] as number;
      let previous = offsets[i - 1] as number;
      if (previous < offset) continue;
      const flight = flights[i] as number;
      let j = i - 1;
      while (previous > offset || (previous === offset && before(flight, flights[j] as number))) {
        offsets[j + 1] = previous;
        flights[j + 1] = flights[j] as number;
        if (--j < 0) break;
        previous = offsets[j] as number;
      }
      offsets[j + 1] = offset;
      flights[j + 1] = flight;
    }
  }
}
