/**
 * The decision of a comparison: the Pareto front of what is fit, and for each assumption about the participants which candidate, against
 * which, by what margin. Candidates are ranked first by how much of the objective they meet, then by the rule of choice.ts.
 */
import type { Candidate, Criterion, JudgedObjective, Trust } from './candidate.ts';
import { choose, type Margin, marginOf } from './choice.ts';
import { type Front, paretoFront } from './pareto.ts';

/** How much of what is asked a fit candidate gives, from the least to the most. */
export const TIERS = ['misses', 'undisturbed', 'recovers', 'in every drill'] as const;
export type Tier = (typeof TIERS)[number];

export interface Decision {
  readonly front: Front;
  readonly unfit: readonly Candidate[];
  /** One an assumption: `byzantine` (participants may lie) and `crash` (they only stop), where candidates of both kinds stand side by side. */
  readonly recommendations: readonly Recommendation[];
}

export interface Recommendation {
  readonly assumption: Trust;
  /** null: none that is fit meets the objective. */
  readonly chosen: Candidate | null;
  readonly tier: Tier;
  /** Who would be taken next; null: nobody. */
  readonly runnerUp: Candidate | null;
  /** `tier`: the next one gives less of what is asked; `order`: in no criterion either is told from the best. */
  readonly decidedBy: Criterion | 'tier' | 'order' | null;
  /** Who beat the runner-up in the criterion that decided: the chosen one, or another that then fell out by a later criterion. */
  readonly against: Candidate | null;
  readonly margin: Margin | null;
  /** Where none is chosen: who comes nearest, and in what it falls short most. */
  readonly nearest: Nearest | null;
}

export interface Nearest {
  readonly candidate: Candidate;
  readonly binding: JudgedObjective;
  /** How many times too much or too little; infinite where that can't be said. */
  readonly shortfall: number;
}

export function decide(candidates: readonly Candidate[]): Decision {
  const fit = candidates.filter(({ unfit }) => unfit === null);
  const trusts = new Set(candidates.map(({ trust }) => trust));
  const assumptions: readonly Trust[] = trusts.size === 2 ? ['byzantine', 'crash'] : [...trusts];
  return {
    front: paretoFront(fit),
    unfit: candidates.filter(({ unfit }) => unfit !== null),
    recommendations: assumptions.map((assumption) => recommend(candidates, assumption)),
  };
}

/** Whoever survives liars survives crashes, too. */
export function bears({ trust }: Pick<Candidate, 'trust'>, assumption: Trust): boolean {
  return trust === 'byzantine' || assumption === 'crash';
}

export function tierOf({ objectives, drills }: Candidate): Tier {
  if (!objectives.every(({ met }) => met)) return 'misses';
  if (!drills.every(({ recovered }) => recovered)) return 'undisturbed';
  return drills.every(({ missed }) => missed.length === 0) ? 'in every drill' : 'recovers';
}

/** For one assumption. */
export function recommend(all: readonly Candidate[], assumption: Trust): Recommendation {
  const able = all.filter((one) => bears(one, assumption));
  const fit = able.filter(({ unfit }) => unfit === null);
  const tier = [...TIERS].reverse().find((name) => fit.some((one) => tierOf(one) === name)) ?? 'misses';
  const none = { assumption, chosen: null, tier, runnerUp: null, decidedBy: null, against: null, margin: null };
  if (tier === 'misses')
    return { ...none, nearest: nearestOf(fit.length > 0 ? fit : able.filter(({ untold }) => !untold)) };
  const group = fit.filter((one) => tierOf(one) === tier);
  const among = group.length;
  // A dominated candidate may seem as good by chance alone: it is never chosen. The front is picked from the data, so the tests are corrected
  // for all that it was picked from.
  const front = paretoFront(group).members;
  const { chosen, ousted } = choose(front, among) as NonNullable<ReturnType<typeof choose>>;
  const runnerUp = nextOf(fit, front, chosen, tier);
  const found = { assumption, chosen, tier, runnerUp, against: null, nearest: null };
  if (runnerUp === null) return { ...found, decidedBy: null, margin: null };
  if (tierOf(runnerUp) !== tier) return { ...found, decidedBy: 'tier', margin: null };
  const out = front.includes(runnerUp) ? ousted.get(runnerUp) : choose([chosen, runnerUp], among)?.ousted.get(runnerUp);
  if (out === undefined) return { ...found, decidedBy: 'order', margin: null };
  const { criterion, by } = out;
  return { ...found, against: by, decidedBy: criterion, margin: marginOf(by, runnerUp, criterion, among) };
}

/** The best of the others in the best tier that holds another: of those that nobody dominates, where there are such. */
function nextOf(
  fit: readonly Candidate[],
  front: readonly Candidate[],
  chosen: Candidate,
  from: Tier,
): Candidate | null {
  for (const tier of TIERS.slice(0, TIERS.indexOf(from) + 1).reverse()) {
    const others = fit.filter((one) => one !== chosen && tierOf(one) === tier);
    const undominated = others.filter((one) => front.includes(one));
    const next = choose(undominated.length > 0 ? undominated : others, others.length + 1);
    if (next !== null) return next.chosen;
  }
  return null;
}

/** By the measure in which each falls short most. */
function nearestOf(candidates: readonly Candidate[]): Nearest | null {
  let nearest: Nearest | null = null;
  for (const candidate of candidates) {
    const missed = candidate.objectives.filter(({ met }) => !met);
    const shortfalls = missed.map((binding) => ({ candidate, binding, shortfall: shortfallOf(binding) }));
    const [first] = shortfalls;
    if (first === undefined) continue;
    const worst = shortfalls.reduce((most, one) => (one.shortfall > most.shortfall ? one : most), first);
    if (nearest === null || worst.shortfall < nearest.shortfall) nearest = worst;
  }
  return nearest;
}

/** 1: just met. What can't be measured, or is missed for another reason than its value, is infinitely far away. */
export function shortfallOf({ value, limit, direction, reason }: JudgedObjective): number {
  if (value === null || reason !== null) return Number.POSITIVE_INFINITY;
  return direction === 'at-most' ? value / limit : value === 0 ? Number.POSITIVE_INFINITY : limit / value;
}
