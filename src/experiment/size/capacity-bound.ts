/**
 * Upper bounds on how many transactions a second a candidate can order: what every transaction must cost some node of its thread, its
 * cores, its card and its disk, and how many may be under way at once. Work that could be saved is not counted, so no run does better.
 */
import type { PbftOptions } from '../../protocols/pbft/options.ts';
import type { RaftOptions } from '../../protocols/raft/options.ts';
import { CLIENT_SIGNATURE } from '../../simulation/world.ts';
import { type Duration, type Rate, SECOND } from '../../units/quantities.ts';
import { leastMean, leastShare, requestRuleOf } from '../request-sample.ts';
import type { Load } from './demand.ts';
import type { RunSetup } from './space.ts';

export type LimitKind = 'egress' | 'ingress' | 'thread' | 'cores' | 'disk' | 'window';

export interface CapacityLimit {
  readonly kind: LimitKind;
  /** Transactions a second. */
  readonly most: Rate;
}

/** Ours: so much of what is final in a measured window may have been carried before it. */
const WINDOW_EDGE = 0.97;

/**
 * `commit`: the least time from proposal to commit at any leader, ns. `expected`: how many requests a run measures, whose sizes may lie
 * below their mean. Limits without end are left out.
 */
export function capacityLimits(
  setup: Pick<RunSetup, 'nodes' | 'protocol' | 'network' | 'machine'>,
  load: Load,
  commit: Duration,
  expected: number,
): readonly CapacityLimit[] {
  const { name } = setup.protocol;
  const limits =
    name === 'pbft'
      ? pbftLimits(setup, load, commit, expected)
      : name === 'raft'
        ? raftLimits(setup, load, commit, expected)
        : [];
  return limits.filter(({ most }) => Number.isFinite(most));
}

type Cluster = Parameters<typeof capacityLimits>[0];

function pbftLimits({ nodes, protocol, network, machine }: Cluster, load: Load, commit: Duration, expected: number) {
  const { batch, pipeline, proposer, auth, clientSignatures } = protocol.options as PbftOptions;
  const { crypto, cores, handling, requestHandling } = machine;
  const rotates = proposer === 'rotating';
  const signature = clientSignatures ? CLIENT_SIGNATURE : 0;
  const bytes = (leastMean(load.sample, expected) + signature) * WINDOW_EDGE;
  const perBatch = mostInBatch(batch, load.sample, signature, expected);
  const others = nodes - 1;
  // Of one node: it verifies what clients signed, and a prepare and a commit of each other replica for every batch.
  const votes = (2 * others) / perBatch;
  const cryptoWork =
    (clientSignatures ? crypto.verify : 0) + (auth === 'signature' ? votes * crypto.verify : votes * crypto.mac);
  // Every node executes every transaction; where clients write to the leader alone, that is the one that handles requests, too.
  const handled = load.origins.every(({ toLeader }) => toLeader) || rotates ? requestHandling : 0;
  const thread = handled + leastExecution(machine, expected) + votes * handling + (cores === 1 ? cryptoWork : 0);
  // Rotating proposers share the copies; a primary sends them all.
  const copies = rotates ? others / nodes : others;
  const underWay = rotates ? 1 : pipeline === 0 ? Number.POSITIVE_INFINITY : pipeline;
  return [
    ...cardLimits(network, copies, bytes),
    limit('thread', SECOND / thread),
    limit('cores', cores === 1 ? Number.POSITIVE_INFINITY : ((cores - 1) * SECOND) / cryptoWork),
    limit('window', (underWay * perBatch * SECOND) / commit),
  ];
}

function raftLimits({ nodes, protocol, network, machine }: Cluster, load: Load, commit: Duration, expected: number) {
  const { batch, maxInflight } = protocol.options as RaftOptions;
  const { sample, offered, sharesKnown } = load;
  const all = sample.bytes.length;
  // Reads that go past the log are not copied, written or executed, and take no place in its window.
  const sizes = requestRuleOf({ protocol, nodes }).readsApart ? sample.written.sizes : sample.bytes;
  const share = leastShare(sizes.length / all, all, expected);
  // They may all become final while writes wait: as many as clients send, which closed loops leave open.
  const reads = sizes.length === all ? 0 : sharesKnown ? (1 - share) * offered : Number.POSITIVE_INFINITY;
  const written = { bytes: sizes };
  const count = share * expected;
  const bytes = sizes.length === 0 ? 0 : leastMean(written, count) * WINDOW_EDGE;
  const handled = load.origins.every(({ toLeader }) => toLeader) ? machine.requestHandling : 0;
  const execution = leastExecution(machine, count);
  // A follower far away, whose window is full, may fall behind: only a majority must have each entry.
  const copies = Math.floor(nodes / 2);
  const perBatch = sizes.length === 0 ? 1 : mostInBatch(batch, written, 0, count);
  return [
    ...[
      ...cardLimits(network, copies, bytes),
      limit('thread', Math.max(0, SECOND - handled * reads) / (handled + execution)),
      limit('disk', machine.disk.bitsPerSecond / 8 / bytes),
      limit('window', (maxInflight * perBatch * SECOND) / commit),
    ].map(({ kind, most }) => limit(kind, most + reads)),
    limit('thread', SECOND / handled),
  ];
}

/** So many copies of every transaction leave the leader; one reaches every other node that has it. */
function cardLimits(
  { egress, ingress, headerBytes, segmentBytes }: RunSetup['network'],
  copies: number,
  bytes: number,
) {
  const wire = bytes * (1 + headerBytes / segmentBytes);
  return [
    limit('egress', egress.bitsPerSecond / 8 / (copies * wire)),
    limit('ingress', ingress.bitsPerSecond / 8 / wire),
  ];
}

/** Standard deviations by which the mean of a run's execution times may lie below that of their law. */
const CHANCE = 4;

/** In the mean over so many transactions, ns: of an exponential law, whose standard deviation is its mean, less than it says. */
function leastExecution({ execution, executionLaw }: RunSetup['machine'], transactions: number): Duration {
  if (executionLaw === undefined || execution === 0) return execution;
  // Each time is rounded down to whole nanoseconds.
  return Math.max(0, execution * (1 - CHANCE / Math.sqrt(Math.max(1, transactions))) - 1);
}

function limit(kind: LimitKind, most: Rate): CapacityLimit {
  return { kind, most };
}

/** In the mean of many batches. A request larger than a batch may be has one of its own, so it fills no more than that. */
function mostInBatch(
  batch: { readonly maxTransactions: number; readonly maxBytes: number },
  sizes: Pick<Load['sample'], 'bytes'>,
  signature: number,
  expected: number,
): number {
  const bytes = leastMean(sizes, expected, Math.max(0, batch.maxBytes - signature)) + signature;
  return Math.max(1, Math.min(batch.maxTransactions, batch.maxBytes / (bytes * WINDOW_EDGE)));
}
