/**
 * One node of a recorder cluster: a `Host` (src/protocols/protocol.ts) that records what its replica asks for instead of doing
 * it. What the contract forbids throws an error at once. Persistence and execution wait for the end of the handler.
 */
import { absorb, draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import type { Batch } from '../../src/ledger/batch.ts';
import type { Host, ProtocolMessage, Replica, SnapshotRef } from '../../src/protocols/protocol.ts';
import type { Bytes, Digest, Duration, Instant, NodeId, Position, RequestId } from '../../src/units/quantities.ts';
import type { RecorderCluster } from './recorder-cluster.ts';
import { RecorderMempool } from './recorder-mempool.ts';

export interface ArmedTimer {
  readonly node: NodeId;
  readonly timer: number;
  readonly key: number;
  readonly due: Instant;
  /** Arming order over the whole cluster: breaks ties between timers due at one instant. */
  readonly order: number;
}

interface Write {
  readonly change: unknown;
  readonly ticket: number;
}

/** The digest of the state before anything was executed. */
export const GENESIS: Digest = absorb(0, 0x67656e);

export class RecorderNode implements Host<ProtocolMessage, unknown> {
  readonly self: NodeId;
  readonly cluster: RecorderCluster;
  /** null while crashed. */
  replica: Replica<ProtocolMessage> | null = null;
  mempool: RecorderMempool;
  executedPosition: Position = 0;
  readonly timers = new Map<string, ArmedTimer>();
  /** Asked for, not durable yet. */
  writes: Write[] = [];
  /** Committed in this incarnation. */
  readonly committed = new Map<Position, Batch | null>();
  /** Reads that wait, with the highest position executed anywhere when each arrived. */
  readonly openReads = new Map<number, Position>();
  private state: Digest = GENESIS;
  private store: unknown = null;
  /** Every change that became durable, to find replicas that alter the store they recovered from. */
  private readonly durableChanges: unknown[] = [];
  /** Signatures begun for messages that were not sent yet. */
  private readonly begun = new Set<number>();
  private lastTicket = Number.NEGATIVE_INFINITY;
  private timerDraws = 0;
  private nextRead = 0;

  constructor(cluster: RecorderCluster, self: NodeId) {
    this.cluster = cluster;
    this.self = self;
    this.mempool = this.emptyMempool();
    this.store = cluster.definition.durable.empty(cluster.options, self);
  }

  get n(): number {
    return this.cluster.n;
  }

  /** The first start of this node, or its restart. */
  boot(restart: boolean): void {
    const { definition, options } = this.cluster;
    const recovers = restart && definition.isDurable(options);
    if (recovers) this.checkStore();
    this.replica = definition.create(this, options, recovers ? this.store : null) as Replica<ProtocolMessage>;
    this.replica.start();
    this.followUp();
  }

  /** Loses what is volatile; keeps what was durable. */
  crash(): void {
    this.replica = null;
    this.mempool = this.emptyMempool();
    this.timers.clear();
    this.writes = [];
    this.committed.clear();
    this.openReads.clear();
    this.begun.clear();
    this.executedPosition = 0;
    this.state = GENESIS;
    this.lastTicket = Number.NEGATIVE_INFINITY;
  }

  /** Runs one handler and then whatever follows by itself. Does nothing on a crashed node. */
  handle(handler: (replica: Replica<ProtocolMessage>) => void): void {
    if (this.replica === null) return;
    handler(this.replica);
    this.followUp();
  }

  send(to: NodeId, message: ProtocolMessage): void {
    if (to === this.self || !(to >= 0 && to < this.n))
      throw new Error(`node ${this.self} sent to node ${to} of ${this.n}`);
    this.checkSignature(message);
    this.cluster.record({ kind: 'send', node: this.self, to, message });
    this.cluster.dispatch(this.self, to, message);
  }

  broadcast(message: ProtocolMessage): void {
    this.checkSignature(message);
    this.cluster.record({ kind: 'send', node: this.self, to: '*', message });
    for (let to = 0; to < this.n; to++) if (to !== this.self) this.cluster.dispatch(this.self, to, message);
  }

  setTimer(timer: number, key: number, after: Duration, spread: Duration = 0): void {
    this.nameOf(this.cluster.definition.timers, timer, 'timer');
    if (!(after >= 0 && spread >= 0))
      throw new Error(`node ${this.self} set a timer after ${after} ns, spread ${spread} ns`);
    const bits = draw(stream(this.cluster.seed, Purpose.timer, this.self), this.timerDraws++);
    const due = this.now() + after + Math.floor(unit(bits) * (spread + 1));
    this.timers.set(`${timer} ${key}`, { node: this.self, timer, key, due, order: this.cluster.nextOrder() });
    this.cluster.record({ kind: 'timer', node: this.self, timer, key, after, spread });
  }

  cancelTimer(timer: number, key: number): void {
    this.nameOf(this.cluster.definition.timers, timer, 'timer');
    if (this.timers.delete(`${timer} ${key}`)) this.cluster.record({ kind: 'cancel', node: this.self, timer, key });
  }

  persist(change: unknown, bytes: Bytes, ticket: number): void {
    if (!(bytes >= 0)) throw new Error(`node ${this.self} persisted ${bytes} bytes`);
    if (!(ticket > this.lastTicket))
      throw new Error(`node ${this.self}: ticket ${ticket} does not follow ${this.lastTicket}`);
    this.lastTicket = ticket;
    this.writes.push({ change, ticket });
    this.cluster.record({ kind: 'persist', node: this.self, change, ticket });
  }

  commit(position: Position, batch: Batch | null): void {
    const where = `node ${this.self} committed position ${position}`;
    if (!Number.isInteger(position) || position < 1) throw new Error(`${where}: positions count from 1`);
    if (this.committed.has(position)) throw new Error(`${where} twice`);
    if (position <= this.executedPosition)
      throw new Error(`${where}, but ${this.executedPosition} is executed already`);
    this.committed.set(position, batch);
    this.cluster.record({ kind: 'commit', node: this.self, position, batch });
    this.cluster.judgeCommit(this.self, position, batch);
  }

  serveReads(first: number, count: number): void {
    this.cluster.record({ kind: 'reads', node: this.self, verb: 'serve', first, count });
    this.closeReads(first, count, (id, least) => {
      if (this.executedPosition < least)
        this.cluster.violated(
          `stale read: node ${this.self} served read ${id} at ${this.executedPosition}, but ${least} was executed when it arrived`,
        );
    });
  }

  dropReads(first: number, count: number): void {
    this.cluster.record({ kind: 'reads', node: this.self, verb: 'drop', first, count });
    this.closeReads(first, count, () => {});
  }

  /** Takes in reads and returns the first one's id. */
  openRead(count: number): number {
    const first = this.nextRead;
    this.nextRead += count;
    for (let id = first; id < this.nextRead; id++) this.openReads.set(id, this.cluster.highestExecuted);
    return first;
  }

  stateDigest(): Digest {
    return this.state;
  }

  snapshot(): SnapshotRef {
    return this.cluster.takeSnapshot(this.executedPosition, this.state, this.mempool.executed);
  }

  install(snapshot: SnapshotRef): void {
    if (snapshot.position <= this.executedPosition)
      throw new Error(
        `node ${this.self} installed snapshot ${snapshot.position}, but ${this.executedPosition} is executed already`,
      );
    this.cluster.record({ kind: 'install', node: this.self, snapshot });
    const executed = this.cluster.contentOf(snapshot);
    this.executedPosition = snapshot.position;
    this.state = snapshot.digest;
    this.mempool.leave(executed);
    for (const position of this.committed.keys()) if (position <= snapshot.position) this.committed.delete(position);
    this.cluster.judgeState(this.self, snapshot.position, snapshot.digest);
  }

  sign(digest: Digest): number {
    return this.cluster.signatureOf(this.self, digest);
  }

  verify(signer: NodeId, digest: Digest, signature: number): boolean {
    return this.cluster.signatureOf(signer, digest) === signature;
  }

  beginSignature(number: number): void {
    this.begun.add(number);
    this.cluster.record({ kind: 'sign', node: this.self, number });
  }

  mark(id: number, a: number, b: number): void {
    const name = this.nameOf(this.cluster.definition.marks, id, 'mark');
    this.cluster.record({ kind: 'mark', node: this.self, mark: id, a, b });
    if (name === 'leader') this.cluster.judgeLeader(this.self, a);
  }

  now(): Instant {
    return this.cluster.now;
  }

  /** Makes the first `count` waiting writes durable (one group commit) and tells the replica. */
  completeWrites(count: number): void {
    const done = this.writes.splice(0, count);
    const last = done.at(-1);
    if (last === undefined) return;
    const { definition, options } = this.cluster;
    if (definition.isDurable(options)) {
      for (const { change } of done) {
        definition.durable.apply(this.store, change);
        this.durableChanges.push(change);
      }
    }
    this.replica?.persisted(last.ticket);
  }

  /** Executes the next position if it is committed. */
  executeNext(): boolean {
    const position = this.executedPosition + 1;
    const batch = this.committed.get(position);
    if (batch === undefined) return false;
    this.state = absorb(this.state, batch === null ? 0 : batch.digest);
    this.executedPosition = position;
    if (batch !== null) this.mempool.leave(batch.ids);
    this.cluster.judgeState(this.self, position, this.state);
    this.replica?.executed(position);
    return true;
  }

  /** What a free disk and processor do by themselves after a handler. */
  followUp(): void {
    for (;;) {
      if (this.cluster.persistence === 'auto' && this.writes.length > 0) this.completeWrites(this.writes.length);
      else if (this.cluster.execution !== 'auto' || !this.executeNext()) return;
    }
  }

  /** Throws when the replica altered the durable store it was given instead of persisting a change. */
  private checkStore(): void {
    const { durable } = this.cluster.definition;
    const replayed: unknown = durable.empty(this.cluster.options, this.self);
    for (const change of this.durableChanges) durable.apply(replayed, change);
    const { names } = this.cluster;
    if (names.value(replayed) !== names.value(this.store))
      throw new Error(
        `node ${this.self} altered its durable store in memory: ${names.value(this.store)} instead of ${names.value(replayed)}; ` +
          'a replica must copy what it recovers from',
      );
  }

  /** Throws where a message awaits a signature that was not begun for it. */
  private checkSignature(message: ProtocolMessage): void {
    const { awaits } = this.cluster.definition.workOf(message, this.n, this.cluster.options);
    if (awaits !== undefined && !this.begun.delete(awaits))
      throw new Error(`node ${this.self} sent a message that awaits signature ${awaits}, which was not begun`);
  }

  private closeReads(first: number, count: number, each: (id: number, least: Position) => void): void {
    for (let id = first; id < first + count; id++) {
      const least = this.openReads.get(id);
      if (least === undefined)
        throw new Error(`node ${this.self}: read ${id} does not wait here (answered twice, or never asked)`);
      this.openReads.delete(id);
      each(id, least);
    }
  }

  private nameOf(names: readonly string[], id: number, what: string): string {
    const name = names[id];
    if (name === undefined)
      throw new Error(`node ${this.self} used ${what} ${id}; the definition names ${names.length}`);
    return name;
  }

  private emptyMempool(): RecorderMempool {
    return new RecorderMempool({
      self: this.self,
      now: () => this.cluster.now,
      sizeOf: (id) => this.cluster.requestBytes.get(id) ?? 0,
      cut: (batch) => this.cluster.names.batch(batch),
      forwarded: (to: NodeId, ids: readonly RequestId[], keep: boolean) => {
        if (to === this.self || !(to >= 0 && to < this.n))
          throw new Error(`node ${this.self} forwarded to node ${to} of ${this.n}`);
        this.cluster.record({ kind: 'forward', node: this.self, to, ids, keep });
        this.cluster.dispatchForward(this.self, to, ids);
      },
    });
  }
}
