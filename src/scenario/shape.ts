/**
 * The language in which a scenario file is described: as data, so that the reader, the writer of the resolved file and the
 * JSON Schema all follow one description. The leaves are the option fields that every definition uses (units/options.ts);
 * keys here are camelCase, in files snake_case.
 */
import type { OptionField } from '../units/options.ts';
import type { BitRate } from '../units/quantities.ts';

/** A value as YAML or JSON holds it: what a default looks like. */
export type FileForm = string | number | boolean | null | readonly FileForm[] | { readonly [key: string]: FileForm };

export type Shape =
  | OptionField
  | TextShape
  | BitRateShape
  | AmountShape
  | WordsShape
  | AnyShape
  | RecordShape
  | ListShape
  | MapShape
  | NamedShape
  | KeyedShape
  | TaggedShape
  | EitherShape;

export interface TextShape {
  readonly kind: 'text';
  readonly meaning: string;
  readonly pattern?: RegExp;
  readonly expected: string;
  readonly choices?: readonly string[];
  /** What is said to be expected instead of the choices alone, where there is more to choose from. */
  readonly choosing?: string;
}
/** Bits per second, or the word `unlimited`. */
export interface BitRateShape {
  readonly kind: 'bit-rate';
  readonly meaning: string;
  readonly min?: BitRate;
}
/** A number that is not negative, with decimals: an amount of money. */
export interface AmountShape {
  readonly kind: 'amount';
  readonly meaning: string;
}
/** One of some words, or else another scalar. */
export interface WordsShape {
  readonly kind: 'words';
  readonly meaning: string;
  readonly words: readonly string[];
  readonly or?: Shape;
}
/** Anything: what a level holds is judged where it is put. */
export interface AnyShape {
  readonly kind: 'any';
  readonly meaning: string;
}
/** Named fields. Read as an object with all of them; null where an optional one is absent. */
export interface RecordShape {
  readonly kind: 'record';
  readonly meaning: string;
  readonly fields: Fields;
  readonly presets?: Presets;
}
/** `preset: name` among the fields replaces the defaults of some of them by these values (not file forms). */
export type Presets = Readonly<
  Record<string, { readonly summary: string; readonly options: Readonly<Record<string, unknown>> }>
>;
export interface ListShape {
  readonly kind: 'list';
  readonly meaning: string;
  readonly of: Shape;
  readonly least?: number;
}
/** Keys that the file chooses. Read as a list of [key, value] in the file's order. */
export interface MapShape {
  readonly kind: 'map';
  readonly meaning: string;
  readonly keys: string;
  readonly of: Shape;
  readonly least?: number;
}
/** `name`, `{ name: { options } }`, or `{ name: value }` for the first option alone. Read as { name, options }. */
export interface NamedShape {
  readonly kind: 'named';
  readonly meaning: string;
  readonly what: string;
  readonly entries: Entries;
  /** Says that a file of the user's own may be named as well, and how: `the path of …`. */
  readonly own?: string;
}
/** `{ crash: leader, at: 20s }`: the one key found among `entries` says which fields belong. Read as { name, target, …fields }. */
export interface KeyedShape {
  readonly kind: 'keyed';
  readonly meaning: string;
  readonly what: string;
  readonly entries: Readonly<Record<string, KeyedEntry>>;
}
/** `{ protocol: pbft, label: x, …options }`. Read as { [tag]: { name, options }, …common }. */
export interface TaggedShape {
  readonly kind: 'tagged';
  readonly meaning: string;
  readonly tag: string;
  readonly entries: Entries;
  /** As for a named shape. */
  readonly own?: string;
  readonly common: Fields;
}
/** Which shape applies follows from what stands there: a scalar, a mapping or a list. */
export interface EitherShape {
  readonly kind: 'either';
  readonly meaning: string;
  readonly scalar?: Shape;
  readonly map?: Shape;
  readonly list?: Shape;
}

export interface Field {
  readonly shape: Shape;
  readonly required?: true;
  /** As the file would say it. Absent and not required: the field is optional and reads as null. */
  readonly default?: FileForm;
  /** An explicit `null` says "none", also where the default is something. Always so where the default is null or absent. */
  readonly nullable?: true;
}
export type Fields = Readonly<Record<string, Field>>;
export interface Entry {
  readonly summary: string;
  readonly shape: Shape;
}
export type Entries = Readonly<Record<string, Entry>>;
export interface KeyedEntry extends Entry {
  readonly target: Shape;
  readonly shape: RecordShape;
}

/** `maxTransactions` in code is `max_transactions` in files. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
