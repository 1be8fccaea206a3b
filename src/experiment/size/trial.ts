/** What the runs of one candidate say: whether it gives what is asked for, and by how much it misses or has to spare. */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Instant } from '../../units/quantities.ts';
import type { Estimate } from '../estimate.ts';
import type { FailedRun, RunOutcome } from '../experiment.ts';
import { isNotReached, judgedFinalityP99, type Objective, type ObjectiveVerdict } from '../objective.ts';
import { estimatePoint, type PointEstimate } from '../point-estimate.ts';
import { tells, tooFew, type Untold } from '../telling.ts';
import { windowOf } from '../window.ts';
import { isSteady } from './demand.ts';
import { judgeRates } from './kept-rate.ts';
import { CLEARLY, unsureIn } from './spare.ts';
import { isRate, neverSent, neverValid, notReached, sentMore } from './untold.ts';

export interface Miss {
  /** What is missed: a measure, `load`, `safety` or `run`. */
  readonly what: string;
  /** A share of the target; 1 where nothing can be said. */
  readonly by: number;
  readonly why: string;
}

export interface Trial {
  readonly spec: RunSpec;
  /** null where no run ended. */
  readonly estimate: PointEstimate | null;
  /** Those that tell something, or where none does all. */
  readonly runs: readonly RunResult[];
  /** How many runs that ended are left out of them. */
  readonly quiet: number;
  /** As it is held against the objective, and the only finality p99 that is said of a candidate. */
  readonly finalityP99: Estimate | null;
  /** Empty: all is met that these runs can tell of. */
  readonly misses: readonly Miss[];
  /** Why these runs tell neither way of something that is asked for, although nothing else is missed; null: they tell. */
  readonly untold: Untold | null;
  readonly failed: readonly FailedRun[];
  /** False where further replications could turn a verdict. */
  readonly decided: boolean;
  /** Measures of which the only run that tells is so near the target that another could turn it; empty where there are several. */
  readonly unsure: readonly string[];
}

export function trialOf(
  spec: RunSpec,
  outcomes: readonly RunOutcome[],
  warmup: Instant | 'auto',
  objectives: readonly Objective[],
): Trial {
  const ended = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
  const failed = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
  if (ended.length === 0) {
    const misses = failures(failed);
    const nothing = { estimate: null, runs: ended, quiet: 0, finalityP99: null, untold: null, unsure: [] };
    return { spec, ...nothing, misses, failed, decided: true };
  }
  const { runs, point } = tellingRuns(spec, ended, warmup, objectives);
  const { objective, told, untold: openRate } = judgeRates(point, runs, spec, objectives);
  const estimate = { ...point, objective };
  const { end } = estimate.warmUp;
  const few = runs.some((run) => tells(run, end, objectives)) ? null : tooFew(end, spec);
  const unsent = neverSent(estimate, spec, runs, objectives);
  const other = sentMore(estimate, spec, runs);
  const invalid = neverValid(estimate, spec, objectives);
  const excused = ({ estimate: name }: Objective): boolean =>
    few !== null ||
    (isRate(name) ? (unsent ?? openRate) !== null : other !== null) ||
    (invalid !== null && name === 'goodput_per_s');
  const behind = few === null ? condition(estimate) : [];
  const misses = [
    ...failures(failed),
    ...violations(ended),
    ...(other === null ? behind : []),
    ...missed(estimate, objectives, excused),
  ];
  const slow = behind.length > 0 || estimate.objective.some(({ met }) => !met);
  const untold =
    misses.length > 0 ? null : (few ?? invalid ?? unsent ?? openRate ?? (slow ? other : null) ?? notReached(estimate));
  const finalityP99 = judgedFinalityP99(runs.map((run) => ({ run, window: windowOf(run, end) })));
  const decided = untold === null && estimate.objective.every((verdict) => verdict.decided);
  const quiet = ended.length - runs.length;
  const near = runs.length === 1 && few === null ? unsureIn(estimate, spec, objectives) : [];
  const unsure = near.filter((measure) => !told.includes(measure));
  return { spec, estimate, runs, quiet, finalityP99, misses, untold, failed, decided, unsure };
}

/** Those that say something, where some do and some do not; all of them where a mean rate is asked for of bursts, of which quiet is a part. */
function tellingRuns(
  spec: RunSpec,
  runs: readonly RunResult[],
  warmup: Instant | 'auto',
  objectives: readonly Objective[],
): { readonly runs: readonly RunResult[]; readonly point: PointEstimate } {
  const point = estimatePoint({ warmup, objectives }, spec, runs);
  const telling = runs.filter((run) => tells(run, point.warmUp.end, objectives));
  const quietCounts = !isSteady(spec.clients) && objectives.some(({ estimate }) => isRate(estimate));
  if (quietCounts || telling.length === 0 || telling.length === runs.length) return { runs, point };
  return { runs: telling, point: estimatePoint({ warmup, objectives }, spec, telling) };
}

function failures(failed: readonly FailedRun[]): readonly Miss[] {
  return failed.slice(0, 1).map(({ reason }) => ({ what: 'run', by: 1, why: `a run did not end: ${reason}` }));
}

function violations(runs: readonly RunResult[]): readonly Miss[] {
  const first = runs.flatMap((run) => run.violations)[0];
  return first === undefined ? [] : [{ what: 'safety', by: 1, why: `a check was violated: ${first.detail}` }];
}

function condition({ condition: found, estimates }: PointEstimate): readonly Miss[] {
  if (found === null) return [{ what: 'load', by: 1, why: 'no run can tell how it does' }];
  if (found.condition === 'keeps up') return [];
  const { throughput_per_s: final, offered_per_s: offered } = estimates;
  const by = final === null || offered === null || offered.mean === 0 ? 1 : 1 - final.mean / offered.mean;
  const words = { overloaded: 'does not keep up with the load', 'not caught up': 'has not caught up' };
  return [
    {
      what: 'load',
      by: Math.max(0, by),
      why: words[found.condition as keyof typeof words] ?? `is ${found.condition} at the end`,
    },
  ];
}

/** But for what is `excused`, and for what runs cannot tell. */
function missed(
  { objective }: PointEstimate,
  objectives: readonly Objective[],
  excused: (objective: Objective) => boolean,
): readonly Miss[] {
  return objective.flatMap((verdict, i) => {
    const asked = objectives[i] as Objective;
    return verdict.met || excused(asked) || isNotReached(verdict) ? [] : [missOf(verdict, asked)];
  });
}

function missOf({ measure, value, reason, target: text }: ObjectiveVerdict, { target, direction }: Objective): Miss {
  if (value === null) return { what: measure, by: 1, why: `${measure}: ${reason ?? 'not measured'}` };
  const by = direction === 'at-most' ? value / target - 1 : 1 - value / target;
  return {
    what: measure,
    by: Math.max(0, by),
    why: reason === null ? `${measure} misses ${text}` : `${measure}: ${reason}`,
  };
}

/** A short run settles what it misses by more than so much, and what does not keep up: chance and its shortness make no such difference. */
export function clearlyMisses({ misses }: Trial): boolean {
  return misses.some(({ what, by }) => by > CLEARLY || what === 'load' || what === 'safety' || what === 'run');
}

/** The miss that says most. */
export function worstMiss({ misses }: Trial): Miss {
  return misses.reduce((worst, miss) => (miss.by > worst.by ? miss : worst), misses[0] as Miss);
}

/** In words; `when` follows what is missed. */
export function whyMissed(trial: Trial, when = ''): string {
  const { what, why } = worstMiss(trial);
  const isOpen = trial.estimate?.objective.some(({ measure, decided }) => measure === what && !decided) ?? false;
  const all = isOpen ? ', with an interval that reaches across its target' : '';
  const doubt = trial.unsure.includes(what) ? ', in one run, which so near its target cannot tell it for certain' : all;
  return `${why}${when}${doubt}`;
}
