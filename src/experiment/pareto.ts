/**
 * Which candidates are worth a thought: those that no other is at least as good as in every criterion and better in one. Values are
 * compared as they are printed, to three significant digits, so that a difference nobody sees decides nothing; since rounding is
 * monotone, dominance stays a strict order.
 */
import { type Candidate, CRITERIA, type Criterion } from './candidate.ts';

export interface Front<C extends Compared = Candidate> {
  readonly criteria: readonly Criterion[];
  /** Criteria in which some candidate could not be measured; compared in none of them. */
  readonly leftOut: readonly Criterion[];
  readonly members: readonly C[];
  readonly dominated: readonly { readonly candidate: C; readonly by: C }[];
}

export type Compared = Pick<Candidate, 'label' | 'trust' | 'criteria'>;

export function isMoreBetter(criterion: Criterion): boolean {
  return criterion === 'capacity_per_s';
}

/** Of fit candidates. Each of those that are dominated is by a member of the front, since dominance is transitive. */
export function paretoFront<C extends Compared>(candidates: readonly C[]): Front<C> {
  const known = (criterion: Criterion): boolean => candidates.every(({ criteria }) => criteria[criterion] !== null);
  const criteria = CRITERIA.filter(known);
  const members = candidates.filter((one) => !candidates.some((other) => dominates(other, one, criteria)));
  const dominated = candidates.flatMap((candidate) => {
    const by = members.find((member) => dominates(member, candidate, criteria));
    return by === undefined ? [] : [{ candidate, by }];
  });
  return { criteria, leftOut: CRITERIA.filter((criterion) => !known(criterion)), members, dominated };
}

/** A candidate that survives liars is never dominated by one that does not, however cheap or quick. */
function dominates(a: Compared, b: Compared, criteria: readonly Criterion[]): boolean {
  if (a.trust === 'crash' && b.trust === 'byzantine') return false;
  const compared = criteria.map((criterion) => lossOf(a, criterion) - lossOf(b, criterion) || 0);
  const trusted = a.trust === 'byzantine' && b.trust === 'crash';
  return (
    compared.every((difference) => !(difference > 0)) && (trusted || compared.some((difference) => difference < 0))
  );
}

/** As printed; less is better. */
export function lossOf({ criteria }: Pick<Compared, 'criteria'>, criterion: Criterion): number {
  const value = asPrinted(criteria[criterion]?.value ?? Number.POSITIVE_INFINITY);
  return isMoreBetter(criterion) ? -value : value;
}

function asPrinted(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
}
