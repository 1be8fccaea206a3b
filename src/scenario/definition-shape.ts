/** Definitions as shapes: what a protocol, distribution or workload can be told, in the language of `shape.ts`. */
import type { Definition } from '../units/definition.ts';
import type { OptionField, OptionSchema } from '../units/options.ts';
import type { Entries, Entry, Field, Presets, RecordShape } from './shape.ts';
import { fileFormOf } from './write.ts';

/** The shape of a definition's options. */
export function optionsShape<Options>(schema: OptionSchema<Options>, meaning: string): RecordShape {
  const fields: Record<string, Field> = {};
  for (const [key, field] of Object.entries(schema) as [string, OptionField][]) fields[key] = fieldOf(field);
  return { kind: 'record', meaning, fields };
}

function shapeOf({ options, summary, presets }: Definition<unknown>): RecordShape {
  const shape = optionsShape(options, summary);
  return presets === undefined ? shape : { ...shape, presets: presets as Presets };
}

/** A registry's definitions as entries of a named or tagged shape. */
export function entriesOf(registry: Readonly<Record<string, Definition<unknown>>>): Entries {
  const entries: Record<string, Entry> = {};
  for (const [name, definition] of Object.entries(registry))
    entries[name] = { summary: definition.summary, shape: shapeOf(definition) };
  return entries;
}

function fieldOf(field: OptionField): Field {
  if (field.kind === 'group')
    return { shape: optionsShape(field.fields as OptionSchema<unknown>, field.meaning), default: {} };
  if (field.kind === 'observations') return { shape: observationsShape(field.meaning), required: true };
  return { shape: field, default: fileFormOf(field, field.default) };
}

/** Observations are named by file and column; loading turns them into numbers. */
function observationsShape(meaning: string): RecordShape {
  return {
    kind: 'record',
    meaning,
    fields: {
      file: {
        shape: {
          kind: 'text',
          meaning: 'A CSV file with a header line, by its path from the scenario file.',
          expected: 'a path',
        },
        required: true,
      },
      column: {
        shape: {
          kind: 'text',
          meaning: 'The column with the values; null: the first.',
          expected: 'the name of a column',
        },
      },
      unit: {
        shape: { kind: 'choice', choices: ['ns', 'us', 'ms', 's'], default: 'ms', meaning: 'The unit of the values.' },
        default: 'ms',
      },
    },
  };
}
