/**
 * `run --plan`: how many runs there are, and what they would take on this machine, by a pilot: the first part of one run of
 * each point, lengthened until it takes long enough to be timed, then scaled to the whole. An estimate, not a measurement. It
 * answers at once whatever the load: a pilot begins with few requests, and is cut short when it takes too long.
 */
import { availableParallelism } from 'node:os';
import type { Simulate } from '../executor/executor.ts';
import { protocolsOf } from '../executor/own-protocols.ts';
import { counted } from '../report/words.ts';
import { expectedRequests } from '../scenario/expected-load.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import type { CommandContext } from './context.ts';
import { type LoadedScenario, tooManyRequests } from './load.ts';

/** A pilot this long (ms of wall time) is steady enough to scale; one that takes so much longer is cut short. */
const enoughMs = 200;
const tooLongMs = 1500;
/** All pilots of a scenario share a budget (ms). */
const budgetMs = 6000;
/** The first pilot lasts at most so long and makes at most so many requests. */
const firstPilot: Duration = 10 * MILLISECOND;
const fewRequests = 20_000;
/** A worker thread's own footprint beside its run, and about what a request that waits takes. */
const threadBytes = 25e6;
const waitingBytes = 150;

interface Pilot {
  /** Wall time of a whole run, ms. */
  readonly runMs: number;
  readonly bytes: number;
  /** Of the requests of the pilot, those that were not final at its end: near 1 in a cluster that does not keep up. */
  readonly waiting: number;
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
    const pilots = await pilotAll(
      scenario.points.map((_, point) => runSpecFor(scenario, point, 0, choice)),
      simulate,
    );
    const perPoint = scenario.points.map(({ label, setup }, point) => {
      const { runMs, bytes, waiting } = pilots[point] as Pilot;
      const requests = Math.round(expectedRequests(setup.clients, duration));
      const asked = requests === 0 ? '' : ` for about ${counted(requests, 'request')}`;
      const behind = waiting > 0.5 && requests > fewRequests ? '; it may not keep up with its load' : '';
      return `  ${label}: ${wallTime(runMs)} and ${memorySize(bytes)} a run${asked}${behind}\n`;
    });
    const totalMs = (replications * pilots.reduce((sum, pilot) => sum + pilot.runMs, 0)) / threads;
    const largest = pilots.reduce((most, pilot) => Math.max(most, pilot.bytes), 0);
    const memory = process.memoryUsage().rss + threads * (threadBytes + largest);
    const refused = tooManyRequests(scenario, choice);
    context.out.write(
      `${scenario.name}: ${counted(scenario.points.length, 'point')} × ${counted(replications, 'replication')} = ` +
        `${counted(runs, 'run')} of ${formatDuration(duration)} virtual time\n${perPoint.join('')}` +
        `  in all ${wallTime(totalMs)} on ${counted(threads, 'thread')}, ${memorySize(memory)} of memory (estimated by short pilot runs)\n` +
        (refused === null ? '' : `  such runs are refused: ${refused}\n`),
    );
  }
}

/** One pilot a point; once the budget is spent, further points count as the mean of those before. */
async function pilotAll(specs: readonly RunSpec[], simulate: Simulate): Promise<readonly Pilot[]> {
  const began = performance.now();
  const pilots: Pilot[] = [];
  for (const spec of specs) {
    const spent = performance.now() - began;
    if (spent > budgetMs && pilots.length > 0) pilots.push(meanOf(pilots));
    else {
      const protocols = await protocolsOf(spec);
      pilots.push(pilot(spec, (part, options) => simulate(part, { ...options, ...protocols })));
    }
  }
  return pilots;
}

interface Part {
  readonly reached: Instant;
  readonly tookMs: number;
  readonly bytes: number;
  readonly waiting: number;
}

/** The first run is not counted: it pays for compiling what the others use. */
function pilot(spec: RunSpec, simulate: Simulate): Pilot {
  const requests = expectedRequests(spec.clients, spec.horizon as number);
  const few = requests > 0 ? Math.ceil((fewRequests / requests) * spec.horizon) : spec.horizon;
  let horizon: number = Math.min(spec.horizon, firstPilot, Math.max(few, 1000));
  timed(spec, horizon, simulate);
  let before: Part | null = null;
  for (;;) {
    const part = timed(spec, horizon, simulate);
    if (part.tookMs >= enoughMs || part.reached < horizon || horizon === spec.horizon) {
      // The time to set a run up is not paid again for every second of it.
      const from = before !== null && part.tookMs > before.tookMs && part.reached > before.reached ? before : zero;
      const perNs = (part.tookMs - from.tookMs) / (part.reached - from.reached);
      const backlog = part.waiting > 0.5 ? requests * part.waiting * waitingBytes : 0;
      return {
        runMs: part.tookMs + perNs * (spec.horizon - part.reached),
        bytes: part.bytes + backlog,
        waiting: part.waiting,
      };
    }
    before = part;
    horizon = Math.min(spec.horizon, 2 * horizon);
  }
}

const zero: Part = { reached: 0, tookMs: 0, bytes: 0, waiting: 0 };

/** Thrown out of a pilot that takes too long, with the virtual time it has reached. */
class CutShort extends Error {
  readonly at: Instant;
  constructor(at: Instant) {
    super('the pilot run takes too long');
    this.at = at;
  }
}

/** The run as if it ended at `horizon`, with the time it took. */
function timed(spec: RunSpec, horizon: Instant, simulate: Simulate): Part {
  const began = performance.now();
  const spent = (): number => performance.now() - began;
  try {
    const { counts, unfinished } = simulate(
      {
        ...spec,
        horizon,
        boundaries: spec.boundaries.filter((boundary) => boundary < horizon),
        faults: spec.faults.filter((fault) => fault.at < horizon),
      },
      {
        onProgress(at) {
          if (spent() > tooLongMs) throw new CutShort(Math.max(1, at));
        },
      },
    );
    const asked = unfinished.length + counts.transactions;
    return {
      reached: horizon,
      tookMs: spent(),
      bytes: counts.kernelBytes,
      waiting: asked === 0 ? 0 : unfinished.length / asked,
    };
  } catch (thrown) {
    if (!(thrown instanceof CutShort)) throw thrown;
    return { reached: thrown.at, tookMs: spent(), bytes: 0, waiting: 1 };
  }
}

function meanOf(pilots: readonly Pilot[]): Pilot {
  const mean = (of: (one: Pilot) => number): number => pilots.reduce((sum, one) => sum + of(one), 0) / pilots.length;
  return { runMs: mean((one) => one.runMs), bytes: mean((one) => one.bytes), waiting: mean((one) => one.waiting) };
}

/** In the largest unit of which there are two or more; two significant digits. */
function wallTime(ms: number): string {
  const units = [
    ['years', 31_557_600_000],
    ['days', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const;
  const [name, size] = units.find(([, least]) => ms >= 2 * least) ?? ['s', 1000];
  return `about ${ms < 95 ? '0.1' : rounded(ms / size)} ${name}`;
}

function memorySize(bytes: number): string {
  return bytes >= 2e9 ? `about ${rounded(bytes / 1e9)} GB` : `about ${rounded(Math.max(1, bytes / 1e6))} MB`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
