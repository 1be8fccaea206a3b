// Logarithm, exponential and normal law of exactly rounded operations against the platform's own functions and published values.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cumulativeStdNormalProbability, probit } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { exp, log, normalCdf, normalDensity, normalQuantile, powerOfTwoFrom } from '../../src/kernel/elementary.ts';

const accuracy = 1e-12;
const kernel = new URL('../../src/kernel/', import.meta.url);

function relativeError(found: number, expected: number): number {
  return found === expected ? 0 : Math.abs(found / expected - 1);
}

describe('log and exp', () => {
  test('log agrees with the platform over the whole range of doubles and around 1', () => {
    const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
    const aroundOne = fc.double({ min: -14, max: -0.5, noNaN: true }).map((power) => 1 + 10 ** power);
    fc.assert(
      fc.property(fc.oneof(positive, aroundOne), (x) => {
        expect(relativeError(log(x), Math.log(x))).toBeLessThan(accuracy);
      }),
      { numRuns: 5000 },
    );
  });

  test('exp agrees with the platform wherever the result is a normal number', () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 709.7, noNaN: true }), (x) => {
        expect(relativeError(exp(x), Math.exp(x))).toBeLessThan(accuracy);
      }),
      { numRuns: 5000 },
    );
  });

  test('their limits are those of the functions', () => {
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(-1)).toBeNaN();
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(log(2 ** 40)).toBe(40 * Math.LN2);
    expect(exp(0)).toBe(1);
    expect(exp(-745)).toBe(5e-324);
    expect(exp(-746)).toBe(0);
    expect(exp(710)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(Number.NaN)).toBeNaN();
  });
});

test('the power of two from a count is the least that holds it', () => {
  const powers = Array.from({ length: 31 }, (_, k) => 2 ** k);
  for (const count of [
    ...powers,
    ...powers.slice(1).map((power) => power - 1),
    ...powers.slice(0, -1).map((p) => p + 1),
  ])
    expect(powerOfTwoFrom(count)).toBe(powers.find((power) => power >= count));
});

describe('the normal law', () => {
  test('its lower tail agrees with published values from the body to 1e-316', () => {
    // Abramowitz & Stegun tables 26.1 and 26.2.
    const published: readonly [z: number, p: number][] = [
      [-0.5, 0.308537538725987],
      [-1, 0.158655253931457],
      [-1.96, 0.0249978951482204],
      [-2.5, 0.00620966532577613],
      [-3, 0.00134989803163009],
      [-5, 2.86651571879194e-7],
      [-10, 7.61985302416053e-24],
      [-38, 2.88542835100396e-316],
    ];
    for (const [z, p] of published) {
      // 2⁻¹⁰⁵⁰ is subnormal and has seven digits.
      expect(relativeError(normalCdf(z), p)).toBeLessThan(z < -37 ? 1e-7 : 2e-14 + accuracy);
      expect(relativeError(normalCdf(-z), 1 - p)).toBeLessThan(accuracy);
    }
    expect(normalDensity(0)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 15);
  });

  test('its distribution function agrees with the four digits of the oracle', () => {
    for (let z = -3; z <= 3; z += 0.25) expect(normalCdf(z)).toBeCloseTo(cumulativeStdNormalProbability(z), 4);
  });

  test('its quantile is the inverse of its distribution function in both tails', () => {
    fc.assert(
      fc.property(fc.double({ min: -690, max: -0.6932, noNaN: true }), (logP) => {
        const p = Math.exp(logP);
        expect(relativeError(normalCdf(normalQuantile(p)), p)).toBeLessThan(accuracy);
      }),
      { numRuns: 2000 },
    );
  });

  test('its quantiles agree with published values and the oracle', () => {
    expect(relativeError(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(accuracy);
    expect(relativeError(normalQuantile(0.99), 2.3263478740408408)).toBeLessThan(accuracy);
    expect(relativeError(normalQuantile(1e-6), -4.753424308822899)).toBeLessThan(accuracy);
    // The oracle's formula is good to 1e-3.
    for (const p of [0.05, 0.3, 0.5, 0.8, 0.99]) expect(Math.abs(normalQuantile(p) - probit(p))).toBeLessThan(6e-3);
    for (const p of [0.25, 2 ** -20, 2 ** -33]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.5)).toBeNaN();
  });
});

test('no file that fills a sampler table calls a function that the platform may round as it likes', () => {
  const files = ['elementary.ts', 'quantile-table.ts', 'distributions.ts', 'random.ts'].concat(
    readdirSync(new URL('distributions/', kernel)).map((name) => `distributions/${name}`),
  );
  expect(files.length).toBeGreaterThan(8);
  const exact = /\bMath\.(?!(abs|floor|round|min|max|sqrt|clz32|imul|SQRT1_2)\b)\w+|\*\*/g;
  const offences = files.flatMap((file) => {
    const code = readFileSync(new URL(file, kernel), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return [...code.matchAll(exact)].map((match) => `${file}: ${match[0]}`);
  });
  expect(offences).toEqual([]);
});
