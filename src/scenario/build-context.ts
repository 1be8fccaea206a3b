/** What the builders share: they turn values that each read well into the parts of a run, and flag what contradicts each other. */

import { distributions } from '../kernel/distributions.ts';
import type { DistributionSpec } from '../kernel/sampler.ts';
import type { Definition, Setting } from '../units/definition.ts';
import type { OptionProblem } from '../units/options.ts';
import { columnOf, type DataFiles, reasonOf } from './data-files.ts';
import { snakeCase } from './shape.ts';
import { besideScenario } from './shipped-data.ts';
import type { Source } from './source.ts';
import type { NamedValue } from './write.ts';

export interface BuildContext {
  /** The scenario's path, from which others count. */
  readonly file: string;
  readonly source: Source;
  readonly data: DataFiles;
  /** One sentence on what was assumed. */
  assume(sentence: string): void;
}

const NO_SETTING: Setting = { nodes: 1, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };
const UNIT_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;

/** A distribution as a run carries it: options that are "none" are left out, observations are read. null after flagging. */
export function buildDistribution(
  value: NamedValue,
  path: readonly string[],
  context: BuildContext,
): DistributionSpec | null {
  const options: Record<string, number | Float64Array> = {};
  for (const [key, option] of Object.entries(value.options as Record<string, unknown>)) {
    if (option === null) continue;
    const read =
      typeof option === 'number'
        ? option
        : observations(option as ObservationsValue, [...path, value.name, snakeCase(key)], context);
    if (read === null) return null;
    options[key] = read;
  }
  const definition = distributions[value.name as keyof typeof distributions] as unknown as Definition<unknown>;
  const given = { ...(value.options as object), ...options };
  const sound = flagOptionProblems(definition, given, NO_SETTING, [...path, value.name], context);
  return sound ? { kind: value.name, ...options } : null;
}

/** Reports what a definition says about its options; true when none of it is an error. */
export function flagOptionProblems(
  definition: Definition<unknown>,
  options: unknown,
  setting: Setting,
  path: readonly string[],
  context: BuildContext,
): boolean {
  const problems: readonly OptionProblem[] = definition.problems?.(options, setting) ?? [];
  for (const { path: at, message, expected, severity } of problems) {
    const steps = at === '' ? [] : at.split('.').map(snakeCase);
    context.source.flag(
      [...path, ...steps],
      expected === undefined ? message : `${message}, expected ${expected}`,
      severity,
    );
  }
  return problems.every((problem) => problem.severity === 'warning');
}

interface ObservationsValue {
  readonly file: string;
  readonly column: string | null;
  readonly unit: keyof typeof UNIT_NS;
}

function observations(value: ObservationsValue, path: readonly string[], context: BuildContext): Float64Array | null {
  try {
    const table = context.data.table(besideScenario(value.file, context.file), value.file);
    const numbers = Float64Array.from(columnOf(table, value.column, value.file), (text) =>
      text === '' ? Number.NaN : Number(text) * UNIT_NS[value.unit],
    );
    const bad = numbers.findIndex((number) => !Number.isFinite(number));
    if (bad >= 0) throw new Error(`${value.file}: data row ${bad + 1} holds no number`);
    return numbers;
  } catch (error) {
    context.source.flag(path, `${reasonOf(error)}, expected a CSV file with a column of numbers`);
    return null;
  }
}
