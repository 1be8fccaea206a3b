/**
 * Networks by name: where the sites are and how long messages between them take. Measured matrices stay data files that
 * `scenario` reads (scenarios/data/latency); the small ones of one room or one region are written here. All are round trips,
 * halved into one-way delays when they are used.
 */
import type { Definition } from '../units/definition.ts';
import { type Duration, MICROSECOND, MILLISECOND } from '../units/quantities.ts';

export interface NetworkPreset extends Definition<Record<string, never>> {
  /** One-way delay between two nodes of one site where the scenario does not say; null: the general default. */
  readonly intraSite: Duration | null;
  readonly matrix: BuiltInMatrix | MatrixFile;
}

/** Round trips in ns at [a * sites.length + b]. */
export interface BuiltInMatrix {
  readonly kind: 'built-in';
  readonly sites: readonly string[];
  readonly roundTrips: readonly Duration[];
}

export interface MatrixFile {
  readonly kind: 'file';
  /** Below scenarios/data. */
  readonly path: string;
  readonly unit: 'ns' | 'us' | 'ms' | 's';
  readonly holds: 'round-trip' | 'one-way';
  /** `last-word`: the site's name is the last word of its row's heading (`EU (Paris) eu-west-3`). */
  readonly names: 'whole' | 'last-word';
}

const LAN_ROUND_TRIP = 100 * MICROSECOND;
const RELAB = 'relab/hotstuff repository, MIT licence';

export const networkPresets = {
  lan: {
    name: 'lan',
    summary: 'One room: every round trip is 0.1 ms.',
    reference: 'quorumlab: a switched data-centre network through kernel TCP answers a ping in about 0.1 ms',
    options: {},
    intraSite: LAN_ROUND_TRIP / 2,
    matrix: { kind: 'built-in', sites: ['lan'], roundTrips: [0] },
  },
  'multi-az': {
    name: 'multi-az',
    summary:
      'Three availability zones of one cloud region: round trips of 0.5, 1.0 and 1.5 ms between them, 0.1 ms within.',
    reference: 'quorumlab: cloud providers promise and users measure 0.5 to 1.5 ms between zones of one region',
    options: {},
    intraSite: LAN_ROUND_TRIP / 2,
    matrix: {
      kind: 'built-in',
      sites: ['zone-a', 'zone-b', 'zone-c'],
      roundTrips: [0, 0.5, 1, 0.5, 0, 1.5, 1, 1.5, 0].map((ms) => ms * MILLISECOND),
    },
  },
  'cloud-regions': {
    name: 'cloud-regions',
    summary: 'The 21 AWS regions by code (eu-central-1, ap-southeast-1, …); asymmetric yearly averages.',
    reference: `cloudping.co yearly averages, from the ${RELAB}`,
    options: {},
    intraSite: null,
    matrix: { kind: 'file', path: 'latency/aws21-rtt-relab.csv', unit: 'ms', holds: 'round-trip', names: 'last-word' },
  },
  'belt-and-road': {
    name: 'belt-and-road',
    summary: '29 cities of China and the Belt and Road from Shanghai to Nairobi and London, as routed on the Internet.',
    reference: `WonderNetwork/WonderProxy ping statistics, from the ${RELAB}`,
    options: {},
    intraSite: null,
    matrix: {
      kind: 'file',
      path: 'latency/belt-road-rtt-from-wonderproxy.csv',
      unit: 'ms',
      holds: 'round-trip',
      names: 'whole',
    },
  },
  azure: {
    name: 'azure',
    summary: '74 Azure regions (WestEurope, EastAsia, …); a planning table with some round placeholders.',
    reference: 'Azure Cosmos DB .NET SDK, MIT licence',
    options: {},
    intraSite: null,
    matrix: {
      kind: 'file',
      path: 'latency/azure74-rtt-cosmos-sdk.csv',
      unit: 'ms',
      holds: 'round-trip',
      names: 'whole',
    },
  },
  wonderproxy: {
    name: 'wonderproxy',
    summary: '217 cities of the world, as routed on the Internet.',
    reference: `WonderNetwork/WonderProxy ping statistics, from the ${RELAB}`,
    options: {},
    intraSite: null,
    matrix: {
      kind: 'file',
      path: 'latency/wonderproxy-rtt-relab.csv',
      unit: 'ms',
      holds: 'round-trip',
      names: 'whole',
    },
  },
} as const satisfies Record<string, NetworkPreset>;
