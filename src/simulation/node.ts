/**
 * One replica on its machine, apart from queues: it evaluates jobs (a delivery, a timer, a drain of requests, an execution) on
 * the protocol's state machine, and collects what they ask for. Both kernels drive this class; when a job starts and when its
 * effects happen is theirs to say.
 */

import { draw, mix, Purpose, stream, unit } from '../kernel/random.ts';
import type { Batch } from '../ledger/batch.ts';
import type { AnyProtocol, Host, Replica, ReplicaStatus, SnapshotRef } from '../protocols/protocol.ts';
import {
  type Bytes,
  type Digest,
  type Duration,
  type Instant,
  NEVER,
  type NodeId,
  type Position,
  type RequestId,
} from '../units/quantities.ts';
import { CommitRing } from './commit-ring.ts';
import { Effect, Effects } from './effects.ts';
import { IdTable } from './id-table.ts';
import { leaderHint, NO_HINT } from './leader-hint.ts';
import { type MempoolOwner, NodeMempool } from './mempool.ts';
import { Timers } from './timers.ts';
import type { World } from './world.ts';

export class Node implements Host<never, unknown>, MempoolOwner {
  readonly self: NodeId;
  readonly n: number;
  readonly effects = new Effects();
  readonly timers = new Timers();
  mempool: NodeMempool;
  replica: Replica<unknown>;
  executedPosition: Position = 0;
  /** When the next committed batch became executable; NEVER when there is none. */
  executableAt: Instant = NEVER;
  /** Writes applied to what survives a crash, kept only where a restart is scheduled. */
  durable: unknown = null;
  alive = true;
  forgetful = false;
  /** Messages this machine has sent: the next message's sequence number. */
  sequence = 0;
  private readonly world: World;
  private readonly protocol: AnyProtocol;
  private time: Instant = 0;
  private chain: Digest;
  private stateBytes: Bytes = 0;
  private readonly committed = new CommitRing();
  /** Positions executed before a crash are not answered again when they are replayed. */
  private answered: Position = 0;
  /** Who took a request from its client answers it; else all nodes do. */
  private readonly takersAnswer: boolean;
  /** Requests this node took from a client and will answer. */
  private taken = new IdTable();
  /** Requests behind read ids: [id of the read − first]. */
  private reads: number[] = [];
  private firstRead = 0;
  private timerDraws = 0;
  private readonly timerStream: number;

  constructor(world: World, self: NodeId) {
    this.world = world;
    this.self = self;
    this.n = world.spec.nodes;
    this.protocol = world.protocol;
    this.takersAnswer = world.rule.repliers === 'taker';
    this.timerStream = stream(world.spec.seed, Purpose.timer, self);
    this.chain = world.ledger.chainAt(0);
    this.mempool = this.newMempool();
    if (world.keepsDurable) this.durable = this.protocol.durable.empty(world.options, self);
    this.replica = this.protocol.create(this, world.options, null);
  }

  private newMempool(): NodeMempool {
    return new NodeMempool(this.self, this.world.requests, this);
  }

  sendForward(to: NodeId, ids: Int32Array): void {
    this.effects.push(Effect.forward, to, 0, ids);
  }

  // What the kernels call. `end` is the instant at which the job's effects take place.

  start(end: Instant): void {
    this.time = end;
    this.replica.start();
  }

  receive(from: NodeId, message: unknown, end: Instant): void {
    this.time = end;
    this.replica.receive(from, message);
  }

  /** Fires the timer that is due first. Returns its id and key for the digest. */
  fire(end: Instant): { readonly id: number; readonly key: number } {
    this.time = end;
    const due = this.timers.takeNext();
    this.replica.timeout(due.id, due.key);
    return due;
  }

  persisted(ticket: number, end: Instant): void {
    this.time = end;
    this.replica.persisted(ticket);
  }

  private writesDrained = 0;
  private readsDrained = 0;

  /** Requests of one drain, one by one; `finishDrain` then tells the replica. */
  beginDrain(end: Instant): void {
    this.time = end;
    this.writesDrained = 0;
    this.readsDrained = 0;
  }

  admit(id: RequestId, fromClient: boolean): void {
    if (this.world.separateReads && this.world.workload.isRead(id)) {
      this.reads.push(id);
      this.readsDrained++;
      return;
    }
    if (this.isExecuted(id)) {
      if (fromClient || !this.takersAnswer) this.effects.push(Effect.reply, id, 0, null);
      return;
    }
    if (fromClient && this.takersAnswer) this.taken.set(id, 1);
    if (this.mempool.admit(id, this.time)) this.writesDrained++;
  }

  finishDrain(): void {
    if (this.writesDrained > 0) this.replica.requestsArrived();
    if (this.readsDrained > 0)
      this.replica.readsArrived(this.firstRead + this.reads.length - this.readsDrained, this.readsDrained);
  }

  /** Executes the next committed position; `end` is when its replies leave. */
  execute(end: Instant): void {
    this.time = end;
    const position = this.executedPosition + 1;
    const batch = this.committed.take(position);
    const outcome = this.world.ledger.execute(position, batch, end);
    this.executedPosition = position;
    this.chain = outcome.chain;
    this.stateBytes = outcome.stateBytes;
    this.executableAt = this.committed.has(position + 1) ? end : NEVER;
    this.world.executed(this.self, end, position, batch, outcome);
    if (batch !== null) {
      this.mempool.executed(batch);
      if (position > this.answered) this.effects.push(Effect.replies, position, 0, batch);
    }
    this.replica.executed(position);
  }

  /** ns on the protocol thread for executing the next position. */
  executionCost(): number {
    const batch = this.committed.peek(this.executedPosition + 1);
    return batch ? this.world.executionCost(batch) : 0;
  }

  /** A commit takes effect. */
  applyCommit(position: Position, batch: Batch | null, at: Instant): void {
    if (position <= this.executedPosition) return;
    this.committed.set(position, batch, this.executedPosition);
    if (position === this.executedPosition + 1 && this.executableAt === NEVER) this.executableAt = at;
  }

  /** The machine dies: everything volatile is gone. */
  crash(): void {
    this.alive = false;
    // An execution whose job had not ended answered nobody: its replies are still to take place.
    const cut = this.effects.has(Effect.replies) ? 1 : 0;
    this.effects.clear();
    this.timers.clear();
    this.committed.clear();
    this.executableAt = NEVER;
    this.answered = Math.max(this.answered, this.executedPosition - cut);
    this.reads = [];
    this.taken = new IdTable();
  }

  /** The machine is back with what its disk held. */
  restart(at: Instant): void {
    this.alive = true;
    this.forgetful ||= !this.world.protocol.isDurable(this.world.options);
    this.time = at;
    this.mempool = this.newMempool();
    this.executedPosition = 0;
    this.chain = this.world.ledger.chainAt(0);
    this.stateBytes = 0;
    this.replica = this.protocol.create(this, this.world.options, this.durable);
  }

  /** Where takers answer: whether this node took this request from its client and answers it now (and then forgets that it should). */
  answers(id: RequestId): boolean {
    return this.taken.remove(id) !== -1;
  }

  /** Whether it took any request that it has not answered. */
  get owesAnswers(): boolean {
    return this.taken.size > 0;
  }

  requestOfRead(read: number): RequestId {
    return this.reads[read - this.firstRead] as RequestId;
  }

  private forgetRead(read: number): void {
    this.reads[read - this.firstRead] = -1;
    let done = 0;
    while (done < this.reads.length && this.reads[done] === -1) done++;
    if (done < 64 && done < this.reads.length) return;
    this.reads.splice(0, done);
    this.firstRead += done;
  }

  isExecuted(id: RequestId): boolean {
    const position = this.world.ledger.orderedAt(id);
    return position > 0 && position <= this.executedPosition;
  }

  // The Host, as the replica sees it.

  now(): Instant {
    return this.time;
  }

  send(to: NodeId, message: unknown): void {
    if (to === this.self) throw new Error(`node ${to} sent a message to itself`);
    this.effects.push(Effect.send, to, 0, message);
  }

  broadcast(message: unknown): void {
    if (this.n > 1) this.effects.push(Effect.broadcast, 0, 0, message);
  }

  setTimer(timer: number, key: number, after: Duration, spread: Duration = 0): void {
    let deadline = this.time + after;
    if (spread > 0) deadline += Math.floor(unit(mix(draw(this.timerStream, this.timerDraws++))) * (spread + 1));
    this.timers.set(timer, key, deadline);
  }

  cancelTimer(timer: number, key: number): void {
    this.timers.cancel(timer, key);
  }

  persist(change: unknown, bytes: Bytes, ticket: number): void {
    this.effects.push(Effect.persist, bytes, ticket, change);
  }

  commit(position: Position, batch: Batch | null): void {
    this.effects.push(Effect.commit, position, 0, batch);
  }

  serveReads(first: number, count: number): void {
    for (let read = first; read < first + count; read++) {
      this.effects.push(Effect.reply, this.requestOfRead(read), 1, null);
      this.forgetRead(read);
    }
  }

  dropReads(first: number, count: number): void {
    for (let read = first; read < first + count; read++) this.forgetRead(read);
  }

  stateDigest(): Digest {
    return this.chain;
  }

  snapshot(): SnapshotRef {
    return { position: this.executedPosition, digest: this.chain, bytes: this.stateBytes };
  }

  install(snapshot: SnapshotRef): void {
    if (snapshot.position <= this.executedPosition && this.executedPosition > 0) return;
    this.executedPosition = snapshot.position;
    this.chain = snapshot.digest;
    this.stateBytes = snapshot.bytes;
    const known =
      snapshot.position <= this.world.ledger.executedPosition ? this.world.ledger.chainAt(snapshot.position) : null;
    this.world.checks.installed(this.self, this.time, snapshot.position, snapshot.digest, known);
    this.committed.forget(snapshot.position);
    this.executableAt = this.committed.has(snapshot.position + 1) ? this.time : NEVER;
    this.mempool.executedByInstall();
    // What the snapshot covers is executed by nobody here any more, so nothing would take these out: their clients ask others.
    this.taken.removeWhere((id) => this.isExecuted(id));
  }

  /** A keyed hash only this node could make: unforgeable within the simulation. */
  sign(digest: Digest): number {
    return this.world.signature(this.self, digest);
  }

  verify(signer: NodeId, digest: Digest, signature: number): boolean {
    return this.world.signature(signer, digest) === signature;
  }

  beginSignature(number: number): void {
    this.effects.push(Effect.beginSignature, number, 0, null);
  }

  mark(id: number, a: number, b: number): void {
    this.effects.push(Effect.mark, id, a, b);
  }

  /** Asked at every reply, so worked out only when it changed. */
  get leader(): number {
    const { leader, term = 0 } = this.replica;
    if (leader !== this.hintedLeader || term !== this.hintedTerm) {
      this.hintedLeader = leader;
      this.hintedTerm = term;
      this.hint = leaderHint(term, leader, this.n);
    }
    return this.hint;
  }
  private hint = NO_HINT;
  private hintedLeader: NodeId = -1;
  private hintedTerm = 0;

  status(): ReplicaStatus {
    return this.replica.status();
  }
}
