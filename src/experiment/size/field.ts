/**
 * The candidates of a space that arithmetic and delays leave standing, in the order in which they are tried: by cost, then by the bound
 * on finality, then as listed. Everything here is exact or a bound that no run beats.
 */
import { protocols } from '../../protocols/registry.ts';
import type { Duration } from '../../units/quantities.ts';
import type { Objective } from '../objective.ts';
import type { CutBook } from './cut-book.ts';
import type { Demand, Load } from './demand.ts';
import { boundOf, delaysOf, type LeaderBound, leaderBounds, type Parts, partsOf, placedAt } from './latency-bound.ts';
import { countPlacements, placementsOf } from './placements.ts';
import { mostLost, type QuorumFigures, quorumFigures, shortOfQuorum } from './quorums.ts';
import { type SizingCost, sizingCost } from './sizing-cost.ts';
import type { Candidate, ProtocolVariant, Space } from './space.ts';
import { toldApart } from './told-apart.ts';

/** A candidate that is worth a look, with what its bounds say. */
export interface Contender {
  readonly candidate: Candidate;
  readonly cost: SizingCost;
  readonly placement: Placement;
}

/** What a protocol's quorums make of a placement, shared by all hardware and batches. */
export interface Placement {
  readonly figures: QuorumFigures;
  /** Sites of the network with nodes, the best leader first. */
  readonly ranking: readonly number[];
  /** The least from proposal to commit, whoever leads, ns. */
  readonly commit: Duration;
  /** Orders candidates of one cost, ms. */
  readonly score: number;
}

export interface Asked {
  readonly space: Space;
  readonly demand: Demand;
  readonly load: Load;
  /** Requests that one full run measures. */
  readonly expected: number;
}

/** How many candidates a space holds, exactly and without listing them. */
export function countCandidates({ variants, nodes, sites, machines, bandwidths }: Omit<Space, 'shared'>): number {
  const placements = nodes.reduce((sum, count) => sum + countPlacements(count, sites), 0);
  return placements * variants.length * machines.length * bandwidths.length;
}

export function fieldOf(asked: Asked, book: CutBook): readonly Contender[] {
  const { space, load } = asked;
  const field: Contender[] = [];
  for (const nodes of space.nodes)
    for (const counts of placementsOf(nodes, space.sites)) {
      const shared = new Map<string, PlacementVerdict>();
      for (const variant of space.variants) {
        const verdict = placementVerdict(variant, nodes, counts, asked, shared);
        for (const machine of space.machines)
          for (const bandwidth of space.bandwidths) {
            const candidate: Candidate = { variant, nodes, counts, machine, bandwidth };
            const cost = sizingCost(candidate, space, load);
            if (verdict.cut === null) field.push({ candidate, cost, placement: verdict.placement });
            else {
              const { name, by, why, inNodes } = verdict.cut;
              book.add(name, candidate, cost.total, by, why, inNodes);
            }
          }
      }
    }
  // Sorting is stable: equals stay as listed.
  return field.sort((a, b) => a.cost.total - b.cost.total || a.placement.score - b.placement.score);
}

interface Cut {
  readonly name: 'options' | 'byzantine' | 'survive' | 'finality';
  readonly by: number;
  readonly inNodes: boolean;
  readonly why: () => string;
}

type PlacementVerdict = { readonly cut: Cut } | { readonly cut: null; readonly placement: Placement };

function placementVerdict(
  variant: ProtocolVariant,
  nodes: number,
  counts: readonly number[],
  asked: Asked,
  known: Map<string, PlacementVerdict>,
): PlacementVerdict {
  const contradiction = contradictionOf(variant, nodes);
  if (contradiction !== null) return cut('options', 0, false, () => contradiction);
  const figures = quorumFigures(variant, nodes);
  const { proposer } = variant.options as { readonly proposer?: string };
  // All that a placement's verdict depends on beside itself.
  const key = [variant.protocol, figures.quorum, figures.replies, figures.byzantine, proposer].join(' ');
  const before = known.get(key);
  if (before !== undefined) return before;
  const verdict = judgePlacement(variant, nodes, counts, figures, asked);
  known.set(key, verdict);
  return verdict;
}

/** An outright error of the options with so many nodes; null: none. */
function contradictionOf({ protocol, options }: ProtocolVariant, nodes: number): string | null {
  const setting = { nodes, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };
  const found = protocols[protocol as keyof typeof protocols].problems?.(options as never, setting) ?? [];
  return found.find(({ severity }) => severity === 'error')?.message ?? null;
}

function judgePlacement(
  variant: ProtocolVariant,
  nodes: number,
  counts: readonly number[],
  figures: QuorumFigures,
  { space, demand, load, expected }: Asked,
): PlacementVerdict {
  const { survive, byzantine } = demand;
  const replies = repliesAwaited(variant, load);
  if (replies > nodes)
    return cut('options', 0, false, () => `clients wait for ${replies} replies (reply_quorum) of ${nodes} nodes`);
  if (byzantine !== null && figures.byzantine < byzantine.faults) {
    const trusts = protocols[variant.protocol as keyof typeof protocols].trust === 'crash';
    return cut('byzantine', byzantine.faults - figures.byzantine, true, () =>
      trusts
        ? `${variant.protocol} tolerates crashes, no Byzantine node`
        : `${nodes} nodes tolerate ${figures.byzantine} Byzantine, asked for ${byzantine.faults}`,
    );
  }
  if (survive !== null) {
    const quorum = Math.max(figures.quorum, replies);
    const short = shortOfQuorum(counts, { ...figures, quorum }, survive, byzantine);
    if (short > 0)
      return cut('survive', short, true, () => {
        const lost = mostLost(counts, survive);
        return `the loss of ${survive.count} ${survive.of}${survive.count > 1 ? 's' : ''} can take ${lost} of ${nodes} nodes, and ${replies > figures.quorum ? `clients wait for ${replies} replies` : `a quorum is ${figures.quorum}`}${byzantine?.meanwhile ? ` beside ${byzantine.faults} Byzantine` : ''}`;
      });
  }
  const delays = delaysOf(space.shared.network, leastFsync(space));
  const parts = partsOf(variant, nodes, load);
  const bounds = leaderBounds(variant, placedAt(counts, space), figures, delays, parts.origins);
  const worst = worstObjective(bounds, variant, demand.objectives, parts, expected);
  if (worst !== null && worst.by > 0) return cut('finality', worst.by, false, () => worst.why);
  const main = demand.objectives.find(({ estimate }) => boundable(estimate))?.estimate ?? 'finality_mean_ms';
  const scored = bounds.map((bound) => ({
    ...bound,
    main: boundOf(main, bound.finality, parts, expected) ?? 0,
    mean: boundOf('finality_mean_ms', bound.finality, parts, expected) ?? 0,
  }));
  scored.sort((a, b) => a.main - b.main || a.mean - b.mean);
  return {
    cut: null,
    placement: {
      figures,
      ranking: scored.map(({ site }) => site),
      commit: Math.min(...bounds.map(({ commit }) => commit)),
      score: (scored[0]?.main ?? 0) + (scored[0]?.mean ?? 0) / 1e6,
    },
  };
}

/** The most matching replies that a group of clients is told to wait for; 0 where they follow the protocol, or its leader alone answers. */
function repliesAwaited({ protocol }: ProtocolVariant, { origins }: Load): number {
  return protocol === 'pbft' ? Math.max(0, ...origins.map(({ replyQuorum }) => replyQuorum ?? 0)) : 0;
}

/** The disk of the catalogue that syncs soonest. */
function leastFsync({ machines }: Space): Parameters<typeof delaysOf>[1] {
  const specs = machines.map(({ spec }) => spec.disk.fsync);
  return specs.length === 1 ? (specs[0] as (typeof specs)[number]) : { kind: 'constant', value: 0 };
}

function boundable(estimate: Objective['estimate']): boolean {
  return estimate.startsWith('finality_');
}

/** The objective on finality that the bounds miss by most, or come nearest to; null where none is asked for. */
export function worstObjective(
  bounds: readonly LeaderBound[],
  variant: ProtocolVariant,
  objectives: readonly Objective[],
  parts: Parts,
  expected: number,
): { readonly by: number; readonly why: string } | null {
  const rotates = (variant.options as { readonly proposer?: string }).proposer === 'rotating';
  const finalities = rotates
    ? [parts.origins.map((_, i) => Math.min(...bounds.map(({ finality }) => finality[i] as number)))]
    : bounds.map(({ finality }) => finality);
  let worst: { by: number; why: string } | null = null;
  for (const { estimate, target, measure, text } of objectives) {
    if (!boundable(estimate)) continue;
    const least = Math.min(...finalities.map((finality) => boundOf(estimate, finality, parts, expected) ?? 0));
    const by = least / target - 1;
    if (worst === null || by > worst.by)
      worst = {
        by,
        why: `delays alone make ${measure} at least ${toldApart(least, target, 'at least')} ms, asked for ${text}`,
      };
  }
  return worst;
}

function cut(name: Cut['name'], by: number, inNodes: boolean, why: Cut['why']): PlacementVerdict {
  return { cut: { name, by, inNodes, why } };
}
