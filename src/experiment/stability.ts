/**
 * Whether a cluster is stable under a load: nothing piles up, and finality stays within what is asked. Judged over all replications of
 * that load together (Wieland, Pasupathy & Schmeiser, "Queueing-network stability: simulation-based checking", WSC 2003, look at the
 * same: does the number in the system drift?).
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Interval } from '../statistics/intervals.ts';
import { bottleneckOf, ranksOf } from './bottleneck.ts';
import { CONDITIONS, type Condition, conditionOf } from './condition.ts';
import type { EstimateName } from './estimate.ts';
import { growthOf } from './growth.ts';
import { judgeLatency, type LatencyVerdict } from './load-latency.ts';
import type { Objective } from './objective.ts';
import { estimatePoint, type PointEstimate, type PointQuestion } from './point-estimate.ts';
import { tells } from './telling.ts';
import { type Window, windowOf } from './window.ts';

/**
 * Why a load is not stable. `busy`: a resource never has nothing to do, so that what waits for it can only grow, even where finality does
 * not show it (the replies of other replicas are enough). `silent`: nothing, or at the end nothing any more, became final. `untold`: so little
 * was sent that the runs say nothing.
 */
export type Cause = 'growing' | 'busy' | 'silent' | 'objective' | 'unsafe' | 'untold';

/**
 * What a verdict of not stable rests on. `test`: growth, or finality beyond its target, by a test at 97.5 %. `threshold`: every run, of two
 * or more, is beyond a threshold that no test stands behind: it falls behind, stops, or keeps a resource busy all the time. One violation of
 * safety is beyond its threshold.
 */
export type Ground = 'test' | 'threshold';

export interface LoadVerdict {
  /** null: it is stable. */
  readonly cause: Cause | null;
  /** null: it is stable, or chance may have made it look otherwise. */
  readonly ground: Ground | null;
  /** False where further replications could turn the verdict. */
  readonly decided: boolean;
  /** Of each objective. */
  readonly latencies: readonly LatencyVerdict[];
  /** By what share of the offered load the number of requests under way grows, with its interval; null where runs are too short. */
  readonly growth: Interval | null;
  /** Of what was offered in the measured time, the share that became final in it. */
  readonly kept: number;
  /** In how many of the runs the cluster kept up by `conditionOf`. */
  readonly keepingUp: number;
  readonly estimate: PointEstimate;
}

/** `tolerance`: growth by less than this share of the offered load, or so small a share of idle time, counts as none. `runs`: at least one. */
export function judgeLoad(
  question: PointQuestion,
  spec: RunSpec,
  runs: readonly RunResult[],
  tolerance: number,
): LoadVerdict {
  const estimate = estimatePoint(question, spec, runs);
  const warmup = estimate.warmUp.end;
  const growth = growthOf(runs, warmup);
  const measured = runs.map((run) => ({ run, window: windowOf(run, warmup) }));
  const conditions = measured.flatMap(({ run, window }) => (window === null ? [] : [conditionOf(run, window)]));
  const keepingUp = conditions.filter((condition) => condition === 'keeps up').length;
  const latencies = question.objectives.map((objective) =>
    judgeLatency(objective, estimate, measured, keepingUp === runs.length),
  );
  const common = { latencies, growth, kept: keptShare(measured), keepingUp, estimate };
  const safe = runs.every(({ violations }) => violations.every(({ kind }) => kind !== 'safety'));
  if (!safe) return { cause: 'unsafe', ground: 'threshold', decided: true, ...common };
  const speaks = runs.some((run) => run.violations.length > 0 || tells(run, warmup, question.objectives));
  if (!speaks) return { cause: 'untold', ground: null, decided: false, ...common };
  // What cannot be told from chance is no growth: a test that is too weak finds too high a saturation, and `decided` says so.
  const grows = growth !== null && growth.low > 0 && growth.mean > tolerance;
  const missed = latencies.filter(({ met }) => !met);
  const tested = grows || missed.some(({ decided }) => decided);
  const unstable = (cause: Cause, beyond: number): LoadVerdict => {
    const all = runs.length > 1 && beyond === runs.length;
    const ground = tested ? 'test' : all ? 'threshold' : null;
    return { cause, ground, decided: ground !== null, ...common };
  };
  const gone = conditions.filter((condition) => SILENT.includes(condition)).length;
  const stuck = runs.filter(({ violations }) => violations.length > 0).length;
  const half = Math.ceil(runs.length / 2);
  if (Math.max(gone, stuck) >= half) return unstable('silent', Math.max(gone, stuck));
  const behind = conditions.length - keepingUp;
  if (behind >= half || grows) return unstable('growing', behind);
  const busy = 1 - tolerance;
  if (estimate.bottleneck !== null && estimate.bottleneck.utilisation >= busy)
    return unstable(
      'busy',
      runs.filter(({ utilisation }) => (bottleneckOf(ranksOf([utilisation]))?.utilisation ?? 0) >= busy).length,
    );
  if (missed.length > 0) return unstable('objective', 0);
  const told = growth === null || growth.high < tolerance || (growth.high - growth.low) / 2 <= 2 * tolerance;
  return { cause: null, ground: null, decided: told && latencies.every(({ decided }) => decided), ...common };
}

const SILENT: readonly Condition[] = CONDITIONS.filter(
  (one) => one === 'silent' || one === 'stalled' || one === 'down',
);

/** What an objective on latency bounds: it gets worse with load, so a search can be made for where it is missed. */
const LATENCIES: readonly EstimateName[] = [
  'finality_mean_ms',
  'finality_p50_ms',
  'finality_p90_ms',
  'finality_p99_ms',
  'finality_p999_ms',
  'finality_max_ms',
  'commit_p50_ms',
];

export function isOnLatency({ estimate }: Objective): boolean {
  return LATENCIES.includes(estimate);
}

function keptShare(measured: readonly { readonly window: Window | null }[]): number {
  const windows = measured.flatMap(({ window }) => (window === null ? [] : [window]));
  const offered = windows.reduce((sum, window) => sum + window.offered, 0);
  return offered === 0 ? 1 : windows.reduce((sum, window) => sum + window.final, 0) / offered;
}
