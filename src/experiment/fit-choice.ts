/**
 * Which constants a set of measurements determines: forward selection (Draper & Smith, Applied Regression Analysis, section 15.4),
 * each step linear around the fit so far. One more is fitted only if it moves the rows otherwise than those before it, and by more
 * than the rows scatter.
 */
import { leastSquares, standardErrors, undetermined } from '../statistics/least-squares.ts';
import type { Duration } from '../units/quantities.ts';
import type { ConstantName } from './free-constants.ts';

/** How far off the rows are, and how each constant moves them. */
export interface Linearised {
  /** By row, ms. */
  readonly errors: readonly number[];
  /** By row and constant, ms per ns. */
  readonly slopes: readonly (readonly number[])[];
}

/** A constant that is left as the scenario has it. */
export interface LeftOut {
  readonly constant: ConstantName;
  readonly why: string;
}

/** A change of a constant below so many of its standard errors is taken for scatter: about 5 % by chance (Student). */
export const LEAST_CERTAINTY = 2;
export const SCATTER = 'what it would explain lies within the scatter of the rows';

/** What leaves so little more of the squares explains as much: then the order of constants decides. */
const ALIKE = 1e-3;

export interface Choice {
  /** The constant to add, by its index: of those that pass the one that explains most; null where none passes. */
  readonly next: number | null;
  /** Of all that did not pass. */
  readonly leftOut: readonly LeftOut[];
}

/** `chosen`: indices of the constants that are fitted already. `theta`: where the curve was linearised. */
export function nextConstant(
  constants: readonly ConstantName[],
  chosen: readonly number[],
  theta: readonly Duration[],
  curve: Linearised,
  smallStep: Duration,
): Choice {
  const others = [...constants.keys()].filter((i) => !chosen.includes(i));
  const judged = others.map((i) => ({
    i,
    ...judgement(constants, [...chosen, i], theta[i] as number, curve, smallStep),
  }));
  const passed = judged.filter(({ why }) => why === null);
  // The first of all is the first in order: before anything is known, all of it is service time.
  const least = Math.min(...passed.map(({ left }) => left)) + ALIKE * squares(curve.errors);
  const best = chosen.length === 0 ? passed[0] : passed.find(({ left }) => left <= least);
  return {
    next: best?.i ?? null,
    leftOut: judged.flatMap(({ i, why }) => (why === null ? [] : [{ constant: constants[i] as ConstantName, why }])),
  };
}

interface Judgement {
  /** Why the last constant of a set is not fitted beside the others, or null. */
  readonly why: string | null;
  /** Sum of squares that would be left. */
  readonly left: number;
}

function judgement(
  constants: readonly ConstantName[],
  together: readonly number[],
  now: Duration,
  { errors, slopes }: Linearised,
  smallStep: Duration,
): Judgement {
  const refused = (why: string): Judgement => ({ why, left: Number.POSITIVE_INFINITY });
  const rows = slopes.map((row) => together.map((k) => row[k] as number));
  const vague = undetermined(rows);
  if (vague !== null)
    return refused(
      vague.length === 1 ? 'no row depends on it' : unlikeNone(constants[together[vague[0] as number] as number]),
    );
  if (slopes.length < together.length || (slopes.length === together.length && together.length > 1))
    return refused('there are too few rows to tell it from scatter');
  const wanted = errors.map((error) => -error);
  const change = leastSquares(rows, wanted) as readonly number[];
  const residuals = rows.map((row, k) =>
    row.reduce((sum, slope, j) => sum + slope * (change[j] as number), errors[k] as number),
  );
  const left = squares(residuals);
  if (together.length === 1) return { why: null, left };
  const error = standardErrors(rows, residuals)?.at(-1) ?? Number.POSITIVE_INFINITY;
  // No constant is negative.
  const moved = Math.max(change.at(-1) as number, -now);
  return Math.abs(moved) < Math.max(smallStep, LEAST_CERTAINTY * error) ? refused(SCATTER) : { why: null, left };
}

export function unlikeNone(other: ConstantName | undefined): string {
  return `these rows do not tell it from ${other} (both move every row alike)`;
}

function squares(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + error * error, 0);
}
