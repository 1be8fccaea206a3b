/** Factors and their levels: every combination is one design point, for each contender that it concerns. */
import { isScalar } from 'yaml';
import type { Assignment, Source } from './source.ts';

export interface Combination {
  readonly assignments: readonly Assignment[];
  readonly factors: Readonly<Record<string, string | number | boolean>>;
  /** ` rate=500/s`, appended to the label of the contender; empty without levels. */
  readonly suffix: string;
}

/** What belongs to the scenario as a whole and so can't differ between its points. */
const FIXED = ['scenario', 'name', 'question', 'seed', 'run', 'levels', 'objective', 'prices', 'space'];
const MOST_POINTS = 1_000;

/** The combinations that concern the contender at `compare.<index>` (null: the only one). Flags levels that make no sense. */
export function combinationsOf(
  levels: readonly (readonly [string, readonly unknown[]])[],
  index: number | null,
  source: Source,
): readonly Combination[] {
  const concerned = levels.filter(([path]) => concerns(path, index, source));
  const names = concerned.map(([path]) =>
    shortName(
      path,
      levels.map(([other]) => other),
    ),
  );
  let grid: Combination[] = [{ assignments: [], factors: {}, suffix: '' }];
  concerned.forEach(([path, values], k) => {
    grid = grid.flatMap((sofar) =>
      values.map((value, i) => {
        const text = textOf(value, ['levels', path, String(i)], source);
        return {
          assignments: [...sofar.assignments, { path, value: { from: ['levels', path, String(i)] } }],
          factors: { ...sofar.factors, [path]: text },
          suffix: `${sofar.suffix} ${names[k]}=${text}`,
        };
      }),
    );
  });
  if (grid.length <= MOST_POINTS) return grid;
  source.flag(['levels'], `gives ${grid.length} design points, expected at most ${MOST_POINTS}`);
  return [];
}

function concerns(path: string, index: number | null, source: Source): boolean {
  const [first, second] = path.split('.');
  if (FIXED.includes(first as string)) {
    source.flag(
      ['levels', path],
      `${first} belongs to the scenario as a whole, expected the path of a setting that may differ between points`,
    );
    return false;
  }
  return first !== 'compare' || index === null || second === String(index);
}

/** The last part of a path, or all of it where another factor ends alike. */
function shortName(path: string, all: readonly string[]): string {
  const last = (name: string) => name.split('.').at(-1) as string;
  return all.filter((other) => last(other) === last(path)).length === 1 ? last(path) : path;
}

/** A level as the file writes it. */
function textOf(value: unknown, path: readonly string[], source: Source): string | number | boolean {
  const node = source.document.getIn(
    path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
    true,
  );
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return isScalar(node) ? String(node.value) : JSON.stringify(value);
}
