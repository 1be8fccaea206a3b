/**
 * Reads a YAML node by its shape into a plain value with every default filled in. Each problem is reported at the node where
 * it stands and reading goes on, so that one pass finds all of them; what can't be read becomes INVALID.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { nearest } from './problem.ts';
import { expectedOf, readLeaf } from './read-leaf.ts';
import { type Field, type Fields, type FileForm, type Presets, type Shape, snakeCase } from './shape.ts';

/** The key of a mapping that names a preset. */
export const PRESET = 'preset';
/** The value of something that could not be read; its problems are reported. */
export const INVALID = Symbol('invalid');

export interface ReadContext {
  readonly document: Document;
  /** `at`: the node to point to; null where the file has none. */
  report(at: Node | null, path: readonly string[], message: string): void;
}

export type ShapeOf<Kind extends Shape['kind']> = Extract<Shape, { kind: Kind }>;

/** The value of `node` as `shape` wants it (see the comments in shape.ts), or INVALID. `path` is for messages. */
export function readShape(shape: Shape, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  if (isAlias(node)) return readShape(shape, node.resolve(context.document) ?? null, path, context);
  switch (shape.kind) {
    case 'record':
      return readRecord(shape, node, path, context);
    case 'list':
      return readList(shape, node, path, context);
    case 'map':
      return readMap(shape, node, path, context);
    case 'named':
      return readNamed(shape, node, path, context);
    case 'keyed':
      return readKeyed(shape, node, path, context);
    case 'tagged':
      return readTagged(shape, node, path, context);
    case 'either':
      return readEither(shape, node, path, context);
    case 'any':
      return readAny(node, path, context);
    default:
      return readLeaf(shape, node, (message) => {
        context.report(node, path, message);
        return INVALID;
      });
  }
}

/** The parser refuses aliases of aliases that would multiply into something huge. */
function readAny(node: Node | null, path: readonly string[], context: ReadContext): unknown {
  try {
    return node === null ? null : node.toJS(context.document);
  } catch {
    context.report(node, path, 'repeats itself by aliases too often, expected a plain value');
    return INVALID;
  }
}

/** The value that a default written in file form stands for. */
export function readDefault(shape: Shape, form: FileForm, context: ReadContext): unknown {
  return form === null ? null : readShape(shape, context.document.createNode(form), [], context);
}

/** `tag`: a key that belongs to the mapping but not to its fields. */
function readRecord(
  { fields, presets }: Pick<ShapeOf<'record'>, 'fields' | 'presets'>,
  node: Node | null,
  path: readonly string[],
  context: ReadContext,
  tag?: string,
): Record<string, unknown> | typeof INVALID {
  if (!isMap(node)) return refuse(node, path, context, `a mapping${exampleWith(node, fields)}`);
  const owned = [...(tag === undefined ? [] : [tag]), ...(presets === undefined ? [] : [PRESET])];
  const preset = presets === undefined ? {} : readPreset(presets, node, path, context);
  const bySnake = new Map(Object.keys(fields).map((key) => [snakeCase(key), key]));
  const value: Record<string, unknown> = {};
  let valid = preset !== INVALID;
  for (const pair of node.items) {
    const name = keyOf(pair);
    const key = bySnake.get(name);
    if (key !== undefined) {
      value[key] = readField(fields[key]!, pair.value as Node | null, [...path, name], context);
      if (value[key] === INVALID) valid = false;
    } else if (!owned.includes(name)) {
      const known = [...owned, ...bySnake.keys()];
      context.report(
        pair.key as Node,
        [...path, name],
        known.length === 0
          ? 'unknown key, expected none'
          : `unknown key${nearest(name, known)}, expected one of: ${known.join(', ')}`,
      );
      valid = false;
    }
  }
  for (const [key, field] of Object.entries(fields)) {
    if (Object.hasOwn(value, key)) continue;
    if (field.required) {
      context.report(node, [...path, snakeCase(key)], `is missing, expected ${expectationOf(field.shape)}`);
      valid = false;
    } else if (preset !== INVALID && Object.hasOwn(preset, key)) value[key] = preset[key];
    else value[key] = field.default === undefined ? null : readDefault(field.shape, field.default, context);
  }
  // In the shape's order, whatever the file's order is.
  return valid ? Object.fromEntries(Object.keys(fields).map((key) => [key, value[key]])) : INVALID;
}

/** What stands at the key of a field. */
export function readField(field: Field, given: Node | null, path: readonly string[], context: ReadContext): unknown {
  const none =
    field.nullable ?? (field.required === undefined && (field.default === undefined || field.default === null));
  return none && isExplicitNull(given) ? null : readShape(field.shape, given, path, context);
}

/** The options of the preset that a mapping names; none where it names none. */
export function readPreset(
  presets: Presets,
  node: YAMLMap,
  path: readonly string[],
  context: ReadContext,
): Readonly<Record<string, unknown>> | typeof INVALID {
  const given = node.get(PRESET, true) as Node | undefined;
  if (given === undefined) return {};
  const name = isScalar(given) ? String(given.value) : '';
  return (
    ownOf(presets, name)?.options ?? unknownName(given, name, Object.keys(presets), PRESET, [...path, PRESET], context)
  );
}

function readList(shape: ShapeOf<'list'>, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  if (!isSeq(node)) return refuse(node, path, context, 'a list ([…] or lines that begin with -)');
  if (node.items.length < (shape.least ?? 0)) return refuse(node, path, context, `at least ${shape.least} in the list`);
  const values = node.items.map((item, i) => readShape(shape.of, item as Node, [...path, String(i)], context));
  return values.includes(INVALID) ? INVALID : values;
}

function readMap(shape: ShapeOf<'map'>, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  if (!isMap(node)) return refuse(node, path, context, `a mapping from ${shape.keys} to ${shape.of.meaning}`);
  if (node.items.length < (shape.least ?? 0))
    return refuse(node, path, context, `at least ${shape.least} ${shape.keys}`);
  const values = node.items.map((pair) => [
    keyOf(pair),
    readShape(shape.of, pair.value as Node | null, [...path, keyOf(pair)], context),
  ]);
  return values.some(([, value]) => value === INVALID) ? INVALID : values;
}

function readNamed(shape: ShapeOf<'named'>, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  const names = Object.keys(shape.entries);
  const expected = `${shape.what}: one of ${namesOf(shape)}, alone or as { name: { options } }`;
  if (isScalar(node) && typeof node.value === 'string') {
    const entry = ownOf(shape.entries, node.value);
    if (entry === undefined) return unknownName(node, node.value, names, shape.what, path, context, shape.own);
    const empty = context.document.createNode({});
    empty.range = node.range ?? null;
    return named(node.value, readShape(entry.shape, empty, [...path, node.value], context));
  }
  if (!isMap(node) || node.items.length !== 1) return refuse(node, path, context, expected);
  const pair = node.items[0] as Pair;
  const name = keyOf(pair);
  const entry = ownOf(shape.entries, name);
  if (entry === undefined) return unknownName(pair.key as Node, name, names, shape.what, path, context, shape.own);
  return named(name, readOptions(entry.shape, pair.value as Node | null, [...path, name], context));
}

/** Options, or one value that stands for the first of them. */
function readOptions(shape: Shape, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  const first = shape.kind === 'record' ? Object.entries(shape.fields)[0] : undefined;
  if (shape.kind !== 'record' || first === undefined || isMap(node) || isAlias(node) || node === null || isNull(node))
    return readShape(shape, node, path, context);
  const [key, field] = first;
  const value = readShape(field.shape, node, path, context);
  if (value === INVALID) return INVALID;
  const rest = Object.entries(shape.fields).filter(([name]) => name !== key);
  const missing = rest.find(([, other]) => other.required);
  if (missing !== undefined) return refuse(node, path, context, `a mapping that also has ${snakeCase(missing[0])}`);
  return {
    [key]: value,
    ...Object.fromEntries(
      rest.map(([name, other]) => [
        name,
        other.default === undefined ? null : readDefault(other.shape, other.default, context),
      ]),
    ),
  };
}

function readKeyed(shape: ShapeOf<'keyed'>, node: Node | null, path: readonly string[], context: ReadContext): unknown {
  const names = Object.keys(shape.entries);
  if (!isMap(node)) return refuse(node, path, context, `a mapping with one of ${names.join(', ')}`);
  const found = node.items.filter((pair) => names.includes(keyOf(pair as Pair)));
  if (found.length !== 1) {
    const others = node.items.map((pair) => keyOf(pair as Pair)).filter((key) => !names.includes(key));
    const hint = found.length === 0 ? (others.map((key) => nearest(key, names)).find((text) => text !== '') ?? '') : '';
    return refuse(node, path, context, `exactly one of ${names.join(', ')}${hint}`);
  }
  const name = keyOf(found[0] as Pair);
  const entry = shape.entries[name]!;
  const target = readShape(entry.target, (found[0] as Pair).value as Node | null, [...path, name], context);
  const fields = readRecord(entry.shape, node, path, context, name);
  return target === INVALID || fields === INVALID ? INVALID : { name, target, ...fields };
}

/** ` (is 'protocl' meant to be it?)` for an unknown key that looks like the tag's: what else is unknown only the tag would tell. */
function misspelt(shape: ShapeOf<'tagged'>, node: YAMLMap): string {
  const fields = Object.values(shape.entries).flatMap((entry) =>
    entry.shape.kind === 'record' ? Object.keys(entry.shape.fields) : [],
  );
  const known = [...Object.keys(shape.common), ...fields].map(snakeCase);
  const keys = node.items.map((pair) => keyOf(pair as Pair));
  const like = keys.find((key) => !known.includes(key) && nearest(key, [shape.tag]) !== '');
  return like === undefined ? '' : ` (is '${like}' meant to be it?)`;
}

function readTagged(
  shape: ShapeOf<'tagged'>,
  node: Node | null,
  path: readonly string[],
  context: ReadContext,
): unknown {
  const names = Object.keys(shape.entries);
  if (!isMap(node)) return refuse(node, path, context, `a mapping with ${shape.tag}: one of ${namesOf(shape)}`);
  const tagNode = node.get(shape.tag, true) as Node | undefined;
  const name = isScalar(tagNode) ? String(tagNode.value) : undefined;
  const entry = name === undefined ? undefined : ownOf(shape.entries, name);
  if (name === undefined)
    context.report(
      tagNode ?? node,
      [...path, shape.tag],
      `is missing${misspelt(shape, node)}, expected one of: ${namesOf(shape)}`,
    );
  else if (entry === undefined)
    unknownName(tagNode as Node, name, names, shape.tag, [...path, shape.tag], context, shape.own);
  if (name === undefined || entry === undefined || entry.shape.kind !== 'record') return INVALID;
  const common = Object.keys(shape.common);
  const all = readRecord(
    { ...entry.shape, fields: { ...shape.common, ...entry.shape.fields } },
    node,
    path,
    context,
    shape.tag,
  );
  if (all === INVALID) return INVALID;
  const pick = (own: boolean) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => common.includes(key) === own));
  return { [shape.tag]: { name, options: pick(false) }, ...pick(true) };
}

function readEither(
  shape: ShapeOf<'either'>,
  node: Node | null,
  path: readonly string[],
  context: ReadContext,
): unknown {
  const form = isMap(node) ? 'map' : isSeq(node) ? 'list' : 'scalar';
  const taken = isNull(node) ? undefined : shape[form];
  if (taken === undefined) return refuse(node, path, context, expectationOf(shape));
  const value = readShape(taken, node, path, context);
  return value === INVALID ? INVALID : { form, value };
}

/** What a registry holds under a name that a file chose: `toString` is a member of every object and in no registry. */
function ownOf<Value>(registry: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(registry, name) ? registry[name] : undefined;
}

/** The names that a shape knows, in words. */
function namesOf({ entries, own }: ShapeOf<'named'> | ShapeOf<'tagged'>): string {
  return `${Object.keys(entries).join(', ')}${own === undefined ? '' : `, or ${own}`}`;
}

function named(name: string, options: unknown): unknown {
  return options === INVALID ? INVALID : { name, options };
}

function unknownName(
  at: Node,
  name: string,
  names: readonly string[],
  what: string,
  path: readonly string[],
  context: ReadContext,
  own?: string,
): typeof INVALID {
  context.report(
    at,
    path,
    `'${name}' is no known ${what}${nearest(name, names)}, expected one of: ${names.join(', ')}${own === undefined ? '' : `, or ${own}`}`,
  );
  return INVALID;
}

function refuse(node: Node | null, path: readonly string[], context: ReadContext, expected: string): typeof INVALID {
  context.report(node, path, `is ${describe(node)}, expected ${expected}`);
  return INVALID;
}

/** `, such as { matrix: lan }`: the field that a single value was meant for, where one has it among its choices. */
function exampleWith(node: Node | null, fields: Fields): string {
  const given = isScalar(node) ? String(node.value) : '';
  const meant = Object.keys(fields).find((key) => choicesOf(fields[key]!.shape).includes(given));
  return meant === undefined ? '' : ` such as { ${snakeCase(meant)}: ${given} }`;
}

function choicesOf(shape: Shape): readonly string[] {
  const single = shape.kind === 'either' ? shape.scalar : shape;
  return single !== undefined && 'choices' in single ? (single.choices ?? []) : [];
}

function describe(node: Node | null): string {
  if (isNull(node)) return 'empty';
  if (isMap(node)) return `a mapping (${(node as YAMLMap).items.map((pair) => keyOf(pair as Pair)).join(', ')})`;
  return isSeq(node) ? `a list of ${node.items.length}` : `'${String((node as { value?: unknown }).value)}'`;
}

/** What a shape wants, in a few words. */
export function expectationOf(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.expected;
    case 'named':
      return `${shape.what}: one of ${namesOf(shape)}`;
    case 'keyed':
      return `one of ${Object.keys(shape.entries).join(', ')}`;
    case 'tagged':
      return `a mapping with ${shape.tag}: one of ${namesOf(shape)}`;
    case 'map':
      return `a mapping from ${shape.keys} to ${shape.of.meaning}`;
    case 'either':
      return [shape.scalar, shape.list, shape.map]
        .filter((part) => part !== undefined)
        .map(expectationOf)
        .join(', or ');
    case 'list':
      return `a list of ${expectationOf(shape.of)}`;
    case 'record':
      return `a mapping with ${Object.keys(shape.fields).map(snakeCase).join(', ')}`;
    default:
      return expectedOf(shape);
  }
}

export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** `null` or `~` written out; a key with nothing behind it is an oversight. */
function isExplicitNull(node: Node | null): boolean {
  return isScalar(node) && node.value === null && node.source !== '';
}

function isNull(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
