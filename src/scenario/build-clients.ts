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
import type { ArrivalTraceValue, ClientValue, ClosedValue } from './file-value.ts';
import { type Fragments, isBroken, isSpelt, type Known, knownOf, wholeOf } from './fragments.ts';
import { nearest } from './problem.ts';
import { traceNames, tracePath } from './shipped-data.ts';
import type { NamedValue } from './write.ts';

/** Requests that one closed-loop group may keep under way: each takes memory from the start. */
const MOST_OUTSTANDING = 10_000_000;
const NO_SETTING: Setting = { nodes: 1, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };

/** The workload without the trace around it; null after flagging. */
export function buildWorkload(workload: Known<NamedValue>, context: BuildContext): NamedOptions | null {
  const traced = knownOf(workload).name === 'arrival_trace';
  const inside = knownOf(knownOf(workload).options as Known<ArrivalTraceValue> | undefined).workload;
  const given = traced ? inside : workload;
  const inner = knownOf(given);
  if (inner.name === undefined) return null;
  const path = traced ? ['workload', 'arrival_trace', 'workload', inner.name] : ['workload', inner.name];
  const definition = workloads[inner.name as keyof typeof workloads] as Definition<unknown>;
  const sound = flagOptionProblems(definition, inner.options, [NO_SETTING], path, context);
  return sound ? wholeOf(given) : null;
}

/** A trace as it is replayed. */
export interface Trace {
  /** All arrivals, ns from the start of the run. */
  readonly times: Float64Array;
  readonly repeat: boolean;
  /** How much later each repetition is; null without `repeat`. */
  readonly period: Duration | null;
}

/** What a replayed trace depends on; undefined: not known. */
interface TraceGround {
  readonly seed: number | undefined;
  readonly duration: Duration | undefined;
}

/** The arrivals of a trace; null after flagging, and where they are not known. */
export function buildTrace(given: Known<ArrivalTraceValue>, ground: TraceGround, context: BuildContext): Trace | null {
  const path = ['workload', 'arrival_trace'];
  const { file, time, count, targetRate, compression } = knownOf(given);
  const scaled = (targetRate === null) !== (compression === null);
  if (!scaled && (targetRate !== null || isSpelt(given)))
    context.source.flag(
      path,
      `has ${targetRate === null ? 'neither target_rate nor' : 'both target_rate and'} compression, expected exactly one of them`,
    );
  if (file === undefined) return null;
  if (!/[/\\.]/.test(file) && !traceNames.includes(file)) {
    context.source.flag(
      [...path, 'file'],
      `there is no trace '${file}'${nearest(file, traceNames)}, expected one of: ${traceNames.join(', ')}, or the path of a file`,
    );
    return null;
  }
  return withData([...path, 'file'], 'a CSV file with a column of times', context, () => {
    const table = context.data.table(tracePath(file, context.file), file);
    const timeColumn = time === undefined ? null : columnNamed(table, time, [...path, 'time'], context);
    const countColumn =
      count === null || count === undefined ? null : columnNamed(table, count, [...path, 'count'], context);
    const trace = wholeOf(given);
    if (timeColumn === null || (count !== null && countColumn === null)) return null;
    if (trace === null || !scaled || ground.seed === undefined) return null;
    const name = `${file}, column ${trace.time}`;
    const { times, notices, warnings, period } = importTrace({
      name,
      times: table.rows.map((row) => row[timeColumn] as string),
      counts: countColumn === null ? null : table.rows.map((row) => row[countColumn] as string),
      scale: trace.targetRate === null ? { factor: compression as number } : { targetRate: trace.targetRate },
      seed: ground.seed,
      placeOf(row, column) {
        const place = table.placeOf(row, column === 'time' ? timeColumn : (countColumn as number));
        return `${file}:${place.line}:${place.column}`;
      },
    });
    for (const notice of notices) context.assume(`Trace ${notice}.`);
    for (const warning of warnings) context.source.flag(path, warning, 'warning');
    const replayed = { times, repeat: trace.repeat, period: trace.repeat ? period : null };
    return ground.duration === undefined ? null : judgeEnd(replayed, name, ground.duration, path, context);
  });
}

/** Says what follows the last arrival; null after flagging a trace that can't repeat. */
function judgeEnd(
  trace: Trace,
  name: string,
  duration: Duration,
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
  if (end < duration && trace.period !== null)
    context.assume(`Trace ${name}: begins again every ${formatDuration(trace.period)} until the run ends.`);
  if (end < duration * 0.9 && !trace.repeat)
    context.source.flag(
      path,
      `the trace ends at ${formatDuration(end)}, after which nothing arrives until the run ends at ${formatDuration(duration)}; use repeat: true, a lower rate or a shorter run`,
      'warning',
    );
  return trace;
}

export interface ClientsInput {
  readonly clients: readonly Known<ClientValue>[];
  /** null: not known, since something else is wrong; then sites and node numbers are not judged. */
  readonly matrix: Matrix | null;
  readonly nodes: number | null;
  /** null: the workload is no trace; undefined: not known. */
  readonly trace: Trace | null | undefined;
}

/** The client groups; null after flagging. */
export function buildClients(input: ClientsInput, context: BuildContext): readonly ClientGroupSpec[] | null {
  const loads = input.clients.map((client) => wholeOf(knownOf(client).load));
  const tracing = loads.flatMap((load, i) => (load !== null && replaysTrace(load) ? [i] : []));
  const groups = input.clients.map((client, i) => buildGroup(client, i, input, tracing, context));
  if (input.trace && tracing.length === 0 && !loads.includes(null)) {
    context.source.flag(
      ['workload', 'arrival_trace'],
      'is used by no clients, expected some with load: { open: trace }',
    );
    return null;
  }
  return groups.includes(null) ? null : (groups as readonly ClientGroupSpec[]);
}

function replaysTrace(load: ClientValue['load']): boolean {
  return load.name === 'open' && load.options.name === 'trace';
}

/** null after flagging, and where something of the group is not known. */
function buildGroup(
  client: Known<ClientValue>,
  index: number,
  input: ClientsInput,
  tracing: readonly number[],
  context: BuildContext,
): ClientGroupSpec | null {
  const path = ['clients', String(index)];
  const known = knownOf(client);
  const placed = (known.site === null) !== (known.node === null);
  if (!placed && (known.site !== null || isSpelt(client)))
    context.source.flag(
      path,
      `has ${known.site === null ? 'neither site nor' : 'both site and'} node, expected exactly one of them`,
    );
  const given = wholeOf(known.load);
  const load = given === null ? null : buildLoad(given, path, input, tracing.indexOf(index), tracing.length, context);
  const { sound, at } = judgePlaces(known, path, input, context);
  if (!placed || isBroken(client)) return null;
  const { site, node, submit, replyQuorum, retryAfter, processing } = client;
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
  client: Fragments<ClientValue>,
  path: readonly string[],
  input: ClientsInput,
  context: BuildContext,
): { readonly sound: boolean; readonly at: number | null } {
  const { site = null, node = null, replyQuorum = null } = client;
  const submit = wholeOf(client.submit);
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
  load: ClientValue['load'],
  path: readonly string[],
  input: ClientsInput,
  share: number,
  shares: number,
  context: BuildContext,
): LoadSpec | null {
  if (load.name === 'closed') {
    const { clients, outstanding, think, initialSpread } = load.options as ClosedValue;
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
  const arrivals = load.options as NamedValue;
  if (arrivals.name !== 'trace') {
    const definition = arrivalProcesses[arrivals.name as keyof typeof arrivalProcesses] as Definition<unknown>;
    const sound = flagOptionProblems(
      definition,
      arrivals.options,
      [NO_SETTING],
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
