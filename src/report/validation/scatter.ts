/** Predicted against real, and beside it how much of its tolerance each prediction uses: what the wide axes of the first hide. */
import type { ComparisonResult } from '../../validation/target.ts';
import type { TargetResult } from '../../validation/validate.ts';
import {
  type Axis,
  type ChartSpec,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  type Series,
} from '../html/charts/chart-spec.ts';
import { html, lineSwatch, table } from '../html/markup.ts';
import { OUTCOMES, signMarkup } from './signs.ts';
import { allowed, outcomeOf, predictionsOf, rowText, valueText } from './words.ts';

const IDENTITY_DASH = [6, 4];
/** Errors beyond this many tolerances stand at the edge. */
const MOST_TOLERANCES = 2;

/** Every pair of positive values on logarithmic axes: what lies on the line is exact. */
export function scatterFigure(results: readonly TargetResult[]): Figure {
  const all = predictionsOf(results).flatMap(({ comparisons }) => comparisons);
  const drawn = all.filter(
    ({ predicted, real, statistic }) => !statistic && predicted > 0 && real > 0 && Number.isFinite(predicted),
  );
  const values = drawn.flatMap(({ predicted, real }) => [predicted, real]);
  const min = 10 ** Math.floor(Math.log10(Math.min(1, ...values)));
  const max = 10 ** Math.ceil(Math.log10(Math.max(1, ...values)));
  const wide = (title: string): Axis => ({ title, scale: 'logarithmic', format: 'number', min, max });
  const left = all.length - drawn.length;
  const missing =
    left === 0
      ? ''
      : ` ${left === 1 ? 'One row is' : `${left} rows are`} not drawn: a real value of 0, or a statistic that has none.`;
  const line: Series = {
    ...NO_SERIES_EXTRAS,
    label: 'predicted = real',
    colour: 'ink-soft',
    dash: IDENTITY_DASH,
    look: 'thin',
    x: [min, max],
    values: [min, max],
  };
  const chart = (
    parts: Pick<ChartSpec, 'id' | 'title' | 'description' | 'value' | 'series' | 'guides'>,
  ): ChartSpec => ({
    ...NO_CHART_EXTRAS,
    ...parts,
    kind: 'line',
    horizontal: false,
    categories: [],
    base: wide('real'),
    height: 440,
  });
  return {
    title: 'Predicted against real',
    lead: `One sign a prediction, each in the unit of its row (ms, transactions/s, % and others), over logarithmic axes. On the dashed line prediction and reality agree; beside it, by how much they do not: within ±100% the tolerance holds, and what lies beyond ±${MOST_TOLERANCES * 100}% stands at the edge.${missing}`,
    legend: [
      ...OUTCOMES.map(({ outcome, label, sign }) => {
        const count = drawn.filter((row) => outcomeOf(row) === outcome).length;
        return count === 0 ? null : html`${signMarkup(sign)}${label} (${count})`;
      }).filter((item) => item !== null),
      lineSwatch('ink-soft', IDENTITY_DASH, 'predicted = real'),
    ],
    specs: [
      chart({
        id: 'scatter',
        title: 'Predicted against real',
        description: `Predicted against real values of ${drawn.length} rows on logarithmic axes; the tables have each.`,
        value: wide('predicted'),
        series: [...signsOf(drawn, ({ predicted }) => predicted), line],
        guides: [],
      }),
      chart({
        id: 'errors',
        title: 'Error, in shares of the tolerance',
        description: `The error of ${drawn.length} rows in shares of their tolerance; the tables have each.`,
        value: {
          title: 'error ÷ tolerance',
          scale: 'linear',
          format: 'share',
          min: -MOST_TOLERANCES,
          max: MOST_TOLERANCES,
        },
        series: signsOf(drawn, errorInTolerances),
        guides: [
          { at: 1, label: 'limit' },
          { at: -1, label: 'limit' },
        ],
      }),
    ],
    table: table(
      'Predicted and real values',
      ['row', 'predicted', 'real'],
      drawn.map(({ target, row, predicted, real, unit }) => [
        `${target}: ${row}`,
        valueText(predicted, unit),
        valueText(real, unit),
      ]),
    ),
    after: null,
  };
}

/** Misses come first: the first of a chart is drawn on top. */
function signsOf(rows: readonly ComparisonResult[], value: (row: ComparisonResult) => number): readonly Series[] {
  return [...OUTCOMES].reverse().flatMap(({ outcome, label, colour, sign }): readonly Series[] => {
    const alike = rows.filter((row) => outcomeOf(row) === outcome);
    if (alike.length === 0) return [];
    const x = alike.map(({ real }) => real);
    return [
      {
        ...NO_SERIES_EXTRAS,
        label,
        colour,
        sign,
        look: 'signs',
        x,
        values: alike.map(value),
        texts: alike.map(rowText),
      },
    ];
  });
}

/** From the real value towards the end of its tolerance on that side; one that allows nothing is a whole one away at once. */
function errorInTolerances(row: ComparisonResult): number {
  const { low, high } = allowed(row);
  const error = row.predicted - row.real;
  const room = error >= 0 ? high - row.real : row.real - low;
  const share = error === 0 ? 0 : room > 0 ? error / room : Math.sign(error) * MOST_TOLERANCES;
  return Math.max(-MOST_TOLERANCES, Math.min(MOST_TOLERANCES, share));
}
