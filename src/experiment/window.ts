/** The part of a run that is measured: its segments after the warm-up, summed. */

import { type RunResult, type SegmentResult, STAGES } from '../simulation/run-result.ts';
import { LogLinearHistogram } from '../statistics/histogram.ts';
import { type Instant, SECOND } from '../units/quantities.ts';

/** Sums over the measured segments of one run. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
  readonly seconds: number;
  readonly offered: number;
  readonly final: number;
  readonly valid: number;
  readonly finality: LogLinearHistogram;
  readonly commit: LogLinearHistogram;
  readonly stageSums: readonly number[];
  /** Final transactions that the stages are of. */
  readonly staged: number;
  /** By client group, of these; empty with one group. */
  readonly groupStaged: readonly number[];
  readonly groupLatency: readonly number[];
  readonly protocolMessages: number;
  readonly bytes: number;
  readonly signatures: number;
  readonly outstandingTime: number;
}

/** The segments that begin at the end of the warm-up or later; those of no length say nothing. */
export function measuredSegments(run: RunResult, warmup: Instant): readonly SegmentResult[] {
  return run.segments.filter((segment) => segment.from >= warmup && segment.to > segment.from);
}

/** null where the run ended inside its warm-up. */
export function windowOf(run: RunResult, warmup: Instant): Window | null {
  const segments = measuredSegments(run, warmup);
  const first = segments[0];
  const last = segments.at(-1);
  if (!first || !last) return null;
  const sum = (of: (segment: SegmentResult) => number): number => segments.reduce((total, s) => total + of(s), 0);
  return {
    from: first.from,
    to: last.to,
    seconds: (last.to - first.from) / SECOND,
    offered: sum((s) => s.offered),
    final: sum((s) => s.final),
    valid: sum((s) => s.valid),
    finality: mergedHistogram(segments.map((s) => s.finality)),
    commit: mergedHistogram(segments.map((s) => s.commit)),
    stageSums: STAGES.map((_, stage) => sum((s) => s.stageSums[stage] as number)),
    staged: sum((s) => s.staged),
    groupStaged: Array.from(first.groupStaged, (_, group) => sum((s) => s.groupStaged[group] as number)),
    groupLatency: Array.from(first.groupLatency, (_, group) => sum((s) => s.groupLatency[group] as number)),
    protocolMessages: sum((s) => s.protocolMessages),
    bytes: sum((s) => s.bytes),
    signatures: sum((s) => s.signatures),
    outstandingTime: sum((s) => s.outstandingTime),
  };
}

/** One histogram over several. */
export function mergedHistogram(parts: readonly SegmentResult['finality'][]): LogLinearHistogram {
  const merged = new LogLinearHistogram();
  for (const part of parts) merged.merge(LogLinearHistogram.fromSparse(part));
  return merged;
}
