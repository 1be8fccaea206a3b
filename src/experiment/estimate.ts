/**
 * The measures that every result carries, and how one becomes an estimate: the mean over replications of the per-run value,
 * with its 95 % Student-t interval (docs/MODEL.md section 7). Times are in milliseconds, rates per second.
 */
import { meanInterval } from '../statistics/intervals.ts';

/** A mean over replications with its 95 % interval; `low` = `high` = `mean` with one replication. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly replications: number;
}

export const ESTIMATE_NAMES = [
  'offered_per_s',
  'throughput_per_s',
  'goodput_per_s',
  'finality_mean_ms',
  'finality_p50_ms',
  'finality_p90_ms',
  'finality_p99_ms',
  'finality_p999_ms',
  'finality_max_ms',
  'commit_p50_ms',
  'messages_per_transaction',
  'bytes_per_transaction',
  'signatures_per_transaction',
  'bytes_per_node_per_s',
  'availability',
  'longest_outage_ms',
] as const;
export type EstimateName = (typeof ESTIMATE_NAMES)[number];

/** Per-run values, by measure; null where a run can't tell (no transaction became final). */
export type RunValues = Readonly<Record<EstimateName, number | null>>;
export type Estimates = Readonly<Record<EstimateName, Estimate | null>>;

/** Shares lie in [0, 1]: an interval that reaches beyond is cut there. */
const shares: ReadonlySet<EstimateName> = new Set(['availability']);
/** No measure is negative, so no interval goes below 0. */
const least = 0;

/** The estimate over the replications that could tell; null when none could. */
export function estimateOf(values: readonly (number | null)[], most = Number.POSITIVE_INFINITY): Estimate | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  if (known.length === 1) {
    const only = known[0] as number;
    return { mean: only, low: only, high: only, replications: 1 };
  }
  const { mean, low, high } = meanInterval(known);
  return { mean, low: Math.max(least, low), high: Math.min(most, high), replications: known.length };
}

/** Every measure's estimate, from the per-run values of one design point. */
export function estimatesOf(runs: readonly RunValues[]): Estimates {
  const estimates = ESTIMATE_NAMES.map((name) => [
    name,
    estimateOf(
      runs.map((run) => run[name]),
      shares.has(name) ? 1 : Number.POSITIVE_INFINITY,
    ),
  ]);
  return Object.fromEntries(estimates) as Estimates;
}
