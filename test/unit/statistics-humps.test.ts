// Two humps are found where there are two, and not in laws that have one, however long their tail.
import { describe, expect, test } from 'vitest';
import { draw, unit } from '../../src/kernel/random.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { type TwoHumps, twoHumps } from '../../src/statistics/humps.ts';

const humpsOf = (count: number, law: (u: number, i: number) => number): TwoHumps | null => {
  const histogram = new LogLinearHistogram();
  for (let i = 0; i < count; i++) histogram.record(Math.round(1e6 * law(unit(draw(7, i)), i)));
  return twoHumps(histogram);
};
const exponential = (u: number): number => -Math.log(1 - u);

describe('two humps', () => {
  test('are told apart where one kind of client waits longer than the other', () => {
    const humps = humpsOf(5000, (u, i) => (i % 10 < 6 ? 160 : 330) + 10 * u) as TwoHumps;
    expect(humps.share).toBeCloseTo(0.6, 2);
    expect(humps.upTo / 1e6).toBeCloseTo(170, -1);
    expect(humps.from / 1e6).toBeCloseTo(330, -1);
  });

  test('are not seen in a uniform, an exponential or a lognormal-like law, nor in the long tail of an outage', () => {
    expect(humpsOf(5000, (u) => 100 + 200 * u)).toBeNull();
    expect(humpsOf(5000, exponential)).toBeNull();
    expect(humpsOf(5000, (u) => 100 * Math.exp(u - 0.5))).toBeNull();
    expect(humpsOf(5000, (u, i) => (i % 100 < 87 ? 170 + 10 * u : 300 + 3500 * u))).toBeNull();
  });

  test('are not seen where one of them holds less than a tenth, or where there are too few values', () => {
    expect(humpsOf(5000, (u, i) => (i % 20 === 0 ? 330 : 160) + 10 * u)).toBeNull();
    expect(humpsOf(99, (u, i) => (i % 2 === 0 ? 330 : 160) + 10 * u)).toBeNull();
    expect(humpsOf(100, (u, i) => (i % 2 === 0 ? 330 : 160) + 10 * u)).not.toBeNull();
  });
});
