/** The contract of an arrival process: when the requests of one open-loop client group are meant to be sent. */
import type { Definition } from '../units/definition.ts';
import type { Duration, Instant, Rate } from '../units/quantities.ts';

/** One request a nanosecond: more cannot be told apart. */
export const HIGHEST_RATE: Rate = 1e9;

export interface ArrivalProcess {
  /** The intended send time of the next request: non-decreasing whole ns; NEVER when there are no more. Called once per request. */
  next(): Instant;
  /** Mean requests per second, for reports; null where the process has no mean. */
  readonly rate: Rate | null;
}

export interface ArrivalContext {
  readonly seed: number;
  readonly group: number;
}

export interface ArrivalDefinition<Options> extends Definition<Options> {
  create(options: Options, context: ArrivalContext): ArrivalProcess;
  /** The same process with `factor` times as many arrivals in the same time (factor > 0). */
  scaled(options: Options, factor: number): Options;
  /**
   * How what arrives in a long time T wanders about its mean, beside the chance of single arrivals: the variance of its share of the
   * mean is this time ÷ T. Absent: only single arrivals are left to chance.
   */
  wander?(options: Options): Duration;
  /** After so long the same arrivals come again; absent, or null: they do not. */
  lap?(options: Options): Duration | null;
}
