/**
 * How a search could look at heavier loads than its requests a run allow, where arrivals come in bursts or repeated laps: shorter runs hold
 * fewer requests, but what they are sent settles only to a coarser share, so that a coarser answer must be asked for along with them.
 */
import { type Duration, type Rate, type Ratio, SECOND } from '../../units/quantities.ts';
import { measuredToSettle } from '../sent-load.ts';
import type { LoadBench, MeasuredLoad } from './load-bench.ts';
import { LEAST_PRECISE, MOST_REQUESTS } from './plan.ts';

/** `shorter`: the length of runs is free; `coarser`: so long is measured of each at that precision; `none`: no run that is long enough looks much higher. */
export type HigherLook =
  | { readonly kind: 'shorter' | 'none' }
  | { readonly kind: 'coarser'; readonly precision: Ratio; readonly each: Duration };

/** Twice the load at which the busiest resource would be full: a search looks beyond the boundary, too. */
const BEYOND = 2;
/** Precisions are tried, and written, in tenths of a percent. */
const STEP = 1 / 1000;
/** Less than this more is not worth another search. */
const WORTHWHILE = 1.25;

/**
 * The finest precision at which runs are short enough for what the busiest resource at `heaviest`, the heaviest load of the search, says of
 * a limit; the coarsest where it says nothing.
 */
export function higherLook(bench: LoadBench, heaviest: MeasuredLoad): HigherLook {
  const { clients, horizon } = bench.spec;
  const from = bench.question.warmup === 'auto' ? 0 : bench.question.warmup;
  const measured = (precision: Ratio): Duration => measuredToSettle(clients, precision, bench.replications);
  if (measured(bench.precision) === 0) return { kind: 'shorter' };
  const wanted = (MOST_REQUESTS * SECOND) / (BEYOND * limitBy(heaviest));
  const first = Math.ceil(bench.precision / STEP - 1e-9);
  const last = Math.round(LEAST_PRECISE / STEP);
  let tenths = first;
  while (tenths < last && from + measured(tenths / 1000) > wanted) tenths++;
  const precision = tenths / 1000;
  const each = measured(precision);
  return (from + each) * WORTHWHILE > horizon ? { kind: 'none' } : { kind: 'coarser', precision, each };
}

/** By the utilisation law; without any end where nothing is busy. */
function limitBy({ rate, estimate }: MeasuredLoad): Rate {
  const busy = estimate.bottleneck?.utilisation ?? 0;
  return busy === 0 ? Number.POSITIVE_INFINITY : rate / busy;
}
