/**
 * Whether a setting's rate of spurious elections or view changes lies under a stated level, with 95 % confidence. A zero-failure plan: a setting
 * is shown to lie under it when 3 ÷ level of virtual time pass without one (the exact upper limit is then under the level), and the first one
 * ends that. So a look after the first runs decides nothing that the whole would not decide: it only saves the rest. What was not shown to lie
 * under the level may be shown to lie over it, where the exact lower limit does; mostly so few events tell neither.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { poissonLower, poissonUpper } from '../../statistics/poisson.ts';
import { type Duration, SECOND } from '../../units/quantities.ts';
import type { Experiment, FailedRun, RunOutcome } from '../experiment.ts';
import type { Knobs } from './knobs.ts';
import { suspicionsOf } from './suspicions.ts';

/** Runs that the virtual time is shared by, and how many of them are looked at first. */
export const RUNS = 16;
const FIRST = 2;
/** −ln 0.05 = 2.996, and what is lost in rounding. */
const RULE_OF_THREE = 3;

/** What events and hours show of a rate against the level; `neither`: both are possible still. */
export type Shown = 'under' | 'over' | 'neither';

export interface SpuriousRate {
  readonly events: number;
  /** Virtual time in which they were counted, s. */
  readonly seconds: number;
  readonly perHour: number;
  /** One-sided 95 % limits, each for itself; the lower one is 0 without events. */
  readonly lowerPerHour: number;
  readonly upperPerHour: number;
  readonly shown: Shown;
}

/** Virtual time without any event that a level (events per second) takes. */
export function timeFor(level: number): Duration {
  return Math.ceil((RULE_OF_THREE / level) * SECOND);
}

/** An undisturbed run as long as its share of the time, behind the time that a first leader may take. */
export function watched(spec: RunSpec, knobs: Knobs, level: number): RunSpec {
  const start = 2 * knobs.patience(spec.protocol.options) + SECOND;
  const horizon = Math.ceil(timeFor(level) / RUNS) + start;
  return { ...spec, horizon, boundaries: [], measuredFrom: 0, faults: [], stopAfter: null, progressWithin: horizon };
}

/** `specFor`: an undisturbed run with the setting. null where runs failed, which are handed to `onFailed`. */
export function* spuriousRate(
  specFor: (replication: number) => RunSpec,
  knobs: Knobs,
  level: number,
  note: (outcomes: readonly RunOutcome[]) => readonly RunResult[],
): Experiment<SpuriousRate | null> {
  let runs: readonly RunResult[] = [];
  for (const [from, to] of [
    [0, FIRST],
    [FIRST, RUNS],
  ] as const) {
    const asked = Array.from({ length: to - from }, (_, i) => watched(specFor(from + i), knobs, level));
    const got = note(yield asked);
    if (got.length < asked.length) return null;
    runs = [...runs, ...got];
    if (rateOf(runs, knobs, level).events > 0) break;
  }
  return rateOf(runs, knobs, level);
}

function rateOf(runs: readonly RunResult[], knobs: Knobs, level: number): SpuriousRate {
  const counted = runs.map((run) => suspicionsOf(run, knobs));
  const events = counted.reduce((sum, one) => sum + one.events, 0);
  const seconds = counted.reduce((sum, { exposure }) => sum + exposure, 0) / SECOND;
  const hours = seconds / 3600;
  return {
    events,
    seconds,
    perHour: events / hours,
    lowerPerHour: poissonLower(events) / hours,
    upperPerHour: poissonUpper(events) / hours,
    shown: shownBy(events, level * seconds),
  };
}

/**
 * `borne`: how many events the level means in the time that was looked at, 3 at most: with one event the upper limit, 4.7, is above that.
 * Of a setting whose rate is the level itself, "over" is said in 2 % of the cases, although a first look may end the runs
 * (test/unit/experiment-tune.test.ts adds them up).
 */
export function shownBy(events: number, borne: number): Shown {
  if (events === 0 && poissonUpper(0) <= borne) return 'under';
  return poissonLower(events) > borne ? 'over' : 'neither';
}

/** Runs that ended; those that did not are remembered, and so is what violated safety. */
export class RunLedger {
  readonly failed: FailedRun[] = [];
  readonly unsafe: { readonly label: string; readonly replication: number; readonly detail: string }[] = [];
  /** Virtual time simulated, ns. */
  time: Duration = 0;

  readonly note = (outcomes: readonly RunOutcome[]): readonly RunResult[] =>
    outcomes.flatMap((outcome) => {
      if (!outcome.ok) {
        this.failed.push(outcome);
        return [];
      }
      const { label, replication, violations, endedAt } = outcome.result;
      this.time += endedAt;
      for (const { kind, detail } of violations)
        if (kind === 'safety') this.unsafe.push({ label, replication, detail });
      return [outcome.result];
    });
}
