/**
 * The numbers that decide, one column a point (or one row a point where there are many): trust, size, throughput, finality,
 * availability, what limits it and what it costs.
 */
import type { EstimateName, PointResult } from '../../../results/result-file.ts';
import { pointColour, SIDE_BY_SIDE } from '../charts/chart-spec.ts';
import { bottleneckText } from '../charts/utilisation.ts';
import { estimateCell } from '../estimate-cell.ts';
import { formatNumber, formatQuantity, NOT_MEASURED, type Unit } from '../format.ts';
import { html, type Markup, swatch, table } from '../markup.ts';

interface Measure {
  readonly name: string;
  /** A sentence rather than a number: too wide where points are rows, so it goes below the table, once for all that share it. */
  readonly sentence?: boolean;
  readonly cell: (point: PointResult) => Markup | string | null;
}

export function keyTable(points: readonly PointResult[]): Markup {
  const few = points.length <= SIDE_BY_SIDE;
  const wanted = few ? MEASURES : MEASURES.filter(({ sentence }) => !sentence);
  const measures = [...factorMeasures(points), ...wanted].filter(({ cell }) =>
    points.some((point) => cell(point) !== null),
  );
  const heads = points.map((point, index) => swatch(pointColour(index), point.label));
  const cell = (measure: Measure, point: PointResult) => measure.cell(point) ?? NOT_MEASURED;
  const replications = Math.max(0, ...points.map((point) => point.finished_replications ?? point.run_digests.length));
  const note =
    replications > 1
      ? `Means over ${replications} replications, with 95% intervals in brackets.`
      : 'One replication, so there are no intervals.';
  const numbers = few
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
  { name: 'Trust', sentence: true, cell: ({ trust_note }) => html`<span class="wide">${trust_note}</span>` },
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
  { name: 'Availability', cell: availabilityCell },
  measured('Longest outage', 'longest_outage_ms', 'ms'),
  { name: 'Busiest resource', cell: (point) => html`<span class="wide">${bottleneckText(point)}</span>` },
  measured('Messages per transaction', 'messages_per_transaction', 'count'),
  measured('Bytes per transaction', 'bytes_per_transaction', 'bytes'),
  { name: 'In flight, by Little’s law', cell: ({ little }) => html`<span class="wide">${littleText(little)}</span>` },
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

/** A share means nothing without the time that a transaction had to become final in. */
function availabilityCell({ estimates, availability_limit_ms }: PointResult): Markup | null {
  if (estimates.availability === null) return null;
  const share = estimateCell(estimates.availability, 'share');
  if (availability_limit_ms === null || availability_limit_ms === undefined) return share;
  return html`${share} <span class="interval">within ${formatQuantity(availability_limit_ms, 'ms')}</span>`;
}

/** Throughput × (latency + think time) beside what was observed: where they differ, the measurement is not to be trusted. */
function littleText({ product, outstanding, configured }: PointResult['little']): string {
  const given = configured === null || configured === undefined ? '' : `, ${formatNumber(configured)} configured`;
  return `throughput × latency ${formatNumber(product)}, observed ${formatNumber(outstanding)}${given}`;
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

/** Each note once, with the points it holds for; where points are rows, what their trust assumption means comes first. */
function notes(points: readonly PointResult[]): Markup | null {
  const trust =
    points.length > SIDE_BY_SIDE ? points.map(({ protocol, trust_note }) => [trust_note, protocol] as const) : [];
  const labelled = points.flatMap(({ label, notes }) => notes.map((note) => [note, label] as const));
  const holders = new Map<string, Set<string>>();
  for (const [note, holder] of [...trust, ...labelled]) holders.set(note, (holders.get(note) ?? new Set()).add(holder));
  if (holders.size === 0) return null;
  const lines = [...holders].map(([note, who]) => {
    const names = who.size === points.length && who.size > 1 ? 'all points' : [...who].join('; ');
    return html`<li>${names}: ${note}</li>`;
  });
  return html`<h3>Notes</h3><ul class="plain">${lines}</ul>`;
}
