/**
 * What a design point was seen to do, replication by replication: all that a baseline keeps of it, so that a later run on the same
 * random numbers is compared pair by pair and a change is traced to a stage and to what is busy there.
 */
import { type RunResult, STAGES } from '../simulation/run-result.ts';
import { type Instant, MILLISECOND } from '../units/quantities.ts';
import { RESOURCES } from './bottleneck.ts';
import type { PointAnswer } from './replicate.ts';
import { JUDGED_MEASURES } from './tolerance.ts';
import { measuredSegments, windowOf } from './window.ts';

/** One value a replication, in their order; null where the run could not tell. */
export type PerReplication = readonly (number | null)[];

export interface ObservedPoint {
  readonly label: string;
  /** null: a violation stopped the run. */
  readonly digests: readonly (string | null)[];
  /** By the names of `JUDGED_MEASURES`; a baseline of another version may lack one, or hold more. */
  readonly measures: Readonly<Record<string, PerReplication>>;
  /** Mean ms in each stage, by the names of `STAGES`. */
  readonly stages: Readonly<Record<string, PerReplication>>;
  /** By the names of `WORK_NAMES`. */
  readonly work: Readonly<Record<string, PerReplication>>;
  /** Protocol and client messages sent per transaction, by name, over whole runs. */
  readonly messages: Readonly<Record<string, PerReplication>>;
}

/** What transactions ask of the machines: signatures, how many share a block, and the busy share of the busiest node's resource. */
export const WORK_NAMES = [
  'signatures_per_transaction',
  'transactions_per_block',
  ...RESOURCES.map((resource) => `${resource}_busy` as const),
] as const;
export type WorkName = (typeof WORK_NAMES)[number];

/** Of the runs that ended, in order of replication. */
export function observedPoint(label: string, { estimate }: PointAnswer): ObservedPoint {
  const { runs, warmUp } = estimate;
  const results = runs.map(({ run }) => run);
  const work = results.map((run) => workOf(run, warmUp.end));
  const stages = results.map((run) => stagesOf(run, warmUp.end));
  const names = [...new Set(results.flatMap((run) => run.counts.sent.map(({ name }) => name)))];
  return {
    label,
    digests: results.map(({ digest }) => digest),
    measures: columns(JUDGED_MEASURES, (name) => runs.map(({ values }) => values[name])),
    stages: columns(STAGES, (stage) => stages.map((means) => means?.[STAGES.indexOf(stage)] ?? null)),
    work: columns(WORK_NAMES, (name) => work.map((values) => values[name])),
    messages: columns(names, (name) => results.map((run) => messagesOf(run, name))),
  };
}

function columns<Name extends string>(
  names: readonly Name[],
  of: (name: Name) => PerReplication,
): Record<Name, PerReplication> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, PerReplication>;
}

function stagesOf(run: RunResult, warmUp: Instant): readonly number[] | null {
  const window = windowOf(run, warmUp);
  if (window === null || window.staged === 0) return null;
  return window.stageSums.map((sum) => sum / window.staged / MILLISECOND);
}

function workOf(run: RunResult, warmUp: Instant): Readonly<Record<WorkName, number | null>> {
  const segments = measuredSegments(run, warmUp);
  const final = segments.reduce((sum, segment) => sum + segment.final, 0);
  const signatures = segments.reduce((sum, segment) => sum + segment.signatures, 0);
  const { batches, transactions } = run.counts;
  return {
    signatures_per_transaction: final === 0 ? null : signatures / final,
    transactions_per_block: batches === 0 ? null : transactions / batches,
    ...(Object.fromEntries(
      RESOURCES.map((resource) => [
        `${resource}_busy`,
        run.utilisation.reduce((most, shares) => Math.max(most, shares[resource]), 0),
      ]),
    ) as Record<`${(typeof RESOURCES)[number]}_busy`, number>),
  };
}

function messagesOf(run: RunResult, name: string): number | null {
  const sent = run.counts.sent.find((row) => row.name === name);
  return sent === undefined || run.counts.transactions === 0 ? null : sent.count / run.counts.transactions;
}
