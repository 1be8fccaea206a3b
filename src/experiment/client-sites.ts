/** Mean finality by where the clients are: near the leader and far from it can differ by more than two protocols do. */
import type { RunSpec } from '../simulation/run-spec.ts';
import { MILLISECOND } from '../units/quantities.ts';
import type { Window } from './window.ts';

export interface SiteFinality {
  /** The site's name. */
  readonly site: string;
  /** Of the final transactions of all sites. */
  readonly share: number;
  readonly meanMs: number;
}

/** In the order of the scenario's clients, each site once; empty where all are at one site. Each run weighs by its transactions. */
export function finalityBySite(spec: RunSpec, windows: readonly Window[]): readonly SiteFinality[] {
  const { sites, nodeSites } = spec.network;
  const totals = new Map<string, { count: number; latency: number }>();
  spec.clients.forEach(({ place }, group) => {
    const site = sites[('site' in place ? place.site : nodeSites[place.node]) as number] as string;
    const total = totals.get(site) ?? { count: 0, latency: 0 };
    totals.set(site, total);
    for (const { groupStaged, groupLatency } of windows) {
      total.count += groupStaged[group] ?? 0;
      total.latency += groupLatency[group] ?? 0;
    }
  });
  const known = [...totals].filter(([, { count }]) => count > 0);
  if (known.length < 2) return [];
  const all = known.reduce((sum, [, { count }]) => sum + count, 0);
  return known.map(([site, { count, latency }]) => ({
    site,
    share: count / all,
    meanMs: latency / count / MILLISECOND,
  }));
}
