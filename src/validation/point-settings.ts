/**
 * What a point takes for its machines, its cryptography and its protocol's options, as settings in words (`processing: 1.2ms`), so
 * that two points can be compared whatever a model has of each. Read from what a set-up holds, not from a list: a cost or an option
 * that is added to the model is compared from then on. Left out is only what cannot matter, by name and with the reason.
 */
import { protocolNamed } from '../protocols/registry.ts';
import type { PointSetup } from '../scenario/scenario.ts';
import { snakeCase } from '../scenario/shape.ts';
import { formatBytes, formatDuration, formatDurationRange } from '../units/format.ts';
import type { DurationRange, OptionField, OptionSchema } from '../units/options.ts';

/** Names of settings, each with its values: several where groups of clients, or points, differ. */
export type Values = Readonly<Record<string, readonly string[]>>;

export interface PointSettings {
  /** Times that a machine takes for what is not cryptography, of nodes and of clients. */
  readonly services: Values;
  /** Empty where messages carry neither signatures nor MACs. */
  readonly cryptography: Values;
  readonly options: Values;
}

/** What limits that the load cannot reach are all alike by. */
export const NOT_REACHED = 'never reached';

/** Limits on transactions, batches or requests under way; 0 or none: no limit. */
const LIMITS = ['batch.max_transactions', 'max_inflight', 'pipeline', 'watermark_window'];
/** Where a run begins, what only a node that fell behind or restarted meets, and defaults of what each client group has resolved. */
const NEVER_COMPARED = [
  'initial_leader',
  'snapshot_every',
  'snapshot_keep',
  'snapshot_chunk',
  'chunk_bytes',
  'submit',
  'replies',
];
/** Of elections, view changes and what is sent again: nothing of it happens while no leader fails. */
const ONLY_WITH_FAULTS = [
  'election_timeout',
  'heartbeat',
  'tick',
  'pre_vote',
  'check_quorum',
  'election_reset',
  'initial_logs',
  'request_timeout',
  'view_change_timeout',
  'status_interval',
];

/** `reach`: so many requests at most are under way (infinite: not known), which says what limits can be met. */
export function settingsOf(setup: PointSetup, reach: number): PointSettings {
  return { services: services(setup), cryptography: cryptography(setup), options: options(setup, reach) };
}

/** Of several points together: every value that occurs. */
export function settingsTogether(points: readonly PointSettings[]): PointSettings {
  const merged = (of: (point: PointSettings) => Values): Values => {
    const all: Record<string, readonly string[]> = {};
    for (const point of points)
      for (const [name, values] of Object.entries(of(point))) all[name] = distinct([...(all[name] ?? []), ...values]);
    return all;
  };
  return {
    services: merged((point) => point.services),
    cryptography: merged((point) => point.cryptography),
    options: merged((point) => point.options),
  };
}

/** The options of a protocol when a file says nothing, and those of its clients. */
export function defaultOptions(protocol: string): Values {
  const { options: schema } = protocolNamed(protocol);
  const flat = flattened(schema as OptionSchema<unknown>, null).map(({ name, text }) => [name, [text]] as const);
  return { ...Object.fromEntries(flat), submit: ['primary'], reply_quorum: ['1'] };
}

function services({ machine, clients }: PointSetup): Values {
  const { executionLaw } = machine;
  const times = Object.entries(machine).flatMap(([key, value]) =>
    typeof value === 'number' && key !== 'cores' ? [[snakeCase(key), [formatDuration(value)]] as const] : [],
  );
  const law = executionLaw === undefined ? {} : { execution: [`${executionLaw} ${formatDuration(machine.execution)}`] };
  const processing = distinct(clients.map(({ processing: time = 0 }) => formatDuration(time)));
  return { processing, ...Object.fromEntries(times), ...law };
}

/** Raft's messages carry nothing to check, so that no table of costs changes it. */
function cryptography({ machine: { cores, crypto }, protocol: { name } }: PointSetup): Values {
  if (protocolNamed(name).trust === 'crash') return {};
  const { sign, verify, mac, hashPerByte } = crypto;
  const costs = { sign, verify, mac, hash_per_kb: Math.round(hashPerByte * 1000) };
  const texts = Object.entries(costs).map(([key, ns]) => [key, [formatDuration(ns)]] as const);
  // Cores beside the protocol's own do nothing else.
  const shared = Object.values(costs).some((ns) => ns > 0) ? { cores: [String(cores)] } : {};
  return { ...Object.fromEntries(texts), ...shared };
}

function options(setup: PointSetup, reach: number): Values {
  const { protocol, nodes, clients, faults, workload } = setup;
  const definition = protocolNamed(protocol.name);
  const left = faults.length > 0 ? NEVER_COMPARED : [...NEVER_COMPARED, ...ONLY_WITH_FAULTS];
  // What requests of other workloads weigh is not known; that they are others is said already.
  const { requestBytes = 0 } = workload.options as { readonly requestBytes?: number };
  const flat = flattened(definition.options as OptionSchema<unknown>, protocol.options).filter(
    ({ name }) => !left.includes(name),
  );
  const compared = flat.map(({ name, text, value }) => {
    const beyond = name === 'batch.max_bytes' ? (value as number) >= reach * requestBytes : isBeyond(value, reach);
    const limit = name === 'batch.max_bytes' || LIMITS.includes(name);
    return [name, [limit && beyond ? NOT_REACHED : text]] as const;
  });
  const rule = definition.client(protocol.options, nodes);
  const retries = clients.map(({ retryAfter }) => (retryAfter === null ? 'none' : formatDuration(retryAfter)));
  return {
    ...Object.fromEntries(compared),
    submit: distinct(clients.map(({ submit }) => submitText(submit ?? rule.submit))),
    reply_quorum: distinct(clients.map(({ replyQuorum }) => String(replyQuorum ?? rule.replyQuorum))),
    ...(faults.length > 0 ? { retry_after: distinct(retries) } : {}),
  };
}

function isBeyond(value: unknown, reach: number): boolean {
  return value === null || value === 0 || (value as number) >= reach;
}

/** A client that names a node has chosen the nearest one itself. */
function submitText(submit: 'primary' | 'nearest' | 'all' | { readonly node: number }): string {
  return typeof submit === 'string' ? submit : 'nearest';
}

interface FlatOption {
  /** `batch.max_bytes`. */
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
}

/** Options by their path. `values` null: the defaults. */
function flattened(schema: OptionSchema<unknown>, values: unknown, before = ''): readonly FlatOption[] {
  return (Object.entries(schema) as [string, OptionField][]).flatMap(([key, field]) => {
    const name = `${before}${snakeCase(key)}`;
    const given = values === null ? undefined : (values as Record<string, unknown>)[key];
    if (field.kind === 'group')
      return flattened(field.fields as OptionSchema<unknown>, values === null ? null : given, `${name}.`);
    const value = values === null ? field.default : given;
    return [{ name, value, text: optionText(field, value) }];
  });
}

function optionText({ kind }: OptionField, value: unknown): string {
  // A flag that nobody gave and nothing demanded is off.
  if (value === null || value === undefined) return kind === 'flag' ? 'false' : 'none';
  if (kind === 'duration') return formatDuration(value as number);
  if (kind === 'duration-range') return formatDurationRange(value as DurationRange);
  return kind === 'bytes' ? formatBytes(value as number) : String(value);
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
