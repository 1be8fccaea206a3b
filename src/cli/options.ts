/** Option values that several commands read. */
import { InvalidArgumentError } from 'commander';
import { measureNames } from '../scenario/objectives.ts';
import { nearest } from '../scenario/problem.ts';
import type { CacheChoice } from './cache-options.ts';

/** What `run` and `sensitivity` share. */
export interface RunningOptions extends CacheChoice {
  readonly quick?: true;
  readonly replications?: number;
  readonly threads?: number;
  readonly inline?: true;
  readonly redis?: string;
  readonly out: string;
  readonly set?: readonly string[];
  readonly json?: true;
}

export function positiveCount(text: string): number {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('It must be at least 1.');
  return count;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** Each thread takes memory of its own before it has run anything. */
const MOST_THREADS = 512;

export function threadCount(text: string): number {
  const count = positiveCount(text);
  if (count > MOST_THREADS) throw new InvalidArgumentError(`It must be at most ${MOST_THREADS}.`);
  return count;
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `finality_p99=2%`: a measure as objectives name it, and half the width of its interval as a share of the mean. */
export function collectPrecision(value: string, before: readonly string[] = []): readonly string[] {
  const [, measure = ''] = /^([a-z][a-z0-9_]*)=\d+(?:\.\d+)?%?$/.exec(value) ?? [];
  if (measure === '') throw new InvalidArgumentError('It must be like finality_p99=2%.');
  const names = measureNames();
  if (!names.includes(measure))
    throw new InvalidArgumentError(
      `There is no measure '${measure}'${nearest(measure, names)}; there are ${names.join(', ')}.`,
    );
  return [...before, value];
}
