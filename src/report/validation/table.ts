/** The outcome of `quorumlab validate` as a terminal table, one line a prediction, and as JSON. The summary is the last line. */
import Table from 'cli-table3';
import colours from 'picocolors';
import { canonicalJson } from '../../results/canonical-json.ts';
import { MODEL_VERSION } from '../../simulation/model-version.ts';
import { SMALL_ERRORS, type TargetResult } from '../../validation/validate.ts';
import type { Colours } from '../table.ts';
import {
  accountingOf,
  countsOf,
  errorText,
  type Outcome,
  outcomeOf,
  predictionsOf,
  summaryText,
  toleranceOf,
  valueText,
} from './words.ts';

export function validationTable(
  results: readonly TargetResult[],
  { small }: { readonly small: boolean },
  colour: Colours = colours,
): string {
  const table = new Table({
    head: ['target', 'what', 'predicted', 'real', 'error', 'tolerance', '', 'run time'],
    style: { head: [], border: [] },
    // A line between targets would need one between all rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'right'],
  });
  const paint: Record<Outcome, (text: string) => string> = { pass: colour.green, FAIL: colour.red, shown: colour.dim };
  const apart = accountingOf(results);
  for (const { target, comparisons, tookMs } of [...predictionsOf(results), ...apart])
    comparisons.forEach((comparison, i) => {
      const { row, unit, predicted, real, statistic } = comparison;
      const outcome = outcomeOf(comparison);
      table.push([
        i === 0 ? colour.bold(target.id) : '',
        target.accounting ? `accounting: ${row}` : row,
        valueText(predicted, unit),
        statistic ? '' : valueText(real, unit),
        errorText(comparison),
        toleranceOf(comparison),
        paint[outcome](outcome),
        i === 0 ? `${(tookMs / 1000).toFixed(1)} s` : '',
      ]);
    });
  const chance = small
    ? `--small: shorter and fewer runs, so that ${SMALL_ERRORS} standard errors of each sample are added to its tolerance; the whole suite decides\n`
    : '';
  const checks =
    apart.length === 0
      ? ''
      : 'accounting: figures fit together by arithmetic, which no model could miss; not counted\n';
  return `${table.toString()}\n${reasons(results).join('')}${checks}${chance}${summaryText(results)}\n`;
}

/** Why rows are shown only, each reason once. */
function reasons(results: readonly TargetResult[]): readonly string[] {
  return results.flatMap(({ target, comparisons }) =>
    [...new Set(comparisons.flatMap(({ ungated }) => ungated ?? []))].map(
      (reason) => `shown, not judged: ${target.id}: ${reason}\n`,
    ),
  );
}

export function validationJson(results: readonly TargetResult[], small: boolean): string {
  const { judged, held, shown } = countsOf(results);
  return canonicalJson({
    format: 1,
    model_version: MODEL_VERSION,
    small,
    judged,
    held,
    missed: judged - held,
    shown,
    targets: results.map(({ target, comparisons, tookMs, runs }) => ({
      id: target.id,
      summary: target.summary,
      source: target.source,
      scenario: `scenarios/validation/${target.scenario}.yaml`,
      constants: target.constants,
      accounting: target.accounting === true,
      beyond_the_row: target.beyond ?? [],
      runs,
      took_ms: Math.round(tookMs),
      comparisons: comparisons.map((one) => ({
        row: one.row,
        unit: one.unit,
        predicted: Number.isFinite(one.predicted) ? one.predicted : null,
        real: one.statistic ? null : one.real,
        error_percent: one.statistic ? null : one.errorPercent,
        tolerance: one.tolerance,
        standard_error: one.standardError,
        sampling_allowance: one.allowance,
        holds: one.holds,
        judged: one.ungated === null,
        why_not_judged: one.ungated,
      })),
    })),
  });
}
