/**
 * A candidate as the decision sees it: whether it is fit at all, and its value in each criterion, by replication as well, so that two
 * candidates can be compared in pairs on common random numbers.
 */
import type { RunResult } from '../simulation/run-result.ts';
import { bottleneckOf, ranksOf } from './bottleneck.ts';
import type { CandidateAnswer, DrillAnswer } from './compare.ts';
import { oneMore } from './compare-points.ts';
import { consumptionOf } from './consumption.ts';
import { type Consumption, type MonthlyCost, monthlyCost, type Prices } from './cost.ts';
import { estimatesOf, type RunValues } from './estimate.ts';
import type { FileLength } from './longer-runs.ts';
import { judge, type Objective, type ObjectiveVerdict } from './objective.ts';
import type { PointEstimate } from './point-estimate.ts';
import { quantileStep } from './quantile-step.ts';
import { repeatsOf } from './repeats.ts';
import { noneTells, untoldText } from './telling.ts';
import { windowOf } from './window.ts';

export type Trust = 'crash' | 'byzantine';

/** What candidates are compared in, in the order in which a choice among those that meet the objective is made. */
export const CRITERIA = ['cost_per_month', 'worst_outage_ms', 'finality_p99_ms', 'capacity_per_s'] as const;
export type Criterion = (typeof CRITERIA)[number];

export interface CriterionValue {
  /** The mean over replications, infinite where an outage did not end. */
  readonly value: number;
  /** null where a run cannot tell. */
  readonly perRun: readonly (number | null)[];
  /** In what steps values are known, for paired tests (paired.ts). */
  readonly step: number;
}

export interface Candidate {
  readonly label: string;
  readonly trust: Trust;
  /** Why it can't be chosen whatever is asked; null: it can. */
  readonly unfit: string | null;
  /** Whether that is since its undisturbed runs held too little to tell anything: then it misses nothing either. */
  readonly untold: boolean;
  readonly criteria: Readonly<Record<Criterion, CriterionValue | null>>;
  /** Undisturbed. */
  readonly objectives: readonly JudgedObjective[];
  readonly drills: readonly CandidateDrill[];
  /** null without prices, or where nothing became final. */
  readonly spending: Spending | null;
  /** The same runs judged by another target of one objective, undisturbed and in drills. The limit of availability stays what it was. */
  underTarget(measure: string, target: number): Candidate;
}

/** `limit`: the target as a number, in the unit of the value. */
export interface JudgedObjective extends ObjectiveVerdict {
  readonly limit: number;
  readonly direction: Objective['direction'];
}

export interface CandidateDrill {
  readonly answer: DrillAnswer;
  /** Whether transactions became final again in every replication. */
  readonly recovered: boolean;
  /** Mean longest outage, ms; infinite where it did not recover. */
  readonly outageMs: number;
  /** What objectives are judged by in this drill, by measure. */
  readonly values: Readonly<Record<string, number | null>>;
  /** Objectives that it misses in this drill, as they are named in the scenario. */
  readonly missed: readonly string[];
}

export interface Spending {
  readonly consumption: Consumption;
  readonly cost: MonthlyCost;
  readonly perMillion: number;
}

export interface Described {
  readonly label: string;
  readonly trust: Trust;
}

/** `objectives`: those that the answer was judged by. `inFile`: how longer runs are asked for (telling.ts). */
export function candidateOf(
  point: Described,
  answer: CandidateAnswer,
  objectives: readonly Objective[],
  prices: Prices | null,
  inFile: FileLength | null,
): Candidate {
  const { base, spec } = answer;
  const ended = base.runs.map(({ run }) => run);
  const untold = noneTells(ended, base.warmUp.end, spec, objectives);
  const drills = answer.drills.map(drillOf);
  const replications = base.runs;
  const spending = prices === null ? null : spendingOf(answer, prices);
  const costOf = (values: RunValues, run: RunResult): number | null => {
    const one = { estimates: estimatesOf([values]), runs: [{ run, values }], repeats: repeatsOf([run]) };
    const consumption = prices === null ? null : consumptionOf(spec, one, prices.retentionDays);
    return consumption === null ? null : monthlyCost(prices as Prices, consumption).total;
  };
  // Throughput is counted: one transaction more or less in a run, as a share.
  const counted = oneMore(base) / (base.estimates.throughput_per_s?.mean || Number.POSITIVE_INFINITY);
  return {
    label: point.label,
    trust: point.trust,
    unfit: whyUnfit(answer, untold === null ? null : untoldText(untold, inFile)),
    untold: untold !== null,
    criteria: {
      cost_per_month: meanOver(
        replications.map(({ run, values }) => costOf(values, run)),
        (mean) => counted * mean,
      ),
      worst_outage_ms: worstOutage(drills),
      finality_p99_ms: meanOver(
        replications.map(({ values }) => values.finality_p99_ms),
        (mean) => quantileStep('finality_p99_ms', mean),
      ),
      capacity_per_s: meanOver(
        replications.map(({ run, values }) => capacityOf(run, values)),
        (mean) => counted * mean,
      ),
    },
    objectives: base.objective.map((verdict, i) => {
      const { target, direction } = objectives[i] as Objective;
      return { ...verdict, limit: target, direction };
    }),
    drills,
    spending,
    underTarget(measure, target) {
      const others = objectives.map((one) => (one.measure === measure ? { ...one, target } : one));
      return candidateOf(point, judgedAgain(answer, others), others, prices, inFile);
    },
  };
}

function judgedAgain(answer: CandidateAnswer, objectives: readonly Objective[]): CandidateAnswer {
  const again = (estimate: PointEstimate): PointEstimate => {
    const runs = estimate.runs.map(({ run }) => ({ run, window: windowOf(run, estimate.warmUp.end) }));
    return { ...estimate, objective: judge(objectives, estimate.estimates, runs) };
  };
  const drills = answer.drills.map((drill) => ({ ...drill, estimate: again(drill.estimate) }));
  return { ...answer, base: again(answer.base), drills };
}

/** Transactions a second at which the busiest resource would be busy all the time, if it grows busier in proportion. */
function capacityOf({ utilisation }: RunResult, { throughput_per_s: throughput }: RunValues): number | null {
  const share = bottleneckOf(ranksOf([utilisation]))?.utilisation ?? 0;
  return throughput === null || throughput === 0 || share === 0 ? null : throughput / share;
}

const SECONDS_PER_MONTH = 730 * 3600;

function spendingOf({ base, spec }: CandidateAnswer, prices: Prices): Spending | null {
  const consumption = consumptionOf(spec, base, prices.retentionDays);
  const throughput = base.estimates.throughput_per_s?.mean ?? 0;
  if (consumption === null || throughput === 0) return null;
  const cost = monthlyCost(prices, consumption);
  return { consumption, cost, perMillion: (cost.total / (throughput * SECONDS_PER_MONTH)) * 1e6 };
}

function drillOf(answer: DrillAnswer): CandidateDrill {
  const { estimate, recoveries } = answer;
  const open = estimate.condition?.condition === 'down' || estimate.condition?.condition === 'silent';
  const recovered = recoveries.length > 0 && recoveries.every((recovery) => recovery !== null) && !open;
  const outage = estimate.estimates.longest_outage_ms?.mean ?? Number.POSITIVE_INFINITY;
  return {
    answer,
    recovered,
    outageMs: recovered ? outage : Number.POSITIVE_INFINITY,
    values: Object.fromEntries(estimate.objective.map(({ measure, value }) => [measure, value])),
    missed: estimate.objective
      .filter(({ met, measure }) => !met && UNDER_DRILLS.test(measure))
      .map(({ measure }) => measure),
  };
}

/** What is asked of a candidate in its drills, too: finality, availability and outages. Throughput falls in any outage. */
export const UNDER_DRILLS = /^(finality|availability|longest_outage)/;

/** In the drill in which it is longest. */
function worstOutage(drills: readonly CandidateDrill[]): CriterionValue | null {
  const worst = weakestDrill(drills);
  if (worst === null) return null;
  // Outages are known to the nanosecond.
  const perRun = worst.answer.estimate.runs.map(({ values }) => values.longest_outage_ms);
  return { value: worst.outageMs, perRun, step: 0 };
}

/** The first of those with the longest outage. */
export function weakestDrill<D extends Pick<CandidateDrill, 'outageMs'>>(drills: readonly D[]): D | null {
  return drills.reduce<D | null>(
    (worst, drill) => (worst !== null && drill.outageMs <= worst.outageMs ? worst : drill),
    null,
  );
}

function whyUnfit({ base, drills, failed }: CandidateAnswer, untold: string | null): string | null {
  const runs = [base, ...drills.map(({ estimate }) => estimate)].flatMap((estimate) => estimate.runs);
  const violated = (kind: 'safety' | 'liveness') =>
    runs.some(({ run }) => run.violations.some((violation) => violation.kind === kind));
  if (violated('safety')) return 'it violated safety';
  if (failed.length > 0) return `${failed.length} of its runs did not finish`;
  if (untold !== null) return untold;
  if (base.condition === null) return 'no run of it was measured';
  if (base.condition.condition === 'silent') return 'it finalises nothing of what it is offered';
  if (base.condition.condition !== 'keeps up')
    return `undisturbed, it ${CONDITIONS[base.condition.condition] ?? 'falls behind'}`;
  if (violated('liveness')) return 'it violated liveness';
  return null;
}

const CONDITIONS: Readonly<Record<string, string>> = {
  stalled: 'stalls under its load',
  overloaded: 'does not keep up with its load',
};

function meanOver(perRun: readonly (number | null)[], stepAt: (mean: number) => number): CriterionValue | null {
  const known = perRun.filter((value) => value !== null);
  if (known.length === 0) return null;
  const value = known.reduce((sum, one) => sum + one, 0) / known.length;
  return { value, perRun, step: stepAt(value) };
}
