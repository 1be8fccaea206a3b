/**
 * A log-linear histogram of whole nanoseconds from 0 to 2⁵³ (after HdrHistogram): 128 buckets an octave, so a quantile is within 0.4 % of
 * the value it stands for, at any scale. Recording costs two nanoseconds; counts, sum, minimum and maximum are exact, so that histograms
 * merged in any order are equal (docs/MODEL.md section 7).
 */

/** A histogram in transferable form: `counts[i]` values fell in bucket `indices[i]`, ascending. Empty: `max` and `min` are 0. */
export interface SparseHistogram {
  readonly indices: Int32Array;
  readonly counts: Float64Array;
  readonly total: number;
  readonly sum: number;
  readonly max: number;
  readonly min: number;
}

/** A share of the values, `share`, is at most `value`. */
export interface CdfPoint {
  readonly value: number;
  readonly share: number;
}

const OCTAVE_BITS = 7;
const TWO_22 = 4194304;
const TWO_52 = 4503599627370496;
const LARGEST = 2 * TWO_52;

const NOTHING = new Float64Array(0);

export class LogLinearHistogram {
  /** One counter a bucket, over the octaves of the values so far. */
  private counts = NOTHING;
  /** The bucket of the first counter. */
  private first = 0;
  private recorded = 0;
  private least = Number.POSITIVE_INFINITY;
  private greatest = Number.NEGATIVE_INFINITY;
  /** The sum is sumHigh · 2⁵² + sumLow with 0 ≤ sumLow < 2⁵²: exact, whatever the order. */
  private sumLow = 0;
  private sumHigh = 0;

  static fromSparse(sparse: SparseHistogram): LogLinearHistogram {
    const histogram = new LogLinearHistogram();
    if (sparse.total === 0) return histogram;
    histogram.reach(sparse.indices[0] as number);
    histogram.reach(sparse.indices.at(-1) as number);
    for (let i = 0; i < sparse.indices.length; i++)
      histogram.counts[(sparse.indices[i] as number) - histogram.first] = sparse.counts[i] as number;
    histogram.recorded = sparse.total;
    histogram.least = sparse.min;
    histogram.greatest = sparse.max;
    histogram.sumHigh = Math.floor(sparse.sum / TWO_52);
    histogram.sumLow = sparse.sum - histogram.sumHigh * TWO_52;
    return histogram;
  }

  /** How many values were recorded. */
  get total(): number {
    return this.recorded;
  }

  /** Exact below 2⁵³, then rounded once. */
  get sum(): number {
    return this.sumHigh * TWO_52 + this.sumLow;
  }

  /** Exact; null when empty. */
  get min(): number | null {
    return this.recorded === 0 ? null : this.least;
  }

  /** Exact; null when empty. */
  get max(): number | null {
    return this.recorded === 0 ? null : this.greatest;
  }

  /** Not subject to the width of the buckets; null when empty. */
  get mean(): number | null {
    return this.recorded === 0 ? null : this.sum / this.recorded;
  }

  /** Adds one value. @throws when it is not a whole number from 0 to 2⁵³. */
  record(value: number): void {
    const small = value | 0;
    if (small !== value || small < 0) {
      this.recordMany(value, 1);
      return;
    }
    const leading = Math.clz32(small);
    const shift = leading < 31 - OCTAVE_BITS ? 31 - OCTAVE_BITS - leading : 0;
    const index = (shift << OCTAVE_BITS) + (small >> shift);
    this.reach(index);
    this.counts[index - this.first]!++;
    this.recorded++;
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    this.sumLow += value;
    if (this.sumLow >= TWO_52) this.carry();
  }

  /** As `record` for each of values[from] to values[to − 1]. */
  recordAll(values: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.record(values[i] as number);
  }

  /** Adds the same value `count` times. @throws when the value is not a whole number from 0 to 2⁵³, or the count not one from 0. */
  recordMany(value: number, count: number): void {
    if (!(value >= 0 && value <= LARGEST && Math.floor(value) === value))
      throw new Error(`histogram: ${value} is not a whole number from 0 to 2^53`);
    if (!(count >= 0 && count <= LARGEST && Math.floor(count) === count))
      throw new Error(`histogram: ${count} is not a whole count from 0 to 2^53`);
    if (count === 0) return;
    const index = bucketOf(value);
    this.reach(index);
    this.counts[index - this.first]! += count;
    this.recorded += count;
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    this.addToSum(value, count);
  }

  /**
   * The smallest recorded value that at least the share q of all values does not exceed, as the middle of its bucket: within 0.4 %, and
   * never outside [min, max]. q = 0 gives min, q = 1 gives max. null when empty.
   */
  quantile(q: number): number | null {
    if (!(q >= 0 && q <= 1)) throw new Error(`histogram: quantile ${q} is not in [0, 1]`);
    // 0.07 × 100 is 7.000000000000001: a rank is not raised by the rounding of the product.
    return this.valueAtRank(Math.ceil(q * this.recorded * (1 - 1e-15)));
  }

  /** The value at a place in ascending order, from 1; ranks outside are those of min and max. As exact as `quantile`. null when empty. */
  valueAtRank(rank: number): number | null {
    if (this.recorded === 0) return null;
    if (rank <= 1) return this.least;
    if (rank >= this.recorded) return this.greatest;
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i] as number;
      if (seen >= rank) return this.middleOf(this.first + i);
    }
    throw new Error(`histogram: ${seen} values counted of ${this.recorded} recorded`);
  }

  /** How many values are at most `value`; of the bucket that holds it, the proportion up to it. Exact from `max` on and below `min`. */
  countAtMost(value: number): number {
    if (Number.isNaN(value)) throw new Error('histogram: countAtMost needs a number');
    if (this.recorded === 0 || value < this.least) return 0;
    if (value >= this.greatest) return this.recorded;
    const whole = Math.floor(value);
    const bucket = bucketOf(whole);
    let seen = 0;
    const place = bucket - this.first;
    for (let i = 0; i < place; i++) seen += this.counts[i] as number;
    const from = lowestOf(bucket);
    return seen + ((this.counts[place] as number) * (whole - from + 1)) / (lowestOf(bucket + 1) - from);
  }

  /** Adds everything that another histogram holds. */
  merge(other: LogLinearHistogram): void {
    if (other.recorded === 0) return;
    this.reach(other.first);
    this.reach(other.first + other.counts.length - 1);
    const from = other.first - this.first;
    for (let i = 0; i < other.counts.length; i++) this.counts[from + i]! += other.counts[i] as number;
    this.recorded += other.recorded;
    this.least = Math.min(this.least, other.least);
    this.greatest = Math.max(this.greatest, other.greatest);
    this.sumHigh += other.sumHigh;
    this.sumLow += other.sumLow;
    this.carry();
  }

  toSparse(): SparseHistogram {
    const used: number[] = [];
    for (let i = 0; i < this.counts.length; i++) if (this.counts[i] !== 0) used.push(i);
    return {
      indices: Int32Array.from(used, (place) => this.first + place),
      counts: Float64Array.from(used, (place) => this.counts[place] as number),
      total: this.recorded,
      sum: this.sum,
      max: this.max ?? 0,
      min: this.min ?? 0,
    };
  }

  /**
   * At most `limit` points of the cumulative distribution, both ascending, the last (max, 1). Where there are more buckets than points,
   * half are spread evenly over the share, for the body, and half over the buckets, for the tail. Empty when nothing was recorded.
   */
  cdf(limit = 200): CdfPoint[] {
    if (!(limit >= 2)) throw new Error(`histogram: a CDF of ${limit} points`);
    const all: CdfPoint[] = [];
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      if (this.counts[i] === 0) continue;
      seen += this.counts[i] as number;
      all.push({ value: Math.min(this.greatest, lowestOf(this.first + i + 1) - 1), share: seen / this.recorded });
    }
    return all.length <= limit ? all : thinned(all, limit);
  }

  /** The buckets that hold something, ascending: the middle of each, as `quantile` gives it, and how many values it holds. */
  buckets(): { readonly value: number; readonly count: number }[] {
    const found: { readonly value: number; readonly count: number }[] = [];
    for (let i = 0; i < this.counts.length; i++)
      if (this.counts[i] !== 0) found.push({ value: this.middleOf(this.first + i), count: this.counts[i] as number });
    return found;
  }

  private middleOf(bucket: number): number {
    const middle = (lowestOf(bucket) + (lowestOf(bucket + 1) - 1)) / 2;
    return Math.min(this.greatest, Math.max(this.least, middle));
  }

  /** Makes room for this bucket. */
  private reach(bucket: number): void {
    const place = bucket - this.first;
    if (place < 0 || place >= this.counts.length) this.grow(bucket);
  }

  /** Whole octaves, from that of the least value to that of the greatest: a run of one election records one value. */
  private grow(bucket: number): void {
    const octave = (bucket >> OCTAVE_BITS) << OCTAVE_BITS;
    const empty = this.counts.length === 0;
    const from = empty ? octave : Math.min(this.first, octave);
    const to = empty ? from : this.first + this.counts.length;
    const grown = new Float64Array(Math.max(to, octave + (1 << OCTAVE_BITS)) - from);
    grown.set(this.counts, empty ? 0 : this.first - from);
    this.counts = grown;
    this.first = from;
  }

  private addToSum(value: number, count: number): void {
    if (value > TWO_52) {
      this.addToSum(value - TWO_52, count);
      this.sumHigh += count;
      return;
    }
    // In pieces below 2⁵², whose products and sums are exact.
    const piece = value === 0 ? count : Math.max(1, Math.floor(TWO_52 / value));
    for (let left = count; left > 0; left -= piece) {
      this.sumLow += value * Math.min(piece, left);
      this.carry();
    }
  }

  private carry(): void {
    if (this.sumLow < TWO_52) return;
    this.sumLow -= TWO_52;
    this.sumHigh++;
  }
}

/** The bucket of a whole number: values below 128 have their own; above, seven bits after the leading one select it. */
function bucketOf(value: number): number {
  const scale = value < 2147483648 ? 0 : 22;
  // 2⁵³ / 2²² is the first value that does not fit a positive int32; as a uint32 it does.
  const significant = scale === 0 ? value : Math.floor(value / TWO_22) >>> 0;
  const shift = Math.max(0, 31 - OCTAVE_BITS - Math.clz32(significant));
  return ((shift + scale) << OCTAVE_BITS) + (significant >>> shift);
}

/** The smallest value of a bucket. */
function lowestOf(bucket: number): number {
  const shift = (bucket >> OCTAVE_BITS) - 1;
  if (shift <= 0) return bucket;
  const significant = bucket - (shift << OCTAVE_BITS);
  return shift < 22 ? significant * (1 << shift) : significant * (1 << (shift - 22)) * TWO_22;
}

function thinned(all: readonly CdfPoint[], limit: number): CdfPoint[] {
  const keep = new Set<number>([all.length - 1]);
  const half = Math.floor((limit - 1) / 2);
  for (let k = 0; k < half; k++) keep.add(Math.floor((k * (all.length - 1)) / half));
  let next = 0;
  for (let k = 1; k <= half; k++) {
    while (next < all.length - 1 && (all[next] as CdfPoint).share < k / half) next++;
    keep.add(next);
  }
  return [...keep].sort((a, b) => a - b).map((index) => all[index] as CdfPoint);
}
