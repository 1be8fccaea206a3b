/**
 * The smallest timeouts whose rate of spurious elections or view changes stays under a stated level on a network that is otherwise well, and the
 * recovery that they buy. First the batch timeout, since finality decides what a request timeout must bear; then, with the batch timeout
 * chosen, the least base timeout by bisection on a grid (the rate falls as timeouts grow); then crashes of the leader under it and under longer
 * ones, since the least is not always the soonest back; then how rare heartbeats may be; then crashes under all that was tried. All settings run on the same random numbers.
 */
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type Duration, MILLISECOND } from '../../units/quantities.ts';
import type { Experiment, FailedRun } from '../experiment.ts';
import type { PointQuestion } from '../point-estimate.ts';
import { abreast } from './abreast.ts';
import { type BatchTuning, tuneBatch } from './batch-timeout.ts';
import { crashed, quickest, type Recovery, recoveryOf } from './crash-recovery.ts';
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
  /** The least that was shown to stay under the level; null: none in the range, or runs failed. */
  readonly least: TriedSetting | null;
  /** What to set: the least one, or one above it that recovers sooner beyond chance. */
  readonly chosen: TriedSetting | null;
  /** The chosen base timeout with the rarest heartbeat that was shown to stay under it; null where it is the chosen one itself. */
  readonly rarest: TriedSetting | null;
  /** All settings of the grid that were tried, ascending. */
  readonly tried: readonly TriedSetting[];
  readonly range: { readonly low: Duration; readonly high: Duration } | null;
  /** Virtual time without any event that shows a setting to stay under the level, and in all, ns. */
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
/** Steps above the least one that are tried for a quicker recovery, up to eight times as long. */
const ABOVE = [1, 2, 3, 4, 6, 8, 12];
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
    least: null,
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

  const recoveries = new Map<Timeouts | null, Recovery>();
  const crash = function* (settings: readonly (Timeouts | null)[]): Experiment<void> {
    const asked = settings.filter((setting) => !recoveries.has(setting));
    const crashes = Array.from({ length: plan.crashes }, (_, i) => i);
    const outcomes = yield asked.flatMap((one) =>
      crashes.map((replication) => crashed(specOf(one)(replication), knobs)),
    );
    asked.forEach((one, i) => {
      const own = outcomes.slice(i * crashes.length, (i + 1) * crashes.length);
      recoveries.set(one, recoveryOf(ledger.note(own), knobs.patience(specOf(one)(0).protocol.options)));
    });
  };

  const present = yield* judge(null);
  const grid = gridFor(plan, now.base, batch);
  const settings = grid.map((value) => timeoutsOf(knobs, value, HEARTBEATS_IN_BASE));
  const range = { low: grid[0] as Duration, high: grid.at(-1) as Duration };
  const tried = new Map<number, Judged>();
  const isBorne = function* (index: number): Experiment<boolean> {
    if (ledger.failed.length > 0) return false;
    const judged = tried.get(index) ?? (yield* judge(settings[index] as Timeouts));
    if (judged !== null) tried.set(index, judged);
    return judged?.spurious.shown === 'under';
  };
  const at = yield* firstThatHolds(grid.length, isBorne);
  let taken = at;
  if (tried.has(at)) {
    const above = [at, ...ABOVE.map((steps) => at + steps).filter((index) => index < grid.length)];
    const own = above.map((index) => settings[index] as Timeouts);
    yield* crash(own);
    const preferred = above[quickest(own.map((one) => recoveries.get(one) as Recovery))] as number;
    taken = (yield* isBorne(preferred)) ? preferred : at;
    for (const index of BELOW.map((steps) => at - steps)) if (index >= 0) yield* isBorne(index);
  }
  const chosen = tried.get(taken) ?? null;
  const rarest = chosen === null ? null : yield* rarestHeartbeat(knobs, chosen, judge);
  const ascending = [...tried].sort(([a], [b]) => a - b).map(([index]) => index);
  if (ledger.failed.length > 0) return answer({ range });

  yield* crash([
    null,
    ...ascending.map((index) => settings[index] as Timeouts),
    ...(rarest === null ? [] : [rarest.timeouts]),
  ]);
  const found = (judged: Judged | null, asked: Timeouts | null): TriedSetting | null => {
    const recovery = recoveries.get(asked);
    return judged === null || recovery === undefined ? null : { ...judged, recovery };
  };
  const ofGrid = (index: number) => found(tried.get(index) ?? null, settings[index] as Timeouts);
  return answer({
    present: found(present, null),
    least: ofGrid(at),
    // To be under the level is worth nothing where service never comes back.
    chosen: recoversIn(ofGrid(taken)),
    rarest: rarest === null ? null : found(rarest, rarest.timeouts),
    tried: ascending.map(ofGrid).filter((one) => one !== null),
    range,
    timeSimulated: ledger.time,
  });
}

/** null where service was back after none of the crashes. */
function recoversIn(setting: TriedSetting | null): TriedSetting | null {
  return setting === null || setting.recovery.notRecovered === setting.recovery.runs ? null : setting;
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
    if (judged?.spurious.shown !== 'under') break;
    rarest = judged;
  }
  return rarest;
}
