/** Student's t law, for intervals on the mean of few replications (Abramowitz & Stegun 26.7). */
import { incompleteBeta } from './special-functions.ts';

/** P(T > |t|) with `degrees` degrees of freedom: one tail. */
export function studentTail(t: number, degrees: number): number {
  if (!(degrees > 0)) throw new Error(`Student's t with ${degrees} degrees of freedom`);
  if (Number.isNaN(t)) throw new Error("Student's t of NaN");
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return 0;
  const square = t * t;
  // Of the two equal forms, the one whose argument is computed without cancellation and is not near 1.
  return square < degrees
    ? 0.5 * (1 - incompleteBeta(square / (degrees + square), 0.5, degrees / 2))
    : 0.5 * incompleteBeta(degrees / (degrees + square), degrees / 2, 0.5);
}

/** The t with P(T ≤ t) = p, 0 < p < 1: about 1e-12 relative. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new Error(`Student's t: quantile ${p} is not in (0, 1)`);
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  const tail = 1 - p;
  if (tail === 0.5) return 0;
  let low = 0;
  let high = 1;
  for (; studentTail(high, degrees) > tail; high *= 2) low = high;
  // The tail falls with t, so halving always closes in; it ends when no number is left in between.
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high || high - low < 1e-13 * high) return middle;
    if (studentTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
}
