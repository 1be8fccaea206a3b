/**
 * Arrivals as they were recorded: the replay of an arrival trace, which the scenario has read, sorted and compressed
 * (trace-import.ts). Every replication sees the same arrivals.
 */
import { type Duration, type Instant, NEVER, type Rate, SECOND } from '../../units/quantities.ts';
import type { ArrivalDefinition, ArrivalProcess } from '../arrivals.ts';

export interface TraceOptions {
  /** Whole ns from the start of the run, ascending. Not an option of scenario files: the loader reads it from the named file. */
  readonly times?: Float64Array;
  /** Begin again one mean gap after the last arrival; otherwise arrivals end with the trace. Given by the loader, too. */
  readonly repeat?: boolean;
  /** How much later each repetition is than the one before (ns), where several groups share one trace; absent: this group's
   * own span and one mean gap. Given by the loader with the times. */
  readonly period?: Duration;
}

export const trace: ArrivalDefinition<TraceOptions> = {
  name: 'trace',
  summary:
    'Replays recorded arrival times, compressed by a stated factor or to a target rate; which, and whether they come again, says the workload arrival_trace.',
  reference: 'quorumlab; the traces and their origin: scenarios/data',
  options: {},
  create: (options) => new TraceArrivals(options),
  // Compressed further: without `repeat` it ends sooner by this factor.
  scaled: ({ times, period, ...rest }, factor) => ({
    ...rest,
    ...(times === undefined ? {} : { times: times.map((at) => Math.round(at / factor)) }),
    ...(period === undefined ? {} : { period: Math.max(1, Math.round(period / factor)) }),
  }),
  lap: (options) => (options.repeat ? lapOf(options.times ?? new Float64Array(), options.period) : null),
};

/** How much later each repetition is than the one before: by default a span and one mean gap; 0 of arrivals at one instant. */
function lapOf(times: Float64Array, period: Duration | undefined): Duration {
  const span = spanOf(times);
  return period ?? (span === 0 ? 0 : span + Math.max(1, Math.round(span / (times.length - 1))));
}

function spanOf(times: Float64Array): Duration {
  return times.length < 2 ? 0 : (times[times.length - 1] as number) - (times[0] as number);
}

class TraceArrivals implements ArrivalProcess {
  readonly rate: Rate | null;
  readonly #times: Float64Array;
  /** How much later each lap is than the one before; NEVER without `repeat`. */
  readonly #lap: number;
  #index = 0;
  #offset = 0;

  constructor(options: TraceOptions) {
    this.#times = checked(options.times);
    const count = this.#times.length;
    const span = spanOf(this.#times);
    const period = lapOf(this.#times, options.period);
    if (options.repeat && !(count > 0 && period > span))
      throw new Error(`a trace of ${count} arrivals at one instant cannot be repeated`);
    this.rate = options.repeat ? (count / period) * SECOND : span === 0 ? null : ((count - 1) / span) * SECOND;
    this.#lap = options.repeat ? period : NEVER;
  }

  next(): Instant {
    if (this.#index === this.#times.length) {
      this.#offset += this.#lap;
      if (this.#offset === NEVER) return NEVER;
      this.#index = 0;
    }
    return this.#offset + (this.#times[this.#index++] as number);
  }
}

function checked(times: Float64Array | undefined): Float64Array {
  if (times === undefined)
    throw new Error('the trace arrival process was given no times: name a file with a time column');
  let last = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    if (!Number.isSafeInteger(time) || time < last)
      throw new Error(`arrival ${i} of the trace is at ${time} ns: times must be whole, ascending and not negative`);
    last = time;
  }
  return times;
}
