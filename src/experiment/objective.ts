/** Does a design point give what the scenario asks for? Judged on the mean over replications. */
import type { EstimateName, Estimates } from './estimate.ts';

/** One measure asked for. `target` is in the estimate's unit. */
export interface Objective {
  /** As the scenario names it, such as `finality_p99`. */
  readonly measure: string;
  readonly estimate: EstimateName;
  readonly direction: 'at-least' | 'at-most';
  readonly target: number;
  /** As it reads in the file, such as `2s`. */
  readonly text: string;
}

export interface ObjectiveVerdict {
  readonly measure: string;
  readonly target: string;
  readonly value: number | null;
  readonly met: boolean;
}

/** What could not be measured is not met. */
export function judge(objectives: readonly Objective[], estimates: Estimates): readonly ObjectiveVerdict[] {
  return objectives.map(({ measure, estimate, direction, target, text }) => {
    const value = estimates[estimate]?.mean ?? null;
    const met = value !== null && (direction === 'at-most' ? value <= target : value >= target);
    return { measure, target: text, value, met };
  });
}
