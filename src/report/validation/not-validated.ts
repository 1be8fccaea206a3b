/** What no comparison covers, said as prominently as what one does. What depends on the targets there are is derived from them. */
import type { Reference } from '../../validation/reference.ts';
import type { Target } from '../../validation/target.ts';

/** Kinds of systems and conditions that nothing here was compared with. */
export const NOT_COMPARED: readonly string[] = [
  'Loss and jitter against real TCP; congestion, routers, shared links.',
  'Large clusters on real machines: the measured ones have 3 to 5 nodes, all on one machine of two cores.',
  'View changes of real Byzantine systems; elections of real systems beyond a few sets of timeouts.',
  'Saturation by processors: rows that were bound by the processors of the machine they were measured on are shown, not judged.',
  'Workloads that execute: all real systems here wrote opaque values.',
];

/** Where a comparison says less than its figures suggest. */
export const LIMITS: readonly string[] = [
  'No independent predictions: the three etcd constants (0.43 ms of each client, 60 us of the thread for each message or request, 0.3 ms to wake up), the two of BFT-SMaRt (0.7 ms to wake up, 50 us), the Besu constant (1.4 ms a transaction) and the one-way delay of the LAN elections (3.5 ms) were chosen on rows that are compared here, one value for all rows of a system; what they then explain is the shape over delays, members, places, clients, periods and timeouts, not the level.',
  'The three etcd constants were chosen on commit latency from 5 ms on, on placement and on throughput together, the two of BFT-SMaRt on its two latencies and on how many clients wait (two batches in turn); disks, bandwidth and failover were not looked at. One setting measured four times over (3 members, 5 ms, 1 client) gave medians from 11.04 to 11.38 ms: what is below 3 % is not told apart.',
  'With two of five nodes failed (R3) the p90 of election times lies where one election in a hundred more moves it by 75 ms, between the second and the third term. The simulated share of elections over by the published 1,079 ms is 91.1 %, not 90 %. All errors of R3 have this sign: terms split a little more often in AvailSim than here; its set-up gives no reason that this model could follow.',
  'The two accounting checks set their service time from the throughput they are given, and show no more than that latency follows.',
  'etcd with no delay at all between members is predicted with links of 1 us, and as if each member had a machine of its own: on the two cores that they shared no thread ever found its machine asleep, so one client is predicted too slow (and many too fast).',
  'QBFT is PBFT with proposers that rotate and a block period; its blocks are executed once committed.',
  'In the wide-area PBFT all regions share one delay between machines of a region.',
  'BFT-SMaRt’s signature (0.36 ms, as of ECDSA that is not native code) hides behind the network from 1 ms on: no row says how long it is. Its view changes are those of PBFT with MACs.',
];

/** Published results that no target reproduces: named by the rows of targets.csv. */
export function notReproduced(reference: Reference, targets: readonly Target[]): readonly string[] {
  const sources = targets.map(({ source }) => source);
  const missing = new Map<string, string>();
  for (const { id = '', system = '', metric = '' } of reference('published/targets.csv'))
    if (!sources.some((source) => new RegExp(`\\b${id}\\b`).test(source)) && !missing.has(id))
      missing.set(id, `${id}: ${metric} of ${system}`);
  return [...missing.values()];
}
