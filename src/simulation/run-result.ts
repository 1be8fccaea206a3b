/** What one run observed, as plain data. Counts and sums only: estimates and intervals are made from many runs by `experiment`. */
import type { SparseHistogram } from '../statistics/histogram.ts';
import type { Duration, Instant, NodeId } from '../units/quantities.ts';

export type { SparseHistogram };

export interface RunResult {
  readonly label: string;
  readonly seed: number;
  readonly replication: number;
  /** 16 hex digits over every delivery, timer and commit; null when a violation stopped the run. */
  readonly digest: string | null;
  /** Where the run ended: the horizon, earlier with `stopAfter` or a violation. */
  readonly endedAt: Instant;
  readonly segments: readonly SegmentResult[];
  readonly timeline: TimelineResult;
  readonly counts: RunCounts;
  /** One entry a node. */
  readonly utilisation: readonly NodeUtilisation[];
  readonly violations: readonly Violation[];
  readonly outages: readonly Outage[];
  readonly faults: readonly FaultOutcome[];
  /** The ages (ns) of the requests that were sent and are not final at the end, oldest first. */
  readonly unfinished: Float64Array;
  readonly notes: readonly string[];
}

/** Everything measured between two boundaries. A transaction belongs to the segment in which it became final. */
export interface SegmentResult {
  readonly from: Instant;
  readonly to: Instant;
  /** Intended send time in this segment. */
  readonly offered: number;
  readonly final: number;
  readonly valid: number;
  /** final − intended send, ns. */
  readonly finality: SparseHistogram;
  /** first commit − proposed, ns, one value per transaction. */
  readonly commit: SparseHistogram;
  /** Sums over the final transactions of the time (ns) between consecutive stages (see STAGES), for the breakdown. */
  readonly stageSums: Float64Array;
  /** Final transactions that these sums are over: those whose reply named their batch. Reads that are served apart have none. */
  readonly staged: number;
  /** Of these by client group: how many, and the sum of their latencies (ns). Empty with one group. */
  readonly groupStaged: Float64Array;
  readonly groupLatency: Float64Array;
  readonly protocolMessages: number;
  readonly requestMessages: number;
  readonly replyMessages: number;
  readonly bytes: number;
  readonly signatures: number;
  /** ∫ outstanding dt, ns × requests. */
  readonly outstandingTime: number;
}

/** Consecutive stages of a transaction: sum[i] is the time from the previous stage to STAGES[i]. */
export const STAGES = ['received', 'proposed', 'committed', 'executed', 'final'] as const;

/** Equal bins over the whole run. */
export interface TimelineResult {
  readonly bin: Duration;
  readonly offered: Float64Array;
  readonly final: Float64Array;
  readonly latencySum: Float64Array;
  readonly latencyMax: Float64Array;
  readonly events: readonly TimelineEvent[];
  /** Marks that are not among the events, by name. */
  readonly leftOut: readonly { readonly name: string; readonly count: number }[];
}

/** A mark of the protocol (election, view change, …) or a fault. Faults are all kept, of each kind of mark the first 300, and of leaders the last before each fault and the first behind it; `notes` says when more came. */
export interface TimelineEvent {
  readonly at: Instant;
  /** −1: the whole system. */
  readonly node: NodeId;
  readonly kind: 'fault' | 'mark';
  readonly text: string;
}

export interface RunCounts {
  /** Messages delivered by name: the protocol's own, then `request`, `reply`, `forward`. Whole run. */
  readonly delivered: readonly { readonly name: string; readonly count: number }[];
  readonly deliveredMessages: number;
  /** Messages handed to the network per name, as above. */
  readonly sent: readonly { readonly name: string; readonly count: number }[];
  /** Requests that clients sent; a retry is not another one. */
  readonly submitted: number;
  /** How often clients sent a request again. */
  readonly retries: number;
  /** Requests that were ordered a second time, and skipped there. */
  readonly orderedAgain: number;
  /** Requests that took their turn after a later one of their client group. Counted where transactions are executed. */
  readonly overtaken: number;
  readonly dropped: number;
  readonly retransmitted: number;
  readonly batches: number;
  readonly transactions: number;
  readonly peakInFlight: number;
  readonly kernelBytes: number;
}

/** Busy shares from the given warm-up on (over the whole run when it will be detected), 0 … 1. Disabled resources (infinite bandwidth) are 0. */
export interface NodeUtilisation {
  readonly thread: number;
  readonly cores: number;
  readonly egress: number;
  readonly ingress: number;
  readonly disk: number;
}

export interface Violation {
  readonly check: string;
  readonly kind: 'safety' | 'liveness';
  readonly at: Instant;
  readonly node: NodeId;
  /** One sentence with values. */
  readonly detail: string;
}

export interface Outage {
  readonly from: Instant;
  readonly to: Instant;
}

export interface FaultOutcome {
  readonly text: string;
  /** When it took effect (after waiting for a leader, if it had to); null: it never found its target. */
  readonly at: Instant | null;
  readonly nodes: readonly NodeId[];
  readonly endedAt: Instant | null;
  /** Those of the run's outages that are taken for its doing (simulation/aftermath.ts), ascending. */
  readonly outages: readonly Outage[];
  /** When the next leader came after a crash took the one there was; null: it took none, or none came before the end. */
  readonly leaderAt: Instant | null;
  /** From the fault to the next final transaction after the last of its outages; 0 without one; null: it did not recover before the end. */
  readonly recovery: Duration | null;
  /** Outages that began after it and are not its own, up to the next fault. */
  readonly later: readonly Outage[];
}
