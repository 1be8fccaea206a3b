/**
 * The distribution of finality as a cumulative curve: the share of transactions final within a time. It shows what a mean and
 * two quantiles hide: a second hump, or a tail that an outage made.
 */
import type { PointResult } from '../../../results/result-file.ts';
import { onlyTheQuick } from '../../verdict/trouble.ts';
import { formatQuantity } from '../format.ts';
import { lineSwatch, table } from '../markup.ts';
import { type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, pointColour, pointDash, timeUnit } from './chart-spec.ts';

/** Beyond this ratio between the slowest and the fastest transaction a linear axis squeezes the body into a corner. */
const LOGARITHMIC_FROM = 12;
const SHARES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

export function distributionFigure(points: readonly PointResult[]): Figure {
  const times = points.flatMap(({ cdf }) => cdf.map(({ ms }) => ms)).filter((ms) => ms > 0);
  const shortest = Math.min(...times);
  const longest = Math.max(...times);
  const logarithmic = times.length > 0 && longest / shortest > LOGARITHMIC_FROM;
  const { divisor, name: unit } = timeUnit(times.length > 0 ? longest : 0);
  return {
    title: 'Distribution of finality',
    lead: `The share of transactions that were final within a time${logarithmic ? ', on a logarithmic time axis' : ''}. Steep and far to the left is good; a long flat end is a tail.${onlyTheQuick(points)}`,
    legend: points.map((point, index) => lineSwatch(pointColour(index), pointDash(index), point.label)),
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'distribution',
        description: `Cumulative distribution of finality. ${points.map(({ label, cdf }) => `${label}: half within ${timeAt(cdf, 0.5)}, 99% within ${timeAt(cdf, 0.99)}`).join('; ')}.`,
        kind: 'line',
        horizontal: false,
        categories: [],
        base: {
          title: `finality (${unit})`,
          scale: logarithmic ? 'logarithmic' : 'linear',
          format: 'number',
          min: logarithmic ? floorOneTwoFive(shortest / divisor) : 0,
          max: logarithmic ? longest / divisor : null,
        },
        value: { title: 'share final', scale: 'linear', format: 'share', min: 0, max: 1 },
        guides: [
          { at: 0.5, label: 'p50' },
          { at: 0.99, label: 'p99' },
        ],
        series: points.map((point, index) => ({
          ...NO_SERIES_EXTRAS,
          label: point.label,
          colour: pointColour(index),
          dash: pointDash(index),
          // The curve begins at share 0, where its fastest transaction stands.
          x: [...point.cdf.slice(0, 1), ...point.cdf].map(({ ms }) => ms / divisor),
          values: [...point.cdf.slice(0, 1).map(() => 0), ...point.cdf.map(({ share }) => share)],
        })),
        height: 320,
      },
    ],
    table: table(
      'Finality by share of transactions',
      ['share final', ...points.map(({ label }) => label)],
      SHARES.map((share) => [formatQuantity(share, 'share'), ...points.map(({ cdf }) => timeAt(cdf, share))]),
    ),
    after: null,
  };
}

/** The first time by which at least this share was final. */
function timeAt(cdf: PointResult['cdf'], share: number): string {
  const found = cdf.find((step) => step.share >= share - 1e-12);
  return found === undefined ? '–' : formatQuantity(found.ms, 'ms');
}

function floorOneTwoFive(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value >= 5 * decade ? 5 : value >= 2 * decade ? 2 : 1);
}
