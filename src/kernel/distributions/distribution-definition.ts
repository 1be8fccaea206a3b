/** What a registered distribution says of itself, and how it becomes a table. One file beside this one for each law. */
import type { Definition } from '../../units/definition.ts';
import { formatDuration } from '../../units/format.ts';
import type { OptionProblem } from '../../units/options.ts';
import type { QuantileTable } from '../quantile-table.ts';

/**
 * Options are in nanoseconds, or in the unit of use. The part of a law below zero does not exist: every law is checked or truncated
 * so that no draw is negative. An option that is null was not given.
 */
export interface DistributionDefinition<Options = unknown> extends Definition<Options> {
  /** Every reason why no law, or not this law, has these options. Looks at nothing but the options. */
  problems(options: Options): readonly OptionProblem[];
  /** The table of the law. Only for options without a problem of severity 'error'. */
  build(options: Options): QuantileTable;
}

/** An impossible parameter. */
export function impossible(path: string, message: string, expected: string): OptionProblem {
  return { severity: 'error', path, message, expected };
}

/** A duration in words, also where a caller gave a fraction or less than nothing. */
export function shownDuration(value: number): string {
  return Number.isSafeInteger(value) && value >= 0 ? formatDuration(value) : `${value} ns`;
}

/** One problem for each of these options that was not given. */
export function missing(options: object, names: readonly string[]): OptionProblem[] {
  const given = options as Record<string, unknown>;
  return names
    .filter((name) => given[name] === null || given[name] === undefined)
    .map((name) => impossible(name, `${name} is missing`, `a value for ${name}`));
}
