/**
 * Zipf's law over a fixed number of ranks: rank r has weight 1 / (r + 1)^skew. Drawn in constant time by the alias method (Walker
 * 1977, Vose 1991), from tables made of exactly-rounded operations, so that every platform draws the same ranks.
 */
import { exp, log } from '../kernel/elementary.ts';
import { below, unit } from '../kernel/random.ts';

export class ZipfRanks {
  readonly count: number;
  /** Cell i stands for rank i with this probability, else for its alias. */
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;

  /** `count` < 2²¹ ranks; skew 0 is uniform, 1 the classic law. */
  constructor(count: number, skew: number) {
    this.count = count;
    this.#keep = new Float64Array(count).fill(1);
    this.#alias = Int32Array.from({ length: count }, (_, rank) => rank);
    this.#fill(weights(count, skew));
  }

  /** A rank from two independent draws of 32 bits. */
  draw(cellBits: number, aliasBits: number): number {
    const cell = below(cellBits, this.count);
    return unit(aliasBits) < (this.#keep[cell] as number) ? cell : (this.#alias[cell] as number);
  }

  /** Vose's construction: a cell that is short of the mean is topped up from one that exceeds it. */
  #fill(weight: Float64Array): void {
    let total = 0;
    for (let rank = this.count - 1; rank >= 0; rank--) total += weight[rank] as number;
    const scaled = weight.map((w) => (w / total) * this.count);
    const short: number[] = [];
    const long: number[] = [];
    for (let rank = 0; rank < this.count; rank++) ((scaled[rank] as number) < 1 ? short : long).push(rank);
    // What is left in either list when the other is empty differs from 1 by rounding only and keeps its cell whole.
    while (short.length > 0 && long.length > 0) {
      const less = short.pop() as number;
      const more = long[long.length - 1] as number;
      this.#keep[less] = scaled[less] as number;
      this.#alias[less] = more;
      scaled[more] = (scaled[more] as number) - (1 - (scaled[less] as number));
      if ((scaled[more] as number) < 1) short.push(long.pop() as number);
    }
  }
}

function weights(count: number, skew: number): Float64Array {
  return Float64Array.from({ length: count }, (_, rank) => exp(-skew * log(rank + 1)));
}
