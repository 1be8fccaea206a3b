/**
 * What a candidate costs a month. It must be known before anything is run, since candidates are tried in its order: machines and
 * bandwidth from the catalogue, traffic and disk from the sizes of messages at the mean load.
 */

import { exp } from '../../kernel/elementary.ts';
import { segmentsOf } from '../../network/wire.ts';
import type { BatchOptions as PbftBatch, PbftOptions } from '../../protocols/pbft/options.ts';
import type { RaftOptions } from '../../protocols/raft/options.ts';
import { CLIENT_SIGNATURE } from '../../simulation/world.ts';
import { type Bytes, type Rate, SECOND } from '../../units/quantities.ts';
import { monthlyCost } from '../cost.ts';
import { keptBytes, type RequestRule, requestRuleOf } from '../request-sample.ts';
import type { Load } from './demand.ts';
import { delaysOf, placedAt, readRound } from './latency-bound.ts';
import { quorumFigures } from './quorums.ts';
import type { Candidate, Space } from './space.ts';

export interface SizingCost {
  readonly machines: number;
  readonly bandwidth: number;
  readonly egress: number;
  readonly disk: number;
  readonly total: number;
}

export function sizingCost(candidate: Candidate, space: Space, load: Load): SizingCost {
  const { counts, machine, bandwidth, nodes } = candidate;
  const weight = counts.reduce((sum, here, i) => sum + here * (space.sites[i]?.priceFactor ?? 1), 0);
  const rate = (load.offered / (1 + space.loadMargin)) * space.averageLoad;
  const { prices } = space;
  const consumed =
    prices === null
      ? { egress: 0, disk: 0 }
      : monthlyCost(prices, {
          cores: 0,
          egressBytesPerSecond: rate * egressPerTransaction(candidate, space, load),
          diskBytes: keptBytes(load.sample, ruleFor(candidate), {
            perSecond: rate,
            retentionDays: prices.retentionDays,
            nodes,
          }),
        });
  const parts = {
    machines: weight * machine.perMonth,
    bandwidth: weight * bandwidth.perMonth,
    egress: consumed.egress,
    disk: consumed.disk,
  };
  return { ...parts, total: parts.machines + parts.bandwidth + parts.egress + parts.disk };
}

/** A PBFT vote (view, number, digest, signature), a Raft message without entries and a heartbeat, as protocols/<name> weigh them. */
const VOTE_BYTES: Bytes = 124;
const MAC_BYTES: Bytes = 8;
const APPEND_BYTES: Bytes = 48;
const HEARTBEAT_BYTES: Bytes = 40;

/** Bytes on the wire that leave all nodes together for each transaction, with batches as full as the load makes them. */
export function egressPerTransaction(candidate: Candidate, space: Space, load: Load): Bytes {
  const { variant, nodes } = candidate;
  const { network } = space.shared;
  const wire = (bytes: number): number => bytes + segmentsOf(network, bytes) * network.headerBytes;
  const others = nodes - 1;
  const reply = wire(load.sample.replyMean);
  if (variant.protocol === 'pbft') {
    const { batch, auth } = variant.options as unknown as PbftOptions;
    const request = load.sample.mean + ruleFor(candidate).signature;
    const vote = auth === 'signature' ? VOTE_BYTES : VOTE_BYTES - CLIENT_SIGNATURE + nodes * MAC_BYTES;
    const inBatch = usualBatch(batch, load.offered, request);
    const votes = (others + nodes) * others * wire(vote);
    return (others * wire(vote + inBatch * request) + votes) / inBatch + nodes * reply;
  }
  const { batch } = variant.options as unknown as Partial<RaftOptions>;
  if (batch === undefined) return nodes * reply;
  const { written, mean } = load.sample;
  const apart = ruleFor(candidate).readsApart;
  const [share, bytes] = apart ? [written.share, written.bytes] : [1, mean];
  const inBatch = share === 0 ? 1 : usualBatch(batch, load.offered * share, bytes / share);
  // An entry, its acknowledgement and the news of its commitment.
  const entry = share === 0 ? 0 : wire(APPEND_BYTES + (inBatch * bytes) / share) + 2 * wire(APPEND_BYTES);
  const heartbeats = share === 1 ? 0 : (2 * wire(HEARTBEAT_BYTES)) / usualReads(candidate, space, load);
  return others * ((share * entry) / inBatch + (1 - share) * heartbeats) + reply;
}

/**
 * Reads that share one round of heartbeats where clients ask the leader, one round being under way at a time: those that come while one
 * takes its time, or the one that finds none (their number during a round being Poisson's).
 */
function usualReads(candidate: Candidate, space: Space, { offered, sample }: Load): number {
  const { variant, nodes, counts } = candidate;
  const delays = delaysOf(space.shared.network, { kind: 'constant', value: 0 });
  const round = readRound(placedAt(counts, space), quorumFigures(variant, nodes).quorum, delays);
  const during = (offered * (1 - sample.written.share) * round) / SECOND;
  return during + exp(-during);
}

/** Its protocol's own, as its runs are charged by (consumption.ts). */
function ruleFor({ variant, nodes }: Candidate): RequestRule {
  return requestRuleOf({ protocol: { name: variant.protocol, options: variant.options }, nodes });
}

/** What comes together while the first one waits. */
function usualBatch({ maxTransactions, maxBytes, timeout }: PbftBatch, rate: Rate, bytes: number): number {
  return Math.max(1, Math.min(maxTransactions, maxBytes / bytes, 1 + (rate * timeout) / SECOND));
}
