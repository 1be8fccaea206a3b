// The closed forms of the distributions, by the platform's functions: what the samplers are judged by. One unit of use stands for a nanosecond.
import { normalCdf, normalDensity, normalQuantile } from '../../src/kernel/elementary.ts';
import type { DistributionSpec } from '../../src/kernel/sampler.ts';

export interface Law {
  readonly label: string;
  readonly spec: DistributionSpec;
  readonly quantile: (p: number) => number;
  readonly mean: number;
  readonly variance: number;
  /** The lower end of the law's support. */
  readonly lowest: number;
}

// The normal functions have tests of their own against published values (sampler-elementary.test.ts).
export const lawsWithClosedForm: readonly Law[] = [
  {
    label: 'a constant',
    spec: { kind: 'constant', value: 250_000 },
    quantile: () => 250_000,
    mean: 250_000,
    variance: 0,
    lowest: 250_000,
  },
  uniform(1e6, 5e6),
  uniform(0, 1),
  exponential(2e6),
  lognormal(1e6, 0.2),
  lognormal(1e6, 1),
  lognormal(1e6, 2),
  lognormal(1e6, 2.4),
  lognormalByMeanAndP99(1e6, 5e6),
  truncatedNormal(5e6, 1e6, 0, Number.POSITIVE_INFINITY),
  truncatedNormal(1e6, 1e6, 0, Number.POSITIVE_INFINITY),
  truncatedNormal(1e6, 2e6, 5e5, 4e6),
  truncatedNormal(1e6, 5e5, 2e6, Number.POSITIVE_INFINITY),
  empirical(),
];

function uniform(min: number, max: number): Law {
  return {
    label: `uniform from ${min} to ${max}`,
    spec: { kind: 'uniform', min, max },
    quantile: (p) => min + (max - min) * p,
    mean: (min + max) / 2,
    variance: (max - min) ** 2 / 12,
    lowest: min,
  };
}

function exponential(mean: number): Law {
  const quantile = (p: number) => -mean * Math.log1p(-p);
  return {
    label: `exponential of mean ${mean}`,
    spec: { kind: 'exponential', mean },
    quantile,
    mean,
    variance: mean * mean,
    lowest: 0,
  };
}

function lognormal(median: number, sigma: number): Law {
  return {
    label: `lognormal with median ${median} and sigma ${sigma}`,
    spec: { kind: 'lognormal', median, sigma },
    quantile: (p) => median * Math.exp(sigma * normalQuantile(p)),
    mean: median * Math.exp(sigma ** 2 / 2),
    variance: median ** 2 * Math.exp(sigma ** 2) * Math.expm1(sigma ** 2),
    lowest: 0,
  };
}

function lognormalByMeanAndP99(mean: number, p99: number): Law {
  // Solves ln(p99 ÷ mean) = zσ − σ²/2 by bisection below σ = z, independently of the sampler's formula.
  const z = normalQuantile(0.99);
  let low = 0;
  let high = z;
  for (let i = 0; i < 100; i++) {
    const sigma = (low + high) / 2;
    if (z * sigma - sigma ** 2 / 2 < Math.log(p99 / mean)) low = sigma;
    else high = sigma;
  }
  const law = lognormal(mean / Math.exp(low ** 2 / 2), low);
  return { ...law, label: `lognormal with mean ${mean} and p99 ${p99}`, spec: { kind: 'lognormal', mean, p99 } };
}

function truncatedNormal(mean: number, sd: number, min: number, max: number): Law {
  const a = (min - mean) / sd;
  const b = (max - mean) / sd;
  const mass = a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
  const shift = (normalDensity(a) - normalDensity(b)) / mass;
  const edges = a * normalDensity(a) - (b === Number.POSITIVE_INFINITY ? 0 : b * normalDensity(b));
  return {
    label: `normal with mean ${mean} and sd ${sd}, truncated to ${min} to ${max}`,
    spec: { kind: 'truncated-normal', mean, sd, min, ...(max === Number.POSITIVE_INFINITY ? {} : { max }) },
    quantile: (p) => {
      const below = normalCdf(a) + p * mass;
      const z = below < 0.5 ? normalQuantile(below) : -normalQuantile(normalCdf(-b) + (1 - p) * mass);
      return mean + sd * z;
    },
    mean: mean + sd * shift,
    variance: sd ** 2 * (1 + edges / mass - shift ** 2),
    lowest: min,
  };
}

function empirical(): Law {
  // 1001 observations at (k/1000)² + 1: the piecewise linear law through them.
  const values = Float64Array.from({ length: 1001 }, (_, k) => 1 + (k / 1000) ** 2);
  const pieces = Array.from({ length: 1000 }, (_, k) => [values[k] as number, values[k + 1] as number] as const);
  const mean = pieces.reduce((sum, [a, b]) => sum + (a + b) / 2000, 0);
  return {
    label: 'empirical from 1001 observations',
    spec: { kind: 'empirical', values: values.toReversed() },
    quantile: (p) => {
      const [a, b] = pieces[Math.floor(p * 1000)] as readonly [number, number];
      return a + (b - a) * (p * 1000 - Math.floor(p * 1000));
    },
    mean,
    variance: pieces.reduce((sum, [a, b]) => sum + (a * a + a * b + b * b) / 3000, 0) - mean ** 2,
    lowest: 1,
  };
}
