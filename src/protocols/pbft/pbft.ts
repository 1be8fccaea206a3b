/** PBFT as the rest of the program sees it: its definition. See replica.ts for the protocol. */
import type { ProtocolDefinition } from '../protocol.ts';
import { applyChange, type Change, type Durable, emptyDurable } from './durable.ts';
import { type Message, messageNames } from './messages.ts';
import { bftSmart, type PbftOptions, pbftOptions, pbftProblems } from './options.ts';
import { primaryOf, quorumsOf } from './quorum.ts';
import { PbftReplica } from './replica.ts';
import { markNames, timerNames } from './state.ts';
import { hashOf, sizeOf, workOf } from './wire.ts';

export const pbft: ProtocolDefinition<PbftOptions, Message, Durable, Change> = {
  name: 'pbft',
  summary:
    'Practical Byzantine fault tolerance: a primary proposes, all replicas vote twice; f of 3f + 1 may be Byzantine.',
  reference: "Castro & Liskov, Practical Byzantine Fault Tolerance, OSDI'99 (sections 4 and 5) and TOCS 20(4), 2002",
  trust: 'byzantine',
  trustNote:
    'Safe with up to f Byzantine replicas whatever the delays, live once messages arrive in time. With auth: mac or proofs ' +
    'normal-case messages use authenticators, which prove nothing to third parties; view changes stay signed.',
  options: pbftOptions,
  presets: {
    'bft-smart': {
      summary:
        'one batch in flight, cut at once, at most 1,024 transactions; MACs and signed proofs of acceptance; clients ask all replicas and wait for ⌈(n + f + 1) / 2⌉ replies (BFT-SMaRt as it is shipped).',
      options: bftSmart,
    },
  },
  problems: pbftProblems,
  messages: messageNames,
  timers: timerNames,
  marks: markNames,
  faults: (options, n) => quorumsOf(n, options.faults).f,
  // Where n is not 3f + 1, fewer than all correct replicas are enough.
  quorum: (options, n) => quorumsOf(n, options.faults).quorum,
  client: (options, n) => ({
    submit: options.proposer === 'rotating' ? 'all' : options.submit,
    replyQuorum: quorumsOf(n, options.faults)[options.replies],
    repliers: 'all',
    retry: 'all',
    signed: options.clientSignatures,
    reads: 'ordered',
  }),
  leaderOf: primaryOf,
  create: (host, options, recovered) => new PbftReplica(host, options, recovered),
  sizeOf,
  workOf,
  hashOf,
  durable: { empty: emptyDurable, apply: applyChange },
  isDurable: (options) => options.durable === true,
};
