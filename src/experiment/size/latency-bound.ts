/**
 * A lower bound on finality from delays alone: which messages must have crossed which links before a client can hold its replies. No
 * queue, batch or work is counted, so a real run is never quicker; whoever leads, since the bound is that of the best leader.
 * PBFT: OSDI'99 section 4.2; Raft: thesis 3.5 and 10.2.1.
 */
import { createSampler } from '../../kernel/distributions.ts';
import type { NetworkSpec } from '../../network/network-spec.ts';
import { type Duration, MILLISECOND } from '../../units/quantities.ts';
import type { EstimateName } from '../estimate.ts';
import { requestRuleOf } from '../request-sample.ts';
import type { Load, Origin } from './demand.ts';
import type { QuorumFigures } from './quorums.ts';
import type { ProtocolVariant, Space } from './space.ts';

/** Requests that no delay tells apart: of one origin, either ordered or read past the log. */
export interface Part extends Origin {
  readonly read: boolean;
}

/** The load in parts, as a protocol takes it. */
export interface Parts {
  readonly origins: readonly Part[];
  readonly sharesKnown: boolean;
  /** How many requests the share of reads was drawn from; infinity where it plays no role. */
  readonly drawn: number;
}

export function partsOf({ protocol: name, options }: ProtocolVariant, nodes: number, load: Load): Parts {
  const { origins, sharesKnown, sample } = load;
  const { share } = sample.written;
  const ordered = origins.map((origin): Part => ({ ...origin, read: false }));
  if (share === 1 || !requestRuleOf({ protocol: { name, options }, nodes }).readsApart)
    return { origins: ordered, sharesKnown, drawn: Number.POSITIVE_INFINITY };
  const split = ordered.flatMap((part): Part[] => [
    { ...part, share: part.share * share },
    { ...part, share: part.share * (1 - share), read: true },
  ]);
  return { origins: split, sharesKnown, drawn: sample.bytes.length };
}

/** Nodes that are up, by site of the network. */
export interface Placed {
  readonly site: number;
  readonly nodes: number;
}

export function placedAt(counts: readonly number[], { sites }: Space): readonly Placed[] {
  return counts.flatMap((nodes, i) => (nodes === 0 ? [] : [{ site: sites[i]?.site as number, nodes }]));
}

/** Delays between sites in ns, the least that jitter adds included. */
export interface Delays {
  readonly from: (site: number, to: number) => Duration;
  /** The least that one fsync takes. */
  readonly fsync: Duration;
}

export function delaysOf({ oneWay, sites, jitter }: NetworkSpec, fsync: Parameters<typeof createSampler>[0]): Delays {
  const least = Math.floor(createSampler(jitter).lower);
  return {
    from: (site, to) => (oneWay[site * sites.length + to] as number) + least,
    fsync: Math.floor(createSampler(fsync).lower),
  };
}

/** What a leader at one of the sites could achieve at best. */
export interface LeaderBound {
  readonly site: number;
  /** From a client's sending to its last needed reply, by part of the load, ns. */
  readonly finality: readonly Duration[];
  /** From the cutting of a batch to its commit at the leader, or where proposers rotate at any node, ns. */
  readonly commit: Duration;
}

/** Nodes that no delay tells apart: those of one site, the leader apart from them. */
interface Group {
  readonly site: number;
  readonly nodes: number;
}

/** One bound for each site that could hold the leader, in the order of `placed`. */
export function leaderBounds(
  { protocol, options }: ProtocolVariant,
  placed: readonly Placed[],
  { quorum, replies }: QuorumFigures,
  delays: Delays,
  origins: readonly Part[],
): readonly LeaderBound[] {
  return placed.map(({ site }) => {
    const groups = groupsAround(site, placed);
    const committed =
      protocol === 'pbft'
        ? pbftCommits(groups, quorum, delays)
        : [protocol === 'raft' ? raftCommit(groups, quorum, delays) : 0];
    const read = protocol === 'raft' ? raftRead(groups, quorum, delays) : 0;
    const anyProposer = (options as { readonly proposer?: string }).proposer === 'rotating';
    return {
      site,
      // The next proposer need not have proposed this one: it goes on as soon as it has committed itself.
      commit: anyProposer ? Math.min(...committed) : (committed[0] as Duration),
      finality: origins.map((origin) => {
        const there = wayThere(origin, site, placed, delays, anyProposer);
        const back =
          protocol === 'pbft'
            ? reached(
                groups.map((group, i) => ({
                  at: (committed[i] as number) + delays.from(group.site, origin.site),
                  nodes: group.nodes,
                })),
                origin.replyQuorum ?? replies,
              )
            : (origin.read ? read : (committed[0] as number)) + wayBack(origin, site, placed, delays);
        return origin.processing + there + back;
      }),
    };
  });
}

/** The leader, then the others by site. */
function groupsAround(leader: number, placed: readonly Placed[]): readonly Group[] {
  return [
    { site: leader, nodes: 1 },
    ...placed
      .map(({ site, nodes }) => ({ site, nodes: nodes - (site === leader ? 1 : 0) }))
      .filter(({ nodes }) => nodes > 0),
  ];
}

/** Directly to the leader, or by way of whichever node passes it on soonest. */
function wayThere(
  { site, toLeader }: Origin,
  leader: number,
  placed: readonly Placed[],
  { from }: Delays,
  direct: boolean,
): Duration {
  const straight = from(site, leader);
  if (toLeader || direct) return straight;
  return Math.min(straight, ...placed.map((via) => from(site, via.site) + from(via.site, leader)));
}

function wayBack({ site, toLeader }: Origin, leader: number, placed: readonly Placed[], { from }: Delays): Duration {
  const straight = from(leader, site);
  if (toLeader) return straight;
  return Math.min(straight, ...placed.map((via) => from(leader, via.site) + from(via.site, site)));
}

/** When each group has committed, from the proposal on: Q nodes' word of the proposal, then Q nodes' word of that. */
function pbftCommits(groups: readonly Group[], quorum: number, delays: Delays): readonly Duration[] {
  const [leader] = groups as readonly [Group];
  const proposed = groups.map(({ site }, i) => (i === 0 ? 0 : delays.from(leader.site, site)));
  return heard(groups, heard(groups, proposed, quorum, delays), quorum, delays);
}

/** When each group has its own and others' statements, `quorum` of them, where group i makes its own at `said[i]`. */
function heard(
  groups: readonly Group[],
  said: readonly Duration[],
  quorum: number,
  { from }: Delays,
): readonly Duration[] {
  return groups.map((group, here) => {
    const own = said[here] as number;
    const statements = groups.flatMap(({ site, nodes }, other) => {
      const at = (said[other] as number) + from(site, group.site);
      return other === here
        ? [
            { at: own, nodes: 1 },
            { at, nodes: nodes - 1 },
          ]
        : [{ at, nodes }];
    });
    return Math.max(own, reached(statements, quorum));
  });
}

/** A majority with the leader's own disk: the quickest followers there and back, each with an fsync. */
function raftCommit(groups: readonly Group[], quorum: number, { from, fsync }: Delays): Duration {
  const [leader, ...followers] = groups as readonly [Group, ...Group[]];
  const acknowledged = followers.map(({ site, nodes }) => ({
    at: from(leader.site, site) + fsync + from(site, leader.site),
    nodes,
  }));
  // The leader's own write runs meanwhile; where followers alone are a majority, it is not waited for.
  return reached([{ at: fsync, nodes: 1 }, ...acknowledged], quorum);
}

/** The least that a round of Raft's reads takes, whoever leads, ns. */
export function readRound(placed: readonly Placed[], quorum: number, delays: Delays): Duration {
  return Math.min(...placed.map(({ site }) => raftRead(groupsAround(site, placed), quorum, delays)));
}

/** ReadIndex (thesis 6.4): a majority answers a heartbeat, and no disk is waited for. */
function raftRead(groups: readonly Group[], quorum: number, delays: Delays): Duration {
  return raftCommit(groups, quorum, { ...delays, fsync: 0 });
}

/** When `count` nodes have been heard; infinity where there are not so many. */
function reached(from: readonly { readonly at: number; readonly nodes: number }[], count: number): number {
  let left = count;
  for (const { at, nodes } of from.toSorted((a, b) => a.at - b.at)) {
    left -= nodes;
    if (left <= 0) return at;
  }
  return Number.POSITIVE_INFINITY;
}

/** Of all transactions, the share that a measure may leave out. */
const LEFT_OUT: Readonly<Partial<Record<EstimateName, number>>> = {
  finality_p50_ms: 0.5,
  finality_p90_ms: 0.1,
  finality_p99_ms: 0.01,
  finality_p999_ms: 0.001,
  finality_max_ms: 0,
};
/** Standard deviations by which the share of a part may differ from its expectation in one run. */
const CHANCE = 4;

/**
 * The least that a measure of finality can be, ms, where the load is in these parts and `expected` requests are measured; null for measures
 * that the bound says nothing of.
 */
export function boundOf(
  measure: EstimateName,
  finality: readonly Duration[],
  { origins, sharesKnown, drawn }: Parts,
  expected: number,
): number | null {
  const sorted = finality
    .map((bound, i) => ({ bound, share: (origins[i] as Origin).share }))
    .toSorted((a, b) => b.bound - a.bound);
  const least = (sorted.at(-1)?.bound ?? 0) / MILLISECOND;
  const left = LEFT_OUT[measure];
  if (left === undefined && measure !== 'finality_mean_ms') return null;
  if (!sharesKnown || expected < 1) return least;
  const off = (share: number): number =>
    CHANCE * Math.sqrt(share * (1 - share) * (1 / expected + 1 / drawn)) + 1 / expected;
  if (left === undefined) {
    // Of the mean: each slower part's share at its least, the quickest takes the rest.
    return sorted.reduce(
      (sum, { bound, share }) => sum + (bound / MILLISECOND - least) * Math.max(0, share - off(share)),
      least,
    );
  }
  let slower = 0;
  for (const { bound, share } of sorted) {
    slower += share;
    if (slower - off(Math.min(1, slower)) > left) return bound / MILLISECOND;
  }
  return least;
}
