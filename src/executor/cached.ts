/**
 * Never computes a finished run twice: an executor that asks the store first, hands only what is missing to the executor that it wraps,
 * and keeps each run as it finishes, so that an interrupted experiment goes on where it stopped. Outcomes have the same bytes whether
 * the store was empty, full, or half full.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunOutcome } from '../experiment/experiment.ts';
import { renamed, runIdentity } from '../results/run-identity.ts';
import type { RunStore } from '../results/run-store.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type ExecuteOptions, type Executor, NOT_BEGUN } from './executor.ts';

export interface CacheOptions {
  /** Runs of before are not read, but written; those made since it was opened are reused. */
  readonly fresh?: boolean;
  /** A finished run could not be kept. The experiment goes on. */
  readonly onUnkept?: (spec: RunSpec, thrown: unknown) => void;
}

export interface CachedExecutor extends Executor {
  readonly store: RunStore;
  readonly count: CacheCount;
}

/** Runs asked for so far; `reused` were kept before this executor was opened, `unkept` could not be kept. */
export interface CacheCount {
  asked: number;
  reused: number;
  unkept: number;
}

/** One run, however often it is asked for under different names. `identity` is null where it must not be kept. */
interface Wanted {
  readonly identity: string | null;
  readonly indices: number[];
}

/** How long (ms) kept runs are read before the event loop gets a turn, so that Ctrl-C is heard. */
const readForMs = 50;

export function cachedExecutor(inner: Executor, store: RunStore, options: CacheOptions = {}): CachedExecutor {
  const count: CacheCount = { asked: 0, reused: 0, unkept: 0 };
  const made = new Set<string>();

  const keep = (identity: string, spec: RunSpec, outcome: RunOutcome, about: ExecuteOptions['about']): void => {
    if (!outcome.ok) return;
    try {
      store.keep(identity, spec, outcome.result, about);
      made.add(identity);
    } catch (thrown) {
      count.unkept++;
      options.onUnkept?.(spec, thrown);
    }
  };

  return {
    threads: inner.threads,
    store,
    count,
    async execute(specs, { onFinished, onAdvance, onReused, about, signal }: ExecuteOptions = {}) {
      const outcomes: RunOutcome[] = new Array(specs.length);
      const settle = ({ indices }: Wanted, outcome: RunOutcome): void => {
        for (const index of indices) outcomes[index] = calledAs(outcome, specs[index] as RunSpec);
      };
      const missing: Wanted[] = [];
      const reused: number[] = [];
      let turnAt = performance.now();
      for (const wanted of distinct(specs)) {
        const { identity, indices } = wanted;
        if (performance.now() - turnAt > readForMs) {
          await nextTurn();
          turnAt = performance.now();
        }
        const readable = identity !== null && !signal?.aborted && (!options.fresh || made.has(identity));
        const kept = readable ? store.find(identity) : null;
        if (kept === null) missing.push(wanted);
        else {
          settle(wanted, { ok: true, result: kept });
          reused.push(...indices);
          if (!made.has(identity as string)) count.reused += indices.length;
        }
      }
      count.asked += specs.length;
      if (reused.length > 0) onReused?.(reused);
      for (const index of reused) onFinished?.(index, outcomes[index] as RunOutcome);
      if (missing.length === 0) return outcomes;

      const firstSpec = ({ indices }: Wanted): RunSpec => specs[indices[0] as number] as RunSpec;
      const isReused = new Set(reused);
      const reached = Float64Array.from(specs, (spec, index) => (isReused.has(index) ? spec.horizon : NOT_BEGUN));
      const answers = await inner.execute(missing.map(firstSpec), {
        ...(signal === undefined ? {} : { signal }),
        ...(about === undefined ? {} : { about }),
        onAdvance(reachedByMissing) {
          for (const [i, { indices }] of missing.entries())
            for (const index of indices) reached[index] = reachedByMissing[i] as number;
          onAdvance?.(reached);
        },
        onFinished(i, outcome) {
          const wanted = missing[i] as Wanted;
          if (wanted.identity !== null) keep(wanted.identity, firstSpec(wanted), outcome, about);
          settle(wanted, outcome);
          for (const index of wanted.indices) onFinished?.(index, outcomes[index] as RunOutcome);
        },
      });
      for (const [i, wanted] of missing.entries()) settle(wanted, answers[i] as RunOutcome);
      return outcomes;
    },
    close: () => inner.close(),
  };
}

/** In the order in which they are first asked for. */
function distinct(specs: readonly RunSpec[]): readonly Wanted[] {
  const byIdentity = new Map<string, Wanted>();
  const all: Wanted[] = [];
  for (const [index, spec] of specs.entries()) {
    const identity = keepable(spec) ? runIdentity(spec) : null;
    const known = identity === null ? undefined : byIdentity.get(identity);
    if (known !== undefined) {
      known.indices.push(index);
      continue;
    }
    const wanted = { identity, indices: [index] };
    all.push(wanted);
    if (identity !== null) byIdentity.set(identity, wanted);
  }
  return all;
}

/** A protocol of the user's own is known by the hash of its one file; what that file imports may change unseen, so its runs are not kept. */
export function keepable({ protocol }: RunSpec): boolean {
  return protocol.module === undefined;
}

function calledAs(outcome: RunOutcome, spec: RunSpec): RunOutcome {
  if (outcome.ok) return { ok: true, result: renamed(outcome.result, spec) };
  return { ...outcome, label: spec.label, replication: spec.replication };
}
