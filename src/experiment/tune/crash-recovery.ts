/** What a setting buys: how soon transactions are final again after whoever leads crashes for good, at a moment drawn anew in each run. */
import { draw, Purpose, stream, unit } from '../../kernel/random.ts';
import type { FaultOutcome, RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { holmAdjusted } from '../../statistics/holm.ts';
import { quantileOfSorted } from '../../statistics/summary.ts';
import { type Duration, type Instant, MILLISECOND, SECOND } from '../../units/quantities.ts';
import { type Estimate, estimateOf } from '../estimate.ts';
import { comparePaired, TOLD_BELOW } from '../paired.ts';
import type { Knobs } from './knobs.ts';

/** The crash falls between these, so that the moment has nothing to do with heartbeats, and the run has shown its usual gaps before. */
const FROM: Duration = 5 * SECOND;
const SPREAD: Duration = 5 * SECOND;
/** A cluster that needs longer than so many times its patience has not recovered. */
const PATIENCES = 10;

export interface Recovery {
  /** From the crash to the next final transaction; over the runs that recovered. */
  readonly meanMs: Estimate | null;
  readonly p50Ms: number | null;
  readonly worstMs: number | null;
  readonly notRecovered: number;
  readonly runs: number;
  /** By crash, in their order; null: not recovered. */
  readonly perRunMs: readonly (number | null)[];
}

export function crashed(spec: RunSpec, knobs: Knobs): RunSpec {
  const at = FROM + Math.floor(unit(draw(stream(spec.seed, Purpose.fault, 0), 0)) * (SPREAD + 1));
  const retry = spec.clients.reduce((most, { retryAfter }) => Math.max(most, retryAfter ?? 0), 0);
  const horizon = FROM + SPREAD + PATIENCES * (knobs.patience(spec.protocol.options) + retry) + FROM;
  return {
    ...spec,
    horizon,
    boundaries: [],
    measuredFrom: 0,
    faults: [{ kind: 'crash', target: 'leader', at, duration: null }],
    stopAfter: null,
    progressWithin: horizon,
  };
}

/** `patience`: of the timeouts, until a dead leader is given up. */
export function recoveryOf(runs: readonly RunResult[], patience: Duration): Recovery {
  const struck = runs.filter(({ faults: [fault] }) => fault !== undefined && fault.at !== null);
  const took = struck.map((run) => recovered(run, patience));
  const known = took.filter((ns) => ns !== null).map((ns) => ns / MILLISECOND);
  const sorted = Float64Array.from(known).sort();
  return {
    meanMs: estimateOf(known),
    p50Ms: sorted.length === 0 ? null : quantileOfSorted(sorted, 0.5),
    worstMs: sorted.at(-1) ?? null,
    notRecovered: took.length - known.length,
    runs: took.length,
    perRunMs: took.map((ns) => (ns === null ? null : ns / MILLISECOND)),
  };
}

/**
 * What a run reports of its crash (simulation/aftermath.ts); where nothing waited unusually long, or not until then, the time to the next
 * leader: there is no order without one. An outage that begins before service has lasted for `patience`, and lasts longer than service did,
 * belongs to it still: a leader that is given up so soon has not brought service back. What is lost later, with one node less, is no part of
 * it.
 */
function recovered({ faults: [fault], endedAt }: RunResult, patience: Duration): Duration | null {
  const { at, leaderAt, recovery, later } = fault as FaultOutcome;
  if (leaderAt === null || recovery === null) return null;
  let back = Math.max(leaderAt, (at as Instant) + recovery);
  for (const { from, to } of later) {
    if (from - back > Math.min(patience, to - from)) break;
    if (to >= endedAt) return null;
    back = Math.max(back, to);
  }
  return back - (at as Instant);
}

/**
 * Of settings that are borne, ascending, the one to take. The least one, unless one above it recovers sooner beyond chance: where timeouts
 * are near to the round trip, elections split again and again, and to wait longer is to be back sooner.
 */
export function quickest(recoveries: readonly Recovery[]): number {
  const isSooner = soonerBeyondChance(recoveries);
  return recoveries.reduce((best, one, i) => {
    const before = recoveries[best] as Recovery;
    if (one.notRecovered !== before.notRecovered) return one.notRecovered < before.notRecovered ? i : best;
    return isSooner(i, best) && isSooner(i, 0) ? i : best;
  }, 0);
}

/**
 * Crash k of every setting has the same random numbers, so that they are compared in pairs. Which pairs decide depends on what was seen, so
 * that each pair of settings counts as a comparison: all are corrected for together (Holm).
 */
function soonerBeyondChance(recoveries: readonly Recovery[]): (one: number, other: number) => boolean {
  const pairs = recoveries.flatMap((one, i) =>
    recoveries.slice(0, i).map((other, k) => ({ i, k, paired: comparePaired(one.perRunMs, other.perRunMs, 'low') })),
  );
  const adjusted = holmAdjusted(pairs.map(({ paired }) => paired?.pValue ?? null));
  // The later of two settings first: that is how they are asked for.
  const sooner = pairs.filter(({ paired }, at) => {
    const p = adjusted[at] ?? null;
    return paired !== null && paired.difference.mean < 0 && p !== null && p < TOLD_BELOW;
  });
  return (one, other) => sooner.some(({ i, k }) => i === one && k === other);
}
