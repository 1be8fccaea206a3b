/** The pictures of a comparison: finality against cost, one sign a candidate, and the outage of each in each drill. */
import type { CandidateRow, CompareFile, DrillRow } from '../../results/compare-file.ts';
import {
  type Axis,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  pointColour,
  type Series,
  timeUnit,
} from '../html/charts/chart-spec.ts';
import { estimateCell } from '../html/estimate-cell.ts';
import { NOT_MEASURED } from '../html/format.ts';
import { html, swatch, table } from '../html/markup.ts';
import { milliseconds } from '../words.ts';
import { worstOf } from './matrix.ts';
import { money } from './words.ts';

export function candidateColour(index: number): string {
  return pointColour(index);
}

/** Without prices the other axis is the worst outage. */
export function scatterFigure(file: CompareFile): Figure {
  const { candidates, prices, decision } = file;
  const across = (one: CandidateRow): number | null =>
    prices === null
      ? one.worst_outage_ms === null
        ? null
        : one.worst_outage_ms / 1000
      : (one.cost?.per_month.total ?? null);
  const { divisor, name: unit } = timeUnit(
    Math.max(0, ...candidates.map(({ finality_p99_ms: p99 }) => p99?.mean ?? 0)),
  );
  const series = candidates.flatMap((one, index): readonly Series[] => {
    const [x, y] = [across(one), one.finality_p99_ms?.mean ?? null];
    if (x === null || y === null) return [];
    const sign = one.trust === 'byzantine' ? 'disc' : 'ring';
    const text = `${one.label}: ${milliseconds(y)}, ${prices === null ? `worst outage ${milliseconds(x * 1000)}` : `${money(file, x)} a month`}`;
    return [
      {
        ...NO_SERIES_EXTRAS,
        label: one.label,
        colour: candidateColour(index),
        look: 'signs',
        sign,
        x: [x],
        values: [y / divisor],
        texts: [text],
      },
    ];
  });
  const from = (title: string): Axis => ({ title, scale: 'linear', format: 'number', min: 0, max: null });
  const what = prices === null ? 'worst outage (s)' : `cost a month (${prices.currency})`;
  return {
    title: prices === null ? 'Finality against the worst outage' : 'Finality against cost',
    lead: `Down and to the left is better. A filled sign survives participants who lie, a hollow one only machines that stop. On the Pareto front (with the worst outage and capacity, which are not drawn): ${decision.front.join(', ') || 'nobody'}.`,
    legend: candidates.map(
      ({ label, trust }, index) =>
        html`${swatch(candidateColour(index), label)} (${trust === 'byzantine' ? 'some may lie' : 'none lies'})`,
    ),
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'pareto',
        description: `Finality p99 and ${what}: ${series.map(({ texts }) => texts[0]).join('; ')}.`,
        kind: 'line',
        horizontal: false,
        categories: [],
        base: { ...from(what), max: roomy(series.flatMap(({ x }) => x)) },
        value: { ...from(`finality p99 (${unit})`), max: roomy(series.flatMap(({ values }) => values as number[])) },
        series,
        height: 360,
      },
    ],
    table: table(
      'Finality and cost',
      ['', 'finality p99', prices === null ? 'worst outage' : 'cost a month', 'trust', 'Pareto front'],
      candidates.map((one, index) => {
        const x = across(one);
        return [
          swatch(candidateColour(index), one.label),
          estimateCell(one.finality_p99_ms, 'ms'),
          x === null ? NOT_MEASURED : prices === null ? milliseconds(x * 1000) : money(file, x),
          one.trust === 'byzantine' ? 'some may lie' : 'none lies',
          one.on_front ? 'on it' : (one.dominated_by ?? one.unfit ?? ''),
        ];
      }),
    ),
    after: null,
  };
}

/** A round value beyond the largest. */
function roomy(values: readonly number[]): number {
  const most = Math.max(0, ...values) * 1.1;
  if (most === 0) return 1;
  const step = 10 ** Math.floor(Math.log10(most)) / 2;
  return Math.ceil(most / step) * step;
}

const KINDS = [
  { kind: 'leader-crash', name: 'crash of the leader' },
  { kind: 'site-loss', name: 'loss of a site' },
  { kind: 'slow-leader', name: 'slow leader' },
] as const;

export function outageFigure({ candidates, drills: times }: CompareFile): Figure {
  const worst = candidates.map(({ drills }) =>
    KINDS.map(({ kind }) => worstOf(drills.filter((one) => one.kind === kind))),
  );
  const seconds = (drill: DrillRow | null): number | null =>
    drill?.longest_outage_ms == null ? null : drill.longest_outage_ms.mean / 1000;
  const text = (drill: DrillRow | null): string =>
    drill === null
      ? ''
      : `${drill.recovered ? outageText(drill) : 'did not recover'}${drill.site === null ? '' : `, ${drill.site}`}`;
  const ends = (side: 'low' | 'high', row: readonly (DrillRow | null)[]) =>
    row.map((drill) => (drill?.longest_outage_ms == null ? null : drill.longest_outage_ms[side] / 1000));
  return {
    title: 'Longest outage in each drill',
    lead: `The longest time in which requests waited and none became final: the mean over replications, and its 95 % interval; what was over before the fault does not count. What is struck is struck for ${milliseconds(times.for_ms)}; of the losses of a site, the worst is drawn.`,
    legend: candidates.map(({ label }, index) => swatch(candidateColour(index), label)),
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'outages',
        description: `Longest outage: ${candidates.map(({ label }, i) => `${label} ${KINDS.map(({ name }, k) => `${name} ${text(worst[i]?.[k] ?? null)}`).join(', ')}`).join('; ')}.`,
        kind: 'bar',
        horizontal: true,
        categories: KINDS.map(({ name }) => name),
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: 'longest outage (s)', scale: 'linear', format: 'number', min: 0, max: null },
        series: candidates.map(({ label }, i) => ({
          ...NO_SERIES_EXTRAS,
          label,
          colour: candidateColour(i),
          values: (worst[i] ?? []).map(seconds),
          low: ends('low', worst[i] ?? []),
          high: ends('high', worst[i] ?? []),
          texts: (worst[i] ?? []).map(text),
        })),
        height: 90 + KINDS.length * Math.max(40, candidates.length * 28),
      },
    ],
    table: table(
      'Drills',
      [
        '',
        'drill',
        'nodes struck',
        'longest outage',
        'recovery, median',
        'worst',
        'later outages',
        'available',
        'misses',
      ],
      candidates.flatMap(({ label, drills }, index) => drills.map((drill) => drillCells(label, index, drill))),
    ),
    after: null,
  };
}

function drillCells(label: string, index: number, drill: DrillRow) {
  const { recovery } = drill;
  const time = (ms: number | null): string => (ms === null ? NOT_MEASURED : milliseconds(ms));
  return [
    swatch(candidateColour(index), label),
    drill.drill,
    drill.nodes_struck,
    estimateCell(drill.longest_outage_ms, 'ms'),
    time(recovery.median_ms),
    recovery.not_recovered > 0 ? `not in ${recovery.not_recovered} of ${recovery.of}` : time(recovery.worst_ms),
    drill.later_outages.longest_ms === null
      ? 'none'
      : `${drill.later_outages.count}, the longest ${milliseconds(drill.later_outages.longest_ms)}`,
    estimateCell(drill.availability, 'share'),
    drill.missed.join(', ') || 'nothing',
  ];
}

function outageText({ longest_outage_ms }: DrillRow): string {
  const mean = longest_outage_ms?.mean ?? 0;
  return mean === 0 ? 'none' : milliseconds(mean);
}
