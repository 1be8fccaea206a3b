/** The CSV files of a result: one row a run, and one row a timeline bin. Headers are the names of result.json. */
import { stringify } from 'csv-stringify/sync';
import { ESTIMATE_NAMES, type PointResult } from '../results/result-file.ts';
import type { RunRow } from '../results/run-row.ts';

const identity = [
  'label',
  'replication',
  'seed',
  'digest',
  'ended_at_ms',
  'safety_violations',
  'liveness_violations',
] as const;

/** `runs.csv`. What could not be measured is an empty field. */
export function runsCsv(rows: readonly RunRow[]): string {
  const records = rows.map((row) => [
    ...identity.map((name) => row[name]),
    ...ESTIMATE_NAMES.map((name) => row.values[name]),
  ]);
  return stringify([[...identity, ...ESTIMATE_NAMES], ...records]);
}

const timelineColumns = ['at_ms', 'offered_per_s', 'final_per_s', 'latency_mean_ms', 'latency_max_ms'] as const;

/** `timeline.csv`: of each point the timeline that its report shows, with what happened in each bin. */
export function timelineCsv(points: readonly PointResult[]): string {
  const records = points.flatMap(({ label, timeline }) =>
    timeline.at_ms.map((from, bin) => {
      const events = timeline.events.filter(({ at_ms }) => at_ms >= from && at_ms < from + timeline.bin_ms);
      const words = events.map(({ node, text }) =>
        node < 0 || text.includes(`node ${node}`) ? text : `node ${node}: ${text}`,
      );
      return [label, ...timelineColumns.map((name) => timeline[name][bin]), words.join('; ')];
    }),
  );
  return stringify([['label', ...timelineColumns, 'events'], ...records]);
}
