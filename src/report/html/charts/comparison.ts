/**
 * Throughput and finality of the design points side by side, each with its 95 % interval. Bars lie, so that labels stay
 * readable with many points and on a narrow screen.
 */
import type { Estimate, EstimateName, PointResult } from '../../../results/result-file.ts';
import { estimateCell } from '../estimate-cell.ts';
import { formatEstimate } from '../format.ts';
import { html, swatch, table } from '../markup.ts';
import { type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, pointColour, timeUnit } from './chart-spec.ts';

export function throughputFigure(points: readonly PointResult[]): Figure {
  const estimates = points.map((point) => point.estimates.throughput_per_s);
  const differs = points.some(({ estimates: { throughput_per_s: all, goodput_per_s: valid } }) => {
    return all !== null && valid !== null && valid.mean < all.mean * 0.9995;
  });
  const colours = points.map((_, index) => pointColour(index));
  const goodput = points.map((point) => point.estimates.goodput_per_s);
  const bars = (label: string, values: readonly (Estimate | null)[], look: 'plain' | 'soft') => ({
    ...NO_SERIES_EXTRAS,
    ...bounds(values, 1),
    label,
    colour: 'ink-soft',
    colours,
    look,
    texts: values.map((value) => formatEstimate(value, 'per_s').value),
  });
  const offered = {
    ...NO_SERIES_EXTRAS,
    label: 'offered',
    colour: 'ink',
    look: 'tick' as const,
    values: points.map((point) => point.estimates.offered_per_s?.mean ?? null),
  };
  const series = [offered, bars('throughput', estimates, 'plain')];
  if (differs) series.push(bars('goodput', goodput, 'soft'));
  return {
    title: 'Throughput',
    lead: `Transactions final per second${differs ? '; the paler bar counts only valid ones (goodput)' : ''}. The black stroke is the offered load: a bar that stays short of it does not keep up.`,
    legend: [
      ...points.map((point, index) => swatch(pointColour(index), point.label)),
      html`<span class="tick" aria-hidden="true"></span>offered load`,
      whisker(),
    ],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'throughput',
        description: `Throughput: ${points.map((point, index) => `${point.label} ${spoken(estimates[index]!, 'per_s')}`).join('; ')}.`,
        kind: 'bar',
        horizontal: true,
        categories: points.map((point) => point.label),
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: 'transactions per second', scale: 'linear', format: 'number', min: 0, max: null },
        series,
        height: 70 + points.length * (differs ? 62 : 44),
      },
    ],
    table: measureTable(
      'Throughput',
      points,
      { offered_per_s: 'offered', throughput_per_s: 'throughput', goodput_per_s: 'goodput' },
      'per_s',
    ),
    after: null,
  };
}

const FINALITY = { finality_p50_ms: 'p50', finality_p90_ms: 'p90', finality_p99_ms: 'p99' } as const;

export function finalityFigure(points: readonly PointResult[]): Figure {
  const names = Object.keys(FINALITY) as (keyof typeof FINALITY)[];
  const all = points.flatMap((point) => names.map((name) => point.estimates[name]?.high ?? 0));
  const { divisor, name: unit } = timeUnit(Math.max(0, ...all));
  return {
    title: 'Finality',
    lead: 'From the intended send to the proof, held by the client, that the transaction cannot be revoked: the time that half (p50), 90% and 99% of transactions stay under.',
    legend: [...points.map((point, index) => swatch(pointColour(index), point.label)), whisker()],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'finality',
        description: `Finality, p50 and p99: ${points.map(({ label, estimates }) => `${label} ${spoken(estimates.finality_p50_ms, 'ms')} and ${spoken(estimates.finality_p99_ms, 'ms')}`).join('; ')}.`,
        kind: 'bar',
        horizontal: true,
        categories: Object.values(FINALITY),
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: `finality (${unit})`, scale: 'linear', format: 'number', min: 0, max: null },
        series: points.map((point, index) => {
          const estimates = names.map((name) => point.estimates[name]);
          const texts = estimates.map((estimate) => formatEstimate(estimate, 'ms').value);
          return {
            ...NO_SERIES_EXTRAS,
            ...bounds(estimates, divisor),
            label: point.label,
            colour: pointColour(index),
            texts,
          };
        }),
        height: 70 + Math.max(90, points.length * 3 * 26),
      },
    ],
    table: measureTable(
      'Finality',
      points,
      { finality_mean_ms: 'mean', ...FINALITY, finality_p999_ms: 'p99.9', finality_max_ms: 'longest' },
      'ms',
    ),
    after: null,
  };
}

function bounds(estimates: readonly (Estimate | null)[], divisor: number) {
  const of = (part: 'mean' | 'low' | 'high') =>
    estimates.map((estimate) => (estimate === null ? null : estimate[part] / divisor));
  return { values: of('mean'), low: of('low'), high: of('high') };
}

function whisker() {
  return html`<span class="whisker" aria-hidden="true"></span>95% interval`;
}

function spoken(estimate: Estimate | null, unit: 'ms' | 'per_s'): string {
  const { value, interval } = formatEstimate(estimate, unit);
  return estimate === null ? 'not measured' : interval === null ? value : `${value} ${interval}`;
}

function measureTable(
  caption: string,
  points: readonly PointResult[],
  measures: Partial<Record<EstimateName, string>>,
  unit: 'ms' | 'per_s',
) {
  const names = Object.keys(measures) as EstimateName[];
  const rows = points.map((point, index) => [
    swatch(pointColour(index), point.label),
    ...names.map((name) => estimateCell(point.estimates[name], unit)),
  ]);
  return table(caption, ['', ...names.map((name) => measures[name]!)], rows);
}
