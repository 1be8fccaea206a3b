/** What consensus costs the network: messages per transaction by kind. */
import type { PointResult } from '../../../results/result-file.ts';
import { formatNumber, formatShort } from '../format.ts';
import { swatch, table } from '../markup.ts';
import {
  type Colour,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  pointColour,
  type Series,
  SIDE_BY_SIDE,
} from './chart-spec.ts';

/** Pixels that a bar with its value beside it takes. */
const BAR = 15;

/** Few points: a group of bars per kind. Many: one bar per point, all kinds together. */
export function messagesFigure(points: readonly PointResult[]): Figure {
  const of = (point: PointResult, kind: string) =>
    point.messages.find(({ name }) => name === kind)?.per_transaction ?? null;
  const having = (kind: string) => points.filter((point) => of(point, kind) !== null).length;
  // A protocol's own kinds keep their order; what all points share (requests, replies) comes last.
  const kinds = [...new Set(points.flatMap((point) => point.messages.map(({ name }) => name)))];
  if (points.length > 1)
    kinds.sort((a, b) => Number(having(a) === points.length) - Number(having(b) === points.length));
  // A bar that cannot be seen says nothing: the table has these kinds.
  const largest = Math.max(0, ...points.flatMap((point) => point.messages.map((kind) => kind.per_transaction)));
  const shown = kinds.filter((kind) => points.some((point) => (of(point, kind) ?? 0) >= largest / 100));
  const mostBars = Math.max(1, ...shown.map(having));
  const few = points.length <= SIDE_BY_SIDE;
  const totals = points.map((point) => point.messages.reduce((sum, { per_transaction }) => sum + per_transaction, 0));
  const sentence = points
    .slice(0, 6)
    .map(({ label }, index) => `${label} ${formatNumber(totals[index]!)}`)
    .join(', ');
  const measured = points.slice(0, 6).flatMap(({ label, estimates }) => {
    const estimate = estimates.messages_per_transaction;
    return estimate === null ? [] : [`${label} ${formatNumber(estimate.mean)}`];
  });
  // Kinds are counted over whole runs, the measure that is compared only behind the warm-up.
  const window = measured.length === 0 ? '' : ` (in the measured window: ${measured.join(', ')})`;
  return {
    title: 'Messages per transaction',
    lead: `All kinds together, over whole runs: ${sentence}${window}. Batches share their messages, so a larger batch costs each transaction less.${few ? '' : ' The table has each kind.'}`,
    legend: few ? points.map((point, index) => swatch(pointColour(index), point.label)) : [],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'messages',
        description: `Messages per transaction over whole runs, all kinds together: ${sentence}.`,
        kind: 'bar',
        horizontal: true,
        categories: few ? shown : points.map(({ label }) => label),
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: 'messages per transaction', scale: 'linear', format: 'number', min: 0, max: null },
        series: few
          ? points.map((point, index) =>
              series(
                point.label,
                pointColour(index),
                shown.map((kind) => of(point, kind)),
              ),
            )
          : [{ ...series('together', 'ink-soft', totals), colours: points.map((_, index) => pointColour(index)) }],
        height: 70 + (few ? shown.length * Math.max(26, mostBars * BAR + 8) : points.length * 52),
      },
    ],
    table: table(
      'Messages per transaction, over whole runs',
      ['kind', ...points.map(({ label }) => label)],
      [
        ...kinds.map((kind) => [
          kind,
          ...points.map((point) => {
            const value = of(point, kind);
            return value === null ? '–' : formatShort(value);
          }),
        ]),
        ['together', ...totals.map((total) => formatNumber(total))],
      ],
    ),
    after: null,
  };
}

function series(label: string, colour: Colour, values: readonly (number | null)[]): Series {
  return {
    ...NO_SERIES_EXTRAS,
    label,
    colour,
    values,
    texts: values.map((value) => (value === null ? '' : formatShort(value))),
  };
}
