/** The shape of `compare.json`: a decision matrix and what is decided by it, as plain data. Nothing in it depends on the machine or the date. */
import type { Condition } from '../experiment/condition.ts';
import type { Estimate } from '../experiment/estimate.ts';
import type { AnswerHead } from './answer-head.ts';
import type { CheckedRangeRow, LaterOutagesRow, PointResult, ViolationRow } from './result-file.ts';

export interface CompareFile extends AnswerHead {
  readonly replications: number;
  /** In sentences, one recommendation for each assumption about the participants. */
  readonly recommendation: readonly string[];
  /** What would change it, in sentences. */
  readonly would_change: readonly string[];
  readonly warnings: readonly string[];
  readonly assumptions: readonly string[];
  readonly duration_ms: number;
  readonly drills: DrillTimes;
  /** Faults of the scenario itself, which the drills replace. */
  readonly replaced_faults: number;
  readonly availability: { readonly limit_ms: number | null; readonly rule: string };
  /** null: costs are not known. */
  readonly prices: PriceRow | null;
  readonly decision: DecisionRow;
  readonly candidates: readonly CandidateRow[];
  readonly failed_runs: readonly { readonly label: string; readonly replication: number; readonly reason: string }[];
}

export interface DrillTimes {
  readonly at_ms: number;
  readonly for_ms: number;
  readonly slow_by: number;
}

export interface PriceRow {
  readonly currency: string;
  readonly core_hour: number;
  readonly egress_gb: number;
  readonly disk_gb_month: number;
  readonly retention_days: number;
}

/** Candidates by their labels. */
export interface DecisionRow {
  /** What candidates are compared in; `left_out`: in which some could not be measured. */
  readonly criteria: readonly string[];
  readonly left_out: readonly string[];
  readonly front: readonly string[];
  readonly dominated: readonly { readonly candidate: string; readonly by: string }[];
  readonly unfit: readonly { readonly candidate: string; readonly why: string }[];
  readonly recommendations: readonly RecommendationRow[];
}

export interface RecommendationRow {
  /** `byzantine`: a participant may lie; `crash`: machines only stop. */
  readonly assumption: 'crash' | 'byzantine';
  readonly chosen: string | null;
  readonly tier: string;
  readonly runner_up: string | null;
  readonly decided_by: string | null;
  /** Who beat the runner-up in what decided: the chosen one, or another that fell out by a later criterion. */
  readonly against: string | null;
  readonly margin: MarginRow | null;
  readonly nearest: {
    readonly candidate: string;
    readonly measure: string;
    readonly target: string;
    readonly value: number | null;
    readonly shortfall: number | null;
    readonly reason: string | null;
  } | null;
  readonly changes: readonly ChangeRow[];
}

export interface MarginRow {
  readonly criterion: string;
  /** Of the one that beat the next (`against`), of the next; null: an outage did not end. */
  readonly better: number | null;
  readonly runner_up: number | null;
  /** better − next, paired, with its 95 % interval. */
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number } | null;
  /** That the better is truly better, of these two by themselves. */
  readonly probability: number | null;
  /** That there is no difference, corrected for all `pairs_of_candidates` of which these two were picked; null from one replication. */
  readonly p_value_corrected: number | null;
  readonly pairs_of_candidates: number;
}

export interface ChangeRow {
  readonly kind: 'price' | 'no price' | 'looser' | 'tighter' | 'drill';
  /** The price, the measure, or the drill. */
  readonly what: string;
  readonly now: number | string | null;
  readonly at: number | null;
  readonly other: string | null;
}

export interface CandidateRow {
  readonly label: string;
  readonly protocol: string;
  readonly trust: 'crash' | 'byzantine';
  readonly trust_note: string;
  readonly nodes: number;
  readonly sites: readonly { readonly site: string; readonly nodes: number }[];
  readonly crashes_tolerated: number;
  readonly liars_tolerated: number;
  /** Why it can't be chosen; null: it can. */
  readonly unfit: string | null;
  readonly on_front: boolean;
  readonly dominated_by: string | null;
  readonly condition: Condition | null;
  /** Undisturbed. */
  readonly throughput_per_s: Estimate | null;
  readonly goodput_per_s: Estimate | null;
  readonly finality_p50_ms: Estimate | null;
  readonly finality_p99_ms: Estimate | null;
  readonly messages_per_transaction: Estimate | null;
  readonly bytes_per_transaction: Estimate | null;
  readonly signatures_per_transaction: Estimate | null;
  readonly bytes_per_node_per_s: Estimate | null;
  readonly bottleneck: PointResult['bottleneck'];
  /** Throughput ÷ the busy share of the bottleneck. */
  readonly capacity_per_s: number | null;
  readonly objective: PointResult['objective'];
  readonly cost: CostRow | null;
  readonly drills: readonly DrillRow[];
  /** Name of the drill with the longest outage. */
  readonly weakest_drill: string | null;
  /** Its mean longest outage; null: it did not end. */
  readonly worst_outage_ms: number | null;
  readonly violations: readonly ViolationRow[];
  readonly checked_range: CheckedRangeRow;
}

export interface CostRow {
  readonly per_month: {
    readonly cores: number;
    readonly egress: number;
    readonly disk: number;
    readonly total: number;
  };
  readonly per_million_transactions: number;
  readonly consumption: {
    readonly cores: number;
    readonly egress_bytes_per_s: number;
    readonly disk_bytes: number;
  };
}

export interface DrillRow {
  /** `crash of the leader`, `loss of Singapore`, `leader 10 times as slow`. */
  readonly drill: string;
  readonly kind: 'leader-crash' | 'site-loss' | 'slow-leader';
  readonly site: string | null;
  readonly nodes_struck: number;
  readonly availability: Estimate | null;
  readonly finality_p99_ms: Estimate | null;
  readonly longest_outage_ms: Estimate | null;
  readonly recovery: {
    readonly median_ms: number | null;
    readonly worst_ms: number | null;
    readonly not_recovered: number;
    readonly of: number;
  };
  /** Of all replications: outages behind the fault that are not counted in its recovery. */
  readonly later_outages: LaterOutagesRow;
  readonly recovered: boolean;
  readonly condition: Condition | null;
  /** Objectives for finality, availability and outages that it misses in this drill. */
  readonly missed: readonly string[];
  readonly liveness: { readonly judged: boolean; readonly why_not: string | null };
}
