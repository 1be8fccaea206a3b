/** The uniform law between two values. */
import type { Duration } from '../../units/quantities.ts';
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, impossible, missing, shownDuration } from './distribution-definition.ts';

export interface UniformOptions {
  readonly min: Duration | null;
  readonly max: Duration | null;
}

export const uniform: DistributionDefinition<UniformOptions> = {
  name: 'uniform',
  summary: 'Equally likely anywhere between two values.',
  reference: 'Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions vol. 2, ch. 26',
  options: {
    min: { kind: 'duration', default: null, min: 0, meaning: 'The smallest value. Required.' },
    max: { kind: 'duration', default: null, min: 0, meaning: 'The largest value. Required.' },
  },
  problems(options) {
    const { min, max } = options;
    if (min === null || max === null) return missing(options, ['min', 'max']);
    return max < min
      ? [
          impossible(
            'max',
            `max ${shownDuration(max)} is below min ${shownDuration(min)}`,
            `at least ${shownDuration(min)}`,
          ),
        ]
      : [];
  },
  build(options) {
    const min = options.min as number;
    const max = options.max as number;
    return new QuantileTable((p) => min + (max - min) * p, { lowest: min, highest: max });
  },
};
