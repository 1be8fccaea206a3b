/** From a scenario to the specification of one run: what differs between replications is the seed, and nothing else. */
import type { FileLength } from '../experiment/longer-runs.ts';
import type { FaultSpec } from '../faults/fault-spec.ts';
import { draw, Purpose, stream, unit } from '../kernel/random.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, type Instant, SECOND } from '../units/quantities.ts';
import type { DesignPoint, PointSetup, RunSettings, Scenario } from './scenario.ts';

/** A run is measured in these many equal segments: all of it where the warm-up is detected, else the time behind it. */
const SEGMENTS = 40;
/** Of the measured time, `--quick` takes this part: one in so many. */
export const QUICK_PART = 4;
/** What `--quick` still shows of a system after its last fault. */
const QUICK_AFTERMATH: Duration = 10 * SECOND;

export interface RunChoice {
  /** A rough answer: at most two replications of a quarter of the time, but no fault is left out. */
  readonly quick: boolean;
}

/** How long runs last and how many there are. */
export function runSettings(scenario: Scenario, choice: RunChoice): RunSettings {
  const { warmup, duration, replications } = scenario.run;
  if (!choice.quick) return scenario.run;
  const faults = scenario.points.flatMap((point) =>
    point.setup.faults.map((fault) => fault.at + (fault.spread ?? 0) + (fault.duration ?? 0) + QUICK_AFTERMATH),
  );
  const start = warmup === 'auto' ? 0 : warmup;
  const shortened = Math.max(start + Math.floor((duration - start) / QUICK_PART), ...faults);
  const few = Math.min(replications, 2);
  // So few replications reach no precision: it is not pursued, and the result says so.
  return {
    ...scenario.run,
    duration: Math.min(duration, shortened),
    replications: few,
    precision: [],
    mostReplications: few,
  };
}

/** For experiments that leave the scenario's faults out: of their runs `--quick` has nothing to show behind a fault. */
export function withoutFaults(scenario: Scenario): Scenario {
  return {
    ...scenario,
    points: scenario.points.map((point) => ({ ...point, setup: { ...point.setup, faults: [] } })),
  };
}

/** How longer runs are asked for, of a scenario whose faults are left out: with them `--quick` is not always one part in so many. */
export function fileLengthOf({ run, points }: Pick<Scenario, 'run' | 'points'>, quick: boolean): FileLength {
  const faulty = points.find(({ setup }) => setup.faults.length > 0);
  if (faulty !== undefined) throw new Error(`how long runs must be is not told of ${faulty.label}, which has faults`);
  const from = run.warmup === 'auto' ? 0 : (run.warmup as number);
  return { duration: run.duration, from, times: quick ? QUICK_PART : 1, quickPart: quick ? QUICK_PART : null };
}

/** The run of a design point and a replication (from 0). The seed is common to all points, so that comparisons are paired. */
export function runSpecFor(scenario: Scenario, pointIndex: number, replication: number, choice: RunChoice): RunSpec {
  const { setup } = scenario.points[pointIndex] as DesignPoint;
  return runSpecOf(setup, scenario.seed, replication, runSettings(scenario, choice));
}

/** The same of any setup, for experiments that make their own points. */
export function runSpecOf(
  setup: PointSetup,
  scenarioSeed: number,
  replication: number,
  { duration, warmup }: Pick<RunSettings, 'duration' | 'warmup'>,
): RunSpec {
  const from = warmup === 'auto' ? 0 : (warmup as number);
  const inner = Array.from({ length: SEGMENTS - 1 }, (_, i) =>
    Math.round(from + (((duration as number) - from) * (i + 1)) / SEGMENTS),
  );
  const boundaries: readonly Instant[] = from > 0 ? [from, ...inner] : inner;
  const horizon: Instant = duration as number;
  const seed = seedOf(scenarioSeed, replication);
  const faults = setup.faults.map((fault, i) => fallen(fault, seed, i));
  return { ...setup, faults, seed, replication, horizon, boundaries, measuredFrom: from };
}

/** At its moment in this run. */
function fallen({ spread = 0, ...fault }: FaultSpec, seed: number, i: number): FaultSpec {
  if (spread === 0) return fault;
  return { ...fault, at: fault.at + Math.floor(unit(draw(stream(seed, Purpose.fault, i), 0)) * (spread + 1)) };
}

/** 53 bits of the counter hash of (scenario seed, replication). */
export function seedOf(scenarioSeed: number, replication: number): number {
  const own = stream(scenarioSeed, Purpose.replication, replication);
  return (draw(own, 0) >>> 11) * 0x1_0000_0000 + (draw(own, 1) >>> 0);
}
