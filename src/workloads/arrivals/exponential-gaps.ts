/**
 * Exponential gaps, for the arrival processes without memory. One sampler table with mean 1 serves every rate; a stream of draws
 * belongs to one client group, so that the same arrivals meet every protocol under one seed.
 */
import { createSampler } from '../../kernel/distributions.ts';
import { draw } from '../../kernel/random.ts';
import { SECOND } from '../../units/quantities.ts';

const exponential = createSampler({ kind: 'exponential', mean: SECOND });

export class ExponentialGaps {
  #count = 0;
  readonly #stream: number;
  readonly #perMean = 1 / exponential.mean;

  constructor(streamHash: number) {
    this.#stream = streamHash;
  }

  /** The next gap of a law with this mean, not rounded. The table's own mean is divided out, so that the rate is exact. */
  next(mean: number): number {
    return exponential.draw(draw(this.#stream, this.#count++)) * this.#perMean * mean;
  }
}
