/** Client groups, the workload they bring and, where a trace is replayed, its arrivals dealt among them. */
import type { ClientGroupSpec, LoadSpec, NamedOptions } from '../simulation/run-spec.ts';
import type { Definition, Setting } from '../units/definition.ts';
import { formatDuration } from '../units/format.ts';
import { arrivalProcesses } from '../workloads/arrival-registry.ts';
import { workloads } from '../workloads/registry.ts';
import { importTrace } from '../workloads/trace-import.ts';
import { type BuildContext, buildDistribution, flagOptionProblems } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import { siteIndex } from './build-network.ts';
import { columnOf, reasonOf } from './data-files.ts';
import type { ArrivalTraceValue, ClientValue, ClosedValue, RunValue } from './file-value.ts';
import { nearest } from './problem.ts';
import { traceNames, tracePath } from './shipped-data.ts';
import type { NamedValue } from './write.ts';

const NO_SETTING: Setting = { nodes: 1, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };

/** The workload without the trace around it; null after flagging. */
export function buildWorkload(workload: NamedValue, context: BuildContext): NamedOptions | null {
  const traced = workload.name === 'arrival_trace';
  const inner = traced ? (workload.options as ArrivalTraceValue).workload : workload;
  const path = traced ? ['workload', 'arrival_trace', 'workload', inner.name] : ['workload', inner.name];
  const definition = workloads[inner.name as keyof typeof workloads] as Definition<unknown>;
  return flagOptionProblems(definition, inner.options, NO_SETTING, path, context) ? inner : null;
}

/** All arrivals of a trace, ns from the start of the run; null after flagging. */
export function buildTrace(
  workload: NamedValue,
  seed: number,
  run: RunValue,
  context: BuildContext,
): Float64Array | null {
  const path = ['workload', 'arrival_trace'];
  const trace = workload.options as ArrivalTraceValue;
  const { targetRate, compression } = trace;
  if ((targetRate === null) === (compression === null)) {
    context.source.flag(
      path,
      `has ${targetRate === null ? 'neither' : 'both'} target_rate and compression, expected exactly one of them`,
    );
    return null;
  }
  try {
    const name = `${trace.file}, column ${trace.time}`;
    if (!/[/\\.]/.test(trace.file) && !traceNames.includes(trace.file))
      throw new Error(
        `there is no trace '${trace.file}'${nearest(trace.file, traceNames)}, expected one of: ${traceNames.join(', ')}, or the path of a file`,
      );
    const table = context.data.table(tracePath(trace.file, context.file), trace.file);
    const { times, notices } = importTrace({
      name,
      times: columnOf(table, trace.time, trace.file),
      counts: trace.count === null ? null : columnOf(table, trace.count, trace.file),
      scale: targetRate === null ? { factor: compression as number } : { targetRate },
      seed,
    });
    for (const notice of notices) context.assume(`Trace ${notice}.`);
    const end = times[times.length - 1] as number;
    if (end < run.duration && trace.repeat)
      context.assume(`Trace ${name}: begins again every ${formatDuration(end)} until the run ends.`);
    if (end < run.duration * 0.9 && !trace.repeat)
      context.source.flag(
        path,
        `the trace ends at ${formatDuration(end)}, after which nothing arrives until the run ends at ${formatDuration(run.duration)}; use repeat: true, a lower rate or a shorter run`,
        'warning',
      );
    return times;
  } catch (error) {
    context.source.flag(path, reasonOf(error));
    return null;
  }
}

export interface ClientsInput {
  /** null: one that did not read well. */
  readonly clients: readonly (ClientValue | null)[];
  /** null: not known, since something else is wrong; then sites and node numbers are not judged. */
  readonly matrix: Matrix | null;
  readonly nodes: number | null;
  /** null: the workload is no trace; undefined: not known. */
  readonly trace: { readonly times: Float64Array; readonly repeat: boolean } | null | undefined;
}

/** The client groups; null after flagging. */
export function buildClients(input: ClientsInput, context: BuildContext): readonly ClientGroupSpec[] | null {
  const tracing = input.clients.flatMap((client, i) => (client !== null && replaysTrace(client) ? [i] : []));
  const groups = input.clients.map((client, i) =>
    client === null ? null : buildGroup(client, i, input, tracing, context),
  );
  if (input.trace && tracing.length === 0) {
    context.source.flag(
      ['workload', 'arrival_trace'],
      'is used by no clients, expected some with load: { open: trace }',
    );
    return null;
  }
  return groups.includes(null) ? null : (groups as readonly ClientGroupSpec[]);
}

function replaysTrace(client: ClientValue): boolean {
  return client.load.name === 'open' && client.load.options.name === 'trace';
}

function buildGroup(
  client: ClientValue,
  index: number,
  input: ClientsInput,
  tracing: readonly number[],
  context: BuildContext,
): ClientGroupSpec | null {
  const path = ['clients', String(index)];
  const { site, node, submit, replyQuorum, retryAfter } = client;
  const { source } = context;
  if ((site === null) === (node === null)) {
    source.flag(path, `has ${site === null ? 'neither' : 'both'} site and node, expected exactly one of them`);
    return null;
  }
  const at = site === null || input.matrix === null ? null : siteIndex(site, input.matrix, [...path, 'site'], context);
  const load = buildLoad(client, path, input, tracing.indexOf(index), tracing.length, context);
  const toNode = submit?.form === 'map' ? (submit.value as { node: number }).node : null;
  const sound = [
    node === null || isNode(node, input.nodes, [...path, 'node'], context),
    toNode === null || isNode(toNode, input.nodes, [...path, 'submit', 'node'], context),
    replyQuorum === null || atMostNodes(replyQuorum, input.nodes, [...path, 'reply_quorum'], context),
  ].every(Boolean);
  if (load === null || !sound || (site !== null && at === null)) return null;
  return {
    place: node === null ? { site: at as number } : { node },
    load,
    submit: toNode === null ? ((submit?.value as 'primary' | undefined) ?? null) : { node: toNode },
    replyQuorum,
    retryAfter,
  };
}

function buildLoad(
  client: ClientValue,
  path: readonly string[],
  input: ClientsInput,
  share: number,
  shares: number,
  context: BuildContext,
): LoadSpec | null {
  if (client.load.name === 'closed') {
    const { clients, outstanding, think } = client.load.options as ClosedValue;
    const law = buildDistribution(think, [...path, 'load', 'closed', 'think'], context);
    return law === null ? null : { kind: 'closed', clients, outstanding, think: law };
  }
  const arrivals = client.load.options as NamedValue;
  if (arrivals.name !== 'trace') {
    const definition = arrivalProcesses[arrivals.name as keyof typeof arrivalProcesses] as Definition<unknown>;
    const sound = flagOptionProblems(
      definition,
      arrivals.options,
      NO_SETTING,
      [...path, 'load', 'open', arrivals.name],
      context,
    );
    return sound ? { kind: 'open', arrivals } : null;
  }
  if (input.trace === undefined) return null;
  if (input.trace === null) {
    context.source.flag(
      [...path, 'load', 'open'],
      'replays a trace but the workload is none, expected workload: { arrival_trace: … }',
    );
    return null;
  }
  // Rows are dealt in turn to the groups that replay the trace.
  const times = shares === 1 ? input.trace.times : input.trace.times.filter((_, row) => row % shares === share);
  return { kind: 'open', arrivals: { name: 'trace', options: { times, repeat: input.trace.repeat } } };
}

function isNode(node: number, nodes: number | null, path: readonly string[], context: BuildContext): boolean {
  if (nodes === null || node < nodes) return true;
  context.source.flag(path, `there is no node ${node}, expected 0 to ${nodes - 1}`);
  return false;
}

function atMostNodes(quorum: number, nodes: number | null, path: readonly string[], context: BuildContext): boolean {
  if (nodes === null || quorum <= nodes) return true;
  context.source.flag(path, `waits for ${quorum} replies of ${nodes} nodes, expected at most ${nodes}`);
  return false;
}
