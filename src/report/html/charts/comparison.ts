/**
 * Throughput and finality of the design points side by side, each with its 95 % interval. Bars lie, so that labels stay
 * readable with many points and on a narrow screen.
 */
import type { Estimate, EstimateName, PointResult } from '../../../results/result-file.ts';
import { onlyTheQuick } from '../../verdict/trouble.ts';
import { estimateCell } from '../estimate-cell.ts';
import { formatEstimate } from '../format.ts';
import { html, swatch, table } from '../markup.ts';
import {
  type Axis,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  pointColour,
  type Series,
  SIDE_BY_SIDE,
  timeUnit,
} from './chart-spec.ts';

const CATEGORIES: Axis = { title: '', scale: 'category', format: 'number', min: null, max: null };

export function throughputFigure(points: readonly PointResult[]): Figure {
  const estimates = points.map((point) => point.estimates.throughput_per_s);
  const differs = points.some(({ estimates: { throughput_per_s: all, goodput_per_s: valid } }) => {
    return all !== null && valid !== null && valid.mean < all.mean * 0.9995;
  });
  const colours = points.map((_, index) => pointColour(index));
  const goodput = points.map((point) => point.estimates.goodput_per_s);
  const rates = (label: string, values: readonly (Estimate | null)[], look: 'plain' | 'soft'): Series => ({
    ...NO_SERIES_EXTRAS,
    ...bars(values, 1, 'per_s'),
    label,
    colour: 'ink-soft',
    colours,
    look,
  });
  const offered: Series = {
    ...NO_SERIES_EXTRAS,
    label: 'offered',
    colour: 'ink',
    look: 'tick',
    values: points.map((point) => point.estimates.offered_per_s?.mean ?? null),
  };
  const series = [offered, rates('throughput', estimates, 'plain')];
  if (differs) series.push(rates('goodput', goodput, 'soft'));
  return {
    title: 'Throughput',
    lead: `Transactions final per second${differs ? '; the paler bar counts only valid ones (goodput)' : ''}. The stroke across the bars is the offered load: a bar that stays short of it does not keep up.`,
    legend: [
      ...(points.length <= SIDE_BY_SIDE ? points.map((point, index) => swatch(pointColour(index), point.label)) : []),
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
        base: CATEGORIES,
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
type Quantile = keyof typeof FINALITY;

/** Few points: a group of bars per quantile. Many: a pair of bars per point, so that each bar has its label. */
export function finalityFigure(points: readonly PointResult[]): Figure {
  const few = points.length <= SIDE_BY_SIDE;
  const all = points.flatMap(({ estimates }) =>
    Object.keys(FINALITY).map((name) => estimates[name as Quantile]?.high ?? 0),
  );
  const { divisor, name: unit } = timeUnit(Math.max(0, ...all));
  const pale = few ? '' : ' The paler bar is p50, the full one p99.';
  return {
    title: 'Finality',
    lead: `From the intended send to the proof, held by the client, that the transaction cannot be revoked: the time that half (p50), 90% and 99% of transactions stay under.${pale}${onlyTheQuick(points)}`,
    legend: [...(few ? points.map((point, index) => swatch(pointColour(index), point.label)) : []), whisker()],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'finality',
        description: `Finality, p50 and p99: ${points.map(({ label, estimates }) => `${label} ${spoken(estimates.finality_p50_ms, 'ms')} and ${spoken(estimates.finality_p99_ms, 'ms')}`).join('; ')}.`,
        kind: 'bar',
        horizontal: true,
        categories: few ? Object.values(FINALITY) : points.map(({ label }) => label),
        base: CATEGORIES,
        value: { title: `finality (${unit})`, scale: 'linear', format: 'number', min: 0, max: null },
        series: few ? seriesByPoint(points, divisor) : seriesByQuantile(points, divisor),
        height: 70 + (few ? Math.max(90, points.length * 3 * 26) : points.length * 62),
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

function seriesByPoint(points: readonly PointResult[], divisor: number): readonly Series[] {
  return points.map(({ label, estimates }, index) => {
    const quantiles = Object.keys(FINALITY).map((name) => estimates[name as Quantile]);
    return { ...NO_SERIES_EXTRAS, ...bars(quantiles, divisor, 'ms'), label, colour: pointColour(index) };
  });
}

function seriesByQuantile(points: readonly PointResult[], divisor: number): readonly Series[] {
  const colours = points.map((_, index) => pointColour(index));
  return (['finality_p50_ms', 'finality_p99_ms'] as const).map((name) => ({
    ...NO_SERIES_EXTRAS,
    ...bars(
      points.map(({ estimates }) => estimates[name]),
      divisor,
      'ms',
    ),
    label: FINALITY[name],
    colour: 'ink-soft',
    colours,
    look: name === 'finality_p50_ms' ? 'soft' : 'plain',
  }));
}

/** Lengths, ends of the error bars and texts of one series. */
function bars(estimates: readonly (Estimate | null)[], divisor: number, unit: 'ms' | 'per_s') {
  const of = (part: 'mean' | 'low' | 'high') =>
    estimates.map((estimate) => (estimate === null ? null : estimate[part] / divisor));
  const texts = estimates.map((estimate) => formatEstimate(estimate, unit).value);
  return { values: of('mean'), low: of('low'), high: of('high'), texts };
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
