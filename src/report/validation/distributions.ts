/** Predicted distributions with the known ones over them, one chart each. */
import type { ComparisonResult } from '../../validation/target.ts';
import type { TargetResult } from '../../validation/validate.ts';
import { type ChartSpec, type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS } from '../html/charts/chart-spec.ts';
import { html, lineSwatch, table } from '../html/markup.ts';
import { signMarkup } from './signs.ts';

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.99];
/** So few known steps are points, not a curve. */
const FEW = 6;

/** One chart for each row whose whole distribution is known; null where there is none. */
export function distributionsFigure(results: readonly TargetResult[]): Figure | null {
  const rows = results.flatMap(({ comparisons }) => comparisons).filter(({ distribution }) => distribution !== null);
  if (rows.length === 0) return null;
  const known = rows.map(({ distribution }) => distribution as NonNullable<ComparisonResult['distribution']>);
  return {
    title: 'Whole distributions',
    lead: 'Cumulative: the share of all values that were at most so long. The closer the curves, the better the model knows not only the middle but the tail.',
    legend: [
      lineSwatch('point-0', [], 'predicted'),
      lineSwatch('point-1', REAL_DASH, 'measured or published'),
      html`${signMarkup('cross', 'point-1')}the same, where only some percentiles are known`,
    ],
    specs: rows.map(({ distribution, unit }, index) => overlay(distribution as Known, unit, index)),
    table: table(
      'Distributions',
      ['distribution', ...SHARES.map((share) => `p${share * 100}`)],
      known.flatMap((one) => [
        [`${one.title}, predicted`, ...SHARES.map((share) => quantile(one.predicted, share))],
        [
          `${one.title}, ${one.by}`,
          ...SHARES.map((share) => (one.cdf.length <= FEW ? exactly(one.cdf, share) : quantile(one.cdf, share))),
        ],
      ]),
    ),
    after: null,
  };
}

const REAL_DASH = [7, 4];
type Known = NonNullable<ComparisonResult['distribution']>;
type Steps = Known['cdf'];

function overlay({ title, by, cdf, predicted }: Known, unit: string, index: number): ChartSpec {
  const longest = Math.max(...cdf.map(({ value }) => value));
  const curve = (steps: Steps) => ({
    x: [...steps.slice(0, 1), ...steps].map(({ value }) => value),
    values: [...steps.slice(0, 1).map(() => 0), ...steps.map(({ share }) => share)],
  });
  const few = cdf.length <= FEW;
  return {
    ...NO_CHART_EXTRAS,
    id: `cdf-${index}`,
    title: `${title} · ${by}`,
    description: `${title}: predicted half within ${quantile(predicted, 0.5)}, ${by} ${quantile(cdf, 0.5)}.`,
    kind: 'line',
    horizontal: false,
    categories: [],
    // What lies beyond the longest real value is a tail that nobody measured.
    base: {
      title: unit,
      scale: 'linear',
      format: 'number',
      min: 0,
      max: roundUp(longest * 1.15),
    },
    value: { title: 'share', scale: 'linear', format: 'share', min: 0, max: 1 },
    guides: [{ at: 0.5, label: 'p50' }],
    series: [
      { ...NO_SERIES_EXTRAS, label: 'predicted', colour: 'point-0', ...curve(predicted) },
      few
        ? {
            ...NO_SERIES_EXTRAS,
            label: by,
            colour: 'point-1',
            look: 'signs',
            sign: 'cross',
            x: cdf.map(({ value }) => value),
            values: cdf.map(({ share }) => share),
            texts: cdf.map(({ value, share }) => `${by}: p${Math.round(share * 100)} ${short(value)}`),
          }
        : { ...NO_SERIES_EXTRAS, label: by, colour: 'point-1', dash: REAL_DASH, ...curve(cdf) },
    ],
    height: 260,
  };
}

function quantile(steps: Steps, share: number): string {
  const found = steps.find((step) => step.share >= share - 1e-9);
  return found === undefined ? '–' : short(found.value);
}

function exactly(steps: Steps, share: number): string {
  const found = steps.find((step) => Math.abs(step.share - share) < 1e-9);
  return found === undefined ? '–' : short(found.value);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.ceil(value / step) * step;
}
