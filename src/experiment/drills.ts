/**
 * The drills that every candidate of a comparison goes through, alike for all: the same instants under the same random numbers, and as
 * long as it takes to judge liveness afterwards. What each stands for, and what it leaves out: docs/MODEL.md section 7.
 */
import type { FaultSpec } from '../faults/fault-spec.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, type Instant, type NodeId, SECOND } from '../units/quantities.ts';

export interface DrillSettings {
  /** null: `CALM` behind the warm-up. */
  readonly at: Instant | null;
  readonly for: Duration;
  readonly slowBy: number;
}

export const USUAL_DRILLS: DrillSettings = { at: null, for: 10 * SECOND, slowBy: 10 };

/** `site`: where it strikes, of a loss of one. */
export type Drill =
  | { readonly kind: 'leader-crash' | 'slow-leader'; readonly site: null }
  | { readonly kind: 'site-loss'; readonly site: string };

/** What is seen of a cluster before it is disturbed: enough for its usual gaps and its undisturbed finality. */
const CALM: Duration = 5 * SECOND;
/** What is left out of a drill where the scenario leaves its warm-up to be detected: the same for all candidates. */
const DETECTED_WARM_UP: Duration = 5 * SECOND;
/** Behind the time in which liveness is judged. */
const REST: Duration = 1 * SECOND;
const SEGMENTS = 40;

export function drillBegins({ at }: Pick<DrillSettings, 'at'>, warmup: Instant | 'auto'): Instant {
  return at ?? (warmup === 'auto' ? DETECTED_WARM_UP : warmup) + CALM;
}

/** Where the measured part of a drill begins. */
export function drillWarmUp(settings: DrillSettings, warmup: Instant | 'auto'): Instant {
  return warmup === 'auto' ? Math.min(DETECTED_WARM_UP, drillBegins(settings, warmup)) : warmup;
}

/** An undisturbed run of a point as a run of this drill. */
export function drilled(base: RunSpec, drill: Drill, settings: DrillSettings, warmup: Instant | 'auto'): RunSpec {
  const at = drillBegins(settings, warmup);
  const horizon = at + settings.for + base.progressWithin + REST;
  const from = drillWarmUp(settings, warmup);
  const inner = Array.from({ length: SEGMENTS - 1 }, (_, i) =>
    Math.round(from + ((horizon - from) * (i + 1)) / SEGMENTS),
  );
  return {
    ...base,
    faults: [faultOf(base, drill, settings, at)],
    horizon,
    boundaries: from > 0 ? [from, ...inner] : inner,
    measuredFrom: from,
    stopAfter: null,
  };
}

function faultOf(spec: RunSpec, drill: Drill, { for: duration, slowBy }: DrillSettings, at: Instant): FaultSpec {
  switch (drill.kind) {
    case 'leader-crash':
      return { kind: 'crash', target: 'leader', at, duration };
    case 'slow-leader':
      return { kind: 'slow', by: slowBy, target: 'leader', at, duration };
    case 'site-loss':
      return { kind: 'crash', target: nodesAt(spec, drill.site), at, duration };
  }
}

export function nodesAt({ network }: Pick<RunSpec, 'network'>, site: string): readonly NodeId[] {
  return [...network.nodeSites.keys()].filter((node) => siteOf({ network }, node) === site);
}

function siteOf({ network }: Pick<RunSpec, 'network'>, node: NodeId): string {
  return network.sites[network.nodeSites[node] as number] as string;
}

/** Up to so many sites with nodes are lost in turn; of more, two. */
const SITES_IN_TURN = 3;

/** How many losses of a site this point is asked for. */
export function siteLosses(spec: Pick<RunSpec, 'network'>): number {
  const sites = sitesWithNodes(spec).length;
  return sites <= SITES_IN_TURN ? sites : 2;
}

/**
 * The sites whose loss is tried: all with nodes, or, of many, that of the leader (who led most often when its crash was drilled) and, of
 * the others, the one with the most nodes. In the order of the network's sites.
 */
export function sitesToLose(spec: Pick<RunSpec, 'network'>, leaders: readonly NodeId[]): readonly string[] {
  const sites = sitesWithNodes(spec);
  if (sites.length <= SITES_IN_TURN) return sites;
  const led = (site: string): number => leaders.filter((node) => siteOf(spec, node) === site).length;
  const leading = mostOf(sites, led);
  const others = sites.filter((site) => site !== leading);
  const chosen = [leading, mostOf(others, (site) => nodesAt(spec, site).length)];
  return sites.filter((site) => chosen.includes(site));
}

/** In the order of the network. */
export function sitesWithNodes(spec: Pick<RunSpec, 'network'>): readonly string[] {
  return spec.network.sites.filter((site) => nodesAt(spec, site).length > 0);
}

/** The first of those with the most. */
function mostOf(sites: readonly string[], of: (site: string) => number): string {
  return sites.reduce((most, site) => (of(site) > of(most) ? site : most));
}
