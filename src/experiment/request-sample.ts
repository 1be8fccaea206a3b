/**
 * What requests weigh, by a sample of them: means for what is paid for (consumption.ts from runs, size/sizing-cost.ts before any), and
 * least means for what a bound may count on, however heavy the tail of their sizes.
 */
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { CLIENT_SIGNATURE } from '../simulation/world.ts';
import type { Bytes, Rate, Ratio } from '../units/quantities.ts';
import { workloadNamed } from '../workloads/registry.ts';

/** Without signatures and headers. */
export interface RequestSample {
  /** Ascending. */
  readonly bytes: readonly Bytes[];
  readonly mean: Bytes;
  readonly replyMean: Bytes;
  /** Of requests that change something: their share, what they weigh for each request of any kind, and their sizes, ascending. */
  readonly written: { readonly share: Ratio; readonly bytes: Bytes; readonly sizes: readonly Bytes[] };
}

/** Requests that stand for all: the mean of 4,096 of a law with a coefficient of variation of 1 is within 1.6 % (one standard error). */
const SOME_REQUESTS = 4096;

export function sampleRequests(
  { workload, clients }: Pick<RunSpec, 'workload' | 'clients'>,
  seed: number,
): RequestSample {
  const made = workloadNamed(workload.name).create(workload.options, { seed, groups: Math.max(1, clients.length) });
  const ids = Array.from({ length: SOME_REQUESTS }, (_, id) => id);
  const writes = ids.filter((id) => !made.isRead(id));
  const meanOf = (some: readonly number[], of: (id: number) => number): number =>
    some.reduce((sum, id) => sum + of(id), 0) / SOME_REQUESTS;
  return {
    bytes: ids.map((id) => made.bytes(id)).sort((a, b) => a - b),
    mean: meanOf(ids, (id) => made.bytes(id)),
    replyMean: meanOf(ids, (id) => made.replyBytes(id)),
    written: {
      share: writes.length / SOME_REQUESTS,
      bytes: meanOf(writes, (id) => made.bytes(id)),
      sizes: writes.map((id) => made.bytes(id)).sort((a, b) => a - b),
    },
  };
}

/**
 * The share of the same requests that a fresh ledger takes for valid, executed in the order of their ids. Where validity depends on a state
 * that drifts (balances that run out), it is that of the beginning.
 */
export function validShare({ workload, clients }: Pick<RunSpec, 'workload' | 'clients'>, seed: number): Ratio {
  const made = workloadNamed(workload.name).create(workload.options, { seed, groups: Math.max(1, clients.length) });
  if (!made.executes) return 1;
  const state = made.newState();
  let valid = 0;
  for (let id = 0; id < SOME_REQUESTS; id++) if (state.execute(id)) valid++;
  return valid / SOME_REQUESTS;
}

/** What a protocol adds to requests, and whether reads go past its blocks. */
export interface RequestRule {
  readonly signature: Bytes;
  readonly readsApart: boolean;
}

/** A protocol of the user's own is not known here: its requests are taken as unsigned and all of them as ordered. */
export function requestRuleOf({ protocol, nodes }: Pick<RunSpec, 'protocol' | 'nodes'>): RequestRule {
  const known: AnyProtocol | null =
    protocol.module === undefined && Object.hasOwn(protocols, protocol.name)
      ? protocols[protocol.name as keyof typeof protocols]
      : null;
  const rule = known?.client(protocol.options as never, nodes);
  return { signature: rule?.signed ? CLIENT_SIGNATURE : 0, readsApart: rule?.reads === 'separate' };
}

const SECONDS_PER_DAY = 86_400;

/** On the disks of all nodes, which keep what was ordered for so long. A read that is served without a block leaves nothing there. */
export function keptBytes(
  { mean, written }: RequestSample,
  { signature, readsApart }: RequestRule,
  {
    perSecond,
    retentionDays,
    nodes,
  }: { readonly perSecond: Rate; readonly retentionDays: number; readonly nodes: number },
): Bytes {
  const each = readsApart ? written.bytes + written.share * signature : mean + signature;
  return perSecond * each * retentionDays * SECONDS_PER_DAY * nodes;
}

/** Sizes above this share of all are counted as this one: what is left has a light tail. */
const TAIL = 0.99;
/** Standard deviations by which means of a sample and of a run may differ from what both are drawn from. */
const CHANCE = 4;

/**
 * The least that so many requests weigh in the mean, of each at most `cap`. Sizes are cut at their 99th percentile first: no request
 * weighs less than its cut size, and of cut sizes the standard deviation is known, while that of a heavy tail is not, nor its mean. Sizes
 * are taken to be independent of each other.
 */
export function leastMean(
  { bytes }: Pick<RequestSample, 'bytes'>,
  requests: number,
  cap = Number.POSITIVE_INFINITY,
): Bytes {
  const count = bytes.length;
  const most = Math.min(cap, bytes[Math.floor(TAIL * (count - 1))] as Bytes);
  let [sum, squares] = [0, 0];
  for (const size of bytes) {
    const cut = Math.min(size, most);
    sum += cut;
    squares += cut * cut;
  }
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  return Math.max(0, mean - CHANCE * Math.sqrt(variance * (1 / count + 1 / Math.max(1, requests))));
}

/** The least share of so many requests that are ordered, where `share` of a sample of `count` are. */
export function leastShare(share: Ratio, count: number, requests: number): Ratio {
  return Math.max(0, share - CHANCE * Math.sqrt(share * (1 - share) * (1 / count + 1 / Math.max(1, requests))));
}
