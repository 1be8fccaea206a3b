/**
 * The points of an experiment compared in pairs, measure by measure, on the replications they have in common; and what may be claimed of
 * so many comparisons at once. Only what means something is compared: finality of points that kept up and broke no promise.
 */
import { holmAdjusted } from '../statistics/holm.ts';
import type { Instant } from '../units/quantities.ts';
import { SECOND } from '../units/quantities.ts';
import type { EstimateName } from './estimate.ts';
import { laterWarmUp, type MeasuredPoint, measuredFrom } from './one-window.ts';
import { type Better, comparePaired, type PairedComparison } from './paired.ts';
import type { PointEstimate } from './point-estimate.ts';
import { quantileStep } from './quantile-step.ts';

/** Finality before the first fault is compared, too, where there are faults. */
export const CALM_MEASURES = ['undisturbed_p50_ms', 'undisturbed_p90_ms', 'undisturbed_p99_ms'] as const;
export type CalmMeasure = (typeof CALM_MEASURES)[number];
export type ComparedMeasure = EstimateName | CalmMeasure;

export interface PointComparison {
  /** Indices of points. */
  readonly a: number;
  readonly b: number;
  readonly measure: ComparedMeasure;
  readonly better: Better;
  /** Both are measured from here on: the end of the later of their warm-ups. */
  readonly from: Instant;
  readonly paired: PairedComparison;
  /** The p-value corrected for all the comparisons that could have been picked; null from one pair. */
  readonly pAdjusted: number | null;
}

/** Up to so many points every pair is compared; of more, each with the one that is final soonest. */
const MOST_ALL_PAIRS = 8;

interface Measure {
  readonly name: ComparedMeasure;
  readonly better: Better;
  /** Whether a point can be compared in it at all. */
  readonly fits: (point: PointEstimate) => boolean;
  /** The steps in which values are known (paired.ts). */
  readonly step: (point: MeasuredPoint) => number;
  /** By replication, with holes. */
  readonly values: (point: MeasuredPoint) => readonly (number | null)[];
}

const MEASURES: readonly Measure[] = [
  measured('throughput_per_s', 'high', isSafe, oneMore),
  measured('finality_p50_ms', 'low', isHealthy),
  measured('finality_p90_ms', 'low', isHealthy),
  measured('finality_p99_ms', 'low', isHealthy),
  calm('undisturbed_p50_ms', 'p50'),
  calm('undisturbed_p90_ms', 'p90'),
  calm('undisturbed_p99_ms', 'p99'),
  measured('availability', 'high', isSafe, oneInTime),
];

/** Pair by pair in the order of the points, and of each pair measure by measure. */
export function comparePoints(points: readonly PointEstimate[]): readonly PointComparison[] {
  const rows = pairsOf(points).flatMap(([a, b]) => {
    const pair = [points[a] as PointEstimate, points[b] as PointEstimate] as const;
    const from = laterWarmUp(...pair);
    const [one, other] = [measuredFrom(pair[0], from), measuredFrom(pair[1], from)];
    return MEASURES.flatMap(({ name, better, step, fits, values }) => {
      const paired = pair.every(fits)
        ? comparePaired(values(one), values(other), better, { a: step(one), b: step(other) })
        : null;
      return paired === null ? [] : [{ a, b, measure: name, better, from, paired }];
    });
  });
  const adjusted = holmAdjusted(
    rows.map(({ paired }) => paired.pValue),
    familyOf(points, rows.filter(({ paired }) => paired.pValue !== null).length),
  );
  return rows.map((row, i) => ({ ...row, pAdjusted: adjusted[i] as number | null }));
}

function pairsOf(points: readonly PointEstimate[]): readonly (readonly [number, number])[] {
  const indices = points.map((_, i) => i);
  if (points.length <= MOST_ALL_PAIRS) return indices.flatMap((a) => indices.slice(a + 1).map((b) => [a, b] as const));
  const soonest = soonestOf(points);
  return indices.filter((i) => i !== soonest).map((b) => [soonest, b] as const);
}

/** Of the points that keep up, the one with the least p99; the first where none does. */
function soonestOf(points: readonly PointEstimate[]): number {
  const p99 = (point: PointEstimate): number =>
    isHealthy(point) ? (point.estimates.finality_p99_ms?.mean ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  return points.reduce((best, point, i) => (p99(point) < p99(points[best] as PointEstimate) ? i : best), 0);
}

/** Every pair could have been picked, had the data been others: all of them count, also where only some are shown. */
function familyOf(points: readonly PointEstimate[], shown: number): number {
  if (points.length <= MOST_ALL_PAIRS) return shown;
  const pairs = MEASURES.reduce((sum, { fits, values }) => {
    const fit = points.filter((point) => fits(point) && values(point).some((value) => value !== null)).length;
    return sum + (fit * (fit - 1)) / 2;
  }, 0);
  return Math.max(shown, pairs);
}

function measured(
  name: EstimateName,
  better: Better,
  fits: Measure['fits'],
  step: Measure['step'] = ({ estimates }) => quantileStep(name, estimates[name]?.mean ?? 0),
): Measure {
  return { name, better, step, fits, values: ({ runs }) => byReplication(runs, ({ values }) => values[name]) };
}

/** One transaction more or less in the measured time of a run, per second. */
export function oneMore({ runs, warmUp }: MeasuredPoint): number {
  const measured = runs.reduce((sum, { run }) => sum + Math.max(0, run.endedAt - warmUp.end), 0);
  return measured === 0 ? 0 : (SECOND * runs.length) / measured;
}

/** One transaction more or less in time, as a share of them all. */
function oneInTime(point: MeasuredPoint): number {
  const rate = point.estimates.offered_per_s?.mean ?? 0;
  return rate === 0 ? 0 : Math.min(1, oneMore(point) / rate);
}

function calm(name: CalmMeasure, quantile: 'p50' | 'p90' | 'p99'): Measure {
  return {
    name,
    better: 'low',
    step: ({ undisturbed }) => quantileStep(name, undisturbed?.[quantile]?.mean ?? 0),
    fits: isHealthy,
    values: ({ runs, undisturbed }) => byReplication(runs, (_, i) => undisturbed?.perRun[i]?.[quantile] ?? null),
  };
}

function byReplication(
  runs: PointEstimate['runs'],
  of: (run: PointEstimate['runs'][number], i: number) => number | null,
): readonly (number | null)[] {
  const values: (number | null)[] = [];
  runs.forEach((run, i) => {
    const { replication } = run.run;
    while (values.length < replication) values.push(null);
    values[replication] = of(run, i);
  });
  return values;
}

/** Nothing can be relied on of a cluster that broke its promise. */
function isSafe({ runs }: PointEstimate): boolean {
  return runs.every(({ run }) => run.violations.every(({ kind }) => kind !== 'safety'));
}

/** It kept up with its load in every run and broke no promise. */
function isHealthy({ condition, runs }: PointEstimate): boolean {
  return condition?.condition === 'keeps up' && runs.every(({ run }) => run.violations.length === 0);
}
