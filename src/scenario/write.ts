/** The inverse of reading: values back into the form a file holds, with every default written out, one form for each value. */
import {
  formatBitRate,
  formatBytes,
  formatDuration,
  formatDurationRange,
  formatRate,
  formatRatio,
} from '../units/format.ts';
import type { DurationRange } from '../units/options.ts';
import { type Fields, type FileForm, type Shape, snakeCase } from './shape.ts';

/** What a file would hold for this value. The value must be one that reading this shape gives. */
export function fileFormOf(shape: Shape, value: unknown): FileForm {
  if (value === null) return null;
  switch (shape.kind) {
    case 'duration':
      return formatDuration(value as number);
    case 'duration-range':
      return formatDurationRange(value as DurationRange);
    case 'bytes':
      return formatBytes(value as number);
    case 'rate':
      return formatRate(value as number);
    case 'ratio':
      return formatRatio(value as number);
    case 'bit-rate':
      return formatBitRate(value as number);
    case 'count':
    case 'amount':
    case 'flag':
    case 'choice':
    case 'text':
    case 'any':
      return value as FileForm;
    case 'words':
      return shape.or === undefined || shape.words.includes(value as string)
        ? (value as string)
        : fileFormOf(shape.or, value);
    case 'record':
      return recordForm(shape.fields, value as Record<string, unknown>);
    case 'list':
      return (value as unknown[]).map((item) => fileFormOf(shape.of, item));
    case 'map':
      return Object.fromEntries((value as [string, unknown][]).map(([key, item]) => [key, fileFormOf(shape.of, item)]));
    case 'named': {
      const { name, options } = value as NamedValue;
      return { [name]: fileFormOf(shape.entries[name]!.shape, options) };
    }
    case 'keyed': {
      const { name, target, ...fields } = value as { name: string; target: unknown };
      const entry = shape.entries[name]!;
      return { [name]: fileFormOf(entry.target, target), ...recordForm(entry.shape.fields, fields) };
    }
    case 'tagged': {
      const { [shape.tag]: tagged, ...common } = value as Record<string, unknown>;
      const { name, options } = tagged as NamedValue;
      return {
        [shape.tag]: name,
        ...recordForm(shape.common, common),
        ...(fileFormOf(shape.entries[name]!.shape, options) as Record<string, FileForm>),
      };
    }
    case 'either': {
      // Reading marks which of its shapes it took.
      const taken = value as EitherValue;
      return fileFormOf(shape[taken.form]!, taken.value);
    }
    case 'group':
    case 'observations':
      throw new Error(`${shape.kind} is written as a record (definition-shape.ts)`);
  }
}

/** Optional fields that are absent stay absent; a default of null is written, since it says "derived" or "none". */
function recordForm(fields: Fields, value: Readonly<Record<string, unknown>>): { [key: string]: FileForm } {
  const form: { [key: string]: FileForm } = {};
  for (const [key, field] of Object.entries(fields)) {
    const absent = value[key] === null && field.default === undefined;
    if (!absent) form[snakeCase(key)] = fileFormOf(field.shape, value[key]);
  }
  return form;
}

/** What reading a named shape gives. */
export interface NamedValue {
  readonly name: string;
  readonly options: unknown;
}
/** What reading an either shape gives. */
export interface EitherValue<S = unknown, M = unknown, L = unknown> {
  readonly form: 'scalar' | 'map' | 'list';
  readonly value: S | M | L;
}
