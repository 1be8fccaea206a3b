/** Option values that several commands read. */
import { InvalidArgumentError } from 'commander';

/** What `run` and `sensitivity` share. */
export interface RunningOptions {
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
