// Paired comparison on common random numbers: closed forms, what is left out, and that its intervals and probabilities mean what they say.
import { describe, expect, test } from 'vitest';
import { comparePaired, type PairedComparison } from '../../src/experiment/paired.ts';
import { holmAdjusted } from '../../src/statistics/holm.ts';
import { Dice } from '../support/dice.ts';
import { normalFrom } from '../support/normal.ts';

describe('two configurations', () => {
  test('differ by the mean of their pairs, with Student’s interval and p-value', () => {
    // Differences 1, 2, 3, 4, 5: mean 3, standard error √(2.5 / 5); t = 4.2426 with four degrees of freedom has p = 0.013236.
    const compared = comparePaired([11, 12, 13, 14, 15], [10, 10, 10, 10, 10], 'high') as PairedComparison;
    expect(compared).toMatchObject({ meanA: 13, meanB: 10, relative: 0.3, losses: 0 });
    expect(compared.difference).toMatchObject({ mean: 3, count: 5 });
    expect(compared.difference.high - 3).toBeCloseTo(2.776445 * Math.sqrt(0.5), 5);
    expect(compared.pValue).toBeCloseTo(0.013236, 5);
    expect(compared.probabilityABetter).toBeCloseTo(1 - 0.013236 / 2, 5);
  });

  test('are told apart by their pairs although their own values overlap widely', () => {
    const noise = [0, 100, 200, 300, 400];
    const a = noise.map((value, k) => value + (k % 2));
    const b = noise.map((value) => value + 3);
    expect(comparePaired(a, b, 'low')?.pValue).toBeLessThan(0.01);
  });

  test('win by less where less is better, and by more where more is', () => {
    const [less, more] = [
      [1, 2, 3],
      [2, 4, 3.5],
    ] as const;
    const low = comparePaired(less, more, 'low') as PairedComparison;
    const high = comparePaired(less, more, 'high') as PairedComparison;
    expect(low.difference).toEqual(high.difference);
    expect([low.losses, high.wins]).toEqual([0, 0]);
    expect(low.wins).toBe(high.losses);
    expect((low.probabilityABetter as number) + (high.probabilityABetter as number)).toBeCloseTo(1, 12);
  });

  test('swap their roles without changing what is known', () => {
    const [a, b] = [
      [3, 5, 4, 7],
      [4, 4, 6, 9],
    ] as const;
    const there = comparePaired(a, b, 'low') as PairedComparison;
    const back = comparePaired(b, a, 'low') as PairedComparison;
    expect(back.difference.mean).toBe(-there.difference.mean);
    expect(back.pValue).toBeCloseTo(there.pValue as number, 12);
    expect((back.probabilityABetter as number) + (there.probabilityABetter as number)).toBeCloseTo(1, 12);
    expect([back.wins, back.ties, back.losses]).toEqual([there.losses, there.ties, there.wins]);
    expect(back.wins + back.ties + back.losses).toBe(back.difference.count);
  });

  test('are compared over the replications that both have and can tell', () => {
    const compared = comparePaired([1, null, 3, 4, 5], [2, 2, null, 6], 'low') as PairedComparison;
    expect(compared.difference.count).toBe(2);
    expect(compared).toMatchObject({ meanA: 2.5, meanB: 4 });
    expect(comparePaired([null, 1], [1, null], 'low')).toBeNull();
    expect(comparePaired([], [], 'low')).toBeNull();
  });

  test('leave everything open after one pair, and nothing where all differences are equal', () => {
    expect(comparePaired([1], [2], 'low')).toMatchObject({
      pValue: null,
      probabilityABetter: null,
      wins: 1,
    });
    expect(comparePaired([1, 2], [2, 3], 'low')).toMatchObject({ pValue: 0, probabilityABetter: 1 });
    expect(comparePaired([1, 2], [1, 2], 'low')).toMatchObject({
      pValue: 1,
      probabilityABetter: 0.5,
      wins: 0,
      ties: 2,
      losses: 0,
    });
    expect(comparePaired([1, 1], [0, 0], 'low')?.relative).toBeNull();
  });
});

describe('values known in steps', () => {
  test('are not called sure because they fall into the same step', () => {
    const [a, b] = [
      [128, 128],
      [100, 100],
    ] as const;
    expect(comparePaired(a, b, 'low')?.pValue).toBe(0);
    const stepped = comparePaired(a, b, 'low', { a: 1, b: 100 / 128 }) as PairedComparison;
    // A step of 1 in a and of 100/128 in b: a standard error of √((1 + 0.6104) / 12) = 0.36633, and one degree of freedom.
    const error = Math.sqrt((1 + (100 / 128) ** 2) / 12);
    expect(stepped.difference.high - 28).toBeCloseTo(12.7062047 * error, 6);
    // Student's t with one degree of freedom is Cauchy's law.
    expect(stepped.pValue).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(28 / error), 9);
  });

  test('are judged by their own spread where that is wider', () => {
    const [a, b] = [
      [10, 14, 12, 18],
      [9, 9, 9, 9],
    ] as const;
    expect(comparePaired(a, b, 'low', { a: 0.1, b: 0.1 })).toEqual(comparePaired(a, b, 'low'));
  });
});

describe('over many experiments', () => {
  const EXPERIMENTS = 1500;

  test.each([4, 5, 10])('the interval of %i pairs holds the true difference in 95 % of them', (pairs) => {
    const dice = new Dice(11 + pairs);
    let held = 0;
    for (let i = 0; i < EXPERIMENTS; i++) {
      const { difference } = experiment(dice, pairs, 0.4);
      if (difference.low <= 0.4 && 0.4 <= difference.high) held++;
    }
    // Three standard deviations of a binomial share: √(0.95 × 0.05 / 1500) = 0.0056.
    expect(Math.abs(held / EXPERIMENTS - 0.95)).toBeLessThan(0.0169);
  });

  test('the probability is calibrated: of the comparisons called so sure, that share is right', () => {
    // True differences drawn from a wide law: then the flat prior is nearly the true one, and the posterior must be calibrated.
    const dice = new Dice(5);
    const bins = Array.from({ length: 10 }, () => ({ said: 0, right: 0, count: 0 }));
    for (let i = 0; i < 5 * EXPERIMENTS; i++) {
      const truth = 6 * (dice.unit() - 0.5);
      const probability = experiment(dice, 5, truth).probabilityABetter as number;
      const bin = bins[Math.min(9, Math.floor(10 * probability))] as (typeof bins)[number];
      bin.said += probability;
      bin.count++;
      if (truth > 0) bin.right++;
    }
    for (const { said, right, count } of bins) {
      const share = said / count;
      expect(Math.abs(right / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
    }
  });

  /** a − b is `truth` plus noise of standard deviation 1; what both share (of deviation 10) cancels. */
  function experiment(dice: Dice, pairs: number, truth: number): PairedComparison {
    const shared = Array.from({ length: pairs }, () => 10 * normalFrom(dice));
    const a = shared.map((value) => value + truth + normalFrom(dice) * Math.SQRT1_2);
    const b = shared.map((value) => value + normalFrom(dice) * Math.SQRT1_2);
    return comparePaired(a, b, 'high') as PairedComparison;
  }
});

describe('many comparisons', () => {
  test('are corrected by Holm’s steps, in their own order', () => {
    // Multipliers 4, 3, 2, 1 from the smallest; none ends below one before it.
    const adjusted = holmAdjusted([0.03, 0.005, null, 0.02, 0.04]) as readonly number[];
    const expected = [0.06, 0.02, null, 0.06, 0.06];
    adjusted.forEach((value, i) => {
      if (expected[i] === null) expect(value).toBeNull();
      else expect(value).toBeCloseTo(expected[i] as number, 12);
    });
    expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });

  test('count those that could have been picked, too', () => {
    expect(holmAdjusted([0.001, 0.01], 10)).toEqual([0.01, 0.09]);
    expect(() => holmAdjusted([0.1, 0.2], 1)).toThrow(/family of 1/);
  });

  test('of equal things make a false claim in at most 5 % of the experiments', () => {
    const dice = new Dice(23);
    const experiments = 1000;
    let wrong = 0;
    let wrongUncorrected = 0;
    for (let i = 0; i < experiments; i++) {
      const pValues = Array.from({ length: 6 }, () => {
        const values = Array.from({ length: 5 }, () => normalFrom(dice));
        return (comparePaired(values, [0, 0, 0, 0, 0], 'low') as PairedComparison).pValue as number;
      });
      if (pValues.some((p) => p < 0.05)) wrongUncorrected++;
      if (holmAdjusted(pValues).some((p) => (p as number) < 0.05)) wrong++;
    }
    // 5 % and three standard deviations; without correction it would be 1 − 0.95⁶ = 26 %.
    expect(wrong / experiments).toBeLessThan(0.071);
    expect(wrongUncorrected / experiments).toBeGreaterThan(0.2);
  });
});
