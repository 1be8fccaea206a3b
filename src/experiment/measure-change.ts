/**
 * Measures before and after, replication by replication on common random numbers: by how much each changed, whether that is beyond the
 * tolerance, and whether chance could have done it (paired t-tests, corrected by Holm for all that are read together).
 */

import { holmAdjusted } from '../statistics/holm.ts';
import type { Interval } from '../statistics/intervals.ts';
import type { PerReplication } from './observed-point.ts';
import { comparePaired, type PairedComparison } from './paired.ts';
import { quantileStep } from './quantile-step.ts';
import { allowedBy, betterIs, type JudgedMeasure, type Tolerance } from './tolerance.ts';

/**
 * `same`: equal to the bit. `within`: changed, but not beyond the tolerance. `moved`: beyond it, of a measure of which neither more nor
 * less is better. `perhaps-regressed`: beyond it for the worse, but not told from chance; `unsure`: the same of any other change.
 */
export type ChangeState = 'same' | 'within' | 'unsure' | 'moved' | 'improved' | 'perhaps-regressed' | 'regressed';

/** `before[i]` and `after[i]` are of replication i. */
export interface MeasurePair {
  readonly measure: JudgedMeasure;
  readonly before: PerReplication;
  readonly after: PerReplication;
  readonly tolerance: Tolerance;
}

export interface MeasureChange {
  readonly measure: JudgedMeasure;
  /** Means over the replications that could tell both before and after (of one side alone where none could tell both). */
  readonly before: number | null;
  readonly after: number | null;
  /** after − before with its 95 % interval; null where no replication could tell both. */
  readonly difference: Interval | null;
  /** Two-sided; null from one replication, which cannot tell. */
  readonly pValue: number | null;
  /** Corrected for all the measures that are judged together. */
  readonly pAdjusted: number | null;
  readonly tolerance: Tolerance;
  readonly state: ChangeState;
  /** One sentence where the state does not follow from the numbers. */
  readonly reason: string | null;
}

/** The chance of even one false alarm among all the measures judged together that is taken where there is no difference. */
const SIGNIFICANCE = 0.05;

/** Judged together: what is said of any of them allows for its having been picked from all. */
export function measureChanges(pairs: readonly MeasurePair[]): readonly MeasureChange[] {
  const compared = pairs.map((pair) => ({ pair, paired: pairedOf(pair) }));
  const adjusted = holmAdjusted(compared.map(({ paired }) => paired?.pValue ?? null));
  return compared.map(({ pair, paired }, i) => judged(pair, paired, adjusted[i] as number | null));
}

/** after − before. */
function pairedOf({ measure, before, after }: MeasurePair): PairedComparison | null {
  const step = (values: PerReplication): number => quantileStep(measure, meanOf(values) ?? 0);
  return comparePaired(after, before, betterIs(measure) === 'less' ? 'low' : 'high', {
    a: step(after),
    b: step(before),
  });
}

function judged(
  { measure, before, after, tolerance }: MeasurePair,
  paired: PairedComparison | null,
  pAdjusted: number | null,
): MeasureChange {
  const numbers = {
    measure,
    before: paired?.meanB ?? meanOf(before),
    after: paired?.meanA ?? meanOf(after),
    difference: paired?.difference ?? null,
    pValue: paired?.pValue ?? null,
    pAdjusted,
    tolerance,
  };
  if (before.length === after.length && before.every((value, i) => value === after[i]))
    return { ...numbers, state: 'same', reason: null };
  const [knownBefore, knownAfter] = [before, after].map(
    (values) => values.filter((value) => value !== null).length,
  ) as [number, number];
  if (knownAfter < knownBefore)
    return {
      ...numbers,
      state: 'regressed',
      reason: `it could be measured in ${knownBefore} of ${before.length} replications, and can be in ${knownAfter} now`,
    };
  if (paired === null) return { ...numbers, state: 'improved', reason: 'it could not be measured before' };
  return { ...numbers, ...stateOf(measure, paired, pAdjusted, tolerance) };
}

function stateOf(
  measure: JudgedMeasure,
  { meanB: before, difference: { mean: change } }: PairedComparison,
  pAdjusted: number | null,
  tolerance: Tolerance,
): Pick<MeasureChange, 'state' | 'reason'> {
  if (Math.abs(change) <= allowedBy(tolerance, before)) return { state: 'within', reason: null };
  const better = betterIs(measure);
  const worse = better !== 'neither' && (better === 'more') !== change > 0;
  if (pAdjusted !== null && pAdjusted >= SIGNIFICANCE)
    return {
      state: worse ? 'perhaps-regressed' : 'unsure',
      reason: 'beyond the tolerance, but chance could have done it: more replications would tell',
    };
  const reason = pAdjusted === null ? 'one replication: chance is not excluded' : null;
  if (better === 'neither') return { state: 'moved', reason };
  return { state: worse ? 'regressed' : 'improved', reason };
}

/** Of the known values; null without any. */
export function meanOf(values: PerReplication): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
