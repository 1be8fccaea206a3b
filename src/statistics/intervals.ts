/**
 * Intervals on means: over independent replications (Student-t), over paired replications of two configurations on common random numbers, and
 * over batches of one long run (Law, Simulation Modeling and Analysis, chapters 9 and 10).
 */
import { studentQuantile, studentTail } from './student-t.ts';
import { summaryOf } from './summary.ts';

/** A mean and the interval that holds the true one with the stated confidence. From one value: `low` = `high` = `mean`. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** How many values the mean is of. */
  readonly count: number;
}

/** @throws when there are no values, one is not finite, or the confidence is not in (0, 1). */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Interval {
  if (!(confidence > 0 && confidence < 1)) throw new Error(`confidence ${confidence} is not in (0, 1)`);
  const { count, mean, variance } = summaryOf(values);
  if (count === 1) return { mean, low: mean, high: mean, count };
  const half = studentQuantile(0.5 + confidence / 2, count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half, count };
}

/** Half the width of an interval as a share of its mean: what a stopping rule looks at. Infinity where nothing can be said yet. */
export function relativeHalfWidth(interval: Interval): number {
  if (interval.count < 2) return Number.POSITIVE_INFINITY;
  const half = (interval.high - interval.low) / 2;
  return half === 0 ? 0 : half / Math.abs(interval.mean);
}

/** How a second configuration differs from a first under the same random numbers. */
export interface PairedDifference {
  /** second − first, over the pairs. */
  readonly difference: Interval;
  /** Two-sided p-value of "there is no difference"; null from one pair, which cannot tell. */
  readonly pValue: number | null;
}

/** `first[i]` and `second[i]` come from replication i of each. @throws when the lengths differ or are 0. */
export function pairedDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  confidence = 0.95,
): PairedDifference {
  if (first.length !== second.length) throw new Error(`${first.length} values cannot be paired with ${second.length}`);
  const differences = Float64Array.from(first, (value, i) => (second[i] as number) - value);
  const { count, mean, variance } = summaryOf(differences);
  const difference = meanInterval(differences, confidence);
  if (count === 1) return { difference, pValue: null };
  if (variance === 0) return { difference, pValue: mean === 0 ? 1 : 0 };
  return { difference, pValue: 2 * studentTail(mean / Math.sqrt(variance / count), count - 1) };
}

/** The mean of one long, correlated series. */
export interface BatchMeans {
  readonly interval: Interval;
  readonly batchSize: number;
  /** Correlation between neighbouring batches: well above 0, the batches are too short and the interval too narrow. */
  readonly lag1: number;
}

/** The interval on the mean of a stationary series from `batches` batches of equal size; what does not fill them is left off the front. */
export function batchMeans(series: ArrayLike<number>, batches = 20, confidence = 0.95): BatchMeans {
  if (!(Number.isInteger(batches) && batches >= 2))
    throw new Error(`batch means from ${batches} batches: 2 or more are needed`);
  const batchSize = Math.floor(series.length / batches);
  if (batchSize === 0) throw new Error(`batch means: ${series.length} values do not fill ${batches} batches`);
  const means = new Float64Array(batches);
  let at = series.length - batches * batchSize;
  for (let batch = 0; batch < batches; batch++) {
    let sum = 0;
    for (let i = 0; i < batchSize; i++) sum += series[at++] as number;
    means[batch] = sum / batchSize;
  }
  return { interval: meanInterval(means, confidence), batchSize, lag1: lag1Correlation(means) };
}

/** Correlation between neighbours of a series, about −1/n for independent values; 0 for a constant one. */
export function lag1Correlation(series: ArrayLike<number>): number {
  const { mean } = summaryOf(series);
  let products = 0;
  let squares = 0;
  for (let i = 0; i < series.length; i++) {
    const here = (series[i] as number) - mean;
    squares += here * here;
    if (i > 0) products += here * ((series[i - 1] as number) - mean);
  }
  return squares === 0 ? 0 : products / squares;
}
