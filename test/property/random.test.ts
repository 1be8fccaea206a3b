// The random streams and the samplers under statistical tests. Seeds are fixed, so a result never changes by itself; each check rejects a perfect
// generator with probability 1e-6, and the roughly 300 checks together with 3e-4.
import { describe, expect, test } from 'vitest';
import { createSampler } from '../../src/kernel/distributions.ts';
import { normalQuantile } from '../../src/kernel/elementary.ts';
import { below, draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import { chiSquare } from '../../src/statistics/goodness-of-fit.ts';
import { binomialCdf } from '../../src/statistics/order-statistics.ts';
import { lawsWithClosedForm } from '../support/laws.ts';

const significance = 1e-6;
const size = 2 ** 18;
const evenly = new Float64Array(256).fill(size / 256);
const seeds = [0, 1, 20260101, 2 ** 40 + 5];

/** Sequences that a run reads: what varies is the counter, or an id, while the rest stays. */
const sequences: readonly { readonly name: string; readonly at: (seed: number, i: number) => number }[] = [
  { name: 'counters of one stream', at: (seed, i) => draw(stream(seed, Purpose.jitter, 3, 4), i) },
  { name: 'counters 64 apart', at: (seed, i) => draw(stream(seed, Purpose.jitter, 3, 4), Math.imul(i, 64)) },
  { name: 'neighbouring first ids', at: (seed, i) => draw(stream(seed, Purpose.jitter, i, 4), 7) },
  { name: 'neighbouring second ids', at: (seed, i) => draw(stream(seed, Purpose.arrival, 3, i), 0) },
  { name: 'neighbouring seeds', at: (seed, i) => draw(stream(seed + i, Purpose.timer, 3, 4), 1) },
  { name: 'purposes', at: (seed, i) => draw(stream(seed, i % 16, Math.floor(i / 16)), 1) },
];

describe.each(sequences)('draws over $name', ({ at }) => {
  test.each(seeds)('are even, and do not tell those 1, 2, 3 and 16 further on (seed %d)', (seed) => {
    const draws = Int32Array.from({ length: size + 16 }, (_, i) => at(seed, i));
    expectUniform(draws);
    for (const lag of [1, 2, 3, 16]) expectUnrelated(draws, draws.subarray(lag));
  });
});

describe('two streams', () => {
  const pairs: readonly {
    readonly name: string;
    readonly of: (seed: number, k: number) => readonly [number, number];
  }[] = [
    {
      name: 'of neighbouring first ids',
      of: (seed, k) => [stream(seed, Purpose.jitter, k), stream(seed, Purpose.jitter, k + 1)],
    },
    {
      name: 'of neighbouring second ids',
      of: (seed, k) => [stream(seed, Purpose.loss, 2, k), stream(seed, Purpose.loss, 2, k + 1)],
    },
    {
      name: 'of swapped ids',
      of: (seed, k) => [stream(seed, Purpose.loss, k, k + 1), stream(seed, Purpose.loss, k + 1, k)],
    },
    { name: 'of two purposes', of: (seed, k) => [stream(seed, 1 + (k % 13), k), stream(seed, 2 + (k % 13), k)] },
    {
      name: 'of neighbouring seeds',
      of: (seed, k) => [stream(seed + k, Purpose.think, 1), stream(seed + k + 1, Purpose.think, 1)],
    },
  ];
  test.each(pairs)('$name share nothing at equal and at neighbouring counters', ({ of }) => {
    for (let k = 0; k < 4; k++) {
      const [first, second] = of(20260101, k).map((hash) =>
        Int32Array.from({ length: size + 1 }, (_, i) => draw(hash, i)),
      ) as [Int32Array, Int32Array];
      expectUnrelated(first, second);
      expectUnrelated(first, second.subarray(1));
    }
  });

  test('rarely have the same hash: among 2^18 no more than chance gives', () => {
    const hashes = new Set<number>();
    for (let a = 0; a < 512; a++) for (let b = 0; b < 512; b++) hashes.add(stream(5, Purpose.jitter, a, b));
    // 2³⁵ pairs, each equal with probability 2⁻³²: Poisson of mean 8, which exceeds 25 with probability 4e-7.
    expect(512 * 512 - hashes.size).toBeLessThanOrEqual(25);
  });
});

describe('every input bit reaches every output bit', () => {
  const inputs: readonly { readonly name: string; readonly bits: number; readonly hash: (word: number) => number }[] = [
    { name: 'of the counter', bits: 32, hash: (word) => draw(stream(1, Purpose.jitter, 2, 3), word) },
    { name: 'of the stream hash', bits: 32, hash: (word) => draw(word, 12345) },
    { name: 'of the first id', bits: 32, hash: (word) => draw(stream(1, Purpose.jitter, word, 3), 4) },
    { name: 'of the second id', bits: 32, hash: (word) => draw(stream(1, Purpose.jitter, 2, word), 4) },
    { name: 'of the seed', bits: 31, hash: (word) => draw(stream(word & 0x7fffffff, Purpose.jitter, 2, 3), 4) },
  ];
  test.each(inputs)('$name', ({ bits, hash }) => {
    const samples = 2 ** 13;
    const flips = new Float64Array(bits * 32);
    for (let i = 0; i < samples; i++) {
      const word = draw(99, i);
      const before = hash(word);
      for (let bit = 0; bit < bits; bit++) {
        const changed = before ^ hash(word ^ (1 << bit));
        for (let out = 0; out < 32; out++) flips[bit * 32 + out]! += (changed >>> out) & 1;
      }
    }
    // The most extreme of all cells, each binomial with one half.
    const limit = -normalQuantile(significance / 2 / flips.length) * Math.sqrt(samples / 4);
    expect(Math.max(...flips) - samples / 2).toBeLessThan(limit);
    expect(samples / 2 - Math.min(...flips)).toBeLessThan(limit);
  });
});

describe('numbers made of 32 bits', () => {
  test('as a unit are never 0 or 1', () => {
    expect(unit(0)).toBe(2 ** -33);
    expect(unit(-1)).toBe(1 - 2 ** -33);
    expect(unit(-2147483648)).toBe(0.5 + 2 ** -33);
  });

  test('below a bound fall on every integer below it alike', () => {
    const bound = 10;
    const counts = new Float64Array(bound);
    for (let i = 0; i < size; i++) counts[below(draw(1, i), bound)]!++;
    expect(chiSquare(counts, new Float64Array(bound).fill(size / bound)).pValue).toBeGreaterThan(significance);
    expect(below(-1, bound)).toBe(9);
    expect(below(0, bound)).toBe(0);
  });
});

describe.each(lawsWithClosedForm.filter((law) => law.variance > 0))('draws from $label', (law) => {
  const sampler = createSampler(law.spec);
  const values = Float64Array.from({ length: size }, (_, i) => sampler.draw(draw(stream(7, Purpose.jitter, 1), i)));

  test('fall evenly between the quantiles of the law', () => {
    const cells = 64;
    const edges = Float64Array.from({ length: cells - 1 }, (_, i) => law.quantile((i + 1) / cells));
    const counts = new Float64Array(cells);
    for (const value of values) counts[countBelow(edges, value)]!++;
    expect(chiSquare(counts, new Float64Array(cells).fill(size / cells)).pValue).toBeGreaterThan(significance);
  });

  test('exceed the outer quantiles of the law as often as they should', () => {
    for (const share of [1e-1, 1e-2, 1e-3, 1e-4]) {
      const low = law.quantile(share);
      const high = law.quantile(1 - share);
      for (const outside of [
        values.filter((value) => value < low).length,
        values.filter((value) => value > high).length,
      ]) {
        expect(binomialCdf(outside, size, share), `${outside} of ${share}`).toBeGreaterThan(significance / 2);
        expect(1 - binomialCdf(outside - 1, size, share), `${outside} of ${share}`).toBeGreaterThan(significance / 2);
      }
    }
  });
});

// A sample of the widest lognormals says next to nothing of their moments, since the few largest draws decide them: those are checked
// through the table's exact moments (sampler-distributions.test.ts).
const tame = lawsWithClosedForm.filter((law) => law.variance > 0 && law.variance < 10 * law.mean ** 2);
test.each(tame)('the sample mean and variance of $label are those of the law', (law) => {
  const sampler = createSampler(law.spec);
  const hash = stream(8, Purpose.disk, 1);
  const limit = -normalQuantile(significance / 2);
  let sum = 0;
  let squares = 0;
  let fourths = 0;
  for (let i = 0; i < size; i++) {
    const off = sampler.draw(draw(hash, i)) - law.mean;
    sum += off;
    squares += off ** 2;
    fourths += off ** 4;
  }
  expect(Math.abs(sum / size)).toBeLessThan(limit * Math.sqrt(law.variance / size));
  const spread = Math.sqrt((fourths / size - law.variance ** 2) / size);
  expect(Math.abs(squares / size - law.variance)).toBeLessThan(limit * spread);
});

/** The high and the low byte take each value as often as the others: neither less nor more evenly than chance allows. */
function expectUniform(draws: Int32Array): void {
  const high = new Float64Array(256);
  const low = new Float64Array(256);
  for (let i = 0; i < size; i++) {
    const bits = draws[i] as number;
    high[bits >>> 24]!++;
    low[bits & 255]!++;
  }
  for (const counts of [high, low]) {
    const { pValue } = chiSquare(counts, evenly);
    expect(pValue).toBeGreaterThan(significance / 2);
    expect(pValue).toBeLessThan(1 - significance / 2);
  }
}

/** No linear correlation, and every pair of leading, of trailing, and of trailing with leading half-bytes equally often. */
function expectUnrelated(first: Int32Array, second: Int32Array): void {
  let products = 0;
  const high = new Float64Array(256);
  const low = new Float64Array(256);
  const mixed = new Float64Array(256);
  const difference = new Float64Array(256);
  for (let i = 0; i < size; i++) {
    const a = first[i] as number;
    const b = second[i] as number;
    products += (unit(a) - 0.5) * (unit(b) - 0.5);
    high[((a >>> 28) << 4) | (b >>> 28)]!++;
    low[((a & 15) << 4) | (b & 15)]!++;
    mixed[((a & 15) << 4) | (b >>> 28)]!++;
    difference[(a ^ b) & 255]!++;
  }
  // Each product has mean 0 and variance 1/144.
  expect(Math.abs(products * 12) / Math.sqrt(size)).toBeLessThan(-normalQuantile(significance / 2));
  for (const counts of [high, low, mixed, difference])
    expect(chiSquare(counts, evenly).pValue).toBeGreaterThan(significance);
}

/** How many of the ascending edges are at most the value. */
function countBelow(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
