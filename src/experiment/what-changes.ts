/**
 * What would change a recommendation: other prices, another objective, a shorter outage to bear. Break-even values follow in closed form,
 * since cost is linear in prices and an objective is met up to the value that was measured.
 */
import type { Candidate, Criterion, JudgedObjective } from './candidate.ts';
import { UNDER_DRILLS, weakestDrill } from './candidate.ts';
import type { Consumption, Prices } from './cost.ts';
import { bears, type Recommendation, recommend, shortfallOf, type Tier, tierOf } from './decision.ts';

export type PriceItem = 'core_hour' | 'egress_gb' | 'disk_gb_month';

export type Change =
  /** At this price of one item, the others as they are, the other candidate costs as little. */
  | {
      readonly kind: 'price';
      readonly item: PriceItem;
      readonly now: number;
      readonly at: number;
      readonly other: Candidate;
    }
  /** No price of a single item does: the chosen candidate takes no more of any than those that give as much of what is asked. */
  | { readonly kind: 'no price' }
  /** Were the target this, the other candidate would meet the objective and be chosen. */
  | { readonly kind: 'looser'; readonly objective: JudgedObjective; readonly at: number; readonly other: Candidate }
  /** From this target on, the chosen candidate would miss it. */
  | { readonly kind: 'tighter'; readonly objective: JudgedObjective; readonly at: number }
  /** Its weakest drill, and who gets through its own weakest drill sooner (null: nobody). */
  | { readonly kind: 'drill'; readonly weakest: Candidate['drills'][number]; readonly other: Candidate | null };

export function changesOf(
  recommendation: Recommendation,
  candidates: readonly Candidate[],
  prices: Prices | null,
): readonly Change[] {
  const { chosen, assumption, tier } = recommendation;
  if (chosen === null) return [];
  const others = candidates.filter((one) => one !== chosen && one.unfit === null && bears(one, assumption));
  const peers = others.filter((one) => tierOf(one) === tier);
  return [
    ...(prices === null ? [] : priceChanges(chosen, peers, prices)),
    ...looser(recommendation, candidates, others),
    ...tighter(chosen, tier),
    ...drillChange(chosen, others),
  ];
}

/** How much of each item a month takes: what cost is linear in. */
const ITEMS: Readonly<
  Record<PriceItem, (prices: Prices, spent: Consumption) => readonly [price: number, amount: number]>
> = {
  core_hour: ({ coreHour }, { cores }) => [coreHour, cores * 730],
  egress_gb: ({ egressGb }, { egressBytesPerSecond }) => [egressGb, (egressBytesPerSecond * 730 * 3600) / 1e9],
  disk_gb_month: ({ diskGbMonth }, { diskBytes }) => [diskGbMonth, diskBytes / 1e9],
};

/** For each item the break-even that is reached first, in proportion to the price as it is. */
function priceChanges(chosen: Candidate, peers: readonly Candidate[], prices: Prices): readonly Change[] {
  const own = chosen.spending;
  if (own === null) return [];
  const changes = (Object.keys(ITEMS) as PriceItem[]).flatMap((item) => {
    const found = peers.flatMap((other): Extract<Change, { kind: 'price' }>[] => {
      if (other.spending === null || other.spending.cost.total <= own.cost.total) return [];
      const [now, amount] = ITEMS[item](prices, own.consumption);
      const [, otherAmount] = ITEMS[item](prices, other.spending.consumption);
      const at = now + (other.spending.cost.total - own.cost.total) / (amount - otherAmount);
      return amount !== otherAmount && at >= 0 ? [{ kind: 'price', item, now, at, other }] : [];
    });
    const distance = ({ now, at }: { readonly now: number; readonly at: number }): number => Math.abs(at - now);
    const [first] = found.sort((a, b) => distance(a) - distance(b));
    return first === undefined ? [] : [first];
  });
  const cheapest = peers.every(({ spending }) => spending !== null && spending.cost.total > own.cost.total);
  return changes.length === 0 && peers.length > 0 && cheapest ? [{ kind: 'no price' }] : changes;
}

/**
 * Who would be chosen, if the one target that it misses by its value were looser: with the least change of a target. Whether it is chosen
 * then is decided anew, with everybody judged by that target, since it counts in drills, too, and the others' tiers may rise with it.
 */
function looser(
  { assumption }: Recommendation,
  candidates: readonly Candidate[],
  others: readonly Candidate[],
): readonly Change[] {
  const found = others.flatMap((other): Extract<Change, { kind: 'looser' }>[] => {
    const [objective, ...more] = other.objectives.filter(({ met }) => !met);
    if (objective === undefined || more.length > 0 || !isByItsValue(objective, other)) return [];
    const at = targetsFor(objective, other).find((target) => {
      const judged = candidates.map((one) => one.underTarget(objective.measure, target));
      return recommend(judged, assumption).chosen === judged[candidates.indexOf(other)];
    });
    return at === undefined ? [] : [{ kind: 'looser', objective, at, other }];
  });
  const distance = ({ objective, at }: (typeof found)[number]): number => shortfallOf({ ...objective, value: at });
  const [least] = found.sort((a, b) => distance(a) - distance(b));
  return least === undefined ? [] : [least];
}

/** Whether another target alone would have it met, as far as can be told. */
function isByItsValue(objective: JudgedObjective, { objectives }: Candidate): boolean {
  return Number.isFinite(shortfallOf(objective)) && !movesAvailability(objective, objectives);
}

/** A target for finality is what availability counts by: what that would be under another is not known here (availability.ts). */
function movesAvailability({ measure }: JudgedObjective, objectives: readonly JudgedObjective[]): boolean {
  return /^finality_(p9|max)/.test(measure) && objectives.some((one) => one.measure === 'availability');
}

/** Those at which it meets more, the least change first: what it needs undisturbed, then what it needs in drills. */
function targetsFor(objective: JudgedObjective, { drills }: Candidate): readonly number[] {
  const { measure, direction, value } = objective;
  const inDrills = UNDER_DRILLS.test(measure) ? drills.map(({ values }) => values[measure] ?? null) : [];
  const needed = [value, ...inDrills].filter((one) => one !== null && one > 0 && Number.isFinite(one));
  const targets = needed.map((one) => outwards(one as number, direction));
  const least = targets[0] as number;
  const beyond = targets.filter((target) => (direction === 'at-most' ? target >= least : target <= least));
  return [...new Set(beyond)].sort((a, b) => (direction === 'at-most' ? a - b : b - a));
}

/** To the three digits that are shown of it, and so that the value still meets it. */
function outwards(value: number, direction: JudgedObjective['direction']): number {
  const shown = Number(value.toPrecision(3));
  if (direction === 'at-most' ? shown >= value : shown <= value) return shown;
  // The third digit of the value, one further.
  const digit = Number(`1e${Number(value.toExponential().split('e')[1]) - 2}`);
  return Number((direction === 'at-most' ? shown + digit : shown - digit).toPrecision(3));
}

/**
 * The target that leaves least room, in drills too where it is met there; a share reached in full leaves none to speak of. Said only where
 * it still holds when judged by that target, as what is down at the end of a run may have been within the old one only, and where it leaves
 * any room to three digits.
 */
function tighter(chosen: Candidate, tier: Tier): readonly Change[] {
  const drills = tier === 'in every drill' ? chosen.drills : [];
  const judged = chosen.objectives.flatMap((objective) => {
    const { value, measure, direction, limit } = objective;
    if (value === null || value <= 0 || measure === 'availability') return [];
    const all = [
      value,
      ...drills.map(({ values }) => (UNDER_DRILLS.test(measure) ? (values[measure] ?? value) : value)),
    ];
    const worst = direction === 'at-most' ? Math.max(...all) : Math.min(...all);
    const shown = outwards(worst, direction);
    return [{ objective, at: direction === 'at-most' ? Math.min(limit, shown) : Math.max(limit, shown) }];
  });
  const room = ({ objective, at }: (typeof judged)[number]): number => shortfallOf({ ...objective, value: at });
  const [tightest] = judged.sort((a, b) => room(b) - room(a));
  if (tightest === undefined || tightest.at === tightest.objective.limit) return [];
  if (movesAvailability(tightest.objective, chosen.objectives)) return [];
  const holds = tierOf(chosen.underTarget(tightest.objective.measure, tightest.at)) === tier;
  return holds ? [{ kind: 'tighter', ...tightest }] : [];
}

const OUTAGE: Criterion = 'worst_outage_ms';

function drillChange(chosen: Candidate, others: readonly Candidate[]): readonly Change[] {
  const weakest = weakestDrill(chosen.drills);
  if (weakest === null) return [];
  const outage = (one: Candidate): number => one.criteria[OUTAGE]?.value ?? Number.POSITIVE_INFINITY;
  const best = others.reduce<Candidate | null>(
    (least, one) => (outage(one) < outage(least ?? chosen) ? one : least),
    null,
  );
  return [{ kind: 'drill', weakest, other: best }];
}
