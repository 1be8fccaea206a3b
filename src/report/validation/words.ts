/** How validation results are said, in the terminal, in docs/VALIDATION.md and in the HTML page alike. */
import type { ComparisonResult, Tolerance } from '../../validation/target.ts';
import type { TargetResult } from '../../validation/validate.ts';

export type Outcome = 'pass' | 'FAIL' | 'shown';

export function outcomeOf({ holds, ungated }: ComparisonResult): Outcome {
  return ungated === null ? (holds ? 'pass' : 'FAIL') : 'shown';
}

export function valueText(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'none';
  const digits = String(Number(value.toPrecision(5)));
  return unit === '' ? digits : `${digits} ${unit}`;
}

/** In per cent of the real value; where that is 0, or a percentage itself, or there is only a statistic, the difference. */
export function errorText({ errorPercent, predicted, real, statistic }: ComparisonResult): string {
  if (!Number.isFinite(predicted) || statistic) return '';
  if (errorPercent === null) return `${predicted >= real ? '+' : ''}${Number((predicted - real).toPrecision(3))}`;
  return `${errorPercent >= 0 ? '+' : ''}${errorPercent.toFixed(2)} %`;
}

/** How far chance moves a prediction: one standard error, in per cent of the real value where the error is. */
export function chanceText({ standardError, errorPercent, real }: ComparisonResult): string {
  if (standardError === null) return '';
  if (errorPercent === null) return `±${Number(standardError.toPrecision(2))}`;
  return `±${((100 * standardError) / Math.abs(real)).toFixed(2)} %`;
}

/** With what the small setting allows beyond it. */
export function toleranceOf({
  tolerance,
  unit,
  allowance,
}: Pick<ComparisonResult, 'tolerance' | 'unit' | 'allowance'>): string {
  const more = allowance === 0 ? '' : ` + ${Number(allowance.toPrecision(2))}${unit === '' ? '' : ` ${unit}`}`;
  return `${toleranceText(tolerance, unit)}${more}`;
}

function toleranceText(tolerance: Tolerance, unit: string): string {
  if ('low' in tolerance)
    return `${Number(tolerance.low.toPrecision(4))} … ${Number(tolerance.high.toPrecision(4))}${unit === '' ? '' : ` ${unit}`}`;
  const { percent, orAbsolute } = tolerance;
  return orAbsolute === undefined ? `${percent} %` : `${percent} % or ${orAbsolute} ${unit}`;
}

/** What a prediction may be. */
export function allowed({ real, tolerance, allowance }: Pick<ComparisonResult, 'real' | 'tolerance' | 'allowance'>): {
  readonly low: number;
  readonly high: number;
} {
  if ('low' in tolerance) return { low: tolerance.low - allowance, high: tolerance.high + allowance };
  const width = allowance + Math.max((tolerance.percent / 100) * Math.abs(real), tolerance.orAbsolute ?? 0);
  return { low: real - width, high: real + width };
}

/** How much of its tolerance a prediction uses: 0 in the middle, 1 at an end, more outside; null: nothing to measure by. */
export function usedOf(comparison: ComparisonResult): number | null {
  const { predicted, statistic } = comparison;
  const { low, high } = allowed(comparison);
  if (!Number.isFinite(predicted) || statistic) return null;
  if (high === low) return predicted === low ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(predicted - (low + high) / 2) / ((high - low) / 2);
}

/** What was predicted: without the checks that figures fit together, which no model could miss. */
export function predictionsOf(results: readonly TargetResult[]): readonly TargetResult[] {
  return results.filter(({ target }) => target.accounting !== true);
}

/** Those checks. */
export function accountingOf(results: readonly TargetResult[]): readonly TargetResult[] {
  return results.filter(({ target }) => target.accounting === true);
}

/** Of predictions. */
export interface Counts {
  readonly targets: number;
  readonly judged: number;
  readonly held: number;
  readonly shown: number;
}

export function countsOf(results: readonly TargetResult[]): Counts {
  const predictions = predictionsOf(results);
  const all = predictions.flatMap(({ comparisons }) => comparisons);
  const judged = all.filter(({ ungated }) => ungated === null);
  return {
    targets: predictions.length,
    judged: judged.length,
    held: judged.filter(({ holds }) => holds).length,
    shown: all.length - judged.length,
  };
}

/** The judged prediction that uses most of its tolerance. */
export function nearestMiss(results: readonly TargetResult[]): ComparisonResult | null {
  const judged = predictionsOf(results)
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ ungated }) => ungated === null);
  const used = (one: ComparisonResult): number => usedOf(one) ?? (one.holds ? 0 : Number.POSITIVE_INFINITY);
  return judged.reduce<ComparisonResult | null>(
    (worst, one) => (worst === null || used(one) > used(worst) ? one : worst),
    null,
  );
}

/** `wide-area-election-2 (p90 time to elect): predicted 997 ms, real 1079 ms, -7.63 %, tolerance 8 %`. */
export function rowText(comparison: ComparisonResult): string {
  const { target, row, unit, predicted, real, statistic } = comparison;
  const values = [
    `predicted ${valueText(predicted, unit)}`,
    ...(statistic ? [] : [`real ${valueText(real, unit)}`]),
    errorText(comparison),
    `tolerance ${toleranceOf(comparison)}`,
  ];
  return `${target} (${row}): ${values.filter((part) => part !== '').join(', ')}`;
}

/** One line with figures: how many hold, and which is nearest to its tolerance or beyond it. */
export function summaryText(results: readonly TargetResult[]): string {
  const { targets, judged, held, shown } = countsOf(results);
  const worst = nearestMiss(results);
  const nearest =
    worst === null ? '' : `; ${held < judged ? 'furthest out' : 'closest to its tolerance'}: ${rowText(worst)}`;
  const more = shown === 0 ? '' : `, ${shown} more shown but not judged`;
  return `${held} of ${judged} predictions hold over ${targets} ${targets === 1 ? 'target' : 'targets'}${more}${nearest}`;
}

/** Each free constant once, with the targets that use it. */
export function constantsOf(
  results: readonly TargetResult[],
): readonly { constant: string; targets: readonly string[] }[] {
  const found = new Map<string, string[]>();
  for (const { target } of predictionsOf(results))
    for (const constant of target.constants) found.set(constant, [...(found.get(constant) ?? []), target.id]);
  return [...found].map(([constant, targets]) => ({ constant, targets }));
}
