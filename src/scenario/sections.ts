/** A whole file read by its shape, section by section: what is wrong in one does not hide what is wrong in another. */
import { isMap, isSeq, type Node } from 'yaml';
import type { ClientValue, CompareValue, FaultValue, LevelLists, ScenarioFile } from './file-value.ts';
import { Broken, type Known, readFragments } from './fragments.ts';
import { nearest } from './problem.ts';
import { expectationOf, INVALID, keyOf, readDefault, readShape, type ShapeOf } from './read.ts';
import { type Field, type Fields, type Shape, snakeCase } from './shape.ts';
import type { Source } from './source.ts';

/**
 * What was read: of sections that others are held against also what is known of them where they did not read well, of the others only
 * those that did. Lists keep their places. Problems are in the source.
 */
export type Sections = Partial<Omit<ScenarioFile, Judged | 'clients' | 'compare' | 'faults' | 'zipped'>> & {
  readonly [Key in Judged]?: Known<ScenarioFile[Key]>;
} & {
  readonly clients?: readonly Known<ClientValue>[];
  readonly compare?: readonly (Known<CompareValue> | null)[] | null;
  readonly faults?: readonly Known<FaultValue>[];
  readonly zipped?: readonly (LevelLists | null)[] | null;
};

type Judged = (typeof JUDGED)[number];
const JUDGED = ['run', 'network', 'machine', 'nodes', 'workload', 'protocol', 'drills', 'space'] as const;

/** Reads every section; what is absent takes its default. */
export function readSections(source: Source, fields: Fields): Sections {
  const { contents } = source.document;
  if (!isMap(contents)) {
    source.report(
      contents as Node | null,
      [],
      `the file is ${contents === null ? 'empty' : 'no mapping'}, expected a scenario (quorumlab init writes one)`,
    );
    return {};
  }
  const keys = Object.keys(fields);
  const bySnake = new Map(keys.map((key) => [snakeCase(key), key]));
  const given = new Map<string, Node | null>();
  const meant = new Set<string>();
  for (const pair of contents.items) {
    const name = keyOf(pair);
    const key = bySnake.get(name);
    if (key === undefined) {
      const absent = [...bySnake.keys()].filter((known) => !contents.has(known));
      const hint = nearest(name, absent);
      // The section that was meant is not absent, and no default stands for it.
      for (const known of absent) if (hint.includes(`'${known}'`)) meant.add(known);
      source.report(pair.key as Node, [name], `unknown key${hint}, expected one of: ${[...bySnake.keys()].join(', ')}`);
    } else given.set(key, pair.value as Node | null);
  }
  const sections: Record<string, unknown> = {};
  for (const key of keys) {
    const field = fields[key] as Field;
    const path = [snakeCase(key)];
    const node = given.get(key);
    if (node === undefined) {
      if (field.required) source.report(contents, path, `is missing, expected ${expectationOf(field.shape)}`);
      else if (!meant.has(snakeCase(key)))
        sections[key] = field.default === undefined ? null : readDefault(field.shape, field.default, source);
      continue;
    }
    const value =
      field.shape.kind === 'list'
        ? readElements(field.shape, node, path, source)
        : readShape(field.shape, node, path, source);
    if (value !== INVALID) sections[key] = value;
    else if ((JUDGED as readonly string[]).includes(key)) {
      const known = readFragments(field.shape, node, source);
      if (known !== undefined) sections[key] = known;
    }
  }
  return sections as Sections;
}

/** A list at the top of the file: its elements are independent, and each is judged as far as it is known. */
function readElements(shape: ShapeOf<'list'>, node: Node | null, path: readonly string[], source: Source): unknown {
  if (!isSeq(node) || node.items.length < (shape.least ?? 0)) return readShape(shape, node, path, source);
  return node.items.map((item, i) => {
    const value = readShape(shape.of, item as Node | null, [...path, String(i)], source);
    return value === INVALID ? brokenElement(shape.of, item as Node | null, source) : value;
  });
}

/** Levels that move together are known whole or not at all. */
function brokenElement(shape: Shape, node: Node | null, source: Source): unknown {
  if (shape.kind === 'map') return null;
  return readFragments(shape, node, source) ?? (shape.kind === 'tagged' ? null : new Broken({}, true));
}
