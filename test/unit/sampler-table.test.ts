// The quantile table: every one of the 2³² draws finds its cell, in order, within bounds, with the moments that it states.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuantileTable } from '../../src/kernel/quantile-table.ts';

const draws = 4294967296;
const anyDraw = fc.oneof(
  fc.integer({ min: 0, max: draws - 1 }),
  fc.integer({ min: 0, max: 2 ** 27 }),
  fc.integer({ min: 0, max: 2 ** 27 }).map((distance) => draws - 1 - distance),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 300 }).map((distance) => draws - 1 - distance),
);

describe('a quantile table', () => {
  test('of the identity gives back every draw exactly, so each finds its own cell and place', () => {
    const identity = new QuantileTable((p) => p * draws, { lowest: 0, highest: draws });
    fc.assert(
      fc.property(anyDraw, (draw) => {
        expect(identity.draw(draw | 0)).toBe(draw + 0.5);
      }),
      { numRuns: 20_000 },
    );
  });

  test('is the same for bits as a signed and as an unsigned integer', () => {
    const table = new QuantileTable((p) => p * p, { lowest: 0, highest: 1 });
    fc.assert(fc.property(anyDraw, (draw) => table.draw(draw) === table.draw(draw | 0)));
  });

  test('never descends, and never leaves the range from its lower bound to its upper end', () => {
    const table = new QuantileTable((p) => 5 + p / (1.001 - p), { lowest: 5, highest: 1005 });
    fc.assert(
      fc.property(anyDraw, anyDraw, (a, b) => {
        const low = table.draw(Math.min(a, b));
        const high = table.draw(Math.max(a, b));
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(table.lower);
        expect(high).toBeLessThanOrEqual(1005);
      }),
      { numRuns: 5000 },
    );
    expect(table.lower).toBe(5);
  });

  test('states mean and variance of what it returns', () => {
    const square = new QuantileTable((p) => p * p, { lowest: 0, highest: 1 });
    const { mean, variance } = momentsByDrawing(square);
    expect(Math.abs(square.mean / mean - 1)).toBeLessThan(1e-12);
    expect(Math.abs(square.variance / variance - 1)).toBeLessThan(1e-10);
    // ∫p² = 1/3, ∫p⁴ − 1/9 = 4/45; straight lines between the nodes of a convex curve lie above it by 1e-8.
    expect(square.mean).toBeCloseTo(1 / 3, 7);
    expect(square.variance).toBeCloseTo(4 / 45, 7);
  });

  test('takes the quantiles at half a draw for its ends where the law has none', () => {
    const asked: number[] = [];
    const table = new QuantileTable((p) => {
      asked.push(p);
      return p;
    });
    expect(Math.min(...asked)).toBe(2 ** -33);
    expect(Math.max(...asked)).toBe(1 - 2 ** -33);
    expect(table.lower).toBe(2 ** -33);
  });

  test('refuses a quantile function that descends, is negative or is not finite', () => {
    expect(() => new QuantileTable((p) => 1 - p)).toThrow('never descend');
    expect(() => new QuantileTable((p) => p - 0.5)).toThrow('not negative');
    expect(() => new QuantileTable((p) => 1 / p)).toThrow('never descend');
    expect(() => new QuantileTable((p) => p, { highest: Number.POSITIVE_INFINITY })).toThrow('finite');
    expect(() => new QuantileTable(() => Number.NaN)).toThrow('finite');
  });
});

/** Mean and variance over all 2³² draws, from the first and last of each run of draws between which the table is a straight line. */
function momentsByDrawing(table: QuantileTable): { mean: number; variance: number } {
  const blocks: { first: number; last: number; size: number }[] = [];
  const add = (first: number, size: number) =>
    blocks.push({ first: table.draw(first | 0), last: table.draw((first + size - 1) | 0), size });
  for (let distance = 0, size = 1; distance < 2 ** 26; distance += size) {
    while (distance >= 128 * size) size *= 2;
    add(distance, size);
    add(draws - distance - size, size);
  }
  for (let first = 2 ** 26; first < draws - 2 ** 26; first += 2 ** 20) add(first, 2 ** 20);
  expect(blocks.reduce((sum, block) => sum + block.size, 0)).toBe(draws);
  const mean = blocks.reduce((sum, { first, last, size }) => sum + ((first + last) / 2) * size, 0) / draws;
  const squares = blocks.reduce((sum, { first, last, size }) => {
    const within = size === 1 ? 0 : ((last - first) ** 2 / 12) * ((size + 1) / (size - 1));
    return sum + (((first + last) / 2 - mean) ** 2 + within) * size;
  }, 0);
  return { mean, variance: squares / draws };
}
