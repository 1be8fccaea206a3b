/** Raft commits with the answers of the fastest majority: the mean of an order statistic of independent round trips. */
import { exponentialLaw, type Law, meanOfRank, sumOfTwo, truncatedNormalLaw, uniformLaw } from '../closed-forms.ts';
import { latencyMean } from '../quantities.ts';
import type { Comparison, Target } from '../target.ts';

const BASE_MS = 1;
const LAWS: readonly { readonly name: string; readonly jitter: object; readonly law: () => Law }[] = [
  { name: 'uniform', jitter: { uniform: { min: '0s', max: '2ms' } }, law: () => uniformLaw(2) },
  { name: 'exponential', jitter: { exponential: '1ms' }, law: () => exponentialLaw(1) },
  {
    name: 'truncated normal',
    jitter: { 'truncated-normal': { mean: '1ms', sd: '500us', max: '3ms' } },
    law: () => truncatedNormalLaw(1, 0.5, 0, 3),
  },
];

export const orderStatistics: Target = {
  id: 'quorum-order-statistics',
  summary: 'Mean Raft latency at the leader over independent random delays: the fastest majority of round trips',
  source: 'Order statistics (David & Nagaraja 2003, section 3.1), integrated numerically',
  scenario: 'quorum-order-statistics',
  constants: [],
  small: ['run.duration=110s'],
  comparisons: () =>
    LAWS.flatMap(({ name, jitter, law }) => {
      const roundTrip = sumOfTwo(law());
      return [4, 7, 16, 40, 100].map((n) => row(name, jitter, n, roundTrip));
    }),
};

function row(name: string, jitter: object, n: number, roundTrip: Law): Comparison {
  // Of n − 1 answers the leader needs one less than a majority.
  const rank = Math.floor(n / 2);
  return {
    row: `n=${n}, 1 ms + ${name}`,
    unit: 'ms',
    real: 2 * BASE_MS + meanOfRank(roundTrip, n - 1, rank),
    tolerance: { percent: 1 },
    ungated: null,
    where: { 'nodes.count': n, 'network.jitter': JSON.stringify(jitter) },
    quantity: latencyMean,
  };
}
