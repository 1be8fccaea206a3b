/** `saturate.json`: the largest load that each design point carries, and what it does around it. Nothing in it depends on machine or date. */
import type { EstimateName } from '../experiment/estimate.ts';
import { durationFor, type FileLength } from '../experiment/longer-runs.ts';
import type { Objective } from '../experiment/objective.ts';
import type { RankedResource } from '../experiment/resource-ranking.ts';
import type { PointSaturation, SaturationOutcome } from '../experiment/saturation/answer.ts';
import { limitOf } from '../experiment/saturation/limit.ts';
import type { MeasuredLoad } from '../experiment/saturation/load-bench.ts';
import { canBeSimulated, MOST_REQUESTS } from '../experiment/saturation/plan.ts';
import type { Cause, Ground } from '../experiment/stability.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { LONGEST_RUN, SECOND } from '../units/quantities.ts';
import type { AnswerHead } from './answer-head.ts';
import type { CheckedRangeRow, Condition, Estimate } from './result-file.ts';

export interface SaturationFile extends AnswerHead {
  /** Sentences, one or more a point. */
  readonly verdict: readonly string[];
  readonly assumptions: readonly string[];
  /** How far apart the ends of the last bracket may be, as a share. */
  readonly precision: number;
  readonly replications: number;
  /** Most runs of the search of a point. */
  readonly budget: number;
  /** What a load must keep to count as stable, beside that nothing piles up. */
  readonly objectives: readonly ObjectiveRow[];
  readonly points: readonly SaturationPoint[];
}

export interface ObjectiveRow {
  readonly measure: string;
  readonly target: string;
  /** In ms. */
  readonly target_ms: number;
}

export interface SaturationPoint {
  readonly label: string;
  readonly protocol: string;
  readonly nodes: number;
  readonly outcome: SaturationOutcome;
  /** Of the scenario as it stands. */
  readonly offered_per_s: number;
  /** Sent in the measured time at the ends of the bracket, as a share of what the arrivals send on average: in it are all rates. */
  readonly sent_share: number;
  /** Of outcome `unsteady`: how long each run would have to be measured; null: not known. */
  readonly measure_for_s: number | null;
  /** What `run.duration` must be for that, whatever `--quick` measures of it; null: not known, or no run that can be simulated is so long. */
  readonly run_duration_s: number | null;
  /** The largest load that was judged stable; null: none was. */
  readonly saturation_per_s: number | null;
  /** As a factor on what the scenario offers. */
  readonly saturation_factor: number | null;
  /** The smallest load above it that was judged not stable, and why it is not. */
  readonly unstable_per_s: number | null;
  readonly unstable_because: Cause | null;
  /**
   * Between these the boundary is judged to lie; not corrected for how many loads are judged. The lower end is by tests at 97.5 %, the upper
   * by what `ground` says of the load of that rate.
   */
  readonly interval: { readonly stable_per_s: number | null; readonly unstable_per_s: number | null };
  readonly monotone: boolean;
  readonly budget_spent: boolean;
  /** The heaviest load tried is stable, and a heavier one would need more requests a run than are simulated. */
  readonly capped: boolean;
  /** Of a capped search, what would look at heavier loads; else null. */
  readonly look_higher: LookHigherRow | null;
  readonly runs: { readonly search: number; readonly curve: number };
  readonly limited_by: LimitRow;
  /** Of each kind the node with the least left, the first to be full in front. */
  readonly resources: readonly ResourceRow[];
  readonly knee: { readonly rate_per_s: number; readonly finality_p99_ms: number } | null;
  /** Where p99 is twice that of the lightest measured load. */
  readonly doubled_per_s: number | null;
  readonly recommended: { readonly rate_per_s: number; readonly share: number } | null;
  /** At the heaviest load measured: throughput as a share of that at saturation. */
  readonly overloaded: { readonly rate_per_s: number; readonly throughput_share: number } | null;
  /** Throughput and goodput that the scenario asks for, and what was measured of them at the saturation load. */
  readonly asked: readonly AskedRow[];
  /** Every load that was run, ascending. */
  readonly loads: readonly LoadRow[];
  readonly failed_runs: readonly { readonly replication: number; readonly reason: string }[];
  readonly violations: readonly {
    readonly rate_per_s: number;
    readonly replication: number;
    readonly detail: string;
  }[];
  readonly checked_range: CheckedRangeRow;
}

/** `shorter`: any shorter runs; `coarser`: runs of this length, and this precision asked for; `none`: nothing, since arrivals need runs as long. */
export type LookHigherRow =
  | { readonly kind: 'shorter' | 'none' }
  | {
      readonly kind: 'coarser';
      readonly precision: number;
      readonly run_duration_s: number;
      readonly up_to_per_s: number;
    };

export interface AskedRow {
  readonly measure: string;
  readonly target_per_s: number;
  /** null: no load was stable, or no boundary can be named. */
  readonly value_per_s: number | null;
  /** What chance leaves open: of the value at that load, and of where the boundary lies; null: that end is not known. */
  readonly low_per_s: number | null;
  readonly high_per_s: number | null;
  /** `open`: the target lies between them. */
  readonly verdict: 'met' | 'missed' | 'open';
}

export type LimitRow =
  | { readonly kind: 'resource'; readonly resource: string; readonly node: number | null; readonly busy: number }
  | {
      readonly kind: 'window';
      readonly option: string;
      readonly limit: number;
      readonly under_way: number;
      readonly batch: number;
      readonly most_in_batch: number;
    }
  | { readonly kind: 'objective' | 'unknown' };

export interface ResourceRow {
  readonly resource: string;
  /** null: another one from run to run. */
  readonly node: number | null;
  /** At saturation. */
  readonly busy: number;
  /** The load at which it would be busy all the time. */
  readonly full_per_s: number | null;
  /** How many other nodes have it as busy. */
  readonly alike: number;
}

export interface LoadRow {
  readonly rate_per_s: number;
  readonly factor: number;
  /** Of the saturation load; null where there is none. */
  readonly share: number | null;
  readonly replications: number;
  readonly stable: boolean;
  readonly because: Cause | null;
  /** What that it is not stable rests on; null: it is stable, or chance may have made it look otherwise. */
  readonly ground: Ground | null;
  readonly decided: boolean;
  /** By what share of the offered load the number under way grows. */
  readonly growth: { readonly mean: number; readonly low: number; readonly high: number } | null;
  /** Of what was offered, the share that became final. */
  readonly kept: number;
  readonly condition: Condition | null;
  readonly throughput_per_s: Estimate | null;
  readonly goodput_per_s: Estimate | null;
  readonly finality_mean_ms: Estimate | null;
  readonly finality_p50_ms: Estimate | null;
  readonly finality_p99_ms: Estimate | null;
  /** Of the latency objectives, by their mean over all runs, with what is unfinished as at least its age (load-latency.ts). */
  readonly objectives: readonly {
    readonly measure: string;
    readonly value: number | null;
    readonly met: boolean;
    /** Not met since too few of the runs tell, not since it is beyond its target. */
    readonly untold: boolean;
  }[];
  /** Busy share by kind, each of its busiest node. */
  readonly busy: Readonly<Record<string, number>>;
}

export type SaturationAbout = Omit<SaturationFile, 'format' | 'points' | 'verdict'>;

interface Parts {
  readonly points: readonly DesignPoint[];
  /** Objectives of the scenario on throughput and goodput. */
  readonly asked: readonly Objective[];
  /** How longer runs are asked for. */
  readonly inFile: FileLength;
  readonly checkedRangeOf: (point: PointSaturation, index: number) => CheckedRangeRow;
  readonly verdictOf: (file: Omit<SaturationFile, 'verdict'>) => readonly string[];
}

export function buildSaturation(
  about: SaturationAbout,
  answers: readonly PointSaturation[],
  parts: Parts,
): SaturationFile {
  const { assumptions, precision, replications, budget, objectives, ...identity } = about;
  const points = answers.map((answer, index) => pointRow(answer, parts, index));
  const rest = { assumptions, precision, replications, budget, objectives, points };
  return { format: 1, ...identity, verdict: parts.verdictOf({ format: 1, ...about, points }), ...rest };
}

function pointRow(
  answer: PointSaturation,
  { points, asked, inFile, checkedRangeOf }: Parts,
  index: number,
): SaturationPoint {
  const { saturation, beyond, bounds, knee, recommended, overloaded, loads } = answer;
  const { protocol, setup } = points[index] as DesignPoint;
  const rate = saturation?.rate ?? null;
  return {
    label: answer.label,
    protocol,
    nodes: setup.nodes,
    outcome: answer.outcome,
    offered_per_s: answer.offered,
    sent_share: answer.sentShare,
    measure_for_s: answer.measureFor === null ? null : answer.measureFor.each / SECOND,
    run_duration_s: runDurationFor(answer.measureFor, inFile),
    saturation_per_s: rate,
    saturation_factor: saturation?.factor ?? null,
    unstable_per_s: beyond?.rate ?? null,
    unstable_because: beyond?.cause ?? null,
    interval: { stable_per_s: bounds.stable, unstable_per_s: bounds.unstable },
    monotone: answer.monotone,
    budget_spent: answer.budgetSpent,
    capped: answer.capped,
    look_higher: lookHigherRow(answer.lookHigher, inFile),
    runs: answer.runs,
    limited_by: limitRow(answer),
    resources: answer.resources.map(resourceRow),
    knee: knee === null ? null : { rate_per_s: knee.x, finality_p99_ms: knee.y },
    doubled_per_s: answer.doubled,
    recommended:
      recommended === null || saturation === null
        ? null
        : { rate_per_s: recommended.rate, share: recommended.factor / saturation.factor },
    overloaded: overloaded === null ? null : { rate_per_s: overloaded.rate, throughput_share: overloaded.throughput },
    asked: asked.map((objective) => askedRow(objective, answer)),
    loads: loads.map((load) => loadRow(load, saturation)),
    failed_runs: answer.failed.map(({ replication, reason }) => ({ replication, reason })),
    violations: loads.flatMap(({ rate, estimate }) =>
      estimate.runs.flatMap(({ run }) =>
        run.violations
          .filter(({ kind }) => kind === 'safety')
          .map(({ detail }) => ({ rate_per_s: rate, replication: run.replication, detail })),
      ),
    ),
    checked_range: checkedRangeOf(answer, index),
  };
}

/** s */
function runDurationFor(wanted: PointSaturation['measureFor'], inFile: FileLength): number | null {
  if (wanted === null || !canBeSimulated(wanted.at, inFile.from + wanted.each)) return null;
  const duration = durationFor(wanted.each, inFile);
  return duration > LONGEST_RUN ? null : duration / SECOND;
}

/** `up_to_per_s`: as many requests as a run may hold, over the length that the advice leads to. */
function lookHigherRow(look: PointSaturation['lookHigher'], inFile: FileLength): LookHigherRow | null {
  if (look === null || look.kind !== 'coarser') return look;
  const duration = durationFor(look.each, inFile);
  const horizon = inFile.from + (duration - inFile.from) / inFile.times;
  return {
    kind: 'coarser',
    precision: look.precision,
    run_duration_s: duration / SECOND,
    up_to_per_s: (MOST_REQUESTS * SECOND) / horizon,
  };
}

/**
 * By what was measured at the largest stable load, not by what was offered: closed loops come on top, and what is refused is no goodput.
 * The boundary may lie a little below or above that load; with it the value would move about in proportion.
 */
function askedRow({ measure, estimate, target }: Objective, answer: PointSaturation): AskedRow {
  const { outcome, saturation, bounds } = answer;
  const asked = { measure, target_per_s: target };
  const found = saturation?.estimate.estimates[estimate] ?? null;
  const nothing = { ...asked, value_per_s: null, low_per_s: null, high_per_s: null };
  if (saturation === null || found === null) return { ...nothing, verdict: outcome === 'none' ? 'missed' : 'open' };
  const at = (bound: number | null): number | null => (bound === null ? null : (found.mean * bound) / saturation.rate);
  const [least, most] = [at(bounds.stable), at(bounds.unstable)];
  const low = least === null ? null : Math.min(found.low, least);
  const high = most === null ? null : Math.max(found.high, most);
  const open = found.mean >= target ? low === null || low < target : high === null || high >= target;
  const verdict = open ? 'open' : found.mean >= target ? 'met' : 'missed';
  return { ...asked, value_per_s: found.mean, low_per_s: low, high_per_s: high, verdict };
}

function limitRow(answer: PointSaturation): LimitRow {
  const limit = limitOf(answer);
  if (limit.kind === 'resource') {
    const { resource, node, busy } = limit.by;
    return { kind: 'resource', resource, node, busy };
  }
  if (limit.kind !== 'window') return { kind: limit.kind };
  const { option, limit: most, underWay, batch, mostInBatch } = limit.by;
  return { kind: 'window', option, limit: most, under_way: underWay, batch, most_in_batch: mostInBatch };
}

function resourceRow({ resource, node, busy, full, alike }: RankedResource): ResourceRow {
  return { resource, node, busy, full_per_s: full, alike };
}

function loadRow(load: MeasuredLoad, saturation: MeasuredLoad | null): LoadRow {
  const { growth, estimate } = load;
  const of = (name: EstimateName): Estimate | null => estimate.estimates[name];
  const most = (resource: 'thread' | 'cores' | 'egress' | 'ingress' | 'disk'): number =>
    estimate.ranks[resource].shares[0] ?? 0;
  return {
    rate_per_s: load.rate,
    factor: load.factor,
    share: saturation === null ? null : load.factor / saturation.factor,
    replications: load.replications,
    stable: load.cause === null,
    because: load.cause,
    ground: load.ground,
    decided: load.decided,
    growth: growth === null ? null : { mean: growth.mean, low: growth.low, high: growth.high },
    kept: load.kept,
    condition: estimate.condition?.condition ?? null,
    throughput_per_s: of('throughput_per_s'),
    goodput_per_s: of('goodput_per_s'),
    finality_mean_ms: of('finality_mean_ms'),
    finality_p50_ms: of('finality_p50_ms'),
    finality_p99_ms: of('finality_p99_ms'),
    objectives: load.latencies.map(({ measure, value, met, untold }) => ({ measure, value, met, untold })),
    busy: {
      thread: most('thread'),
      cores: most('cores'),
      egress: most('egress'),
      ingress: most('ingress'),
      disk: most('disk'),
    },
  };
}
