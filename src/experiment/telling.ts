/**
 * Whether runs hold enough to say anything of their cluster: where clients send seldom, or a trace is over, what is measured may hold no
 * transaction at all. Then nothing is met, missed, kept up with or moved: the runs say nothing, and longer ones may.
 */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, type Instant, MILLISECOND, SECOND } from '../units/quantities.ts';
import { FEWEST } from './condition.ts';
import { type FileLength, longerRuns, REPEAT_TRACE } from './longer-runs.ts';
import type { Objective } from './objective.ts';
import { offeredRate, playsOnce } from './offered-load.ts';
import { windowOf } from './window.ts';

/** What runs cannot tell. */
export interface Untold {
  readonly why: string;
  /** Whether longer runs could tell; false: `why` says what else could. */
  readonly longer: boolean;
  /** How much of each run, from where it is measured on, would about do; null: not known. */
  readonly measured: Duration | null;
}

/** With what would decide it. `length`: null where how long runs last does not follow from `run.duration` alone, as with faults. */
export function untoldText({ why, longer, measured }: Untold, length: FileLength | null): string {
  if (!longer) return why;
  return `${why}; ${length === null ? 'lengthen run.duration' : longerRuns(measured, length)}`;
}

/** Of runs of one point, none of which tells, why; null: some do, or there are none, or a check speaks. */
export function noneTells(
  runs: readonly RunResult[],
  warmup: Instant,
  spec: Pick<RunSpec, 'clients' | 'horizon' | 'measuredFrom'>,
  objectives: readonly Objective[],
): Untold | null {
  const speaks = runs.some((run) => run.violations.length > 0 || tells(run, warmup, objectives));
  return speaks || runs.length === 0 ? null : tooFew(warmup, spec);
}

/** Ours: what is under way for less than this is not overdue, where no finality is asked for. */
const PATIENCE: Duration = SECOND;

/**
 * Whether a run says anything of its cluster: something became final in its window, or was sent and is overdue, or so much was sent that
 * some of it should be final. Where clients send seldom, a window may hold no request, or only one that was sent just before its end.
 */
export function tells(run: RunResult, warmup: Instant, objectives: readonly Objective[]): boolean {
  const window = windowOf(run, warmup);
  if (window === null) return false;
  const limits = objectives.flatMap(({ estimate, target }) =>
    estimate.startsWith('finality_') ? [target * MILLISECOND] : [],
  );
  const patience = limits.length === 0 ? PATIENCE : Math.max(...limits);
  return window.final > 0 || window.offered >= FEWEST || run.unfinished.some((age) => age > patience);
}

/** Of runs none of which tells, measured from the end of their warm-up on. */
export function tooFew(
  warmup: Instant,
  { clients, horizon, measuredFrom = 0 }: Pick<RunSpec, 'clients' | 'horizon' | 'measuredFrom'>,
): Untold {
  const often = offeredRate(clients.filter((group) => !playsOnce(group)));
  const none = `too few transactions: none is final in the ${formatDuration(horizon - warmup)} measured of any run`;
  if (often === 0 && clients.some(playsOnce))
    return { why: `${none}, and a trace that plays once ends; ${REPEAT_TRACE}`, longer: false, measured: null };
  if (often === 0) return { why: none, longer: true, measured: null };
  const seconds = Math.ceil(FEWEST / often);
  return {
    why: `${none}, and ${FEWEST} at ${rate(often)}/s take about ${seconds} s`,
    longer: true,
    measured: warmup + seconds * SECOND - measuredFrom,
  };
}

/** Whole where it is large, else three digits. */
export function rate(perSecond: number): string {
  return String(perSecond < 10 ? Number(perSecond.toPrecision(3)) : Math.round(perSecond));
}
