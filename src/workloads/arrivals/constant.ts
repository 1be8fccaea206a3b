/** Evenly spaced arrivals: a rate controller's output, or a sensor. Exactly `rate` arrivals fall in every second. */
import { draw, Purpose, stream, unit } from '../../kernel/random.ts';
import { type Instant, type Rate, SECOND } from '../../units/quantities.ts';
import { type ArrivalContext, type ArrivalDefinition, type ArrivalProcess, HIGHEST_RATE } from '../arrivals.ts';

export interface ConstantOptions {
  readonly rate: Rate;
}

export const constant: ArrivalDefinition<ConstantOptions> = {
  name: 'constant',
  summary: 'Evenly spaced arrivals; each client group begins at its own random phase.',
  reference: 'Hyperledger Caliper, fixed-rate controller',
  options: {
    rate: {
      kind: 'rate',
      default: 100,
      min: 0.001,
      max: HIGHEST_RATE,
      meaning: 'Requests per second of this client group.',
    },
  },
  create: (options, context) => new ConstantArrivals(options.rate, context),
  scaled: ({ rate }, factor) => ({ rate: rate * factor }),
};

class ConstantArrivals implements ArrivalProcess {
  readonly rate: Rate;
  /** The gap is #whole + #numerator / #denominator ns; #over numerators are owed. All exact. */
  readonly #whole: number;
  readonly #numerator: number;
  readonly #denominator: number;
  #over = 0;
  #next: Instant;

  constructor(rate: Rate, context: ArrivalContext) {
    this.rate = rate;
    const { span, count } = asFraction(rate);
    this.#denominator = count;
    this.#numerator = span % count;
    this.#whole = Math.round((span - this.#numerator) / count);
    const phase = unit(draw(stream(context.seed, Purpose.arrival, context.group), 0));
    this.#next = Math.floor((phase * SECOND) / rate);
  }

  next(): Instant {
    const now = this.#next;
    this.#next += this.#whole;
    this.#over += this.#numerator;
    if (this.#over >= this.#denominator) {
      this.#over -= this.#denominator;
      this.#next++;
    }
    return now;
  }
}

/** Rates per second, minute or hour that are whole numbers or have up to three decimals become `count` arrivals in `span` ns;
 * any other rate is taken as the binary fraction that it is. */
function asFraction(rate: Rate): { span: number; count: number } {
  for (const seconds of [1, 10, 100, 1000, 60, 3600]) {
    const count = Math.round(rate * seconds);
    if (count > 0 && Math.abs(rate * seconds - count) <= count * 1e-15) return { span: seconds * SECOND, count };
  }
  return { span: SECOND, count: rate };
}
