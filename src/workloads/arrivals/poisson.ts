/** Poisson arrivals: many independent users, none of whom waits for the others. */
import { Purpose, stream } from '../../kernel/random.ts';
import { type Instant, type Rate, SECOND } from '../../units/quantities.ts';
import { type ArrivalContext, type ArrivalDefinition, type ArrivalProcess, HIGHEST_RATE } from '../arrivals.ts';
import { ExponentialGaps } from './exponential-gaps.ts';

export interface PoissonOptions {
  readonly rate: Rate;
}

export const poisson: ArrivalDefinition<PoissonOptions> = {
  name: 'poisson',
  summary: 'Independent arrivals at a mean rate: exponential gaps.',
  reference: 'Kingman, Poisson Processes (1993), section 4.1',
  options: {
    rate: {
      kind: 'rate',
      default: 100,
      min: 0.001,
      max: HIGHEST_RATE,
      meaning: 'Mean requests per second of this client group.',
    },
  },
  create: (options, context) => new PoissonArrivals(options.rate, context),
  scaled: ({ rate }, factor) => ({ rate: rate * factor }),
};

class PoissonArrivals implements ArrivalProcess {
  readonly rate: Rate;
  readonly #gaps: ExponentialGaps;
  readonly #mean: number;
  #now: Instant = 0;
  /** What the last instant left over of a nanosecond: carried, so that no gap is rounded. */
  #fraction = 0;

  constructor(rate: Rate, context: ArrivalContext) {
    this.rate = rate;
    this.#mean = SECOND / rate;
    this.#gaps = new ExponentialGaps(stream(context.seed, Purpose.arrival, context.group));
  }

  next(): Instant {
    const sum = this.#fraction + this.#gaps.next(this.#mean);
    const whole = Math.floor(sum);
    this.#fraction = sum - whole;
    this.#now += whole;
    return this.#now;
  }
}
