/** What the warm-up is judged by: mean finality in each segment of the run, over the replications, and where the cut was made. */
import type { PointResult } from '../../../results/result-file.ts';
import { formatInstant, formatQuantity, NOT_MEASURED } from '../format.ts';
import { html, lineSwatch, table } from '../markup.ts';
import {
  COLOURS,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  pointColour,
  pointDash,
  type Series,
  timeUnit,
} from './chart-spec.ts';

/** `lead`: what kind of runs these are and what was left out, in words. */
export function warmUpFigure(all: readonly PointResult[], durationMs: number, lead: string): Figure {
  const points = all.slice(0, COLOURS);
  const longest = Math.max(
    0,
    ...points.flatMap(({ warmup_series }) => warmup_series.finality_mean_ms.map((ms) => ms ?? 0)),
  );
  const { divisor, name: unit } = timeUnit(longest);
  const cut = points.some(({ warmup_ms }) => warmup_ms > 0);
  const some = points.length < all.length ? ` The first ${COLOURS} points of ${all.length}.` : '';
  return {
    title: 'Warm-up and what is measured',
    lead: `${lead} The lines are the mean finality in each segment of the run, averaged over the replications${cut ? '; thin: left out' : ''}.${some}`,
    legend: [
      ...points.map((point, index) => lineSwatch(pointColour(index), pointDash(index), point.label)),
      ...(cut ? [html`thin: warm-up, left out of every measure`] : []),
    ],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'warm-up',
        description: `Mean finality over the run. ${points.map(({ label, warmup_ms, warmup_rule }) => `${label}: the first ${formatInstant(warmup_ms)} left out (${warmup_rule})`).join('; ')}.`,
        kind: 'line',
        horizontal: false,
        categories: [],
        base: { title: 'time (s)', scale: 'linear', format: 'number', min: 0, max: durationMs / 1000 },
        value: { title: `mean finality (${unit})`, scale: 'linear', format: 'number', min: 0, max: null },
        series: points.flatMap((point, index) => seriesOf(point, index, divisor)),
        height: 230,
      },
    ],
    table: table(
      'What is left out as warm-up',
      ['', 'left out', 'rule', 'mean finality in what is left out', 'mean finality behind it'],
      points.map((point) => [
        point.label,
        formatInstant(point.warmup_ms),
        point.warmup_rule,
        meanText(point, (from) => from < point.warmup_ms),
        meanText(point, (from) => from >= point.warmup_ms),
      ]),
    ),
    after: null,
  };
}

/** The part that is left out, up to the first value that counts, and the part that is measured. */
function seriesOf({ label, warmup_ms, warmup_series }: PointResult, index: number, divisor: number): readonly Series[] {
  const { from_ms, to_ms, finality_mean_ms } = warmup_series;
  const first = from_ms.findIndex((from) => from >= warmup_ms);
  const measured = first < 0 ? from_ms.length : first;
  const part = (name: string, look: Series['look'], begin: number, end: number): Series => ({
    ...NO_SERIES_EXTRAS,
    label: name,
    colour: pointColour(index),
    dash: pointDash(index),
    look,
    x: from_ms.slice(begin, end).map((from, i) => (from + (to_ms[begin + i] as number)) / 2000),
    values: finality_mean_ms.slice(begin, end).map((ms) => (ms === null ? null : ms / divisor)),
  });
  const removed = measured > 0 ? [part(`${label} (left out)`, 'thin', 0, measured + 1)] : [];
  return [...removed, part(label, 'plain', measured, from_ms.length)];
}

function meanText({ warmup_series }: PointResult, within: (from: number) => boolean): string {
  const known = warmup_series.finality_mean_ms.filter(
    (ms, i) => ms !== null && within(warmup_series.from_ms[i] as number),
  );
  if (known.length === 0) return NOT_MEASURED;
  return formatQuantity(known.reduce((sum: number, ms) => sum + (ms as number), 0) / known.length, 'ms');
}
