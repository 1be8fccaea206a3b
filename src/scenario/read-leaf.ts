/** Reads one scalar by its option field: parses the quantity and holds it against its range. */
import { isScalar, type Node } from 'yaml';
import type { DurationRange, OptionField } from '../units/options.ts';
import {
  EXPECTED,
  type Parsed,
  parseBitRate,
  parseBytes,
  parseCount,
  parseDuration,
  parseDurationRange,
  parseRate,
  parseRatio,
} from '../units/parse.ts';
import { nearest } from './problem.ts';
import type { AmountShape, BitRateShape, Shape, TextShape, WordsShape } from './shape.ts';
import { fileFormOf } from './write.ts';

export type LeafShape = OptionField | TextShape | BitRateShape | AmountShape | WordsShape;

/** The scalar's value, or what `refuse` returns after it was told what is wrong. */
export function readLeaf(shape: LeafShape, node: Node | null, refuse: (message: string) => unknown): unknown {
  if (!isScalar(node) || node.value === null)
    return refuse(`is ${node === null || isScalar(node) ? 'empty' : 'no single value'}, expected ${expectedOf(shape)}`);
  const given = node.value;
  const text = typeof given === 'string' ? given : String(given);
  switch (shape.kind) {
    case 'text':
      return readText(shape, given, refuse);
    case 'flag':
      return typeof given === 'boolean' ? given : refuse(`is '${text}', expected true or false`);
    case 'choice':
      return shape.choices.includes(text)
        ? text
        : refuse(`is '${text}'${nearest(text, shape.choices)}, expected one of: ${shape.choices.join(', ')}`);
    case 'words':
      if (shape.words.includes(text)) return text;
      if (shape.or !== undefined && !/^[a-z-]+$/i.test(text)) return readLeaf(shape.or as LeafShape, node, refuse);
      return refuse(`is '${text}'${nearest(text, shape.words)}, expected ${expectedOf(shape)}`);
    case 'bit-rate':
      return text === 'unlimited' ? Number.POSITIVE_INFINITY : parsed(shape, text, parseBitRate(text), refuse);
    case 'amount':
      return typeof given === 'number' && given >= 0 && Number.isFinite(given)
        ? given
        : refuse(`is '${text}', expected ${expectedOf(shape)}`);
    case 'duration':
      return parsed(shape, text, parseDuration(text), refuse);
    case 'duration-range':
      return parsed(shape, text, parseDurationRange(text), refuse);
    case 'bytes':
      return parsed(shape, text, parseBytes(text), refuse);
    case 'count':
      return parsed(shape, text, parseCount(text), refuse);
    case 'ratio':
      return parsed(shape, text, parseRatio(text), refuse);
    case 'rate':
      return parsed(shape, text, parseRate(text), refuse);
    case 'group':
    case 'observations':
      return refuse('is a single value, expected a mapping');
  }
}

/** What a leaf wants, with its range. */
export function expectedOf(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.expected;
    case 'flag':
      return 'true or false';
    case 'choice':
      return `one of: ${shape.choices.join(', ')}`;
    case 'words':
      return [...shape.words, ...(shape.or === undefined ? [] : [expectedOf(shape.or)])].join(' or ');
    case 'bit-rate':
      return `${EXPECTED.bitRate}${rangeOf(shape)}, or unlimited`;
    case 'amount':
      return 'a number that is not negative, such as 0.045';
    case 'duration':
      return EXPECTED.duration + rangeOf(shape);
    case 'duration-range':
      return EXPECTED.durationRange + rangeOf(shape);
    case 'bytes':
      return EXPECTED.bytes + rangeOf(shape);
    case 'count':
      return EXPECTED.count + rangeOf(shape);
    case 'ratio':
      return EXPECTED.ratio + rangeOf(shape);
    case 'rate':
      return EXPECTED.rate + rangeOf(shape);
    default:
      return shape.meaning;
  }
}

function readText(shape: TextShape, given: unknown, refuse: (message: string) => unknown): unknown {
  if (typeof given !== 'string')
    return refuse(
      `is ${typeof given === 'number' ? 'a number' : `'${String(given)}'`}, expected ${shape.expected} (in quotes)`,
    );
  if (shape.choices !== undefined && !shape.choices.includes(given))
    return refuse(
      `'${given}' is not known${nearest(given, shape.choices)}, expected ${shape.choosing ?? `one of: ${shape.choices.join(', ')}`}`,
    );
  if (given.trim() === '' || (shape.pattern !== undefined && !shape.pattern.test(given)))
    return refuse(`is '${given}', expected ${shape.expected}`);
  return given;
}

function parsed(
  shape: LeafShape,
  text: string,
  result: Parsed<unknown>,
  refuse: (message: string) => unknown,
): unknown {
  const { min, max = shape.kind === 'ratio' ? 1 : undefined } = shape as { min?: number; max?: number };
  if (!result.ok)
    return refuse(`is '${text}', expected ${shape.kind === 'count' ? wholeNumber(min, max) : result.expected}`);
  const [least, most] =
    shape.kind === 'duration-range'
      ? [(result.value as DurationRange).min, (result.value as DurationRange).max]
      : [result.value as number, result.value as number];
  // A version has one value so far, which its meaning says.
  if (min !== undefined && min === max && least !== min)
    return refuse(`is '${text}', expected ${min} (${shape.meaning.replace(/\.$/, '')})`);
  if (min !== undefined && least < min)
    return refuse(`is '${text}', expected at least ${fileFormOf(scalarOf(shape), min)}`);
  if (max !== undefined && most > max)
    return refuse(`is '${text}', expected at most ${fileFormOf(scalarOf(shape), max)}`);
  return result.value;
}

/** `a whole number from 0 to 100`. */
function wholeNumber(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return EXPECTED.count;
  return max === undefined ? `${EXPECTED.count}, at least ${min}` : `${EXPECTED.count} from ${min} to ${max}`;
}

/** In words: `, at least 1, at most 100`. */
function rangeOf(shape: LeafShape): string {
  const { min, max } = shape as { min?: number; max?: number };
  const low = min === undefined || min === 0 ? '' : `, at least ${fileFormOf(scalarOf(shape), min)}`;
  return max === undefined ? low : `${low}, at most ${fileFormOf(scalarOf(shape), max)}`;
}

/** The ends of a range of durations are durations. */
function scalarOf(shape: LeafShape): Shape {
  return shape.kind === 'duration-range' ? { kind: 'duration', meaning: shape.meaning, default: 0 } : shape;
}
