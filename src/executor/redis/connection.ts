/**
 * The connection to Redis. Lost connections are made again for a stated time, and people are told what is tried and for how long;
 * what was asked meanwhile waits. After that time, or where Redis refuses us, `gone` says so.
 */
import type { Redis } from 'ioredis';
import { reasonOf } from '../executor.ts';
import type { RedisAddress } from './address.ts';
import type { Ioredis } from './packages.ts';

/** How long Redis may be away, ms: before the first contact, and afterwards. */
export interface Patience {
  readonly firstMs: number;
  readonly laterMs: number;
}

/** Long enough for a restart that reads a large queue from disk, short enough for a mistyped host. */
const USUAL_PATIENCE: Patience = { firstMs: 10_000, laterMs: 120_000 };
const RECONNECT_AFTER_AT_MOST = 1000;

/** Redis is away for good, or does not let us in: the user's to mend, and no defect. */
export class RedisGone extends Error {
  override readonly name = 'RedisGone';
}

export interface RedisConnection {
  readonly redis: Redis;
  /** Never resolves; rejects with `RedisGone`. */
  readonly gone: Promise<never>;
  /** Resolves when the first connection stands. */
  readonly ready: Promise<void>;
  /** Calls `listener` each time that a lost connection stands again. */
  onReturn(listener: () => void): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly address: RedisAddress;
  readonly tell: (line: string) => void;
  readonly patience?: Patience;
  /** Aborting it ends the wait for the first connection. */
  readonly signal?: AbortSignal;
}

/** Resolves when the first connection stands, or the signal was aborted before. @throws RedisGone */
export async function connectTo(options: ConnectionOptions, { Redis }: Ioredis): Promise<RedisConnection> {
  const { host, port, database, username, password, tls } = options.address;
  let closed = false;
  const redis = new Redis({
    host,
    port,
    db: database,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: { servername: host } } : {}),
    // What is asked while Redis is away waits; when to give up is decided here, for all of it at once.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (closed ? null : Math.min(RECONNECT_AFTER_AT_MOST, 50 * times)),
  });
  const connection = watched(redis, options, () => {
    closed = true;
  });
  try {
    await Promise.race([connection.ready, connection.gone, ...(options.signal ? [abortOf(options.signal)] : [])]);
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
  return connection;
}

export function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** `onClose` also ends the copies of this connection that BullMQ makes: they have its options. */
function watched(
  redis: Redis,
  { address: { shown }, tell, patience }: ConnectionOptions,
  onClose: () => void,
): RedisConnection {
  const { firstMs, laterMs } = patience ?? USUAL_PATIENCE;
  const listeners: (() => void)[] = [];
  let everReady = false;
  let told = false;
  let closed = false;
  let reason = 'no answer';
  let deadline: NodeJS.Timeout | undefined;
  let giveUp: (why: RedisGone) => void = () => {};
  const gone = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  gone.catch(() => {}); // whoever waits is told; nobody may be waiting

  const away = (): void => {
    if (closed || deadline !== undefined) return;
    const allowed = everReady ? laterMs : firstMs;
    deadline = setTimeout(() => giveUp(new RedisGone(awayForGood(shown, reason, allowed))), allowed);
  };
  const tellOnce = (what: string): void => {
    if (closed || told) return;
    told = true;
    tell(`${shown}: ${what}; trying again for ${seconds(everReady ? laterMs : firstMs)}, Ctrl-C stops`);
  };

  redis.on('error', (thrown: Error) => {
    reason = inWords(thrown);
    if (refusals.test(thrown.message)) giveUp(new RedisGone(refused(shown, thrown.message)));
    else tellOnce(reason);
  });
  redis.on('close', () => {
    away();
    if (everReady) tellOnce('the connection is lost');
  });
  redis.on('ready', () => {
    clearTimeout(deadline);
    deadline = undefined;
    if (told) tell(`${shown}: connected${everReady ? ' again' : ''}`);
    told = false;
    if (everReady) for (const listener of listeners) listener();
    everReady = true;
  });
  away();
  return {
    redis,
    gone,
    ready: new Promise((resolve) => redis.once('ready', () => resolve())),
    onReturn(listener) {
      listeners.push(listener);
    },
    close() {
      closed = true;
      onClose();
      clearTimeout(deadline);
      redis.disconnect();
    },
  };
}

const refusals = /WRONGPASS|NOAUTH|NOPERM|invalid password|DB index is out of range/i;

function refused(shown: string, message: string): string {
  const said = message.replace(/^Ready check failed: /, '');
  const remedy = /DB index/i.test(said)
    ? 'choose a database that it has'
    : 'give the password in the address (redis://:password@host:port) or in the environment variable REDISCLI_AUTH';
  return `${shown} refuses the connection (${said.trim()}): ${remedy}`;
}

function awayForGood(shown: string, reason: string, allowed: number): string {
  return (
    `${shown} could not be reached for ${seconds(allowed)} (${reason}): check that Redis runs there and can be reached from here, ` +
    'then give the same command again; what workers have finished is kept in Redis, and nothing is computed twice'
  );
}

function inWords(thrown: Error): string {
  const { code } = thrown as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? (thrown.message === '' ? (code ?? 'no answer') : reasonOf(thrown));
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
