/**
 * Where each request was ordered: the position of every request id, so that none is executed twice (validity). Ids count up
 * within each client group, so the positions lie in chunks by group. A chunk that every replica has passed shrinks to one bit a
 * request, or to nothing when all of its requests were ordered: memory follows what is open and what was left out, not the length
 * of the run. Costs 1–3 ns a request.
 */
import type { Position, RequestId } from '../units/quantities.ts';

const CHUNK_BITS = 10;
const CHUNK_SIZE = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_SIZE - 1;
/** Behind the positions of a chunk lies the highest of them. */
const HIGHEST = CHUNK_SIZE;
const NO_CHUNK: Int32Array = new Int32Array(0);
/** Open chunks at hand, by the low bits of their keys. */
const AT_HAND = 256;

/** The key of no request, not even of one that does not exist. */
const NO_KEY = -(2 ** 31);

/** A request of a batch that was ordered before. */
export const DUPLICATE = 2;

export class OrderedPositions {
  readonly #groups: number;
  readonly #perGroup: number;
  /** By key: (counter >> CHUNK_BITS) * groups + group. */
  readonly #open = new Map<number, Int32Array>();
  /** The packed ones, but for those whose requests were all ordered: a chunk of which nothing is known below `#begun` is full. */
  readonly #packed = new Map<number, PackedChunk>();
  /** By group: chunks before this one were open once, or passed over and packed. */
  readonly #begun: Int32Array;
  /** By group: no request from this counter on was ordered. It may lie behind the last id that there is. */
  readonly #fresh: Float64Array;
  /** No request from this id on was ordered, of whatever group. */
  #newest: RequestId = 0;
  /** By group: the highest position in its full chunks. */
  readonly #fullUpTo: Int32Array;
  /** Chunks that were packed, for use again. */
  readonly #spare: Int32Array[] = [];
  readonly #keysAtHand = new Int32Array(AT_HAND).fill(NO_KEY);
  readonly #atHand: Int32Array[] = new Array(AT_HAND).fill(NO_CHUNK);

  constructor(groups: number) {
    this.#groups = groups;
    this.#perGroup = 1 / groups;
    this.#begun = new Int32Array(groups);
    this.#fresh = new Float64Array(groups);
    this.#fullUpTo = new Int32Array(groups);
  }

  /**
   * Marks the requests of a batch as ordered at `position` (≥ 1, not below earlier ones). Returns null when none was ordered
   * before, else a flag a request: DUPLICATE where it was, 1 where it was not. An earlier position stays.
   */
  markAll(ids: Int32Array, position: Position): Uint8Array | null {
    let flags: Uint8Array | null = null;
    const groups = this.#groups;
    const perGroup = this.#perGroup;
    const fresh = this.#fresh;
    for (let i = 0, end = 0; i < ids.length; i = end) {
      const id = ids[i] as number;
      const counter = counterOf(id, perGroup);
      const group = id - counter * groups;
      const number = counter >> CHUNK_BITS;
      const key = number * groups + group;
      const chunk = this.#chunkAt(key) ?? this.#openChunk(key, group, number);
      chunk[HIGHEST] = position;
      const from = counter & CHUNK_MASK;
      // Most stand in the order in which their clients sent them, and so in a row of one chunk.
      const most = Math.min(ids.length, i + CHUNK_SIZE - from);
      end = i;
      do {
        const offset = from + end - i;
        if (chunk[offset] === 0) chunk[offset] = position;
        else {
          flags ??= new Uint8Array(ids.length).fill(1);
          flags[end] = DUPLICATE;
        }
        end++;
      } while (end < most && id >= 0 && ids[end] === (ids[end - 1] as number) + groups);
      if (counter + end - i > (fresh[group] as number)) fresh[group] = counter + end - i;
      if ((ids[end - 1] as number) >= this.#newest) this.#newest = (ids[end - 1] as number) + 1;
    }
    return flags;
  }

  /** Whether no request from this one on was ordered: so it is with most that are asked for. Short, so that V8 inlines it anywhere. */
  isNew(id: RequestId): boolean {
    return id >= this.#newest;
  }

  /**
   * The position at which this request was ordered, 0 where it was not. Below what was last forgotten, some position that is
   * at least the true one and below the forgotten bound.
   */
  of(id: RequestId): Position {
    const counter = counterOf(id, this.#perGroup);
    // Most that are asked for come for the first time.
    if (counter >= (this.#fresh[id - counter * this.#groups] as number)) return 0;
    const key = id + ((counter >> CHUNK_BITS) - counter) * this.#groups;
    const slot = key & (AT_HAND - 1);
    if (this.#keysAtHand[slot] === key) return (this.#atHand[slot] as Int32Array)[counter & CHUNK_MASK] as number;
    return this.#lookUp(key, id - counter * this.#groups, counter);
  }

  #lookUp(key: number, group: number, counter: number): Position {
    if (counter >> CHUNK_BITS >= (this.#begun[group] as number)) return 0;
    const chunk = this.#chunkAt(key);
    if (chunk !== undefined) return chunk[counter & CHUNK_MASK] as number;
    const packed = this.#packed.get(key);
    if (packed === undefined) return this.#fullUpTo[group] ?? 0;
    return isSet(packed, counter & CHUNK_MASK) ? packed.highest : 0;
  }

  /** Nobody will ask again which of the positions below `below` a request has: only whether it was ordered. */
  forget(below: Position): void {
    for (const [key, chunk] of this.#open) {
      const highest = chunk[HIGHEST] as number;
      if (highest >= below) continue;
      const bits = pack(chunk);
      const group = key % this.#groups;
      if (bits !== null) this.#packed.set(key, { bits, highest });
      else if (highest > (this.#fullUpTo[group] as number)) this.#fullUpTo[group] = highest;
      this.#open.delete(key);
      this.#spare.push(chunk);
    }
    this.#keysAtHand.fill(NO_KEY);
  }

  /** Bytes of memory that positions take now. */
  get memory(): number {
    const chunks = (this.#open.size + this.#spare.length) * (CHUNK_SIZE + 1) * 4;
    return chunks + this.#packed.size * (CHUNK_SIZE >> 3) + this.#begun.byteLength + this.#fullUpTo.byteLength;
  }

  #chunkAt(key: number): Int32Array | undefined {
    const slot = key & (AT_HAND - 1);
    if (this.#keysAtHand[slot] === key) return this.#atHand[slot];
    const chunk = this.#open.get(key);
    if (chunk === undefined) return undefined;
    this.#keysAtHand[slot] = key;
    this.#atHand[slot] = chunk;
    return chunk;
  }

  #openChunk(key: number, group: number, number: number): Int32Array {
    const chunk = this.#spare.pop()?.fill(0) ?? new Int32Array(CHUNK_SIZE + 1);
    const begun = this.#begun[group] as number;
    if (number < begun) {
      // A late request (a retry after a long outage) opens its chunk again; the others keep the highest position they can have.
      unpack(this.#packed.get(key) ?? { bits: null, highest: this.#fullUpTo[group] as number }, chunk);
      this.#packed.delete(key);
    } else {
      for (let skipped = begun; skipped < number; skipped++)
        this.#packed.set(skipped * this.#groups + group, NOTHING_ORDERED);
      this.#begun[group] = number + 1;
    }
    this.#open.set(key, chunk);
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

const NOTHING_ORDERED: PackedChunk = { bits: new Int32Array(CHUNK_SIZE >> 5), highest: 0 };

function isSet(packed: PackedChunk, offset: number): boolean {
  return packed.bits === null || (((packed.bits[offset >> 5] as number) >>> (offset & 31)) & 1) === 1;
}

/** One bit a request; null where all were ordered. */
function pack(chunk: Int32Array): Int32Array | null {
  const bits = new Int32Array(CHUNK_SIZE >> 5);
  let all = -1;
  for (let i = 0; i < bits.length; i++) {
    let word = 0;
    // −x has its sign bit set exactly where a position x > 0 stands.
    for (let j = 0; j < 32; j++) word |= (-(chunk[(i << 5) | j] as number) >>> 31) << j;
    bits[i] = word;
    all &= word;
  }
  return all === -1 ? null : bits;
}

function unpack(packed: PackedChunk, chunk: Int32Array): void {
  for (let offset = 0; offset < CHUNK_SIZE; offset++) if (isSet(packed, offset)) chunk[offset] = packed.highest;
}
