/** Factors and their levels: every combination is one design point, for each contender that it concerns. */
import { isScalar } from 'yaml';
import type { Sections } from './sections.ts';
import type { Assignment, Source } from './source.ts';

export interface Combination {
  readonly assignments: readonly Assignment[];
  readonly factors: Readonly<Record<string, string | number | boolean>>;
  /** ` rate=500/s`, appended to the label of the contender; empty without levels. */
  readonly suffix: string;
}

/** What is varied as one: a path of `levels`, or several that move together through their lists (`zipped`). */
export type Factor = readonly FactorPath[];
interface FactorPath {
  readonly path: string;
  readonly values: readonly unknown[];
  /** Where its list stands in the file. */
  readonly at: readonly string[];
}

/** What belongs to the scenario as a whole and so can't differ between its points. */
const FIXED = [
  'scenario',
  'name',
  'question',
  'seed',
  'run',
  'levels',
  'zipped',
  'objective',
  'prices',
  'drills',
  'space',
];
const MOST_POINTS = 1_000;

/** The factors of a file, `levels` first; those that make no sense are flagged and left out. */
export function factorsOf({ levels, zipped }: Sections, source: Source): readonly Factor[] {
  const factors: Factor[] = (levels ?? []).map(([path, values]) => [{ path, values, at: ['levels', path] }]);
  for (const [i, lists] of (zipped ?? []).entries())
    if (lists !== null)
      factors.push(lists.map(([path, values]) => ({ path, values, at: ['zipped', String(i), path] })));
  const taken: FactorPath[] = [];
  return factors.flatMap((factor) => {
    const sound = factor.filter((one) => isSound(one, factor[0] as FactorPath, taken, source));
    taken.push(...factor);
    return sound.length === factor.length ? [factor] : [];
  });
}

function isSound(one: FactorPath, first: FactorPath, taken: readonly FactorPath[], source: Source): boolean {
  const { path, values, at } = one;
  const section = path.split('.')[0] as string;
  if (FIXED.includes(section)) {
    source.flag(
      at,
      `${section} belongs to the scenario as a whole, expected the path of a setting that may differ between points`,
    );
    return false;
  }
  const twin = taken.find((other) => other.path === path);
  if (twin !== undefined) {
    source.flag(at, `is varied by ${twin.at.join('.')} already, expected each path in one factor only`);
    return false;
  }
  const around = taken.find((other) =>
    other.at[0] === 'zipped' || at[0] === 'zipped' ? overlaps(other.path, path) : false,
  );
  if (around !== undefined) {
    source.flag(at, `and ${around.at.join('.')} set the same place in part, expected factors that do not overlap`);
    return false;
  }
  if (values.length !== first.values.length) {
    source.flag(
      at,
      `has ${values.length} values and ${first.path} beside it ${first.values.length}, expected lists of one length: they move together`,
    );
    return false;
  }
  return true;
}

/** One of them is the path of something that holds the other. */
function overlaps(one: string, other: string): boolean {
  return one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** The combinations that concern the contender at `compare.<index>` (null: the only one). */
export function combinationsOf(
  factors: readonly Factor[],
  index: number | null,
  source: Source,
): readonly Combination[] {
  const all = factors.flat().map(({ path }) => path);
  const concerned = factors
    .map((factor) => factor.filter(({ path }) => concerns(path, index)))
    .filter((factor) => factor.length > 0);
  let grid: Combination[] = [{ assignments: [], factors: {}, suffix: '' }];
  for (const factor of concerned) {
    const steps = (factor[0] as FactorPath).values.map((_, i) => stepOf(factor, i, all, source));
    grid = grid.flatMap((sofar) =>
      steps.map((step) => ({
        assignments: [...sofar.assignments, ...step.assignments],
        factors: { ...sofar.factors, ...step.factors },
        suffix: `${sofar.suffix}${step.suffix}`,
      })),
    );
  }
  const last = concerned.at(-1)?.[0] as FactorPath;
  if (grid.length > MOST_POINTS) {
    source.flag([last.at[0] as string], `gives ${grid.length} design points, expected at most ${MOST_POINTS}`);
    return [];
  }
  flagTwins(concerned, index, source);
  return grid;
}

/** All paths of a factor at their i-th level. */
function stepOf(factor: Factor, i: number, all: readonly string[], source: Source): Combination {
  const levels = factor.map(({ path, values, at }) => ({
    path,
    from: [...at, String(i)],
    text: textOf(values[i], [...at, String(i)], source),
  }));
  return {
    assignments: levels.map(({ path, from }) => ({ path, value: { from } })),
    factors: Object.fromEntries(levels.map(({ path, text }) => [path, text])),
    suffix: levels.map(({ path, text }) => ` ${shortName(path, all)}=${text}`).join(''),
  };
}

/** Lists that move together may hold the same levels twice: two points of one name, which say the same. */
function flagTwins(factors: readonly Factor[], index: number | null, source: Source): void {
  for (const factor of factors) {
    const at = (factor[0] as FactorPath).at;
    if (at[0] !== 'zipped') continue;
    const steps = (factor[0] as FactorPath).values.map((_, i) => JSON.stringify(factor.map(({ values }) => values[i])));
    const second = steps.findIndex((step, i) => steps.indexOf(step) < i);
    if (second < 0) continue;
    const who = index === null ? '' : ` for compare.${index}`;
    source.flag(
      [...at, String(second)],
      `repeats${who} what stands at ${steps.indexOf(steps[second] as string)} of these lists, expected levels that differ`,
    );
  }
}

function concerns(path: string, index: number | null): boolean {
  const [first, second] = path.split('.');
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
