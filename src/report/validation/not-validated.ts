/** What no comparison covers, said as prominently as what one does. What depends on the targets there are is derived from them. */
import type { Reference, ReferenceRow } from '../../validation/reference.ts';
import type { CdfStep, Target } from '../../validation/target.ts';
import type { TargetResult } from '../../validation/validate.ts';
import { etcdConstants } from './etcd-constants.ts';
import { valueText } from './words.ts';

/** Kinds of systems and conditions that nothing here was compared with. */
export const NOT_COMPARED: readonly string[] = [
  'Loss and jitter against real TCP; congestion, routers, shared links.',
  'Large clusters on real machines: the measured ones have 3 to 5 nodes, all on one machine of two cores.',
  'View changes of real Byzantine systems; elections of real systems beyond a few sets of timeouts.',
  'Saturation by processors: rows that were bound by the processors of the machine they were measured on are shown, not judged.',
  'Workloads that execute: all real systems here wrote opaque values.',
];

/** Where a comparison says less than its figures suggest; figures in it are read off the results. */
export function limits(results: readonly TargetResult[], reference: Reference): readonly string[] {
  return [
    'Hardly any independent prediction: the free constants were chosen on rows that are compared here, one value for all rows of a set of constants; what they then explain is the shape over delays, members, places, clients, periods and timeouts, not the level. Nearest to a prediction come the targets whose constants were chosen on others: etcd-one-constant-throughput, and the disks, bandwidth and failover of etcd.',
    'The three etcd constants were chosen on commit latency from 5 ms on, on placement and on throughput together, the single one of etcd-one-constant-* on commit latency from 5 ms on and on placement, those of BFT-SMaRt on its two latencies and on how many clients wait (two batches in turn); disks, bandwidth and failover were not looked at. One etcd set-up measured several times over gave medians that differ by about as much as the tolerance: what lies below it is not told apart.',
    ...etcdConstants(results),
    'M/D/1 at the protocol thread has fewer customers than the other queues (each scenario says how many): a transaction executed there costs the simulation several times a request at a card or a core.',
    ...wideAreaTail(results, reference),
    'etcd with no delay at all between members is predicted with links of 1 us, and as if each member had a machine of its own: on the two cores that they shared no thread ever found its machine asleep, so one client is predicted too slow (and many too fast).',
    'QBFT is PBFT with proposers that rotate and a block period; its blocks are executed once committed.',
    'In the wide-area PBFT all regions share one delay between machines of a region.',
    'The signature of BFT-SMaRt (as of ECDSA that is not native code) hides behind the network from 1 ms on: no row says how long it is. Its view changes are those of PBFT with MACs.',
  ];
}

/** R3 with two nodes failed: where its 90th percentile lies. Nothing where it was not run. */
function wideAreaTail(results: readonly TargetResult[], reference: Reference): readonly string[] {
  const rows = results.filter(({ target }) => target.id === 'wide-area-election-2').flatMap((one) => one.comparisons);
  const curve = rows.find(({ distribution }) => distribution !== null)?.distribution?.predicted;
  const p90 = rows.find(({ row }) => row.startsWith('p90'));
  if (curve === undefined || p90 === undefined) return [];
  const atMost = curve.filter(({ value }) => value <= p90.real).at(-1)?.share ?? 0;
  const quantile = (share: number): number =>
    curve.find((step) => step.share >= share - 1e-9)?.value ?? (curve.at(-1) as CdfStep).value;
  const width = quantile(0.905) - quantile(0.895);
  const published = reference('published/targets.csv').filter(({ id }) => id === 'R3').length;
  const low = results
    .filter(({ target }) => target.source.startsWith('R3'))
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ errorPercent }) => (errorPercent ?? 0) < 0).length;
  const chance = p90.standardError === null ? '' : ` (its standard error is ${valueText(p90.standardError, 'ms')})`;
  return [
    `With two of five nodes failed (R3) the p90 of election times lies between the second and the third term, where one election in a hundred moves it by ${width.toFixed(0)} ms: the simulated share of elections over by the published ${valueText(p90.real, 'ms')} is ${(100 * atMost).toFixed(1)} %, not 90 %, and more than chance explains${chance}. ${low} of the ${published} errors of R3 have this sign: terms split a little more often in AvailSim than here; its set-up gives no reason that this model could follow.`,
  ];
}

/** Rows of targets.csv that no comparison reproduces, each by its number, set-up and metric. */
export function notReproduced(reference: Reference, targets: readonly Target[]): readonly string[] {
  const name = ({ id, setup, metric, system }: ReferenceRow): string => `${id}: ${metric} of ${system} (${setup})`;
  const reproduced = new Set(
    targets.flatMap((target) =>
      target.comparisons(reference, 1).flatMap(({ published }) => (published ? [name(published)] : [])),
    ),
  );
  return reference('published/targets.csv')
    .map(name)
    .filter((row) => !reproduced.has(row));
}
