/** What a Raft cluster can be told (thesis chapters 3–6, 9 and 10 and etcd's settings), and which settings contradict each other. */

import { below } from '../../kernel/random.ts';
import type { Setting } from '../../units/definition.ts';
import { formatDuration, formatRoughly } from '../../units/format.ts';
import type { DurationRange, OptionProblem, OptionSchema } from '../../units/options.ts';
import { type Bytes, type Duration, MICROSECOND, MILLISECOND, type NodeId } from '../../units/quantities.ts';

import { copiesTake } from '../copies.ts';
export interface RaftOptions {
  readonly electionTimeout: DurationRange;
  readonly heartbeat: Duration;
  readonly tick: Duration | null;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  readonly electionReset: 'vote' | 'follower';
  readonly batch: BatchOptions;
  readonly maxInflight: number;
  readonly snapshotEvery: number;
  readonly snapshotKeep: number;
  readonly snapshotChunk: Bytes;
  readonly initialLeader: NodeId | null;
  readonly initialLogs: 'empty' | 'staggered';
}

/** What a replica is told: of staggered logs, how long each node's is in this run. */
export interface RaftRunOptions extends RaftOptions {
  readonly initialLogLengths?: readonly number[];
}

export interface BatchOptions {
  readonly maxTransactions: number;
  readonly maxBytes: Bytes;
  readonly timeout: Duration;
}

const MEBIBYTE: Bytes = 1_048_576;

const batchOptions: OptionSchema<BatchOptions> = {
  maxTransactions: { kind: 'count', default: 1000, min: 1, meaning: 'Most transactions in one log entry.' },
  maxBytes: {
    kind: 'bytes',
    default: MEBIBYTE,
    min: 1,
    meaning:
      'Most bytes of transactions in one log entry, and of entries in one AppendEntries message; one always fits.',
  },
  timeout: {
    kind: 'duration',
    default: 0,
    min: 0,
    meaning: 'Longest wait of a transaction for its entry to fill up; 0 cuts an entry at once from whatever waits.',
  },
};

export const raftOptions: OptionSchema<RaftOptions> = {
  electionTimeout: {
    kind: 'duration-range',
    default: { min: 150 * MILLISECOND, max: 300 * MILLISECOND },
    min: 10 * MICROSECOND,
    meaning:
      'Each election timeout is drawn uniformly from this range. Its lower end is the base timeout: the lease in which votes are refused, the period of check-quorum, and the limit of a leadership transfer.',
  },
  heartbeat: {
    kind: 'duration',
    default: 50 * MILLISECOND,
    min: 10 * MICROSECOND,
    meaning: 'Time between two heartbeats of the leader.',
  },
  tick: {
    kind: 'duration',
    default: null,
    min: 10 * MICROSECOND,
    meaning:
      'Timers count whole ticks of this length, each node at a random phase of its own, as in etcd; none: exact timers.',
  },
  preVote: { kind: 'flag', default: true, meaning: 'Ask whether an election could be won before raising the term.' },
  checkQuorum: {
    kind: 'flag',
    default: true,
    meaning: 'A leader that did not hear from a majority for the base election timeout steps down.',
  },
  electionReset: {
    kind: 'choice',
    choices: ['vote', 'follower'],
    default: 'vote',
    meaning:
      'When an election timer starts anew without a leader being heard: `vote`, on granting a vote (thesis); `follower`, also on every return to follower, such as on seeing a higher term (etcd).',
  },
  batch: { kind: 'group', fields: batchOptions, meaning: 'How the leader cuts transactions into log entries.' },
  maxInflight: {
    kind: 'count',
    default: 256,
    min: 1,
    max: 65_536,
    meaning:
      'Most AppendEntries messages with entries under way to a follower, and most uncommitted entries at the leader: beyond it transactions wait, and batches grow.',
  },
  snapshotEvery: { kind: 'count', default: 10_000, min: 1, meaning: 'Entries executed between two snapshots.' },
  snapshotKeep: {
    kind: 'count',
    default: 5_000,
    min: 0,
    meaning: 'Entries kept in the log behind a snapshot, so that a slow follower does not need it.',
  },
  snapshotChunk: {
    kind: 'bytes',
    default: MEBIBYTE,
    min: 1,
    meaning: 'Bytes of a snapshot in one InstallSnapshot message; up to 8 are under way.',
  },
  initialLeader: {
    kind: 'count',
    default: null,
    min: 0,
    meaning:
      'This node starts as the elected leader of term 1, which all nodes have on disk; none: the run begins with an election.',
  },
  initialLogs: {
    kind: 'choice',
    choices: ['empty', 'staggered'],
    default: 'empty',
    meaning:
      'What nodes have on disk at the start: `empty`, no entries; `staggered`, logs of 1 to n entries of term 1, one of each length, in an order drawn anew in each replication: what a leader that died left behind (thesis 9.3).',
  },
};

/** Draws who has which log: a shuffle (Fisher & Yates) by the run's own bits. */
export function raftRunOptions(options: RaftOptions, nodes: number, bits: (i: number) => number): RaftRunOptions {
  if (options.initialLogs === 'empty') return options;
  const initialLogLengths = Array.from({ length: nodes }, (_, i) => i + 1);
  for (let i = nodes - 1; i > 0; i--) {
    const other = below(bits(i), i + 1);
    const length = initialLogLengths[i] as number;
    initialLogLengths[i] = initialLogLengths[other] as number;
    initialLogLengths[other] = length;
  }
  return { ...options, initialLogLengths };
}

/**
 * etcd 3.4 as it is shipped: tick = heartbeat = 100 ms, election timeout of 10 to 19 ticks, check-quorum on, pre-vote off.
 * Source: etcd configuration reference and `randomizedElectionTimeout` in raft.go (T + [0, T) ticks).
 */
export const etcd34 = {
  electionTimeout: { min: 1000 * MILLISECOND, max: 1900 * MILLISECOND },
  heartbeat: 100 * MILLISECOND,
  tick: 100 * MILLISECOND,
  preVote: false,
  checkQuorum: true,
  electionReset: 'follower',
  maxInflight: 512,
  snapshotEvery: 100_000,
} as const satisfies Partial<RaftOptions>;

/**
 * The ordering service of Hyperledger Fabric 2.5 as it is shipped: a block is cut at 500 transactions, at 2 MB, or 2 s after the
 * first that waits; ticks of 500 ms, elections after 10 of them. Source: configtx.yaml (BatchSize, BatchTimeout as in the
 * performance report of Fabric 2.5; EtcdRaft options).
 */
export const fabricOrderer25 = {
  electionTimeout: { min: 5000 * MILLISECOND, max: 9500 * MILLISECOND },
  heartbeat: 500 * MILLISECOND,
  tick: 500 * MILLISECOND,
  preVote: true,
  checkQuorum: true,
  electionReset: 'follower',
  batch: { maxTransactions: 500, maxBytes: 2_000_000, timeout: 2000 * MILLISECOND },
  maxInflight: 5,
} as const satisfies Partial<RaftOptions>;

export function raftProblems(options: RaftOptions, setting: Setting): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  const error = (path: string, message: string, expected: string) =>
    problems.push({ severity: 'error', path, message, expected });
  const warning = (path: string, message: string, expected: string) =>
    problems.push({ severity: 'warning', path, message, expected });
  const { electionTimeout, heartbeat, tick, initialLeader } = options;
  if (electionTimeout.max < electionTimeout.min)
    error('electionTimeout', 'ends before it begins', 'a range from low to high');
  if (heartbeat >= electionTimeout.min)
    error(
      'heartbeat',
      'followers would time out between two heartbeats',
      `less than the lower end of election_timeout, ${formatDuration(electionTimeout.min)}`,
    );
  if (tick !== null) {
    if (heartbeat % tick !== 0) error('heartbeat', 'is not a whole number of ticks', 'a multiple of tick');
    if (electionTimeout.min % tick !== 0 || electionTimeout.max % tick !== 0)
      error('electionTimeout', 'is not a whole number of ticks', 'multiples of tick');
    if (electionTimeout.min < 2 * tick) error('electionTimeout', 'is shorter than two ticks', 'at least two ticks');
  }
  if (initialLeader !== null && initialLeader >= setting.nodes)
    error('initialLeader', `there is no node ${initialLeader}`, `0 to ${setting.nodes - 1}`);
  if (options.initialLogs === 'staggered' && initialLeader !== null)
    error(
      'initialLogs',
      'of different length contradict initialLeader, who wrote them all',
      'no initialLeader, or empty logs',
    );
  if (electionTimeout.min < setting.longestRoundTrip)
    warning(
      'electionTimeout',
      `begins at ${formatDuration(electionTimeout.min)}, which is shorter than the longest round trip, ${formatRoughly(setting.longestRoundTrip)}: elections may never end`,
      'at least ten times the one-way delay',
    );
  else if (electionTimeout.min < heartbeat + setting.longestRoundTrip)
    warning(
      'electionTimeout',
      `begins at ${formatDuration(electionTimeout.min)}, which is shorter than a heartbeat and the longest round trip, ${formatRoughly(heartbeat + setting.longestRoundTrip)}: a late heartbeat starts an election`,
      'several heartbeats',
    );
  const copies = copiesTake(options.batch, setting);
  if (copies > electionTimeout.min)
    warning(
      'batch',
      `the copies of one batch take the leader's card ${formatRoughly(copies)}, but followers may start an election after ${formatDuration(electionTimeout.min)}`,
      'smaller batches, a faster network.egress or a longer election_timeout',
    );
  if (setting.losesMessages && setting.nodes > 1)
    warning(
      '',
      'runs over datagrams that get lost, but Raft is made for links that repeat: what a follower lacks is sent again only after it answers a later heartbeat, and a lost vote costs an election timeout',
      'transport: tcp',
    );
  if (electionTimeout.max === electionTimeout.min && setting.nodes > 1)
    warning('electionTimeout', 'is not random: votes will split again and again', 'a range');
  return problems;
}
