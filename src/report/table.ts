/** The result on a terminal: the verdict in words, one row a design point, then what to know before relying on it. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { Estimate, PointResult, ResultFile } from '../results/result-file.ts';
import { checkedRangeLines } from './checked-range.ts';
import { comparisonTable } from './comparison-table.ts';
import { kindLine, STOPPING_BIAS, stoppingLines } from './run-words.ts';
import { isHealthy, isUnused } from './verdict/points.ts';
import { livenessLines } from './verdict/trouble.ts';
import { milliseconds, nodeWords, percent, resourceName, withInterval } from './words.ts';

/** picocolors, or its like without colour: `createColors(false)`. */
export type Colours = Pick<typeof colours, 'bold' | 'dim' | 'green' | 'red' | 'yellow'>;

const head = [
  '',
  'throughput',
  'finality p50',
  'finality p99',
  'availability',
  'longest outage',
  'bottleneck',
  'safety',
];

/** After Ctrl-C: one line a point, not one a run. */
const INTERRUPTED = 'interrupted before it ended';

function notRun(result: ResultFile): readonly string[] {
  return result.points.flatMap(({ label }) => {
    const runs = result.failed_runs.filter((run) => run.label === label && run.reason === INTERRUPTED).length;
    return runs === 0
      ? []
      : [`interrupted: ${label}: ${runs} ${runs === 1 ? 'replication was' : 'replications were'} not run to the end`];
  });
}

function failedRuns(result: ResultFile): ResultFile['failed_runs'] {
  return result.failed_runs.filter(({ reason }) => reason !== INTERRUPTED);
}

export function renderTable(result: ResultFile, colour: Colours = colours): string {
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  for (const point of result.points) table.push(rowOf(point, colour));
  const notes = [
    ...result.warnings.map((warning) => colour.yellow(`warning: ${warning}`)),
    ...result.points.flatMap((point) => point.notes.map((note) => colour.dim(`${point.label}: ${note}`))),
    ...notRun(result).map((sentence) => colour.red(sentence)),
    ...failedRuns(result).map((run) =>
      colour.red(
        `not finished: ${run.label}, replication ${run.replication}: ${run.reason}\n  repeat: ${run.repeat_command}`,
      ),
    ),
  ];
  return [
    colour.bold(result.scenario) + (result.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(result.question === '' ? [] : [result.question]),
    '',
    ...result.verdict.map((sentence) => `• ${sentence}`),
    '',
    table.toString(),
    ...comparisonTable(result),
    ...checkedRangeLines(result.points),
    ...footnotes(result).map((line) => colour.dim(line)),
    ...notes,
    '',
  ].join('\n');
}

function rowOf(point: PointResult, colour: Colours): string[] {
  const { estimates, bottleneck, safety } = point;
  return [
    colour.bold(point.label),
    cell(estimates.throughput_per_s, 'per_s'),
    finality(estimates.finality_p50_ms, point),
    finality(estimates.finality_p99_ms, point),
    cell(estimates.availability, 'share'),
    cell(estimates.longest_outage_ms, 'ms'),
    bottleneck === null || isUnused(point)
      ? '–'
      : `${resourceName(bottleneck.resource)} of\n${bottleneck.node === null ? 'busiest node' : nodeWords(bottleneck.node)}: ${percent(bottleneck.utilisation)}`,
    point.finished_replications === 0 ? colour.red('unknown') : safetyOf(safety, colour),
  ];
}

/** The interval below the value, so that the table stays narrow. */
function cell(...estimate: Parameters<typeof withInterval>): string {
  return withInterval(...estimate).replace(' [', '\n[');
}

function safetyOf(safety: PointResult['safety'], colour: Colours): string {
  if (safety.violations > 0) return colour.red(`${safety.violations} violated`);
  return safety.details.length > 0 ? colour.red('not live') : colour.green('kept');
}

/** Marked where the quick part of what was sent would pass for the whole. */
function finality(estimate: Estimate | null, point: PointResult): string {
  const text = cell(estimate, 'ms');
  return estimate === null || isHealthy(point) ? text : text.replace(/\n|$/, (end) => `*${end}`);
}

/** What the numbers of the table are, and what they are not. */
function footnotes(result: ResultFile): readonly string[] {
  const { points, availability, run } = result;
  const most = Math.max(0, ...points.map((point) => point.estimates.throughput_per_s?.replications ?? 0));
  const marked = points.some((point) => !isHealthy(point) && point.estimates.finality_p50_ms !== null);
  return [
    ...(most > 1 ? ['In brackets: 95 % intervals over independent replications.'] : []),
    ...(most === 1 ? ['One replication, so there are no intervals: chance is not excluded.'] : []),
    ...(marked ? ['*: of what became final only; the verdict says what did not.'] : []),
    availability.limit_ms === null
      ? `Availability: ${availability.rule}.`
      : `Availability: the share that was final within ${milliseconds(availability.limit_ms)} (${availability.rule}).`,
    kindLine(result),
    ...stoppingLines(result),
    ...(run.precision.length > 0 ? [STOPPING_BIAS] : []),
    ...livenessLines(points),
  ];
}
