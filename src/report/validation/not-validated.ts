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
  'etcd with no delay at all between members: a link takes at least 1 us here, and those rows were bound by processors.',
];

/** Where a comparison says less than its figures suggest. */
export const LIMITS: readonly string[] = [
  'The etcd constant and the BFT-SMaRt constant were chosen on the rows of the same tables that are compared here, one value for all rows; what they then explain is the shape over delays, members, places and clients, not the level.',
  'The two accounting checks set their service time from the throughput they are given, and show no more than that latency follows.',
  'In the wide-area PBFT all regions share one delay between machines of a region.',
  'BFT-SMaRt’s overlap of proof signing with the network is not modelled: each phase is charged one signature made and one checked.',
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
