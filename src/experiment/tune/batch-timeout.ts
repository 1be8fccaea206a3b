/**
 * The batch timeout: how long the first transaction of a batch waits for others. Longer, and fewer messages carry more transactions; at a
 * load that leaves resources idle it only adds to finality. The least median finality of those that keep up is the best one.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type Duration, MILLISECOND } from '../../units/quantities.ts';
import type { Condition } from '../condition.ts';
import type { Estimate } from '../estimate.ts';
import { estimateOf } from '../estimate.ts';
import type { Experiment, RunOutcome } from '../experiment.ts';
import { estimatePoint, type PointQuestion } from '../point-estimate.ts';
import { rounded } from './grid.ts';
import { batchOf, withBatchTimeout } from './knobs.ts';

/** So near to the best no operator would see a difference. */
const NEAR = 1.02;
/** Halvings of the median finality that are tried, beside 0 and what the scenario says. */
const HALVINGS = 6;

export interface BatchSetting {
  readonly timeout: Duration;
  readonly condition: Condition | null;
  readonly p50Ms: Estimate | null;
  readonly p99Ms: Estimate | null;
  readonly transactionsPerBatch: Estimate | null;
  readonly messagesPerTransaction: Estimate | null;
  readonly bytesPerTransaction: Estimate | null;
}

export interface BatchTuning {
  readonly present: BatchSetting;
  /** Ascending, the present one among them. */
  readonly settings: readonly BatchSetting[];
  /** null: none keeps up with the load. */
  readonly best: BatchSetting | null;
  /** All that keep up with a median within 2 % of the best, ascending. */
  readonly near: readonly BatchSetting[];
  /** The present one where it is near the best, else the best; the present one where none keeps up. */
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
  const tried = candidates(present, plan.under);
  const others = yield* measured(plan, tried, note);
  if (others === null) return null;
  const settings = [present, ...others].sort((a, b) => a.timeout - b.timeout);
  return { present, settings, ...choose(present, settings) };
}

function candidates({ timeout, p50Ms }: BatchSetting, under: Duration): readonly Duration[] {
  const finality = (p50Ms?.mean ?? 0) * MILLISECOND;
  const halved = Array.from({ length: HALVINGS + 1 }, (_, i) => rounded(Math.round(finality / 2 ** i)));
  return [...new Set([0, ...halved])].filter((one) => one !== timeout && one < under);
}

export function choose(
  present: BatchSetting,
  settings: readonly BatchSetting[],
): Pick<BatchTuning, 'best' | 'near' | 'chosen'> {
  const able = settings.filter(({ condition, p50Ms }) => condition === 'keeps up' && p50Ms !== null);
  const p50 = ({ p50Ms }: BatchSetting): number => p50Ms?.mean ?? Number.POSITIVE_INFINITY;
  const best = able.reduce<BatchSetting | null>(
    (least, one) => (least === null || p50(one) < p50(least) ? one : least),
    null,
  );
  if (best === null) return { best, near: [], chosen: present };
  const near = able.filter((one) => p50(one) <= NEAR * p50(best));
  return { best, near, chosen: near.includes(present) ? present : best };
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
    const { estimates, condition } = estimatePoint(plan.question, of(timeout, 0), own);
    const filled = own.map(({ counts }) => (counts.batches === 0 ? null : counts.transactions / counts.batches));
    return {
      timeout,
      condition: condition?.condition ?? null,
      p50Ms: estimates.finality_p50_ms,
      p99Ms: estimates.finality_p99_ms,
      transactionsPerBatch: estimateOf(filled),
      messagesPerTransaction: estimates.messages_per_transaction,
      bytesPerTransaction: estimates.bytes_per_transaction,
    };
  });
}
