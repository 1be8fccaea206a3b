/** What a killed leader costs the clients of a real etcd cluster: the distribution of 20 measured outages. */
import type { RunResult } from '../../simulation/run-result.ts';
import { kolmogorovSmirnovTwo } from '../../statistics/goodness-of-fit.ts';
import { MILLISECOND } from '../../units/quantities.ts';
import { faultAt, mark, meanOf, meanQuantity, quantileOf, quantileQuantity } from '../quantities.ts';
import { numberAt } from '../reference.ts';
import type { Target } from '../target.ts';
import { ETCD_CONSTANTS } from './etcd.ts';

/** From the kill to the first write that was acknowledged, ms. */
function outage(run: RunResult): readonly number[] {
  const recovery = run.faults[0]?.recovery ?? null;
  return recovery === null ? [] : [recovery / MILLISECOND];
}

/** Whether the first campaign after the kill did not bring the leader. */
const secondTerm = meanQuantity((run) => {
  const after = (name: string) => mark(run, name).find(({ at }) => at > faultAt(run));
  const campaign = after('election');
  const leader = after('leader');
  return campaign === undefined || leader === undefined ? [] : [campaign.a === leader.a ? 0 : 1];
}, 100);

export const failover: Target = {
  id: 'etcd-failover',
  summary: 'Time without writes after the leader of 3 etcd members is killed',
  source: 'measured/etcd-failover.csv',
  scenario: 'etcd-failover',
  constants: ETCD_CONSTANTS,
  small: ['run.replications=100'],
  comparisons: (reference) => {
    const rows = reference('measured/etcd-failover.csv');
    const measured = rows.map((row) => numberAt(row, 'kill_to_write_ok_ms')).sort((a, b) => a - b);
    const common = { unit: '', ungated: null, where: {} };
    return [
      {
        ...common,
        row: 'median from kill to first acknowledged write',
        unit: 'ms',
        real: quantileOf(measured, 0.5),
        tolerance: { percent: 15 },
        quantity: quantileQuantity(outage, 0.5),
        known: {
          title: 'Time without writes after the leader of etcd is killed',
          by: '20 measured outages',
          cdf: measured.map((value, i) => ({ value, share: (i + 1) / measured.length })),
        },
      },
      {
        ...common,
        row: 'Kolmogorov-Smirnov p against the 20 measured values',
        real: 1,
        tolerance: { low: 0.01, high: 1 },
        statistic: true,
        quantity: {
          observe: outage,
          summarise: (values) =>
            kolmogorovSmirnovTwo(
              [...values].sort((a, b) => a - b),
              measured,
            ).pValue,
        },
      },
      {
        ...common,
        row: 'elections that need a second term',
        unit: '%',
        real: 100 * meanOf(rows.map((row) => (numberAt(row, 'terms_used') > 1 ? 1 : 0))),
        tolerance: { low: 5, high: 15 },
        quantity: secondTerm,
      },
    ];
  },
};
