/**
 * Which resource is at its limit first, and which next: the busy share of each grows in proportion to the load beyond what it spends
 * anyway (utilisation law: Lazowska et al., Quantitative System Performance, 1984, section 3.3), so a line through the measured shares
 * says at which load it would be busy all the time.
 */
import type { NodeId } from '../units/quantities.ts';
import { type Ranks, RESOURCES, type Resource } from './bottleneck.ts';

/** How busy the nodes were at one load. */
export interface LoadUtilisation {
  readonly factor: number;
  readonly ranks: Ranks;
}

export interface RankedResource {
  readonly resource: Resource;
  /** null: another one from run to run. */
  readonly node: NodeId | null;
  /** Busy share at the highest of the loads. */
  readonly busy: number;
  /** The load at which it would be busy all the time; null where its share does not grow from `UPPER_PART` of the highest load on. */
  readonly full: number | null;
  /** How many other nodes have the same resource as busy, to within `ALIKE` of its share. */
  readonly alike: number;
}

/** From this share of the highest load on the line is drawn: below, batches are not full and a transaction costs more. */
const UPPER_PART = 0.5;
const ALIKE = 0.05;

/**
 * Of each kind of resource the node that has least left, that which is full first in front. `loads`: stable ones, ascending, at least
 * one. `cores`: with a single core the protocol thread is all there is.
 */
export function rankedResources(loads: readonly LoadUtilisation[], cores: number): readonly RankedResource[] {
  const highest = loads.at(-1) as LoadUtilisation;
  const upper = loads.filter(({ factor }) => factor >= UPPER_PART * highest.factor);
  const kinds = RESOURCES.filter((resource) => resource !== 'cores' || cores > 1);
  return kinds
    .flatMap((resource) => {
      const { shares, node } = highest.ranks[resource];
      const [busy = 0, ...others] = shares;
      if (busy === 0) return [];
      const alike = others.filter((share) => share >= busy * (1 - ALIKE)).length;
      const line = upper.map(({ factor, ranks }) => ({ x: factor, y: ranks[resource].shares[0] as number }));
      return [{ resource, node, busy, full: fullAt(line), alike }];
    })
    .sort((a, b) => (a.full ?? Number.POSITIVE_INFINITY) - (b.full ?? Number.POSITIVE_INFINITY) || b.busy - a.busy);
}

/** Where the least-squares line reaches 1, but not before the last share says; from one load: in proportion to it. */
function fullAt(line: readonly { readonly x: number; readonly y: number }[]): number | null {
  const last = line.at(-1) as { readonly x: number; readonly y: number };
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number): number =>
    line.reduce((sum, point) => sum + of(point), 0) / line.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) * (point.x - x));
  const slope = spread === 0 ? last.y / last.x : mean((point) => (point.x - x) * (point.y - y)) / spread;
  return slope > 0 ? last.x + Math.max(0, 1 - last.y) / slope : null;
}
