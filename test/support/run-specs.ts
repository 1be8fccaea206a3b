// Specifications of short runs for tests: a small cluster with every resource finite but unhurried, to be changed part by part.
// Protocol timeouts are short, so that elections and view changes fall inside runs of a second or two.
import { protocols } from '../../src/protocols/registry.ts';
import type {
  ClientGroupSpec,
  ClosedLoadSpec,
  LoadSpec,
  NamedOptions,
  RunSpec,
} from '../../src/simulation/run-spec.ts';
import { defaultsOf, type OptionSchema } from '../../src/units/options.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { workloadNamed } from '../../src/workloads/registry.ts';

export type ProtocolName = keyof typeof protocols;
export const protocolNames = Object.keys(protocols) as ProtocolName[];

type Part<T> = { readonly [K in keyof T]?: T[K] };
export interface SpecChanges extends Part<Omit<RunSpec, 'network' | 'machine'>> {
  readonly network?: Part<RunSpec['network']>;
  readonly machine?: Part<RunSpec['machine']>;
}

/** Timeouts for one-way delays of a few milliseconds. */
const shortTimeouts: Partial<Record<ProtocolName, object>> = {
  raft: { electionTimeout: { min: 60 * MILLISECOND, max: 120 * MILLISECOND }, heartbeat: 20 * MILLISECOND },
  pbft: {
    requestTimeout: 150 * MILLISECOND,
    viewChangeTimeout: 150 * MILLISECOND,
    statusInterval: 50 * MILLISECOND,
    checkpointInterval: 16,
  },
};

function protocolOptions(name: ProtocolName, changes: object = {}): NamedOptions {
  const defaults = defaultsOf(protocols[name].options as OptionSchema<unknown>) as object;
  return { name, options: { ...defaults, ...shortTimeouts[name], ...changes } };
}

/** Only the cut-off of batches, for protocols that have one. */
export function batchTimeout(name: ProtocolName, timeout: number): NamedOptions {
  const { options } = protocolOptions(name);
  const batch = (options as { readonly batch?: object }).batch;
  return batch === undefined
    ? { name, options }
    : { name, options: { ...(options as object), batch: { ...batch, timeout } } };
}

export function workloadOptions(name: string, changes: object = {}): NamedOptions {
  return {
    name,
    options: { ...(defaultsOf(workloadNamed(name).options as OptionSchema<unknown>) as object), ...changes },
  };
}

export function openLoad(rate: number, arrivals = 'poisson'): LoadSpec {
  return { kind: 'open', arrivals: { name: arrivals, options: { rate } } };
}

export function closedLoad(clients: number, outstanding: number, think = 0): ClosedLoadSpec {
  return { kind: 'closed', clients, outstanding, think: { kind: 'constant', value: think } };
}

export function clientsAt(
  place: ClientGroupSpec['place'],
  load: LoadSpec,
  changes: Part<ClientGroupSpec> = {},
): ClientGroupSpec {
  return { place, load, submit: null, replyQuorum: null, retryAfter: 120 * MILLISECOND, ...changes };
}

/** Three sites, 2 to 4 ms apart; nodes placed in turn; clients at the first site. */
export function testSpec(protocol: ProtocolName, nodes: number, changes: SpecChanges = {}): RunSpec {
  const delays = [0.25, 2, 3, 2.5, 0.25, 4, 3, 3.5, 0.25];
  return {
    label: `${protocol} n=${nodes}`,
    seed: 7,
    replication: 0,
    horizon: 1 * SECOND,
    boundaries: [],
    nodes,
    protocol: protocolOptions(protocol),
    clients: [clientsAt({ site: 0 }, openLoad(500))],
    workload: workloadOptions('opaque'),
    faults: [],
    progressWithin: 10 * SECOND,
    stopAfter: null,
    ...changes,
    network: {
      sites: ['a', 'b', 'c'],
      oneWay: Float64Array.from(delays, (ms) => ms * MILLISECOND),
      nodeSites: Int32Array.from({ length: nodes }, (_, node) => node % 3),
      jitter: { kind: 'lognormal', mean: 200 * MICROSECOND, p99: 1 * MILLISECOND },
      egress: { bitsPerSecond: 1e9, discipline: 'fair' },
      ingress: { bitsPerSecond: 1e9 },
      loss: 0,
      transport: 'tcp',
      headerBytes: 66,
      segmentBytes: 1448,
      connectionTimeout: 5 * SECOND,
      tls: false,
      ...changes.network,
    },
    machine: {
      cores: 4,
      handling: 5 * MICROSECOND,
      requestHandling: 1 * MICROSECOND,
      execution: 2 * MICROSECOND,
      crypto: {
        profile: 'test',
        scheme: 'test',
        sign: 30 * MICROSECOND,
        verify: 80 * MICROSECOND,
        mac: 1 * MICROSECOND,
        hashPerByte: 2.3,
      },
      disk: { fsync: { kind: 'constant', value: 0 }, bitsPerSecond: Number.POSITIVE_INFINITY },
      ...changes.machine,
    },
  };
}
