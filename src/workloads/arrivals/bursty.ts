/**
 * Bursty arrivals: a Markov-modulated Poisson process that goes back and forth between a calm and a burst state, staying in each
 * for exponential times. Tells how a system sized for its mean load takes its peaks.
 */
import { draw, Purpose, stream, unit } from '../../kernel/random.ts';
import {
  type Duration,
  type Instant,
  LONGEST_RUN,
  MILLISECOND,
  NEVER,
  type Rate,
  SECOND,
} from '../../units/quantities.ts';
import { type ArrivalContext, type ArrivalDefinition, type ArrivalProcess, HIGHEST_RATE } from '../arrivals.ts';
import { ExponentialGaps } from './exponential-gaps.ts';

export interface BurstyOptions {
  readonly rate: Rate;
  readonly burstRate: Rate;
  readonly calm: Duration;
  readonly burst: Duration;
}

export const bursty: ArrivalDefinition<BurstyOptions> = {
  name: 'bursty',
  summary: 'Poisson arrivals whose rate jumps between a calm and a burst value (two-state MMPP).',
  reference: 'Fischer & Meier-Hellstern, The MMPP cookbook, Performance Evaluation 18 (1993)',
  options: {
    rate: {
      kind: 'rate',
      default: 100,
      min: 0,
      max: HIGHEST_RATE,
      meaning: 'Requests per second while calm; 0 is silence between bursts.',
    },
    burstRate: {
      kind: 'rate',
      default: 1000,
      min: 0.001,
      max: HIGHEST_RATE,
      meaning: 'Requests per second during a burst.',
    },
    calm: { kind: 'duration', default: 9 * SECOND, min: MILLISECOND, meaning: 'Mean time between two bursts.' },
    burst: { kind: 'duration', default: SECOND, min: MILLISECOND, meaning: 'Mean length of a burst.' },
  },
  problems(options) {
    if (options.burstRate > options.rate) return [];
    return [
      {
        severity: 'warning',
        path: 'burstRate',
        message: `a burst of ${options.burstRate}/s is no more than the calm ${options.rate}/s`,
        expected: 'a burst rate above the calm rate',
      },
    ];
  },
  create: (options, context) => new BurstyArrivals(options, context),
  scaled: (options, factor) => ({
    ...options,
    rate: options.rate * factor,
    burstRate: options.burstRate * factor,
  }),
  // The rate is a two-state Markov process: its covariance falls off by the time at which both states are left, so that the variance of
  // its mean over a long T is 2 × its variance × that time ÷ T (Fischer & Meier-Hellstern 1993).
  wander({ rate, burstRate, calm, burst }) {
    const share = burst / (calm + burst);
    const mean = rate * (1 - share) + burstRate * share;
    const variance = share * (1 - share) * (burstRate - rate) * (burstRate - rate);
    return (2 * variance * ((calm * burst) / (calm + burst))) / (mean * mean);
  },
};

class BurstyArrivals implements ArrivalProcess {
  readonly rate: Rate;
  readonly #options: BurstyOptions;
  readonly #gaps: ExponentialGaps;
  readonly #stays: ExponentialGaps;
  #inBurst: boolean;
  #now: Instant = 0;
  /** What the current instant leaves over of a nanosecond. */
  #fraction = 0;
  /** Until the state changes, from the current instant. */
  #left: number;

  constructor(options: BurstyOptions, context: ArrivalContext) {
    const { rate, burstRate, calm, burst } = options;
    this.#options = options;
    this.rate = (rate * calm + burstRate * burst) / (calm + burst);
    const own = stream(context.seed, Purpose.arrival, context.group);
    this.#gaps = new ExponentialGaps(own);
    this.#stays = new ExponentialGaps(stream(context.seed, Purpose.arrival, context.group, 1));
    // The process is in its steady state from the start.
    this.#inBurst = unit(draw(stream(context.seed, Purpose.arrival, context.group, 2), 0)) < burst / (calm + burst);
    this.#left = this.#stays.next(this.#inBurst ? burst : calm);
  }

  next(): Instant {
    for (;;) {
      const rate = this.#inBurst ? this.#options.burstRate : this.#options.rate;
      const gap = rate === 0 ? Number.POSITIVE_INFINITY : this.#gaps.next(SECOND / rate);
      if (gap <= this.#left) {
        this.#left -= gap;
        return this.#advance(gap);
      }
      // The exponential law has no memory: what was left of the gap is drawn anew at the other state's rate.
      this.#advance(this.#left);
      this.#inBurst = !this.#inBurst;
      this.#left = this.#stays.next(this.#inBurst ? this.#options.burst : this.#options.calm);
      if (this.#now > LONGEST_RUN) return NEVER;
    }
  }

  #advance(by: number): Instant {
    const sum = this.#fraction + by;
    const whole = Math.floor(sum);
    this.#fraction = sum - whole;
    this.#now += whole;
    return this.#now;
  }
}
