/**
 * What is said of a few timings of one thing. On a machine that others use too, a repetition can only be slowed, so the fastest
 * is the figure and the median shows how well it was reproduced.
 */
export interface Sample {
  readonly best: number;
  readonly median: number;
  /** median ÷ best − 1: half of the repetitions lie within this of the figure. */
  readonly spread: number;
  readonly noisy: boolean;
  readonly repetitions: number;
}

/** A figure whose repetitions lie further apart than this is marked wherever it is shown. */
export const NOISY_SPREAD = 0.25;

/** @param values at least one timing, in any unit; less is better. */
export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const best = sorted[0] as number;
  const median = medianOf(sorted);
  const spread = median / best - 1;
  return { best, median, spread, noisy: spread > NOISY_SPREAD, repetitions: values.length };
}

/** @param values at least one. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half] as number;
  return ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
