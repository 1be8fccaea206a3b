/**
 * What `survive` asks for, as runs: the nodes that are lost crash together and stay away, and the objectives are judged on what comes
 * after the time that recovery is given.
 */
import type { PbftOptions } from '../../protocols/pbft/options.ts';
import type { RaftOptions } from '../../protocols/raft/options.ts';
import { type Duration, type Instant, type NodeId, SECOND } from '../../units/quantities.ts';
import { offeredRate } from '../offered-load.ts';
import type { RunSetup, Survival } from './space.ts';

export interface Drill {
  /** What is lost, in words: `Shanghai`, `Shanghai and Dubai`, `a node at Dubai`. */
  readonly lost: string;
  readonly nodes: readonly NodeId[];
}

/** More combinations of sites than this are not simulated. */
const MOST_DRILLS = 12;

/**
 * The losses that are simulated. Of sites: each combination, those that lose the first nodes in the order of leaders first, up to the
 * most. Of one node: the first of each site. Of several nodes: the first in the order of leaders, together, and no other combination.
 */
export function drillsOf({ network }: RunSetup, { count, of }: Survival): readonly Drill[] {
  const { nodeSites, sites } = network;
  const at = [...new Set(nodeSites)];
  const name = (site: number): string => sites[site] as string;
  const nodesAt = (site: number): NodeId[] => [...nodeSites].flatMap((where, node) => (where === site ? [node] : []));
  const drills =
    of === 'site'
      ? combinations(at, Math.min(count, at.length)).map((lost) => ({
          lost: lost.map(name).join(' and '),
          nodes: lost.flatMap(nodesAt),
        }))
      : count === 1
        ? // Nodes of one site are alike, but for the leader, which is the first of its site.
          at.map((site) => ({ lost: `a node at ${name(site)}`, nodes: nodesAt(site).slice(0, 1) }))
        : [
            {
              lost: `the ${count} nodes that would lead first`,
              nodes: Array.from({ length: count }, (_, node) => node),
            },
          ];
  return drills.slice(0, MOST_DRILLS);
}

/** How many different losses there are, simulated or not. */
export function lossesIn({ network }: Pick<RunSetup, 'network'>, { count, of }: Survival): number {
  const from = of === 'site' ? new Set(network.nodeSites).size : network.nodeSites.length;
  const taken = Math.min(count, from);
  let ways = 1;
  for (let i = 1; i <= taken; i++) ways = (ways * (from - taken + i)) / i;
  return Math.round(ways);
}

function combinations<T>(from: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [[]];
  return from.flatMap((first, i) => combinations(from.slice(i + 1), count - 1).map((rest) => [first, ...rest]));
}

/** When the loss happens: the cluster works by then. */
const LOSS_AT: Instant = 1 * SECOND;
/** Recovery is given so many times the longest wait that the timeouts add up to, to work off what has gathered, and a little more. */
const WORKING_OFF = 2;
const A_LITTLE: Duration = 2 * SECOND;
/** Mean gaps between requests: of Poisson arrivals, one wait for the next request in a thousand is longer (e^−7). */
const LONGEST_GAP = 7;

/** The instant from which the objectives must hold again. */
export function settledAt({ protocol, clients }: RunSetup, { nodes }: Drill): Instant {
  const retry = clients.reduce((most, { retryAfter }) => Math.max(most, retryAfter ?? 0), 0);
  return LOSS_AT + unnoticed(protocol, clients) + WORKING_OFF * (retry + leaderless(protocol, nodes)) + A_LITTLE;
}

/**
 * How long nobody may notice a loss. Raft's followers miss heartbeats; an idle PBFT misses its primary at the next request. Closed loops,
 * whose rate is not known, are taken to go on asking.
 */
function unnoticed({ name }: RunSetup['protocol'], clients: RunSetup['clients']): Duration {
  const often = offeredRate(clients);
  return name !== 'pbft' || often === 0 ? 0 : Math.ceil((LONGEST_GAP * SECOND) / often);
}

/** How long nobody may lead, by the timeouts. */
function leaderless({ name, options }: RunSetup['protocol'], lost: readonly NodeId[]): Duration {
  if (name === 'raft') return 2 * (options as RaftOptions).electionTimeout.max;
  if (name !== 'pbft') return 0;
  const { requestTimeout, viewChangeTimeout } = options as PbftOptions;
  // Views whose primary is lost as well each take their timeout, which doubles.
  let doubled = 1;
  for (let primary = 0; lost.includes(primary); primary++) doubled *= 2;
  return requestTimeout + viewChangeTimeout * (doubled - 1);
}

/** The same cluster, losing these nodes for good. */
export function drilled(setup: RunSetup, { nodes, lost }: Drill): RunSetup {
  return {
    ...setup,
    label: `${setup.label}, without ${lost}`,
    faults: [{ kind: 'crash', target: nodes, at: LOSS_AT, duration: null }],
  };
}
