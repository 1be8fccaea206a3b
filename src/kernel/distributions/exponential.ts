/** The exponential law: waiting times without memory. */
import type { Duration } from '../../units/quantities.ts';
import { log } from '../elementary.ts';
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, missing } from './distribution-definition.ts';

export interface ExponentialOptions {
  readonly mean: Duration | null;
}

export const exponential: DistributionDefinition<ExponentialOptions> = {
  name: 'exponential',
  summary: 'Waiting times without memory, given by their mean; cut off at 22.9 means (probability 1e-10).',
  reference: 'Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions vol. 1, ch. 19',
  options: {
    mean: { kind: 'duration', default: null, min: 0, meaning: 'Mean, and standard deviation, of the law. Required.' },
  },
  problems: (options) => missing(options, ['mean']),
  build(options) {
    const mean = options.mean as number;
    return new QuantileTable((p) => -mean * log(1 - p), { lowest: 0 });
  },
};
