/**
 * Everything one replica knows (thesis figure 3.1 "State") and the two rules that all of its parts obey: a handler's changes are
 * written once, at its end, and what depends on a write is sent when it is on disk; entries are committed in index order.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { NodeId, Position } from '../../units/quantities.ts';
import type { Ticket } from '../protocol.ts';
import { emptyDurable, HARD_STATE_BYTES, type RaftDurable, RECORD_HEADER } from './durable.ts';
import { Mark, type RaftHost } from './host.ts';
import { createEntry, type Entry, type RaftLog } from './log.ts';
import type { LogSnapshot, RaftMessage } from './messages.ts';
import type { RaftOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { majority } from './quorum.ts';
import { RaftTimers } from './timers.ts';

export const Role = { follower: 0, preCandidate: 1, candidate: 2, leader: 3 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** A message that waits for a write. */
interface Held {
  readonly needs: Ticket;
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** Entries on their way to the disk: once `ticket` is durable, the log is durable up to `last`. */
interface LogWrite {
  readonly ticket: Ticket;
  last: Position;
}

/** A chunked snapshot being received. */
export interface Incoming {
  readonly position: Position;
  readonly term: number;
  readonly leader: NodeId;
  received: number;
}

const NO_ENTRIES: readonly Entry[] = [];
/** Nothing is ever put into these: as in machines/group-commit-disk.ts. */
const NONE_HELD: Held[] = [];
const NO_WRITES: LogWrite[] = [];

export class RaftState {
  readonly host: RaftHost;
  readonly options: RaftOptions;
  readonly self: NodeId;
  readonly n: number;
  readonly quorum: number;
  readonly timers: RaftTimers;

  // --- Persistent state (figure 3.1, 5.1) ---
  term: number;
  /** votedFor in `term`; −1: none. */
  vote: NodeId;
  readonly log: RaftLog;
  snapshot: LogSnapshot | null;

  // --- Volatile state ---
  role: Role = Role.follower;
  /** Whom this node believes to lead `term`; −1: unknown. */
  leader: NodeId = -1;
  /** commitIndex and lastApplied. */
  commit: Position;
  applied: Position;
  /** Candidates: 1 granted, −1 refused, 0 unknown. */
  readonly votes: Int8Array;
  /** A candidate whose own vote is not on disk yet: the write it waits for. 0: none. */
  ownVote: Ticket = 0;
  /** Leaders only. */
  progress: Progress | null = null;
  /** The first index of the leader's own term: once it is committed, so is all before it. */
  termStart: Position = 0;
  /** Terms this node has led, as far back as its log goes: their entries in its log are its own proposals. */
  private readonly ledTerms = new Set<number>();
  /** The target of a leadership transfer (3.10); −1: none. */
  transferee: NodeId = -1;
  /** A follower's partly received snapshot, and its own snapshot on the way to the disk. */
  incoming: Incoming | null = null;
  saving: { readonly ticket: Ticket; readonly snapshot: LogSnapshot } | null = null;

  // --- Durability ---
  private nextTicket: Ticket = 1;
  durableTicket: Ticket = 0;
  /** The last writes of (term, vote) and of the log, including the one that the running handler will end with. */
  hardTicket: Ticket = 0;
  logTicket: Ticket = 0;
  /** The log is on disk up to here. */
  durableIndex: Position;
  private hardChanged = false;
  /** The first entry that the running handler has added; 0: none. */
  private firstAdded: Position = 0;
  private held: Held[] = NONE_HELD;
  private logWrites: LogWrite[] = NO_WRITES;
  /** Proposals of this node were cut off its log and wait in the mempool again. */
  requeued = false;

  constructor(host: RaftHost, options: RaftOptions, recovered: RaftDurable | null) {
    this.host = host;
    this.options = options;
    this.self = host.self;
    this.n = host.n;
    this.quorum = majority(host.n);
    this.timers = new RaftTimers(host, options);
    this.votes = new Int8Array(host.n);
    const disk = recovered ?? emptyDurable(options, host.self);
    this.term = disk.term;
    this.vote = disk.vote;
    this.log = disk.log.copy();
    this.snapshot = disk.snapshot;
    // A cluster set up with an elected leader has that election on all disks from the start, or term 1 could be voted on again.
    if (options.initialLeader !== null && this.term === 0) {
      this.term = 1;
      this.vote = options.initialLeader;
    }
    // A restarted node does not know its commit index: only what its snapshot covers is certain.
    this.commit = this.applied = this.snapshot?.state.position ?? 0;
    this.durableIndex = this.log.last;
  }

  // --- Changing what is persistent -----------------------------------------------------------------------------------------

  setTerm(term: number, vote: NodeId): void {
    this.term = term;
    this.vote = vote;
    this.hardChanged = true;
    this.hardTicket = this.nextTicket;
  }

  /** The leader's own proposal, or its no-op. */
  propose(batch: Batch | null): void {
    this.append(createEntry(this.term, this.log.last + 1, batch));
  }

  append(entry: Entry): void {
    this.log.append(entry);
    if (this.firstAdded === 0) this.firstAdded = entry.index;
    this.logTicket = this.nextTicket;
  }

  /** A conflict: the entries from `index` on will not be committed. This node's own proposals among them go back to waiting. */
  truncateFrom(index: Position): void {
    if (index <= this.commit)
      throw new Error(`raft: node ${this.self} would cut off entry ${index}, but ${this.commit} is committed`);
    const own = this.ownProposalsFrom(index);
    this.log.truncateFrom(index);
    this.host.mark(Mark.logTruncated, index, 0);
    if (this.firstAdded >= index) this.firstAdded = 0;
    this.durableIndex = Math.min(this.durableIndex, index - 1);
    for (const write of this.logWrites) write.last = Math.min(write.last, index - 1);
    this.requeue(own);
  }

  /** A snapshot from the leader replaces log and state. */
  installSnapshot(snapshot: LogSnapshot): void {
    const { position } = snapshot.state;
    const own = this.ownProposalsFrom(this.commit + 1);
    this.flush();
    const ticket = this.nextTicket++;
    this.host.persist({ kind: 'install', snapshot }, RECORD_HEADER + snapshot.state.bytes, ticket);
    this.log.reset(position, snapshot.term);
    this.snapshot = snapshot;
    this.saving = null;
    this.logTicket = ticket;
    this.durableIndex = 0;
    this.logWrites = [{ ticket, last: position }];
    this.commit = this.applied = position;
    this.host.install(snapshot.state);
    this.host.mark(Mark.snapshotInstalled, position, 0);
    this.requeue(own);
  }

  /** A snapshot of this node's own state; `snapshotSaved` follows when it is on disk. */
  saveSnapshot(snapshot: LogSnapshot, base: Position): void {
    this.flush();
    const ticket = this.nextTicket++;
    this.saving = { ticket, snapshot };
    this.host.persist({ kind: 'compact', snapshot, base }, RECORD_HEADER + snapshot.state.bytes, ticket);
    this.host.mark(Mark.snapshotTaken, snapshot.state.position, 0);
  }

  // --- Writing and sending -------------------------------------------------------------------------------------------------

  /** Sends when write `needs` is on disk: at once, or from `released`. */
  send(to: NodeId, message: RaftMessage, needs: Ticket): void {
    if (needs <= this.durableTicket) this.host.send(to, message);
    else if (this.held.length === 0) this.held = [{ needs, to, message }];
    else this.held.push({ needs, to, message });
  }

  /** Writes what the handler has changed, as one record. */
  flush(): void {
    const { firstAdded } = this;
    if (!this.hardChanged && firstAdded === 0) return;
    const entries = firstAdded === 0 ? NO_ENTRIES : this.log.slice(firstAdded, Number.POSITIVE_INFINITY);
    let bytes = RECORD_HEADER + (this.hardChanged ? HARD_STATE_BYTES : 0);
    for (const entry of entries) bytes += entry.bytes;
    const ticket = this.nextTicket++;
    this.hardChanged = false;
    this.firstAdded = 0;
    if (entries.length > 0) this.noteLogWrite({ ticket, last: this.log.last });
    this.host.persist({ kind: 'write', term: this.term, vote: this.vote, entries }, bytes, ticket);
  }

  private noteLogWrite(write: LogWrite): void {
    if (this.logWrites.length === 0) this.logWrites = [write];
    else this.logWrites.push(write);
  }

  /** After `durableTicket` advanced: how far the log is durable, and the messages that waited for it. */
  released(): void {
    const { durableTicket, logWrites, held } = this;
    let writes = 0;
    for (; writes < logWrites.length && (logWrites[writes] as LogWrite).ticket <= durableTicket; writes++)
      this.durableIndex = Math.max(this.durableIndex, (logWrites[writes] as LogWrite).last);
    if (writes > 0) this.logWrites = writes === logWrites.length ? NO_WRITES : logWrites.slice(writes);
    let sent = 0;
    for (; sent < held.length && (held[sent] as Held).needs <= durableTicket; sent++) {
      const { to, message } = held[sent] as Held;
      this.host.send(to, message);
    }
    if (sent > 0) this.held = sent === held.length ? NONE_HELD : held.slice(sent);
  }

  /** Everything up to `index` is committed: the host executes it in order. */
  advanceCommit(index: Position): void {
    if (index > this.log.last)
      throw new Error(`raft: node ${this.self} told that ${index} is committed, but its log ends at ${this.log.last}`);
    while (this.commit < index) {
      this.commit++;
      this.host.commit(this.commit, this.log.at(this.commit).batch);
    }
  }

  leads(term: number): void {
    for (const led of this.ledTerms) if (led < this.log.baseTerm) this.ledTerms.delete(led);
    this.ledTerms.add(term);
  }

  private ownProposalsFrom(index: Position): readonly Entry[] {
    if (this.ledTerms.size === 0 || index > this.log.last) return NO_ENTRIES;
    return this.log.slice(index, Number.POSITIVE_INFINITY).filter((entry) => this.ledTerms.has(entry.term));
  }

  /** Backwards, since each goes to the front. */
  private requeue(entries: readonly Entry[]): void {
    for (let i = entries.length - 1; i >= 0; i--) {
      const { batch } = entries[i] as Entry;
      if (batch === null) continue;
      this.host.mempool.requeue(batch);
      this.requeued = true;
    }
  }
}
