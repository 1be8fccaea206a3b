/** Bounds that are looked at only when a candidate's turn comes: its capacity, and the delays that are left after each loss. */
import { capacityLimits, type LimitKind } from './capacity-bound.ts';
import type { CutName } from './cut-book.ts';
import { drillsOf } from './drills.ts';
import { type Asked, type Contender, worstObjective } from './field.ts';
import { delaysOf, leaderBounds, partsOf, placedAt } from './latency-bound.ts';
import type { RunSetup } from './space.ts';
import { toldApart } from './told-apart.ts';

export interface BoundCut {
  readonly name: CutName;
  readonly by: number;
  readonly why: () => string;
}

/** The first bound that excludes a candidate; null: none does. */
export function boundCut(contender: Contender, setup: RunSetup, asked: Asked): BoundCut | null {
  return capacityCut(contender, setup, asked) ?? lossCut(contender, setup, asked);
}

const LIMIT_WORDS: Readonly<Record<LimitKind, string>> = {
  egress: "the leader's outgoing bandwidth allows",
  ingress: 'incoming bandwidth allows',
  thread: 'the protocol thread allows',
  cores: 'the cores that verify allow',
  disk: 'the disk allows',
  window: 'so few batches under way allow',
};

function capacityCut({ placement }: Contender, setup: RunSetup, { load, expected }: Asked): BoundCut | null {
  const limit = capacityLimits(setup, load, placement.commit, expected).find(({ most }) => most < load.asked);
  if (limit === undefined) return null;
  const { kind, most } = limit;
  const why = () =>
    `${LIMIT_WORDS[kind]} at most ${toldApart(most, load.asked, 'at most')}/s, asked for ${Number(load.asked.toPrecision(6))}/s`;
  return { name: kind, by: 1 - most / load.asked, why };
}

/** Whoever leads of those that are left. */
function lossCut({ candidate, placement }: Contender, setup: RunSetup, asked: Asked): BoundCut | null {
  const { space, demand, load, expected } = asked;
  if (demand.survive === null) return null;
  const { variant, machine, counts } = candidate;
  const delays = delaysOf(space.shared.network, machine.spec.disk.fsync);
  const parts = partsOf(variant, candidate.nodes, load);
  for (const { lost, nodes } of drillsOf(setup, demand.survive)) {
    const gone = nodes.map((node) => setup.network.nodeSites[node] as number);
    const left = placedAt(counts, space)
      .map(({ site, nodes: here }) => ({ site, nodes: here - gone.filter((one) => one === site).length }))
      .filter(({ nodes: here }) => here > 0);
    const bounds = leaderBounds(variant, left, placement.figures, delays, parts.origins);
    const worst = worstObjective(bounds, variant, demand.objectives, parts, expected);
    if (worst !== null && worst.by > 0)
      return { name: 'finality_after_loss', by: worst.by, why: () => `after the loss of ${lost} ${worst.why}` };
  }
  return null;
}
