/** What a scenario can tell PBFT, with units, defaults and meaning, and which settings contradict each other or are unwise. */
import type { Setting } from '../../units/definition.ts';
import { formatRoughly } from '../../units/format.ts';
import type { OptionProblem, OptionSchema } from '../../units/options.ts';
import { type Bytes, type Duration, MICROSECOND, MILLISECOND, SECOND } from '../../units/quantities.ts';
import { copiesTake } from '../copies.ts';
import { quorumsOf } from './quorum.ts';

export interface PbftOptions {
  readonly faults: number | null;
  readonly batch: BatchOptions;
  readonly pipeline: number;
  readonly proposer: 'primary' | 'rotating';
  readonly blockPeriod: Duration;
  readonly checkpointInterval: number;
  readonly watermarkWindow: number | null;
  readonly requestTimeout: Duration;
  readonly viewChangeTimeout: Duration;
  readonly statusInterval: Duration;
  readonly auth: 'signature' | 'mac' | 'proofs';
  readonly clientSignatures: boolean;
  readonly submit: 'primary' | 'all';
  readonly replies: 'weak' | 'quorum';
  readonly durable: boolean | null;
  readonly chunkBytes: Bytes;
}

export interface BatchOptions {
  readonly maxTransactions: number;
  readonly maxBytes: Bytes;
  readonly timeout: Duration;
}

/** Batches in flight under one primary. */
const DEFAULT_PIPELINE = 16;

const batchOptions: OptionSchema<BatchOptions> = {
  maxTransactions: {
    kind: 'count',
    default: 400,
    min: 1,
    meaning: 'A batch is cut as soon as this many transactions wait at the primary.',
  },
  maxBytes: {
    kind: 'bytes',
    default: 1024 * 1024,
    min: 1,
    meaning: 'A batch is cut as soon as this many bytes wait; it holds no more, but always one transaction.',
  },
  timeout: {
    kind: 'duration',
    default: 5 * MILLISECOND,
    min: 0,
    meaning: 'How long the first transaction of a batch waits for others; 0 cuts at once.',
  },
};

export const pbftOptions: OptionSchema<PbftOptions> = {
  faults: {
    kind: 'count',
    default: null,
    min: 0,
    meaning: 'Faulty replicas f to tolerate; none: as many as the nodes allow, ⌊(n − 1) / 3⌋.',
  },
  batch: { kind: 'group', fields: batchOptions as OptionSchema<unknown>, meaning: 'When the primary cuts a batch.' },
  pipeline: {
    kind: 'count',
    default: DEFAULT_PIPELINE,
    min: 0,
    meaning:
      'Batches that the primary may have proposed beyond the last committed one; 0: only the watermarks limit them.',
  },
  proposer: {
    kind: 'choice',
    choices: ['primary', 'rotating'],
    default: 'primary',
    meaning:
      'Who proposes: `primary`, whoever leads the view; `rotating`, the next replica for every batch, as in IBFT and QBFT (Moniz 2020): one batch at a time, and clients send to all replicas. The primary of the view still leads view changes.',
  },
  blockPeriod: {
    kind: 'duration',
    default: 0,
    min: 0,
    meaning:
      'Least time from one proposal to the next, by the clock of whoever proposes next; 0: none. A request may wait so much longer before the primary is suspected.',
  },
  checkpointInterval: {
    kind: 'count',
    default: 128,
    min: 1,
    max: 32_768,
    meaning: 'K: every replica takes a checkpoint after this many sequence numbers.',
  },
  watermarkWindow: {
    kind: 'count',
    default: null,
    min: 1,
    max: 65_536,
    meaning: 'L: sequence numbers beyond the last stable checkpoint that may be in use; none: 2 K.',
  },
  requestTimeout: {
    kind: 'duration',
    default: 2 * SECOND,
    min: 10 * MICROSECOND,
    meaning: 'A backup suspects the primary when a request it waits for is not executed within this time.',
  },
  viewChangeTimeout: {
    kind: 'duration',
    default: 2 * SECOND,
    min: 10 * MICROSECOND,
    meaning: 'How long a quorum of view-changes waits for its new view; doubles with each consecutive view.',
  },
  statusInterval: {
    kind: 'duration',
    default: 500 * MILLISECOND,
    min: 10 * MICROSECOND,
    meaning:
      'A replica without progress for this long asks the others to retransmit what it lacks; backs off to eightfold.',
  },
  auth: {
    kind: 'choice',
    choices: ['signature', 'mac', 'proofs'],
    default: 'signature',
    meaning:
      'Whether normal-case messages carry a `signature` or an authenticator of n − 1 MACs (`mac`); view changes are always signed. `proofs`: MACs, and each commit also a signature that nobody checks in the normal case and that is made on a core of its own while prepares are on their way, as in BFT-SMaRt.',
  },
  clientSignatures: {
    kind: 'flag',
    default: true,
    meaning:
      'Requests carry a client signature that every replica verifies; false: they come over authenticated channels.',
  },
  submit: {
    kind: 'choice',
    choices: ['primary', 'all'],
    default: 'primary',
    meaning: 'Whom clients send a request to, unless a group says otherwise; rotating proposers are always all asked.',
  },
  replies: {
    kind: 'choice',
    choices: ['weak', 'quorum'],
    default: 'weak',
    meaning:
      'Matching replies that clients wait for, unless a group says otherwise: `weak`, f + 1; `quorum`, ⌈(n + f + 1) / 2⌉.',
  },
  durable: {
    kind: 'flag',
    default: null,
    meaning: 'Replicas write what they promise to disk before they send it; none: only when a restart is scheduled.',
  },
  chunkBytes: {
    kind: 'bytes',
    default: 1024 * 1024,
    min: 1024,
    meaning: 'State is transferred to a replica that fell behind in chunks of at most this size.',
  },
};

/**
 * BFT-SMaRt as it is shipped: one consensus instance at a time, batches cut at once up to 1,024 requests, MACs on all links and a
 * signed proof of acceptance, clients that ask all replicas and wait for a quorum of replies. Source: its configuration (system.config)
 * and Bessani, Sousa & Alchieri, State Machine Replication for the Masses with BFT-SMaRt, DSN 2014.
 */
export const bftSmart = {
  auth: 'proofs',
  pipeline: 1,
  batch: { maxTransactions: 1024, maxBytes: 1024 * 1024, timeout: 0 },
  clientSignatures: false,
  submit: 'all',
  replies: 'quorum',
} as const satisfies Partial<PbftOptions>;

/** L, the distance between the low and the high watermark. */
export function windowOf(options: PbftOptions): number {
  return options.watermarkWindow ?? 2 * options.checkpointInterval;
}

export function pbftProblems(options: PbftOptions, setting: Setting): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  const report = (severity: OptionProblem['severity'], path: string, message: string, expected: string) =>
    problems.push({ severity, path, message, expected });
  const { f } = quorumsOf(setting.nodes, options.faults);
  const window = windowOf(options);
  const interval = options.checkpointInterval;
  if (setting.nodes < 3 * f + 1)
    report(
      'error',
      'faults',
      `${setting.nodes} ${setting.nodes === 1 ? 'node' : 'nodes'} cannot tolerate f = ${f} Byzantine faults`,
      `at least 3f + 1 = ${3 * f + 1} nodes`,
    );
  if (interval > window)
    report(
      'error',
      'checkpointInterval',
      `checkpoint_interval (K = ${interval}) is above watermark_window (L = ${window}): no checkpoint would ever be reached`,
      `at most ${window}, or a longer watermark_window`,
    );
  else if (window < 2 * interval)
    report(
      'warning',
      'watermarkWindow',
      `L = ${window} is below twice the checkpoint_interval (2 K = ${2 * interval}): ordering stops while a checkpoint becomes stable`,
      `at least ${2 * interval}`,
    );
  if (options.pipeline > window)
    report(
      'warning',
      'pipeline',
      `${options.pipeline} batches in flight never fit into watermark_window (L = ${window})`,
      `at most ${window}, or 0`,
    );
  for (const key of ['requestTimeout', 'viewChangeTimeout'] as const)
    if (options[key] < setting.longestRoundTrip)
      report(
        'warning',
        key,
        `${formatRoughly(options[key])} is under the longest round trip, ${formatRoughly(setting.longestRoundTrip)}: correct primaries will be suspected`,
        `several round trips`,
      );
  if (options.proposer === 'rotating' && options.pipeline !== DEFAULT_PIPELINE && options.pipeline !== 1)
    report(
      'warning',
      'pipeline',
      'has no effect: rotating proposers order one batch at a time',
      'pipeline: 1, or no such line',
    );
  if (options.batch.timeout >= options.requestTimeout)
    report(
      'warning',
      'batch.timeout',
      `a batch may wait ${formatRoughly(options.batch.timeout)}, but backups suspect the primary after ${formatRoughly(options.requestTimeout)}`,
      `far below request_timeout`,
    );
  const copies = copiesTake(options.batch, setting);
  if (copies > options.requestTimeout)
    report(
      'warning',
      'batch',
      `the copies of one batch take the primary's card ${formatRoughly(copies)}, but backups suspect the primary after ${formatRoughly(options.requestTimeout)}`,
      'smaller batches, a faster network.egress or a longer request_timeout',
    );
  if (options.statusInterval >= options.requestTimeout)
    report(
      'warning',
      'statusInterval',
      `lost messages are retransmitted after ${formatRoughly(options.statusInterval)}, but backups suspect the primary after ${formatRoughly(options.requestTimeout)}`,
      `below request_timeout`,
    );
  if (options.durable === false && setting.restarts)
    report(
      'warning',
      'durable',
      'a replica that restarts without durable state may contradict itself and counts towards f for the rest of the run',
      'durable: true',
    );
  return problems;
}
