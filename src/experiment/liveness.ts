/**
 * Whether the progress check could have found anything: it waits `progress_within` after the last fault, so a run that ends sooner says
 * nothing about liveness, and a report must say so rather than pass over it.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Instant, MILLISECOND, NEVER } from '../units/quantities.ts';

/** null: judged in every run. Else why not, as the end of a sentence that begins "liveness not judged: ". */
export function whyLivenessIsOpen(spec: RunSpec, runs: readonly RunResult[]): string | null {
  const reasons = runs.map((run) => reasonOf(spec, run)).filter((reason) => reason !== null);
  return reasons[0] ?? null;
}

function reasonOf(spec: RunSpec, run: RunResult): string | null {
  if (run.violations.some(({ kind }) => kind === 'liveness')) return null;
  if (run.violations.length > 0) return 'a violation of safety stopped the run';
  const quiet = quietFrom(spec, run);
  const within = `progress_within (${formatDuration(spec.progressWithin)})`;
  if (quiet === NEVER) return 'a fault had not taken effect, or was not over, when the run ended';
  if (run.endedAt - quiet > spec.progressWithin) return null;
  if (quiet === 0) return `the run (${rounded(run.endedAt)}) is not longer than ${within}`;
  return `the run ended ${rounded(run.endedAt - quiet)} after its last fault, not later than ${within}`;
}

function rounded(ns: number): string {
  return formatDuration(Math.round(ns / MILLISECOND) * MILLISECOND);
}

/** When the last fault was over, or took effect where it is there to stay; NEVER while one waits or goes on (faults/fault-driver.ts). */
function quietFrom(spec: RunSpec, run: RunResult): Instant {
  return run.faults.reduce((quiet, { at, endedAt }, i) => {
    const stays = spec.faults[i]?.duration === null;
    if (at === null || (!stays && endedAt === null)) return NEVER;
    return Math.max(quiet, endedAt ?? at);
  }, 0);
}
