/**
 * What a validation target is, as data: a scenario file that anyone can run, what is known of reality, and how the runs of that
 * scenario become a prediction. Targets state no expectation about the model; `validate.ts` runs and judges them.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { Reference, ReferenceRow } from './reference.ts';

export interface Target {
  /** Small letters, digits and hyphens; what `--only` takes. */
  readonly id: string;
  readonly summary: string;
  /** Paper, section or data file that the real values are from. */
  readonly source: string;
  /** The scenario, below scenarios/validation, without its ending. */
  readonly scenario: string;
  /** Every free constant, with its value, one entry each; empty: nothing was fitted. */
  readonly constants: readonly string[];
  /** What the scenario sets although the row does not name it, one sentence each. */
  readonly beyond?: readonly string[];
  /** It shows only that figures fit together, which no model could miss: it stands apart and is not counted. */
  readonly accounting?: true;
  /** Overrides (as for `--set`) that make it small enough for the test suite. */
  readonly small: readonly string[];
  /** `replications`: how many runs a point has, for tolerances that are intervals of so many. */
  comparisons(reference: Reference, replications: number): readonly Comparison[];
}

/** One predicted value against a real one. */
export interface Comparison {
  readonly row: string;
  readonly unit: string;
  readonly real: number;
  readonly tolerance: Tolerance;
  /** Why a miss does not fail the suite; null: it does. */
  readonly ungated: string | null;
  /** Which design points: those at these levels, by path (a list or map by how its JSON begins); labels of `compare` by `label`. */
  readonly where: Readonly<Record<string, string | number>>;
  readonly quantity: Quantity;
  /** What is known of the whole distribution of the observed values, in the row's unit: drawn over the predicted one. */
  readonly known?: KnownDistribution;
  /** A statistic, of which no real value is known: `real` is its best value. */
  readonly statistic?: true;
  /** The row of published/targets.csv that it reproduces. */
  readonly published?: ReferenceRow;
}

export interface KnownDistribution {
  readonly title: string;
  /** Who found it out. */
  readonly by: string;
  readonly cdf: readonly CdfStep[];
}

/** A share of all values, 0 … 1, was at most `value`. */
export interface CdfStep {
  readonly value: number;
  readonly share: number;
}

export type Tolerance =
  | { readonly percent: number; readonly orAbsolute?: number }
  | { readonly low: number; readonly high: number };

/** How runs become a number: values of each run, which are then pooled. Both are pure. */
export interface Quantity {
  observe(run: RunResult): readonly number[];
  /** Of the values of all runs of the points; `points`: the same by design point, in the scenario's order. */
  summarise(values: readonly number[], points: readonly (readonly number[])[]): number;
  /** How far chance moves that number, estimated from independent values. Absent, or null: nothing is drawn, or it is not known. */
  standardError?(values: readonly number[]): number | null;
}

/** A comparison with its answer. */
export interface ComparisonResult {
  readonly target: string;
  readonly row: string;
  readonly unit: string;
  readonly predicted: number;
  readonly real: number;
  /** predicted ÷ real − 1, in per cent; null where the real value is 0. */
  readonly errorPercent: number | null;
  readonly tolerance: Tolerance;
  /** Of the prediction, in the row's unit; null: nothing is drawn, or it is not known. */
  readonly standardError: number | null;
  /** What is allowed beyond the tolerance because the sample is small, in the row's unit; 0 in the full setting. */
  readonly allowance: number;
  readonly holds: boolean;
  readonly ungated: string | null;
  readonly statistic: boolean;
  /** Where the whole distribution is known: the predicted one beside it. */
  readonly distribution: (KnownDistribution & { readonly predicted: readonly CdfStep[] }) | null;
}
