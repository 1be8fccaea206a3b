/**
 * Mixes extra requests (queries, mistaken double scans) into a regular sequence: an exact share of them, at random places, such
 * that any request knows without memory whether it is an extra and how many extras came before it.
 * The sequence is cut into blocks of 32 requests. How many extras a block holds follows from the share; which of its 32 places they
 * take is a mask drawn by counter hash.
 */
import { absorb, below, draw } from '../kernel/random.ts';
import type { Ratio } from '../units/quantities.ts';

const BLOCK = 32;
const VARIANTS = 16;

export class Mixture {
  readonly share: Ratio;
  readonly #perBlock: number;
  readonly #stream: number;
  /** Masks with m bits set, at m * VARIANTS + variant; a block rotates one of them. */
  readonly #masks = new Int32Array((BLOCK + 1) * VARIANTS);

  constructor(share: Ratio, streamHash: number) {
    this.share = share;
    this.#perBlock = share * BLOCK;
    this.#stream = streamHash;
    for (let m = 0; m <= BLOCK; m++)
      for (let variant = 0; variant < VARIANTS; variant++)
        this.#masks[m * VARIANTS + variant] = randomMask(m, absorb(absorb(streamHash, m), variant));
  }

  /**
   * How many of the requests 0 … counter − 1 of `group` are extras: as it is when request `counter` is none itself, else as its
   * bitwise complement (below 0).
   */
  extrasBefore(group: number, counter: number): number {
    if (this.share === 0) return 0;
    const block = counter >>> 5;
    const first = Math.floor(block * this.#perBlock);
    const mask = this.#mask(group, block, Math.floor((block + 1) * this.#perBlock) - first);
    const before = first + bitCount(mask & ((1 << (counter & 31)) - 1));
    return ((mask >>> (counter & 31)) & 1) === 1 ? ~before : before;
  }

  /** The places of the `extras` extras of a block, as bits. */
  #mask(group: number, block: number, extras: number): number {
    if (extras === 0) return 0;
    const bits = draw(absorb(this.#stream, group), block);
    const mask = this.#masks[extras * VARIANTS + (bits & (VARIANTS - 1))] as number;
    const turn = (bits >>> 8) & 31;
    return (mask << turn) | (mask >>> (BLOCK - turn));
  }
}

/** `count` of 32 bits, each choice equally likely: the first places of a Fisher-Yates shuffle. */
function randomMask(count: number, streamHash: number): number {
  const places = Array.from({ length: BLOCK }, (_, i) => i);
  let mask = 0;
  for (let i = 0; i < count; i++) {
    const j = i + below(draw(streamHash, i), BLOCK - i);
    const place = places[j] as number;
    places[j] = places[i] as number;
    mask |= 1 << place;
  }
  return mask;
}

function bitCount(word: number): number {
  let v = word;
  v -= (v >>> 1) & 0x55555555;
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
