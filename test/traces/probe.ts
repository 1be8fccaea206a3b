/**
 * A protocol without behaviour of its own, for tests of the recorder: its replicas write down every call they get, and the test
 * speaks through their hosts. Its durable store is a list of words.
 */
import type { AnyProtocol, Host, ProtocolDefinition, ProtocolMessage, Replica } from '../../src/protocols/protocol.ts';
import { NO_WORK } from '../../src/protocols/protocol.ts';
import type { Digest } from '../../src/units/quantities.ts';

export interface ProbeMessage extends ProtocolMessage {
  readonly word: string;
  readonly digest?: Digest;
  readonly signature?: number;
}

export interface Probe {
  readonly definition: AnyProtocol;
  /** The newest incarnation of each node. */
  readonly hosts: Host<ProbeMessage, string>[];
  /** `1 receive 0 hello`, in order; what a replica did in answer is up to `react`. */
  readonly calls: string[];
  /** Called after each call is written down. */
  react: (call: string) => void;
}

export function newProbe(durable = true): Probe {
  const probe: Probe = { definition: {} as AnyProtocol, hosts: [], calls: [], react: () => {} };
  const definition: ProtocolDefinition<unknown, ProbeMessage, string[], string> = {
    name: 'probe',
    summary: 'Does nothing by itself.',
    reference: 'quorumlab',
    trust: 'byzantine',
    trustNote: 'None.',
    options: {
      wait: { kind: 'duration', default: 1_000_000, meaning: 'A duration.' },
      most: { kind: 'count', default: null, meaning: 'A count.' },
      batch: {
        kind: 'group',
        fields: { eager: { kind: 'flag', default: false, meaning: 'A flag in a group.' } },
      },
    },
    messages: ['hello', 'goodbye'],
    timers: ['short', 'long'],
    marks: ['leader', 'seen'],
    faults: () => 0,
    client: () => ({
      submit: 'primary',
      replyQuorum: 1,
      repliers: 'taker',
      retry: 'all',
      signed: false,
      reads: 'separate',
    }),
    leaderOf: () => -1,
    create: (host, _options, recovered) => {
      probe.hosts[host.self] = host;
      return newReplica(host, recovered, (call) => {
        probe.calls.push(call);
        probe.react(call);
      });
    },
    sizeOf: () => 1,
    workOf: () => NO_WORK,
    hashOf: () => 0,
    durable: { empty: () => [], apply: (store, word) => void store.push(word) },
    isDurable: () => durable,
  };
  return Object.assign(probe, { definition: definition as AnyProtocol });
}

function newReplica(
  host: Host<ProbeMessage, string>,
  recovered: string[] | null,
  note: (call: string) => void,
): Replica<ProbeMessage> {
  const { self } = host;
  return {
    leader: -1,
    start: () => note(`${self} start ${recovered === null ? 'empty' : `[${recovered.join(' ')}]`}`),
    requestsArrived: () => note(`${self} requests ${host.mempool.count}`),
    readsArrived: (first, count) => note(`${self} reads ${first} ${count}`),
    receive: (from, message) => note(`${self} receive ${from} ${message.word}`),
    timeout: (timer, key) => note(`${self} timeout ${timer} ${key}`),
    persisted: (ticket) => note(`${self} persisted ${ticket}`),
    executed: (position) => note(`${self} executed ${position}`),
    command: (command) => note(`${self} ${command.kind} ${command.to}`),
    status: () => ({ role: 'follower', term: 3, settled: false, committed: host.executedPosition, detail: 'x=1' }),
  };
}
