/**
 * The largest load that a design point carries for good, and what it does around it: a search (saturation-search.ts) whose loads are
 * judged by stability.ts, then measures at set shares of what was found. Every load runs on the same random numbers, so that a
 * higher one differs from a lower one by little else. What a scenario's file offers is the factor 1; rates are of what was sent.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type CurvePoint, kneeOf, reaches } from '../statistics/knee.ts';
import { type Duration, type Rate, type Ratio, SECOND } from '../units/quantities.ts';
import type { Experiment, FailedRun, RunOutcome } from './experiment.ts';
import { interleaved } from './interleaved.ts';
import { offeredRate, scaledLoad } from './offered-load.ts';
import type { PointQuestion } from './point-estimate.ts';
import { fullestWindow, isFull, type ProtocolWindow } from './protocol-windows.ts';
import { type RankedResource, rankedResources } from './resource-ranking.ts';
import {
  bracketOf,
  isMonotone,
  type JudgedLoad,
  nextLoads,
  type SearchSettings,
  type WantedLoad,
} from './saturation-search.ts';
import { isAsMeant, type SentLoad, sentIn, timeOfLaps, timeToSettle } from './sent-load.ts';
import { type Cause, judgeLoad, type LoadVerdict } from './stability.ts';

export interface SaturationPlan {
  /** Objectives that are not on latency cannot be missed by a search (stability.ts, `isOnLatency`): leave them out. */
  readonly points: readonly PointQuestion[];
  /** Of each load near the boundary and of each measured one. */
  readonly replications: number;
  readonly precision: number;
  /** Most runs of the search of one point; what is measured afterwards is not among them. */
  readonly budget: number;
  /** Of the scenario as it stands, without faults. Pure: the same arguments give the same specification. */
  specFor(point: number, replication: number): RunSpec;
}

/** What one load did. */
export interface MeasuredLoad extends LoadVerdict {
  readonly factor: number;
  /** What the scenario offers × the factor × `PointSaturation.sentShare`. */
  readonly rate: Rate;
  readonly replications: number;
  readonly sent: SentLoad;
}

/**
 * `found`; `none`: not even the lightest load is stable; `beyond`: the heaviest that was tried still is; `unsteady`: what the runs were
 * sent is not what their arrivals send on average, so nothing is said of a boundary; `failed`: no run of a load ended.
 */
export type SaturationOutcome = 'found' | 'none' | 'beyond' | 'unsteady' | 'failed';

export interface PointSaturation {
  readonly label: string;
  /** What the scenario as it stands offers. */
  readonly offered: Rate;
  readonly outcome: SaturationOutcome;
  /** What was sent in the measured time at the ends of the bracket, as a share of what the arrivals send on average. */
  readonly sentShare: Ratio;
  /** How long each run would have to be measured where what was sent is too far from it; null: not known, or it is not. */
  readonly measureFor: Duration | null;
  /** The largest load that was judged stable; null where none was. */
  readonly saturation: MeasuredLoad | null;
  /** The smallest load above it that was not; null where all were. */
  readonly beyond: MeasuredLoad | null;
  /**
   * What is left of a stable load when the growth that its test does not exclude is taken off, the most of all stable loads; and the
   * smallest load above them that is decided not to be stable. Each load is tested by itself (stability.ts has the level).
   */
  readonly bounds: { readonly stable: Rate | null; readonly unstable: Rate | null };
  /** False: some load was judged stable above one that was not. */
  readonly monotone: boolean;
  readonly budgetSpent: boolean;
  /** Every load that was run, ascending. */
  readonly loads: readonly MeasuredLoad[];
  /** Runs that the search took, and those that only the measures took. */
  readonly runs: { readonly search: number; readonly curve: number };
  readonly knee: CurvePoint | null;
  /** Where p99 is twice that of the lightest load; null where it never is below saturation. */
  readonly doubled: Rate | null;
  readonly recommended: MeasuredLoad | null;
  /** Of each kind the node that is full first; full loads are rates. Empty without a stable load. */
  readonly resources: readonly RankedResource[];
  /** What a protocol allows to be under way, where that is full at the smallest load that is not stable. */
  readonly window: ProtocolWindow | null;
  /** Throughput at the heaviest load measured, as a share of that at saturation; null where nothing beyond was measured. */
  readonly overloaded: { readonly rate: Rate; readonly throughput: number } | null;
  readonly failed: readonly FailedRun[];
}

/** Shares of the saturation load that are measured. */
const BELOW = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98] as const;
const ABOVE = [1.02, 1.1, 1.25] as const;
/** A backlog that grows by a quarter of the precision is none: what it adds to the answer is well inside the precision. */
const TOLERANCE = 0.25;
/** Undecided loads get so many times the replications that others get. */
const MOST_TIMES = 3;
/** The share of the saturation load up to which one may go without a reason to stay lower. */
const HEADROOM = 0.8;
/** The lightest load that is tried, as a factor, and the fewest and most requests that a run is made of. */
const LEAST_FACTOR = 1 / 4096;
const FEWEST_REQUESTS = 50;
const MOST_REQUESTS = 10_000_000;

/** The runs of all points where each search spends its budget. */
export function mostRuns({ points, budget, replications }: SaturationPlan): number {
  return points.length * (budget + (BELOW.length + ABOVE.length) * replications);
}

/** One answer a point; the searches of all points go on together. */
export function saturate(plan: SaturationPlan): Experiment<readonly PointSaturation[]> {
  return interleaved(plan.points.map((question, point) => saturatePoint(plan, question, point)));
}

function* saturatePoint(plan: SaturationPlan, question: PointQuestion, point: number): Experiment<PointSaturation> {
  const bench = new LoadBench(plan, question, point);
  const settings = settingsFor(plan, bench.spec);
  let budgetSpent = false;
  for (;;) {
    const wanted = nextLoads(bench.judged, settings);
    if (wanted.length === 0) break;
    const affordable = bench.affordable(wanted, plan.budget - bench.runs);
    budgetSpent = affordable.length < wanted.length;
    if (affordable.length === 0) break;
    bench.take(affordable, yield bench.specsOf(affordable));
    if (bench.stopped) break;
  }
  const search = bench.runs;
  const { low, high } = bracketOf(bench.judged);
  const searched = bench.loads;
  if (low !== null && high !== null && !bench.stopped && bench.endsAt([low, high]).every(bench.isSentAsMeant)) {
    const wanted = [...BELOW, ...ABOVE].map((share) => bench.near(low.factor * share, settings));
    const missing = wanted.filter(({ factor, replications }) => bench.replicationsOf(factor) < replications);
    if (missing.length > 0) bench.take(missing, yield bench.specsOf(missing));
  }
  return answerOf(bench, searched, { search, budgetSpent });
}

function settingsFor({ precision, replications }: SaturationPlan, spec: RunSpec): SearchSettings {
  const requests = (offeredRate(spec.clients) * spec.horizon) / SECOND;
  return {
    precision,
    replications,
    mostReplications: MOST_TIMES * replications,
    least: Math.min(1, Math.max(LEAST_FACTOR, FEWEST_REQUESTS / requests)),
    most: Math.max(LEAST_FACTOR, MOST_REQUESTS / requests),
  };
}

/** The runs of one point, by load, and what is judged of each. */
class LoadBench {
  readonly spec: RunSpec;
  readonly offered: Rate;
  /** Of each load that the answer rests on. */
  readonly replications: number;
  readonly precision: Ratio;
  readonly failed: FailedRun[] = [];
  /** A load of which no run ended says nothing, and what an interruption leaves out is not judged. */
  stopped = false;
  runs = 0;
  private readonly plan: SaturationPlan;
  private readonly question: PointQuestion;
  private readonly point: number;
  private readonly results = new Map<number, { asked: number; readonly runs: RunResult[] }>();
  private readonly verdicts = new Map<number, MeasuredLoad>();

  constructor(plan: SaturationPlan, question: PointQuestion, point: number) {
    this.plan = plan;
    this.question = question;
    this.point = point;
    this.replications = plan.replications;
    this.precision = plan.precision;
    this.spec = plan.specFor(point, 0);
    this.offered = offeredRate(this.spec.clients);
  }

  /** Ascending. */
  get loads(): readonly MeasuredLoad[] {
    return [...this.verdicts.values()].sort((a, b) => a.factor - b.factor);
  }

  get judged(): readonly JudgedLoad[] {
    return judgedOf(this.loads);
  }

  /** What was measured of these. */
  endsAt(bracket: readonly (JudgedLoad | null)[]): readonly MeasuredLoad[] {
    return bracket.flatMap((end) => (end === null ? [] : (this.verdicts.get(end.factor) ?? [])));
  }

  readonly isSentAsMeant = ({ sent }: MeasuredLoad): boolean => isAsMeant(sent, this.precision);

  replicationsOf(factor: number): number {
    return this.results.get(factor)?.asked ?? 0;
  }

  runsOf(factor: number): readonly RunResult[] {
    return this.results.get(factor)?.runs ?? [];
  }

  /** As many of the loads, in their order, as so many runs allow. */
  affordable(wanted: readonly WantedLoad[], runs: number): readonly WantedLoad[] {
    let left = runs;
    return wanted.filter(({ factor, replications }) => {
      left -= replications - this.replicationsOf(factor);
      return left >= 0;
    });
  }

  /** A load that was judged already where one lies within a quarter of the precision; it needs its full replications. */
  near(factor: number, { replications, precision }: SearchSettings): WantedLoad {
    const known = [...this.verdicts.keys()].find((other) => Math.abs(other / factor - 1) <= precision / 4);
    return { factor: known ?? Number(factor.toPrecision(6)), replications };
  }

  specsOf(wanted: readonly WantedLoad[]): readonly RunSpec[] {
    return wanted.flatMap(({ factor, replications }) => {
      const from = this.replicationsOf(factor);
      return Array.from({ length: replications - from }, (_, i) =>
        scaledLoad(this.plan.specFor(this.point, from + i), factor),
      );
    });
  }

  /** `outcomes`: of `specsOf` the same loads. */
  take(wanted: readonly WantedLoad[], outcomes: readonly RunOutcome[]): void {
    let at = 0;
    for (const { factor, replications } of wanted) {
      const known = this.results.get(factor) ?? { asked: 0, runs: [] };
      const own = outcomes.slice(at, at + replications - known.asked);
      at += own.length;
      known.asked = replications;
      for (const outcome of own) {
        if (outcome.ok) known.runs.push(outcome.result);
        else this.failed.push(outcome);
      }
      this.results.set(factor, known);
      this.runs += own.length;
      if (own.some((outcome) => !outcome.ok && outcome.kind === 'interrupted') || known.runs.length === 0)
        this.stopped = true;
      if (known.runs.length > 0) this.verdicts.set(factor, this.judge(factor, known));
      if (this.verdicts.get(factor)?.cause === 'unsafe') this.stopped = true;
    }
  }

  private judge(factor: number, { asked, runs }: { readonly asked: number; readonly runs: readonly RunResult[] }) {
    const spec = scaledLoad(this.spec, factor);
    const verdict = judgeLoad(this.question, spec, runs, TOLERANCE * this.plan.precision);
    const sent = sentIn(spec, runs, verdict.estimate.warmUp.end);
    return { ...verdict, factor, rate: factor * this.offered, replications: asked, sent };
  }
}

function answerOf(
  bench: LoadBench,
  searched: readonly MeasuredLoad[],
  { search, budgetSpent }: { readonly search: number; readonly budgetSpent: boolean },
): PointSaturation {
  const { spec, offered, failed } = bench;
  const bracket = bracketOf(judgedOf(searched));
  const ends = bench.endsAt([bracket.low, bracket.high]);
  const sentShare = sharedBy(ends);
  // One share for all loads: they see the same arrivals, and single runs among them would else change places by chance.
  const loads = bench.loads.map((load) => ({ ...load, rate: load.rate * sentShare }));
  const unsteady = !bench.stopped && !ends.every(bench.isSentAsMeant);
  const at = (load: JudgedLoad | null): MeasuredLoad | null =>
    unsteady ? null : (loads.find(({ factor }) => factor === load?.factor) ?? null);
  const [saturation, beyond] = [at(bracket.low), at(bracket.high)];
  const stable = loads.filter(({ factor, cause }) => cause === null && factor <= (saturation?.factor ?? 0));
  // A load that met another part of a trace than the ends did is not on their axis.
  const full = stable.filter((one) => one.replications >= bench.replications && bench.isSentAsMeant(one));
  const curve = full.flatMap(({ rate, estimate }) => {
    const p99 = estimate.estimates.finality_p99_ms;
    return p99 === null ? [] : [{ x: rate, y: p99.mean }];
  });
  // A load that the search looked at far below what is measured says nothing of the bend, but its few transactions by chance do.
  const measured = curve.filter(({ x }) => x >= (BELOW[0] / 1.01) * (saturation?.rate ?? 0));
  const lightest = measured[0];
  const knee = kneeOf(measured);
  const heaviest = loads.at(-1);
  return {
    label: spec.label,
    offered,
    outcome: unsteady ? 'unsteady' : outcomeOf(bench, saturation, beyond),
    sentShare,
    measureFor: unsteady ? measureFor(bench, ends) : null,
    saturation,
    beyond,
    bounds: { stable: leastStable(stable), unstable: unsteady ? null : decidedUnstable(loads, saturation) },
    monotone: isMonotone(judgedOf(loads)),
    budgetSpent,
    loads,
    runs: { search, curve: bench.runs - search },
    knee,
    doubled: lightest === undefined ? null : reaches(measured, 2 * lightest.y),
    recommended: beyond === null ? null : recommendedOf(full, saturation, knee),
    resources:
      full.length === 0
        ? []
        : rankedResources(
            full.map(({ rate, estimate }) => ({ factor: rate, utilisation: estimate.utilisation })),
            spec.machine.cores,
          ),
    window: windowAt(bench, beyond),
    overloaded:
      saturation === null || heaviest === undefined || heaviest.factor <= saturation.factor
        ? null
        : { rate: heaviest.rate, throughput: throughputOf(heaviest) / throughputOf(saturation) },
    failed,
  };
}

function sharedBy(ends: readonly MeasuredLoad[]): Ratio {
  const expected = ends.reduce((sum, { sent }) => sum + sent.expected, 0);
  return expected === 0 ? 1 : ends.reduce((sum, { sent }) => sum + sent.sent, 0) / expected;
}

/** At the lighter of the ends, where a lap takes longer. */
function measureFor({ spec, precision, replications }: LoadBench, [end]: readonly MeasuredLoad[]): Duration | null {
  const { clients } = scaledLoad(spec, end?.factor ?? 1);
  return Math.max(timeToSettle(clients, precision) / replications, timeOfLaps(clients, precision)) || null;
}

function judgedOf(loads: readonly MeasuredLoad[]): readonly JudgedLoad[] {
  return loads.map(({ factor, replications, cause, decided, kept, estimate }) => ({
    factor,
    replications,
    stable: cause === null,
    decided,
    busy: estimate.bottleneck?.utilisation ?? 0,
    kept,
  }));
}

/** At a stable load a growth of as much as `high` is not excluded: only what is left of the load then is taken to get through. */
function leastStable(stable: readonly MeasuredLoad[]): Rate | null {
  const met = stable.filter(
    ({ growth, estimate }) => growth !== null && estimate.objective.every(({ decided }) => decided),
  );
  return met.reduce<Rate | null>((most, { rate, growth }) => {
    const left = rate * (1 - Math.max(0, growth?.high ?? 0));
    return most === null || left > most ? left : most;
  }, null);
}

function decidedUnstable(loads: readonly MeasuredLoad[], saturation: MeasuredLoad | null): Rate | null {
  const above = loads.filter(({ factor, cause }) => cause !== null && factor > (saturation?.factor ?? 0));
  return above.find(({ decided }) => decided)?.rate ?? null;
}

function outcomeOf(
  { failed, stopped }: LoadBench,
  saturation: MeasuredLoad | null,
  beyond: MeasuredLoad | null,
): SaturationOutcome {
  if (stopped && failed.length > 0) return 'failed';
  if (saturation === null) return beyond === null ? 'failed' : 'none';
  return beyond === null ? 'beyond' : 'found';
}

/** The heaviest measured load that is neither beyond the knee nor beyond what leaves headroom. */
function recommendedOf(
  stable: readonly MeasuredLoad[],
  saturation: MeasuredLoad | null,
  knee: CurvePoint | null,
): MeasuredLoad | null {
  if (saturation === null) return null;
  const most = Math.min(HEADROOM * saturation.rate * 1.005, knee?.x ?? Number.POSITIVE_INFINITY);
  return stable.findLast(({ rate }) => rate <= most) ?? null;
}

function windowAt(bench: LoadBench, beyond: MeasuredLoad | null): ProtocolWindow | null {
  if (beyond === null) return null;
  const [, , committed = 0] = beyond.estimate.stagesMs;
  const window = fullestWindow(bench.spec, bench.runsOf(beyond.factor), committed);
  return window !== null && isFull(window) ? window : null;
}

function throughputOf({ estimate }: MeasuredLoad): number {
  return estimate.estimates.throughput_per_s?.mean ?? 0;
}

/** Of what limits a cluster: see `limitOf`. */
export type Limit =
  | { readonly kind: 'resource'; readonly by: RankedResource }
  | { readonly kind: 'window'; readonly by: ProtocolWindow }
  | { readonly kind: 'objective' | 'unknown' };

/** A resource that is busy for less of the time leaves room: it is not what limits. */
const BINDING = 0.9;

/** What stands in the way of more: the first of a resource without anything left, a full window, or an objective on latency. */
export function limitOf({ saturation, beyond, resources, window }: PointSaturation): Limit {
  const busiest = resources.toSorted((a, b) => b.busy - a.busy)[0];
  if (saturation !== null && busiest !== undefined && busiest.busy >= BINDING) return { kind: 'resource', by: busiest };
  if (window !== null) return { kind: 'window', by: window };
  const cause: Cause | null = beyond?.cause ?? null;
  return { kind: cause === 'objective' ? 'objective' : 'unknown' };
}
