/** From a scenario to the specification of one run: what differs between replications is the seed, and nothing else. */
import { draw, Purpose, stream } from '../kernel/random.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, type Instant, SECOND } from '../units/quantities.ts';
import type { DesignPoint, RunSettings, Scenario } from './scenario.ts';

/** A detected warm-up ends at one of these many equal segments. */
const SEGMENTS = 40;
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
    point.setup.faults.map((fault) => fault.at + (fault.duration ?? 0) + QUICK_AFTERMATH),
  );
  const start = warmup === 'auto' ? 0 : warmup;
  const shortened = Math.max(start + Math.floor((duration - start) / 4), ...faults);
  return { warmup, duration: Math.min(duration, shortened), replications: Math.min(replications, 2) };
}

/** The run of a design point and a replication (from 0). The seed is common to all points, so that comparisons are paired. */
export function runSpecFor(scenario: Scenario, pointIndex: number, replication: number, choice: RunChoice): RunSpec {
  const point = scenario.points[pointIndex] as DesignPoint;
  const { duration, warmup } = runSettings(scenario, choice);
  const boundaries: readonly Instant[] =
    warmup === 'auto'
      ? Array.from({ length: SEGMENTS - 1 }, (_, i) => Math.round((duration * (i + 1)) / SEGMENTS))
      : warmup > 0
        ? [warmup]
        : [];
  const horizon: Instant = duration as number;
  return { ...point.setup, seed: seedOf(scenario.seed, replication), replication, horizon, boundaries };
}

/** 53 bits of the counter hash of (scenario seed, replication). */
export function seedOf(scenarioSeed: number, replication: number): number {
  const own = stream(scenarioSeed, Purpose.replication, replication);
  return (draw(own, 0) >>> 11) * 0x1_0000_0000 + (draw(own, 1) >>> 0);
}
