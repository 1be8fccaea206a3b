/** What a search for saturation is given, and the numbers that follow from it alone: which loads may be tried, and how many runs there can be. */
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type Duration, type Rate, type Ratio, SECOND } from '../../units/quantities.ts';
import { offeredRate } from '../offered-load.ts';
import type { PointQuestion } from '../point-estimate.ts';
import type { SearchSettings } from './search.ts';

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

/** Shares of the saturation load that are measured. */
export const BELOW = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98] as const;
export const ABOVE = [1.02, 1.1, 1.25] as const;
/** On either side of the boundary so many of its possible ends get the replications of the bracket (ends.ts). */
export const END_TRIES = 2;
/** Undecided loads get so many times the replications that others get. */
const MOST_TIMES = 3;
/** The lightest load that is tried, as a factor, and the fewest requests that a run is made of. */
const LEAST_FACTOR = 1 / 4096;
const FEWEST_REQUESTS = 50;
/** That the runs of a search are made of: no heavier load is looked at. */
export const MOST_REQUESTS = 10_000_000;
/** The least precise answer that may be asked for. */
export const LEAST_PRECISE: Ratio = 0.2;

/** Whether a run at this load, all of it that is simulated, is no more than a search simulates. */
export function canBeSimulated(rate: Rate, horizon: Duration): boolean {
  return (rate * horizon) / SECOND <= MOST_REQUESTS;
}

/** The runs of all points where each search spends its budget. */
export function mostRuns({ points, budget, replications }: SaturationPlan): number {
  const measured = (BELOW.length + ABOVE.length) * replications;
  const ends = (BELOW.length + 2 * END_TRIES) * MOST_TIMES * replications;
  return points.length * (budget + measured + ends);
}

export function settingsFor({ precision, replications }: SaturationPlan, spec: RunSpec): SearchSettings {
  const requests = (offeredRate(spec.clients) * spec.horizon) / SECOND;
  return {
    precision,
    replications,
    mostReplications: MOST_TIMES * replications,
    least: Math.min(1, Math.max(LEAST_FACTOR, FEWEST_REQUESTS / requests)),
    most: Math.max(LEAST_FACTOR, MOST_REQUESTS / requests),
  };
}
