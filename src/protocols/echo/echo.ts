/**
 * Echo: the smallest protocol that uses the whole path from request to commit, in two messages. It tolerates no fault and is
 * here to test and explain the kernel. Node 0 orders; the others acknowledge and commit what it ordered; it commits itself
 * when all have acknowledged.
 */
import { absorb } from '../../kernel/random.ts';
import type { Batch } from '../../ledger/batch.ts';
import type { NodeId, Position } from '../../units/quantities.ts';
import type { AdminCommand, Host, ProtocolDefinition, Replica, ReplicaStatus } from '../protocol.ts';
import { NO_WORK } from '../protocol.ts';

export interface EchoOptions {
  /** The most transactions in one batch. */
  readonly maxTransactions: number;
}

const ORDER = 0;
const ACK = 1;
export interface Order {
  readonly type: typeof ORDER;
  readonly position: Position;
  readonly batch: Batch;
}
export interface Ack {
  readonly type: typeof ACK;
  readonly position: Position;
}
export type EchoMessage = Order | Ack;

const LEADER: NodeId = 0;
const MARK_LEADER = 0;
/** Type and position, and for an order its digest. */
const HEADER_BYTES = 16;

/** Nothing is durable: a crash of any node stops the protocol for good. */
export type EchoDurable = Record<string, never>;

export const echo: ProtocolDefinition<EchoOptions, EchoMessage, EchoDurable, never> = {
  name: 'echo',
  summary: 'Node 0 orders, all others acknowledge: the least a protocol can do; for tests of the simulator.',
  reference: 'quorumlab',
  trust: 'crash',
  trustNote: 'Tolerates no fault at all: one crashed node stops it.',
  options: {
    maxTransactions: { kind: 'count', default: 400, min: 1, meaning: 'Most transactions in one batch.' },
  },
  messages: ['order', 'ack'],
  timers: [],
  marks: ['leader'],
  faults: () => 0,
  client: () => ({
    submit: 'primary',
    replyQuorum: 1,
    repliers: 'taker',
    retry: 'all',
    signed: false,
    reads: 'ordered',
  }),
  leaderOf: () => LEADER,
  create: (host, options) => new EchoReplica(host, options),
  sizeOf: (message) => (message.type === ORDER ? HEADER_BYTES + message.batch.bytes : HEADER_BYTES),
  workOf: () => NO_WORK,
  hashOf: (message) =>
    absorb(absorb(message.type, message.position), message.type === ORDER ? message.batch.digest : 0),
  durable: { empty: () => ({}), apply: () => {} },
  isDurable: () => false,
};

class EchoReplica implements Replica<EchoMessage> {
  readonly leader = LEADER;
  private readonly host: Host<EchoMessage, never>;
  private readonly options: EchoOptions;
  /** At the leader: the last position given out. Elsewhere: the last one committed. */
  private last: Position = 0;
  /** At the leader: what still waits for acknowledgements, and how many are missing. */
  private readonly open = new Map<Position, { readonly batch: Batch; missing: number }>();

  constructor(host: Host<EchoMessage, never>, options: EchoOptions) {
    this.host = host;
    this.options = options;
  }

  start(): void {
    if (this.host.self === LEADER) this.host.mark(MARK_LEADER, 0, 0);
  }

  // On requests: the leader orders all that wait; the others hand them to it.
  requestsArrived(): void {
    const { host } = this;
    if (host.self !== LEADER) host.mempool.forward(LEADER, false);
    else
      while (host.mempool.count > 0)
        this.order(host.mempool.cut(this.options.maxTransactions, Number.POSITIVE_INFINITY));
  }

  receive(_from: NodeId, message: EchoMessage): void {
    if (message.type === ORDER) this.onOrder(message);
    else this.onAck(message);
  }

  // Echo reads nothing apart, sets no timer, persists nothing and waits for no execution.
  readsArrived(): void {}
  timeout(): void {}
  persisted(): void {}
  executed(): void {}
  command(_command: AdminCommand): void {}

  status(): ReplicaStatus {
    const leads = this.host.self === LEADER;
    const committed = leads ? this.last - this.open.size : this.last;
    return { role: leads ? 'leader' : 'follower', term: 0, settled: true, committed, detail: `open=${this.open.size}` };
  }

  private order(batch: Batch): void {
    const position = ++this.last;
    if (this.host.n === 1) {
      this.host.commit(position, batch);
      return;
    }
    this.open.set(position, { batch, missing: this.host.n - 1 });
    this.host.broadcast({ type: ORDER, position, batch });
  }

  // On the leader's order: acknowledge and commit.
  private onOrder({ position, batch }: Order): void {
    this.last = Math.max(this.last, position);
    this.host.send(LEADER, { type: ACK, position });
    this.host.commit(position, batch);
  }

  // On the last missing acknowledgement: commit at the leader.
  private onAck({ position }: Ack): void {
    const waiting = this.open.get(position);
    if (waiting === undefined || --waiting.missing > 0) return;
    this.open.delete(position);
    this.host.commit(position, waiting.batch);
  }
}
