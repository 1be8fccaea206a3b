/**
 * What is known of a value that as a whole did not read well, so that it can be held against the rest of the file all the same: the
 * user is told everything at once, and nothing that only the first mistake brings with it.
 */
import { isAlias, isMap, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import {
  INVALID,
  keyOf,
  PRESET,
  type ReadContext,
  readDefault,
  readField,
  readPreset,
  readShape,
  type ShapeOf,
} from './read.ts';
import { type Shape, snakeCase } from './shape.ts';

/** A value, or what is known of it; quantities are numbers, and known or not. */
export type Known<Value> = Value extends number ? Value : Value extends object ? Value | Broken<Value> : Value;

/** What is known of a value that is not known whole. A class, so that no value of a file can be taken for it. */
export class Broken<Value> {
  readonly fragments: Fragments<Value>;
  /** It has keys that it does not know, so that what seems absent may stand under another name. */
  readonly misspelt: boolean;

  constructor(fragments: Fragments<Value>, misspelt = false) {
    this.fragments = fragments;
    this.misspelt = misspelt;
  }
}

/** As the value, with undefined where something stands that can't be read, or must stand and does not. */
export type Fragments<Value> = { readonly [Key in keyof Value]?: Known<Value[Key]> | undefined };

export function isBroken<Value>(value: Value | Broken<Value>): value is Broken<Value> {
  return value instanceof Broken;
}

/** All that is known; nothing of undefined. */
export function knownOf<Value extends object>(value: Value | Broken<Value> | undefined): Fragments<Value> {
  if (value === undefined) return {};
  return isBroken(value) ? value.fragments : (value as Fragments<Value>);
}

/** The value, null where it is not known whole. */
export function wholeOf<Value>(value: Value | Broken<Value> | undefined): Value | null {
  return value === undefined || isBroken(value) ? null : value;
}

/** The entries of a mapping by keys of the file's choice, each with what is known of it. */
export function entriesOf<Value>(
  mapping: Known<readonly (readonly [string, Value])[]> | null | undefined,
): readonly (readonly [string, Known<Value> | undefined])[] {
  return (isBroken(mapping) ? mapping.fragments : (mapping ?? [])) as readonly (readonly [
    string,
    Known<Value> | undefined,
  ])[];
}

/** True where what seems absent is absent for sure. */
export function isSpelt<Value>(value: Value | Broken<Value> | undefined): boolean {
  return value !== undefined && !(isBroken(value) && value.misspelt);
}

/** The value of a node, or what is known of it; undefined where that is nothing. Reports nothing: reading has done so. */
export function readFragments(shape: Shape, given: Node | null, context: ReadContext): unknown {
  const silent: ReadContext = { document: context.document, report() {} };
  const node = isAlias(given) ? (given.resolve(context.document) ?? null) : given;
  const value = readShape(shape, node, [], silent);
  if (value !== INVALID) return value;
  switch (shape.kind) {
    case 'record':
      return isMap(node) ? recordFragments(shape, node, silent) : undefined;
    case 'list':
      return isSeq(node)
        ? broken(node.items.map((item) => readFragments(shape.of, item as Node | null, silent)))
        : undefined;
    case 'map':
      return isMap(node)
        ? broken(node.items.map((pair) => [keyOf(pair), readFragments(shape.of, pair.value as Node | null, silent)]))
        : undefined;
    case 'named': {
      const pair = isMap(node) && node.items.length === 1 ? (node.items[0] as Pair) : undefined;
      const name = pair === undefined ? '' : keyOf(pair);
      if (pair === undefined || !Object.hasOwn(shape.entries, name)) return undefined;
      const options = readFragments(shape.entries[name]!.shape, pair.value as Node | null, silent);
      return broken({ name, options });
    }
    case 'keyed':
      return isMap(node) ? keyedFragments(shape, node, silent) : undefined;
    case 'tagged':
      return isMap(node) ? taggedFragments(shape, node, silent) : undefined;
    case 'either': {
      const form = isMap(node) ? 'map' : isSeq(node) ? 'list' : 'scalar';
      const part = shape[form] === undefined ? undefined : readFragments(shape[form], node, silent);
      return part === undefined ? undefined : broken({ form, value: part });
    }
    default:
      return undefined;
  }
}

function broken(fragments: object, misspelt = false): Broken<object> {
  return new Broken<object>(fragments, misspelt);
}

/** `tag`: a key that belongs to the mapping but not to its fields. */
function recordFragments(
  { fields, presets }: Pick<ShapeOf<'record'>, 'fields' | 'presets'>,
  node: YAMLMap,
  silent: ReadContext,
  tag?: string,
): Broken<object> {
  const preset = presets === undefined ? {} : readPreset(presets, node, [], silent);
  const names = [...Object.keys(fields).map(snakeCase), tag, presets === undefined ? undefined : PRESET];
  const misspelt = node.items.some((pair) => !names.includes(keyOf(pair as Pair)));
  const fragments: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const given = node.get(snakeCase(key), true) as Node | null | undefined;
    if (given !== undefined) {
      const value = readField(field, given, [], silent);
      fragments[key] = value === INVALID ? readFragments(field.shape, given, silent) : value;
    } else if (field.required || preset === INVALID) fragments[key] = undefined;
    else if (Object.hasOwn(preset, key)) fragments[key] = preset[key];
    else if (field.default === undefined || field.default === null) fragments[key] = null;
    // Of a default it is not known whether it is wanted, where something stands under no known name.
    else fragments[key] = misspelt ? undefined : readDefault(field.shape, field.default, silent);
  }
  return broken(fragments, misspelt);
}

function keyedFragments(shape: ShapeOf<'keyed'>, node: YAMLMap, silent: ReadContext): unknown {
  const found = Object.entries(shape.entries).filter(([name]) => node.has(name));
  const [name, entry] = found[0] ?? ['', undefined];
  if (found.length !== 1 || entry === undefined) return undefined;
  const rest = recordFragments(entry.shape, node, silent, name);
  const target = readFragments(entry.target, node.get(name, true) as Node | null, silent);
  return broken({ name, target, ...rest.fragments }, rest.misspelt);
}

function taggedFragments(shape: ShapeOf<'tagged'>, node: YAMLMap, silent: ReadContext): unknown {
  const name = String(node.get(shape.tag) ?? '');
  const own = Object.hasOwn(shape.entries, name) ? shape.entries[name]!.shape : undefined;
  const fields = own?.kind === 'record' ? own.fields : {};
  const presets = own?.kind === 'record' ? own.presets : undefined;
  const all = recordFragments(
    { fields: { ...shape.common, ...fields }, ...(presets === undefined ? {} : { presets }) },
    node,
    silent,
    shape.tag,
  );
  const entries = Object.entries(all.fragments);
  const pick = (common: boolean) =>
    Object.fromEntries(entries.filter(([key]) => Object.hasOwn(shape.common, key) === common));
  const tagged = own?.kind === 'record' ? broken({ name, options: broken(pick(false), all.misspelt) }) : undefined;
  return broken({ [shape.tag]: tagged, ...pick(true) }, all.misspelt);
}
