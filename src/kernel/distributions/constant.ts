/** The constant law: every draw is the same value. */
import type { Duration } from '../../units/quantities.ts';
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, missing } from './distribution-definition.ts';

export interface ConstantOptions {
  readonly value: Duration | null;
}

export const constant: DistributionDefinition<ConstantOptions> = {
  name: 'constant',
  summary: 'Always the same value.',
  reference: 'quorumlab',
  options: {
    value: { kind: 'duration', default: null, min: 0, meaning: 'The value of every draw. Required.' },
  },
  problems: (options) => missing(options, ['value']),
  build(options) {
    const value = options.value as number;
    return new QuantileTable(() => value);
  },
};
