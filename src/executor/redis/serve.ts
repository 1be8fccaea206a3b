/**
 * A worker: takes runs from the queue, checks each, hands the computing to an executor of its own machine and sends the outcome back.
 * This thread only waits, so the locks that tell Redis that a run is still being computed are renewed however long runs take.
 */
import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import type { RunOutcome } from '../../experiment/experiment.ts';
import type { Code } from '../../results/build-fingerprint.ts';
import { type Executor, reasonOf } from '../executor.ts';
import { abortOf, type ConnectionOptions, connectTo, type RedisConnection } from './connection.ts';
import { announce } from './crew.ts';
import { type Names, namesFor, PREFIX, RESULT_KEPT } from './names.ts';
import { redisPackages } from './packages.ts';
import { replyOf } from './reply.ts';
import { specOf } from './task.ts';

export interface ServeOptions extends ConnectionOptions {
  /** Computes the runs, as many at once as it has threads. */
  readonly executor: Executor;
  /** Aborting it gives back the runs under way, which other workers then take, and ends. */
  readonly signal: AbortSignal;
  /** Ends when there was nothing to do for this long (ms); null: never. */
  readonly idleExitMs: number | null;
  readonly onChange?: (tally: Tally) => void;
  /** Other code in tests. */
  readonly code?: Code;
}

/** What this worker has done. */
export interface Tally {
  readonly atWork: number;
  readonly finished: number;
  readonly crashed: number;
  readonly refused: number;
  readonly givenBack: number;
}

/** A worker that was killed is known by its lock, which it renews every half of this (ms) and which then expires. */
const LOCK = 10_000;
const LOOKS_FOR_DEAD_WORKERS_EVERY = 5000;
/** A run whose workers die this often is given up: it may be what kills them. A Redis that was away counts, too. */
const STALLED_AT_MOST = 5;
/** Mentions of ended runs that Redis keeps; who misses one looks by itself. */
const MENTIONS_KEPT = 10_000;
const LOOKS_WHETHER_IDLE_EVERY = 200;
const CLOSES_WITHIN = 5000;
/** Large parts that are remembered: the runs of one scenario share them. */
const PARTS_REMEMBERED = 16;

/** Resolves when it was stopped or is idle. @throws RedisGone */
export async function serve(options: ServeOptions): Promise<Tally> {
  const packages = await redisPackages();
  const connection = await connectTo(options, packages.ioredis);
  const names = namesFor(options.code);
  const desk = new Desk(connection, names, options);
  if (options.signal.aborted) {
    connection.close();
    return desk.tally;
  }
  const worker = new packages.bullmq.Worker(
    names.queue,
    async (job, token) => {
      if (await desk.serve(job)) return;
      await job.moveToWait(token);
      throw new packages.bullmq.WaitingError();
    },
    {
      connection: connection.redis,
      prefix: PREFIX,
      concurrency: options.executor.threads,
      lockDuration: LOCK,
      stalledInterval: LOOKS_FOR_DEAD_WORKERS_EVERY,
      maxStalledCount: STALLED_AT_MOST,
    },
  );
  worker.on('error', tellingOnce(options));
  const leave = announce(connection.redis, randomUUID(), () => ({
    ...names.code,
    queue: names.queue,
    threads: options.executor.threads,
    reached: Object.fromEntries(desk.reached),
  }));
  try {
    await Promise.race([connection.gone, abortOf(options.signal), idle(worker, desk, options.idleExitMs)]);
  } finally {
    desk.stop();
    const left = leave();
    left.catch(() => {}); // the connection may go first; its card then expires
    // Without a Redis there is nobody to give runs back to, and an unforced close would wait for it for ever.
    const force = connection.redis.status !== 'ready';
    await within(CLOSES_WITHIN, Promise.allSettled(force ? [worker.close(force)] : [worker.close(), left]));
    connection.close();
  }
  return desk.tally;
}

/** Where runs come in and outcomes go out. */
class Desk {
  /** The virtual time (ns) that each run under way has reached, by identity. */
  readonly reached = new Map<string, number>();
  private readonly connection: RedisConnection;
  private readonly names: Names;
  private readonly options: ServeOptions;
  private readonly parts = new Map<string, string>();
  private readonly stopping = new AbortController();
  private counts = { finished: 0, crashed: 0, refused: 0, givenBack: 0 };

  constructor(connection: RedisConnection, names: Names, options: ServeOptions) {
    this.connection = connection;
    this.names = names;
    this.options = options;
  }

  get tally(): Tally {
    return { atWork: this.reached.size, ...this.counts };
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Whether the run has its outcome; false: it is to be given back. */
  async serve(job: Job): Promise<boolean> {
    const identity = job.id as string;
    this.reached.set(identity, 0);
    this.changed();
    try {
      // Its driver may have asked again before it saw the result.
      if ((await this.connection.redis.exists(this.names.result(identity))) === 1) return true;
      const [what, outcome] = await this.compute(job, identity);
      this.counts[what]++;
      if (what === 'givenBack') return false;
      await this.reply(identity, outcome);
      return true;
    } finally {
      this.reached.delete(identity);
      this.changed();
    }
  }

  private async compute(job: Job, identity: string): Promise<readonly [keyof typeof this.counts, RunOutcome]> {
    const { tell, executor } = this.options;
    let spec: Awaited<ReturnType<typeof specOf>>;
    try {
      spec = await specOf(job.data, identity, this.names.code, (sha256) => this.part(sha256));
    } catch (thrown) {
      const reason = reasonOf(thrown);
      tell(`refused a run: ${reason}`);
      // Its driver, if it has one, knows under which names it asked.
      return [
        'refused',
        { ok: false, label: '', replication: 0, kind: 'crashed', reason: `refused by its worker: ${reason}` },
      ];
    }
    const onAdvance = ([at = 0]: Float64Array): void => {
      this.reached.set(identity, Math.max(0, at));
    };
    const [outcome] = (await executor.execute([spec], { onAdvance, signal: this.stopping.signal })) as [RunOutcome];
    if (outcome.ok) return ['finished', outcome];
    return [outcome.kind === 'interrupted' ? 'givenBack' : 'crashed', outcome];
  }

  /** First the result, then its mention: who hears of it finds it. */
  private async reply(identity: string, outcome: RunOutcome): Promise<void> {
    const { redis } = this.connection;
    const text = await replyOf(outcome, identity, this.names.code);
    await Promise.all([
      redis.set(this.names.result(identity), text, 'EX', RESULT_KEPT),
      redis.xadd(this.names.done, 'MAXLEN', '~', MENTIONS_KEPT, '*', 'run', identity),
    ]);
  }

  private async part(sha256: string): Promise<string | null> {
    const known = this.parts.get(sha256);
    if (known !== undefined) return known;
    const found = await this.connection.redis.get(this.names.part(sha256));
    if (found === null) return null;
    const [oldest] = this.parts.keys();
    if (this.parts.size >= PARTS_REMEMBERED && oldest !== undefined) this.parts.delete(oldest);
    this.parts.set(sha256, found);
    return found;
  }

  private changed(): void {
    this.options.onChange?.(this.tally);
  }
}

/**
 * What Redis refuses (its memory is full, a command is forbidden), once a minute each. The connection is told of elsewhere, and a lost
 * lock means that another worker took the run: either result is right.
 */
function tellingOnce({ tell, address: { shown } }: ServeOptions): (thrown: Error) => void {
  const toldAt = new Map<string, number>();
  return (thrown) => {
    const reason = reasonOf(thrown);
    const now = performance.now();
    const known = 'code' in thrown || /\block\b|connection is closed/i.test(reason);
    if (known || now - (toldAt.get(reason) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    toldAt.set(reason, now);
    tell(`${shown}: ${reason}`);
  };
}

/** Resolves when there was nothing to do for `idleMs`; never for null. Redis that is away is no idleness. */
async function idle(worker: Worker, desk: Desk, idleMs: number | null): Promise<void> {
  if (idleMs === null) return new Promise(() => {});
  await new Promise<void>((resolve) => worker.once('drained', () => resolve()));
  let since = performance.now();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (desk.reached.size > 0) since = performance.now();
      if (performance.now() - since < idleMs) return;
      clearInterval(timer);
      resolve();
    }, LOOKS_WHETHER_IDLE_EVERY);
    worker.once('closing', () => clearInterval(timer));
  });
}

/** Waits no longer than this (ms). */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    work,
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(timer);
}
