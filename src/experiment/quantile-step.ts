/** In what steps quantiles are known: a histogram rounds them, which paired tests of them must allow for (paired.ts). */

/** A log-linear histogram of 128 buckets an octave (statistics/histogram.ts): the step as a share of the value. */
const BUCKET = 1 / 128;

/** In the measure's unit, about `mean`; 0 of a measure that is no quantile. */
export function quantileStep(measure: string, mean: number): number {
  return /_p\d+_ms$/.test(measure) ? BUCKET * Math.abs(mean) : 0;
}
