/**
 * The smallest timeouts whose rate of spurious elections or view changes stays under a stated level on a network that is otherwise well, and the
 * recovery that they buy. First the batch timeout, since finality decides what a request timeout must bear; then, with the batch timeout
 * chosen, the least base timeout by bisection on a grid (the rate falls as timeouts grow); then how rare heartbeats may be at it; then a
 * crash of the leader under every setting that was tried. All settings run on the same random numbers.
 */
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type Duration, MILLISECOND } from '../../units/quantities.ts';
import type { Experiment, FailedRun } from '../experiment.ts';
import type { PointQuestion } from '../point-estimate.ts';
import { abreast } from './abreast.ts';
import { type BatchTuning, tuneBatch } from './batch-timeout.ts';
import { crashed, type Recovery, recoveryOf } from './crash-recovery.ts';
import { firstThatHolds, geometricGrid, rounded } from './grid.ts';
import { batchOf, HEARTBEATS_IN_BASE, type Knobs, type Timeouts, withBatchTimeout, withTimeouts } from './knobs.ts';
import { RunLedger, type SpuriousRate, spuriousRate, timeFor } from './spurious.ts';
import { LONGEST_OF_ETCD, type RoundTrips, unwiseIn } from './unwise.ts';

export interface TunePlan {
  readonly label: string;
  readonly knobs: Knobs;
  readonly question: PointQuestion;
  /** Spurious elections or view changes per second that are borne. */
  readonly level: number;
  /** Of runs in normal operation, and of crashes. */
  readonly replications: number;
  readonly crashes: number;
  readonly roundTrips: RoundTrips;
  /** Undisturbed, as long as the scenario says. Pure. */
  specFor(replication: number): RunSpec;
}

export interface TriedSetting {
  readonly timeouts: Timeouts;
  /** As the runs drew them, the batch timeout included. */
  readonly options: unknown;
  readonly batchTimeout: Duration;
  readonly spurious: SpuriousRate;
  readonly recovery: Recovery;
  readonly unwise: readonly string[];
}

export interface PointTuning {
  readonly label: string;
  readonly knobs: Knobs;
  readonly roundTrips: RoundTrips;
  /** null where runs failed before it was known. */
  readonly batch: BatchTuning | null;
  /** The scenario as it stands, but for its faults. */
  readonly present: TriedSetting | null;
  /** The least that was accepted; null: none in the range, or runs failed. */
  readonly chosen: TriedSetting | null;
  /** The chosen base timeout with the rarest heartbeat that was accepted; null where it is the chosen one itself. */
  readonly rarest: TriedSetting | null;
  /** All settings of the grid that were tried, ascending. */
  readonly tried: readonly TriedSetting[];
  readonly range: { readonly low: Duration; readonly high: Duration } | null;
  /** Virtual time without any event that an accepted setting took, and in all, ns. */
  readonly timeNeeded: Duration;
  readonly timeSimulated: Duration;
  readonly failed: readonly FailedRun[];
  readonly unsafe: RunLedger['unsafe'];
}

export function tune(plans: readonly TunePlan[]): Experiment<readonly PointTuning[]> {
  return abreast(plans.map(tunePoint));
}

/** Fewer heartbeats in the base timeout than usual: etcd refuses less than 5. */
const RARER = [5, 2.5];
/** The grid begins a fifth above the longest round trip (Raft) or at the median finality (PBFT), and ends at the greater of these. */
const ABOVE_ROUND_TRIP = 1.2;
const MOST_ROUND_TRIPS = 40;
const TIMES_PRESENT = 4;
/** Steps below the chosen setting that are tried for the curve: they are soon rejected, and show what shorter timeouts cost. */
const BELOW = [2, 4];
const LEAST_BASE: Duration = MILLISECOND / 10;

type Judged = Omit<TriedSetting, 'recovery'>;

function* tunePoint(plan: TunePlan): Experiment<PointTuning> {
  const { knobs, level, roundTrips, label } = plan;
  const ledger = new RunLedger();
  const base = plan.specFor(0);
  const now = knobs.read(base.protocol.options);
  const batch = yield* tuneBatch(
    { question: plan.question, replications: plan.replications, specFor: plan.specFor, under: now.base },
    ledger.note,
  );
  const answer = (found: Partial<PointTuning>): PointTuning => ({
    label,
    knobs,
    roundTrips,
    batch,
    present: null,
    chosen: null,
    rarest: null,
    tried: [],
    range: null,
    timeNeeded: timeFor(level),
    timeSimulated: ledger.time,
    failed: ledger.failed,
    unsafe: ledger.unsafe,
    ...found,
  });
  if (batch === null) return answer({});
  const specOf =
    (timeouts: Timeouts | null) =>
    (replication: number): RunSpec => {
      const spec = plan.specFor(replication);
      return timeouts === null ? spec : withTimeouts(withBatchTimeout(spec, batch.chosen.timeout), knobs, timeouts);
    };
  const judge = function* (timeouts: Timeouts | null): Experiment<Judged | null> {
    const spurious = yield* spuriousRate(specOf(timeouts), knobs, level, ledger.note);
    if (spurious === null) return null;
    const spec = specOf(timeouts)(0);
    const read = knobs.read(spec.protocol.options);
    const { timeout: batchTimeout } = batchOf(spec);
    return {
      timeouts: read,
      options: spec.protocol.options,
      batchTimeout,
      spurious,
      unwise: unwiseIn(knobs, read, roundTrips),
    };
  };

  const present = yield* judge(null);
  const grid = gridFor(plan, now.base, batch);
  const range = { low: grid[0] as Duration, high: grid.at(-1) as Duration };
  const tried = new Map<number, Judged>();
  const at = yield* firstThatHolds(grid.length, function* (index) {
    if (ledger.failed.length > 0) return false;
    const judged = yield* judge(timeoutsOf(knobs, grid[index] as Duration, HEARTBEATS_IN_BASE));
    if (judged !== null) tried.set(index, judged);
    return judged?.spurious.accepted ?? false;
  });
  const chosen = tried.get(at) ?? null;
  for (const index of chosen === null ? [] : BELOW.map((steps) => at - steps)) {
    if (index < 0 || tried.has(index)) continue;
    const judged = yield* judge(timeoutsOf(knobs, grid[index] as Duration, HEARTBEATS_IN_BASE));
    if (judged !== null) tried.set(index, judged);
  }
  const rarest = chosen === null ? null : yield* rarestHeartbeat(knobs, chosen, judge);
  const ascending = [...tried].sort(([a], [b]) => a - b).map(([, judged]) => judged);
  const all = [present, rarest, ...ascending].filter((one) => one !== null);
  if (ledger.failed.length > 0) return answer({ range });

  const crashes = Array.from({ length: plan.crashes }, (_, i) => i);
  const outcomes = yield all.flatMap((one) =>
    crashes.map((replication) => crashed(specOf(one === present ? null : one.timeouts)(replication), knobs)),
  );
  const withRecovery = all.map((one, i): TriedSetting => {
    const own = outcomes.slice(i * crashes.length, (i + 1) * crashes.length);
    return { ...one, recovery: recoveryOf(ledger.note(own)) };
  });
  const found = (one: Judged | null): TriedSetting | null =>
    one === null ? null : (withRecovery[all.indexOf(one)] ?? null);
  return answer({
    present: found(present),
    chosen: found(chosen),
    rarest: found(rarest),
    tried: ascending.map((one) => found(one) as TriedSetting),
    range,
  });
}

function gridFor(
  { knobs, roundTrips }: TunePlan,
  now: Duration,
  { present, chosen }: BatchTuning,
): readonly Duration[] {
  const finality = (present.p50Ms?.mean ?? 0) * MILLISECOND;
  const trip = ABOVE_ROUND_TRIP * roundTrips.longest;
  // A batch waits for its time to be cut before a backup can hear of it; never mind less than the protocol accepts.
  const low = Math.max(LEAST_BASE, knobs.protocol === 'pbft' && finality > 0 ? finality : trip, 2 * chosen.timeout);
  const high = Math.max(MOST_ROUND_TRIPS * roundTrips.longest, TIMES_PRESENT * now, 2 * low);
  return geometricGrid(low, knobs.protocol === 'raft' ? Math.max(2 * low, Math.min(high, LONGEST_OF_ETCD)) : high);
}

function timeoutsOf(knobs: Knobs, base: Duration, heartbeats: number): Timeouts {
  return { base, heartbeat: knobs.protocol === 'raft' ? rounded(Math.round(base / heartbeats)) : null };
}

/** From more heartbeats to fewer, as long as they serve. */
function* rarestHeartbeat(
  knobs: Knobs,
  chosen: Judged,
  judge: (timeouts: Timeouts) => Experiment<Judged | null>,
): Experiment<Judged | null> {
  if (chosen.timeouts.heartbeat === null) return null;
  const counted = (chosen.options as { readonly tick: Duration | null }).tick !== null;
  let rarest: Judged | null = null;
  for (const heartbeats of RARER) {
    // Ticks are heartbeats: a timeout is a whole number of them.
    if (counted && !Number.isInteger(heartbeats)) break;
    const judged = yield* judge(timeoutsOf(knobs, chosen.timeouts.base, heartbeats));
    if (judged === null || !judged.spurious.accepted) break;
    rarest = judged;
  }
  return rarest;
}
