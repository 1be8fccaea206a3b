// Each distribution against the closed form of its law, computed here with the platform's own functions; and what the registry refuses.
import { describe, expect, test } from 'vitest';
import type { DistributionDefinition } from '../../src/kernel/distributions/distribution-definition.ts';
import { createSampler, distributions } from '../../src/kernel/distributions.ts';
import { normalCdf, normalDensity, normalQuantile } from '../../src/kernel/elementary.ts';
import type { DistributionSpec } from '../../src/kernel/sampler.ts';
import { lawsWithClosedForm } from '../support/laws.ts';

describe.each(lawsWithClosedForm)('$label', ({ spec, quantile, mean, variance, lowest }) => {
  const sampler = createSampler(spec);

  test('has the quantiles of its law within 0.1 % for p from 1e-6 to 1 - 1e-6', () => {
    for (const p of probabilities()) {
      const bits = Math.floor(p * 4294967296);
      const exact = quantile((bits + 0.5) / 4294967296);
      expect(Math.abs(sampler.draw(bits | 0) - exact), `p = ${p}`).toBeLessThanOrEqual(1e-3 * exact);
    }
  });

  test('has the mean and the variance of its law within 0.1 %', () => {
    expect(Math.abs(sampler.mean - mean)).toBeLessThanOrEqual(1e-3 * mean);
    expect(Math.abs(sampler.variance - variance)).toBeLessThanOrEqual(1e-3 * variance);
  });

  test('is never below its lower bound, which is that of the law or within its last draw', () => {
    expect(sampler.draw(0)).toBeGreaterThanOrEqual(sampler.lower);
    expect(sampler.lower).toBeGreaterThanOrEqual(lowest);
    expect(sampler.lower).toBeLessThanOrEqual(Math.max(lowest, quantile(2 ** -32)));
    expect(sampler.draw(-1)).toBeGreaterThanOrEqual(sampler.draw(-2));
  });
});

describe('a distribution', () => {
  test('that is empirical passes through its order statistics', () => {
    const sampler = createSampler({ kind: 'empirical', values: Float64Array.of(30, 10, 20, 60, 40) });
    expect(sampler.lower).toBe(10);
    // Quantile k/4 is the value in place k.
    for (const [k, value] of [20, 30, 40].entries()) {
      expect(sampler.draw(((k + 1) * 2 ** 30) | 0)).toBeCloseTo(value, 6);
    }
    expect(sampler.draw(-1)).toBeCloseTo(60, 6);
    expect(sampler.mean).toBeCloseTo((10 / 2 + 20 + 30 + 40 + 60 / 2) / 4, 6);
  });

  test('of one observation is a constant', () => {
    const sampler = createSampler({ kind: 'empirical', values: Float64Array.of(7) });
    expect([sampler.draw(0), sampler.draw(12345), sampler.draw(-1), sampler.lower, sampler.mean]).toEqual([
      7, 7, 7, 7, 7,
    ]);
  });

  test('does not keep or reorder the observations it was given', () => {
    const values = Float64Array.of(3, 1, 2);
    const sampler = createSampler({ kind: 'empirical', values });
    expect([...values]).toEqual([3, 1, 2]);
    values.fill(100);
    expect(sampler.draw(-1)).toBeLessThan(4);
  });

  test('that is lognormal has the p99 it was given', () => {
    for (const [mean, p99] of [
      [1e6, 5e6],
      [1e6, 1.2e6],
      [1e6, 14.9e6],
    ] as const) {
      const sampler = createSampler({ kind: 'lognormal', mean, p99 });
      expect(Math.abs(sampler.mean / mean - 1)).toBeLessThan(1e-3);
      expect(Math.abs(sampler.draw(Math.floor(0.99 * 4294967296) | 0) / p99 - 1)).toBeLessThan(1e-4);
    }
  });

  test('that is truncated far outside the middle of its normal law stays inside its range', () => {
    const sampler = createSampler({ kind: 'truncated-normal', mean: 100, sd: 10, min: 130, max: 150 });
    expect(sampler.lower).toBe(130);
    expect(sampler.draw(-1)).toBeLessThanOrEqual(150);
    const upper = normalCdf(-3) - normalCdf(-5);
    expect(sampler.mean).toBeCloseTo(100 + (10 * (normalDensity(3) - normalDensity(5))) / upper, 2);
    expect(sampler.draw((2 ** 31) | 0)).toBeCloseTo(100 - 10 * normalQuantile(normalCdf(-5) + upper / 2), 2);
  });
});

describe('the registry', () => {
  test('names each definition as it is registered, with a meaning for every option', () => {
    for (const [name, definition] of Object.entries(distributions) as [string, DistributionDefinition][]) {
      expect(definition.name).toBe(name);
      expect(definition.summary.length).toBeGreaterThan(10);
      for (const field of Object.values(definition.options) as { meaning: string }[])
        expect(field.meaning.length).toBeGreaterThan(10);
    }
  });

  const refused: readonly [DistributionSpec, string][] = [
    [{ kind: 'pareto' }, "'pareto' is unknown; known are constant, uniform"],
    [{ kind: 'toString' }, "'toString' is unknown"],
    [{ kind: 'constant' }, 'value is missing'],
    [{ kind: 'constant', value: -1 }, 'value is -1 (expected: at least 0)'],
    [{ kind: 'constant', value: Number.NaN }, 'value is NaN (expected: a finite number)'],
    [{ kind: 'constant', value: 1, jitter: 2 }, "parameter 'jitter' is unknown (expected: value)"],
    [{ kind: 'uniform', min: 2, max: 1 }, 'max 1ns is below min 2ns (expected: at least 2ns)'],
    [{ kind: 'uniform', max: 1 }, 'min is missing'],
    [{ kind: 'exponential', mean: '5ms' }, 'mean is 5ms (expected: a finite number)'],
    [{ kind: 'lognormal' }, 'a lognormal law was given by nothing (expected: mean and p99, or median and sigma)'],
    [{ kind: 'lognormal', mean: 1, sigma: 1 }, 'given by mean and sigma'],
    [{ kind: 'lognormal', mean: 1, p99: 2, median: 1, sigma: 1 }, 'mean and p99 and median and sigma'],
    [
      { kind: 'lognormal', mean: 5, p99: 4 },
      'no lognormal law has mean 5ns and p99 4ns (expected: above 5ns and at most 74ns)',
    ],
    [{ kind: 'lognormal', mean: 1000, p99: 15000 }, 'expected: above 1us and at most 14.968us'],
    [{ kind: 'lognormal', mean: 0, p99: 4 }, 'no lognormal law has mean 0s'],
    [{ kind: 'lognormal', median: 1, sigma: 2.5 }, 'sigma is 2.5 (expected: at most 2.4)'],
    [{ kind: 'truncated-normal', mean: 5, sd: 0 }, 'sd is 0s (expected: above 0'],
    [{ kind: 'truncated-normal', mean: 5, sd: 1, min: 4, max: 3 }, 'max 3ns is not above min 4ns'],
    [
      { kind: 'truncated-normal', mean: 5, sd: 1, min: 50 },
      'next to nothing of a normal law with mean 5ns and sd 1ns lies above 50ns',
    ],
    [{ kind: 'empirical' }, 'there are no observations'],
    [{ kind: 'empirical', values: 'latency.csv' }, 'expected: a Float64Array'],
    [{ kind: 'empirical', values: Float64Array.of(1, -2) }, 'observation 2 is -2'],
    [{ kind: 'empirical', values: Float64Array.of(1, 2, Number.NaN) }, 'observation 3 is NaN'],
  ];
  test.each(refused)('refuses %o', (spec, message) => {
    expect(() => createSampler(spec)).toThrow(message);
  });

  test('warns of observations whose far values the table does not resolve, and only of those', () => {
    const jump = Float64Array.from({ length: 100_003 }, (_, i) => (i < 1000 ? 1e6 : 1));
    const problems = distributions.empirical.problems({ values: jump });
    expect(problems.map((problem) => problem.severity)).toEqual(['warning']);
    expect(problems[0]?.message).toMatch(/differs from the observations by [\d.]+ % in mean or variance/);
    const smooth = Float64Array.from({ length: 1000 }, (_, i) => 1000 + i * i);
    expect(distributions.empirical.problems({ values: smooth })).toEqual([]);
  });
});

/** Dense in the logarithm of the distance from either end, and in the middle. */
function probabilities(): number[] {
  const list: number[] = [];
  for (let power = -6; power < -0.31; power += 0.002) list.push(10 ** power, 1 - 10 ** power);
  return list;
}
