/** Raft's names for what it asks of its host: timers and marks, in the order of the definition. */
import type { Host } from '../protocol.ts';
import type { RaftChange } from './durable.ts';
import type { RaftMessage } from './messages.ts';

export type RaftHost = Host<RaftMessage, RaftChange>;

export const Timer = {
  election: 0,
  heartbeat: 1,
  checkQuorum: 2,
  batch: 3,
  transfer: 4,
  readRetry: 5,
  firstTick: 6,
} as const;
export const TIMER_NAMES = [
  'election',
  'heartbeat',
  'check-quorum',
  'batch',
  'transfer',
  'read-retry',
  'first-tick',
] as const;

/** Made by a node when it: leads, campaigns, asks for pre-votes, stops leading (a = term); installs or takes a snapshot, cuts
 * entries off its log (a = index); refuses a vote because it hears a leader (a = the candidate's term); hands over (a = to). */
export const Mark = {
  leader: 0,
  election: 1,
  preVote: 2,
  stepDown: 3,
  snapshotInstalled: 4,
  snapshotTaken: 5,
  logTruncated: 6,
  leaseRefusal: 7,
  transfer: 8,
} as const;
export const MARK_NAMES = [
  'leader',
  'election',
  'pre-vote',
  'step-down',
  'snapshot-installed',
  'snapshot-taken',
  'log-truncated',
  'lease-refusal',
  'leadership-transfer',
] as const;
