/**
 * The key-value state behind a ledger: whole numbers under (space, index) keys, with a 32-bit digest that follows every change.
 * Values lie in chunks of typed arrays; a chunk whose values are all settled is dropped, so that a ledger of finished item life
 * cycles does not grow with the length of the run.
 */
import { absorb } from '../kernel/random.ts';

/** What a settled key reads as once its chunk was dropped. */
export const SETTLED = -1;

const CHUNK_BITS = 10;
const CHUNK_SIZE = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_SIZE - 1;
/** A reference and a count for each chunk. */
const DIRECTORY_BYTES = 16;
const NO_CHUNK = new Float64Array(0);

export class KeyValueStore {
  /** [space]: its chunks before this one are all dropped. */
  readonly #first: number[] = [];
  /** [space][(index >> CHUNK_BITS) − #first]; NO_CHUNK where nothing was written yet or everything is settled. */
  readonly #chunks: Float64Array[][] = [];
  /** How many keys of each chunk are settled; CHUNK_SIZE means dropped. */
  readonly #settled: number[][] = [];
  #digest = 0;
  #keys = 0;

  /** How many keys hold a value other than 0, settled ones included. */
  get keys(): number {
    return this.#keys;
  }

  /** The sum of the hashes of all (key, value) pairs: independent of the order of writes, 0 for the empty store. */
  get digest(): number {
    return this.#digest;
  }

  /** The value; 0 where there is none (0 and absent are the same thing), SETTLED where it was settled and dropped. */
  get(space: number, index: number): number {
    const number = (index >>> CHUNK_BITS) - (this.#first[space] ?? 0);
    if (number < 0) return SETTLED;
    const chunk = this.#chunks[space]?.[number];
    if (chunk === undefined) return 0;
    if (chunk.length > 0) return chunk[index & CHUNK_MASK] as number;
    return this.#settled[space]?.[number] === CHUNK_SIZE ? SETTLED : 0;
  }

  /**
   * Writes a whole number in [0, 2⁵³). `settle` says that this key will never be written again; writing a settled key whose
   * chunk was dropped throws.
   */
  set(space: number, index: number, value: number, settle = false): void {
    const chunk = this.#chunkFor(space, index);
    const offset = index & CHUNK_MASK;
    const before = chunk[offset] as number;
    chunk[offset] = value;
    const key = absorb(space, index);
    this.#digest = (this.#digest - entryHash(key, before) + entryHash(key, value)) | 0;
    if (before === 0 && value !== 0) this.#keys++;
    if (before !== 0 && value === 0) this.#keys--;
    if (settle) this.#settle(space, index >>> CHUNK_BITS);
  }

  /** Bytes of memory that values and directory take now. */
  get memory(): number {
    let bytes = 0;
    for (const space of this.#chunks) for (const chunk of space) bytes += chunk.byteLength + DIRECTORY_BYTES;
    return bytes;
  }

  #chunkFor(space: number, index: number): Float64Array {
    while (this.#chunks.length <= space) {
      this.#first.push(0);
      this.#chunks.push([]);
      this.#settled.push([]);
    }
    const chunks = this.#chunks[space] as Float64Array[];
    const settled = this.#settled[space] as number[];
    const number = (index >>> CHUNK_BITS) - (this.#first[space] as number);
    if (number < 0) throw writtenAgain(space, index);
    while (chunks.length <= number) {
      chunks.push(NO_CHUNK);
      settled.push(0);
    }
    let chunk = chunks[number] as Float64Array;
    if (chunk.length === 0) {
      if (settled[number] === CHUNK_SIZE) throw writtenAgain(space, index);
      chunk = new Float64Array(CHUNK_SIZE);
      chunks[number] = chunk;
    }
    return chunk;
  }

  #settle(space: number, chunk: number): void {
    const chunks = this.#chunks[space] as Float64Array[];
    const settled = this.#settled[space] as number[];
    const number = chunk - (this.#first[space] as number);
    const count = (settled[number] as number) + 1;
    settled[number] = count;
    if (count < CHUNK_SIZE) return;
    chunks[number] = NO_CHUNK;
    let dropped = 0;
    while (settled[dropped] === CHUNK_SIZE) dropped++;
    chunks.splice(0, dropped);
    settled.splice(0, dropped);
    this.#first[space] = (this.#first[space] as number) + dropped;
  }
}

function writtenAgain(space: number, index: number): Error {
  return new Error(`key (${space}, ${index}) was settled and is written again`);
}

/** Nothing for the value 0, so that it is the same as no entry. */
function entryHash(key: number, value: number): number {
  if (value === 0) return 0;
  const hash = absorb(key, value | 0);
  return value < 4294967296 ? hash : absorb(hash, (value / 4294967296) | 0);
}
