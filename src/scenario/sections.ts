/** A whole file read by its shape, section by section: what is wrong in one does not hide what is wrong in another. */
import { isMap, isSeq, type Node } from 'yaml';
import type { ClientValue, CompareValue, FaultValue, LevelLists, ScenarioFile } from './file-value.ts';
import { nearest } from './problem.ts';
import { expectationOf, INVALID, keyOf, readDefault, readFragments, readShape } from './read.ts';
import { type Field, type Fields, type Shape, snakeCase } from './shape.ts';
import type { Source } from './source.ts';

/** Sections that read well; lists keep their places, with null for an element that did not. Problems are in the source. */
export type Sections = Partial<Omit<ScenarioFile, 'clients' | 'compare' | 'faults' | 'zipped'>> & {
  readonly clients?: readonly (ClientValue | Broken<ClientValue>)[];
  readonly compare?: readonly (CompareValue | null)[] | null;
  readonly faults?: readonly (FaultValue | Broken<FaultValue>)[];
  readonly zipped?: readonly (LevelLists | null)[] | null;
};

/** What is known of an element that did not read well, so that it can be held against the rest of the file all the same. */
export interface Broken<Value> {
  readonly broken: Partial<Value>;
}
export function isBroken<Value extends object>(element: Value | Broken<Value>): element is Broken<Value> {
  return 'broken' in element;
}

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
  for (const pair of contents.items) {
    const name = keyOf(pair);
    const key = bySnake.get(name);
    if (key === undefined) {
      const absent = [...bySnake.keys()].filter((known) => !contents.has(known));
      source.report(
        pair.key as Node,
        [name],
        `unknown key${nearest(name, absent)}, expected one of: ${[...bySnake.keys()].join(', ')}`,
      );
    } else given.set(key, pair.value as Node | null);
  }
  const sections: Record<string, unknown> = {};
  for (const key of keys) {
    const field = fields[key] as Field;
    const path = [snakeCase(key)];
    const node = given.get(key);
    if (node === undefined) {
      if (field.required) source.report(contents, path, `is missing, expected ${expectationOf(field.shape)}`);
      else sections[key] = field.default === undefined ? null : readDefault(field.shape, field.default, source);
      continue;
    }
    const value =
      field.shape.kind === 'list'
        ? readElements(field.shape, node, path, source)
        : readShape(field.shape, node, path, source);
    if (value !== INVALID) sections[key] = value;
  }
  return sections as Sections;
}

/** A list at the top of the file: its elements are independent, so the sound ones are kept. */
function readElements(
  shape: Extract<Field['shape'], { kind: 'list' }>,
  node: Node | null,
  path: readonly string[],
  source: Source,
): unknown {
  if (!isSeq(node) || node.items.length < (shape.least ?? 0)) return readShape(shape, node, path, source);
  return node.items.map((item, i) => {
    const value = readShape(shape.of, item as Node | null, [...path, String(i)], source);
    return value === INVALID ? brokenElement(shape.of, item as Node | null, source) : value;
  });
}

/** Clients and faults are judged further; of what is compared, nothing can be said without knowing it whole. */
function brokenElement(shape: Shape, node: Node | null, source: Source): unknown {
  if (shape.kind === 'record') return { broken: readFragments(shape, node, [], source) };
  if (shape.kind !== 'keyed') return null;
  for (const [name, entry] of Object.entries(shape.entries)) {
    if (!isMap(node) || !node.has(name)) continue;
    const fields = { ...entry.shape.fields, [name]: { shape: entry.target } };
    const { [name]: target, ...rest } = readFragments({ fields }, node, [], source);
    return { broken: target === undefined ? { name, ...rest } : { name, target, ...rest } };
  }
  return { broken: {} };
}
