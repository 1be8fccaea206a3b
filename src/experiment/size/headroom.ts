/** By how much the load of an answer could grow: a short ladder of factors, one run each, until one fails. */
import type { FileLength } from '../longer-runs.ts';
import { type Trial, worstMiss } from './trial.ts';
import { untoldText } from './untold.ts';

/** On the load that was simulated, the margin included. */
export const LOAD_STEPS = [1.25, 1.5, 2, 3] as const;

export interface Headroom {
  /** The largest factor up to which every step gave what is asked for; 1: none was tried, or the first step did not show it. */
  readonly keeps: number;
  /** The first that does not, or whose runs cannot tell, and why; null: none yet. */
  readonly fails: number | null;
  readonly why: string | null;
}

export const NO_HEADROOM: Headroom = { keeps: 1, fails: null, why: null };

/** After one more step. */
export function grown(before: Headroom, factor: number, trial: Trial, length: FileLength): Headroom {
  if (trial.untold !== null)
    return { ...before, fails: factor, why: `its runs cannot tell: ${untoldText(trial.untold, length)}` };
  if (trial.misses.length === 0) return { ...before, keeps: factor };
  return { ...before, fails: factor, why: worstMiss(trial).why };
}
