/** Utilisation by node, averaged over replications, and the busiest resource of all: the bottleneck. */
import type { NodeUtilisation } from '../simulation/run-result.ts';
import type { NodeId } from '../units/quantities.ts';

/** In the order in which ties are decided. */
export const RESOURCES = ['thread', 'cores', 'egress', 'ingress', 'disk'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface Bottleneck {
  readonly resource: Resource;
  readonly node: NodeId;
  /** A busy share, 0 … 1. */
  readonly utilisation: number;
}

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

/** The highest mean utilisation over nodes and resources; the first of equals. null where no run says how busy any node was. */
export function bottleneckOf(utilisation: readonly NodeUtilisation[]): Bottleneck | null {
  const [first] = utilisation;
  if (first === undefined) return null;
  let highest: Bottleneck = { resource: 'thread', node: 0, utilisation: first.thread };
  for (const [node, shares] of utilisation.entries())
    for (const resource of RESOURCES)
      if (shares[resource] > highest.utilisation) highest = { resource, node, utilisation: shares[resource] };
  return highest;
}
