/** What the sentences of the verdict ask of a point, and how they name several. */
import type { Estimate, EstimateName, PointResult } from '../../results/result-file.ts';
import { list } from '../words.ts';

/** More points than this are summed up; the table has them all. */
export const MOST_IN_WORDS = 4;

export function meanOf(point: PointResult, name: EstimateName): number | null {
  return point.estimates[name]?.mean ?? null;
}

/** True where its finality means something: it kept up with its load in every run and broke no promise. */
export function isHealthy({ condition, safety }: PointResult): boolean {
  return condition?.state === 'keeps up' && safety.details.length === 0;
}

/** Nothing can be relied on of a cluster that broke its promise: no speed is a merit of it, and none a fault. */
export function isSafe({ safety }: PointResult): boolean {
  return safety.violations === 0;
}

/** Nothing was sent in the measured time, so that nothing can be said of it. */
export function isUnused(point: PointResult): boolean {
  return meanOf(point, 'offered_per_s') === 0 && meanOf(point, 'throughput_per_s') === 0;
}

/** The first of many labels, and how many more there are. */
export function some(labels: readonly string[]): string {
  if (labels.length <= MOST_IN_WORDS) return list(labels);
  return list([...labels.slice(0, MOST_IN_WORDS - 1), `${labels.length - MOST_IN_WORDS + 1} more`]);
}

/** One replication has no interval: its equal bounds overlap only with an equal value. */
export function overlap(a: Estimate, b: Estimate): boolean {
  return a.low <= b.high && b.low <= a.high;
}

/** Of many points: the soonest final and the latest of those that keep up, and the one with the highest throughput. */
export function notable(points: readonly PointResult[]): readonly PointResult[] {
  const measured = points.filter((point) => meanOf(point, 'finality_p99_ms') !== null);
  const by = (name: EstimateName) => (a: PointResult, b: PointResult) =>
    (meanOf(a, name) ?? 0) - (meanOf(b, name) ?? 0);
  const byFinality = measured.filter(isHealthy).sort(by('finality_p99_ms'));
  const byThroughput = measured.toSorted(by('throughput_per_s'));
  const chosen = [byFinality[0], byFinality.at(-1), byThroughput.at(-1)];
  return [...new Set(chosen)].filter((point): point is PointResult => point !== undefined);
}
