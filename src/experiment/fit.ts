/**
 * Fits a scenario's free constants to measurements of a real cluster: Gauss–Newton least squares on the simulated curve, one set of
 * constants for all rows, never row by row. Errors count in the time of a request, not in shares of it: measured latencies scatter
 * by the same 0.6 to 1 ms (p1 to p90 of shipped etcd rows) at any distance, so that each row says as much of a service time as another (Gauss–Markov).
 * How well the fit predicts what it has not seen is told by leave-one-out (Hastie, Tibshirani & Friedman, The Elements of
 * Statistical Learning, section 7.10).
 */
import type { RunSpec } from '../simulation/run-spec.ts';
import { leastSquares, standardErrors, undetermined } from '../statistics/least-squares.ts';
import { type Duration, MICROSECOND, MILLISECOND } from '../units/quantities.ts';
import type { EstimateName } from './estimate.ts';
import type { Experiment, RunOutcome } from './experiment.ts';
import { LEAST_CERTAINTY, type LeftOut, type Linearised, nextConstant, SCATTER, unlikeNone } from './fit-choice.ts';
import { CONSTANT_NAMES, type ConstantName, constantNamed } from './free-constants.ts';
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
  /** True: only those constants that the rows determine. False: all, or none where they do not. */
  readonly choose: boolean;
}

export interface FittedRow {
  readonly predicted: number | null;
  /** Predicted ÷ measured − 1. */
  readonly error: number | null;
  /** The same with constants that were fitted without this row; null where it was not used, or too few others are left. */
  readonly errorLeftOut: number | null;
}

export interface FittedConstant {
  readonly constant: ConstantName;
  readonly value: Duration;
  /** Its standard error; null where there are no more rows than constants. */
  readonly standardError: Duration | null;
}

export type FitAnswer =
  | { readonly ok: false; readonly why: string }
  | {
      readonly ok: true;
      readonly constants: readonly FittedConstant[];
      readonly leftOut: readonly LeftOut[];
      readonly rows: readonly FittedRow[];
      /** Root of the mean square of relative errors over the rows that were used. */
      readonly rms: number;
      /** The same of errors in the time of a request, ms: what the fit made small. */
      readonly rmsMs: number;
      readonly rmsLeftOut: number | null;
      readonly converged: boolean;
    };

const MOST_STEPS = 12;
/** Steps below this (ns) change nothing that a histogram of latencies could show. */
const SMALL_STEP: Duration = MILLISECOND / 500;

const NO_VALUE = 'a run of a row that is fitted to did not finish, or had no such measure';

export function* fitConstants({ rows, constants, choose }: FitPlan): Experiment<FitAnswer> {
  const used = rows.filter((row) => row.used);
  if (used.length === 0 || (!choose && used.length < constants.length))
    return { ok: false, why: tooFew(used.length, rows.length, constants) };
  if (choose) return yield* fitChosen(rows, used, constants);
  const found = yield* search(used, constants);
  return 'why' in found ? { ok: false, why: found.why } : yield* answerFor(rows, constants, [], found);
}

/** As many constants as the rows determine, one more at a time, each fit beginning where the last one ended. */
function* fitChosen(
  rows: readonly FitRow[],
  used: readonly FitRow[],
  constants: readonly ConstantName[],
): Experiment<FitAnswer> {
  const [{ spec }] = used as [FitRow];
  let leftOut = constants.flatMap((constant): LeftOut[] => {
    const why = constantNamed(constant).absent?.(spec) ?? null;
    return why === null ? [] : [{ constant, why }];
  });
  let chosen: readonly ConstantName[] = [];
  let found: Found | null = null;
  for (;;) {
    // What was refused by a fit itself is not tried again.
    const candidates = constants.filter((name) => leftOut.every(({ constant }) => constant !== name));
    const theta = candidates.map((name) => found?.theta[chosen.indexOf(name)] ?? constantNamed(name).current(spec));
    const curve: Linearised | null = yield* curveAt(used, candidates, theta);
    if (curve === null) return { ok: false, why: NO_VALUE };
    const fitted = chosen.map((name) => candidates.indexOf(name));
    const choice = nextConstant(candidates, fitted, theta, curve, SMALL_STEP);
    if (choice.next === null) {
      if (found === null) return { ok: false, why: `no row depends on any of ${candidates.join(', ')}` };
      return yield* answerFor(rows, chosen, [...leftOut, ...choice.leftOut], found);
    }
    const added = candidates[choice.next] as ConstantName;
    let trial: readonly ConstantName[] = [...chosen, added];
    for (let settled = false; !settled; ) {
      const next: Found | Vague = yield* search(used, trial);
      const refused: LeftOut | null = 'why' in next ? refusal(next, trial) : uncertain(trial, spec, next);
      if ('why' in next && refused === null) return { ok: false, why: next.why };
      settled = refused === null;
      if (refused === null) {
        found = next as Found;
        chosen = trial;
      } else {
        leftOut = [...leftOut, refused];
        trial = trial.filter((name) => name !== refused.constant);
      }
    }
  }
}

/** Of constants that turned out alike the later one; null where that was not the reason. */
function refusal({ alike }: Vague, trial: readonly ConstantName[]): LeftOut | null {
  const [other, last = other] = alike;
  if (last === undefined || trial.length === 1) return null;
  return { constant: last, why: other === last ? 'no row depends on it' : unlikeNone(other) };
}

/** Why there is no fit, and which constants could not be told apart (one: nothing depends on it; none: another reason). */
interface Vague {
  readonly why: string;
  readonly alike: readonly ConstantName[];
}

interface Found {
  readonly theta: readonly number[];
  readonly best: Linearised;
  readonly errors: readonly number[];
  readonly converged: boolean;
}

/** Where the squares are least, by Gauss–Newton. */
function* search(used: readonly FitRow[], constants: readonly ConstantName[]): Experiment<Found | Vague> {
  let theta = constants.map((name) => {
    const { current, start } = constantNamed(name);
    return Math.max(current((used[0] as FitRow).spec), start) as number;
  });
  let best = yield* curveAt(used, constants, theta);
  let converged = false;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    if (best === null) return { why: NO_VALUE, alike: [] };
    const vague = undetermined(best.slopes)?.map((index) => constants[index] as ConstantName);
    if (vague !== undefined) return { why: vagueness(vague), alike: vague };
    const change = leastSquares(
      best.slopes,
      best.errors.map((error) => -error),
    );
    if (change === null) return { why: vagueness(constants), alike: constants };
    // Half the step for as long as the whole makes it worse.
    let next: number[] = theta;
    for (let share = 1; ; share /= 2) {
      next = theta.map((value, i) => Math.max(0, value + share * (change[i] as number)));
      converged = next.every((value, i) => Math.abs(value - (theta[i] as number)) < SMALL_STEP);
      if (converged) break;
      const tried: Linearised | null = yield* curveAt(used, constants, next);
      if (tried !== null && squares(tried.errors) < squares(best.errors)) {
        best = tried;
        theta = next;
        break;
      }
    }
  }
  if (best === null) return { why: NO_VALUE, alike: [] };
  const errors = standardErrors(best.slopes, best.errors) ?? theta.map(() => Number.POSITIVE_INFINITY);
  return { theta, best, errors, converged };
}

/** The constant whose change lies furthest within its standard errors; null where each is certain, or there is only one. */
function uncertain(chosen: readonly ConstantName[], spec: RunSpec, { theta, errors }: Found): LeftOut | null {
  if (chosen.length === 1) return null;
  const ratios = chosen.map((name, i) => {
    const moved = Math.abs((theta[i] as number) - constantNamed(name).current(spec));
    return moved / Math.max(errors[i] as number, SMALL_STEP / LEAST_CERTAINTY);
  });
  const least = Math.min(...ratios);
  return least < LEAST_CERTAINTY ? { constant: chosen[ratios.indexOf(least)] as ConstantName, why: SCATTER } : null;
}

function* answerFor(
  rows: readonly FitRow[],
  constants: readonly ConstantName[],
  leftOut: readonly LeftOut[],
  { theta: exact, best, errors, converged }: Found,
): Experiment<FitAnswer> {
  // To a microsecond: nothing that was measured knows more.
  const theta = exact.map((value) => Math.round(value / MICROSECOND) * MICROSECOND);
  const used = rows.filter((row) => row.used);
  const predicted = yield* valuesAt(
    rows,
    rows.map((row) => applied(row.spec, constants, theta)),
  );
  const unseen = yield* leaveOneOut(used, constants, theta, best);
  const fitted = rows.map((row, i): FittedRow => {
    const value = predicted[i] ?? null;
    return {
      predicted: value,
      error: value === null ? null : value / row.measured - 1,
      errorLeftOut: row.used ? (unseen[used.indexOf(row)] ?? null) : null,
    };
  });
  const known = unseen.filter((error) => error !== null);
  const relative = best.errors.map((error, i) => error / scaleOf(used[i] as FitRow));
  return {
    ok: true,
    constants: constants.map((constant, i) => ({
      constant,
      value: theta[i] as number,
      standardError: Number.isFinite(errors[i]) ? Math.round(errors[i] as number) : null,
    })),
    leftOut: CONSTANT_NAMES.flatMap((name) => leftOut.filter(({ constant }) => constant === name)),
    rows: fitted,
    rms: Math.sqrt(squares(relative) / used.length),
    rmsMs: Math.sqrt(squares(best.errors) / used.length),
    rmsLeftOut: known.length === used.length ? Math.sqrt(squares(known) / known.length) : null,
    converged,
  };
}

/** What one per cent of a row is in the time of a request, times a hundred, ms: of rates in a closed loop by Little's law. */
function scaleOf({ spec, measure, measured }: FitRow): number {
  if (measure.endsWith('_ms')) return measured;
  const underWay = spec.clients.reduce(
    (sum, { load }) => sum + (load.kind === 'closed' ? load.clients * load.outstanding : 0),
    0,
  );
  return measure.endsWith('_per_s') && underWay > 0 ? (1000 * underWay) / measured : 1;
}

/**
 * Errors of the rows in the time of a request, and how they change with each constant; null where a row has no value. Slopes of
 * quantiles of finality are those of its mean: quantiles move in the steps of a histogram. All runs are asked for at once.
 */
function* curveAt(
  rows: readonly FitRow[],
  constants: readonly ConstantName[],
  theta: readonly number[],
): Experiment<Linearised | null> {
  const widths = theta.map((value) => Math.max(MILLISECOND / 50, 0.1 * value));
  const places = [theta, ...widths.map((width, j) => theta.map((value, i) => (i === j ? value + width : value)))];
  const specs = places.flatMap((place) => rows.map((row) => applied(row.spec, constants, place)));
  const outcomes = yield specs;
  const read = (place: number, i: number, name: EstimateName): number | null =>
    measureOf(rows[i] as FitRow, specs[i] as RunSpec, outcomes[place * rows.length + i], name);
  const errors: number[] = [];
  const slopes: number[][] = [];
  for (const [i, row] of rows.entries()) {
    const { measure, measured } = row;
    const scale = scaleOf(row) / measured;
    const smooth = measure.startsWith('finality_') ? 'finality_mean_ms' : measure;
    const [value, base] = [read(0, i, measure), read(0, i, smooth)];
    const moved = widths.map((_, j) => read(j + 1, i, smooth));
    if (value === null || base === null || moved.includes(null)) return null;
    errors.push(scale * (value - measured));
    slopes.push(widths.map((width, j) => (scale * ((moved[j] as number) - base)) / width));
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
  { errors, slopes }: Linearised,
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
