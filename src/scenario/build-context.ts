/** What the builders share: they turn values that each read well into the parts of a run, and flag what contradicts each other. */

import { distributions } from '../kernel/distributions.ts';
import type { DistributionSpec } from '../kernel/sampler.ts';
import type { Definition, Setting } from '../units/definition.ts';
import { LONGEST_RUN } from '../units/quantities.ts';
import { DataProblems, type Table, throwProblems } from './csv-table.ts';
import { type DataFiles, reasonOf } from './data-files.ts';
import { problemsWhatever } from './option-problems.ts';
import type { OwnProtocol } from './own-protocol.ts';
import { nearest, type Problem } from './problem.ts';
import { snakeCase } from './shape.ts';
import { besideScenario } from './shipped-data.ts';
import type { Source } from './source.ts';
import type { NamedValue } from './write.ts';

export interface BuildContext {
  /** The scenario's path, from which others count. */
  readonly file: string;
  readonly source: Source;
  readonly data: DataFiles;
  /** Protocols of the user's own, by the path under which the file names them. */
  readonly own: ReadonlyMap<string, OwnProtocol | null>;
  /** One sentence on what was assumed. */
  assume(sentence: string): void;
  /** Faults at `path` that take so many nodes (`takes 2 of 4 nodes`) that no quorum of a point is left (`raft needs 3`): told together for all points. */
  strain(path: readonly string[], what: string, whom: string): void;
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
  const sound = flagOptionProblems(definition, given, [NO_SETTING], [...path, value.name], context);
  return sound ? { kind: value.name, ...options } : null;
}

/** Reports what a definition says about its options, as far as they and the setting are known; true when none of it is an error. */
export function flagOptionProblems(
  definition: Definition<unknown>,
  options: unknown,
  settings: readonly Setting[],
  path: readonly string[],
  context: BuildContext,
): boolean {
  const problems = problemsWhatever(definition, options, settings);
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
  return withData(path, 'a CSV file with a column of numbers', context, () => {
    const table = context.data.table(besideScenario(value.file, context.file), value.file);
    const column = columnNamed(table, value.column, [...path, 'column'], context);
    if (column === null) return null;
    if (table.rows.length === 0)
      throw new DataProblems(value.file, [
        { line: 1, column: 1, message: 'there are no rows below the header line, expected one or more numbers' },
      ]);
    const numbers = new Float64Array(table.rows.length);
    throwProblems(
      value.file,
      table.rows.flatMap((row, i) => {
        const text = row[column] as string;
        const number = text === '' ? Number.NaN : Number(text) * UNIT_NS[value.unit];
        numbers[i] = number;
        return number >= 0 && number <= LONGEST_RUN
          ? []
          : [
              {
                ...table.placeOf(i, column),
                message: `${text === '' ? 'the field is empty' : `stands '${text}'`}, expected a number of ${value.unit} from 0 to ${LONGEST_RUN / UNIT_NS[value.unit]}`,
              },
            ];
      }),
    );
    return numbers;
  });
}

/**
 * What `read` makes of a data file; null after flagging: what is wrong in the file at its place there, anything else (no such file)
 * at the place in the scenario that names it.
 */
export function withData<T>(
  path: readonly string[],
  expected: string,
  context: BuildContext,
  read: () => T | null,
): T | null {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof DataProblems) flagDataProblems(thrown, 'error', context);
    else if (thrown instanceof Error && 'code' in thrown)
      context.source.flag(path, `${reasonOf(thrown)}, expected ${expected}`);
    else context.source.flag(path, reasonOf(thrown));
    return null;
  }
}

export function flagDataProblems(
  { file, problems }: Pick<DataProblems, 'file' | 'problems'>,
  severity: Problem['severity'],
  context: BuildContext,
): void {
  for (const { line, column, message } of problems)
    context.source.problems.push({ severity, place: `${file}:${line}:${column}`, line, column, path: '', message });
}

/** The number of a column by its name in the header (null: the first); null after flagging, at `path`. */
export function columnNamed(
  table: Table,
  column: string | null,
  path: readonly string[],
  context: BuildContext,
): number | null {
  const index = column === null ? 0 : table.header.indexOf(column);
  if (index >= 0) return index;
  const { name, header } = table;
  context.source.flag(
    path,
    `${name} has no column '${column}'${nearest(column as string, header)}, expected one of: ${header.join(', ')}`,
  );
  return null;
}
