/** One design point from the sections of a file: its parts are built, then held against each other. */

import type { NetworkSpec } from '../network/network-spec.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import type { ClientGroupSpec, NamedOptions } from '../simulation/run-spec.ts';
import type { Traffic } from '../units/definition.ts';
import { formatDuration } from '../units/format.ts';
import { type Bytes, type Duration, SECOND } from '../units/quantities.ts';
import { workloadNamed } from '../workloads/registry.ts';
import { buildClients, buildTrace, buildWorkload, type Trace } from './build-clients.ts';
import type { BuildContext } from './build-context.ts';
import { buildFaults } from './build-faults.ts';
import { buildMachine } from './build-machine.ts';
import { buildMatrix } from './build-matrix.ts';
import { buildNetwork, checkDelays, countNodes, placeNodes, roundTripsOf } from './build-network.ts';
import { buildProtocol, type Contender } from './build-protocol.ts';
import { exceedsNumbers, expectedRequests, MOST_REQUESTS } from './expected-load.ts';
import type { ArrivalTraceValue } from './file-value.ts';
import { type Known, knownOf } from './fragments.ts';
import { initialSpreadNote, withInitialSpreads } from './initial-spread.ts';
import { judgeCards, judgeLostRequests, judgeRetries } from './judge-clients.ts';
import { judgeFaults } from './judge-faults.ts';
import type { PointSetup } from './scenario.ts';
import type { Sections } from './sections.ts';

/** All of a run that does not depend on the replication, and what its protocol is. */
export interface BuiltPoint {
  readonly setup: PointSetup;
  readonly definition: AnyProtocol;
  readonly tolerated: number;
}

/** A point; null after flagging everything that is wrong. */
export function buildPoint(contender: Contender, sections: Sections, context: BuildContext): BuiltPoint | null {
  const { nodes, nodesPath } = contender;
  const { network, machine, workload } = sections;
  const { duration, warmup, stopAfter } = knownOf(sections.run);
  const count = countNodes(nodes, nodesPath, context);
  const matrix = network === undefined ? null : buildMatrix(network, nodes, context);
  const nodeSites = matrix === null || nodes === undefined ? null : placeNodes(nodes, matrix, nodesPath, context);
  const net = network === undefined ? null : buildNetwork(network, matrix, nodeSites, context);
  const hardware = machine === undefined ? null : buildMachine(machine, context);
  const content = workload === undefined ? null : buildWorkload(workload, context);
  const trace = traceOf(sections, context);
  const groups =
    sections.clients === undefined
      ? null
      : buildClients({ clients: sections.clients, matrix, nodes: count, trace }, context);
  const schedule =
    sections.faults === undefined
      ? null
      : buildFaults(sections.faults, { duration, matrix, nodes: count, nodeSites }, context);
  const clientSites = new Set((groups ?? []).flatMap(({ place }) => ('site' in place ? [place.site] : [])));
  const delaysKnown =
    matrix !== null &&
    nodeSites !== null &&
    checkDelays(net ?? { ...matrix, nodeSites }, net?.jitter ?? null, clientSites, context);
  const trips = net !== null && delaysKnown ? roundTripsOf(net) : { longest: 0, median: 0 };
  const requestBytes = content === null ? null : usualBytes(content);
  if (net !== null && groups !== null && delaysKnown) judgeRetries(groups, net, context);
  if (groups !== null && schedule !== null) judgeLostRequests(groups, schedule, context);
  if (net !== null && requestBytes !== null) judgeCards(requestBytes, net, context);
  const ground = {
    trips,
    losesMessages: losesMessages(sections),
    faults: sections.faults ?? [],
    traffic: net === null || requestBytes === null || groups === null ? null : trafficOf(net, requestBytes, groups),
  };
  const protocol = buildProtocol(contender, { ...ground, nodes: count }, context);
  if (protocol !== null && count !== null && schedule !== null) {
    const { definition, quorum } = protocol;
    const clientsApart =
      nodeSites === null || (groups ?? []).some(({ place }) => 'site' in place && !nodeSites.includes(place.site));
    judgeFaults(schedule, { protocol: definition.name, nodes: count, quorum, warmup, clientsApart }, context);
  }
  if (groups !== null && duration !== undefined && stopAfter === null) {
    const options = knownOf(workload).options as Known<ArrivalTraceValue> | undefined;
    const compressed = knownOf(options).targetRate == null;
    judgeLoad(groups, duration, ['workload', 'arrival_trace', compressed ? 'compression' : 'target_rate'], context);
  }

  if (
    net === null ||
    hardware === null ||
    content === null ||
    groups === null ||
    schedule === null ||
    protocol === null ||
    !delaysKnown
  )
    return null;
  if (sections.progressWithin === undefined || stopAfter === undefined) return null;
  const { choice, definition, tolerated } = protocol;
  const note = initialSpreadNote(groups);
  if (note !== null) context.assume(note);
  const setup = {
    label: contender.label,
    nodes: net.nodeSites.length,
    protocol: choice,
    network: net,
    machine: hardware,
    clients: withInitialSpreads(groups, net),
    workload: content,
    faults: schedule,
    progressWithin: sections.progressWithin,
    stopAfter,
  };
  return { setup, definition, tolerated };
}

/** Requests whose mean size stands for all. */
const SOME_REQUESTS = 256;

/** What a request usually weighs. */
function usualBytes({ name, options }: NamedOptions): Bytes {
  const made = workloadNamed(name).create(options, { seed: 0, groups: 1 });
  let bytes = 0;
  for (let id = 0; id < SOME_REQUESTS; id++) bytes += made.bytes(id);
  return Math.round(bytes / SOME_REQUESTS);
}

function trafficOf(net: NetworkSpec, requestBytes: Bytes, groups: readonly ClientGroupSpec[]): Traffic {
  const underWay = groups.reduce(
    (sum, { load }) => sum + (load.kind === 'closed' ? load.clients * load.outstanding : 0),
    0,
  );
  return { egress: net.egress.bitsPerSecond, requestBytes, perSecond: expectedRequests(groups, SECOND), underWay };
}

/** Whether messages can be lost for good: datagrams on the way, or while a link is cut or a node is down. */
function losesMessages({ network, faults }: Sections): boolean {
  const { transport, loss = 0 } = knownOf(network);
  const cuts = (faults ?? []).some((fault) => knownOf(fault).name !== 'slow');
  return transport === 'datagram' && (loss > 0 || cuts);
}

/** A load that would take hours is more often a slip than a wish. */
const MANY_REQUESTS = 20_000_000;

/** `tracePath`: where the rate of a trace stands. */
function judgeLoad(
  groups: readonly ClientGroupSpec[],
  duration: Duration,
  tracePath: readonly string[],
  context: BuildContext,
): void {
  const requests = Math.round(expectedRequests(groups, duration));
  if (requests <= MANY_REQUESTS) return;
  const asked = `${groups.length > 1 ? 'all clients ask' : 'asks'} for about ${requests.toLocaleString('en')} requests in each run of ${formatDuration(duration)}`;
  const then = exceedsNumbers(groups, duration)
    ? `more than can be numbered: expected at most ${MOST_REQUESTS.toLocaleString('en')}, by lower rates or a shorter run`
    : 'which takes long: `quorumlab run --plan` estimates time and memory';
  // At the group that asks for most.
  const most = groups.map((group) => expectedRequests([group], duration));
  const index = most.indexOf(Math.max(...most));
  const { load } = groups[index] as ClientGroupSpec;
  const arrivals = load.kind === 'open' ? load.arrivals.name : '';
  const path = arrivals === 'trace' ? tracePath : ['clients', String(index), 'load', 'open', arrivals];
  context.source.flag(path, `${asked}, ${then}`, 'warning');
}

/** The arrivals to replay; null where the workload is no trace, undefined where it is not known. */
function traceOf(sections: Sections, context: BuildContext): Trace | null | undefined {
  const { name, options } = knownOf(sections.workload);
  if (name === undefined) return undefined;
  if (name !== 'arrival_trace') return null;
  const { duration } = knownOf(sections.run);
  const trace = options as Known<ArrivalTraceValue> | undefined;
  if (trace === undefined) return undefined;
  return buildTrace(trace, { seed: sections.seed, duration }, context) ?? undefined;
}
