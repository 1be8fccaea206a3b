/**
 * The JSON Schema (draft-07, which editors know best) of scenario files, made from the shape that also reads them. It helps
 * while typing; what contradicts each other only `quorumlab lint` can tell.
 */
import { fileShape } from './file-shape.ts';
import { PRESET } from './read.ts';
import { expectedOf } from './read-leaf.ts';
import { type Entries, type Field, type FileForm, type RecordShape, type Shape, snakeCase } from './shape.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** The schema as the text of its committed file. */
export function schemaText(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'quorumlab scenario',
    ...schemaOf(fileShape),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** What is a path and no name. */
const PATH = '[./\\\\]';
const DIGITS = '^\\d+(\\.\\d+)?\\s*';
const PATTERNS = {
  duration: `^0$|${DIGITS}(ns|us|µs|ms|s|min|h|d)$`,
  'duration-range': `${DIGITS}(ns|us|µs|ms|s|min|h|d)\\s*\\.\\.\\s*\\d+(\\.\\d+)?\\s*(ns|us|µs|ms|s|min|h|d)$`,
  bytes: `^0$|${DIGITS}(B|kB|MB|GB|KiB|MiB|GiB)$`,
  'bit-rate': `^unlimited$|${DIGITS}([kMG]?(bps|bit/s|B/s)|[KMG]iB/s)$`,
  rate: `${DIGITS}/(s|min|h|d)$`,
  ratio: '^\\d+(\\.\\d+)?%?$',
} as const;

function schemaOf(shape: Shape): JsonSchema {
  const description = shape.meaning;
  switch (shape.kind) {
    case 'duration':
    case 'bytes':
      return { type: ['string', 'integer'], pattern: PATTERNS[shape.kind], description: withRange(shape) };
    case 'duration-range':
    case 'bit-rate':
    case 'rate':
      return { type: 'string', pattern: PATTERNS[shape.kind], description: withRange(shape) };
    case 'ratio':
      return { type: ['string', 'number'], pattern: PATTERNS.ratio, description: withRange(shape) };
    case 'amount':
      return { type: 'number', minimum: 0, description };
    case 'count':
      return {
        type: 'integer',
        minimum: shape.min ?? 0,
        ...(shape.max === undefined ? {} : { maximum: shape.max }),
        description,
      };
    case 'flag':
      return { type: 'boolean', description };
    case 'choice':
      return { enum: shape.choices, description };
    case 'text':
      return {
        type: 'string',
        ...(shape.choices ? { enum: shape.choices } : {}),
        ...(shape.pattern ? { pattern: shape.pattern.source } : {}),
        description,
      };
    case 'words': {
      const words = { enum: shape.words, description };
      return shape.or === undefined ? words : { anyOf: [words, schemaOf(shape.or)], description };
    }
    case 'any':
      return { description };
    case 'record':
      return recordSchema(shape, description);
    case 'list':
      return { type: 'array', items: schemaOf(shape.of), minItems: shape.least ?? 0, description };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.of), minProperties: shape.least ?? 0, description };
    case 'named':
      return {
        anyOf: [
          namesSchema(shape.entries),
          ...Object.entries(shape.entries).map(([name, entry]) => entrySchema(name, entry)),
          ...(shape.own === undefined
            ? []
            : [
                { type: 'string', pattern: PATH, description: shape.own },
                {
                  type: 'object',
                  patternProperties: { [PATH]: {} },
                  additionalProperties: false,
                  description: shape.own,
                },
              ]),
        ],
        description,
      };
    case 'keyed':
      return {
        anyOf: Object.entries(shape.entries).map(([name, { summary, target, shape: rest }]) =>
          recordSchema({ fields: { [name]: { shape: target, required: true }, ...rest.fields } }, summary),
        ),
        description,
      };
    case 'tagged':
      return {
        anyOf: [
          ...Object.entries(shape.entries).map(([name, { summary, shape: options }]) => {
            const own = options as RecordShape;
            const schema = recordSchema({ ...own, fields: { ...shape.common, ...own.fields } }, summary);
            const properties = {
              [shape.tag]: { const: name, description: summary },
              ...(schema.properties as object),
            };
            return {
              ...schema,
              properties,
              required: [shape.tag, ...((schema.required as string[] | undefined) ?? [])],
            };
          }),
          ...(shape.own === undefined ? [] : [ownTaggedSchema(shape)]),
        ],
        description,
      };
    case 'either':
      return {
        anyOf: [shape.scalar, shape.map, shape.list].flatMap((part) => (part === undefined ? [] : [schemaOf(part)])),
        description,
      };
    case 'group':
    case 'observations':
      throw new Error(`${shape.kind} is described as a record (definition-shape.ts)`);
  }
}

/** One that a file of the user's own defines: its options are known to that file only. */
function ownTaggedSchema(shape: Extract<Shape, { kind: 'tagged' }>): JsonSchema {
  const { properties } = recordSchema({ fields: shape.common }, '');
  const tag = { type: 'string', pattern: PATH, description: shape.own };
  return {
    type: 'object',
    description: shape.own,
    properties: { [shape.tag]: tag, ...(properties as object) },
    required: [shape.tag],
  };
}

function recordSchema({ fields, presets }: Pick<RecordShape, 'fields' | 'presets'>, description: string): JsonSchema {
  const required = Object.entries(fields).flatMap(([key, field]) => (field.required ? [snakeCase(key)] : []));
  return {
    type: 'object',
    description,
    additionalProperties: false,
    properties: {
      ...(presets === undefined
        ? {}
        : {
            [PRESET]: {
              enum: Object.keys(presets),
              description: Object.entries(presets)
                .map(([name, { summary }]) => `${name}: ${summary}`)
                .join('\n'),
            },
          }),
      ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [snakeCase(key), fieldSchema(field)])),
    },
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldSchema(field: Field): JsonSchema {
  const schema = schemaOf(field.shape);
  const none = field.nullable ?? (!field.required && (field.default === undefined || field.default === null));
  const form: FileForm | undefined = field.default;
  const withDefault = form === undefined ? schema : { ...schema, default: form };
  if (!none) return withDefault;
  const { description, default: byDefault, ...bare } = withDefault as Record<string, unknown>;
  return { anyOf: [bare, { type: 'null' }], description, ...(byDefault === undefined ? {} : { default: byDefault }) };
}

function namesSchema(entries: Entries): JsonSchema {
  return {
    enum: Object.keys(entries),
    description: Object.entries(entries)
      .map(([name, { summary }]) => `${name}: ${summary}`)
      .join('\n'),
  };
}

/** `{ name: { options } }`, or `{ name: value }` where the first option may stand alone. */
function entrySchema(name: string, { summary, shape }: Entries[string]): JsonSchema {
  const options = schemaOf(shape);
  const first = shape.kind === 'record' ? Object.values(shape.fields)[0] : undefined;
  // A mapping is always the options themselves.
  const alone = first !== undefined && first.shape.kind !== 'record';
  const value = !alone ? options : { anyOf: [options, schemaOf(first.shape)], description: summary };
  return {
    type: 'object',
    properties: { [name]: value },
    required: [name],
    additionalProperties: false,
    description: summary,
  };
}

/** The meaning, and the unit and range that a pattern can't say. */
function withRange(shape: Shape): string {
  return `${shape.meaning} (${expectedOf(shape)})`;
}
