/**
 * The columns of batches, cut from slabs that many batches share: a typed array of its own for each column would be memory of its own, which
 * costs more to get and to give back than a small batch costs to fill. A slab lives for as long as the last of its batches.
 */

/** Bytes of a slab. */
const SLAB = 1 << 16;
/** Columns of more bytes have memory of their own: in slabs they would leave too much of them empty. */
const LARGE = SLAB / 8;
/** Of a request: its id and an instant. */
const ID = Int32Array.BYTES_PER_ELEMENT;
const INSTANT = Float64Array.BYTES_PER_ELEMENT;

const NO_SLAB = new ArrayBuffer(0);

export interface Columns {
  readonly ids: Int32Array;
  readonly received: Float64Array;
}

export class BatchColumns {
  // Small at first, as in flight-queue.ts: most nodes never cut a batch, and short runs cut few.
  private slab = NO_SLAB;
  private used = 0;

  /** Room for `count` requests; what it holds is for the caller to overwrite. */
  claim(count: number): Columns {
    const bytes = bytesOf(count);
    if (bytes > LARGE) return columnsIn(new ArrayBuffer(bytes), 0, count);
    if (this.used + bytes > this.slab.byteLength) {
      this.slab = new ArrayBuffer(Math.max(bytes, Math.min(SLAB, 4 * this.slab.byteLength)));
      this.used = 0;
    }
    const made = columnsIn(this.slab, this.used, count);
    this.used += bytes;
    return made;
  }

  /** Of the room for `count` that was claimed last only the first `filled` are kept, by themselves. */
  cutShort({ ids, received }: Columns, count: number, filled: number): Columns {
    if (bytesOf(count) <= LARGE) this.used -= bytesOf(count);
    return { ids: ids.slice(0, filled), received: received.slice(0, filled) };
  }
}

/** Instants lie first, so that each column begins at a multiple of its elements. */
function columnsIn(buffer: ArrayBuffer, from: number, count: number): Columns {
  return {
    received: new Float64Array(buffer, from, count),
    ids: new Int32Array(buffer, from + count * INSTANT, count),
  };
}

function bytesOf(count: number): number {
  return count * INSTANT + Math.ceil((count * ID) / INSTANT) * INSTANT;
}
