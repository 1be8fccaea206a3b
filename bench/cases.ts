/**
 * The whole runs that `npm run bench` times: every feature on (cores, cards, jitter, tcp order, digest, checks), opaque workload.
 * Sizes are set by messages to deliver, so that a case takes about a second on the fast kernel.
 */
import { protocolNamed } from '../src/protocols/registry.ts';
import type { RunSpec } from '../src/simulation/run-spec.ts';
import { defaultsOf } from '../src/units/options.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../src/units/quantities.ts';
import { workloadNamed } from '../src/workloads/registry.ts';

export interface BenchCase {
  readonly name: string;
  readonly spec: RunSpec;
  /** Requests to finish on the reference kernel, where the full count would take minutes. */
  readonly referenceStopAfter: number;
}

function defaults(schema: unknown): Record<string, unknown> {
  return defaultsOf(schema as never) as Record<string, unknown>;
}

function baseSpec(label: string, nodes: number, rate: number, stopAfter: number): RunSpec {
  return {
    label,
    seed: 20_260_101,
    replication: 0,
    horizon: Math.ceil((stopAfter / rate) * 2 + 1) * SECOND,
    boundaries: [],
    nodes,
    protocol: { name: '', options: {} },
    network: {
      sites: ['here'],
      oneWay: Float64Array.of(1 * MILLISECOND),
      nodeSites: new Int32Array(nodes),
      jitter: { kind: 'lognormal', mean: 100 * MICROSECOND, p99: 400 * MICROSECOND },
      egress: { bitsPerSecond: 10e9, discipline: 'fair' },
      ingress: { bitsPerSecond: 10e9 },
      loss: 0,
      transport: 'tcp',
      headerBytes: 66,
      segmentBytes: 1448,
      connectionTimeout: 5 * SECOND,
      tls: false,
    },
    machine: {
      cores: 4,
      handling: 1 * MICROSECOND,
      requestHandling: 100,
      execution: 100,
      crypto: {
        profile: 'bench',
        scheme: 'mac',
        sign: 10 * MICROSECOND,
        verify: 2 * MICROSECOND,
        mac: 200,
        hashPerByte: 0.5,
      },
      disk: { fsync: { kind: 'constant', value: 0 }, bitsPerSecond: Number.POSITIVE_INFINITY },
    },
    clients: [
      {
        place: { site: 0 },
        load: { kind: 'open', arrivals: { name: 'poisson', options: { rate } } },
        submit: null,
        replyQuorum: null,
        retryAfter: 10 * SECOND,
      },
    ],
    workload: {
      name: 'opaque',
      options: { ...defaults(workloadNamed('opaque').options), requestBytes: 256, replyBytes: 64 },
    },
    faults: [],
    progressWithin: 10 * SECOND,
    stopAfter,
  };
}

/** PBFT that delivers about `messages` messages (replies and requests included), in batches of 100. */
export function pbftCase(
  nodes: number,
  messages: number,
  referenceMessages: number,
  workload?: RunSpec['workload'],
): BenchCase {
  const batch = 100;
  const perBatch = nodes - 1 + (nodes - 1) ** 2 + nodes * (nodes - 1) + batch * (nodes + 1);
  const requests = (count: number, fewest: number): number => Math.max(fewest, Math.round(count / perBatch)) * batch;
  // Half of what the protocol thread or the cores can carry (each node gets about 2n messages a batch), or of the pipeline.
  const batchesPerSecond = Math.min(0.5 / (2 * nodes * 1e-6 + 20e-6), (0.5 * 16) / 5e-3);
  const spec = baseSpec(`pbft-n${nodes}`, nodes, batchesPerSecond * batch, requests(messages, 4));
  const options = {
    ...defaults(protocolNamed('pbft').options),
    batch: { maxTransactions: batch, maxBytes: 1 << 20, timeout: 50 * MILLISECOND },
    clientSignatures: false,
    requestTimeout: 100 * SECOND,
    durable: false,
  };
  return {
    name: `pbft-n${nodes}${workload ? `-${workload.name}` : ''}`,
    spec: { ...spec, protocol: { name: 'pbft', options }, ...(workload ? { workload } : {}) },
    referenceStopAfter: requests(referenceMessages, 1),
  };
}

/** Raft with `transactions` transactions, open loop. */
export function raftCase(nodes: number, transactions: number, rate: number): BenchCase {
  const spec = baseSpec(`raft-n${nodes}`, nodes, rate, transactions);
  const options = {
    ...defaults(protocolNamed('raft').options),
    batch: { maxTransactions: 1000, maxBytes: 1 << 20, timeout: MILLISECOND },
    initialLeader: 0,
  };
  return {
    name: `raft-n${nodes}`,
    spec: { ...spec, protocol: { name: 'raft', options } },
    referenceStopAfter: Math.round(transactions / 10),
  };
}
