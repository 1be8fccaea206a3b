/** What consensus costs the network: messages per transaction by kind. */
import type { PointResult } from '../../../results/result-file.ts';
import { formatNumber } from '../format.ts';
import { swatch, table } from '../markup.ts';
import { type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, pointColour } from './chart-spec.ts';

export function messagesFigure(points: readonly PointResult[]): Figure {
  const kinds = [...new Set(points.flatMap((point) => point.messages.map(({ name }) => name)))];
  const of = (point: PointResult, kind: string) =>
    point.messages.find(({ name }) => name === kind)?.per_transaction ?? null;
  const bars = kinds.reduce((sum, kind) => sum + points.filter((point) => of(point, kind) !== null).length, 0);
  const totals = points.map((point) => point.messages.reduce((sum, { per_transaction }) => sum + per_transaction, 0));
  const sentence = points
    .slice(0, 6)
    .map(({ label }, index) => `${label} ${formatNumber(totals[index]!)}`)
    .join(', ');
  return {
    title: 'Messages per transaction',
    lead: `All kinds together: ${sentence}. Batches share their messages, so a larger batch costs each transaction less.`,
    legend: points.map((point, index) => swatch(pointColour(index), point.label)),
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'messages',
        description: `Messages per transaction, all kinds together: ${sentence}.`,
        kind: 'bar',
        horizontal: true,
        categories: kinds,
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: 'messages per transaction', scale: 'linear', format: 'number', min: 0, max: null },
        series: points.map((point, index) => ({
          ...NO_SERIES_EXTRAS,
          label: point.label,
          colour: pointColour(index),
          values: kinds.map((kind) => of(point, kind)),
          texts: kinds.map((kind) => {
            const value = of(point, kind);
            return value === null ? '' : formatNumber(value);
          }),
        })),
        height: 70 + Math.max(kinds.length * 26, bars * 20),
      },
    ],
    table: table(
      'Messages per transaction',
      ['kind', ...points.map(({ label }) => label)],
      [
        ...kinds.map((kind) => [
          kind,
          ...points.map((point) => {
            const value = of(point, kind);
            return value === null ? '–' : formatNumber(value);
          }),
        ]),
        ['together', ...totals.map((total) => formatNumber(total))],
      ],
    ),
    after: null,
  };
}
