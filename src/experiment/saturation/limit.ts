/** What stands in the way of more load, of what a search for saturation has measured: a resource, a window of the protocol, or an objective. */
import type { ProtocolWindow } from '../protocol-windows.ts';
import type { RankedResource } from '../resource-ranking.ts';
import type { Cause } from '../stability.ts';
import type { PointSaturation } from './answer.ts';

/** Of what limits a cluster: see `limitOf`. */
export type Limit =
  | { readonly kind: 'resource'; readonly by: RankedResource }
  | { readonly kind: 'window'; readonly by: ProtocolWindow }
  | { readonly kind: 'objective' | 'unknown' };

/** A resource that is busy for less of the time leaves room: it is not what limits. */
const BINDING = 0.9;

/** What stands in the way of more: the first of a resource without anything left, a full window, or an objective on latency. */
export function limitOf({ saturation, beyond, resources, window }: PointSaturation): Limit {
  const busiest = resources.toSorted((a, b) => b.busy - a.busy)[0];
  if (saturation !== null && busiest !== undefined && busiest.busy >= BINDING) return { kind: 'resource', by: busiest };
  if (window !== null) return { kind: 'window', by: window };
  const cause: Cause | null = beyond?.cause ?? null;
  return { kind: cause === 'objective' ? 'objective' : 'unknown' };
}
