/** Shapes of plain data that came from another machine: each says what is wrong with a value, and where, or nothing. */

export type Shape = (value: unknown, path: string) => string | null;

function valueThat(holds: (value: unknown) => boolean, words: string): Shape {
  return (value, path) => (holds(value) ? null : `${path} is ${shown(value)}, expected ${words}`);
}

export const text = valueThat((value) => typeof value === 'string', 'a text');
/** Infinity is one: an unlimited bandwidth. */
export const number = valueThat((value) => typeof value === 'number' && !Number.isNaN(value), 'a number');
export const amount = valueThat((value) => typeof value === 'number' && value >= 0, 'a number, 0 or more');
export const count = valueThat((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number');
export const share = valueThat((value) => typeof value === 'number' && value >= 0 && value <= 1, 'a share from 0 to 1');
export const flag = valueThat((value) => typeof value === 'boolean', 'true or false');
export const doubles = valueThat((value) => value instanceof Float64Array, 'an array of doubles');
export const integers = valueThat((value) => value instanceof Int32Array, 'an array of 32-bit integers');
/** Whatever hangs on it is judged by whoever it is for. */
export const anyRecord = valueThat(isRecord, 'a record');

export function countFrom(least: number, most: number): Shape {
  return valueThat(
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    most === Number.MAX_SAFE_INTEGER ? `a whole number, ${least} or more` : `a whole number from ${least} to ${most}`,
  );
}

export function oneOf(values: readonly unknown[]): Shape {
  return valueThat((value) => values.includes(value), `one of ${values.map(shown).join(', ')}`);
}

export function matching(pattern: RegExp, words: string): Shape {
  return valueThat((value) => typeof value === 'string' && pattern.test(value), words);
}

export function nullOr(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function anyOf(words: string, ...shapes: readonly Shape[]): Shape {
  return (value, path) =>
    shapes.some((shape) => shape(value, path) === null) ? null : `${path} is ${shown(value)}, expected ${words}`;
}

export function listOf(element: Shape, length?: number): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is ${shown(value)}, expected a list`;
    if (length !== undefined && value.length !== length)
      return `${path} has ${value.length} elements, expected ${length}`;
    return first(value, (item, i) => element(item, `${path}[${i}]`));
  };
}

/** A record with these fields at least: what a later version adds is no fault here. `optional` ones may be absent. */
export function record(fields: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is ${shown(value)}, expected a record`;
    return (
      first(Object.entries(fields), ([key, shape]) => shape(value[key], `${path}.${key}`)) ??
      first(Object.entries(optional), ([key, shape]) =>
        value[key] === undefined ? null : shape(value[key], `${path}.${key}`),
      )
    );
  };
}

function first<Item>(items: readonly Item[], problemOf: (item: Item, index: number) => string | null): string | null {
  for (const [i, item] of items.entries()) {
    const problem = problemOf(item, i);
    if (problem !== null) return problem;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a record' : String(value);
}
