/** By how much the load of an answer could grow: a short ladder of factors, one run each. */
import { type Trial, worstMiss } from './trial.ts';

/** On the load that was simulated, the margin included. */
export const LOAD_STEPS = [1.25, 1.5, 2, 3, 4] as const;

export interface Headroom {
  /** The largest factor up to which every step gave what is asked for; 1: none was tried, or the first step fails. */
  readonly keeps: number;
  /** The first that does not, and why; null: the last one does as well. */
  readonly fails: number | null;
  readonly why: string | null;
}

/** `trials`: one for each step. More load than is asked for is no miss of the throughput asked for. */
export function headroomOf(trials: readonly Trial[]): Headroom {
  const first = trials.findIndex(({ misses }) => misses.length > 0);
  if (first < 0) return { keeps: LOAD_STEPS.at(-1) as number, fails: null, why: null };
  return {
    keeps: first === 0 ? 1 : (LOAD_STEPS[first - 1] as number),
    fails: LOAD_STEPS[first] as number,
    why: worstMiss(trials[first] as Trial).why,
  };
}
