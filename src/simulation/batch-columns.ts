/**
 * The columns of batches, cut from slabs that many batches share: a typed array of its own for each column would be memory of its own, which
 * costs more to get and to give back than a small batch costs to fill. A slab lives for as long as the last of its batches.
 */

/** Bytes of a slab, but for those of batches that are larger. */
const SLAB = 1 << 16;
/** Of a request: its id and an instant. */
const ID = Int32Array.BYTES_PER_ELEMENT;
const INSTANT = Float64Array.BYTES_PER_ELEMENT;

export interface Columns {
  readonly ids: Int32Array;
  readonly received: Float64Array;
}

export class BatchColumns {
  // Small at first, as in flight-queue.ts: most nodes never cut a batch, and short runs cut few.
  private slab = new ArrayBuffer(0);
  private used = 0;

  /** Room for `count` requests, of zeros. */
  claim(count: number): Columns {
    const instants = count * INSTANT;
    // Instants lie first, so that each column begins at a multiple of its elements.
    const needed = instants + Math.ceil((count * ID) / INSTANT) * INSTANT;
    if (this.used + needed > this.slab.byteLength) {
      this.slab = new ArrayBuffer(Math.max(needed, Math.min(SLAB, 4 * this.slab.byteLength)));
      this.used = 0;
    }
    const received = new Float64Array(this.slab, this.used, count);
    const ids = new Int32Array(this.slab, this.used + instants, count);
    this.used += needed;
    return { ids, received };
  }
}
