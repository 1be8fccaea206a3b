/** One design point from the sections of a file: its parts are built, then held against each other. */
import type { NetworkSpec } from '../network/network-spec.ts';
import { protocols } from '../protocols/registry.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import type { NamedOptions } from '../simulation/run-spec.ts';
import type { Setting } from '../units/definition.ts';
import { type BuildContext, flagOptionProblems } from './build-context.ts';
import { buildClients, buildTrace, buildWorkload } from './build-clients.ts';
import { buildFaults, restarts } from './build-faults.ts';
import { buildMachine } from './build-machine.ts';
import { buildMatrix } from './build-matrix.ts';
import { buildNetwork, checkDelays, placeNodes, roundTripsOf } from './build-network.ts';
import type { ArrivalTraceValue, ClientValue, FaultValue } from './file-value.ts';
import type { PointSetup } from './scenario.ts';
import type { Sections } from './sections.ts';
import type { NamedValue } from './write.ts';

/** The protocol of a point and where it stands in the file. */
export interface Contender {
  readonly label: string;
  readonly protocol: NamedValue;
  /** Of the protocol's options. */
  readonly path: readonly string[];
  /** Where its nodes stand: its own, or those of the file. */
  readonly nodesPath: readonly string[];
  readonly nodes: NonNullable<Sections['nodes']>;
}

/** All of a run that does not depend on the replication; null after flagging everything that is wrong. */
export function buildPoint(contender: Contender, sections: Sections, context: BuildContext): PointSetup | null {
  const { nodes, nodesPath } = contender;
  const { network, machine, run, workload } = sections;
  const clients = complete(sections.clients);
  const faults = complete(sections.faults);

  const matrix = network === undefined ? null : buildMatrix(network, nodes, context);
  const nodeSites = matrix === null ? null : placeNodes(nodes, matrix, nodesPath, context);
  const net = network === undefined || matrix === null || nodeSites === null ? null : buildNetwork(network, matrix, nodeSites, context);
  const hardware = machine === undefined ? null : buildMachine(machine, context);
  const content = workload === undefined ? null : buildWorkload(workload, context);
  const trace = traceOf(sections, context);
  const groups = clients === null || matrix === null || nodeSites === null || trace === 'invalid'
    ? null : buildClients({ clients, matrix, nodes: nodeSites.length, trace }, context);
  const schedule = faults === null || run === undefined || matrix === null || nodeSites === null
    ? null : buildFaults(faults, run, matrix, nodeSites, context);
  const delaysKnown = net !== null && groups !== null
    && checkDelays(net, new Set(groups.flatMap((group) => ('site' in group.place ? [group.place.site] : []))), context);
  const protocol = net === null ? null : buildProtocol(contender, net, delaysKnown, faults ?? [], context);

  if (net === null || hardware === null || content === null || groups === null || schedule === null || protocol === null || !delaysKnown) return null;
  if (sections.progressWithin === undefined || run === undefined) return null;
  return {
    label: contender.label,
    nodes: net.nodeSites.length,
    protocol,
    network: net,
    machine: hardware,
    clients: groups,
    workload: content,
    faults: schedule,
    progressWithin: sections.progressWithin,
    stopAfter: run.stopAfter,
  };
}

function buildProtocol(
  contender: Contender, network: NetworkSpec, delaysKnown: boolean, faults: readonly FaultValue[], context: BuildContext,
): NamedOptions | null {
  const { name, options } = contender.protocol;
  const definition = protocols[name as keyof typeof protocols] as AnyProtocol;
  const nodes = network.nodeSites.length;
  const trips = delaysKnown ? roundTripsOf(network) : [];
  const setting: Setting = {
    nodes,
    longestRoundTrip: trips.at(-1) ?? 0,
    medianRoundTrip: trips[Math.floor(trips.length / 2)] ?? 0,
    restarts: restarts(faults),
  };
  const resolved = resolveDurable(contender, setting.restarts, context);
  if (!flagOptionProblems(definition, resolved, setting, contender.path, context)) return null;
  warnOfLostQuorum(definition, resolved, nodes, faults, context);
  return { name, options: resolved ?? options };
}

/** `durable` left open means: where a crashed node comes back. */
export function resolveDurable(contender: Contender, comesBack: boolean, context: Pick<BuildContext, 'assume'>): unknown {
  const options = contender.protocol.options as Record<string, unknown>;
  if (options['durable'] !== null) return options;
  const why = comesBack ? 'since a crashed node restarts' : 'since no crashed node restarts';
  context.assume(`${contender.label}: votes are ${comesBack ? '' : 'not '}written to disk before they are sent (durable: ${comesBack}), ${why}.`);
  return { ...options, durable: comesBack };
}

function warnOfLostQuorum(definition: AnyProtocol, options: unknown, nodes: number, faults: readonly FaultValue[], context: BuildContext): void {
  const tolerated = definition.faults(options, nodes);
  faults.forEach((fault, i) => {
    const count = fault.target.form === 'list' ? (fault.target.value as readonly number[]).length : 1;
    const cut = fault.name === 'partition' ? Math.min(count, nodes - count) : count;
    if (cut > tolerated)
      context.source.flag(['faults', String(i), fault.name], `takes ${cut} of ${nodes} nodes, but ${definition.name} tolerates ${tolerated}: nothing becomes final meanwhile`, 'warning');
  });
}

/** The arrivals to replay; null where the workload is no trace. */
function traceOf(sections: Sections, context: BuildContext): { times: Float64Array; repeat: boolean } | null | 'invalid' {
  const { workload, seed, run } = sections;
  if (workload === undefined) return 'invalid';
  if (workload.name !== 'arrival_trace') return null;
  if (seed === undefined || run === undefined) return 'invalid';
  const times = buildTrace(workload, seed, run, context);
  return times === null ? 'invalid' : { times, repeat: (workload.options as ArrivalTraceValue).repeat };
}

/** A list without holes, or null. */
function complete<T extends ClientValue | FaultValue>(list: readonly (T | null)[] | undefined): readonly T[] | null {
  return list === undefined || list.includes(null) ? null : (list as readonly T[]);
}
