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

/** A pilot of so much processor time (ms) is steady enough to scale; one that takes so much longer (wall time) is ended. */
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
  /** Processor time of a whole run, ms. */
  readonly runMs: number;
  readonly bytes: number;
  /** Of the requests of the pilot, those that were not final at its end: near 1 in a cluster that does not keep up. */
  readonly waiting: number;
  /** The figures are lower bounds: the pilot did not get far enough to show what the rest takes. */
  readonly atLeast: boolean;
  /** Why the run cannot be made at all. */
  readonly failure: string | null;
  /** Where there was no time for a pilot of its own: the index of the point whose pilot was scaled instead. */
  readonly scaledFrom: number | null;
}

export async function printPlan(
  loaded: readonly LoadedScenario[],
  askedThreads: number | null,
  context: CommandContext,
): Promise<void> {
  // A stand-in for the simulation cannot go to another thread. A pilot that was kept would take no time, and is no run to keep.
  const where = context.simulate === null ? { threads: 1 } : ({ inline: true } as const);
  const executor = await openExecutor({ ...where, cache: false }, context);
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
  const { replications, mostReplications, duration } = runSettings(scenario, choice);
  const runs = scenario.points.length * replications;
  // Where runs go on until a precision is reached, there is a least number and a budget.
  const most = scenario.points.length * mostReplications;
  const threads = Math.min(askedThreads ?? availableParallelism(), runs);
  const pilots = await pilotAll(
    scenario.points.map((_, point) => runSpecFor(scenario, point, 0, choice)),
    executor,
  );
  const perPoint = scenario.points.map(({ label, setup }, point) => {
    const { runMs, bytes, waiting, atLeast, failure, scaledFrom } = pilots[point] as Pilot;
    if (failure !== null) return `  ${label}: cannot be run here: ${failure}\n`;
    const requests = Math.round(expectedRequests(setup.clients, duration));
    const asked = requests === 0 ? '' : ` for about ${counted(requests, 'request')}`;
    const behind = waiting > 0.5 && requests > fewRequests ? '; it may not keep up with its load' : '';
    const from = scaledFrom === null ? '' : `, scaled from ${scenario.points[scaledFrom]?.label}`;
    return `  ${label}: ${wallTime(runMs, atLeast)} and ${memorySize(bytes, atLeast)} a run${asked}${from}${behind}\n`;
  });
  const atLeast = pilots.some((pilot) => pilot.atLeast);
  const onceMs = pilots.reduce((sum, pilot) => sum + pilot.runMs, 0);
  const totalMs = (replications * onceMs) / threads;
  const mostMs = (mostReplications * onceMs) / Math.min(askedThreads ?? availableParallelism(), most);
  const largest = pilots.reduce((most, pilot) => Math.max(most, pilot.bytes), 0);
  const memory = process.memoryUsage().rss + threads * (threadBytes + largest);
  const refused = tooManyRequests(scenario, choice);
  const how = atLeast ? 'lower bounds: short pilot runs do not show the rest' : 'estimated by short pilot runs';
  context.out.write(
    `${scenario.name}: ${counted(scenario.points.length, 'point')} × ${counted(replications, 'replication')} = ` +
      `${counted(runs, 'run')} of ${formatDuration(duration)} virtual time${most > runs ? `, then more until the precision asked for is reached: at most ${counted(most, 'run')} in all` : ''}\n${perPoint.join('')}` +
      `  in all ${wallTime(totalMs, atLeast)}${most > runs ? `, at most ${wallTime(mostMs, false)},` : ''} on ${counted(threads, 'thread')}, ${memorySize(memory, atLeast)} of memory (${how})\n` +
      (refused === null ? '' : `  such runs are refused: ${refused}\n`),
  );
}

/** One pilot a point, those first that will take longest; once the budget is spent, the others are scaled from one of these. */
async function pilotAll(specs: readonly RunSpec[], executor: Executor): Promise<readonly Pilot[]> {
  const began = performance.now();
  const pilots: Pilot[] = [];
  const order = specs.map((_, point) => point).sort((a, b) => weightOf(specs[b]) - weightOf(specs[a]));
  const piloted: number[] = [];
  for (const point of order) {
    const spec = specs[point] as RunSpec;
    if (piloted.length > 0 && performance.now() - began > budgetMs) {
      pilots[point] = byAnalogy(specs, pilots, nearestOf(spec, piloted, specs), spec);
      continue;
    }
    pilots[point] = await pilot(spec, executor);
    piloted.push(point);
  }
  return pilots;
}

/** What the work of a run grows with: protocols in which all write to all send so many messages for each batch. */
function weightOf(spec: RunSpec | undefined): number {
  if (spec === undefined) return 0;
  return spec.nodes * spec.nodes * (1 + expectedRequests(spec.clients, spec.horizon as number));
}

/** The piloted point most like it: of its protocol where there is one, then of the weight nearest to its own. */
function nearestOf(spec: RunSpec, piloted: readonly number[], specs: readonly RunSpec[]): number {
  const distance = (point: number): number => {
    const other = specs[point] as RunSpec;
    const apart = Math.abs(Math.log(weightOf(other) / weightOf(spec)));
    return other.protocol.name === spec.protocol.name ? apart : 1e6 + apart;
  };
  return piloted.reduce((best, point) => (distance(point) < distance(best) ? point : best));
}

function byAnalogy(specs: readonly RunSpec[], pilots: readonly Pilot[], from: number, spec: RunSpec): Pilot {
  const like = pilots[from] as Pilot;
  return { ...like, runMs: (like.runMs * weightOf(spec)) / weightOf(specs[from]), scaledFrom: from };
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
    scaledFrom: null,
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
  // Of all threads, so the pilot's: wall time would count what else the machine does.
  const before = process.cpuUsage();
  let reached: Instant = 0;
  const [outcome] = await executor.execute([part], {
    signal: AbortSignal.timeout(tooLongMs),
    onAdvance: ([at = 0]) => {
      reached = at;
    },
  });
  const spent = process.cpuUsage(before);
  const tookMs = (spent.user + spent.system) / 1000;
  if (outcome?.ok) {
    const { counts, unfinished } = outcome.result;
    const asked = unfinished.length + counts.transactions;
    const waiting = asked === 0 ? 0 : unfinished.length / asked;
    return { ...zero, reached: horizon, tookMs, bytes: counts.kernelBytes, waiting };
  }
  if (outcome?.kind === 'interrupted') return { ...zero, reached, tookMs, waiting: 1, cut: true };
  return { ...zero, tookMs, failure: outcome?.reason ?? 'it gave no result' };
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
