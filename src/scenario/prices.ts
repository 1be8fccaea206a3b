/** The `prices` of a scenario file: what the user pays for cores, traffic and disk. */
import type { RecordShape } from './shape.ts';

/** Read by this shape it is a `Prices` (experiment/cost.ts). */
export const pricesShape: RecordShape = {
  kind: 'record',
  meaning: 'What you pay, for the cost of a cluster in a month of 730 hours.',
  fields: {
    currency: {
      shape: { kind: 'text', expected: 'the name of a currency, such as EUR', meaning: 'The currency of the prices.' },
      required: true,
    },
    coreHour: { shape: { kind: 'amount', meaning: 'For one core of one node for an hour.' }, required: true },
    egressGb: { shape: { kind: 'amount', meaning: 'For 10^9 bytes that leave a node.' }, required: true },
    diskGbMonth: { shape: { kind: 'amount', meaning: 'For 10^9 bytes on a disk for a month.' }, required: true },
    retentionDays: {
      shape: {
        kind: 'count',
        default: 365,
        min: 1,
        max: 36_500,
        meaning: 'Days for which what was ordered stays on the disks.',
      },
      default: 365,
    },
  },
};
