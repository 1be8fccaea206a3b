/**
 * Whether what came over the network is a run specification that this program can run: its parts, their kinds, and that everything it
 * names is registered here. Options of protocols, workloads and arrivals are judged by those, when the run begins.
 */
import type { FaultSpec } from '../../faults/fault-spec.ts';
import { faultDefinitions } from '../../faults/registry.ts';
import { distributions } from '../../kernel/distributions.ts';
import { protocols } from '../../protocols/registry.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { OptionField } from '../../units/options.ts';
import { arrivalProcesses } from '../../workloads/arrival-registry.ts';
import { workloads } from '../../workloads/registry.ts';
import {
  amount,
  anyOf,
  anyRecord,
  count,
  countFrom,
  doubles,
  flag,
  integers,
  listOf,
  nullOr,
  oneOf,
  record,
  type Shape,
  share,
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
      record(
        { kind: oneOf(['closed']), clients: count, outstanding: count, think: distribution },
        { initialSpread: amount },
      ),
    ),
    submit: nullOr(anyOf('primary, nearest, all or a node', oneOf(['primary', 'nearest', 'all']), atNode)),
    replyQuorum: nullOr(count),
    retryAfter: nullOr(amount),
  },
  { processing: amount },
);

const schedule = record({
  kind: oneOf(Object.keys(faultDefinitions)),
  target: anyOf('leader, primary, a node or several', oneOf(['leader', 'primary']), count, listOf(count)),
  at: amount,
  duration: nullOr(amount),
});

/** What a kind of fault has for options stands beside its schedule. */
const fault: Shape = (value, path) => schedule(value, path) ?? optionsOf((value as FaultSpec).kind)(value, path);

function optionsOf(kind: keyof typeof faultDefinitions): Shape {
  const options: Readonly<Record<string, OptionField>> = faultDefinitions[kind].options;
  return record(Object.fromEntries(Object.entries(options).map(([name, field]) => [name, shapeOf(field)])));
}

/** Fails loudly for an option that nobody taught it: what is not checked must not pass. */
function shapeOf(field: OptionField): Shape {
  if (field.kind !== 'count') throw new Error(`no shape is known for a fault's option of the kind ${field.kind}`);
  return countFrom(field.min ?? 0, field.max ?? Number.MAX_SAFE_INTEGER);
}

const runSpec = record(
  {
    label: text,
    seed: count,
    replication: count,
    horizon: amount,
    boundaries: listOf(amount),
    nodes: countFrom(1, Number.MAX_SAFE_INTEGER),
    protocol: named(protocols),
    network: record({
      sites: listOf(text),
      oneWay: doubles,
      nodeSites: integers,
      jitter: distribution,
      egress: record({ bitsPerSecond: amount, discipline: oneOf(['fair', 'fifo']) }),
      ingress: record({ bitsPerSecond: amount }),
      loss: share,
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
  const spec = value as RunSpec;
  const { nodes, protocol, network, horizon } = spec;
  const { sites, oneWay, nodeSites } = network;
  if (protocol.module !== undefined) return 'spec.protocol is a program of its own, and no code is run from a queue';
  if (!Number.isFinite(horizon)) return 'spec.horizon is not finite';
  if (oneWay.length !== sites.length ** 2)
    return `spec.network.oneWay has ${oneWay.length} delays, expected ${sites.length ** 2}`;
  if (nodeSites.length !== nodes) return `spec.network.nodeSites names ${nodeSites.length} nodes, expected ${nodes}`;
  return boundariesProblem(spec) ?? delaysProblem(oneWay) ?? placesProblem(spec);
}

/** They cut the run: ascending, behind 0 and before the horizon. */
function boundariesProblem({ boundaries, horizon, measuredFrom }: RunSpec): string | null {
  const at = boundaries.findIndex((boundary, i) => !(boundary > (boundaries[i - 1] ?? 0) && boundary < horizon));
  if (at !== -1)
    return `spec.boundaries[${at}] is ${boundaries[at]}, expected ascending instants behind 0 and before the horizon ${horizon}`;
  if (measuredFrom !== undefined && measuredFrom >= horizon)
    return `spec.measuredFrom is ${measuredFrom}, expected an instant before the horizon ${horizon}`;
  return null;
}

function delaysProblem(oneWay: Float64Array): string | null {
  const at = oneWay.findIndex((delay) => !(delay >= 0 && delay < Number.POSITIVE_INFINITY));
  return at === -1 ? null : `spec.network.oneWay[${at}] is ${oneWay[at]}, expected a finite delay, 0 or more`;
}

/** Sites and nodes are named by their index. */
function placesProblem({ nodes, network: { sites, nodeSites }, clients, faults }: RunSpec): string | null {
  const named = [
    ...Array.from(nodeSites, (site, node) => ({ path: `network.nodeSites[${node}]`, index: site, of: sites.length })),
    ...clients.map(({ place }, i) =>
      'site' in place
        ? { path: `clients[${i}].place.site`, index: place.site, of: sites.length }
        : { path: `clients[${i}].place.node`, index: place.node, of: nodes },
    ),
    ...clients.flatMap(({ submit }, i) =>
      typeof submit === 'object' && submit !== null
        ? [{ path: `clients[${i}].submit.node`, index: submit.node, of: nodes }]
        : [],
    ),
    ...faults.flatMap(({ target }, i) =>
      typeof target === 'string'
        ? []
        : [target].flat().map((node) => ({ path: `faults[${i}].target`, index: node, of: nodes })),
    ),
  ];
  const wrong = named.find(({ index, of }) => !(index >= 0 && index < of));
  return wrong === undefined ? null : `spec.${wrong.path} is ${wrong.index}, expected 0 to ${wrong.of - 1}`;
}
