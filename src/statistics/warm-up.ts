/**
 * Where the warm-up of a series ends: MSER (White 1997) and MSER-5 (White, Cobb & Spratt 2000). The cut is where what remains gives the most
 * certain mean: the least sum of squares ÷ (number remaining)².
 */

const BATCH = 5;
const LEAST_BATCHES = 10;

/**
 * How many values of a series to drop from the front: from none to half of them, rounded down. Half means that the series may not have settled at
 * all. @throws when there are no values, or one is not finite.
 */
export function mser(series: ArrayLike<number>): number {
  if (series.length === 0) throw new Error('MSER of no values');
  const furthest = Math.floor(series.length / 2);
  let best = furthest;
  let least = Number.POSITIVE_INFINITY;
  // From the back, so that mean and squares of "all from here on" grow by Welford's recurrence.
  let mean = 0;
  let squares = 0;
  for (let first = series.length - 1; first >= 0; first--) {
    const value = series[first] as number;
    if (!Number.isFinite(value)) throw new Error(`MSER: value ${first + 1} of ${series.length} is ${value}`);
    const remaining = series.length - first;
    const step = value - mean;
    mean += step / remaining;
    squares += step * (value - mean);
    const statistic = squares / (remaining * remaining);
    // Of equal cuts the earliest: nothing is dropped without a gain.
    if (first <= furthest && statistic <= least) {
      best = first;
      least = statistic;
    }
  }
  return best;
}

/**
 * MSER-5: the same over means of five values, so that single outliers do not decide. How many values to drop, a multiple of five; null when no cut
 * can be trusted: fewer than 50 values, or the best cut is at half, so the series has not settled.
 */
export function mser5(series: ArrayLike<number>): number | null {
  const batches = Math.floor(series.length / BATCH);
  if (batches < LEAST_BATCHES) return null;
  const cut = mser(Float64Array.from({ length: batches }, (_, batch) => batchMean(series, batch)));
  return cut === Math.floor(batches / 2) ? null : cut * BATCH;
}

function batchMean(series: ArrayLike<number>, batch: number): number {
  let sum = 0;
  for (let i = batch * BATCH; i < (batch + 1) * BATCH; i++) sum += series[i] as number;
  return sum / BATCH;
}
