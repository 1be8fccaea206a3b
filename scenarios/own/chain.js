/**
 * Chain replication without failures (van Renesse & Schneider, OSDI'04, sections 2 and 3): the head orders, each node hands the
 * batch to the next, the tail commits and its acknowledgement travels back up. The documented example of a protocol of your own:
 * scenarios/own-protocol.yaml runs it beside Raft, docs/ARCHITECTURE.md explains each part. Nothing needs to be imported;
 * with TypeScript, `import type { ProtocolDefinition } from 'quorumlab'` checks it.
 */

const HAND = 0;
const ACK = 1;
const HEADER_BYTES = 16;

/** @type {import('quorumlab').ProtocolDefinition<{ maxTransactions: number }, any, Record<string, never>, never>} */
export default {
  name: 'chain',
  summary: 'Chain replication: batches pass from node to node, and the last one commits.',
  reference: "van Renesse & Schneider, Chain Replication, OSDI'04",
  trust: 'crash',
  trustNote: 'This version repairs no chain: one crashed node stops it.',
  options: {
    // In scenarios: max_transactions.
    maxTransactions: { kind: 'count', default: 400, min: 1, meaning: 'Most transactions in one batch.' },
  },
  messages: ['hand', 'ack'],
  timers: [],
  marks: ['leader'],
  faults: () => 0,
  // The tail replies first; its word is enough, since all before it hold the batch.
  client: () => ({
    submit: 'primary',
    replyQuorum: 1,
    repliers: 'all',
    retry: 'all',
    signed: false,
    reads: 'ordered',
  }),
  leaderOf: () => 0,
  create: (host, options) => new ChainReplica(host, options),
  sizeOf: (message) => HEADER_BYTES + (message.type === HAND ? message.batch.bytes : 0),
  workOf: () => ({ signs: 0, macs: 0, verifies: 0, macChecks: 0, hashBytes: 0 }),
  hashOf: (message) =>
    (Math.imul(message.position, 0x9e3779b1) + message.type + (message.type === HAND ? message.batch.digest : 0)) | 0,
  durable: { empty: () => ({}), apply: () => {} },
  isDurable: () => false,
};

class ChainReplica {
  leader = 0;

  constructor(host, options) {
    this.host = host;
    this.options = options;
    this.last = 0;
    /** Handed on and not acknowledged yet, by position. */
    this.open = new Map();
  }

  start() {
    if (this.host.self === 0) this.host.mark(0, 0, 0);
  }

  // At the head: order all that wait. Elsewhere: hand it to the head.
  requestsArrived() {
    const { mempool, self } = this.host;
    if (self !== 0) mempool.forward(0, false);
    else while (mempool.count > 0) this.hand(++this.last, mempool.cut(this.options.maxTransactions, Infinity));
  }

  receive(_from, message) {
    if (message.type === HAND) this.hand(message.position, message.batch);
    else this.settle(message.position);
  }

  // To the next node; the tail commits instead.
  hand(position, batch) {
    const { host } = this;
    this.open.set(position, batch);
    if (host.self === host.n - 1) this.settle(position);
    else host.send(host.self + 1, { type: HAND, position, batch });
  }

  // All nodes behind this one have committed.
  settle(position) {
    const { host } = this;
    host.commit(position, this.open.get(position));
    this.open.delete(position);
    if (host.self > 0) host.send(host.self - 1, { type: ACK, position });
  }

  readsArrived() {}
  timeout() {}
  persisted() {}
  executed() {}
  command() {}

  status() {
    const role = this.host.self === 0 ? 'leader' : 'follower';
    return { role, term: 0, settled: true, committed: this.host.executedPosition, detail: `open=${this.open.size}` };
  }
}
