/**
 * Powers of two, logarithm, exponential and the normal distribution from + − × ÷ and sqrt alone. Those are correctly rounded wherever IEEE 754
 * holds, so the same bits come out on every platform; `Math.log`, `exp` and `pow` promise that nowhere, and what they gave would enter
 * runs through the sampler tables. Speed does not matter here: tables are built once. Accuracy: 1e-12 relative or better.
 */

/** ln 2 in two parts; the first has 32 significant bits, so that its product with a binary exponent is exact. */
const LN2_HIGH = 2977044471 / 4294967296;
const LN2_LOW = 1.9082149292705877e-10;
const TWO_32 = 4294967296;
const SQRT_HALF = Math.SQRT1_2;
/** 1 / sqrt(2π). */
const NORMAL_PEAK = 0.3989422804014327;

/** The least power of two that is at least `count`, from 1 to 2^30: the size of an array that grows by doubling. */
export function powerOfTwoFrom(count: number): number {
  return 1 << (32 - Math.clz32(count - 1));
}

/** Natural logarithm; −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  // x = m · 2^e with m around 1; scaling by powers of two is exact.
  let m = x;
  let e = 0;
  for (; m < 1 / TWO_32; e -= 32) m *= TWO_32;
  for (; m >= TWO_32; e += 32) m /= TWO_32;
  for (; m < SQRT_HALF; e -= 1) m *= 2;
  for (; m >= 2 * SQRT_HALF; e += 1) m *= 0.5;
  // ln m = 2 artanh s, s = (m−1)/(m+1), |s| ≤ 0.172: thirteen odd powers leave less than 2⁻⁶⁰.
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let series = 0;
  for (let k = 25; k >= 3; k -= 2) series = (series + 1 / k) * s2;
  return e * LN2_HIGH + (e * LN2_LOW + (2 * s + 2 * s * series));
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor on |r| ≤ 0.347: the term after r¹⁵/15! is below 2⁻⁶⁴.
  let series = 0;
  for (let i = 15; i >= 2; i--) series = ((series + 1) * r) / i;
  return scaled(1 + (r + r * series), k);
}

/** x · 2^k, rounded at most once (where the result is subnormal). */
function scaled(x: number, k: number): number {
  let value = x;
  let left = k;
  for (; left > 0; left--) value *= 2;
  for (; left < -512; left++) value *= 0.5;
  let power = 1;
  for (; left < 0; left++) power *= 0.5;
  return value * power;
}

/** Density of the standard normal law. */
export function normalDensity(z: number): number {
  if (!(Math.abs(z) < 40)) return Number.isNaN(z) ? z : 0;
  // Most of the error of exp(−z²/2) is that of rounding z²: the square is taken in two parts, of which the first is exact.
  const high = Math.round(z * 4096) / 4096;
  const low = z - high;
  return NORMAL_PEAK * exp(-0.5 * high * high) * exp(-(high + 0.5 * low) * low);
}

/** P(Z ≤ z) for a standard normal Z, with full relative accuracy in the lower tail; the upper tail is `normalCdf(-z)`. */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (Number.isNaN(z)) return z;
  if (x > 39) return z < 0 ? 0 : 1;
  const density = normalDensity(x);
  const tail = density * tailOverDensity(x, density);
  return z < 0 ? tail : 1 - tail;
}

/** P(Z > x) ÷ density for x ≥ 0: Mills' ratio. */
function tailOverDensity(x: number, density: number): number {
  if (x < 2.5) {
    // P(0 < Z ≤ x) = density · (x + x³/3 + x⁵/15 + …): only positive terms (Abramowitz & Stegun 26.2.11).
    let term = x;
    let sum = x;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 / density - sum;
  }
  // A continued fraction, from its depth upwards (26.2.14).
  let fraction = x;
  for (let k = Math.floor(20 + 700 / (x * x)); k >= 1; k--) fraction = x + k / fraction;
  return 1 / fraction;
}

/** The z with P(Z ≤ z) = p; −Infinity at 0, Infinity at 1, NaN outside [0, 1]. */
export function normalQuantile(p: number): number {
  if (Number.isNaN(p) || p < 0 || p > 1) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p > 0.5) return p === 1 ? Number.POSITIVE_INFINITY : -normalQuantile(1 - p);
  // A start with an absolute error of 4.5e-4 (26.2.23), then Halley's steps, each of which triples the correct digits.
  const t = Math.sqrt(-2 * log(p));
  let x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let i = 0; i < 2; i++) {
    const density = normalDensity(x);
    const newton = tailOverDensity(x, density) - p / density;
    x += newton / (1 - 0.5 * x * newton);
  }
  return -x;
}
