/**
 * Runs on the workers of a Redis server: each run is queued under its identity, so that it is computed once whoever asks for it, and
 * results are fetched as they arrive. At least once, deterministic, known by content: exactly one result each.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Code } from '../../results/build-fingerprint.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type ExecuteOptions, type Executor, interrupted } from '../executor.ts';
import type { RedisAddress } from './address.ts';
import { connectTo, type Patience } from './connection.ts';
import { cardsOf } from './crew.ts';
import { Errand, type Pace } from './errand.ts';
import { namesFor, PREFIX } from './names.ts';
import { redisPackages } from './packages.ts';

export interface RedisExecutorOptions {
  readonly address: RedisAddress;
  /** Told in one line each: connections lost and found, workers that come and go. */
  readonly tell: (line: string) => void;
  readonly patience?: Patience;
  /** Results that Redis keeps from before this executor was opened are deleted, and their runs computed again. */
  readonly fresh?: boolean;
  /** Other code, and quicker, in tests. */
  readonly code?: Code;
  readonly pace?: Pace;
}

/** What was queued and is not begun is taken back at Ctrl-C, unless Redis does not answer within this time (ms). */
const TAKE_BACK_WITHIN = 3000;

/** @throws RedisGone where there is no connection, and an Error where a package is missing. */
export async function redisExecutor(options: RedisExecutorOptions): Promise<Executor> {
  const packages = await redisPackages();
  const connection = await connectTo(options, packages.ioredis);
  const { redis, gone } = connection;
  const names = namesFor(options.code);
  const queue = new packages.bullmq.Queue(names.queue, { connection: redis, prefix: PREFIX });
  queue.on('error', () => {}); // the connection is watched above, for all who use it
  const crew = (await Promise.race([cardsOf(redis), gone])).filter((card) => card.queue === names.queue);
  const partsSent = new Set<string>();
  const forgotten = options.fresh ? new Set<string>() : null;
  const errands = new Set<Errand>();
  let closed = false;
  connection.onReturn(() => {
    // A Redis that comes back may have lost what it held.
    partsSent.clear();
    for (const errand of errands) errand.lookAgain();
  });

  return {
    threads: Math.max(
      1,
      crew.reduce((sum, { threads }) => sum + threads, 0),
    ),
    async execute(specs: readonly RunSpec[], executeOptions: ExecuteOptions = {}) {
      if (closed) throw new Error('the executor is closed');
      refuseOwnProtocols(specs);
      const errand = new Errand(specs, executeOptions, { redis, queue, names, partsSent, forgotten, ...options });
      errands.add(errand);
      const { signal } = executeOptions;
      try {
        const work = errand.run();
        work.catch(() => {}); // after an interrupt nobody waits for it any more
        await Promise.race([work, gone, abortOf(signal)]);
      } finally {
        errand.stop();
        errands.delete(errand);
      }
      if (signal?.aborted) {
        await Promise.race([errand.takeBack(), sleep(TAKE_BACK_WITHIN, undefined, { ref: false })]);
        errand.finishRest(interrupted);
      }
      return errand.outcomes;
    },
    async close() {
      closed = true;
      connection.close();
    },
  };
}

/** Resolves when it is aborted; never without a signal. */
function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A program cannot be queued: workers run no code from the queue. */
function refuseOwnProtocols(specs: readonly RunSpec[]): void {
  const own = specs.find(({ protocol }) => protocol.module !== undefined);
  if (own === undefined) return;
  throw new OwnProtocolRefused(
    `${own.label}: the protocol ${own.protocol.module?.path} is a program of your own, and workers run no code from the queue: ` +
      'leave out --redis and run it on this machine',
  );
}

class OwnProtocolRefused extends Error {
  override readonly name = 'OwnProtocolRefused';
}
