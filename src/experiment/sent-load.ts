/**
 * What open-loop clients sent in the measured time of runs, beside what their arrivals send on average: a boundary in requests per second
 * is that of what was sent. Where the two are further apart than the answer shall be exact, the runs saw other arrivals than were asked for.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { ClientGroupSpec, RunSpec } from '../simulation/run-spec.ts';
import type { Duration, Instant, Ratio } from '../units/quantities.ts';
import { arrivalsNamed } from '../workloads/arrival-registry.ts';
import { offeredRate } from './offered-load.ts';
import { windowOf } from './window.ts';

/** Requests over all runs of a load. */
export interface SentLoad {
  readonly sent: number;
  readonly expected: number;
}

/** Standard deviations of a Poisson count that are taken for chance: 6 in 100,000 are further off. */
const CHANCE = 4;
/** Standard errors within which what is sent shall lie from its mean. */
const SURE = 2;

/** `spec`: any run of this load. */
export function sentIn(spec: RunSpec, runs: readonly RunResult[], warmup: Instant): SentLoad {
  const windows = runs.flatMap((run) => {
    const window = windowOf(run, warmup);
    return window === null ? [] : [{ run, window }];
  });
  // A window does not tell open loops from closed ones: those are then drawn again.
  const closed = spec.clients.some(({ load }) => load.kind === 'closed');
  const sent = windows.map(({ run, window }) =>
    closed ? drawnBetween({ ...spec, seed: run.seed }, window.from, window.to) : window.offered,
  );
  const seconds = windows.reduce((sum, { window }) => sum + window.seconds, 0);
  return { sent: sent.reduce((sum, one) => sum + one, 0), expected: offeredRate(spec.clients) * seconds };
}

function drawnBetween({ clients, seed }: Pick<RunSpec, 'clients' | 'seed'>, from: Instant, to: Instant): number {
  let count = 0;
  for (const [group, { load }] of clients.entries()) {
    if (load.kind === 'closed') continue;
    const arrivals = arrivalsNamed(load.arrivals.name).create(load.arrivals.options, { seed, group });
    for (let at = arrivals.next(); at < to; at = arrivals.next()) if (at >= from) count++;
  }
  return count;
}

/** Whether what was sent is what the arrivals send on average, but for this share and the chance of so many single arrivals. */
export function isAsMeant({ sent, expected }: SentLoad, precision: Ratio): boolean {
  return Math.abs(sent - expected) <= precision * expected + CHANCE * Math.sqrt(expected);
}

/**
 * How long must be measured, over all runs, for what is sent to lie within this share of its mean (two standard errors, beside the chance
 * of single arrivals); 0 where only that chance moves it. Groups wander each by itself.
 */
export function timeToSettle(clients: readonly ClientGroupSpec[], precision: Ratio): Duration {
  const all = offeredRate(clients);
  const wander = clients.reduce((sum, group) => {
    const share = offeredRate([group]) / all;
    return sum + share * share * ownOf(group, 'wander');
  }, 0);
  return (SURE * SURE * wander) / (precision * precision);
}

/** The same as a share: within which of its mean it lies in so long a measured time. */
export function settledWithin(clients: readonly ClientGroupSpec[], measured: Duration): Ratio {
  return Math.sqrt(timeToSettle(clients, 1) / measured);
}

/** How long each of so many runs must be measured for what is sent to lie so near its mean; 0 where runs of any length do. */
export function measuredToSettle(clients: readonly ClientGroupSpec[], precision: Ratio, runs: number): Duration {
  return Math.max(timeToSettle(clients, precision) / runs, timeOfLaps(clients, precision));
}

/** In how long each run must be measured for a part of a lap of a repeated trace to weigh less than this share; 0 without one. */
function timeOfLaps(clients: readonly ClientGroupSpec[], precision: Ratio): Duration {
  return Math.max(0, ...clients.map((group) => ownOf(group, 'lap') / precision));
}

function ownOf({ load }: ClientGroupSpec, of: 'wander' | 'lap'): Duration {
  if (load.kind === 'closed') return 0;
  return arrivalsNamed(load.arrivals.name)[of]?.(load.arrivals.options) ?? 0;
}
