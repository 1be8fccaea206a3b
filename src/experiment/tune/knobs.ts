/**
 * The timeouts of a protocol that decide when a leader is suspected, on one scale: a base timeout, and in Raft the heartbeat. Each
 * protocol that can be tuned says how to read them from its options and how to set them; what else it is told stays as it was.
 */
import type { PbftOptions } from '../../protocols/pbft/options.ts';
import type { RaftOptions } from '../../protocols/raft/options.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { type Duration, MICROSECOND } from '../../units/quantities.ts';

export interface Timeouts {
  /** Raft: the least election timeout. PBFT: the request timeout and the view-change timeout. ns. */
  readonly base: Duration;
  /** null: the protocol has none. */
  readonly heartbeat: Duration | null;
}

export interface Knobs {
  readonly protocol: 'raft' | 'pbft';
  /** The options that are set, as a scenario names them. */
  readonly options: readonly string[];
  /** The mark that a replica makes when it wants another leader; its first number is the term or view. */
  readonly suspicion: 'election' | 'view-change';
  read(options: unknown): Timeouts;
  set(options: unknown, timeouts: Timeouts): unknown;
  /** About how long it may take until a dead leader is given up. */
  patience(options: unknown): Duration;
}

/** How many heartbeats fit into the base election timeout: as etcd and Fabric are shipped. */
export const HEARTBEATS_IN_BASE = 10;

const BATCH_TIMEOUT = 'batch.timeout';

const raft: Knobs = {
  protocol: 'raft',
  options: ['election_timeout', 'heartbeat', BATCH_TIMEOUT],
  suspicion: 'election',
  read(options) {
    const { electionTimeout, heartbeat } = options as RaftOptions;
    return { base: electionTimeout.min, heartbeat };
  },
  /** Timeouts are drawn from a range as wide, in proportion, as before. Ticks become heartbeats, as etcd counts them. */
  set(options, { base, heartbeat }) {
    const before = options as RaftOptions;
    const beat = heartbeat ?? Math.round(base / HEARTBEATS_IN_BASE);
    const spread = before.electionTimeout.max / before.electionTimeout.min;
    const tick = before.tick === null ? null : beat;
    const unit = tick ?? MICROSECOND;
    const max = Math.max(base, Math.round((base * spread) / unit) * unit);
    return { ...before, electionTimeout: { min: base, max }, heartbeat: beat, tick } satisfies RaftOptions;
  },
  patience: (options) => (options as RaftOptions).electionTimeout.max,
};

const pbft: Knobs = {
  protocol: 'pbft',
  options: ['request_timeout', 'view_change_timeout', BATCH_TIMEOUT],
  suspicion: 'view-change',
  read: (options) => ({ base: (options as PbftOptions).requestTimeout, heartbeat: null }),
  set: (options, { base }) =>
    ({ ...(options as PbftOptions), requestTimeout: base, viewChangeTimeout: base }) satisfies PbftOptions,
  patience: (options) => (options as PbftOptions).requestTimeout + (options as PbftOptions).viewChangeTimeout,
};

const KNOBS: readonly Knobs[] = [raft, pbft];

/** `raft (election_timeout, heartbeat, batch.timeout) and pbft (…)`: all that can be tuned. */
export const TUNABLE = KNOBS.map(({ protocol, options }) => `${protocol} (${options.join(', ')})`).join(' and ');

/** null: a protocol without such timeouts, or of the user's own, of which they are not known. */
export function knobsOf({ protocol }: Pick<RunSpec, 'protocol'>): Knobs | null {
  if (protocol.module !== undefined) return null;
  return KNOBS.find((knobs) => knobs.protocol === protocol.name) ?? null;
}

export function withTimeouts(spec: RunSpec, knobs: Knobs, timeouts: Timeouts): RunSpec {
  return { ...spec, protocol: { ...spec.protocol, options: knobs.set(spec.protocol.options, timeouts) } };
}

/** What both protocols call `batch`. */
interface Batching {
  readonly batch: { readonly maxTransactions: number; readonly maxBytes: number; readonly timeout: Duration };
}

export function batchOf({ protocol }: Pick<RunSpec, 'protocol'>): Batching['batch'] {
  return (protocol.options as Batching).batch;
}

export function withBatchTimeout(spec: RunSpec, timeout: Duration): RunSpec {
  const options = spec.protocol.options as Batching;
  return {
    ...spec,
    protocol: { ...spec.protocol, options: { ...options, batch: { ...options.batch, timeout } } },
  };
}
