/** Nodes placed at sites, and the network between them (docs/MODEL.md section 3). */
import { createSampler } from '../kernel/distributions.ts';
import type { NetworkSpec } from '../network/network-spec.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, MICROSECOND } from '../units/quantities.ts';
import { type BuildContext, buildDistribution } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import type { CardValue, NetworkValue, NodesValue } from './file-value.ts';
import { entriesOf, type Fragments, isBroken, isSpelt, type Known, knownOf, wholeOf } from './fragments.ts';
import { nearest } from './problem.ts';

/** Ethernet, IP and TCP or UDP headers of a segment, and the payload it carries (measured, see docs/MODEL.md). */
const HEADER_BYTES = { tcp: 66, datagram: 42 } as const;
const SEGMENT_BYTES = { tcp: 1448, datagram: 1472 } as const;
/** No message takes less: below it, windows would be too short to simulate (docs/decisions/0001). */
const LEAST_LOOKAHEAD = MICROSECOND;

const MOST_NODES = 10_000;
/** From here on one round of a protocol in which all write to all is millions of messages. */
const MANY_NODES = 1000;

/** The numbers that nodes have, in words. */
export function nodeNumbers(nodes: number): string {
  return nodes === 1 ? '0, the only one' : `0 to ${nodes - 1}`;
}

/** How many nodes there are; null after flagging. `path`: where `nodes` stands. */
export function countNodes(
  given: Known<NodesValue> | undefined,
  path: readonly string[],
  context: BuildContext,
): number | null {
  if (given === undefined) return null;
  const { sites, count } = knownOf(given);
  if (sites === null && count === null && !isSpelt(given)) return null;
  // What stands there and can't be read is no null.
  if ((sites === null) !== (count === null)) {
    const nodes = count === null ? sumOf(sites) : count;
    if (nodes === undefined) return null;
    if (nodes > MANY_NODES && nodes <= MOST_NODES)
      context.source.flag(
        path,
        `${nodes.toLocaleString('en')} nodes: a round in which each writes to all others is ` +
          `${(nodes * (nodes - 1)).toLocaleString('en')} messages, so a run may take hours and gigabytes of memory: ` +
          '`quorumlab run --plan` estimates both',
        'warning',
      );
    if (nodes <= MOST_NODES) return nodes;
    context.source.flag(path, `places ${nodes} nodes, expected at most ${MOST_NODES}`);
    return null;
  }
  context.source.flag(
    path,
    `has ${sites === null ? 'neither sites nor' : 'both sites and'} count, expected exactly one of them`,
  );
  return null;
}

/** Undefined where the number at some site is not known. */
function sumOf(sites: Fragments<NodesValue>['sites']): number | undefined {
  const whole = wholeOf(sites);
  return whole?.reduce((sum, [, many]) => sum + many, 0);
}

/** The site of each node, in the order of their numbers; null after flagging, and where it is not known. */
export function placeNodes(
  given: Known<NodesValue>,
  matrix: Matrix,
  path: readonly string[],
  context: BuildContext,
): Int32Array | null {
  const { sites, count } = knownOf(given);
  if (count !== null && sites === null) {
    if (matrix.placesNodes)
      return count === undefined ? null : Int32Array.from({ length: count }, (_, node) => node % matrix.sites.length);
    if (!isSpelt(given)) return null;
    context.source.flag(
      [...path, 'count'],
      'does not say where the nodes are, expected sites: { name: count } for this network',
    );
    return null;
  }
  const placed = entriesOf(sites).flatMap(([site, many]) => {
    const index = siteIndex(site, matrix, [...path, 'sites', site], context);
    return new Array<number>(many ?? 1).fill(many === undefined ? -1 : (index ?? -1));
  });
  return placed.includes(-1) || isBroken(given) ? null : Int32Array.from(placed);
}

/** A site by name; null after flagging. */
export function siteIndex(site: string, matrix: Matrix, path: readonly string[], context: BuildContext): number | null {
  const index = matrix.sites.indexOf(site);
  if (index >= 0) return index;
  const known =
    matrix.sites.length > 40
      ? `one of ${matrix.sites.length} sites, such as ${matrix.sites.slice(0, 8).join(', ')}`
      : `one of: ${matrix.sites.join(', ')}`;
  context.source.flag(
    path,
    `there is no site '${site}' in this network${nearest(site, matrix.sites)}, expected ${known}`,
  );
  return null;
}

/**
 * The network of a run; null after flagging, and where something of it is not known. Delays are checked apart, when it is known who
 * talks to whom.
 */
export function buildNetwork(
  network: Known<NetworkValue>,
  matrix: Matrix | null,
  nodeSites: Int32Array | null,
  context: BuildContext,
): NetworkSpec | null {
  const law = wholeOf(knownOf(network).jitter);
  const jitter = law === null ? null : buildDistribution(law, ['network', 'jitter'], context);
  if (jitter === null || matrix === null || nodeSites === null || isBroken(network)) return null;
  const { addedDelay } = network;
  if (addedDelay > 0)
    context.assume(
      `Every one-way delay is ${formatDuration(addedDelay)} longer than the matrix says (network.added_delay).`,
    );
  const { form, value } = network.egress;
  const card = form === 'map' ? (value as CardValue) : { bandwidth: value as number, discipline: null };
  return {
    sites: matrix.sites,
    oneWay: addedDelay > 0 ? matrix.oneWay.map((delay) => delay + addedDelay) : matrix.oneWay,
    nodeSites,
    jitter,
    egress: {
      bitsPerSecond: card.bandwidth,
      discipline: card.discipline ?? (network.transport === 'tcp' ? 'fair' : 'fifo'),
    },
    ingress: { bitsPerSecond: network.ingress },
    loss: network.loss,
    transport: network.transport,
    headerBytes: HEADER_BYTES[network.transport],
    segmentBytes: SEGMENT_BYTES[network.transport],
    connectionTimeout: network.connectionTimeout,
    tls: network.tls,
  };
}

/**
 * Flags pairs of sites that are used without a delay, and a lookahead that is too short. `jitter`: null where delays are not known but
 * for the matrix. `clientSites`: sites with clients.
 */
export function checkDelays(
  network: Pick<NetworkSpec, 'sites' | 'oneWay' | 'nodeSites'>,
  jitter: NetworkSpec['jitter'] | null,
  clientSites: ReadonlySet<number>,
  context: BuildContext,
): boolean {
  const count = network.sites.length;
  const hosts = [...new Set(network.nodeSites)];
  const shared = new Set(
    hosts.filter((site) => clientSites.has(site) || network.nodeSites.filter((other) => other === site).length > 1),
  );
  let least = Number.POSITIVE_INFINITY;
  let sound = true;
  for (const from of hosts)
    for (const to of new Set([...hosts, ...clientSites])) {
      if (from === to && !shared.has(from)) continue;
      for (const delay of [network.oneWay[from * count + to]!, network.oneWay[to * count + from]!]) {
        if (!Number.isNaN(delay)) least = Math.min(least, delay);
        else if (sound) {
          const pair = `${network.sites[from]} and ${network.sites[to]}`;
          context.source.flag(
            ['network', 'matrix'],
            `has no delay between ${pair} (zero or empty is missing data), expected sites whose delays are known`,
          );
          sound = false;
        }
      }
    }
  if (jitter === null) return sound;
  const lookahead = least + createSampler(jitter).lower;
  if (lookahead < LEAST_LOOKAHEAD) {
    context.source.flag(
      ['network', 'matrix'],
      `the shortest delay in use is ${formatDuration(Math.floor(lookahead))}, expected a lookahead of at least ${formatDuration(LEAST_LOOKAHEAD)}`,
    );
    sound = false;
  }
  return sound;
}

export interface RoundTrips {
  readonly longest: Duration;
  readonly median: Duration;
}

/** Base round trips in ns between every two nodes: counted by pairs of sites, since there may be thousands of nodes. */
export function roundTripsOf(network: NetworkSpec): RoundTrips {
  const { nodeSites, oneWay, sites } = network;
  const here = new Map<number, number>();
  for (const site of nodeSites) here.set(site, (here.get(site) ?? 0) + 1);
  const hosts = [...here];
  const trips: { readonly trip: Duration; readonly pairs: number }[] = [];
  hosts.forEach(([from, nodes], i) => {
    if (nodes > 1) trips.push({ trip: 2 * oneWay[from * sites.length + from]!, pairs: (nodes * (nodes - 1)) / 2 });
    for (const [to, others] of hosts.slice(i + 1))
      trips.push({
        trip: oneWay[from * sites.length + to]! + oneWay[to * sites.length + from]!,
        pairs: nodes * others,
      });
  });
  trips.sort((a, b) => a.trip - b.trip);
  const middle = Math.floor(trips.reduce((sum, { pairs }) => sum + pairs, 0) / 2);
  let passed = 0;
  const median = trips.find(({ pairs }) => {
    passed += pairs;
    return passed > middle;
  });
  return { longest: trips.at(-1)?.trip ?? 0, median: median?.trip ?? 0 };
}
