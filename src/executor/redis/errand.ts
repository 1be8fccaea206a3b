/**
 * One batch of runs that a driver wants: it asks for what is kept, queues the rest, fetches results as they arrive, and now and then
 * looks whether everything that is missing is still on its way. Every step may be repeated, so nothing depends on one that was lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RunOutcome } from '../../experiment/experiment.ts';
import { runIdentity } from '../../results/run-identity.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { crashed, type ExecuteOptions, NOT_BEGUN, reasonOf } from '../executor.ts';
import { RedisGone } from './connection.ts';
import { cardsOf, crewInWords, noWorkerInWords, othersInWords, type WorkerCard } from './crew.ts';
import { FETCHED_RESULT_KEPT, type Names, PART_KEPT } from './names.ts';
import { namedAs, outcomeOf } from './reply.ts';
import { taskOf } from './task.ts';

export interface ErrandContext {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly names: Names;
  readonly tell: (line: string) => void;
  readonly address: { readonly shown: string };
  /** The SHA-256 of the large parts that Redis holds. */
  readonly partsSent: Set<string>;
  /** Where nothing of before may be reused: the identities whose results of before are deleted. null: they are reused. */
  readonly forgotten: Set<string> | null;
  readonly pace?: Pace;
}

/** How often, and after how long, a driver looks and speaks. ms. */
export interface Pace {
  readonly looksForWorkersEvery: number;
  readonly looksForLostRunsEvery: number;
  readonly tellsOfNoWorkerAfter: number;
}

/** A run that is wanted, and where its outcome belongs: the same run may be asked for under several names. */
interface Wanted {
  readonly spec: RunSpec;
  readonly indices: number[];
  queued: boolean;
  broken: number;
}

/** ms. */
const LOOKS_FOR_RESULTS_EVERY = 50;
const TELLS_OF_NO_WORKER_EVERY = 60_000;
/** Twice as long as a worker is silent between two cards, so that after a restart of Redis nobody is missed who is there. */
export const PACE: Pace = { looksForWorkersEvery: 1000, looksForLostRunsEvery: 3000, tellsOfNoWorkerAfter: 2000 };
/** How long Redis may refuse commands (its memory is full, it cannot write) before the errand ends. */
const REFUSED_FOR_AT_MOST = 60_000;
/** Runs in one exchange with Redis, and results, which are larger. */
const CHUNK = 100;
const RESULT_CHUNK = 20;
/** A result that is broken this often is given up. */
const BROKEN_AT_MOST = 3;

export class Errand {
  readonly outcomes: RunOutcome[];
  private readonly wanted = new Map<string, Wanted>();
  private readonly specs: readonly RunSpec[];
  private readonly reached: Float64Array;
  private readonly options: ExecuteOptions;
  private readonly context: ErrandContext;
  private readonly pace: Pace;
  private stopped = false;
  private lastDone = '0-0';
  private nextLook = 0;
  private nextCrew = 0;
  private crew = '';
  private noWorkerSince: number | null = null;
  private noWorkerTold = Number.NEGATIVE_INFINITY;

  constructor(specs: readonly RunSpec[], options: ExecuteOptions, context: ErrandContext) {
    this.specs = specs;
    this.options = options;
    this.context = context;
    this.pace = context.pace ?? PACE;
    this.outcomes = new Array(specs.length);
    this.reached = new Float64Array(specs.length).fill(NOT_BEGUN);
    for (const [index, spec] of specs.entries()) {
      const identity = runIdentity(spec, context.names.code.model_version);
      const same = this.wanted.get(identity);
      if (same === undefined) this.wanted.set(identity, { spec, indices: [index], queued: false, broken: 0 });
      else same.indices.push(index);
    }
  }

  /** Resolves when every outcome is there, or after `stop`. @throws RedisGone where Redis keeps refusing. */
  async run(): Promise<void> {
    const { redis, names, tell, address } = this.context;
    let refusedSince: number | null = null;
    let begun = false;
    while (this.wanted.size > 0 && !this.stopped) {
      try {
        if (!begun) {
          // From here on, before anything is asked for, so that no result is missed.
          const newest = await redis.xrevrange(names.done, '+', '-', 'COUNT', 1);
          this.lastDone = newest[0]?.[0] ?? '0-0';
          begun = true;
        }
        await this.step();
        refusedSince = null;
      } catch (thrown) {
        if (this.stopped) return;
        refusedSince ??= performance.now();
        const reason = reasonOf(thrown);
        if (performance.now() - refusedSince > REFUSED_FOR_AT_MOST)
          throw new RedisGone(
            `${address.shown} refused for ${REFUSED_FOR_AT_MOST / 1000} s what was asked (${reason}): mend it, then give the same command again`,
          );
        tell(`${address.shown} refuses: ${reason}; trying again`);
        await sleep(2000);
      }
    }
  }

  stop(): void {
    this.stopped = true;
  }

  /** Whether all is still there is looked at in the next step: Redis was away. */
  lookAgain(): void {
    this.nextLook = 0;
  }

  /** Gives what is still wanted this outcome. */
  finishRest(outcome: (spec: RunSpec) => RunOutcome): void {
    for (const [identity, { spec }] of [...this.wanted]) this.finish(identity, outcome(spec));
  }

  /** Takes back what is queued and not begun. Another driver that wants it too queues it again (`lookForLostRuns`). */
  async takeBack(): Promise<void> {
    const queued = [...this.wanted].filter(([, { queued }]) => queued).map(([identity]) => identity);
    for (const chunk of chunksOf(queued, CHUNK))
      await Promise.allSettled(chunk.map((identity) => this.context.queue.remove(identity)));
  }

  private async step(): Promise<void> {
    const fresh: string[] = [];
    for (const [identity, { queued }] of this.wanted) {
      if (fresh.length === CHUNK) break;
      if (!queued) fresh.push(identity);
    }
    if (fresh.length > 0) await this.ask(fresh);
    const came = await this.fetchDone();
    const now = performance.now();
    if (fresh.length === 0 && now >= this.nextLook) {
      await this.lookForLostRuns();
      // With many runs under way a look takes long: it may take a twentieth of the time.
      const took = performance.now() - now;
      this.nextLook = performance.now() + Math.max(this.pace.looksForLostRunsEvery, 20 * took);
    }
    if (now >= this.nextCrew) {
      this.nextCrew = now + this.pace.looksForWorkersEvery;
      this.tellOfCrew(await cardsOf(this.context.redis));
    }
    if (fresh.length === 0 && !came && this.wanted.size > 0) await sleep(LOOKS_FOR_RESULTS_EVERY);
  }

  /** Takes what is kept of these runs and queues the others. */
  private async ask(identities: readonly string[]): Promise<void> {
    const { redis, queue, names } = this.context;
    await this.forget(identities);
    const missing: string[] = [];
    for (const chunk of chunksOf(identities, RESULT_CHUNK))
      for (const identity of await this.fetch(chunk, true)) missing.push(identity);
    // A job of an earlier attempt that failed would keep its name from being used again.
    const states = await Promise.all(missing.map((identity) => queue.getJobState(identity)));
    const failed = missing.filter((_, i) => states[i] === 'failed');
    await Promise.all(failed.map((identity) => queue.remove(identity)));
    const jobs = [];
    for (const identity of missing) {
      const { task, parts } = await taskOf((this.wanted.get(identity) as Wanted).spec, identity, names.code);
      for (const [sha256, base64] of parts) {
        if (this.context.partsSent.has(sha256)) continue;
        await redis.set(names.part(sha256), base64, 'EX', PART_KEPT);
        this.context.partsSent.add(sha256);
      }
      // The result is kept apart, so a finished job is of no more use.
      jobs.push({
        name: 'run',
        data: task,
        opts: { jobId: identity, removeOnComplete: true, removeOnFail: { age: 3600 } },
      });
    }
    if (this.stopped) return;
    if (jobs.length > 0) await queue.addBulk(jobs);
    for (const identity of missing) {
      const wanted = this.wanted.get(identity);
      if (wanted !== undefined) wanted.queued = true;
    }
  }

  /** Deletes what is kept of these runs from before, so that no worker takes them for done, either. */
  private async forget(identities: readonly string[]): Promise<void> {
    const { redis, names, forgotten } = this.context;
    const kept = forgotten === null ? [] : identities.filter((identity) => !forgotten.has(identity));
    if (kept.length > 0) await redis.del(...kept.map((identity) => names.result(identity)));
    for (const identity of kept) forgotten?.add(identity);
  }

  /** Fetches the results of runs that have ended since the last time; whether there were any. */
  private async fetchDone(): Promise<boolean> {
    const { redis, names } = this.context;
    const read = await redis.xread('COUNT', 500, 'STREAMS', names.done, this.lastDone);
    const entries = read?.[0]?.[1] ?? [];
    if (entries.length === 0) return false;
    const ended = entries.map(([, fields]) => fields[1] as string).filter((identity) => this.wanted.has(identity));
    for (const chunk of chunksOf([...new Set(ended)], RESULT_CHUNK)) await this.fetch(chunk, false);
    this.lastDone = entries.at(-1)?.[0] ?? this.lastDone;
    return true;
  }

  /**
   * Finishes those of these runs whose results are there, and returns the others. A crash is taken only from those who were asked now:
   * `anew` forgets the ones of earlier attempts, so that asking again means trying again.
   */
  private async fetch(identities: readonly string[], anew: boolean): Promise<readonly string[]> {
    const { redis, names, tell } = this.context;
    if (identities.length === 0) return [];
    const replies = await redis.mget(identities.map((identity) => names.result(identity)));
    const missing: string[] = [];
    for (const [i, identity] of identities.entries()) {
      const wanted = this.wanted.get(identity);
      if (wanted === undefined) continue;
      const reply = replies[i] ?? null;
      if (reply === null) {
        missing.push(identity);
        continue;
      }
      try {
        const outcome = await outcomeOf(reply, identity, wanted.spec, names.code);
        if (outcome.ok || !anew) {
          this.finish(identity, outcome);
          await redis.expire(names.result(identity), FETCHED_RESULT_KEPT);
          continue;
        }
      } catch (thrown) {
        const reason = reasonOf(thrown);
        wanted.broken++;
        tell(`${wanted.spec.label}, replication ${wanted.spec.replication}: a broken result is thrown away: ${reason}`);
        if (wanted.broken >= BROKEN_AT_MOST) {
          this.finish(identity, crashed(wanted.spec, `its result was broken ${BROKEN_AT_MOST} times: ${reason}`));
          continue;
        }
      }
      await redis.del(names.result(identity));
      wanted.queued = false;
      missing.push(identity);
    }
    return missing;
  }

  /** What is neither there nor on its way (its driver took it back, Redis lost it) is queued again; what was given up is told. */
  private async lookForLostRuns(): Promise<void> {
    const { queue } = this.context;
    const queued = [...this.wanted].filter(([, { queued }]) => queued).map(([identity]) => identity);
    for (const chunk of chunksOf(queued, CHUNK)) {
      const states = await Promise.all(chunk.map((identity) => queue.getJobState(identity)));
      // A run may have ended between its last mention and now: its result is looked for after its state.
      const gone = chunk.filter((_, i) => states[i] === 'unknown' || states[i] === 'failed');
      for (const part of chunksOf(gone, RESULT_CHUNK))
        for (const identity of await this.fetch(part, false))
          await this.askAgain(identity, states[chunk.indexOf(identity)] === 'failed');
      if (this.stopped) return;
    }
  }

  private async askAgain(identity: string, failed: boolean): Promise<void> {
    const { queue } = this.context;
    const wanted = this.wanted.get(identity) as Wanted;
    if (!failed) {
      wanted.queued = false;
      return;
    }
    const reason = (await queue.getJob(identity))?.failedReason ?? 'the reason is lost';
    await queue.remove(identity);
    const died = reason.includes('stalled')
      ? 'the workers that ran it died or lost their connection, one after the other'
      : reason;
    this.finish(identity, crashed(wanted.spec, died));
  }

  private tellOfCrew(all: readonly WorkerCard[]): void {
    const { names, tell, address } = this.context;
    const ours = all.filter(({ queue }) => queue === names.queue);
    const others = all.filter(({ queue }) => queue !== names.queue);
    if (this.options.onAdvance) {
      for (const { reached } of ours)
        for (const [identity, at] of Object.entries(reached))
          for (const index of this.wanted.get(identity)?.indices ?? []) this.reached[index] = at;
      this.options.onAdvance(this.reached);
    }
    if (ours.length > 0) {
      this.noWorkerSince = null;
      const crew = `${crewInWords(ours)} at ${address.shown}${others.length === 0 ? '' : `; ${othersInWords(others)}: these runs are not for ${others.length === 1 ? 'it' : 'them'}`}`;
      if (crew !== this.crew) tell(crew);
      this.crew = crew;
      return;
    }
    const now = performance.now();
    this.noWorkerSince ??= now;
    this.crew = '';
    if (now - this.noWorkerSince < this.pace.tellsOfNoWorkerAfter || now - this.noWorkerTold < TELLS_OF_NO_WORKER_EVERY)
      return;
    this.noWorkerTold = now;
    tell(noWorkerInWords(names.code, address.shown, others));
  }

  private finish(identity: string, outcome: RunOutcome): void {
    const wanted = this.wanted.get(identity);
    if (wanted === undefined) return;
    this.wanted.delete(identity);
    for (const index of wanted.indices) {
      const named = namedAs(outcome, this.specs[index] as RunSpec);
      this.outcomes[index] = named;
      this.options.onFinished?.(index, named);
    }
  }
}

function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
