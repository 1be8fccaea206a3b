/** Runs targets and judges them: each scenario is loaded by the ordinary loader, run, and read by the target's own functions. */
import { type ObservationTask, type Observed, type OpenTarget, openTarget } from './observe.ts';
import type { Observer } from './observer.ts';
import type { CdfStep, Comparison, ComparisonResult, Target, Tolerance } from './target.ts';

/** The runs of a point are observed in about so many tasks, which keeps every thread busy to the end. */
const TASKS_A_POINT = 200;
/** In the small setting a prediction may miss its tolerance by so many standard errors of its own sample: one in 16,000 would by chance. */
export const SMALL_ERRORS = 4;

export interface ValidateOptions {
  /** The setting of the test suite: shorter or fewer runs, the same tolerances and so many standard errors more. */
  readonly small: boolean;
  readonly signal?: AbortSignal;
  /** Called after each part with how many runs are done, of how many. */
  readonly onProgress?: (done: number, all: number) => void;
}

export interface TargetResult {
  readonly target: Target;
  readonly comparisons: readonly ComparisonResult[];
  /** Processor time of its runs, on all threads together. */
  readonly tookMs: number;
  readonly runs: number;
}

/** @throws where the scenario has errors, or a run fails: both are defects, not predictions. */
export async function validateTarget(
  target: Target,
  observer: Observer,
  options: ValidateOptions,
): Promise<TargetResult> {
  const [result] = await validateTargets([target], observer, options);
  return result as TargetResult;
}

/**
 * All targets at once; the results are in the order given. Those of many short runs are begun first, while the threads have compiled
 * nothing else: after runs of other kinds the same elections take two to three times as long. Of the rest the longest are begun
 * first, so that no thread is left with one at the end.
 * @param onResult called as each is finished.
 */
export async function validateTargets(
  chosen: readonly Target[],
  observer: Observer,
  options: ValidateOptions,
  onResult?: (result: TargetResult) => void,
): Promise<readonly TargetResult[]> {
  const opened = await Promise.all(chosen.map((target) => openTarget(target, options.small)));
  const results = new Map<OpenTarget, Promise<TargetResult>>();
  const all = opened.reduce((sum, { scenario }) => sum + scenario.points.length * scenario.run.replications, 0);
  let done = 0;
  options.onProgress?.(done, all);
  const onRuns = (count: number): void => {
    done += count;
    options.onProgress?.(done, all);
  };
  const inTurn = [...opened].sort((a, b) => Number(isOfMany(b)) - Number(isOfMany(a)) || lengthOf(b) - lengthOf(a));
  for (const open of inTurn) {
    const result = validated(open, observer, options, onRuns);
    results.set(
      open,
      result.then((done) => {
        onResult?.(done);
        return done;
      }),
    );
  }
  return Promise.all(opened.map((open) => results.get(open) as Promise<TargetResult>));
}

/** Virtual time of one run: the longest runs of the suite are those that take longest. */
function lengthOf({ scenario }: OpenTarget): number {
  return scenario.run.duration;
}

/** Whether its runs are so many that most of a run's cost is setting it up. */
function isOfMany({ scenario }: OpenTarget): boolean {
  return scenario.run.replications > TASKS_A_POINT;
}

async function validated(
  open: OpenTarget,
  observer: Observer,
  options: ValidateOptions,
  onRuns: (count: number) => void,
): Promise<TargetResult> {
  const { target, scenario, comparisons } = open;
  const { replications } = scenario.run;
  const size = Math.max(1, Math.floor(replications / TASKS_A_POINT));
  // The last points come first: levels ascend, and the highest load takes longest.
  const tasks = scenario.points
    .flatMap((_, point) =>
      Array.from({ length: Math.ceil(replications / size) }, (_, i): ObservationTask => {
        const from = i * size;
        return { target: target.id, small: options.small, point, from, to: Math.min(replications, from + size) };
      }),
    )
    .reverse();
  const observed = await Promise.all(
    tasks.map(async (task) => {
      const part = await observer.observe(open, task, options.signal);
      onRuns(task.to - task.from);
      return part;
    }),
  );
  const inOrder = tasks.map((task, i) => ({ point: task.point, ...(observed[i] as Observed) })).reverse();
  const results = comparisons.map((comparison, k) => {
    const points = scenario.points.flatMap((_, point) => {
      const of = inOrder.filter((one) => one.point === point && one.values[k] !== null);
      return of.length === 0 ? [] : [of.flatMap(({ values }) => values[k] as readonly number[])];
    });
    return judged(target, comparison, points, options.small);
  });
  const tookMs = observed.reduce((sum, { tookMs }) => sum + tookMs, 0);
  return { target, comparisons: results, tookMs, runs: replications * scenario.points.length };
}

function judged(
  target: Target,
  comparison: Comparison,
  points: readonly (readonly number[])[],
  small: boolean,
): ComparisonResult {
  const { row, unit, real, tolerance, ungated, known } = comparison;
  const values = points.flat();
  const predicted = comparison.quantity.summarise(values, points);
  const standardError = comparison.quantity.standardError?.(values) ?? null;
  const allowance = small ? SMALL_ERRORS * (standardError ?? 0) : 0;
  const errorPercent = real === 0 ? null : (predicted / real - 1) * 100;
  return {
    target: target.id,
    row,
    unit,
    predicted,
    real,
    errorPercent,
    tolerance,
    standardError,
    allowance,
    holds: within(predicted, real, tolerance, allowance),
    ungated,
    statistic: comparison.statistic ?? false,
    distribution: known === undefined ? null : { ...known, predicted: cdfOf(values) },
  };
}

/** Steps enough for a curve. */
const CURVE_STEPS = 200;

/** Each value a step, or so many quantiles of more. */
export function cdfOf(values: readonly number[]): readonly CdfStep[] {
  const sorted = [...values].sort((a, b) => a - b);
  const steps = Math.min(CURVE_STEPS, sorted.length);
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    return { value: sorted[Math.ceil(share * sorted.length - 1e-9) - 1] as number, share };
  });
}

/** A prediction that is no number holds nowhere. */
function within(predicted: number, real: number, tolerance: Tolerance, allowance: number): boolean {
  if ('low' in tolerance) return predicted >= tolerance.low - allowance && predicted <= tolerance.high + allowance;
  const allowed = allowance + Math.max((tolerance.percent / 100) * Math.abs(real), tolerance.orAbsolute ?? 0);
  // The rounding of one division is no error of the model.
  return Math.abs(predicted - real) <= allowed + 1e-9 * Math.abs(real);
}
