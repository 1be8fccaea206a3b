/**
 * The numbers that decide, one column a point (or one row a point where there are many): trust, size, throughput, finality,
 * availability, what limits it and what it costs.
 */
import type { EstimateName, PointResult } from '../../../results/result-file.ts';
import { objectiveText } from '../../verdict/objectives.ts';
import { isHealthy } from '../../verdict/points.ts';
import { pointColour, SIDE_BY_SIDE } from '../charts/chart-spec.ts';
import { bottleneckText } from '../charts/utilisation.ts';
import { estimateCell } from '../estimate-cell.ts';
import { counted, formatNumber, formatQuantity, formatShare, NOT_MEASURED, type Unit } from '../format.ts';
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
  { name: 'Condition at the end', cell: conditionCell },
  finality('Finality, median', 'finality_p50_ms'),
  finality('Finality, p90', 'finality_p90_ms'),
  finality('Finality, p99', 'finality_p99_ms'),
  undisturbed('Before the first fault, median', 'p50_ms'),
  undisturbed('Before the first fault, p90', 'p90_ms'),
  undisturbed('Before the first fault, p99', 'p99_ms'),
  {
    name: 'Mean finality by clients’ site',
    cell: ({ sites }) =>
      sites.length === 0
        ? null
        : html`<span class="wide">${sites.map(({ site, mean_ms }) => `${site} ${formatQuantity(mean_ms, 'ms')}`).join(', ')}</span>`,
  },
  { name: 'Availability', cell: availabilityCell },
  measured('Longest outage', 'longest_outage_ms', 'ms'),
  {
    name: 'Busiest resource',
    cell: (point) => {
      const text = bottleneckText(point);
      return text === null ? null : html`<span class="wide">${text}</span>`;
    },
  },
  {
    name: 'Requests sent again',
    cell: ({ repeats }) => (repeats.repeated === 0 ? null : formatShare(repeats.repeated)),
  },
  measured('Messages per transaction', 'messages_per_transaction', 'count'),
  measured('Bytes per transaction', 'bytes_per_transaction', 'bytes'),
  measured('Signatures per transaction', 'signatures_per_transaction', 'count'),
  measured('Bytes per node and second', 'bytes_per_node_per_s', 'bytes'),
  { name: 'In flight, by Little’s law', cell: ({ little }) => html`<span class="wide">${littleText(little)}</span>` },
  {
    name: 'Objective',
    cell: ({ objective }) => (objective.length === 0 ? null : html`${objective.map(objectiveLine)}`),
  },
];

/** A word reads better than a zero with an interval. */
const NONE_AT_ZERO: ReadonlySet<EstimateName> = new Set(['longest_outage_ms', 'signatures_per_transaction']);

function measured(name: string, estimate: EstimateName, unit: Unit): Measure {
  return {
    name,
    cell: ({ estimates }) => {
      const value = estimates[estimate];
      if (value === null) return null;
      return NONE_AT_ZERO.has(estimate) && value.high === 0 ? 'none' : estimateCell(value, unit);
    },
  };
}

/** Of a point that did not keep up, only what became final: marked. */
function finality(name: string, estimate: EstimateName): Measure {
  return {
    name,
    cell: (point) => {
      const value = point.estimates[estimate];
      if (value === null) return null;
      const cell = estimateCell(value, 'ms');
      return isHealthy(point) ? cell : html`${cell} <span class="interval">of what became final only</span>`;
    },
  };
}

function undisturbed(name: string, quantile: 'p50_ms' | 'p90_ms' | 'p99_ms'): Measure {
  return {
    name,
    cell: (point) => {
      const value = point.undisturbed?.[quantile] ?? null;
      return value === null ? null : estimateCell(value, 'ms');
    },
  };
}

/** Said where one of the points has a condition to be told of. */
function conditionCell({ condition }: PointResult): string | null {
  if (condition === null) return null;
  const { state, runs, of, unfinished_share } = condition;
  if (state === 'keeps up') return 'keeps up';
  const some = runs < of ? ` (${runs} of ${counted(of, 'replication')})` : '';
  return `${state}${some}; ${formatShare(unfinished_share)} of what was sent not final`;
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

function objectiveLine(objective: PointResult['objective'][number]): Markup {
  const { measure, target, met, decided } = objective;
  const sign = decided ? (met ? '✓' : '✗') : '?';
  return html`<div><span class="wide">${sign} ${measure} ${target}: ${objectiveText(objective)}</span></div>`;
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
