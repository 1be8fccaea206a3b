/**
 * The shape of `result.json`: everything a report shows, and nothing that depends on the machine, the date or the number of
 * threads. Times are in milliseconds, rates per second; snake_case as in scenario files (docs/RESULTS.md explains each field).
 */
import type { ComparedMeasure } from '../experiment/compare-points.ts';
import type { Condition } from '../experiment/condition.ts';
import type { Estimate, EstimateName } from '../experiment/estimate.ts';
import type { EndedBy } from '../experiment/precision.ts';

export type { ComparedMeasure } from '../experiment/compare-points.ts';
export type { Condition } from '../experiment/condition.ts';
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
  /** What kind of runs, and when there are enough of them. */
  readonly run: {
    readonly kind: 'steady-state' | 'terminating';
    /** False: the scenario does not say, and the kind is what its warm-up makes it. */
    readonly declared: boolean;
    /** A run ends when so many transactions are final; null: with its duration. */
    readonly stop_after: number | null;
    /** Of each point; where a precision is asked for, at least. */
    readonly replications: number;
    /** null: no precision is asked for. */
    readonly most_replications: number | null;
    /** Half the width of the 95 % interval as a share of the mean: at most this. */
    readonly precision: readonly { readonly measure: string; readonly share: number }[];
  };
  /** The time within which a transaction must be final to count as available, common to all points, and where it is from. */
  readonly availability: { readonly limit_ms: number | null; readonly rule: string };
  readonly points: readonly PointResult[];
  /** Pairs of points, measure by measure, on the replications they have in common. */
  readonly comparisons: readonly ComparisonRow[];
  /** Runs that crashed or were not reached, with the command that repeats each. */
  readonly failed_runs: readonly {
    readonly label: string;
    readonly replication: number;
    readonly reason: string;
    readonly repeat_command: string;
  }[];
}

/** Two points in one measure. Of a point that did not keep up no finality is compared. */
export interface ComparisonRow {
  /** Labels. */
  readonly a: string;
  readonly b: string;
  readonly measure: ComparedMeasure;
  /** Which is the better value. */
  readonly better: 'low' | 'high';
  /** Left out of both: the later of their warm-ups. */
  readonly warmup_ms: number;
  /** Replications that both have and that could tell: the means are over these. */
  readonly pairs: number;
  readonly a_mean: number;
  readonly b_mean: number;
  /** The mean of the differences a − b and its 95 % interval, which is not corrected for other comparisons. */
  readonly a_minus_b: { readonly mean: number; readonly low: number; readonly high: number };
  /** That mean as a share of `b_mean`; null where that is 0. */
  readonly relative: number | null;
  /** Two-sided, of "there is no difference"; null from one pair. */
  readonly p_value: number | null;
  /** Corrected for all comparisons of the result (Holm). */
  readonly p_value_holm: number | null;
  /** The corrected p-value is under 5 %: the difference can be told from chance. */
  readonly told: boolean;
  /** Which has the better mean, told or not; null where they are equal. */
  readonly ahead: 'a' | 'b' | null;
  /** That the true mean of a is the better one, given these runs (Student's t, flat prior); null from one pair. */
  readonly probability_a_better: number | null;
  /** In how many of the `pairs` a had the better value, both the same, and b the better one. */
  readonly a_wins: number;
  readonly ties: number;
  readonly a_losses: number;
}

export interface LaterOutagesRow {
  readonly count: number;
  /** null: there is none. */
  readonly longest_ms: number | null;
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
  /** null where no run finished. */
  readonly bottleneck: { readonly resource: string; readonly node: number | null; readonly utilisation: number } | null;
  readonly objective: readonly {
    readonly measure: string;
    readonly target: string;
    /** The mean over replications and its interval; of finality with what is unfinished counted as at least its age. */
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
    /** The value is only a lower bound: too much is unfinished. */
    readonly at_least: boolean;
    readonly met: boolean;
    /** False: the interval reaches across the target. */
    readonly decided: boolean;
    /** Why it is missed although its value alone would not say so; else null. */
    readonly reason: string | null;
  }[];
  /** In what condition its runs ended: the worst, in how many of how many runs; null where no run was measured. */
  readonly condition: {
    readonly state: Condition;
    readonly runs: number;
    readonly of: number;
    /** Of what was sent, the share that was not final at the end. */
    readonly unfinished_share: number;
    /** For how long nothing had become final at the end; null where it was not down. */
    readonly down_for_ms: number | null;
  } | null;
  /** Whether the progress check could have found anything. */
  readonly liveness: { readonly judged: boolean; readonly why_not: string | null };
  /** Finality in the measured segments before the first fault; null in a scenario without faults. */
  readonly undisturbed: {
    readonly p50_ms: Estimate | null;
    readonly p90_ms: Estimate | null;
    readonly p99_ms: Estimate | null;
    /** Mean time in each stage; empty where nothing went through a block before the first fault. */
    readonly stages: readonly { readonly stage: string; readonly mean_ms: number }[];
    /** Of all that is measured, the share that took longer than `p99_ms`. */
    readonly slower_share: Estimate | null;
  } | null;
  /** Two kinds of finality: `share` of the transactions took at most `up_to_ms`, nearly all others `from_ms` or more. */
  readonly humps: { readonly share: number; readonly up_to_ms: number; readonly from_ms: number } | null;
  /** Mean finality by the clients' sites; empty where all are at one. */
  readonly sites: readonly { readonly site: string; readonly share: number; readonly mean_ms: number }[];
  /** What is spent on requests sent before, over whole runs. */
  readonly repeats: {
    readonly sends_per_request: number;
    /** Shares: of what clients sent, of what was ordered, of what became final (out of the order of sending). */
    readonly repeated: number;
    readonly ordered_again: number;
    readonly overtaken: number;
  };
  readonly warmup_ms: number;
  readonly warmup_rule: 'given' | 'detected';
  /** What the warm-up is judged by, segment by segment over the whole run: columns of equal length, means over the replications. */
  readonly warmup_series: {
    readonly from_ms: readonly number[];
    readonly to_ms: readonly number[];
    readonly finality_mean_ms: readonly (number | null)[];
    readonly final_per_s: readonly number[];
  };
  /** Why it has no more replications, and how precise each measure asked for is. */
  readonly stopping: {
    readonly ended_by: EndedBy;
    readonly replications: number;
    /** `reached`: half the width of the 95 % interval as a share of the mean; null where there is none. */
    readonly precision: readonly {
      readonly measure: string;
      readonly asked: number;
      readonly reached: number | null;
      readonly met: boolean;
    }[];
  };
  /** Mean time in each stage, summing to the mean finality of the transactions that went through a block. */
  readonly stages: readonly { readonly stage: string; readonly mean_ms: number }[];
  /** Of the final transactions, the share that the stages are of. */
  readonly stages_share: number;
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
  /** Protocol messages per transaction by name, over whole runs (the estimate is over the measured window). */
  readonly messages: readonly { readonly name: string; readonly per_transaction: number }[];
  readonly outages: readonly { readonly replication: number; readonly from_ms: number; readonly to_ms: number }[];
  readonly faults: readonly {
    readonly text: string;
    readonly at_ms: number | null;
    readonly recovery_ms: Estimate | null;
    /** Replications in which it had not recovered when the run ended; the estimate is over the others. */
    readonly not_recovered: number;
    /** All clients stand on machines that it crashed: no outage could be seen, and the recovery says nothing. */
    readonly clients_gone: boolean;
    /** Of all replications: outages after it, up to the next fault, that are not counted in its recovery. */
    readonly later_outages: LaterOutagesRow;
  }[];
  /** Little's law: throughput × (mean latency + think time) beside the time-average of the outstanding requests. */
  readonly little: {
    readonly product: number;
    readonly outstanding: number;
    /** Closed loop: the configured clients × outstanding; null in open loop. */
    readonly configured?: number | null;
  };
  /** Availability counts what became final within this time: that of the whole result; null: not measured. */
  readonly availability_limit_ms?: number | null;
  /** Replications whose runs ended; the estimates are over these. */
  readonly finished_replications?: number;
  /** Whether predictions were held against a real system where this point lies (docs/VALIDATION.md). */
  readonly checked_range: CheckedRangeRow;
  readonly notes: readonly string[];
}

/** The nearest range that was checked against a real system, and in what the point leaves it (nothing: it lies inside). */
export interface CheckedRangeRow {
  /** null: no real system was compared with this protocol. */
  readonly system: string | null;
  readonly range: string | null;
  readonly outside: readonly string[];
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
  /** Marks that are not among the events, by the protocol's name for them. */
  readonly events_left_out: readonly { readonly name: string; readonly count: number }[];
}
