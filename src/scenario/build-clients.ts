/** Client groups, the workload they bring and, where a trace is replayed, its arrivals dealt among them. */
import type { ClientGroupSpec, LoadSpec, NamedOptions } from '../simulation/run-spec.ts';
import type { Definition, Setting } from '../units/definition.ts';
import { formatDuration } from '../units/format.ts';
import type { Duration } from '../units/quantities.ts';
import { arrivalProcesses } from '../workloads/arrival-registry.ts';
import { workloads } from '../workloads/registry.ts';
import { importTrace } from '../workloads/trace-import.ts';
import { type BuildContext, buildDistribution, columnNamed, flagOptionProblems, withData } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import { nodeNumbers, siteIndex } from './build-network.ts';
import type { ArrivalTraceValue, ClientValue, ClosedValue, RunValue } from './file-value.ts';
import { nearest } from './problem.ts';
import { type Broken, isBroken } from './sections.ts';
import { traceNames, tracePath } from './shipped-data.ts';
import type { NamedValue } from './write.ts';

/** Requests that one closed-loop group may keep under way: each takes memory from the start. */
const MOST_OUTSTANDING = 10_000_000;
const NO_SETTING: Setting = { nodes: 1, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };

/** The workload without the trace around it; null after flagging. */
export function buildWorkload(workload: NamedValue, context: BuildContext): NamedOptions | null {
  const traced = workload.name === 'arrival_trace';
  const inner = traced ? (workload.options as ArrivalTraceValue).workload : workload;
  const path = traced ? ['workload', 'arrival_trace', 'workload', inner.name] : ['workload', inner.name];
  const definition = workloads[inner.name as keyof typeof workloads] as Definition<unknown>;
  return flagOptionProblems(definition, inner.options, NO_SETTING, path, context) ? inner : null;
}

/** A trace as it is replayed. */
export interface Trace {
  /** All arrivals, ns from the start of the run. */
  readonly times: Float64Array;
  readonly repeat: boolean;
  /** How much later each repetition is; null without `repeat`. */
  readonly period: Duration | null;
}

/** The arrivals of a trace; null after flagging. */
export function buildTrace(workload: NamedValue, seed: number, run: RunValue, context: BuildContext): Trace | null {
  const path = ['workload', 'arrival_trace'];
  const trace = workload.options as ArrivalTraceValue;
  const { targetRate, compression } = trace;
  if ((targetRate === null) === (compression === null)) {
    context.source.flag(
      path,
      `has ${targetRate === null ? 'neither target_rate nor' : 'both target_rate and'} compression, expected exactly one of them`,
    );
    return null;
  }
  if (!/[/\\.]/.test(trace.file) && !traceNames.includes(trace.file)) {
    context.source.flag(
      [...path, 'file'],
      `there is no trace '${trace.file}'${nearest(trace.file, traceNames)}, expected one of: ${traceNames.join(', ')}, or the path of a file`,
    );
    return null;
  }
  return withData([...path, 'file'], 'a CSV file with a column of times', context, () => {
    const name = `${trace.file}, column ${trace.time}`;
    const table = context.data.table(tracePath(trace.file, context.file), trace.file);
    const timeColumn = columnNamed(table, trace.time, [...path, 'time'], context);
    const countColumn = trace.count === null ? null : columnNamed(table, trace.count, [...path, 'count'], context);
    if (timeColumn === null || (trace.count !== null && countColumn === null)) return null;
    const { times, notices, warnings, period } = importTrace({
      name,
      times: table.rows.map((row) => row[timeColumn] as string),
      counts: countColumn === null ? null : table.rows.map((row) => row[countColumn] as string),
      scale: targetRate === null ? { factor: compression as number } : { targetRate },
      seed,
      placeOf(row, column) {
        const place = table.placeOf(row, column === 'time' ? timeColumn : (countColumn as number));
        return `${trace.file}:${place.line}:${place.column}`;
      },
    });
    for (const notice of notices) context.assume(`Trace ${notice}.`);
    for (const warning of warnings) context.source.flag(path, warning, 'warning');
    return judgeEnd({ times, repeat: trace.repeat, period: trace.repeat ? period : null }, name, run, path, context);
  });
}

/** Says what follows the last arrival; null after flagging a trace that can't repeat. */
function judgeEnd(
  trace: Trace,
  name: string,
  run: RunValue,
  path: readonly string[],
  context: BuildContext,
): Trace | null {
  const end = trace.times[trace.times.length - 1] as number;
  if (trace.repeat && trace.period === null) {
    context.source.flag(
      [...path, 'repeat'],
      `the trace is ${trace.times.length === 1 ? 'one arrival' : `${trace.times.length} arrivals at one instant`}, from which no period follows, expected repeat: false`,
    );
    return null;
  }
  if (end < run.duration && trace.period !== null)
    context.assume(`Trace ${name}: begins again every ${formatDuration(trace.period)} until the run ends.`);
  if (end < run.duration * 0.9 && !trace.repeat)
    context.source.flag(
      path,
      `the trace ends at ${formatDuration(end)}, after which nothing arrives until the run ends at ${formatDuration(run.duration)}; use repeat: true, a lower rate or a shorter run`,
      'warning',
    );
  return trace;
}

export interface ClientsInput {
  readonly clients: readonly (ClientValue | Broken<ClientValue>)[];
  /** null: not known, since something else is wrong; then sites and node numbers are not judged. */
  readonly matrix: Matrix | null;
  readonly nodes: number | null;
  /** null: the workload is no trace; undefined: not known. */
  readonly trace: Trace | null | undefined;
}

/** The client groups; null after flagging. */
export function buildClients(input: ClientsInput, context: BuildContext): readonly ClientGroupSpec[] | null {
  const tracing = input.clients.flatMap((client, i) => (!isBroken(client) && replaysTrace(client) ? [i] : []));
  const groups = input.clients.map((client, i) => {
    if (!isBroken(client)) return buildGroup(client, i, input, tracing, context);
    judgePlaces(client.broken, ['clients', String(i)], input, context);
    return null;
  });
  if (input.trace && tracing.length === 0 && !input.clients.some(isBroken)) {
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
  const { site, node, submit, replyQuorum, retryAfter, processing } = client;
  const { source } = context;
  if ((site === null) === (node === null)) {
    source.flag(path, `has ${site === null ? 'neither site nor' : 'both site and'} node, expected exactly one of them`);
    return null;
  }
  const load = buildLoad(client, path, input, tracing.indexOf(index), tracing.length, context);
  const { sound, at } = judgePlaces(client, path, input, context);
  const toNode = submit?.form === 'map' ? (submit.value as { node: number }).node : null;
  if (load === null || !sound || (site !== null && at === null)) return null;
  return {
    place: node === null ? { site: at as number } : { node },
    load,
    submit: toNode === null ? ((submit?.value as 'primary' | undefined) ?? null) : { node: toNode },
    replyQuorum,
    retryAfter,
    processing,
  };
}

/** Holds what is known of a group against sites and nodes; `at`: the index of its site. */
function judgePlaces(
  client: Partial<ClientValue>,
  path: readonly string[],
  input: ClientsInput,
  context: BuildContext,
): { readonly sound: boolean; readonly at: number | null } {
  const { site = null, node = null, submit = null, replyQuorum = null } = client;
  const at = site === null || input.matrix === null ? null : siteIndex(site, input.matrix, [...path, 'site'], context);
  const toNode = submit?.form === 'map' ? (submit.value as { node: number }).node : null;
  const sound = [
    node === null || isNode(node, input.nodes, [...path, 'node'], context),
    toNode === null || isNode(toNode, input.nodes, [...path, 'submit', 'node'], context),
    replyQuorum === null || atMostNodes(replyQuorum, input.nodes, [...path, 'reply_quorum'], context),
  ].every(Boolean);
  return { sound, at };
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
    const { clients, outstanding, think, initialSpread } = client.load.options as ClosedValue;
    if (clients * outstanding > MOST_OUTSTANDING) {
      context.source.flag(
        [...path, 'load', 'closed'],
        `keeps ${(clients * outstanding).toLocaleString('en')} requests under way (clients × outstanding), expected at most ${MOST_OUTSTANDING.toLocaleString('en')}`,
      );
      return null;
    }
    const law = buildDistribution(think, [...path, 'load', 'closed', 'think'], context);
    // `auto` follows from the network, once that is known (initial-spread.ts).
    const spread = initialSpread === 'auto' ? {} : { initialSpread };
    return law === null ? null : { kind: 'closed', clients, outstanding, think: law, ...spread };
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
  const { times: all, repeat, period } = input.trace;
  if (all.length < shares) {
    if (share === 0)
      context.source.flag(
        ['workload', 'arrival_trace'],
        `has ${all.length} ${all.length === 1 ? 'arrival' : 'arrivals'} for ${shares} groups of clients, expected at least one for each`,
      );
    return null;
  }
  // Rows are dealt in turn to the groups that replay the trace.
  const times = shares === 1 ? all : all.filter((_, row) => row % shares === share);
  const options = period === null ? { times, repeat } : { times, repeat, period };
  return { kind: 'open', arrivals: { name: 'trace', options } };
}

function isNode(node: number, nodes: number | null, path: readonly string[], context: BuildContext): boolean {
  if (nodes === null || node < nodes) return true;
  context.source.flag(path, `there is no node ${node}, expected ${nodeNumbers(nodes)}`);
  return false;
}

function atMostNodes(quorum: number, nodes: number | null, path: readonly string[], context: BuildContext): boolean {
  if (nodes === null || quorum <= nodes) return true;
  context.source.flag(
    path,
    `waits for ${quorum} replies of ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, expected at most ${nodes}`,
  );
  return false;
}
