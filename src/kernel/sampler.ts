/**
 * A sampler turns 32 random bits into a non-negative quantity (nanoseconds, mostly). Every distribution becomes an
 * inverse-CDF table built once, so that a draw costs about a nanosecond whatever its law, and is the same on every platform.
 */
export interface Sampler {
  /** The smallest value it can return: what lookahead is computed from. */
  readonly lower: number;
  /** The mean of what it returns (not of the untruncated law). */
  readonly mean: number;
  /** The value at the quantile that these 32 bits name. Not rounded. */
  draw(bits: number): number;
}

/** A distribution as plain data, the way a run specification carries it. Parameters are in nanoseconds (or the unit of use). */
export interface DistributionSpec {
  readonly kind: string;
  readonly [parameter: string]: number | string | Float64Array;
}
