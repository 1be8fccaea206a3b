/** How busy nodes are: by node, averaged over replications; by rank, since another node may be busiest in each; and the bottleneck. */
import type { NodeUtilisation } from '../simulation/run-result.ts';
import type { NodeId } from '../units/quantities.ts';

/** In the order in which ties are decided. */
export const RESOURCES = ['thread', 'cores', 'egress', 'ingress', 'disk'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface Bottleneck {
  readonly resource: Resource;
  /** null: another one from run to run, as where each run elects a leader of its own. */
  readonly node: NodeId | null;
  /** A busy share, 0 … 1. */
  readonly utilisation: number;
}

/** Of one resource: its busy shares, that of each run's busiest node first, averaged over runs by this rank. */
export interface RankedNodes {
  readonly shares: readonly number[];
  /** The busiest node; null: another one from run to run. */
  readonly node: NodeId | null;
}

export type Ranks = Readonly<Record<Resource, RankedNodes>>;

/** One entry a node; empty without runs. */
export function meanUtilisation(runs: readonly (readonly NodeUtilisation[])[]): readonly NodeUtilisation[] {
  const nodes = runs[0] ?? [];
  return nodes.map((_, node) => {
    const mean = (resource: Resource): number =>
      runs.reduce((sum, run) => sum + (run[node] as NodeUtilisation)[resource], 0) / runs.length;
    return {
      thread: mean('thread'),
      cores: mean('cores'),
      egress: mean('egress'),
      ingress: mean('ingress'),
      disk: mean('disk'),
    };
  });
}

/** So much busier than the others a node is before it is another one than in other runs: below, chance names it. */
const APART = 0.05;

/** Without runs there are no shares. The mean of each node would tell a leader's card from nothing where each run has another leader. */
export function ranksOf(runs: readonly (readonly NodeUtilisation[])[]): Ranks {
  const ranked = (resource: Resource): RankedNodes => {
    const byRun = runs.map((nodes) => nodes.map((shares) => shares[resource]));
    const sorted = byRun.map((shares) => shares.toSorted((a, b) => b - a));
    const mean = (of: (run: number) => number): number =>
      byRun.reduce((sum, _, run) => sum + of(run), 0) / byRun.length;
    const shares = (byRun[0] ?? []).map((_, rank) => mean((run) => sorted[run]?.[rank] as number));
    const own = (byRun[0] ?? []).map((_, node) => mean((run) => byRun[run]?.[node] as number));
    const highest = Math.max(0, ...own);
    const same = highest >= (shares[0] ?? 0) * (1 - APART);
    return { shares, node: same ? Math.max(0, own.indexOf(highest)) : null };
  };
  return {
    thread: ranked('thread'),
    cores: ranked('cores'),
    egress: ranked('egress'),
    ingress: ranked('ingress'),
    disk: ranked('disk'),
  };
}

/** Each resource of its busiest node. */
export function busiestOf(ranks: Ranks): readonly { resource: Resource; node: NodeId | null; share: number }[] {
  return RESOURCES.flatMap((resource) => {
    const { shares, node } = ranks[resource];
    const [share] = shares;
    return share === undefined ? [] : [{ resource, node, share }];
  });
}

/** The resource whose busiest node is busiest; the first of equals. null where no run says how busy any node was. */
export function bottleneckOf(ranks: Ranks): Bottleneck | null {
  let highest: Bottleneck | null = null;
  for (const { resource, node, share } of busiestOf(ranks))
    if (highest === null || share > highest.utilisation) highest = { resource, node, utilisation: share };
  return highest;
}
