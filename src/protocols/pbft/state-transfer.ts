/**
 * State transfer (TOCS'02 section 5.3, without its hierarchical digests: the whole state travels, in chunks). A replica that
 * cannot reach a proven checkpoint by its log fetches the state from a replica that reported it, and from the next one when
 * the first stops answering. What arrives is compared with the digest that f + 1 or more replicas vouch for.
 */
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import type { SnapshotRef } from '../protocol.ts';
import type { ProvenCheckpoint } from './checkpoint-votes.ts';
import type { Checkpoints } from './checkpoints.ts';
import { FETCH_STATE, type FetchState, STATE_CHUNK, type StateChunk } from './messages.ts';
import { MARK_STATE_INSTALLED, MARK_STATE_TRANSFER, type ReplicaState, TRANSFER_TIMER } from './state.ts';

/** Chunks asked for at once, so that a long link is kept busy. */
const CHUNKS_PER_FETCH = 8;

export interface TransferEvents {
  installed(snapshot: SnapshotRef): void;
}

export class StateTransfer {
  private readonly state: ReplicaState;
  private readonly checkpoints: Checkpoints;
  private readonly events: TransferEvents;
  private target: ProvenCheckpoint | null = null;
  /** Who is asked: at first the next replica after this one, then the next after that. */
  private source: NodeId;
  /** The next chunk to come, and the first one not asked for yet. */
  private next = 0;
  private askedTo = 0;

  constructor(state: ReplicaState, checkpoints: Checkpoints, events: TransferEvents) {
    this.state = state;
    this.checkpoints = checkpoints;
    this.events = events;
    this.source = state.self;
  }

  get active(): boolean {
    return this.target !== null;
  }

  // Guard: ahead of what is executed here and of what is being fetched already. A transfer under way is not given up for a
  // later checkpoint unless its source no longer has the state (see `retry`), or the replica could never finish.
  start(target: ProvenCheckpoint): void {
    if (this.target !== null || target.seq <= this.state.host.executedPosition) return;
    this.state.host.mark(MARK_STATE_TRANSFER, target.seq, 0);
    this.begin(target);
  }

  /** The log led to the target after all. */
  executed(position: Position): void {
    if (this.target !== null && position >= this.target.seq) this.end();
  }

  // Guard: no chunk for requestTimeout. Asks the next replica, for a later state if one is proven by now.
  retry(): void {
    if (this.target === null) return;
    const latest = this.checkpoints.fetchTarget();
    if (latest !== null && latest.seq > this.target.seq) this.begin(latest);
    else this.ask('next');
  }

  // Guard: the chunk that comes next of the state being fetched.
  receive(chunk: StateChunk): void {
    const { target, state } = this;
    if (target === null || chunk.seq !== target.seq || chunk.digest !== target.digest || chunk.index !== this.next)
      return;
    this.next++;
    if (chunk.snapshot !== null) {
      this.finish(target, chunk.snapshot);
      return;
    }
    if (this.next === this.askedTo) this.ask();
    else state.host.setTimer(TRANSFER_TIMER, 0, state.options.requestTimeout);
  }

  /** Serves a replica that fell behind; one that asks for a state no longer held learns of later ones. */
  onFetch(from: NodeId, { seq, digest, first, count }: FetchState): void {
    const { host, options } = this.state;
    const snapshot = this.checkpoints.serve(seq);
    if (snapshot === null || snapshot.digest !== digest) {
      for (const message of this.checkpoints.messagesAbove(seq)) host.send(from, message);
      return;
    }
    const total = Math.max(1, Math.ceil(snapshot.bytes / options.chunkBytes));
    for (let index = Math.max(0, first); index < Math.min(total, first + count); index++) {
      const bytes = Math.min(options.chunkBytes, snapshot.bytes - index * options.chunkBytes);
      const last = index === total - 1;
      host.send(from, { type: STATE_CHUNK, seq, digest, index, total, bytes, snapshot: last ? snapshot : null });
    }
  }

  private begin(target: ProvenCheckpoint): void {
    this.target = target;
    this.next = 0;
    this.ask();
  }

  private ask(turn: 'same' | 'next' = 'same'): void {
    const { seq, digest } = this.target as ProvenCheckpoint;
    const { host, options } = this.state;
    const holders = this.checkpoints.holdersOf({ seq, digest });
    if (turn === 'next' || !holders.includes(this.source))
      this.source = holders.find((node) => node > this.source) ?? (holders[0] as NodeId);
    this.askedTo = this.next + CHUNKS_PER_FETCH;
    host.send(this.source, { type: FETCH_STATE, seq, digest, first: this.next, count: CHUNKS_PER_FETCH });
    host.setTimer(TRANSFER_TIMER, 0, options.requestTimeout);
  }

  private finish(target: { seq: Position; digest: Digest }, snapshot: SnapshotRef): void {
    const { host } = this.state;
    if (snapshot.position !== target.seq || snapshot.digest !== target.digest) {
      this.next = 0;
      this.retry();
      return;
    }
    this.end();
    if (snapshot.position <= host.executedPosition) return;
    host.install(snapshot);
    host.mark(MARK_STATE_INSTALLED, snapshot.position, 0);
    this.events.installed(snapshot);
  }

  private end(): void {
    this.target = null;
    this.state.host.cancelTimer(TRANSFER_TIMER, 0);
  }
}
