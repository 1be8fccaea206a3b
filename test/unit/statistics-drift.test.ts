// Drift of a wandering level: a random walk without drift is rarely called drifting, one with drift is found; a knee is where it is.
import { expect, test } from 'vitest';
import { draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import { driftOf, meanDrift } from '../../src/statistics/drift.ts';
import { kneeOf, reaches } from '../../src/statistics/knee.ts';

/** A level whose steps are `drift` plus noise of standard deviation 1 (sum of twelve uniforms), on top of an alternating ripple. */
function walk(seed: number, steps: number, drift: number, ripple = 0): number[] {
  const bits = stream(seed, Purpose.replication, 1);
  let at = 0;
  let drawn = 0;
  return Array.from({ length: steps + 1 }, (_, i) => {
    let noise = -6;
    for (let k = 0; k < 12; k++) noise += unit(draw(bits, drawn++));
    if (i > 0) at += drift + noise;
    return at + (i % 2 === 0 ? ripple : -ripple);
  });
}

const lowEnd = (levels: readonly number[][]): number =>
  meanDrift(
    levels.map((level) => driftOf(level)).filter((drift) => drift !== null),
    0.9,
  ).low;

test('a random walk without drift is called drifting in about 5 % of the cases', () => {
  const called = Array.from(
    { length: 1000 },
    (_, seed) => lowEnd([walk(2 * seed, 60, 0), walk(2 * seed + 1, 60, 0)]) > 0,
  );
  const share = called.filter(Boolean).length / called.length;
  expect(share).toBeGreaterThan(0.02);
  expect(share).toBeLessThan(0.12);
});

test('a drift well above the noise is nearly always found, and its size is right', () => {
  const found = Array.from({ length: 200 }, (_, seed) => {
    const levels = [walk(2 * seed, 60, 0.5), walk(2 * seed + 1, 60, 0.5)];
    return lowEnd(levels) > 0;
  });
  expect(found.filter(Boolean).length).toBeGreaterThan(190);
  expect(driftOf(Array.from({ length: 30 }, (_, i) => 3 * i))?.perStep).toBe(3);
  expect(driftOf(Array.from({ length: 30 }, (_, i) => 3 * i))?.error).toBe(0);
});

test('a ripple that returns every other step, such as batches make, adds next to nothing', () => {
  const flat = Array.from({ length: 61 }, (_, i) => (i % 2 === 0 ? 10 : -10));
  const alone = driftOf(flat);
  // Independent steps as large would have an error of 20 / √60 = 2.6.
  expect(alone?.error).toBeLessThan(1.4);
  expect(Math.abs(alone?.perStep ?? 1)).toBeLessThan(0.4);
});

test('a level of fewer than nine values says nothing, and no levels are an error', () => {
  expect(driftOf([1, 2, 3, 4, 5, 6, 7, 8])).toBe(null);
  expect(driftOf([1, 2, 3, 4, 5, 6, 7, 8, 9])).not.toBe(null);
  expect(() => meanDrift([], 0.9)).toThrow('no levels');
});

test('the knee of 1 / (1 − x) on [0, 0.9] is where its slope is that of the chord', () => {
  const curve = Array.from({ length: 901 }, (_, i) => ({ x: i / 1000, y: 1 / (1 - i / 1000) }));
  // The chord rises by 9 over 0.9, so 1 / (1 − x)² = 10.
  expect(kneeOf(curve)?.x).toBeCloseTo(1 - 1 / Math.sqrt(10), 2);
  expect(reaches(curve, 2)).toBeCloseTo(0.5, 6);
  expect(reaches(curve, 11)).toBe(null);
});

test.each([
  ['flat', (x: number) => 1 + x / 10],
  ['straight', (x: number) => 1 + 3 * x],
  ['bent the other way', (x: number) => 1 + 3 * Math.sqrt(x)],
])('a curve that is %s has no knee', (_name, of) => {
  expect(kneeOf(Array.from({ length: 11 }, (_, i) => ({ x: i / 10, y: of(i / 10) })))).toBe(null);
});
