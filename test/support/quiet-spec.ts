// Run specifications for claims and detection tests: a quiet system in which nothing costs anything, so that a test adds only
// what it is about and can say beforehand, to the nanosecond, what must come out.
import type { DistributionSpec } from '../../src/kernel/sampler.ts';
import type { MachineSpec } from '../../src/machines/machine-spec.ts';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import { protocolNamed } from '../../src/protocols/registry.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type {
  ClientGroupSpec,
  ClosedLoadSpec,
  LoadSpec,
  NamedOptions,
  RunSpec,
} from '../../src/simulation/run-spec.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { type Duration, SECOND } from '../../src/units/quantities.ts';
import { workloadOptions } from './run-specs.ts';

const UNLIMITED = Number.POSITIVE_INFINITY;

type Changes = Readonly<Record<string, unknown>>;

/** A protocol with its default options but for `changes`; a group of options is changed field by field. */
export function protocol(name: string, changes: Changes = {}): NamedOptions {
  return { name, options: changed(defaultsOf(protocolNamed(name).options) as Changes, changes) };
}

function changed(defaults: Changes, changes: Changes): Changes {
  const options: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(changes)) {
    if (!(key in defaults)) throw new Error(`there is no option ${key}; expected one of ${Object.keys(defaults)}`);
    const group = typeof value === 'object' && value !== null && key === 'batch';
    options[key] = group ? { ...(defaults[key] as Changes), ...value } : value;
  }
  return options;
}

export function constant(value: Duration): DistributionSpec {
  return { kind: 'constant', value };
}

export function closedLoop(clients: number, outstanding = 1, think: DistributionSpec = constant(0)): ClosedLoadSpec {
  return { kind: 'closed', clients, outstanding, think };
}

export function clientsAt(place: ClientGroupSpec['place'], load: LoadSpec, changes: Partial<ClientGroupSpec> = {}) {
  return { place, load, submit: null, replyQuorum: null, retryAfter: null, ...changes } satisfies ClientGroupSpec;
}

/** Each node at a site of its own and one more site (number `nodes`) for clients, all the same one-way delay apart. */
export function equalDelays(nodes: number, delay: Duration): NetworkSpec {
  const sites = Array.from({ length: nodes + 1 }, (_, i) => (i < nodes ? `site-${i}` : 'clients'));
  return {
    sites,
    oneWay: new Float64Array(sites.length * sites.length).fill(delay),
    nodeSites: Int32Array.from({ length: nodes }, (_, i) => i),
    jitter: constant(0),
    egress: { bitsPerSecond: UNLIMITED, discipline: 'fair' },
    ingress: { bitsPerSecond: UNLIMITED },
    loss: 0,
    transport: 'tcp',
    headerBytes: 66,
    segmentBytes: 1448,
    connectionTimeout: 5 * SECOND,
    tls: false,
  };
}

/** A machine that needs no time for anything. */
export const freeMachine: MachineSpec = {
  cores: 4,
  handling: 0,
  requestHandling: 0,
  execution: 0,
  crypto: { profile: 'none', scheme: 'none', sign: 0, verify: 0, mac: 0, hashPerByte: 0 },
  disk: { fsync: constant(0), bitsPerSecond: UNLIMITED },
};

/** One client at its own site, `delay` from every node, nodes `delay` apart, and nothing that costs time but that. */
export function quietSpec(nodes: number, delay: Duration, changes: Partial<RunSpec>): RunSpec {
  return {
    label: 'quiet',
    seed: 1,
    replication: 0,
    horizon: 2 * SECOND,
    boundaries: [],
    nodes,
    protocol: protocol('echo'),
    network: equalDelays(nodes, delay),
    machine: freeMachine,
    clients: [clientsAt({ site: nodes }, closedLoop(1))],
    workload: workloadOptions('opaque'),
    faults: [],
    progressWithin: 10 * SECOND,
    stopAfter: null,
    ...changes,
  };
}

/** PBFT that cuts each batch at once and is left alone by its timers. */
export function promptPbft(changes: Changes = {}): NamedOptions {
  const patience = { requestTimeout: 100 * SECOND, viewChangeTimeout: 100 * SECOND, statusInterval: 10 * SECOND };
  return protocol('pbft', { batch: { timeout: 0 }, durable: false, ...patience, ...changes });
}

/** Raft with node 0 as its leader from the start. */
export function ledRaft(changes: Changes = {}): NamedOptions {
  return protocol('raft', { initialLeader: 0, ...changes });
}

/** How many messages of a name were sent (or delivered) in the whole run. */
export function countOf(counts: RunResult['counts']['sent'], name: string): number {
  const found = counts.find((entry) => entry.name === name);
  if (found === undefined)
    throw new Error(`no message is called ${name}; expected one of ${counts.map((c) => c.name)}`);
  return found.count;
}
