/** A distribution stretched or shrunk by a factor: the same law of a variable multiplied by it. */
import { distributions } from './distributions.ts';
import type { DistributionSpec } from './sampler.ts';

/**
 * Parameters that are times (and observations) are multiplied and rounded to whole ns; pure numbers, such as a lognormal law's
 * sigma, say nothing of size and stay. A factor of 0 gives the constant 0.
 */
export function scaledDistribution(spec: DistributionSpec, factor: number): DistributionSpec {
  if (factor === 0) return { kind: 'constant', value: 0 };
  const { kind, ...parameters } = spec;
  const options = (distributions as Record<string, { readonly options: object }>)[kind]?.options as
    | Record<string, { readonly kind: string }>
    | undefined;
  const scaled = Object.entries(parameters).map(([name, value]) => [
    name,
    options?.[name]?.kind === 'ratio' ? value : times(value, factor),
  ]);
  return { kind, ...Object.fromEntries(scaled) };
}

function times(value: number | string | Float64Array, factor: number): number | string | Float64Array {
  if (typeof value === 'number') return Math.round(value * factor);
  return typeof value === 'string' ? value : value.map((observation) => Math.round(observation * factor));
}
