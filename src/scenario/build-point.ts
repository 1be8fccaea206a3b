/** One design point from the sections of a file: its parts are built, then held against each other. */

import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { NamedOptions } from '../simulation/run-spec.ts';
import type { Setting } from '../units/definition.ts';
import { buildClients, buildTrace, buildWorkload } from './build-clients.ts';
import { type BuildContext, flagOptionProblems } from './build-context.ts';
import { buildFaults, restarts } from './build-faults.ts';
import { buildMachine } from './build-machine.ts';
import { buildMatrix } from './build-matrix.ts';
import { buildNetwork, checkDelays, countNodes, placeNodes, roundTripsOf } from './build-network.ts';
import type { ArrivalTraceValue, FaultValue } from './file-value.ts';
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
  const count = countNodes(nodes, nodesPath, context);
  const matrix = network === undefined || count === null ? null : buildMatrix(network, nodes, context);
  const nodeSites = matrix === null ? null : placeNodes(nodes, matrix, nodesPath, context);
  const net =
    network === undefined || matrix === null || nodeSites === null
      ? null
      : buildNetwork(network, matrix, nodeSites, context);
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
      : buildFaults(sections.faults, { run, matrix, nodes: count, nodeSites }, context);
  const delaysKnown =
    net !== null &&
    groups !== null &&
    checkDelays(net, new Set(groups.flatMap((group) => ('site' in group.place ? [group.place.site] : []))), context);
  const trips = net !== null && delaysKnown ? roundTripsOf(net) : [];
  const protocol = count === null ? null : buildProtocol(contender, count, trips, sections.faults ?? [], context);

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
  contender: Contender,
  nodes: number,
  trips: readonly number[],
  faults: readonly (FaultValue | null)[],
  context: BuildContext,
): NamedOptions | null {
  const { name } = contender.protocol;
  const definition = protocols[name as keyof typeof protocols] as AnyProtocol;
  const setting: Setting = {
    nodes,
    longestRoundTrip: trips.at(-1) ?? 0,
    medianRoundTrip: trips[Math.floor(trips.length / 2)] ?? 0,
    restarts: restarts(faults),
  };
  const resolved = resolveDurable(contender, setting.restarts, context);
  if (!flagOptionProblems(definition, resolved, setting, contender.path, context)) return null;
  warnOfLostQuorum(definition, resolved, nodes, faults, context);
  return { name, options: resolved };
}

/** `durable` left open means: where a crashed node comes back. */
function resolveDurable(contender: Contender, comesBack: boolean, context: BuildContext): unknown {
  const options = contender.protocol.options as Record<string, unknown>;
  if (options.durable !== null) return options;
  const why = comesBack ? 'since a crashed node restarts' : 'since no crashed node restarts';
  context.assume(
    `${contender.label}: votes are ${comesBack ? '' : 'not '}written to disk before they are sent (durable: ${comesBack}), ${why}.`,
  );
  return { ...options, durable: comesBack };
}

function warnOfLostQuorum(
  definition: AnyProtocol,
  options: unknown,
  nodes: number,
  faults: readonly (FaultValue | null)[],
  context: BuildContext,
): void {
  const tolerated = definition.faults(options, nodes);
  faults.forEach((fault, i) => {
    if (fault === null) return;
    const count = fault.target.form === 'list' ? (fault.target.value as readonly number[]).length : 1;
    const cut = fault.name === 'partition' ? Math.min(count, nodes - count) : count;
    if (cut > tolerated)
      context.source.flag(
        ['faults', String(i), fault.name],
        `takes ${cut} of ${nodes} nodes, but ${definition.name} tolerates ${tolerated}: nothing becomes final meanwhile`,
        'warning',
      );
  });
}

/** The arrivals to replay; null where the workload is no trace, undefined where it is not known. */
function traceOf(
  sections: Sections,
  context: BuildContext,
): { times: Float64Array; repeat: boolean } | null | undefined {
  const { workload, seed, run } = sections;
  if (workload === undefined) return undefined;
  if (workload.name !== 'arrival_trace') return null;
  if (seed === undefined || run === undefined) return undefined;
  const times = buildTrace(workload, seed, run, context);
  return times === null ? undefined : { times, repeat: (workload.options as ArrivalTraceValue).repeat };
}
