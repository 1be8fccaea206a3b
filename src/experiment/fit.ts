/**
 * Fits a scenario's free constants to measurements of a real cluster: Gauss–Newton least squares of relative errors on the
 * simulated curve, one set of constants for all rows, never row by row. How well it predicts what it has not seen is told by
 * leave-one-out (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 7.10).
 */
import type { RunSpec } from '../simulation/run-spec.ts';
import { leastSquares, undetermined } from '../statistics/least-squares.ts';
import { type Duration, MILLISECOND } from '../units/quantities.ts';
import type { EstimateName } from './estimate.ts';
import type { Experiment, RunOutcome } from './experiment.ts';
import { type ConstantName, constantNamed } from './free-constants.ts';
import { estimatePoint, type PointQuestion } from './point-estimate.ts';

export interface FitRow {
  readonly spec: RunSpec;
  readonly question: PointQuestion;
  readonly measure: EstimateName;
  readonly measured: number;
  /** False: predicted and shown, but not fitted to (its machine was the bottleneck). */
  readonly used: boolean;
}

export interface FitPlan {
  readonly rows: readonly FitRow[];
  readonly constants: readonly ConstantName[];
}

export interface FittedRow {
  readonly predicted: number | null;
  /** Predicted ÷ measured − 1. */
  readonly error: number | null;
  /** The same with constants that were fitted without this row; null where it was not used, or too few others are left. */
  readonly errorLeftOut: number | null;
}

export type FitAnswer =
  | { readonly ok: false; readonly why: string }
  | {
      readonly ok: true;
      readonly values: Readonly<Partial<Record<ConstantName, Duration>>>;
      readonly rows: readonly FittedRow[];
      /** Root of the mean square of relative errors over the rows that were used. */
      readonly rms: number;
      readonly rmsLeftOut: number | null;
      readonly converged: boolean;
    };

const MOST_STEPS = 12;
/** Steps below this (ns) change nothing that a histogram of latencies could show. */
const SMALL_STEP: Duration = MILLISECOND / 200;

export function* fitConstants({ rows, constants }: FitPlan): Experiment<FitAnswer> {
  const used = rows.filter((row) => row.used);
  if (used.length < constants.length) return { ok: false, why: tooFew(used.length, rows.length, constants) };
  let theta = constants.map((name) => constantNamed(name).start((used[0] as FitRow).spec) as number);
  let best = yield* curveAt(used, constants, theta);
  let converged = false;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    if (best === null)
      return { ok: false, why: 'a run of a row that is fitted to did not finish, or had no such measure' };
    const vague = undetermined(best.slopes);
    if (vague !== null) return { ok: false, why: vagueness(vague.map((index) => constants[index] as ConstantName)) };
    const change = leastSquares(
      best.slopes,
      best.errors.map((error) => -error),
    );
    if (change === null) return { ok: false, why: vagueness(constants) };
    // Half the step for as long as the whole makes it worse.
    let next: number[] = theta;
    for (let share = 1; ; share /= 2) {
      next = theta.map((value, i) => Math.max(0, value + share * (change[i] as number)));
      converged = next.every((value, i) => Math.abs(value - (theta[i] as number)) < SMALL_STEP);
      if (converged) break;
      const tried: Curve | null = yield* curveAt(used, constants, next);
      if (tried !== null && squares(tried.errors) < squares(best.errors)) {
        best = tried;
        theta = next;
        break;
      }
    }
  }
  if (best === null) return { ok: false, why: 'no run finished' };
  const predicted = yield* valuesAt(
    rows,
    rows.map((row) => applied(row.spec, constants, theta)),
  );
  const leftOut = yield* leaveOneOut(used, constants, theta, best);
  const fitted = rows.map((row, i): FittedRow => {
    const value = predicted[i] ?? null;
    return {
      predicted: value,
      error: value === null ? null : value / row.measured - 1,
      errorLeftOut: row.used ? (leftOut[used.indexOf(row)] ?? null) : null,
    };
  });
  const known = leftOut.filter((error) => error !== null);
  return {
    ok: true,
    values: Object.fromEntries(constants.map((name, i) => [name, Math.round(theta[i] as number)])),
    rows: fitted,
    rms: Math.sqrt(squares(best.errors) / best.errors.length),
    rmsLeftOut: known.length === used.length ? Math.sqrt(squares(known) / known.length) : null,
    converged,
  };
}

/** Relative errors of the rows, and how they change with each constant. */
interface Curve {
  readonly errors: readonly number[];
  readonly slopes: readonly (readonly number[])[];
}

/**
 * null where a row has no value. Slopes of quantiles of finality are those of its mean: quantiles move in the steps of a
 * histogram. All runs are asked for at once.
 */
function* curveAt(
  rows: readonly FitRow[],
  constants: readonly ConstantName[],
  theta: readonly number[],
): Experiment<Curve | null> {
  const widths = theta.map((value) => Math.max(MILLISECOND / 20, 0.1 * value));
  const places = [theta, ...widths.map((width, j) => theta.map((value, i) => (i === j ? value + width : value)))];
  const specs = places.flatMap((place) => rows.map((row) => applied(row.spec, constants, place)));
  const outcomes = yield specs;
  const read = (place: number, i: number, name: EstimateName): number | null =>
    measureOf(rows[i] as FitRow, specs[i] as RunSpec, outcomes[place * rows.length + i], name);
  const errors: number[] = [];
  const slopes: number[][] = [];
  for (const [i, { measure, measured }] of rows.entries()) {
    const smooth = measure.startsWith('finality_') ? 'finality_mean_ms' : measure;
    const [value, base] = [read(0, i, measure), read(0, i, smooth)];
    const moved = widths.map((_, j) => read(j + 1, i, smooth));
    if (value === null || base === null || moved.includes(null)) return null;
    errors.push(value / measured - 1);
    slopes.push(widths.map((width, j) => ((moved[j] as number) - base) / width / measured));
  }
  return { errors, slopes };
}

/** Each row's measure in a run of its own. */
function* valuesAt(rows: readonly FitRow[], specs: readonly RunSpec[]): Experiment<readonly (number | null)[]> {
  const outcomes = yield specs;
  return rows.map((row, i) => measureOf(row, specs[i] as RunSpec, outcomes[i], row.measure));
}

function measureOf(
  { question }: FitRow,
  spec: RunSpec,
  outcome: RunOutcome | undefined,
  measure: EstimateName,
): number | null {
  if (!outcome?.ok) return null;
  return estimatePoint(question, spec, [outcome.result]).estimates[measure]?.mean ?? null;
}

/** For each row the constants without it, by one linear step from the fit, and what they predict for it. */
function* leaveOneOut(
  rows: readonly FitRow[],
  constants: readonly ConstantName[],
  theta: readonly number[],
  { errors, slopes }: Curve,
): Experiment<readonly (number | null)[]> {
  const without = rows.map((_, left) => {
    const others = [...rows.keys()].filter((i) => i !== left);
    const change = leastSquares(
      others.map((i) => slopes[i] as readonly number[]),
      others.map((i) => -(errors[i] as number)),
    );
    return change === null ? null : theta.map((value, i) => Math.max(0, value + (change[i] as number)));
  });
  const values = yield* valuesAt(
    rows,
    rows.map((row, i) => applied(row.spec, constants, without[i] ?? theta)),
  );
  return rows.map(({ measured }, i) => {
    const value = values[i] ?? null;
    return without[i] === null || value === null ? null : value / measured - 1;
  });
}

function applied(spec: RunSpec, constants: readonly ConstantName[], theta: readonly number[]): RunSpec {
  return constants.reduce((changed, name, i) => constantNamed(name).applied(changed, theta[i] as number), spec);
}

function squares(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + error * error, 0);
}

function vagueness(names: readonly ConstantName[]): string {
  return names.length === 1
    ? `no row depends on ${names[0]}: leave it out of --fit`
    : `these rows do not tell ${names.join(' and ')} apart (both move every row alike): fit one of them, or add rows with other loads, disks or distances`;
}

function tooFew(used: number, rows: number, constants: readonly ConstantName[]): string {
  const some =
    used === 0 && rows > 0 ? 'no row is free of busy machines' : `${used} ${used === 1 ? 'row is' : 'rows are'} usable`;
  const wanted =
    constants.length === 1 ? 'a constant needs' : `${constants.length} constants (${constants.join(', ')}) need`;
  return `${some}, and ${wanted} at least ${constants.length}: measure more${constants.length > 1 ? ', or name fewer with --fit' : ''}`;
}
