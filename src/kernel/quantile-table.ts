/**
 * Any distribution as an inverse-CDF table: 32 random bits name a quantile, and a draw is two neighbouring loads and a linear
 * interpolation, without allocation or branches on the law. The middle has 4096 equal cells; the outer 1/64 of the probability at
 * each end is cut by octave of its distance to that end, 64 cells or more an octave, down to single draws, so that a cell is nowhere
 * wider than 1/64 of that distance. This keeps smooth laws within 0.1 % of their quantiles (docs/MODEL.md section 1).
 */
import type { Sampler } from './sampler.ts';

const DRAWS = 4294967296;
const MIDDLE_CELLS = 4096;
/** Draws in a middle cell, as bits. */
const CELL_BITS = 20;
/** Middle cells at each end that the tail replaces: 1/64 of the probability. */
const TAIL_CELLS = 64;
/** Distances to the end below 2^TAIL_BITS lie in a tail. */
const TAIL_BITS = 26;
/** A tail octave has 2^OCTAVE_BITS cells. */
const OCTAVE_BITS = 6;
const TAIL_NODES = ((TAIL_BITS - OCTAVE_BITS) << OCTAVE_BITS) + (1 << OCTAVE_BITS) + 1;
const LOWER_TAIL = MIDDLE_CELLS + 1;
const UPPER_TAIL = LOWER_TAIL + TAIL_NODES;

/** Where a law ends, or what the outermost node should be when it does not end. */
export interface Ends {
  /** The quantile at 0, when the law is bounded below. Default: the quantile at half a draw, 2⁻³³. */
  readonly lowest?: number;
  /** The quantile at 1, when the law is bounded above. Default: the quantile at 1 − 2⁻³³. */
  readonly highest?: number;
}

export class QuantileTable implements Sampler {
  readonly lower: number;
  readonly mean: number;
  /** Of what it returns, like `mean`. */
  readonly variance: number;
  private readonly nodes: Float64Array;

  /**
   * @param quantile the inverse CDF on (0, 1): finite, non-negative and non-decreasing. It is asked at multiples of 2⁻³³, so 1 − p is exact.
   * @throws when the quantile function breaks that promise.
   */
  constructor(quantile: (p: number) => number, ends: Ends = {}) {
    this.nodes = new Float64Array(UPPER_TAIL + TAIL_NODES);
    const lowest = ends.lowest ?? quantile(0.5 / DRAWS);
    const highest = ends.highest ?? quantile(1 - 0.5 / DRAWS);
    for (let i = TAIL_CELLS; i <= MIDDLE_CELLS - TAIL_CELLS; i++) this.nodes[i] = quantile(i / MIDDLE_CELLS);
    for (let i = 0; i < TAIL_NODES; i++) {
      const p = distanceAt(i) / DRAWS;
      this.nodes[LOWER_TAIL + i] = i === 0 ? lowest : quantile(p);
      this.nodes[UPPER_TAIL + i] = i === 0 ? highest : quantile(1 - p);
    }
    checkAndSmooth(this.nodes);
    this.lower = this.nodes[LOWER_TAIL] as number;
    const moments = momentsOf(this.nodes);
    this.mean = moments.mean;
    this.variance = moments.variance;
  }

  draw(bits: number): number {
    const cell = bits >>> CELL_BITS;
    if (cell >= TAIL_CELLS && cell < MIDDLE_CELLS - TAIL_CELLS) {
      const from = this.nodes[cell] as number;
      return from + ((this.nodes[cell + 1] as number) - from) * (((bits & 0xfffff) + 0.5) * (1 / 1048576));
    }
    // Of what a call returns V8 does not know that it is a number, and boxes what is chosen between it and one (ADR 0009).
    return +this.drawTail(bits);
  }

  private drawTail(bits: number): number {
    // The distance to the nearer end: bits from below, ~bits from above. Either is a small non-negative integer here.
    const upper = bits >> 31;
    const distance = bits ^ upper;
    const leading = Math.clz32(distance);
    const shift = leading < 31 - OCTAVE_BITS ? 31 - OCTAVE_BITS - leading : 0;
    const node = (upper === 0 ? LOWER_TAIL : UPPER_TAIL) + (shift << OCTAVE_BITS) + (distance >> shift);
    const from = this.nodes[node] as number;
    const width = 1 << shift;
    return from + ((this.nodes[node + 1] as number) - from) * (((distance & (width - 1)) + 0.5) / width);
  }
}

/** The distance from the end, in draws, of a tail's node. */
function distanceAt(index: number): number {
  const shift = (index >> OCTAVE_BITS) - 1;
  return shift <= 0 ? index : (index - (shift << OCTAVE_BITS)) << shift;
}

/** Every cell as a pair of node indices in ascending order of value, with its draws. */
function forEachCell(visit: (from: number, to: number, draws: number) => void): void {
  for (let i = 0; i + 1 < TAIL_NODES; i++) visit(LOWER_TAIL + i, LOWER_TAIL + i + 1, distanceAt(i + 1) - distanceAt(i));
  for (let i = TAIL_CELLS; i < MIDDLE_CELLS - TAIL_CELLS; i++) visit(i, i + 1, 1 << CELL_BITS);
  for (let i = TAIL_NODES - 1; i > 0; i--) visit(UPPER_TAIL + i, UPPER_TAIL + i - 1, distanceAt(i) - distanceAt(i - 1));
}

/** Nodes must ascend; a step back by the rounding of the quantile function (1e-12 of the value) is levelled, a larger one is an error. */
function checkAndSmooth(nodes: Float64Array): void {
  let highest = 0;
  const check = (index: number) => {
    const value = nodes[index] as number;
    if (!(value >= highest * (1 - 1e-12) && value < Number.POSITIVE_INFINITY))
      throw new Error(
        `quantile function: ${value} after ${highest}; its values must be finite, not negative and never descend`,
      );
    if (value < highest) nodes[index] = highest;
    else highest = value;
  };
  forEachCell((from, to) => {
    check(from);
    check(to);
  });
}

/** Exact moments of the table's law over all 2³² draws: within a cell the draws are equally spaced between its two nodes. */
function momentsOf(nodes: Float64Array): { mean: number; variance: number } {
  // Summed as deviations from the median, so that the mean of a constant is that constant.
  const median = nodes[MIDDLE_CELLS / 2] as number;
  let deviations = 0;
  forEachCell((from, to, draws) => {
    deviations += (0.5 * ((nodes[from] as number) + (nodes[to] as number)) - median) * draws;
  });
  const mean = median + deviations / DRAWS;
  let squares = 0;
  forEachCell((from, to, draws) => {
    const centre = 0.5 * ((nodes[from] as number) + (nodes[to] as number)) - mean;
    const span = (nodes[to] as number) - (nodes[from] as number);
    squares += (centre * centre + (span * span * (1 - 1 / (draws * draws))) / 12) * draws;
  });
  return { mean, variance: squares / DRAWS };
}
