/**
 * Whether a level that wanders, such as the number of requests that wait, also drifts: the mean of its steps, with a standard error
 * that allows for correlation between them (Newey & West, Econometrica 55, 1987; lag by their rule of 1994). A trend test on the level
 * itself (Mann-Kendall, a regression on time) takes the wandering of a busy queue for a trend, since its values are correlated (Hamed &
 * Rao, Journal of Hydrology 204, 1998); the steps of a queue that never empties are nearly independent.
 */
import { exp, log } from '../kernel/elementary.ts';
import type { Interval } from './intervals.ts';
import { studentQuantile } from './student-t.ts';

export interface Drift {
  /** Mean change from one value of the level to the next. */
  readonly perStep: number;
  /** Standard error of that mean. */
  readonly error: number;
  /** How many steps it is of. */
  readonly steps: number;
}

/** Fewer steps than this say nothing of their correlation. */
const FEWEST_STEPS = 8;

/** null for a level of fewer than nine values. @throws when one is not finite. */
export function driftOf(levels: ArrayLike<number>): Drift | null {
  const steps = levels.length - 1;
  if (steps < FEWEST_STEPS) return null;
  const rises = Float64Array.from({ length: steps }, (_, i) => (levels[i + 1] as number) - (levels[i] as number));
  const perStep = rises.reduce((sum, rise) => sum + rise, 0) / steps;
  if (!Number.isFinite(perStep)) throw new Error(`drift of a level that is not finite: ${perStep} a step`);
  const off = rises.map((rise) => rise - perStep);
  const lags = Math.floor(4 * exp((2 / 9) * log(steps / 100)));
  // Bartlett's weights keep the sum from becoming negative.
  let variance = covariance(off, 0);
  for (let lag = 1; lag <= lags; lag++) variance += 2 * (1 - lag / (lags + 1)) * covariance(off, lag);
  return { perStep, error: Math.sqrt(Math.max(0, variance) / steps), steps };
}

function covariance(off: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < off.length; i++) sum += (off[i] as number) * (off[i - lag] as number);
  return sum / off.length;
}

/** The mean drift of several independent levels, with its two-sided Student-t interval. @throws when there are none. */
export function meanDrift(drifts: readonly Drift[], confidence: number): Interval {
  const count = drifts.length;
  if (count === 0) throw new Error('mean drift of no levels');
  const mean = drifts.reduce((sum, { perStep }) => sum + perStep, 0) / count;
  const error = Math.sqrt(drifts.reduce((sum, drift) => sum + drift.error * drift.error, 0)) / count;
  const degrees = drifts.reduce((sum, { steps }) => sum + steps - 1, 0);
  const half = studentQuantile(0.5 + confidence / 2, degrees) * error;
  return { mean, low: mean - half, high: mean + half, count };
}
