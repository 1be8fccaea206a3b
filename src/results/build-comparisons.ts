/** The paired comparisons of an experiment as result files hold them: by label, with what may be claimed of each. */

import { comparePoints, type PointComparison } from '../experiment/compare-points.ts';
import { TOLD_BELOW } from '../experiment/paired.ts';
import type { PointAnswer } from '../experiment/replicate.ts';
import { MILLISECOND } from '../units/quantities.ts';
import type { ComparisonRow } from './result-file.ts';

/** `labels`: of the points, in the order of the answers. */
export function buildComparisons(answers: readonly PointAnswer[], labels: readonly string[]): readonly ComparisonRow[] {
  return comparePoints(answers.map(({ estimate }) => estimate)).map((comparison) => rowOf(comparison, labels));
}

function rowOf(
  { a, b, measure, better, from, paired, pAdjusted }: PointComparison,
  labels: readonly string[],
): ComparisonRow {
  const { mean, low, high, count } = paired.difference;
  return {
    a: labels[a] as string,
    b: labels[b] as string,
    measure,
    better,
    warmup_ms: from / MILLISECOND,
    pairs: count,
    a_mean: paired.meanA,
    b_mean: paired.meanB,
    a_minus_b: { mean, low, high },
    relative: paired.relative,
    p_value: paired.pValue,
    p_value_holm: pAdjusted,
    told: pAdjusted !== null && pAdjusted < TOLD_BELOW,
    ahead: mean === 0 ? null : mean > 0 === (better === 'high') ? 'a' : 'b',
    probability_a_better: paired.probabilityABetter,
    a_wins: paired.wins,
    ties: paired.ties,
    a_losses: paired.losses,
  };
}
