/**
 * The contract between a consensus protocol and whatever runs it. A protocol is a pure state machine: it is told what happened,
 * changes its own state, and speaks only to the Host it was given: no clock, no I/O, no randomness of its own.
 * A handler sees the instant at which its job on the protocol thread ends (`host.now()`); all it asks for takes effect then.
 */
import type { Batch } from '../ledger/batch.ts';
import type { Definition } from '../units/definition.ts';
import type { Bytes, Digest, Duration, Instant, NodeId, Position } from '../units/quantities.ts';

/** An index into the definition's `timers`, `marks`; a write's number; a read's number at its node. */
export type TimerId = number;
export type MarkId = number;
export type Ticket = number;
export type ReadId = number;
/** An int32, as a Digest is. */
export type Signature = number;

/** Every message: plain, immutable, shared by all its receivers. `type` is an index into the definition's `messages`. */
export interface ProtocolMessage {
  readonly type: number;
}

/** What a message costs beyond moving its bytes. The host turns it into time with the machine's crypto table. */
export interface Work {
  /** Signatures made by the sender, once per message however many receivers. */
  readonly signs: number;
  /** MACs made by the sender (n − 1 for an authenticator). */
  readonly macs: number;
  /** Signatures checked by each receiver, MACs checked by each receiver, bytes hashed by each side. */
  readonly verifies: number;
  readonly macChecks: number;
  readonly hashBytes: Bytes;
  /** The number of a signature that the sender began before (`Host.beginSignature`): the message leaves no sooner than it is made. */
  readonly awaits?: number;
}
export const NO_WORK: Work = { signs: 0, macs: 0, verifies: 0, macChecks: 0, hashBytes: 0 };

/** How clients deal with this protocol, given its options and the number of nodes. */
export interface ClientRule {
  /** Where a request goes first; a scenario may say otherwise. */
  readonly submit: 'primary' | 'nearest' | 'all';
  /** Matching replies that prove a request can't be revoked (f+1 in PBFT, 1 in Raft). */
  readonly replyQuorum: number;
  /** Who answers: every replica, or the node that took the request from the client. */
  readonly repliers: 'all' | 'taker';
  /** Whom a retry asks: all nodes, or the next node in turn. */
  readonly retry: 'all' | 'next';
  /** Requests carry a client signature that each node verifies on receipt. */
  readonly signed: boolean;
  /** 'ordered': a read is ordered like any request; 'separate': it goes to `readsArrived`. */
  readonly reads: 'ordered' | 'separate';
}

export interface ProtocolDefinition<Options, Message extends ProtocolMessage, Durable, Change>
  extends Definition<Options> {
  readonly trust: 'crash' | 'byzantine';
  readonly messages: readonly string[];
  readonly timers: readonly string[];
  /** Coverage and timeline marks. `leader` (a = term or view) must be among them: made by a node when it starts to lead. */
  readonly marks: readonly string[];
  /** One sentence on what a report must say of the trust this protocol assumes. */
  readonly trustNote: string;
  /** Faulty nodes that n nodes tolerate under these options. */
  faults(options: Options, n: number): number;
  /** Nodes that must be up, and reach each other, for anything to become final. None given: all but the faulty ones that are tolerated. */
  quorum?(options: Options, n: number): number;
  client(options: Options, n: number): ClientRule;
  /** The node that leads a term or view where that follows from its number alone (PBFT: view mod n), else −1. */
  leaderOf(term: number, n: number): NodeId;
  /** The options of one run, where they say that something is drawn for each: `bits(i)` gives 32 random bits of the run. */
  forRun?(options: Options, n: number, bits: (i: number) => number): Options;
  create(host: Host<Message, Change>, options: Options, recovered: Durable | null): Replica<Message>;
  /** Bytes on the wire without transport headers. Called once per send, as are the next two. */
  sizeOf(message: Message, n: number): Bytes;
  workOf(message: Message, n: number, options: Options): Work;
  /** A 32-bit hash over everything that distinguishes this message, for the run digest. */
  hashOf(message: Message): number;
  /** What is on disk: the empty store, and how one change alters it (in place). Recovery is `create` with the result. */
  readonly durable: { empty(options: Options, self: NodeId): Durable; apply(durable: Durable, change: Change): void };
  /** True when these options ask that replicas persist their votes; the host then keeps what is durable. */
  isDurable(options: Options): boolean;
}

/** The erased form, as registries and the simulation hold it. */
export type AnyProtocol = ProtocolDefinition<unknown, ProtocolMessage, unknown, unknown>;

/** How many of n nodes must be up and reach each other for anything to become final. */
export function quorumOf(protocol: AnyProtocol, options: unknown, n: number): number {
  return protocol.quorum?.(options, n) ?? n - protocol.faults(options, n);
}

/** One replica. A restart is `create` with what was durable; the old object is dropped. */
export interface Replica<Message> {
  /** Whom this replica believes to lead now; −1 when it knows of nobody. A plain field: read after every execution. */
  readonly leader: NodeId;
  /** The term or view that it leads, which clients use to tell old news from new; read as often. None: always the same. */
  readonly term?: number;
  start(): void;
  /** New requests lie in `host.mempool` (once per drain, not per request). */
  requestsArrived(): void;
  /** Reads `first` … `first + count − 1` wait to be served (only where the client rule says reads are separate). */
  readsArrived(first: ReadId, count: number): void;
  receive(from: NodeId, message: Message): void;
  timeout(timer: TimerId, key: number): void;
  /** Writes become durable in order: all tickets up to this one are. */
  persisted(ticket: Ticket): void;
  /** The host's state machine has applied everything up to here (called once for each position, in order). */
  executed(position: Position): void;
  command(command: AdminCommand): void;
  /** Never in the hot path. */
  status(): ReplicaStatus;
}

export interface AdminCommand {
  readonly kind: 'transfer-leadership';
  readonly to: NodeId;
}

export interface ReplicaStatus {
  readonly role: 'leader' | 'follower' | 'candidate';
  /** The term or view. */
  readonly term: number;
  /** False during an election or view change. */
  readonly settled: boolean;
  readonly committed: Position;
  /** A short line for traces: the paper's variables. */
  readonly detail: string;
}

/** The state after a position, as something that can be sent. `bytes` is what it weighs. */
export interface SnapshotRef {
  readonly position: Position;
  readonly digest: Digest;
  readonly bytes: Bytes;
}

/** What a replica may ask for. Implemented by the simulation (twice: fast and reference) and by test recorders. */
export interface Host<Message, Change> {
  readonly self: NodeId;
  readonly n: number;
  readonly mempool: Mempool;
  /** To another node, never to self. */
  send(to: NodeId, message: Message): void;
  /** One immutable object to all others, never to self. */
  broadcast(message: Message): void;
  /** Counts from the end of this handler; the host adds a uniform random part in [0, spread]. Re-arming replaces. */
  setTimer(timer: TimerId, key: number, after: Duration, spread?: Duration): void;
  cancelTimer(timer: TimerId, key: number): void;
  /** Writes through the disk model; `persisted(ticket)` follows, also (at once) when the disk costs nothing. */
  persist(change: Change, bytes: Bytes, ticket: Ticket): void;
  /** Irrevocable, in any order, null for a no-op; the host executes in order and then calls `executed`. Again after a restart. */
  commit(position: Position, batch: Batch | null): void;
  /** Answers reads from the state as it is; each ReadId once. `dropReads` gives up on them (the client retries). */
  serveReads(first: ReadId, count: number): void;
  dropReads(first: ReadId, count: number): void;
  /** The last position executed here. */
  readonly executedPosition: Position;
  /** Digest of the state after `executedPosition`. */
  stateDigest(): Digest;
  /** The state after `executedPosition`, to be sent or persisted by reference. */
  snapshot(): SnapshotRef;
  /** Replaces the state by a snapshot ahead of it (or, at a restart, by the durable one). No `executed` call follows. */
  install(snapshot: SnapshotRef): void;
  /** For statements that are relayed. Costs are charged by `workOf`, not here. */
  sign(digest: Digest): Signature;
  verify(signer: NodeId, digest: Digest, signature: Signature): boolean;
  /**
   * Begins, on the machine's cores and charged there, the signature of a message that will be sent later: its `workOf` names the
   * same number in `awaits`, once. A number may be used again.
   */
  beginSignature(number: number): void;
  mark(id: MarkId, a: number, b: number): void;
  now(): Instant;
}

/** Requests that wait at this node, in order of arrival. A request that was executed here leaves by itself. */
export interface Mempool {
  /** Requests that wait and are in no batch cut here (or were requeued). */
  readonly count: number;
  readonly bytes: Bytes;
  /** When the oldest request that is not yet executed here became ready (cut or not); NEVER when there is none. */
  readonly oldest: Instant;
  /** Takes requests from the front, at least one, up to both limits. Requires count > 0. */
  cut(maxTransactions: number, maxBytes: Bytes): Batch;
  /** Puts the requests of a batch that will not be ordered back to the front (those not executed here). */
  requeue(batch: Batch): void;
  /** Sends what waits, and was not sent to `to` yet, to another node as a client's requests; keep: it also stays here. */
  forward(to: NodeId, keep: boolean): void;
  /** True when some request of this batch is not yet executed here. */
  isWaiting(batch: Batch): boolean;
  /** Whether every request of the batch is executed here already (a duplicate after a retry). */
  isExecuted(batch: Batch): boolean;
  /** Marks requests of a batch that another node proposed as spoken for, so that `cut` does not propose them again. */
  claim(batch: Batch): void;
}
