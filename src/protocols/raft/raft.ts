/** Raft (Ongaro, "Consensus: Bridging Theory and Practice", Stanford 2014), complete but for membership changes: its definition. */
import { NO_WORK, type ProtocolDefinition } from '../protocol.ts';
import { applyChange, emptyDurable, type RaftChange, type RaftDurable } from './durable.ts';
import { MARK_NAMES, TIMER_NAMES } from './host.ts';
import { hashOf, MESSAGE_NAMES, type RaftMessage, sizeOf } from './messages.ts';
import { etcd34, type RaftOptions, raftOptions, raftProblems, raftRunOptions } from './options.ts';
import { majority } from './quorum.ts';
import { RaftReplica } from './replica.ts';

export const raft: ProtocolDefinition<RaftOptions, RaftMessage, RaftDurable, RaftChange> = {
  name: 'raft',
  summary: 'An elected leader orders; a majority on disk commits. Tolerates crashes, not lies.',
  reference:
    'Ongaro, Consensus: Bridging Theory and Practice (2014), chapters 3, 5, 6, 9 and 10; etcd/raft for what it leaves open',
  trust: 'crash',
  trustNote: 'Raft assumes nodes that may crash but never lie: one node that forges messages can break agreement.',
  options: raftOptions,
  problems: raftProblems,
  presets: {
    'etcd-3.4': { summary: 'etcd 3.4 as it is shipped (configuration reference; raft.go).', options: etcd34 },
  },
  messages: MESSAGE_NAMES,
  timers: TIMER_NAMES,
  marks: MARK_NAMES,
  faults: (_options, n) => n - majority(n),
  client: () => ({
    submit: 'primary',
    replyQuorum: 1,
    repliers: 'taker',
    retry: 'next',
    signed: false,
    reads: 'separate',
  }),
  leaderOf: () => -1,
  forRun: raftRunOptions,
  create: (host, options, recovered) => new RaftReplica(host, options, recovered),
  sizeOf,
  // Crash faults only: nothing is signed, and checksums cost too little to count.
  workOf: () => NO_WORK,
  hashOf,
  durable: { empty: emptyDurable, apply: applyChange },
  // Raft without a disk is another protocol: a restarted node that forgot its vote could elect two leaders.
  isDurable: () => true,
};
