/**
 * Does a design point give what the scenario asks for? Judged on the mean over replications. Finality counts what is unfinished at the
 * end as at least its age: a cluster that stopped answering has quick transactions behind it and meets nothing by them.
 */
import type { RunResult } from '../simulation/run-result.ts';
import { type Bound, CensoredLatencies } from '../statistics/censored.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { conditionOf, openOutage } from './condition.ts';
import { type Estimate, type EstimateName, type Estimates, estimateOf } from './estimate.ts';
import type { Window } from './window.ts';

/** One measure asked for. `target` is in the estimate's unit. */
export interface Objective {
  /** As the scenario names it, such as `finality_p99`. */
  readonly measure: string;
  readonly estimate: EstimateName;
  readonly direction: 'at-least' | 'at-most';
  readonly target: number;
  /** As it reads in the file, such as `2s`. */
  readonly text: string;
}

export interface ObjectiveVerdict {
  readonly measure: string;
  readonly target: string;
  /** The mean over replications, and its interval; of finality with what is unfinished as at least its age. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** True where the value is only a lower bound: too much is unfinished to say how long finality takes. */
  readonly at_least: boolean;
  readonly met: boolean;
  /** False where the interval reaches across the target, so that further replications could turn the verdict. */
  readonly decided: boolean;
  /** Why it is missed although the value alone would not say so, or why it has no value; else null. */
  readonly reason: string | null;
}

/** One run of the point as objectives see it. */
export interface JudgedRun {
  readonly run: RunResult;
  readonly window: Window | null;
}

/** What could not be measured is not met. */
export function judge(
  objectives: readonly Objective[],
  estimates: Estimates,
  runs: readonly JudgedRun[],
): readonly ObjectiveVerdict[] {
  return objectives.map((objective) => {
    const { measure, estimate: name, direction, target, text } = objective;
    const latency = latencies[name];
    const bounds = latency === undefined ? null : boundsOf(runs, latency, quantiles[name] ?? 1);
    const estimate = bounds === null ? estimates[name] : meanBound(bounds);
    const atLeast = bounds?.some((bound) => bound.atLeast) ?? false;
    const within = estimate !== null && (direction === 'at-most' ? estimate.mean <= target : estimate.mean >= target);
    const reason = latency === undefined ? unmeasured(estimate) : (trouble(runs, target) ?? unmeasured(estimate));
    // A quantile that is not reached by the end lies beyond all that was seen; a mean or maximum merely may become longer.
    const open = atLeast && name in quantiles && within ? notReached : null;
    const why = reason ?? open;
    return {
      measure,
      target: text,
      value: estimate?.mean ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
      at_least: atLeast,
      met: within && why === null,
      decided: why !== null || estimate === null || !straddles(estimate, target),
      reason: within || estimate === null ? why : null,
    };
  });
}

/** The finality p99 that `judge` holds against a target, whether one is asked for or not: with what is unfinished as at least its age. */
export function judgedFinalityP99(runs: readonly JudgedRun[]): Estimate | null {
  const name = 'finality_p99_ms';
  return meanBound(boundsOf(runs, latencies[name] as Latency, quantiles[name] as number));
}

/** Of latency, with what is unfinished as at least its age. */
export interface SeenLatency {
  /** Over all runs that can tell, in whatever condition they ended; ms. null where none can. */
  readonly estimate: Estimate | null;
  /** In how many of them it is no more than a lower bound. */
  readonly open: number;
}

/** What `judge` holds against a target, without the condition of the runs. null of what is no finality: it has no ages to count. */
export function seenLatency(runs: readonly JudgedRun[], name: EstimateName): SeenLatency | null {
  const latency = latencies[name];
  if (latency === undefined) return null;
  const bounds = boundsOf(runs, latency, quantiles[name] ?? 1);
  return { estimate: meanBound(bounds), open: bounds.filter(({ atLeast }) => atLeast).length };
}

/** ms, over replications. */
function meanBound(bounds: readonly Bound[]): Estimate | null {
  return estimateOf(bounds.map(({ value }) => value / MILLISECOND));
}

const notReached = 'too little of what was sent is final to tell whether it stays within the target';

/**
 * Whether a verdict is no more than that: what is known of the quantile, all of it lower bounds, lies within the target, and no condition of
 * a run says that it will not stay there. It is not met, and not known to be missed either.
 */
export function isNotReached({ reason }: ObjectiveVerdict): boolean {
  return reason === notReached;
}

function unmeasured(estimate: Estimate | null): string | null {
  return estimate === null ? 'not measured' : null;
}

function straddles({ low, high, replications }: Estimate, target: number): boolean {
  return replications > 1 && low <= target && target <= high && low < high;
}

/** Why no finality of these runs can be relied on; null where it can. */
function trouble(runs: readonly JudgedRun[], target: number): string | null {
  for (const { run, window } of runs) {
    if (window === null) continue;
    const condition = conditionOf(run, window);
    if (condition === 'silent') return 'nothing became final';
    if (condition === 'stalled') return 'it stalled under its load';
    if (condition === 'overloaded')
      return 'it does not keep up, so that its finality grows for as long as the load lasts';
    if (condition === 'not caught up')
      return 'it had not caught up after its faults when the run ended, so that what waits then takes longer still';
    const overdue = run.unfinished.some((age) => age > target * MILLISECOND);
    if (condition === 'down' && overdue && openOutage(run) !== null)
      return 'it was down when the run ended, with transactions older than the target unfinished';
  }
  return null;
}

type Latency = (latencies: CensoredLatencies) => Bound | null;

/** The share that is final within each; a mean and a maximum are of all. */
const quantiles: Readonly<Partial<Record<EstimateName, number>>> = {
  finality_p50_ms: 0.5,
  finality_p90_ms: 0.9,
  finality_p99_ms: 0.99,
  finality_p999_ms: 0.999,
};

const latencies: Readonly<Partial<Record<EstimateName, Latency>>> = {
  finality_mean_ms: (all) => all.mean(),
  finality_p50_ms: (all) => all.quantile(0.5),
  finality_p90_ms: (all) => all.quantile(0.9),
  finality_p99_ms: (all) => all.quantile(0.99),
  finality_p999_ms: (all) => all.quantile(0.999),
  finality_max_ms: (all) => all.max(),
};

/** One a run that could tell; `share`: of all, what the measure is of. What was sent in the warm-up and never answered counts, too. */
function boundsOf(runs: readonly JudgedRun[], latency: Latency, share: number): readonly Bound[] {
  return runs.flatMap(({ run, window }) => {
    const found = window === null ? null : latency(new CensoredLatencies(window.finality, run.unfinished));
    return found === null ? [] : [{ ...found, atLeast: found.atLeast || undecided(run, window as Window, share) }];
  });
}

/**
 * Whether more is unfinished than the measure may leave out. The estimate takes what is unfinished for as long-lived as the rest, which
 * holds while a run keeps up; where requests wait in the order of sending, the unfinished are those that take longest.
 */
function undecided(run: RunResult, window: Window, share: number): boolean {
  const { length } = run.unfinished;
  return length > (1 - share) * (window.finality.total + length) && conditionOf(run, window) !== 'keeps up';
}
