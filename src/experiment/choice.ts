/**
 * Which of several candidates, by a rule that a reader can repeat: criterion by criterion (candidate.ts, CRITERIA), whoever is worse than
 * the best beyond chance falls out, until one is left. What chance explains decides nothing, and the next criterion does. The best of k
 * looks good by chance often enough: each test against a rival is corrected for all pairs that could have been picked (Bonferroni, so that
 * what tells two apart does not hang on who else is there).
 */

import type { Interval } from '../statistics/intervals.ts';
import { type Candidate, CRITERIA, type Criterion, type CriterionValue } from './candidate.ts';
import { comparePaired, type PairedComparison } from './paired.ts';
import { isMoreBetter, lossOf } from './pareto.ts';

/** The chance of even one false claim among the pairs, in one criterion. */
const SIGNIFICANCE = 0.05;

export interface Choice {
  readonly chosen: Candidate;
  /** How each other candidate fell out; absent: nothing told it from the best, and it stands later in the file than the chosen one. */
  readonly ousted: ReadonlyMap<Candidate, Ousting>;
}

/** Worse than `by`, the best of those left, in this criterion. */
export interface Ousting {
  readonly criterion: Criterion;
  readonly by: Candidate;
}

/** null of none. `among`: of how many candidates these were picked. */
export function choose(candidates: readonly Candidate[], among = candidates.length): Choice | null {
  const ousted = new Map<Candidate, Ousting>();
  let left = candidates;
  for (const criterion of CRITERIA) {
    if (left.length < 2 || left.some(({ criteria }) => criteria[criterion] === null)) continue;
    const best = left.reduce((least, one) => (lossOf(one, criterion) < lossOf(least, criterion) ? one : least));
    const worse = worseThan(best, left, criterion, among);
    for (const one of worse) ousted.set(one, { criterion, by: best });
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
  // Without a test (one replication, an outage that did not end) the values alone decide.
  return new Set(rivals.filter((one) => (adjusted(pairedIn(one, best, criterion), among) ?? 0) < SIGNIFICANCE));
}

/** The p-value of one of the pairs among so many candidates; null from one replication. */
function adjusted(paired: PairedComparison | null, among: number): number | null {
  const p = paired?.pValue ?? null;
  return p === null ? null : Math.min(1, p * pairsAmong(among));
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
  return {
    criterion,
    first: a.value,
    second: b.value,
    difference: paired?.difference ?? null,
    probability: paired?.probabilityABetter ?? null,
    pAdjusted: adjusted(paired, among),
    pairs: pairsAmong(among),
  };
}

/** null where an outage did not end, or no replication can tell both. */
function pairedIn(first: Candidate, second: Candidate, criterion: Criterion): PairedComparison | null {
  const [a, b] = [first.criteria[criterion] as CriterionValue, second.criteria[criterion] as CriterionValue];
  if (!Number.isFinite(a.value) || !Number.isFinite(b.value)) return null;
  return comparePaired(a.perRun, b.perRun, isMoreBetter(criterion) ? 'high' : 'low', { a: a.step, b: b.step });
}
