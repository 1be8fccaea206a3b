/** The law of observations: order statistics with straight lines between them (type 7 of Hyndman & Fan). */
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, impossible } from './distribution-definition.ts';

export interface EmpiricalOptions {
  readonly values: Float64Array | null;
}

/** What the table promises of mean and variance; observations with great jumps between few values may break it. */
const MOMENT_TOLERANCE = 1e-3;

export const empirical: DistributionDefinition<EmpiricalOptions> = {
  name: 'empirical',
  summary: 'The law of measured values, read from a column of a CSV file; linear between neighbouring observations.',
  reference: 'Hyndman & Fan, Sample Quantiles in Statistical Packages, 1996, definition 7',
  options: {
    values: {
      kind: 'observations',
      default: null,
      meaning: 'The measured values, in any order; none negative. Required.',
    },
  },
  problems(options) {
    const { values } = options;
    if (values === null || values.length === 0)
      return [impossible('values', 'there are no observations', 'one or more')];
    const bad = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
    if (bad >= 0)
      return [impossible('values', `observation ${bad + 1} is ${values[bad]}`, 'finite numbers, none negative')];
    const table = this.build(options);
    const { mean, variance } = momentsOf(values.toSorted());
    const drift = Math.max(relative(table.mean, mean), relative(table.variance, variance));
    if (drift <= MOMENT_TOLERANCE) return [];
    const message = `the table differs from the observations by ${(100 * drift).toPrecision(2)} % in mean or variance, because a few far values are not resolved`;
    return [{ severity: 'warning', path: 'values', message, expected: 'observations without such outliers' }];
  },
  build(options) {
    const sorted = (options.values as Float64Array).toSorted();
    const last = sorted.length - 1;
    const quantile = (p: number) => {
      const index = Math.floor(p * last);
      const from = sorted[index] as number;
      return from + ((sorted[Math.min(last, index + 1)] as number) - from) * (p * last - index);
    };
    return new QuantileTable(quantile, { lowest: sorted[0] as number, highest: sorted[last] as number });
  },
};

function relative(found: number, expected: number): number {
  return found === expected ? 0 : Math.abs(found - expected) / expected;
}

/** Exact moments of the piecewise linear law. */
function momentsOf(sorted: Float64Array): { mean: number; variance: number } {
  const last = sorted.length - 1;
  if (last === 0) return { mean: sorted[0] as number, variance: 0 };
  let mean = 0;
  for (let i = 0; i < last; i++) mean += ((sorted[i] as number) + (sorted[i + 1] as number)) / (2 * last);
  let variance = 0;
  for (let i = 0; i < last; i++) {
    const a = (sorted[i] as number) - mean;
    const b = (sorted[i + 1] as number) - mean;
    variance += (a * a + a * b + b * b) / (3 * last);
  }
  return { mean, variance };
}
