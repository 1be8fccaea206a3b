/**
 * Upper bounds on how many transactions a second a candidate can order: what every transaction must cost some node of its thread, its
 * cores, its card and its disk, and how many may be under way at once. Work that could be saved is not counted, so no run does better.
 */
import type { PbftOptions } from '../../protocols/pbft/options.ts';
import type { RaftOptions } from '../../protocols/raft/options.ts';
import { type Duration, type Rate, SECOND } from '../../units/quantities.ts';
import type { Load } from './demand.ts';
import type { RunSetup } from './space.ts';

export type LimitKind = 'egress' | 'ingress' | 'thread' | 'cores' | 'disk' | 'window';

export interface CapacityLimit {
  readonly kind: LimitKind;
  /** Transactions a second. */
  readonly most: Rate;
}

/** A client's signature on each request (protocols/pbft/wire.ts). */
const SIGNATURE_BYTES = 64;
/** Mean sizes are those of some requests: bounds leave so much room for others. */
const SIZE_CHANCE = 0.97;

/** `commit`: the least time from proposal to commit at any leader, ns. Limits without end are left out. */
export function capacityLimits(
  setup: Pick<RunSetup, 'nodes' | 'protocol' | 'network' | 'machine'>,
  load: Load,
  commit: Duration,
): readonly CapacityLimit[] {
  const { name } = setup.protocol;
  const limits =
    name === 'pbft' ? pbftLimits(setup, load, commit) : name === 'raft' ? raftLimits(setup, load, commit) : [];
  return limits.filter(({ most }) => Number.isFinite(most));
}

type Cluster = Parameters<typeof capacityLimits>[0];

function pbftLimits({ nodes, protocol, network, machine }: Cluster, load: Load, commit: Duration) {
  const { batch, pipeline, proposer, auth, clientSignatures } = protocol.options as PbftOptions;
  const { crypto, cores, handling, requestHandling, execution } = machine;
  const rotates = proposer === 'rotating';
  const bytes = (load.requestBytes + (clientSignatures ? SIGNATURE_BYTES : 0)) * SIZE_CHANCE;
  const perBatch = mostInBatch(batch, bytes);
  const others = nodes - 1;
  // Of one node: it verifies what clients signed, and a prepare and a commit of each other replica for every batch.
  const votes = (2 * others) / perBatch;
  const cryptoWork =
    (clientSignatures ? crypto.verify : 0) + (auth === 'signature' ? votes * crypto.verify : votes * crypto.mac);
  // Every node executes every transaction; where clients write to the leader alone, that is the one that handles requests, too.
  const handled = load.origins.every(({ toLeader }) => toLeader) || rotates ? requestHandling : 0;
  const thread = handled + execution + votes * handling + (cores === 1 ? cryptoWork : 0);
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

function raftLimits({ nodes, protocol, network, machine }: Cluster, load: Load, commit: Duration) {
  const { batch, maxInflight } = protocol.options as RaftOptions;
  const bytes = load.requestBytes * SIZE_CHANCE;
  const handled = load.origins.every(({ toLeader }) => toLeader) ? machine.requestHandling : 0;
  // A follower far away, whose window is full, may fall behind: only a majority must have each entry.
  const copies = Math.floor(nodes / 2);
  return [
    ...cardLimits(network, copies, bytes),
    limit('thread', SECOND / (handled + machine.execution)),
    limit('disk', machine.disk.bitsPerSecond / 8 / bytes),
    limit('window', (maxInflight * mostInBatch(batch, bytes) * SECOND) / commit),
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

function limit(kind: LimitKind, most: Rate): CapacityLimit {
  return { kind, most };
}

function mostInBatch(batch: { readonly maxTransactions: number; readonly maxBytes: number }, bytes: number): number {
  // One transaction always fits.
  return Math.max(1, Math.min(batch.maxTransactions, batch.maxBytes / bytes));
}
