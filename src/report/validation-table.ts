/** The outcome of `quorumlab validate` as a terminal table, one line a prediction, and as JSON. */
import Table from 'cli-table3';
import { canonicalJson } from '../results/canonical-json.ts';
import type { ComparisonResult, Tolerance } from '../validation/target.ts';
import type { TargetResult } from '../validation/validate.ts';

export function validationTable(results: readonly TargetResult[]): string {
  const table = new Table({
    head: ['target', 'what', 'predicted', 'real', 'error', 'tolerance', '', 'time'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'right'],
  });
  for (const { target, comparisons, tookMs } of results)
    comparisons.forEach((comparison, i) => {
      const { row, unit, predicted, real } = comparison;
      table.push([
        i === 0 ? target.id : '',
        row,
        valueText(predicted, unit),
        valueText(real, unit),
        errorText(comparison),
        toleranceText(comparison.tolerance, unit),
        outcomeText(comparison),
        i === 0 ? `${(tookMs / 1000).toFixed(1)} s` : '',
      ]);
    });
  return `${table.toString()}\n${summaryText(results)}\n`;
}

export function validationJson(results: readonly TargetResult[]): string {
  return canonicalJson(
    results.map(({ target, comparisons, tookMs, runs }) => ({
      id: target.id,
      summary: target.summary,
      source: target.source,
      scenario: `scenarios/validation/${target.scenario}.yaml`,
      constants: target.constants,
      runs,
      took_ms: Math.round(tookMs),
      comparisons: comparisons.map(({ row, unit, predicted, real, errorPercent, tolerance, holds, ungated }) => ({
        row,
        unit,
        predicted: Number.isFinite(predicted) ? predicted : null,
        real,
        error_percent: errorPercent,
        tolerance,
        holds,
        ungated,
      })),
    })),
  );
}

/** `12 predictions hold, 1 is missed, 3 are shown only`. */
export function summaryText(results: readonly TargetResult[]): string {
  const all = results.flatMap(({ comparisons }) => comparisons);
  const gated = all.filter(({ ungated }) => ungated === null);
  const held = gated.filter(({ holds }) => holds).length;
  return `${held} of ${gated.length} predictions hold; ${all.length - gated.length} more are shown but not judged.`;
}

export function valueText(value: number, unit: string): string {
  const digits = Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'none';
  return unit === '' ? digits : `${digits} ${unit}`;
}

export function errorText({ errorPercent, predicted, real }: ComparisonResult): string {
  if (!Number.isFinite(predicted)) return '';
  if (errorPercent === null) return `${predicted >= real ? '+' : ''}${Number((predicted - real).toPrecision(3))}`;
  return `${errorPercent >= 0 ? '+' : ''}${errorPercent.toFixed(2)} %`;
}

export function toleranceText(tolerance: Tolerance, unit: string): string {
  if ('low' in tolerance) return `${Number(tolerance.low.toPrecision(4))} … ${Number(tolerance.high.toPrecision(4))}`;
  const { percent, orAbsolute } = tolerance;
  return orAbsolute === undefined ? `${percent} %` : `${percent} % or ${orAbsolute} ${unit}`;
}

export function outcomeText({ holds, ungated }: ComparisonResult): string {
  return ungated === null ? (holds ? 'pass' : 'FAIL') : 'shown';
}
