/** One run's value for every measure, over its measured window (definitions: docs/MODEL.md section 7). */
import type { Outage, RunResult } from '../simulation/run-result.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import { ESTIMATE_NAMES, type RunValues } from './estimate.ts';
import type { Window } from './window.ts';
import { availabilityOf } from './within-limit.ts';

/** Which outages of a run count: a drill is not answerable for one that was over before its fault. */
export type CountedOutages = 'all' | 'not over before the first fault';

/** `limit`: availability counts what became final within it. A run without a window has no values. */
export function runValues(
  run: RunResult,
  window: Window | null,
  limit: Duration | null,
  counted: CountedOutages = 'all',
): RunValues {
  if (!window) return Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, null])) as RunValues;
  const { finality, commit, final, seconds } = window;
  const perTransaction = (sum: number): number | null => (final > 0 ? sum / final : null);
  return {
    offered_per_s: window.offered / seconds,
    throughput_per_s: final / seconds,
    goodput_per_s: window.valid / seconds,
    finality_mean_ms: milliseconds(finality.mean),
    finality_p50_ms: milliseconds(finality.quantile(0.5)),
    finality_p90_ms: milliseconds(finality.quantile(0.9)),
    finality_p99_ms: milliseconds(finality.quantile(0.99)),
    finality_p999_ms: milliseconds(finality.quantile(0.999)),
    finality_max_ms: milliseconds(finality.max),
    commit_p50_ms: milliseconds(commit.quantile(0.5)),
    messages_per_transaction: perTransaction(window.protocolMessages),
    bytes_per_transaction: perTransaction(window.bytes),
    signatures_per_transaction: perTransaction(window.signatures),
    // One entry of utilisation a node.
    bytes_per_node_per_s: window.bytes / run.utilisation.length / seconds,
    availability: limit === null ? null : availabilityOf(run, finality, limit),
    longest_outage_ms: longest(outagesWithin(run, window.from, counted)) / MILLISECOND,
  };
}

function milliseconds(ns: Duration | null): number | null {
  return ns === null ? null : ns / MILLISECOND;
}

/** The outages of the measured window; one that began in the warm-up counts from the window's begin. */
export function outagesWithin(run: RunResult, from: Instant, counted: CountedOutages = 'all'): readonly Outage[] {
  const struck = counted === 'all' ? [] : run.faults.flatMap(({ at }) => at ?? []);
  const after = struck.length === 0 ? from : Math.max(from, Math.min(...struck));
  return run.outages
    .filter((outage) => outage.to > after)
    .map((outage) => ({ from: Math.max(outage.from, from), to: outage.to }));
}

function longest(outages: readonly Outage[]): Duration {
  return outages.reduce((most, outage) => Math.max(most, outage.to - outage.from), 0);
}
