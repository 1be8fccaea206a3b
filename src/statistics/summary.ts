/** Moments and quantiles of a small set of numbers, such as one value from each replication. */

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Unbiased (n − 1); 0 for one value. */
  readonly variance: number;
  readonly min: number;
  readonly max: number;
}

/** @throws when there are no values, or one is not finite. */
export function summaryOf(values: ArrayLike<number>): Summary {
  if (values.length === 0) throw new Error('summary of no values');
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  // Welford's recurrence: no cancellation between large sums.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw new Error(`summary: value ${i + 1} of ${values.length} is ${value}`);
    const step = value - mean;
    mean += step / (i + 1);
    squares += step * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const variance = values.length === 1 ? 0 : squares / (values.length - 1);
  return { count: values.length, mean, variance, min, max };
}

/** The quantile of ascending values, linear between neighbours (definition 7 of Hyndman & Fan 1996). @throws when there are none. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new Error('quantile of no values');
  if (!(q >= 0 && q <= 1)) throw new Error(`quantile ${q} is not in [0, 1]`);
  const place = q * (sorted.length - 1);
  const index = Math.floor(place);
  const from = sorted[index] as number;
  const to = sorted[Math.min(index + 1, sorted.length - 1)] as number;
  return from + (to - from) * (place - index);
}
