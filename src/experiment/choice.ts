/**
 * Which of several candidates, by a rule that a reader can repeat: criterion by criterion (candidate.ts, CRITERIA), whoever is worse than
 * the best beyond chance falls out, until one is left. What chance explains decides nothing, and the next criterion does. The best of k
 * looks good by chance often enough: its tests against its rivals are corrected by Holm for all pairs that could have been picked.
 */

import { holmAdjusted } from '../statistics/holm.ts';
import type { Interval } from '../statistics/intervals.ts';
import { type Candidate, CRITERIA, type Criterion, type CriterionValue } from './candidate.ts';
import { comparePaired, type PairedComparison } from './paired.ts';
import { isMoreBetter, lossOf } from './pareto.ts';

/** The chance of even one false claim among the pairs, in one criterion. */
const SIGNIFICANCE = 0.05;

export interface Choice {
  readonly chosen: Candidate;
  /** The criterion by which each other candidate fell out; absent: it was as good as the chosen one, and stands later in the file. */
  readonly ousted: ReadonlyMap<Candidate, Criterion>;
}

/** null of none. `among`: of how many candidates these were picked. */
export function choose(candidates: readonly Candidate[], among = candidates.length): Choice | null {
  const ousted = new Map<Candidate, Criterion>();
  let left = candidates;
  for (const criterion of CRITERIA) {
    if (left.length < 2 || left.some(({ criteria }) => criteria[criterion] === null)) continue;
    const best = left.reduce((least, one) => (lossOf(one, criterion) < lossOf(least, criterion) ? one : least));
    const worse = worseThan(best, left, criterion, among);
    for (const one of worse) ousted.set(one, criterion);
    left = left.filter((one) => !worse.has(one));
  }
  const [chosen] = left;
  return chosen === undefined ? null : { chosen, ousted };
}

/** Which of them are worse than the best of them beyond chance. */
function worseThan(
  best: Candidate,
  all: readonly Candidate[],
  criterion: Criterion,
  among: number,
): ReadonlySet<Candidate> {
  const rivals = all.filter((one) => lossOf(one, criterion) > lossOf(best, criterion));
  const tests = rivals.map((one) => pairedIn(one, best, criterion)?.pValue ?? null);
  const adjusted = holmAdjusted(tests, pairsAmong(among));
  // Without a test (one replication, an outage that did not end) the values alone decide.
  return new Set(rivals.filter((_, i) => (adjusted[i] ?? 0) < SIGNIFICANCE));
}

/** Any two of them could have been the best and its rival. */
function pairsAmong(candidates: number): number {
  return (candidates * (candidates - 1)) / 2;
}

/** `first` and `second` in one criterion, over the replications that both can tell. */
export interface Margin {
  readonly criterion: Criterion;
  readonly first: number;
  readonly second: number;
  /** first − second; null where an outage did not end. */
  readonly difference: Interval | null;
  /** That the first is better, by the paired differences (paired.ts); null from one pair. */
  readonly probability: number | null;
  /** That there is no difference, corrected for `pairs` pairs of candidates; null from one replication. */
  readonly pAdjusted: number | null;
  readonly pairs: number;
}

/** `among`: of how many candidates these two were picked. */
export function marginOf(first: Candidate, second: Candidate, criterion: Criterion, among = 2): Margin | null {
  const [a, b] = [first.criteria[criterion], second.criteria[criterion]];
  if (a === null || b === null) return null;
  const paired = pairedIn(first, second, criterion);
  const pairs = pairsAmong(among);
  return {
    criterion,
    first: a.value,
    second: b.value,
    difference: paired?.difference ?? null,
    probability: paired?.probabilityABetter ?? null,
    pAdjusted: holmAdjusted([paired?.pValue ?? null], pairs)[0] ?? null,
    pairs,
  };
}

/** null where an outage did not end, or no replication can tell both. */
function pairedIn(first: Candidate, second: Candidate, criterion: Criterion): PairedComparison | null {
  const [a, b] = [first.criteria[criterion] as CriterionValue, second.criteria[criterion] as CriterionValue];
  if (!Number.isFinite(a.value) || !Number.isFinite(b.value)) return null;
  return comparePaired(a.perRun, b.perRun, isMoreBetter(criterion) ? 'high' : 'low', { a: a.step, b: b.step });
}
