/**
 * Whether what a worker sent back is an outcome of the run that was asked for. A broken worker, or a result that was damaged on its
 * way, must not become part of an answer.
 */
import type { FinishedRun, RunOutcome } from '../../experiment/experiment.ts';
import { STAGES } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import {
  amount,
  count,
  doubles,
  integers,
  listOf,
  matching,
  nullOr,
  number,
  oneOf,
  record,
  text,
} from './plain-shape.ts';

const histogram = record({ indices: integers, counts: doubles, total: amount, sum: amount, max: number, min: number });

const segment = record({
  from: amount,
  to: amount,
  offered: count,
  final: count,
  valid: count,
  finality: histogram,
  commit: histogram,
  stageSums: doubles,
  staged: count,
  groupStaged: doubles,
  groupLatency: doubles,
  protocolMessages: count,
  requestMessages: count,
  replyMessages: count,
  bytes: amount,
  signatures: amount,
  outstandingTime: amount,
});

const named = listOf(record({ name: text, count }));
const share = amount;
const outages = listOf(record({ from: amount, to: amount }));

const runResult = record({
  label: text,
  seed: count,
  replication: count,
  digest: nullOr(matching(/^[0-9a-f]{16}$/, '16 hex digits')),
  endedAt: amount,
  segments: listOf(segment),
  timeline: record({
    bin: amount,
    offered: doubles,
    final: doubles,
    latencySum: doubles,
    latencyMax: doubles,
    events: listOf(record({ at: amount, node: number, kind: oneOf(['fault', 'mark']), text })),
    leftOut: named,
  }),
  counts: record({ delivered: named, deliveredMessages: count, sent: named, submitted: count, transactions: count }),
  utilisation: listOf(record({ thread: share, cores: share, egress: share, ingress: share, disk: share })),
  violations: listOf(
    record({ check: text, kind: oneOf(['safety', 'liveness']), at: amount, node: number, detail: text }),
  ),
  outages,
  faults: listOf(
    record({
      text,
      at: nullOr(amount),
      nodes: listOf(count),
      endedAt: nullOr(amount),
      outages,
      leaderAt: nullOr(amount),
      recovery: nullOr(amount),
      later: outages,
    }),
  ),
  unfinished: doubles,
  notes: listOf(text),
});

const finishedRun = record({ ok: oneOf([true]), result: runResult });
const crashedRun = record({ ok: oneOf([false]), kind: oneOf(['crashed']), reason: text });

/** What is wrong with it as an outcome of this run, in one sentence; null where nothing is. */
export function outcomeProblem(value: unknown, spec: RunSpec): string | null {
  const problem = ((value as Partial<RunOutcome> | null)?.ok === false ? crashedRun : finishedRun)(value, 'outcome');
  if (problem !== null || !(value as RunOutcome).ok) return problem;
  const { result } = value as FinishedRun;
  const { seed, endedAt, segments, utilisation, timeline } = result;
  if (seed !== spec.seed) return `outcome.result.seed is ${seed}, expected ${spec.seed}`;
  if (endedAt > spec.horizon) return `outcome.result ended at ${endedAt} ns, behind its horizon ${spec.horizon} ns`;
  if (utilisation.length !== spec.nodes)
    return `outcome.result.utilisation is of ${utilisation.length} nodes, expected ${spec.nodes}`;
  if (segments.length === 0 || segments.length > spec.boundaries.length + 1)
    return `outcome.result has ${segments.length} segments, expected 1 to ${spec.boundaries.length + 1}`;
  if (segments.some(({ stageSums }) => stageSums.length !== STAGES.length))
    return `outcome.result has a segment whose stageSums are not ${STAGES.length}`;
  if (segments.some(({ finality, commit }) => [finality, commit].some((h) => h.indices.length !== h.counts.length)))
    return 'outcome.result has a histogram whose indices and counts differ in length';
  const { offered, final, latencySum, latencyMax } = timeline;
  if ([final, latencySum, latencyMax].some(({ length }) => length !== offered.length))
    return 'outcome.result.timeline has columns that differ in length';
  return null;
}
