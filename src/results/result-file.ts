/**
 * The shape of `result.json`: everything a report shows, and nothing that depends on the machine, the date or the number of
 * threads. Times are in milliseconds, rates per second; snake_case as in scenario files (docs/RESULTS.md explains each field).
 */
import type { Estimate, EstimateName } from '../experiment/estimate.ts';

export { ESTIMATE_NAMES, type Estimate, type EstimateName } from '../experiment/estimate.ts';

export interface ResultFile {
  readonly format: 1;
  readonly scenario: string;
  readonly question: string;
  /** First 12 hex digits of the SHA-256 of the resolved scenario and the model version. */
  readonly id: string;
  readonly model_version: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly repeat_command: string;
  /** Verdict in words, one sentence each, most important first. */
  readonly verdict: readonly string[];
  /** Warnings of the scenario and of the runs. */
  readonly warnings: readonly string[];
  /** What was assumed about network, machines and clients, one sentence each (for the report's foot). */
  readonly assumptions: readonly string[];
  readonly duration_ms: number;
  readonly points: readonly PointResult[];
  /** Runs that crashed or were not reached, with the command that repeats each. */
  readonly failed_runs: readonly {
    readonly label: string;
    readonly replication: number;
    readonly reason: string;
    readonly repeat_command: string;
  }[];
}

export interface PointResult {
  readonly label: string;
  readonly protocol: string;
  readonly trust: 'crash' | 'byzantine';
  /** What this protocol's trust assumption means, one sentence. */
  readonly trust_note: string;
  readonly nodes: number;
  readonly faults_tolerated: number;
  readonly factors: Readonly<Record<string, string | number | boolean>>;
  /** Over the digests of all its replications, in order; null when one was stopped by a violation. */
  readonly digest: string | null;
  readonly run_digests: readonly (string | null)[];
  readonly estimates: Readonly<Record<EstimateName, Estimate | null>>;
  readonly safety: { readonly violations: number; readonly details: readonly ViolationRow[] };
  readonly bottleneck: { readonly resource: string; readonly node: number; readonly utilisation: number };
  readonly objective: readonly {
    readonly measure: string;
    readonly target: string;
    readonly value: number | null;
    readonly met: boolean;
  }[];
  readonly warmup_ms: number;
  readonly warmup_rule: 'given' | 'detected';
  /** Mean time in each stage, summing to the mean finality. */
  readonly stages: readonly { readonly stage: string; readonly mean_ms: number }[];
  /** Finality CDF over all replications: up to 200 points, `share` ascending to 1. */
  readonly cdf: readonly { readonly ms: number; readonly share: number }[];
  /** Of replication 0. */
  readonly timeline: TimelineRows;
  readonly utilisation: readonly {
    readonly node: number;
    readonly site: string;
    readonly thread: number;
    readonly cores: number;
    readonly egress: number;
    readonly ingress: number;
    readonly disk: number;
  }[];
  /** Protocol messages per transaction by name. */
  readonly messages: readonly { readonly name: string; readonly per_transaction: number }[];
  readonly outages: readonly { readonly replication: number; readonly from_ms: number; readonly to_ms: number }[];
  readonly faults: readonly {
    readonly text: string;
    readonly at_ms: number | null;
    readonly recovery_ms: Estimate | null;
  }[];
  /** Little's law: throughput × (mean latency + think time) beside the time-average of the outstanding requests. */
  readonly little: {
    readonly product: number;
    readonly outstanding: number;
    /** Closed loop: the configured clients × outstanding; null in open loop. */
    readonly configured?: number | null;
  };
  /** Availability counts what became final within this time: the objective, else 10 × the fault-free p99; null: not measurable. */
  readonly availability_limit_ms?: number | null;
  /** Replications whose runs ended; the estimates are over these. */
  readonly finished_replications?: number;
  readonly notes: readonly string[];
}

export interface ViolationRow {
  readonly replication: number;
  readonly check: string;
  readonly kind: 'safety' | 'liveness';
  readonly at_ms: number;
  readonly node: number;
  readonly detail: string;
  readonly repeat_command: string;
}

/** Columns of equal length; `at_ms` is where each bin begins. */
export interface TimelineRows {
  readonly bin_ms: number;
  readonly at_ms: readonly number[];
  readonly offered_per_s: readonly number[];
  readonly final_per_s: readonly number[];
  readonly latency_mean_ms: readonly (number | null)[];
  readonly latency_max_ms: readonly (number | null)[];
  readonly events: readonly {
    readonly at_ms: number;
    readonly node: number;
    readonly kind: 'fault' | 'mark';
    readonly text: string;
  }[];
}
