/**
 * `run --plan`: how many runs there are, and what they would take on this machine, by a pilot: the first part of one run of
 * each point, lengthened until it takes long enough to be timed, then scaled to the whole. An estimate, not a measurement.
 */
import { availableParallelism } from 'node:os';
import type { Simulate } from '../executor/executor.ts';
import { counted } from '../report/words.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Instant, SECOND } from '../units/quantities.ts';
import type { CommandContext } from './context.ts';
import type { LoadedScenario } from './load.ts';

/** A pilot this long (ms of wall time) is steady enough to scale; all pilots of a scenario share a budget. */
const enoughMs = 200;
const budgetMs = 8000;
/** A worker thread's own footprint beside its run. */
const threadBytes = 25e6;

interface Pilot {
  /** Wall time of a whole run, ms. */
  readonly runMs: number;
  /** Of the run's kernel. */
  readonly bytes: number;
}

export async function printPlan(
  loaded: readonly LoadedScenario[],
  askedThreads: number | null,
  context: CommandContext,
): Promise<void> {
  const simulate = context.simulate ?? (await import('../simulation/simulate.ts')).simulate;
  for (const { scenario, invocation } of loaded) {
    const choice = { quick: invocation.quick };
    const { replications, duration } = runSettings(scenario, choice);
    const runs = scenario.points.length * replications;
    const threads = Math.min(askedThreads ?? availableParallelism(), runs);
    const pilots = pilotAll(
      scenario.points.map((_, point) => runSpecFor(scenario, point, 0, choice)),
      simulate,
    );
    const perPoint = scenario.points.map(({ label }, point) => {
      const { runMs, bytes } = pilots[point] as Pilot;
      return `  ${label}: ${seconds(runMs)} and ${megabytes(bytes)} a run\n`;
    });
    const totalMs = (replications * pilots.reduce((sum, pilot) => sum + pilot.runMs, 0)) / threads;
    const largest = pilots.reduce((most, pilot) => Math.max(most, pilot.bytes), 0);
    const memory = process.memoryUsage().rss + threads * (threadBytes + largest);
    context.out.write(
      `${scenario.name}: ${counted(scenario.points.length, 'point')} × ${counted(replications, 'replication')} = ` +
        `${counted(runs, 'run')} of ${formatDuration(duration)} virtual time\n${perPoint.join('')}` +
        `  in all ${seconds(totalMs)} on ${counted(threads, 'thread')}, ${megabytes(memory)} of memory (estimated by short pilot runs)\n`,
    );
  }
}

/** One pilot a point; once the budget is spent, further points count as the mean of those before. */
function pilotAll(specs: readonly RunSpec[], simulate: Simulate): readonly Pilot[] {
  const began = performance.now();
  const pilots: Pilot[] = [];
  for (const spec of specs) {
    const spent = performance.now() - began;
    pilots.push(spent > budgetMs && pilots.length > 0 ? meanOf(pilots) : pilot(spec, simulate));
  }
  return pilots;
}

/** The first run is not counted: it pays for compiling what the others use. */
function pilot(spec: RunSpec, simulate: Simulate): Pilot {
  let horizon: Instant = Math.min(spec.horizon, SECOND);
  simulate(cutOff(spec, horizon));
  for (;;) {
    const began = performance.now();
    const { counts } = simulate(cutOff(spec, horizon));
    const tookMs = performance.now() - began;
    if (tookMs >= enoughMs || horizon === spec.horizon)
      return { runMs: (tookMs * spec.horizon) / horizon, bytes: counts.kernelBytes };
    horizon = Math.min(spec.horizon, 2 * horizon);
  }
}

/** The run as if it ended here. */
function cutOff(spec: RunSpec, horizon: Instant): RunSpec {
  return {
    ...spec,
    horizon,
    boundaries: spec.boundaries.filter((boundary) => boundary < horizon),
    faults: spec.faults.filter((fault) => fault.at < horizon),
  };
}

function meanOf(pilots: readonly Pilot[]): Pilot {
  const mean = (of: (one: Pilot) => number): number => pilots.reduce((sum, one) => sum + of(one), 0) / pilots.length;
  return { runMs: mean((one) => one.runMs), bytes: mean((one) => one.bytes) };
}

function seconds(ms: number): string {
  return `about ${ms < 95 ? '0.1' : Number((ms / 1000).toPrecision(2))} s`;
}

function megabytes(bytes: number): string {
  return `about ${Math.max(1, Number((bytes / 1e6).toPrecision(2)))} MB`;
}
