/**
 * The numbers that decide, one column a point (or one row a point where there are many): trust, size, throughput, finality,
 * availability, what limits it and what it costs.
 */
import type { EstimateName, PointResult } from '../../../results/result-file.ts';
import { pointColour } from '../charts/chart-spec.ts';
import { bottleneckText } from '../charts/utilisation.ts';
import { estimateCell } from '../estimate-cell.ts';
import { counted, formatNumber, formatQuantity, NOT_MEASURED, type Unit } from '../format.ts';
import { html, type Markup, swatch, table } from '../markup.ts';

/** More points than this are rows, so that the table grows downwards. */
const MOST_COLUMNS = 4;

interface Measure {
  readonly name: string;
  readonly cell: (point: PointResult) => Markup | string | null;
}

export function keyTable(points: readonly PointResult[]): Markup {
  const measures = [...factorMeasures(points), ...MEASURES].filter(({ cell }) =>
    points.some((point) => cell(point) !== null),
  );
  const heads = points.map((point, index) => swatch(pointColour(index), point.label));
  const cell = (measure: Measure, point: PointResult) => measure.cell(point) ?? NOT_MEASURED;
  const replications = Math.max(0, ...points.map((point) => point.run_digests.length));
  const note =
    replications > 1
      ? `Means over ${replications} replications, with 95% intervals in brackets.`
      : 'One replication, so there are no intervals.';
  const numbers =
    points.length <= MOST_COLUMNS
      ? table(
          'The numbers that decide',
          ['', ...heads],
          measures.map((measure) => [measure.name, ...points.map((point) => cell(measure, point))]),
          'key',
        )
      : table(
          'The numbers that decide',
          ['', ...measures.map(({ name }) => name)],
          points.map((point, index) => [heads[index]!, ...measures.map((measure) => cell(measure, point))]),
          'key points-down',
        );
  return html`<section aria-labelledby="numbers"><h2 id="numbers">The numbers that decide</h2><p class="lead">${note}</p>
${numbers}${notes(points)}</section>
`;
}

const MEASURES: readonly Measure[] = [
  { name: 'Protocol', cell: ({ protocol }) => protocol },
  { name: 'Trust', cell: ({ trust_note }) => html`<span class="wide">${trust_note}</span>` },
  {
    name: 'Nodes',
    cell: ({ nodes, faults_tolerated, trust }) =>
      `${nodes}, tolerating ${faults_tolerated} ${trust === 'byzantine' ? 'Byzantine' : 'crashed'}`,
  },
  measured('Offered load', 'offered_per_s', 'per_s'),
  measured('Throughput', 'throughput_per_s', 'per_s'),
  measured('Goodput (valid only)', 'goodput_per_s', 'per_s'),
  measured('Finality, median', 'finality_p50_ms', 'ms'),
  measured('Finality, p99', 'finality_p99_ms', 'ms'),
  measured('Availability', 'availability', 'share'),
  measured('Longest outage', 'longest_outage_ms', 'ms'),
  { name: 'Busiest resource', cell: (point) => html`<span class="wide">${bottleneckText(point)}</span>` },
  measured('Messages per transaction', 'messages_per_transaction', 'count'),
  measured('Bytes per transaction', 'bytes_per_transaction', 'bytes'),
  {
    name: 'Outstanding: throughput × latency (observed)',
    cell: ({ little }) => `${formatNumber(little.product)} (${formatNumber(little.outstanding)})`,
  },
  {
    name: 'Objective',
    cell: ({ objective }) => (objective.length === 0 ? null : html`${objective.map(objectiveLine)}`),
  },
];

function measured(name: string, estimate: EstimateName, unit: Unit): Measure {
  return {
    name,
    cell: ({ estimates }) => {
      const value = estimates[estimate];
      if (value === null) return null;
      return estimate === 'longest_outage_ms' && value.high === 0 ? 'none' : estimateCell(value, unit);
    },
  };
}

function factorMeasures(points: readonly PointResult[]): readonly Measure[] {
  const names = [...new Set(points.flatMap(({ factors }) => Object.keys(factors)))];
  return names.map((name) => ({
    name,
    cell: ({ factors }) => (factors[name] === undefined ? null : String(factors[name])),
  }));
}

function objectiveLine({ measure, target, value, met }: PointResult['objective'][number]): Markup {
  const unit: Unit = /finality|latency|outage|recovery/.test(measure)
    ? 'ms'
    : /availability/.test(measure)
      ? 'share'
      : /throughput|goodput/.test(measure)
        ? 'per_s'
        : 'count';
  const reached = value === null ? 'not measured' : formatQuantity(value, unit);
  return html`<div>${met ? '✓' : '✗'} ${measure} ${target}: ${reached}</div>`;
}

function notes(points: readonly PointResult[]): Markup | null {
  const lines = points.flatMap(({ label, notes }) => notes.map((note) => html`<li>${label}: ${note}</li>`));
  return lines.length === 0 ? null : html`<h3>${counted(lines.length, 'Note')}</h3><ul class="plain">${lines}</ul>`;
}
