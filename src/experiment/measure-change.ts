/**
 * One measure before and after, replication by replication on common random numbers: by how much it changed, whether that is beyond the
 * tolerance, and whether chance could have done it (paired t-test; Law, Simulation Modeling and Analysis, section 10.2.1).
 */
import { type Interval, pairedDifference } from '../statistics/intervals.ts';
import type { EstimateName } from './estimate.ts';
import type { PerReplication } from './observed-point.ts';
import { allowedBy, betterIs, type Tolerance } from './tolerance.ts';

/**
 * `same`: equal to the bit. `within`: changed, but not beyond the tolerance. `unsure`: beyond it, but not told from chance.
 * `moved`: beyond it, of a measure of which neither more nor less is better.
 */
export type ChangeState = 'same' | 'within' | 'unsure' | 'moved' | 'improved' | 'regressed';

export interface MeasureChange {
  readonly measure: EstimateName;
  /** Means over the replications that could tell both before and after (of one side alone where none could tell both). */
  readonly before: number | null;
  readonly after: number | null;
  /** after − before with its 95 % interval; null where no replication could tell both. */
  readonly difference: Interval | null;
  /** Two-sided; null from one replication, which cannot tell. */
  readonly pValue: number | null;
  readonly tolerance: Tolerance;
  readonly state: ChangeState;
  /** One sentence where the state does not follow from the numbers. */
  readonly reason: string | null;
}

/** The chance of a false alarm that is taken where there is no difference. */
const SIGNIFICANCE = 0.05;

/** `before[i]` and `after[i]` are of replication i. */
export function measureChange(
  measure: EstimateName,
  before: PerReplication,
  after: PerReplication,
  tolerance: Tolerance,
): MeasureChange {
  const pairs = before.flatMap((value, i) => {
    const other = after[i] ?? null;
    return value === null || other === null ? [] : [{ before: value, after: other }];
  });
  const paired =
    pairs.length === 0
      ? null
      : pairedDifference(
          pairs.map((pair) => pair.before),
          pairs.map((pair) => pair.after),
        );
  const means =
    pairs.length === 0
      ? { before: meanOf(before), after: meanOf(after) }
      : { before: meanOf(pairs.map((pair) => pair.before)), after: meanOf(pairs.map((pair) => pair.after)) };
  const judged = {
    measure,
    ...means,
    difference: paired?.difference ?? null,
    pValue: paired?.pValue ?? null,
    tolerance,
  };
  if (before.length === after.length && before.every((value, i) => value === after[i]))
    return { ...judged, state: 'same', reason: null };
  const [knownBefore, knownAfter] = [before, after].map(
    (values) => values.filter((value) => value !== null).length,
  ) as [number, number];
  if (knownAfter < knownBefore)
    return {
      ...judged,
      state: 'regressed',
      reason: `it could be measured in ${knownBefore} of ${before.length} replications, and can be in ${knownAfter} now`,
    };
  if (paired === null || judged.before === null || judged.after === null)
    return { ...judged, state: 'improved', reason: 'it could not be measured before' };
  return { ...judged, ...stateOf(measure, judged.before, paired.difference.mean, paired.pValue, tolerance) };
}

function stateOf(
  measure: EstimateName,
  before: number,
  change: number,
  pValue: number | null,
  tolerance: Tolerance,
): Pick<MeasureChange, 'state' | 'reason'> {
  if (Math.abs(change) <= allowedBy(tolerance, before)) return { state: 'within', reason: null };
  if (pValue !== null && pValue >= SIGNIFICANCE)
    return {
      state: 'unsure',
      reason: 'beyond the tolerance, but chance could have done it: more replications would tell',
    };
  const reason = pValue === null ? 'one replication: chance is not excluded' : null;
  const better = betterIs(measure);
  if (better === 'neither') return { state: 'moved', reason };
  return { state: (better === 'more') === change > 0 ? 'improved' : 'regressed', reason };
}

/** Of the known values; null without any. */
export function meanOf(values: PerReplication): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
