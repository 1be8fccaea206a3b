/**
 * Whether what came over the network is a run specification that this program can run: its parts, their kinds, and that everything it
 * names is registered here. Options of protocols, workloads and arrivals are judged by those, when the run begins.
 */
import { faultDefinitions } from '../../faults/registry.ts';
import { distributions } from '../../kernel/distributions.ts';
import { protocols } from '../../protocols/registry.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { arrivalProcesses } from '../../workloads/arrival-registry.ts';
import { workloads } from '../../workloads/registry.ts';
import {
  amount,
  anyOf,
  anyRecord,
  count,
  doubles,
  flag,
  integers,
  listOf,
  nullOr,
  oneOf,
  record,
  type Shape,
  text,
} from './plain-shape.ts';

const distribution = record({ kind: oneOf(Object.keys(distributions)) });

/** A registered thing with its options. */
function named(registry: object): Shape {
  return record({ name: oneOf(Object.keys(registry)), options: anyRecord });
}

const atNode = record({ node: count });

const clientGroup = record(
  {
    place: anyOf('a site or a node', record({ site: count }), atNode),
    load: anyOf(
      'an open load of a registered arrival process, or a closed one',
      record({ kind: oneOf(['open']), arrivals: named(arrivalProcesses) }),
      record({ kind: oneOf(['closed']), clients: count, outstanding: count, think: distribution }),
    ),
    submit: nullOr(anyOf('primary, nearest, all or a node', oneOf(['primary', 'nearest', 'all']), atNode)),
    replyQuorum: nullOr(count),
    retryAfter: nullOr(amount),
  },
  { processing: amount },
);

const fault = record({
  kind: oneOf(Object.keys(faultDefinitions)),
  target: anyOf('leader, primary, a node or several', oneOf(['leader', 'primary']), count, listOf(count)),
  at: amount,
  duration: nullOr(amount),
});

const runSpec = record(
  {
    label: text,
    seed: count,
    replication: count,
    horizon: amount,
    boundaries: listOf(amount),
    nodes: count,
    protocol: named(protocols),
    network: record({
      sites: listOf(text),
      oneWay: doubles,
      nodeSites: integers,
      jitter: distribution,
      egress: record({ bitsPerSecond: amount, discipline: oneOf(['fair', 'fifo']) }),
      ingress: record({ bitsPerSecond: amount }),
      loss: amount,
      transport: oneOf(['tcp', 'datagram']),
      headerBytes: amount,
      segmentBytes: amount,
      connectionTimeout: amount,
      tls: flag,
    }),
    machine: record({
      cores: count,
      handling: amount,
      requestHandling: amount,
      execution: amount,
      crypto: record({ sign: amount, verify: amount, mac: amount, hashPerByte: amount }),
      disk: record({ fsync: distribution, bitsPerSecond: amount }),
    }),
    clients: listOf(clientGroup),
    workload: named(workloads),
    faults: listOf(fault),
    progressWithin: amount,
    stopAfter: nullOr(count),
  },
  { measuredFrom: amount },
);

/** What is wrong with it in one sentence; null where nothing is. */
export function specProblem(value: unknown): string | null {
  const problem = runSpec(value, 'spec');
  if (problem !== null) return problem;
  const { nodes, protocol, network } = value as RunSpec;
  const { sites, oneWay, nodeSites } = network;
  if (protocol.module !== undefined) return 'spec.protocol is a program of its own, and no code is run from a queue';
  if (!Number.isFinite((value as RunSpec).horizon)) return 'spec.horizon is not finite';
  if (oneWay.length !== sites.length ** 2)
    return `spec.network.oneWay has ${oneWay.length} delays, expected ${sites.length ** 2}`;
  if (nodeSites.length !== nodes) return `spec.network.nodeSites names ${nodeSites.length} nodes, expected ${nodes}`;
  return null;
}
