/**
 * Where a change most likely comes from: the stage whose mean time moved most, and the resource that does most more (or less) work for the
 * same transactions. A busy share divided by throughput is what one transaction asks of a resource (the utilisation law, U = X·D; Denning &
 * Buzen, The Operational Analysis of Queueing Network Models, 1978), so that a change of throughput alone does not look like more work.
 * An inference from two observations, not a measurement: it says what moved with what.
 */
import { STAGES } from '../simulation/run-result.ts';
import { RESOURCES, type Resource } from './bottleneck.ts';
import { meanOf } from './measure-change.ts';
import type { ObservedPoint, PerReplication } from './observed-point.ts';

export type Cause = 'queueing' | 'batch' | 'network' | 'crypto' | 'disk' | 'execution';
export type Stage = (typeof STAGES)[number];

export interface StageMove {
  readonly stage: Stage;
  /** Mean ms over the replications that could tell. */
  readonly before: number;
  readonly after: number;
}

/** What transactions ask for: by resource in µs of its busiest node each, else as a count for each. */
export interface WorkMove {
  readonly what: Resource | 'messages' | 'bytes' | 'signatures' | 'transactions_per_block';
  readonly before: number;
  readonly after: number;
  /** Busy share of the busiest node; null where that is not what it is. */
  readonly busy: { readonly before: number; readonly after: number } | null;
  /** It changed by at least a twentieth: small shares differ by chance, and a change anywhere shifts them all a little. */
  readonly noticed: boolean;
}

export interface LikelyCause {
  /** null: no stage moved. */
  readonly stage: Stage | null;
  readonly cause: Cause;
  /** What does more or less work; null: nothing does, so that the time is spent waiting or on the way. */
  readonly resource: Resource | null;
}

export interface PointMoves {
  /** Empty where nothing went through a block, before or after. */
  readonly stages: readonly StageMove[];
  readonly work: readonly WorkMove[];
  readonly likely: LikelyCause | null;
}

const NOTICED = 0.05;
/** Of a resource's time: less than this cannot make anyone wait. */
const LEAST_EXTRA = 0.0005;
/** Of the mean finality: a smaller change is of no stage. */
const LEAST_MOVE = 0.001;
/** From here on queues grow quickly with every bit of work: at 0.7 a job of M/M/1 waits for 2.3 service times. */
const CROWDED = 0.7;

export function pointMoves(before: ObservedPoint, after: ObservedPoint): PointMoves {
  const stages = stageMoves(before, after);
  const work = workMoves(before, after);
  return { stages, work, likely: likelyCause(stages, work) };
}

function stageMoves(before: ObservedPoint, after: ObservedPoint): readonly StageMove[] {
  const moves = STAGES.map((stage) => ({
    stage,
    before: meanOf(before.stages[stage] ?? []),
    after: meanOf(after.stages[stage] ?? []),
  }));
  return moves.every((move): move is StageMove => move.before !== null && move.after !== null) ? moves : [];
}

function workMoves(before: ObservedPoint, after: ObservedPoint): readonly WorkMove[] {
  const resources = RESOURCES.flatMap((what) => {
    const [was, is] = [before, after].map((point) => demandOf(point, what));
    const [busyBefore, busyAfter] = [before, after].map((point) => meanOf(point.work[`${what}_busy`] ?? []));
    if (was == null || is == null || busyBefore == null || busyAfter == null) return [];
    return [move(what, was, is, { before: busyBefore, after: busyAfter })];
  });
  const counts = (
    [
      ['messages', 'measures', 'messages_per_transaction'],
      ['bytes', 'measures', 'bytes_per_transaction'],
      ['signatures', 'work', 'signatures_per_transaction'],
      ['transactions_per_block', 'work', 'transactions_per_block'],
    ] as const
  ).flatMap(([what, where, name]) => {
    const [was, is] = [before, after].map((point) => meanOf(point[where][name] ?? []));
    return was == null || is == null ? [] : [move(what, was, is, null)];
  });
  return [...resources, ...counts];
}

function move(what: WorkMove['what'], before: number, after: number, busy: WorkMove['busy']): WorkMove {
  return { what, before, after, busy, noticed: Math.abs(after - before) > NOTICED * Math.abs(before) };
}

/** µs of the resource's busiest node for each transaction. */
function demandOf(point: ObservedPoint, resource: Resource): number | null {
  const throughput: PerReplication = point.measures.throughput_per_s ?? [];
  const busy: PerReplication = point.work[`${resource}_busy`] ?? [];
  return meanOf(
    busy.map((share, i) => {
      const rate = throughput[i] ?? null;
      return share === null || rate === null || rate === 0 ? null : (share / rate) * 1e6;
    }),
  );
}

function likelyCause(stages: readonly StageMove[], work: readonly WorkMove[]): LikelyCause | null {
  const total = stages.reduce((sum, { before, after }) => sum + after - before, 0);
  const finality = stages.reduce((sum, { before }) => sum + before, 0);
  const sign = Math.abs(total) <= LEAST_MOVE * finality ? 0 : Math.sign(total);
  const stage = sign === 0 ? null : movedMost(stages, sign);
  const busier = work
    .flatMap(({ what, busy, noticed, before, after }) => {
      // At the throughput of before: how much more of its time it would be busy.
      const extra = busy === null ? 0 : before > 0 ? busy.before * (after / before - 1) : busy.after;
      const material = noticed && Math.abs(extra) >= LEAST_EXTRA && (sign === 0 || Math.sign(extra) === sign);
      return material ? [{ resource: what as Resource, extra: Math.abs(extra) }] : [];
    })
    .sort((a, b) => b.extra - a.extra)[0];
  if (busier !== undefined) return { stage, cause: causeOf(busier.resource, stage), resource: busier.resource };
  if (stage === null) return talksMore(work) ? { stage, cause: 'network', resource: null } : null;
  return { stage, cause: waitingIn(stage, work), resource: null };
}

/** Of the stages that moved as the whole did. */
function movedMost(stages: readonly StageMove[], sign: number): Stage | null {
  const [first] = stages.toSorted((a, b) => sign * (b.after - b.before) - sign * (a.after - a.before));
  return first?.stage ?? null;
}

function causeOf(resource: Resource, stage: Stage | null): Cause {
  if (resource === 'thread') return stage === 'executed' ? 'execution' : 'queueing';
  if (resource === 'cores') return 'crypto';
  return resource === 'disk' ? 'disk' : 'network';
}

/** No resource does more work: waiting behind others where it is crowded, for a block to fill, or for messages on their way. */
function waitingIn(stage: Stage, work: readonly WorkMove[]): Cause {
  const crowded = work.some(({ busy }) => busy !== null && Math.max(busy.before, busy.after) >= CROWDED);
  if (crowded || stage === 'executed') return 'queueing';
  return stage === 'proposed' ? 'batch' : 'network';
}

function talksMore(work: readonly WorkMove[]): boolean {
  return work.some(({ what, noticed }) => noticed && (what === 'messages' || what === 'bytes'));
}
