/**
 * Batches that a new view proposes by digest and this replica never received: asked of one replica after another. Whoever
 * prepared a batch holds it until the next stable checkpoint.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import { BATCH, FETCH_BATCH, type FetchBatch } from './messages.ts';
import type { ReplicaState } from './state.ts';

export class MissingBatches {
  private readonly state: ReplicaState;
  private readonly missing = new Map<Position, Digest>();
  private asked = 0;

  constructor(state: ReplicaState) {
    this.state = state;
  }

  get isEmpty(): boolean {
    return this.missing.size === 0;
  }

  add(seq: Position, digest: Digest): void {
    if (this.missing.get(seq) === digest) return;
    this.missing.set(seq, digest);
    this.ask(seq, digest);
  }

  /** Asks the next replica for everything that is still missing. */
  retry(): void {
    if (this.isEmpty) return;
    this.asked++;
    for (const [seq, digest] of this.missing) this.ask(seq, digest);
  }

  /** Whether this reply was asked for; it is then no longer missing. */
  take(seq: Position, batch: Batch): boolean {
    return this.missing.get(seq) === batch.digest && this.missing.delete(seq);
  }

  discardThrough(low: Position): void {
    for (const seq of this.missing.keys()) if (seq <= low) this.missing.delete(seq);
  }

  clear(): void {
    this.missing.clear();
  }

  answer(from: NodeId, { seq }: FetchBatch, batch: Batch | null): void {
    if (batch !== null) this.state.host.send(from, { type: BATCH, seq, batch });
  }

  /** The primary first, then everybody else in turn. */
  private ask(seq: Position, digest: Digest): void {
    const { host, primary, quorums, self } = this.state;
    let node = (primary + this.asked) % quorums.n;
    if (node === self) node = (node + 1) % quorums.n;
    if (node !== self) host.send(node, { type: FETCH_BATCH, seq, digest });
  }
}
