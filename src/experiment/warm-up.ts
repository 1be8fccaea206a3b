/**
 * Where the warm-up ends: at the given instant, or detected by MSER (White 1997) on the series of segment means, averaged over
 * replications (Welch 1983), of latency and of throughput; a segment is the batch that MSER-5 would make of single values.
 * Whole segments are dropped, at most half of the run.
 */

import type { RunResult, SegmentResult } from '../simulation/run-result.ts';
import { mser } from '../statistics/warm-up.ts';
import type { Instant } from '../units/quantities.ts';

export interface WarmUp {
  readonly end: Instant;
  readonly rule: 'given' | 'detected';
  readonly notes: readonly string[];
}

/** Fewer segments than this before the first fault can't show a trend. */
const fewestSegments = 10;

/** `runs`: the replications of one design point. What a fault does is no warm-up, so detection looks only at the time before. */
export function warmUpOf(runs: readonly RunResult[], given: Instant | 'auto', horizon: Instant): WarmUp {
  if (given !== 'auto') return { end: given, rule: 'given', notes: [] };
  const calm = segmentsBeforeFaults(runs);
  const silent = calm.findIndex((segments) => segments.every((segment) => segment.final > 0));
  const first = silent === -1 ? calm.length : silent;
  const series = calm.slice(first);
  if (series.length < fewestSegments) {
    const begun = calm[first]?.[0]?.from ?? 0;
    const removed = Math.min(begun, latestEnd(calm, horizon));
    return { end: removed, rule: 'detected', notes: [tooShort(series.length, removed)] };
  }
  const latency = series.map((segments) => mean(segments.map(meanLatency)));
  const throughput = series.map((segments) => mean(segments.map((s) => s.final / (s.to - s.from))));
  // A segment in which nothing became final has no latency: it is given the one before, which it could not improve on.
  for (const [i, value] of latency.entries()) if (Number.isNaN(value)) latency[i] = latency[i - 1] as number;
  const cuts = [mser(latency), mser(throughput)];
  const end = calm[first + Math.max(...cuts)]?.[0]?.from ?? 0;
  const latest = latestEnd(calm, horizon);
  const settled = end <= latest && Math.max(...cuts) < Math.floor(series.length / 2);
  return { end: Math.min(end, latest), rule: 'detected', notes: settled ? [] : [unsettled] };
}

const unsettled =
  'latency or throughput may not have settled in the first half of the time without faults: the measures may drift; run longer';

/** By segment, then by replication; up to the first fault of any replication and the end of the shortest. */
function segmentsBeforeFaults(runs: readonly RunResult[]): readonly (readonly SegmentResult[])[] {
  const firstFault = runs
    .flatMap((run) => run.faults.map((fault) => fault.at ?? Number.POSITIVE_INFINITY))
    .reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  return segmentsInStep(runs).filter((segments) =>
    segments.every((segment) => segment.to <= firstFault && segment.to > segment.from),
  );
}

/** By segment, then by replication; up to the end of the shortest. */
function segmentsInStep(runs: readonly RunResult[]): readonly (readonly SegmentResult[])[] {
  if (runs.length === 0) return [];
  const count = runs.reduce((least, run) => Math.min(least, run.segments.length), Number.POSITIVE_INFINITY);
  return Array.from({ length: count }, (_, i) => runs.map((run) => run.segments[i] as SegmentResult));
}

/** What the rule looks at, over the whole run and whatever the rule: means over the replications. */
export interface WarmUpSegment {
  readonly from: Instant;
  readonly to: Instant;
  /** Mean finality (ns); null where nothing became final. */
  readonly latency: number | null;
  /** Finals per ns. */
  readonly throughput: number;
}

export function warmUpSeries(runs: readonly RunResult[]): readonly WarmUpSegment[] {
  return segmentsInStep(runs)
    .filter((segments) => segments.every(({ from, to }) => to > from))
    .map((segments) => {
      const { from, to } = segments[0] as SegmentResult;
      const latency = mean(segments.map(meanLatency));
      const throughput = mean(segments.map((s) => s.final / (s.to - s.from)));
      return { from, to, latency: Number.isNaN(latency) ? null : latency, throughput };
    });
}

/** The last boundary in the first half of the run. */
function latestEnd(segments: readonly (readonly SegmentResult[])[], horizon: Instant): Instant {
  return segments.reduce((latest, [segment]) => (segment && segment.to <= horizon / 2 ? segment.to : latest), 0);
}

function meanLatency(segment: SegmentResult): number {
  return segment.finality.total > 0 ? segment.finality.sum / segment.finality.total : Number.NaN;
}

/** Over those that are known. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function tooShort(segments: number, removed: Instant): string {
  const what = removed > 0 ? 'only the time in which nothing became final is removed' : 'none is removed';
  return `too short to detect a warm-up (${segments} segments before the first fault, ${fewestSegments} needed): ${what}`;
}
