/**
 * Whether a setting's rate of spurious elections or view changes lies under a stated level, with 95 % confidence. A zero-failure plan: a setting
 * is accepted when 3 ÷ level of virtual time pass without one (the exact upper limit is then under the level), and rejected by the first one.
 * So a look after the first runs decides nothing that the whole would not decide: it only saves the rest.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { poissonUpper } from '../../statistics/poisson.ts';
import { type Duration, SECOND } from '../../units/quantities.ts';
import type { Experiment, FailedRun, RunOutcome } from '../experiment.ts';
import type { Knobs } from './knobs.ts';
import { suspicionsOf } from './suspicions.ts';

/** Runs that the virtual time is shared by, and how many of them are looked at first. */
export const RUNS = 16;
const FIRST = 2;
/** −ln 0.05 = 2.996, and what is lost in rounding. */
const RULE_OF_THREE = 3;

export interface SpuriousRate {
  readonly events: number;
  /** Virtual time in which they were counted, s. */
  readonly seconds: number;
  readonly perHour: number;
  /** One-sided 95 % limit. */
  readonly upperPerHour: number;
  readonly accepted: boolean;
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
  const upper = poissonUpper(events);
  return {
    events,
    seconds,
    perHour: events / hours,
    upperPerHour: upper / hours,
    accepted: events === 0 && upper <= level * seconds,
  };
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
