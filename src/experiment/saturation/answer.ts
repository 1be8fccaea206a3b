/**
 * What the loads of one design point say together: where the boundary lies and within what bounds, how latency rises towards it, what is
 * recommended, and which resource is full first. Rates are of what was sent.
 */
import { type CurvePoint, kneeOf, reaches } from '../../statistics/knee.ts';
import { type Duration, type Rate, type Ratio, SECOND } from '../../units/quantities.ts';
import { FEWEST } from '../condition.ts';
import type { FailedRun } from '../experiment.ts';
import { scaledLoad } from '../offered-load.ts';
import { fullestWindow, isFull, type ProtocolWindow } from '../protocol-windows.ts';
import { type RankedResource, rankedResources } from '../resource-ranking.ts';
import { measuredToSettle } from '../sent-load.ts';
import { decidedUnstable, leastStable } from './ends.ts';
import { judgedOf, type LoadBench, type MeasuredLoad } from './load-bench.ts';
import { type HigherLook, higherLook } from './look-higher.ts';
import { BELOW } from './plan.ts';
import { bracketOf, isMonotone, type JudgedLoad } from './search.ts';

/**
 * `found`; `none`: not even the lightest load is stable; `beyond`: the heaviest that was tried still is; `unsteady`: what the runs were
 * sent is not what their arrivals send on average, or at no load tried is enough to say anything, so nothing is said of a boundary; `failed`: no run of a load ended.
 */
export type SaturationOutcome = 'found' | 'none' | 'beyond' | 'unsteady' | 'failed';

export interface PointSaturation {
  readonly label: string;
  /** What the scenario as it stands offers. */
  readonly offered: Rate;
  readonly outcome: SaturationOutcome;
  /** What was sent in the measured time at the ends of the bracket, as a share of what the arrivals send on average. */
  readonly sentShare: Ratio;
  /** How long each run would have to be measured where what was sent is too far from it, at which load; null: not known, or it is not. */
  readonly measureFor: { readonly each: Duration; readonly at: Rate } | null;
  /** The largest load that was judged stable; null where none was. */
  readonly saturation: MeasuredLoad | null;
  /** The smallest load above it that was not; null where all were. */
  readonly beyond: MeasuredLoad | null;
  /**
   * What is left of a stable load when the growth that its test does not exclude is taken off, the most of all stable loads; and the
   * smallest load above them that is decided not to be stable. Each load is judged by itself; the upper end rests on a test or a threshold
   * (stability.ts, `Ground`).
   */
  readonly bounds: { readonly stable: Rate | null; readonly unstable: Rate | null };
  /** False: some load was judged stable above one that was not. */
  readonly monotone: boolean;
  readonly budgetSpent: boolean;
  /** True: the heaviest load tried is stable, and no heavier one may be tried (plan.ts, `MOST_REQUESTS`). */
  readonly capped: boolean;
  /** How heavier loads could be looked at; null: the search was not capped. */
  readonly lookHigher: HigherLook | null;
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

/** The share of the saturation load up to which one may go without a reason to stay lower. */
const HEADROOM = 0.8;

export function answerOf(
  bench: LoadBench,
  searched: readonly MeasuredLoad[],
  { search, budgetSpent, capped }: { readonly search: number; readonly budgetSpent: boolean; readonly capped: boolean },
): PointSaturation {
  const { spec, offered, failed } = bench;
  const bracket = bracketOf(judgedOf(searched));
  const ends = bench.endsAt([bracket.low, bracket.high]);
  const sentShare = sharedBy(ends);
  // One share for all loads: they see the same arrivals, and single runs among them would else change places by chance.
  const loads = bench.loads.map((load) => ({ ...load, rate: load.rate * sentShare }));
  const untold = bench.loads.every(({ cause }) => cause === 'untold');
  const unsteady = !bench.stopped && (untold || !ends.every(bench.isSentAsMeant));
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
    measureFor: unsteady ? measureFor(bench, untold ? bench.loads.slice(-1) : ends) : null,
    saturation,
    beyond,
    bounds: { stable: leastStable(stable), unstable: unsteady ? null : decidedUnstable(loads, saturation) },
    monotone: isMonotone(judgedOf(loads)),
    budgetSpent,
    capped: capped && !unsteady,
    lookHigher: capped && saturation !== null ? higherLook(bench, saturation) : null,
    loads,
    runs: { search, curve: bench.runs - search },
    knee,
    doubled: lightest === undefined ? null : reaches(measured, 2 * lightest.y),
    recommended: beyond === null ? null : recommendedOf(full, saturation, knee),
    resources:
      full.length === 0
        ? []
        : rankedResources(
            full.map(({ rate, estimate }) => ({ factor: rate, ranks: estimate.ranks })),
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

/** At the lighter of the ends, where a lap takes longer; never so short that a run says nothing. */
function measureFor(
  { spec, offered, precision, replications }: LoadBench,
  [end]: readonly MeasuredLoad[],
): PointSaturation['measureFor'] {
  const factor = end?.factor ?? 1;
  const { clients } = scaledLoad(spec, factor);
  const settled = measuredToSettle(clients, precision, replications);
  const each = end?.cause === 'untold' ? Math.max(settled, (FEWEST * SECOND) / (factor * offered)) : settled;
  return each === 0 ? null : { each, at: factor * offered };
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
