/**
 * The batch timeout: how long the first transaction of a batch waits for others. Longer, and fewer messages carry more transactions; at a
 * load that leaves resources idle it only adds to finality. What is set now stays, unless another that keeps up has a lower median
 * finality beyond chance: pair by pair on common random numbers, corrected for all that were tried.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { holmAdjusted } from '../../statistics/holm.ts';
import { type Duration, MILLISECOND } from '../../units/quantities.ts';
import type { Condition } from '../condition.ts';
import type { Estimate } from '../estimate.ts';
import { estimateOf } from '../estimate.ts';
import type { Experiment, RunOutcome } from '../experiment.ts';
import { comparePaired, type PairedComparison, TOLD_BELOW } from '../paired.ts';
import { estimatePoint, type PointQuestion } from '../point-estimate.ts';
import { quantileStep } from '../quantile-step.ts';
import { noneTells, type Untold } from '../telling.ts';
import { rounded } from './grid.ts';
import { batchOf, withBatchTimeout } from './knobs.ts';

/** So near to the best no operator would see a difference. */
const NEAR = 1.02;
/** Halvings of the median finality that are tried, beside 0 and what the scenario says. */
const HALVINGS = 6;

export interface BatchSetting {
  readonly timeout: Duration;
  readonly condition: Condition | null;
  /** Why its runs tell nothing; null: they do. */
  readonly untold: Untold | null;
  readonly p50Ms: Estimate | null;
  /** Median finality by replication; null where a run cannot tell. */
  readonly p50PerRunMs: readonly (number | null)[];
  readonly p99Ms: Estimate | null;
  readonly transactionsPerBatch: Estimate | null;
  readonly messagesPerTransaction: Estimate | null;
  readonly bytesPerTransaction: Estimate | null;
}

/** A setting's median finality beside that of the present one: this − present, pair by pair. */
export interface BatchComparison {
  readonly setting: BatchSetting;
  readonly paired: PairedComparison;
  /** Corrected for the others (Holm); null from one pair, which cannot tell. */
  readonly pAdjusted: number | null;
}

export interface BatchTuning {
  /** Why the runs with the present one tell nothing, so that no other is tried; null: they do. */
  readonly untold: Untold | null;
  readonly present: BatchSetting;
  /** Ascending, the present one among them. */
  readonly settings: readonly BatchSetting[];
  /** The least mean of median finality of those that keep up; null: none does. */
  readonly best: BatchSetting | null;
  /** Around the best, all that keep up with a mean within 2 % of it, ascending without a gap. */
  readonly near: readonly BatchSetting[];
  /** Of all others that keep up, where the present one does. */
  readonly comparisons: readonly BatchComparison[];
  /**
   * The present one, unless others are lower beyond chance and by more than 2 %: then the best of these. Where the present one does not keep
   * up, the best, if there is one.
   */
  readonly chosen: BatchSetting;
}

interface BatchPlan {
  readonly question: PointQuestion;
  readonly replications: number;
  /** Undisturbed, as long as the scenario says. */
  specFor(replication: number): RunSpec;
  /** A batch must not wait as long as a leader is given. */
  readonly under: Duration;
}

/** null where runs failed. */
export function* tuneBatch(
  plan: BatchPlan,
  note: (outcomes: readonly RunOutcome[]) => readonly RunResult[],
): Experiment<BatchTuning | null> {
  const now = batchOf(plan.specFor(0)).timeout;
  const [present] = (yield* measured(plan, [now], note)) ?? [];
  if (present === undefined) return null;
  if (present.untold !== null) {
    const nothing = { best: null, near: [], comparisons: [], chosen: present };
    return { untold: present.untold, present, settings: [present], ...nothing };
  }
  const tried = candidates(present, plan.under);
  const others = yield* measured(plan, tried, note);
  if (others === null) return null;
  const settings = [present, ...others].sort((a, b) => a.timeout - b.timeout);
  return { untold: null, present, settings, ...choose(present, settings) };
}

function candidates({ timeout, p50Ms }: BatchSetting, under: Duration): readonly Duration[] {
  const finality = (p50Ms?.mean ?? 0) * MILLISECOND;
  const halved = Array.from({ length: HALVINGS + 1 }, (_, i) => rounded(Math.round(finality / (1 << i))));
  return [...new Set([0, ...halved])].filter((one) => one !== timeout && one < under);
}

export function choose(
  present: BatchSetting,
  settings: readonly BatchSetting[],
): Pick<BatchTuning, 'best' | 'near' | 'comparisons' | 'chosen'> {
  const able = settings.filter(keepsUp);
  const best = leastOf(able);
  if (best === null) return { best, near: [], comparisons: [], chosen: present };
  const near = nearTo(best, settings);
  if (!keepsUp(present)) return { best, near, comparisons: [], chosen: best };
  const comparisons = comparedWith(
    present,
    able.filter((one) => one !== present),
  );
  const lower = comparisons.filter(
    ({ paired: { relative }, pAdjusted }) =>
      pAdjusted !== null && pAdjusted < TOLD_BELOW && relative !== null && relative < 1 / NEAR - 1,
  );
  return { best, near, comparisons, chosen: leastOf(lower.map(({ setting }) => setting)) ?? present };
}

function keepsUp({ condition, p50Ms }: BatchSetting): boolean {
  return condition === 'keeps up' && p50Ms !== null;
}

function medianOf({ p50Ms }: BatchSetting): number {
  return p50Ms?.mean ?? Number.POSITIVE_INFINITY;
}

/** The first of those with the least mean. */
function leastOf(settings: readonly BatchSetting[]): BatchSetting | null {
  return settings.reduce<BatchSetting | null>(
    (least, one) => (least === null || medianOf(one) < medianOf(least) ? one : least),
    null,
  );
}

function nearTo(best: BatchSetting, settings: readonly BatchSetting[]): readonly BatchSetting[] {
  const isNear = (one: BatchSetting | undefined): boolean =>
    one !== undefined && keepsUp(one) && medianOf(one) <= NEAR * medianOf(best);
  let [first, last] = [settings.indexOf(best), settings.indexOf(best)];
  while (isNear(settings[first - 1])) first--;
  while (isNear(settings[last + 1])) last++;
  return settings.slice(first, last + 1);
}

/** The present one is what the others are held against, whatever they show: as many tests as there are others. */
function comparedWith(present: BatchSetting, others: readonly BatchSetting[]): readonly BatchComparison[] {
  const step = (setting: BatchSetting): number => quantileStep('finality_p50_ms', medianOf(setting));
  const rows = others.flatMap((setting) => {
    const steps = { a: step(setting), b: step(present) };
    const paired = comparePaired(setting.p50PerRunMs, present.p50PerRunMs, 'low', steps);
    return paired === null ? [] : [{ setting, paired }];
  });
  const adjusted = holmAdjusted(rows.map(({ paired }) => paired.pValue));
  return rows.map((row, i) => ({ ...row, pAdjusted: adjusted[i] ?? null }));
}

function* measured(
  plan: BatchPlan,
  timeouts: readonly Duration[],
  note: (outcomes: readonly RunOutcome[]) => readonly RunResult[],
): Experiment<readonly BatchSetting[] | null> {
  const of = (timeout: Duration, replication: number) => withBatchTimeout(plan.specFor(replication), timeout);
  const replications = Array.from({ length: plan.replications }, (_, i) => i);
  const runs = note(yield timeouts.flatMap((timeout) => replications.map((replication) => of(timeout, replication))));
  if (runs.length < timeouts.length * replications.length) return null;
  return timeouts.map((timeout, i) => {
    const own = runs.slice(i * replications.length, (i + 1) * replications.length);
    const spec = of(timeout, 0);
    const { estimates, condition, warmUp, runs: valued } = estimatePoint(plan.question, spec, own);
    const filled = own.map(({ counts }) => (counts.batches === 0 ? null : counts.transactions / counts.batches));
    return {
      timeout,
      condition: condition?.condition ?? null,
      untold: noneTells(own, warmUp.end, spec, plan.question.objectives),
      p50Ms: estimates.finality_p50_ms,
      p50PerRunMs: valued.map(({ values }) => values.finality_p50_ms),
      p99Ms: estimates.finality_p99_ms,
      transactionsPerBatch: estimateOf(filled),
      messagesPerTransaction: estimates.messages_per_transaction,
      bytesPerTransaction: estimates.bytes_per_transaction,
    };
  });
}
