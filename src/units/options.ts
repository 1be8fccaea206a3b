/**
 * Options as data: what a protocol, network model, workload or fault can be told, with unit, default, range and meaning. The
 * scenario's validator, the JSON Schema, `list`/`explain` and the documentation all read these definitions; files use
 * snake_case keys, code the camelCase keys below.
 */
import type { Bytes, Duration, Rate, Ratio } from './quantities.ts';

interface FieldBase {
  /** One sentence for `explain` and the schema. */
  readonly meaning: string;
}
export interface DurationField extends FieldBase {
  readonly kind: 'duration';
  readonly default: Duration | null;
  readonly min?: Duration;
  readonly max?: Duration;
}
export interface DurationRangeField extends FieldBase {
  readonly kind: 'duration-range';
  readonly default: DurationRange;
  readonly min?: Duration;
  readonly max?: Duration;
}
export interface BytesField extends FieldBase {
  readonly kind: 'bytes';
  readonly default: Bytes;
  readonly min?: Bytes;
  readonly max?: Bytes;
}
export interface CountField extends FieldBase {
  readonly kind: 'count';
  readonly default: number | null;
  readonly min?: number;
  readonly max?: number;
}
export interface RatioField extends FieldBase {
  readonly kind: 'ratio';
  readonly default: Ratio | null;
  readonly min?: Ratio;
  readonly max?: Ratio;
}
export interface RateField extends FieldBase {
  readonly kind: 'rate';
  readonly default: Rate;
  readonly min?: Rate;
  readonly max?: Rate;
}
export interface FlagField extends FieldBase {
  readonly kind: 'flag';
  readonly default: boolean | null;
}
export interface ChoiceField<T extends string = string> extends FieldBase {
  readonly kind: 'choice';
  readonly choices: readonly T[];
  readonly default: T;
}
export interface GroupField<O = unknown> extends FieldBase {
  readonly kind: 'group';
  readonly fields: OptionSchema<O>;
}

/** Numbers measured elsewhere: a column of a CSV file, which `scenario` reads and hands over as a Float64Array (durations in ns). There is no default. */
export interface ObservationsField extends FieldBase {
  readonly kind: 'observations';
  readonly default: null;
}

/** From one duration to another, both included: `150ms..300ms` in a file. */
export interface DurationRange {
  readonly min: Duration;
  readonly max: Duration;
}

export type OptionField =
  | DurationField
  | DurationRangeField
  | BytesField
  | CountField
  | RatioField
  | RateField
  | FlagField
  | ChoiceField
  | GroupField
  | ObservationsField;

/** One field for each option. A `null` default means "derived" or "none" and is explained in `meaning`. */
export type OptionSchema<O> = { readonly [K in keyof O]: OptionField };

/** What is contradictory or unwise in a set of options that each parsed. `path` is dotted camelCase inside the options. */
export interface OptionProblem {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
  readonly expected?: string;
}

/** The options when a file says nothing. */
export function defaultsOf<O>(schema: OptionSchema<O>): O {
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema) as [string, OptionField][])
    out[key] = field.kind === 'group' ? defaultsOf(field.fields as OptionSchema<unknown>) : field.default;
  return out as O;
}
