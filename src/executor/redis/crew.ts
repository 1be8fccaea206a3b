/**
 * Who is at work: each worker says every second that it is there and how far its runs are, under a key that expires when it falls
 * silent. So a driver knows how many there are, of which code, and shows the progress of them all.
 */
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Code } from '../../results/build-fingerprint.ts';
import { WORKERS, workerKey } from './names.ts';
import { amount, anyRecord, count, record, text } from './plain-shape.ts';

const SAYS_SO_EVERY = 1000;
/** A worker that is silent for this long (ms) does not count. */
const SILENT_AFTER = 10_000;

export interface WorkerCard {
  readonly model_version: string;
  /** Absent: of a release whose workers did not know theirs. */
  readonly build?: string;
  readonly queue: string;
  readonly machine: string;
  readonly threads: number;
  /** The virtual time (ns) that each of its runs has reached, by identity. */
  readonly reached: Readonly<Record<string, number>>;
}

const card = record(
  { model_version: text, queue: text, machine: text, threads: count, reached: anyRecord },
  { build: text },
);

/** Says so until the returned function is called. */
export function announce(redis: Redis, id: string, card: () => Omit<WorkerCard, 'machine'>): () => Promise<void> {
  const say = (): void => {
    const text = JSON.stringify({ ...card(), machine: hostname() } satisfies WorkerCard);
    // A connection that is lost is told of elsewhere; the next second says it again.
    Promise.all([redis.set(workerKey(id), text, 'PX', SILENT_AFTER), redis.sadd(WORKERS, id)]).catch(() => {});
  };
  say();
  const timer = setInterval(() => {
    if (redis.status === 'ready') say();
  }, SAYS_SO_EVERY);
  return async () => {
    clearInterval(timer);
    await Promise.all([redis.del(workerKey(id)), redis.srem(WORKERS, id)]);
  };
}

/** All who are there, of whatever code. */
export async function cardsOf(redis: Redis): Promise<readonly WorkerCard[]> {
  const ids = await redis.smembers(WORKERS);
  if (ids.length === 0) return [];
  const texts = await redis.mget(ids.map(workerKey));
  const silent = ids.filter((_, i) => texts[i] === null);
  if (silent.length > 0) await redis.srem(WORKERS, ...silent);
  return texts.flatMap((text) => cardIn(text) ?? []);
}

function cardIn(text: string | null): WorkerCard | null {
  if (text === null) return null;
  try {
    const read: unknown = JSON.parse(text);
    if (card(read, 'card') !== null) return null;
    const { reached, ...rest } = read as WorkerCard;
    return {
      ...rest,
      reached: Object.fromEntries(Object.entries(reached).filter(([, at]) => amount(at, 'reached') === null)),
    };
  } catch {
    return null; // not a card: somebody else's key
  }
}

/** `2 workers, 8 threads`. */
export function crewInWords(cards: readonly WorkerCard[]): string {
  const threads = cards.reduce((sum, { threads }) => sum + threads, 0);
  return `${counted(cards.length, 'worker')}, ${counted(threads, 'thread')}`;
}

/** What a driver says whose runs nobody takes. `others`: workers that are there and would not. */
export function noWorkerInWords(code: Code, shown: string, others: readonly WorkerCard[]): string {
  const foreign =
    others.length === 0
      ? ''
      : `: ${othersInWords(others)}, and other code may give other results (install the quorumlab of this driver there, built the same way, or start this command with theirs)`;
  return (
    `no worker of this driver's code (${codeInWords(code)}) is connected to ${shown}${foreign}; ` +
    `start one on any machine: quorumlab worker --redis ${shown}; waiting, Ctrl-C stops`
  );
}

/** `2 workers there are of other code (model version 3, build 0123456789ab)`. */
export function othersInWords(others: readonly WorkerCard[]): string {
  const codes = [...new Set(others.map(codeInWords))].sort();
  return `${counted(others.length, 'worker')} there ${others.length === 1 ? 'is' : 'are'} of other code (${codes.join('; ')})`;
}

export function codeInWords({
  model_version,
  build = 'not told',
}: Pick<WorkerCard, 'model_version' | 'build'>): string {
  return `model version ${model_version}, build ${build}`;
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
