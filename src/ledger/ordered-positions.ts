/**
 * Where each request was ordered: the position of every request id, so that none is executed twice (validity). Ids count up
 * within each client group, so the positions lie in chunks by group; chunks that every replica has passed shrink to one bit a
 * request, or to nothing when all of their requests were ordered. Costs 1–3 ns a request.
 */
import type { Position, RequestId } from '../units/quantities.ts';

const CHUNK_BITS = 10;
const CHUNK_SIZE = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_SIZE - 1;
/** Behind the positions of a chunk lies the highest of them. */
const HIGHEST = CHUNK_SIZE;
const NO_CHUNK: Int32Array = new Int32Array(0);

/** A request of a batch that was ordered before. */
export const DUPLICATE = 2;

export class OrderedPositions {
  readonly #groups: number;
  readonly #perGroup: number;
  /** By key: (counter >> CHUNK_BITS) * groups + group. NO_CHUNK where nothing was ordered yet or the chunk was packed. */
  readonly #chunks: Int32Array[] = [];
  /** The packed chunks, by key. */
  readonly #packed = new Map<number, PackedChunk>();
  /** The keys of the others, in the order in which they were opened. */
  #open: number[] = [];
  /** Chunks that were packed, for use again. */
  readonly #spare: Int32Array[] = [];

  constructor(groups: number) {
    this.#groups = groups;
    this.#perGroup = 1 / groups;
  }

  /**
   * Marks the requests of a batch as ordered at `position` (≥ 1, not below earlier ones). Returns null when none was ordered
   * before, else a flag a request: DUPLICATE where it was, 1 where it was not. An earlier position stays.
   */
  markAll(ids: Int32Array, position: Position): Uint8Array | null {
    let flags: Uint8Array | null = null;
    const groups = this.#groups;
    const perGroup = this.#perGroup;
    const chunks = this.#chunks;
    let key = -1;
    let chunk = NO_CHUNK;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const counter = counterOf(id, perGroup);
      // id − counter · groups is the group.
      const itsKey = id + ((counter >> CHUNK_BITS) - counter) * groups;
      if (itsKey !== key) {
        key = itsKey;
        chunk = chunks[key] ?? NO_CHUNK;
        if (chunk.length === 0) chunk = this.#openChunk(key);
        chunk[HIGHEST] = position;
      }
      const offset = counter & CHUNK_MASK;
      if (chunk[offset] === 0) chunk[offset] = position;
      else {
        flags ??= new Uint8Array(ids.length).fill(1);
        flags[i] = DUPLICATE;
      }
    }
    return flags;
  }

  /**
   * The position at which this request was ordered, 0 where it was not. Below what was last forgotten, some position that is
   * at least the true one and below the forgotten bound.
   */
  of(id: RequestId): Position {
    const counter = counterOf(id, this.#perGroup);
    const key = id + ((counter >> CHUNK_BITS) - counter) * this.#groups;
    const chunk = this.#chunks[key];
    if (chunk === undefined) return 0;
    if (chunk.length > 0) return chunk[counter & CHUNK_MASK] as number;
    const packed = this.#packed.get(key);
    return packed !== undefined && isSet(packed, counter & CHUNK_MASK) ? packed.highest : 0;
  }

  /** Nobody will ask again which of the positions below `below` a request has: only whether it was ordered. */
  forget(below: Position): void {
    const kept: number[] = [];
    for (const key of this.#open) {
      const chunk = this.#chunks[key] as Int32Array;
      if ((chunk[HIGHEST] as number) >= below) kept.push(key);
      else {
        this.#packed.set(key, pack(chunk));
        this.#chunks[key] = NO_CHUNK;
        this.#spare.push(chunk);
      }
    }
    this.#open = kept;
  }

  /** Bytes of memory that positions take now, without the directory. */
  get memory(): number {
    let bytes = (this.#open.length + this.#spare.length) * (CHUNK_SIZE + 1) * 4;
    for (const packed of this.#packed.values()) bytes += packed.bits === null ? 0 : packed.bits.byteLength;
    return bytes;
  }

  #openChunk(key: number): Int32Array {
    while (this.#chunks.length <= key) this.#chunks.push(NO_CHUNK);
    const packed = this.#packed.get(key);
    const chunk = this.#spare.pop()?.fill(0) ?? new Int32Array(CHUNK_SIZE + 1);
    if (packed !== undefined) {
      unpack(packed, chunk);
      this.#packed.delete(key);
    }
    this.#chunks[key] = chunk;
    this.#open.push(key);
    return chunk;
  }
}

/** Exactly floor(id / groups): the half keeps the product away from whole numbers by far more than its rounding error. */
function counterOf(id: RequestId, perGroup: number): number {
  return ((id + 0.5) * perGroup) | 0;
}

/** What remains of a chunk: which requests were ordered (null: all of them) and the highest of their positions. */
interface PackedChunk {
  readonly bits: Int32Array | null;
  readonly highest: Position;
}

function isSet(packed: PackedChunk, offset: number): boolean {
  return packed.bits === null || (((packed.bits[offset >> 5] as number) >>> (offset & 31)) & 1) === 1;
}

function pack(chunk: Int32Array): PackedChunk {
  const bits = new Int32Array(CHUNK_SIZE >> 5);
  let all = -1;
  for (let i = 0; i < bits.length; i++) {
    let word = 0;
    // −x has its sign bit set exactly where a position x > 0 stands.
    for (let j = 0; j < 32; j++) word |= (-(chunk[(i << 5) | j] as number) >>> 31) << j;
    bits[i] = word;
    all &= word;
  }
  return { bits: all === -1 ? null : bits, highest: chunk[HIGHEST] as number };
}

/** A late request (a retry after a long outage) opens its chunk again; the others keep the highest position they can have. */
function unpack(packed: PackedChunk, chunk: Int32Array): void {
  for (let offset = 0; offset < CHUNK_SIZE; offset++) if (isSet(packed, offset)) chunk[offset] = packed.highest;
}
