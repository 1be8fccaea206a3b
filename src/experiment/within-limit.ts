/** Which share of a run's transactions became final within a limit. */
import type { RunResult } from '../simulation/run-result.ts';
import type { LogLinearHistogram } from '../statistics/histogram.ts';
import type { Duration } from '../units/quantities.ts';

/** Requests that are unfinished at the end and younger than the limit are undecided and not counted. null: none is decided. */
export function availabilityOf(run: RunResult, finality: LogLinearHistogram, limit: Duration): number | null {
  const overdue = run.unfinished.reduce((count, age) => (age > limit ? count + 1 : count), 0);
  const decided = finality.total + overdue;
  return decided === 0 ? null : finality.countAtMost(limit) / decided;
}
