/**
 * The gamma and beta functions that stand behind the Student-t, binomial and chi-square laws. Built on kernel/elementary.ts, so that
 * estimates, too, are the same to the bit on every platform. Formula numbers are those of Abramowitz & Stegun.
 */
import { exp, log } from '../kernel/elementary.ts';

const HALF_LOG_2PI = 0.9189385332046727;
/** A continued fraction may not meet a zero denominator (Lentz's rule). */
const TINY = 1e-300;
const STEPS = 100_000;

/** ln Γ(x) for x > 0: Stirling's series from 10 on (6.1.41), the recurrence below. About 1e-14 absolute near 1 and relative elsewhere. */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new Error(`logGamma needs a positive number, got ${x}`);
  let shifted = x;
  let product = 1;
  for (; shifted < 10; shifted++) product *= shifted;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360))))));
  return (shifted - 0.5) * log(shifted) - shifted + HALF_LOG_2PI + series - log(product);
}

/** The regularised incomplete beta function I_x(a, b), a and b > 0, by its continued fraction (26.5.8). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) throw new Error(`incompleteBeta(${x}, ${a}, ${b}) is not defined`);
  if (x === 0 || x === 1) return x;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(1 - x)) / a;
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return front * fraction;
  }
  throw new Error(`incompleteBeta(${x}, ${a}, ${b}) did not converge`);
}

/** The regularised upper incomplete gamma function Q(a, x), a > 0: a series near the origin (6.5.29), a continued fraction beyond (6.5.31). */
export function upperIncompleteGamma(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) throw new Error(`upperIncompleteGamma(${a}, ${x}) is not defined`);
  if (x === 0) return 1;
  const front = exp(a * log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < STEPS && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / away(b);
  let fraction = d;
  for (let n = 1; n < STEPS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / away(an * d + b);
    c = away(b + an / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return front * fraction;
  }
  throw new Error(`upperIncompleteGamma(${a}, ${x}) did not converge`);
}

/** Keeps a denominator away from zero. */
function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
