/** Nodes placed at sites, and the network between them (DESIGN section 5). */
import { createSampler } from '../kernel/distributions.ts';
import type { NetworkSpec } from '../network/network-spec.ts';
import { formatDuration } from '../units/format.ts';
import { MICROSECOND } from '../units/quantities.ts';
import { type BuildContext, buildDistribution } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import type { CardValue, NetworkValue, NodesValue } from './file-value.ts';
import { nearest } from './problem.ts';

/** Ethernet, IP and TCP or UDP headers of a segment, and the payload it carries (measured, see docs/MODEL.md). */
const HEADER_BYTES = { tcp: 66, datagram: 42 } as const;
const SEGMENT_BYTES = { tcp: 1448, datagram: 1472 } as const;
/** No message takes less: below it, windows would be too short to simulate (DESIGN section 4). */
const LEAST_LOOKAHEAD = MICROSECOND;

/** How many nodes there are; null after flagging. `path`: where `nodes` stands. */
export function countNodes(
  { sites, count }: NodesValue,
  path: readonly string[],
  context: BuildContext,
): number | null {
  if ((sites === null) !== (count === null)) return count ?? (sites ?? []).reduce((sum, [, many]) => sum + many, 0);
  context.source.flag(
    path,
    `${sites === null ? 'has neither' : 'has both'} sites and count, expected exactly one of them`,
  );
  return null;
}

/** The site of each node, in the order of their numbers; null after flagging. */
export function placeNodes(
  { sites, count }: NodesValue,
  matrix: Matrix,
  path: readonly string[],
  context: BuildContext,
): Int32Array | null {
  if (count !== null) {
    if (matrix.placesNodes) return Int32Array.from({ length: count }, (_, node) => node % matrix.sites.length);
    context.source.flag(
      [...path, 'count'],
      'does not say where the nodes are, expected sites: { name: count } for this network',
    );
    return null;
  }
  const placed = (sites ?? []).flatMap(([site, many]) => {
    const index = siteIndex(site, matrix, [...path, 'sites', site], context);
    return new Array<number>(many).fill(index ?? -1);
  });
  return placed.includes(-1) ? null : Int32Array.from(placed);
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

/** The network of a run; null after flagging. Delays are checked apart, when it is known who talks to whom. */
export function buildNetwork(
  network: NetworkValue,
  matrix: Matrix,
  nodeSites: Int32Array,
  context: BuildContext,
): NetworkSpec | null {
  const jitter = buildDistribution(network.jitter, ['network', 'jitter'], context);
  if (jitter === null) return null;
  const { form, value } = network.egress;
  const card = form === 'map' ? (value as CardValue) : { bandwidth: value as number, discipline: null };
  return {
    sites: matrix.sites,
    oneWay: matrix.oneWay,
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

/** Flags pairs of sites that are used without a delay, and a lookahead that is too short. `clientSites`: sites with clients. */
export function checkDelays(network: NetworkSpec, clientSites: ReadonlySet<number>, context: BuildContext): boolean {
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
  const lookahead = least + createSampler(network.jitter).lower;
  if (lookahead < LEAST_LOOKAHEAD) {
    context.source.flag(
      ['network', 'matrix'],
      `the shortest delay in use is ${formatDuration(Math.floor(lookahead))}, expected a lookahead of at least ${formatDuration(LEAST_LOOKAHEAD)}`,
    );
    sound = false;
  }
  return sound;
}

/** Base round trips in ns between every two nodes, ascending. */
export function roundTripsOf(network: NetworkSpec): readonly number[] {
  const { nodeSites, oneWay, sites } = network;
  const trips: number[] = [];
  for (let a = 0; a < nodeSites.length; a++)
    for (let b = a + 1; b < nodeSites.length; b++) {
      const [from, to] = [nodeSites[a]!, nodeSites[b]!];
      trips.push(oneWay[from * sites.length + to]! + oneWay[to * sites.length + from]!);
    }
  return trips.sort((x, y) => x - y);
}
