/**
 * Checkpoints, watermarks and garbage collection (OSDI'99 section 4.3). Every K sequence numbers a replica reports the digest of
 * its state; Q equal reports make the checkpoint stable: the low watermark moves there and what it covers is discarded. The
 * states themselves are kept to serve replicas that fell behind.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { SnapshotRef } from '../protocol.ts';
import { CheckpointVotes, type ProvenCheckpoint } from './checkpoint-votes.ts';
import type { Durable, Outbox } from './durable.ts';
import { CHECKPOINT, type Checkpoint, type CheckpointClaim } from './messages.ts';
import type { ReplicaState } from './state.ts';
import { checkpointStatement } from './statements.ts';
import { claimBytes } from './wire.ts';

export interface CheckpointEvents {
  /** The low watermark moved. */
  stable(low: Position): void;
  /** A correct replica has a state that this one's log can't lead to. */
  fellBehind(target: ProvenCheckpoint): void;
}

/** A checkpoint of this replica's own state. */
interface OwnCheckpoint {
  readonly message: Checkpoint;
  readonly snapshot: SnapshotRef;
}

const GENESIS: CheckpointClaim = { seq: 0, digest: 0, proof: null };

export class Checkpoints {
  /** The last stable checkpoint, with its proof. */
  stable: CheckpointClaim = GENESIS;
  private readonly state: ReplicaState;
  private readonly outbox: Outbox;
  private readonly events: CheckpointEvents;
  private readonly votes: CheckpointVotes;
  /** The last stable one, later ones, and earlier ones that somebody is fetching. */
  private readonly own = new Map<Position, OwnCheckpoint>();
  private readonly fetched = new Set<Position>();
  /** Nothing was executed for a while: a proven checkpoint ahead is then fetched, even inside the window. */
  private stalled = false;

  constructor(state: ReplicaState, outbox: Outbox, events: CheckpointEvents) {
    this.state = state;
    this.outbox = outbox;
    this.events = events;
    this.votes = new CheckpointVotes(state);
  }

  recover({ snapshots, stable }: Durable): void {
    if (stable !== null) {
      this.stable = stable;
      this.state.raiseLow(stable.seq);
    }
    for (const [seq, snapshot] of snapshots) {
      const own = this.ownOf(snapshot);
      this.own.set(seq, own);
      if (seq > this.state.low) this.votes.add(this.state.self, seq, snapshot.digest, own.message.signature);
    }
  }

  // Guard: a multiple of K was executed.
  executed(position: Position): void {
    this.stalled = false;
    if (position % this.state.options.checkpointInterval === 0) this.take(this.state.host.snapshot());
  }

  /** A fetched state was installed: it is a checkpoint of this replica, too. */
  installed(snapshot: SnapshotRef): void {
    this.stalled = false;
    this.take(snapshot);
  }

  // Guard: a multiple of K above the low watermark.
  receive(from: NodeId, { seq, digest, signature }: Checkpoint): void {
    const { state } = this;
    if (seq <= state.low || seq % state.options.checkpointInterval !== 0) return;
    const count = this.votes.add(from, seq, digest, signature);
    if (count >= state.quorums.quorum) this.tryStabilise(seq);
    if (count >= state.quorums.weak && seq > state.committed && (seq > state.high || this.stalled))
      this.events.fellBehind({ seq, digest });
  }

  /** A new view begins at this stable checkpoint, which its view-changes prove; this replica may lack the state. */
  adopt(claim: CheckpointClaim): void {
    const { state } = this;
    if (claim.seq <= state.low) return;
    this.makeStable(claim);
    if (claim.seq > state.committed) this.events.fellBehind(claim);
  }

  /** No progress for a while: says which state to fetch, if a correct replica is known to be ahead. */
  onStall(): void {
    this.stalled = true;
    const target = this.fetchTarget();
    if (target !== null) this.events.fellBehind(target);
  }

  /** The highest checkpoint ahead of this replica's log that is proven. */
  fetchTarget(): ProvenCheckpoint | null {
    const { state, stable } = this;
    return this.votes.highestProven(state.committed) ?? (stable.seq > state.committed ? stable : null);
  }

  /** Who can be asked for this state: those who reported it, else everybody. */
  holdersOf({ seq, digest }: ProvenCheckpoint): NodeId[] {
    const { n } = this.state.quorums;
    const others = (nodes: NodeId[]) => nodes.filter((node) => node !== this.state.self);
    const senders = others(this.votes.senders(seq, digest));
    return senders.length > 0 ? senders : others(Array.from({ length: n }, (_, node) => node));
  }

  /** The state at a checkpoint, for a replica that fetches it. */
  serve(seq: Position): SnapshotRef | null {
    const own = this.own.get(seq);
    if (own === undefined) return null;
    this.fetched.add(seq);
    return own.snapshot;
  }

  /** This replica's CHECKPOINT messages for everything above `low`, in ascending order. */
  messagesAbove(low: Position): Checkpoint[] {
    return [...this.own.values()]
      .map(({ message }) => message)
      .filter(({ seq }) => seq > low && seq >= this.state.low)
      .sort((a, b) => a.seq - b.seq);
  }

  /** C of a VIEW-CHANGE: the stable checkpoint with its proof; with MACs every checkpoint held, unproven. */
  claims(): CheckpointClaim[] {
    if (this.state.signed) return [this.stable];
    const held = this.messagesAbove(0).map(({ seq, digest }) => ({ seq, digest, proof: null }));
    return this.stable.seq === 0 ? [GENESIS, ...held] : held;
  }

  // A CHECKPOINT message promises that its sender can supply the state: Q of them let everybody discard what led to it. So the
  // state is durable first. Guard: not below the low watermark.
  private take(snapshot: SnapshotRef): void {
    const { outbox, state, votes } = this;
    const seq = snapshot.position;
    if (seq < state.low) return;
    outbox.after({ kind: 'snapshot', snapshot }, snapshot.bytes, () => {
      if (seq < state.low) return;
      const own = this.ownOf(snapshot);
      this.own.set(seq, own);
      if (seq === state.low) return;
      state.host.broadcast(own.message);
      votes.add(state.self, seq, snapshot.digest, own.message.signature);
      this.tryStabilise(seq);
    });
  }

  // Guard: above the low watermark, this replica has the state, and Q replicas report the same.
  private tryStabilise(seq: Position): void {
    const own = this.own.get(seq);
    if (own === undefined || seq <= this.state.low) return;
    const proof = this.votes.proofOf(seq, own.message.digest);
    if (proof === undefined) return;
    this.makeStable({ seq, digest: own.message.digest, proof });
  }

  private makeStable(claim: CheckpointClaim): void {
    const { state, own, fetched } = this;
    this.stable = claim;
    this.outbox.after({ kind: 'stable', claim }, claimBytes(claim.proof), () => {});
    state.raiseLow(claim.seq);
    this.votes.windowMoved();
    for (const seq of own.keys()) if (seq < claim.seq && !fetched.has(seq)) own.delete(seq);
    fetched.clear();
    this.events.stable(claim.seq);
  }

  private ownOf(snapshot: SnapshotRef): OwnCheckpoint {
    const { host, macs, signed } = this.state;
    const { position: seq, digest } = snapshot;
    const signature = signed ? host.sign(checkpointStatement(seq, digest)) : 0;
    return { message: { type: CHECKPOINT, seq, digest, signature, macs }, snapshot };
  }
}
