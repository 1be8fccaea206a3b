/** Charts of one point against the load that is offered: latency (the hockey stick), throughput, and how busy its resources are. */
import type { LoadRow, SaturationFile, SaturationPoint } from '../../results/saturation-file.ts';
import {
  type Axis,
  type ChartSpec,
  type Colour,
  type Figure,
  type Mark,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  type Series,
  timeUnit,
} from '../html/charts/chart-spec.ts';
import { html, lineSwatch, table } from '../html/markup.ts';
import { milliseconds, resourceName } from '../words.ts';
import { LOAD_HEAD, loadCells, shownLoads } from './table.ts';
import { rateText, shareText } from './words.ts';

const P99: Colour = 'point-0';
const P50: Colour = 'point-2';
/** Beyond this ratio between the longest and the shortest latency a linear axis hides the shape of the lower part. */
const LOGARITHMIC_FROM = 12;
const RESOURCES = ['thread', 'cores', 'egress', 'ingress', 'disk'] as const;
/** Less than this is not drawn. */
const BUSY_AT_ALL = 0.005;

export function curveFigure(file: SaturationFile, point: SaturationPoint, index: number): Figure {
  const loads = shownLoads(point);
  const used = RESOURCES.filter((resource) => loads.some(({ busy }) => (busy[resource] ?? 0) >= BUSY_AT_ALL));
  const { interval } = point;
  const boundary = [interval.stable_per_s, interval.unstable_per_s].filter((rate) => rate !== null);
  const marks = boundary.map((at): Mark => ({ at, number: 0, lane: -1, kind: 'fault' }));
  return {
    title: point.label,
    lead: `Finality, throughput and busy shares against the load that is offered.${boundary.length === 0 ? '' : ' The boundary of stability lies between the vertical lines; crosses are loads that are not stable, and their latency is only that of what became final in a run: it grows with the length of the run.'}`,
    legend: [
      lineSwatch(P99, [], 'finality p99'),
      lineSwatch(P50, [7, 4], 'finality p50'),
      ...(marks.length === 0 ? [] : [html`<span class="sign-fault" aria-hidden="true"></span>boundary of stability`]),
      ...(point.knee === null ? [] : [html`○ knee of p99`]),
      lineSwatch('ink-soft', [], 'offered'),
      ...used.map((resource) => lineSwatch(`resource-${resource}`, [], resourceName(resource))),
    ],
    specs: [
      latencyChart(file, point, loads, marks, index),
      throughputChart(point, loads, marks, index),
      busyChart(point, loads, used, marks, index),
    ].map((spec) => (loads.length === 0 ? { ...spec, series: [] } : spec)),
    table: table(`Loads of ${point.label}`, LOAD_HEAD, point.loads.map(loadCells)),
    after: null,
  };
}

function chart(
  id: string,
  title: string,
  value: Axis,
  marks: readonly Mark[],
): Omit<ChartSpec, 'description' | 'series'> {
  return {
    ...NO_CHART_EXTRAS,
    id,
    title,
    kind: 'line',
    horizontal: false,
    categories: [],
    base: { title: 'offered load (/s)', scale: 'linear', format: 'number', min: 0, max: null },
    value,
    marks,
    height: 250,
  };
}

function latencyChart(
  { objectives }: SaturationFile,
  point: SaturationPoint,
  loads: readonly LoadRow[],
  marks: readonly Mark[],
  index: number,
): ChartSpec {
  const values = loads.flatMap(({ finality_p50_ms, finality_p99_ms }) => [
    finality_p50_ms?.mean ?? 0,
    finality_p99_ms?.mean ?? 0,
  ]);
  const known = values.filter((value) => value > 0);
  const [shortest, longest] = [Math.min(...known), Math.max(...known, ...objectives.map(({ target_ms }) => target_ms))];
  const logarithmic = known.length > 0 && longest / shortest > LOGARITHMIC_FROM;
  const { divisor, name } = timeUnit(known.length === 0 ? 0 : longest);
  const p99 = (load: LoadRow): number | null =>
    load.finality_p99_ms === null ? null : load.finality_p99_ms.mean / divisor;
  const p50 = (load: LoadRow): number | null =>
    load.finality_p50_ms === null ? null : load.finality_p50_ms.mean / divisor;
  const text = (load: LoadRow): string =>
    `${rateText(load.rate_per_s)}: p99 ${load.finality_p99_ms === null ? '–' : milliseconds(load.finality_p99_ms.mean)}`;
  const signs = (label: string, shown: readonly LoadRow[], sign: 'disc' | 'cross'): Series => ({
    ...line(label, P99, shown, p99),
    look: 'signs',
    sign,
    texts: shown.map(text),
  });
  const { knee } = point;
  const bend: readonly Series[] =
    knee === null
      ? []
      : [
          {
            ...NO_SERIES_EXTRAS,
            label: 'knee',
            colour: 'ink',
            look: 'signs',
            sign: 'ring',
            x: [knee.rate_per_s],
            values: [knee.finality_p99_ms / divisor],
            texts: [`knee: ${rateText(knee.rate_per_s)}`],
          },
        ];
  const span = {
    min: logarithmic ? (shortest / divisor) * 0.8 : 0,
    max: logarithmic ? (longest / divisor) * 1.2 : null,
  };
  return {
    ...chart(
      `latency-${index}`,
      'Finality',
      { title: `finality (${name})`, scale: logarithmic ? 'logarithmic' : 'linear', format: 'number', ...span },
      marks,
    ),
    description: `Finality p99 of ${point.label} against load: ${loads.map(text).join('; ')}.`,
    guides: objectives
      .filter(({ measure }) => /^finality/.test(measure))
      .map(({ measure, target_ms }) => ({ at: target_ms / divisor, label: measure.replace('finality_', '') })),
    series: [
      line('finality p99', P99, loads, p99),
      { ...line('finality p50', P50, loads, p50), dash: [7, 4] },
      signs(
        'stable',
        loads.filter(({ stable }) => stable),
        'disc',
      ),
      signs(
        'not stable',
        loads.filter(({ stable }) => !stable),
        'cross',
      ),
      ...bend,
    ],
    height: 320,
  };
}

function throughputChart(
  { label }: SaturationPoint,
  loads: readonly LoadRow[],
  marks: readonly Mark[],
  index: number,
): ChartSpec {
  return {
    ...chart(
      `throughput-${index}`,
      'Throughput',
      { title: 'final per second', scale: 'linear', format: 'number', min: 0, max: null },
      marks,
    ),
    description: `Throughput of ${label} against load.`,
    series: [
      { ...line('offered', 'ink-soft', loads, ({ rate_per_s }) => rate_per_s), look: 'thin' },
      line('throughput', P99, loads, ({ throughput_per_s }) => throughput_per_s?.mean ?? null),
    ],
  };
}

function busyChart(
  { label }: SaturationPoint,
  loads: readonly LoadRow[],
  used: readonly string[],
  marks: readonly Mark[],
  index: number,
): ChartSpec {
  const last = loads.at(-1);
  return {
    ...chart(
      `busy-${index}`,
      'Busy shares (of the busiest node)',
      { title: 'busy share', scale: 'linear', format: 'share', min: 0, max: 1 },
      marks,
    ),
    description: `Busy shares of ${label} at the highest load: ${used.map((resource) => `${resourceName(resource)} ${shareText(last?.busy[resource] ?? 0)}`).join(', ')}.`,
    series: used.map((resource) =>
      line(resourceName(resource), `resource-${resource}`, loads, ({ busy }) => busy[resource] ?? null),
    ),
  };
}

function line(label: string, colour: Colour, loads: readonly LoadRow[], of: (load: LoadRow) => number | null): Series {
  return { ...NO_SERIES_EXTRAS, label, colour, x: loads.map(({ rate_per_s }) => rate_per_s), values: loads.map(of) };
}
