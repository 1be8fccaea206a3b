/**
 * Which of several candidates, by a rule that a reader can repeat: criterion by criterion (candidate.ts, CRITERIA), whoever is worse than
 * the best beyond chance falls out, until one is left. What chance explains decides nothing, and the next criterion does.
 */
import { type Interval, pairedDifference } from '../statistics/intervals.ts';
import { studentQuantile, studentTail } from '../statistics/student-t.ts';
import { type Candidate, CRITERIA, type Criterion } from './candidate.ts';
import { lossOf } from './pareto.ts';

export interface Choice {
  readonly chosen: Candidate;
  /** The criterion by which each other candidate fell out; absent: it was as good as the chosen one, and stands later in the file. */
  readonly ousted: ReadonlyMap<Candidate, Criterion>;
}

/** null of none. */
export function choose(candidates: readonly Candidate[]): Choice | null {
  const ousted = new Map<Candidate, Criterion>();
  let left = candidates;
  for (const criterion of CRITERIA) {
    if (left.length < 2 || left.some(({ criteria }) => criteria[criterion] === null)) continue;
    const best = left.reduce((least, one) => (lossOf(one, criterion) < lossOf(least, criterion) ? one : least));
    const stays = (one: Candidate): boolean => !isWorse(one, best, criterion);
    for (const one of left) if (!stays(one)) ousted.set(one, criterion);
    left = left.filter(stays);
  }
  const [chosen] = left;
  return chosen === undefined ? null : { chosen, ousted };
}

/** `first` and `second` in one criterion, over the replications that both can tell. */
export interface Margin {
  readonly criterion: Criterion;
  readonly first: number;
  readonly second: number;
  /** first − second; null where an outage did not end. */
  readonly difference: Interval | null;
  /** That the first is better, from the paired difference by Student's t; null from one pair. */
  readonly probability: number | null;
}

export function marginOf(first: Candidate, second: Candidate, criterion: Criterion): Margin | null {
  const [a, b] = [first.criteria[criterion], second.criteria[criterion]];
  if (a === null || b === null) return null;
  const margin = { criterion, first: a.value, second: b.value };
  const pairs = a.perRun.flatMap((value, i) => {
    const other = b.perRun[i] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  if (pairs.length === 0 || !Number.isFinite(a.value) || !Number.isFinite(b.value))
    return { ...margin, difference: null, probability: null };
  const { difference } = pairedDifference(
    pairs.map(([, other]) => other),
    pairs.map(([value]) => value),
  );
  const less = probabilityBelowZero(difference);
  return {
    ...margin,
    difference,
    probability: less === null ? null : criterion === 'capacity_per_s' ? 1 - less : less,
  };
}

/** That the true mean difference is below 0: Student's t on what was seen (a flat prior). */
function probabilityBelowZero({ mean, low, high, count }: Interval): number | null {
  if (count < 2) return null;
  if (high === low) return mean < 0 ? 1 : mean > 0 ? 0 : 0.5;
  // Half of a 95 % interval is so many standard errors.
  const standardError = (high - low) / 2 / studentQuantile(0.975, count - 1);
  const tail = studentTail(mean / standardError, count - 1);
  return mean < 0 ? 1 - tail : tail;
}

function isWorse(one: Candidate, best: Candidate, criterion: Criterion): boolean {
  if (lossOf(one, criterion) <= lossOf(best, criterion)) return false;
  const difference = marginOf(one, best, criterion)?.difference ?? null;
  return difference === null || difference.count < 2 || difference.low > 0 || difference.high < 0;
}
