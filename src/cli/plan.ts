/**
 * `run --plan`: how many runs there are, and what they would take on this machine, by a pilot: the first part of one run of
 * each point, lengthened until it takes long enough to be timed, then scaled to the whole. An estimate, not a measurement. It
 * answers in seconds whatever the load and the number of nodes: a pilot begins with few requests, runs on a thread of its own, and
 * is ended with that thread when it takes too long. What it then says is a lower bound, and is called one.
 */
import { availableParallelism } from 'node:os';
import type { Executor } from '../executor/executor.ts';
import { counted } from '../report/words.ts';
import { expectedRequests } from '../scenario/expected-load.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import type { CommandContext } from './context.ts';
import { type LoadedScenario, tooManyRequests } from './load.ts';
import { openExecutor } from './open-executor.ts';

/** A pilot this long (ms of wall time) is steady enough to scale; one that takes so much longer is ended. */
const enoughMs = 400;
const tooLongMs = 3000;
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
  /** The figures are lower bounds: the pilot did not get far enough to show what the rest takes. */
  readonly atLeast: boolean;
  /** Why the run cannot be made at all. */
  readonly failure: string | null;
}

export async function printPlan(
  loaded: readonly LoadedScenario[],
  askedThreads: number | null,
  context: CommandContext,
): Promise<void> {
  // A stand-in for the simulation cannot go to another thread.
  const executor = await openExecutor(context.simulate === null ? { threads: 1 } : { inline: true }, context);
  try {
    for (const one of loaded) await printOne(one, askedThreads, executor, context);
  } finally {
    await executor.close();
  }
}

async function printOne(
  { scenario, invocation }: LoadedScenario,
  askedThreads: number | null,
  executor: Executor,
  context: CommandContext,
): Promise<void> {
  const choice = { quick: invocation.quick };
  const { replications, duration } = runSettings(scenario, choice);
  const runs = scenario.points.length * replications;
  const threads = Math.min(askedThreads ?? availableParallelism(), runs);
  const pilots = await pilotAll(
    scenario.points.map((_, point) => runSpecFor(scenario, point, 0, choice)),
    executor,
  );
  const perPoint = scenario.points.map(({ label, setup }, point) => {
    const { runMs, bytes, waiting, atLeast, failure } = pilots[point] as Pilot;
    if (failure !== null) return `  ${label}: cannot be run here: ${failure}\n`;
    const requests = Math.round(expectedRequests(setup.clients, duration));
    const asked = requests === 0 ? '' : ` for about ${counted(requests, 'request')}`;
    const behind = waiting > 0.5 && requests > fewRequests ? '; it may not keep up with its load' : '';
    return `  ${label}: ${wallTime(runMs, atLeast)} and ${memorySize(bytes, atLeast)} a run${asked}${behind}\n`;
  });
  const atLeast = pilots.some((pilot) => pilot.atLeast);
  const totalMs = (replications * pilots.reduce((sum, pilot) => sum + pilot.runMs, 0)) / threads;
  const largest = pilots.reduce((most, pilot) => Math.max(most, pilot.bytes), 0);
  const memory = process.memoryUsage().rss + threads * (threadBytes + largest);
  const refused = tooManyRequests(scenario, choice);
  const how = atLeast ? 'lower bounds: short pilot runs do not show the rest' : 'estimated by short pilot runs';
  context.out.write(
    `${scenario.name}: ${counted(scenario.points.length, 'point')} × ${counted(replications, 'replication')} = ` +
      `${counted(runs, 'run')} of ${formatDuration(duration)} virtual time\n${perPoint.join('')}` +
      `  in all ${wallTime(totalMs, atLeast)} on ${counted(threads, 'thread')}, ${memorySize(memory, atLeast)} of memory (${how})\n` +
      (refused === null ? '' : `  such runs are refused: ${refused}\n`),
  );
}

/** One pilot a point; once the budget is spent, further points count as the mean of those before. */
async function pilotAll(specs: readonly RunSpec[], executor: Executor): Promise<readonly Pilot[]> {
  const began = performance.now();
  const pilots: Pilot[] = [];
  for (const spec of specs) {
    const spent = performance.now() - began;
    pilots.push(spent > budgetMs && pilots.length > 0 ? meanOf(pilots) : await pilot(spec, executor));
  }
  return pilots;
}

interface Part {
  /** Virtual time reached; 0 where that is not known. */
  readonly reached: Instant;
  readonly tookMs: number;
  readonly bytes: number;
  readonly waiting: number;
  /** It was ended before it got where it should. */
  readonly cut: boolean;
  readonly failure: string | null;
}

const zero: Part = { reached: 0, tookMs: 0, bytes: 0, waiting: 0, cut: false, failure: null };

/** The first run is not counted: it pays for compiling what the others use. */
async function pilot(spec: RunSpec, executor: Executor): Promise<Pilot> {
  const requests = expectedRequests(spec.clients, spec.horizon as number);
  const few = requests > 0 ? Math.ceil((fewRequests / requests) * spec.horizon) : spec.horizon;
  let horizon: number = Math.min(spec.horizon, firstPilot, Math.max(few, 1000));
  const first = await timed(spec, horizon, executor);
  let before = zero;
  for (let part = first; ; before = part) {
    if (!part.cut && part.failure === null) part = await timed(spec, horizon, executor);
    // One in which nothing became final yet is made longer as far as there is time for it.
    const shown = part.tookMs >= (part.waiting === 1 ? tooLongMs / 3 : enoughMs);
    if (part.cut || part.failure !== null) return scaled(spec, requests, horizon, part, before);
    if (shown || horizon === spec.horizon) {
      // Whatever else the machine was busy with would be scaled too: the quicker of two counts.
      const again = await timed(spec, horizon, executor);
      return scaled(spec, requests, horizon, again.cut || again.tookMs > part.tookMs ? part : again, before);
    }
    horizon = Math.min(spec.horizon, 2 * horizon);
  }
}

/** From the longest pilot, which was to reach `horizon`, to a whole run. */
function scaled(spec: RunSpec, requests: number, horizon: Instant, part: Part, before: Part): Pilot {
  const { reached, tookMs, waiting, failure, cut } = part;
  // The time to set a run up is not paid again for every second of it.
  const from = tookMs > before.tookMs && reached > before.reached ? before : zero;
  const perNs = reached > 0 ? (tookMs - from.tookMs) / (reached - from.reached) : tookMs / horizon;
  // Links keep an instant for each pair of nodes, whatever else a run needs.
  const least = spec.nodes * spec.nodes * 8;
  const backlog = waiting > 0.5 ? requests * waiting * waitingBytes : 0;
  return {
    runMs: tookMs + perNs * (spec.horizon - (reached > 0 ? reached : horizon)),
    bytes: Math.max(part.bytes, least) + backlog,
    waiting,
    atLeast: cut || (requests > 0 && waiting > 0.5),
    failure,
  };
}

/** The run as if it ended at `horizon`, with the time it took. */
async function timed(spec: RunSpec, horizon: Instant, executor: Executor): Promise<Part> {
  const part = {
    ...spec,
    horizon,
    boundaries: spec.boundaries.filter((boundary) => boundary < horizon),
    faults: spec.faults.filter((fault) => fault.at < horizon),
  };
  const began = performance.now();
  let reached: Instant = 0;
  const [outcome] = await executor.execute([part], {
    signal: AbortSignal.timeout(tooLongMs),
    onAdvance: ([at = 0]) => {
      reached = at;
    },
  });
  const tookMs = performance.now() - began;
  if (outcome?.ok) {
    const { counts, unfinished } = outcome.result;
    const asked = unfinished.length + counts.transactions;
    const waiting = asked === 0 ? 0 : unfinished.length / asked;
    return { ...zero, reached: horizon, tookMs, bytes: counts.kernelBytes, waiting };
  }
  if (outcome?.kind === 'interrupted') return { ...zero, reached, tookMs, waiting: 1, cut: true };
  return { ...zero, tookMs, failure: outcome?.reason ?? 'it gave no result' };
}

function meanOf(pilots: readonly Pilot[]): Pilot {
  const mean = (of: (one: Pilot) => number): number => pilots.reduce((sum, one) => sum + of(one), 0) / pilots.length;
  return {
    runMs: mean((one) => one.runMs),
    bytes: mean((one) => one.bytes),
    waiting: mean((one) => one.waiting),
    atLeast: pilots.some(({ atLeast }) => atLeast),
    failure: null,
  };
}

/** In the largest unit of which there are two or more; two significant digits. */
function wallTime(ms: number, atLeast: boolean): string {
  const units = [
    ['years', 31_557_600_000],
    ['days', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const;
  const [name, size] = units.find(([, least]) => ms >= 2 * least) ?? ['s', 1000];
  return `${atLeast ? 'more than' : 'about'} ${ms < 95 ? '0.1' : rounded(ms / size)} ${name}`;
}

function memorySize(bytes: number, atLeast: boolean): string {
  const size = bytes >= 2e9 ? `${rounded(bytes / 1e9)} GB` : `${rounded(Math.max(1, bytes / 1e6))} MB`;
  return `${atLeast ? 'more than' : 'about'} ${size}`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
