/**
 * The mempool of a recorder node: the plainest reading of the `Mempool` contract (src/protocols/protocol.ts), as a list. It is
 * meant to be right beyond doubt, not fast.
 */

import { type Batch, createBatch } from '../../src/ledger/batch.ts';
import type { Mempool } from '../../src/protocols/protocol.ts';
import { type Bytes, type Instant, NEVER, type NodeId, type RequestId } from '../../src/units/quantities.ts';

interface Waiting {
  readonly id: RequestId;
  readonly bytes: Bytes;
  /** When it became ready at this node. */
  readonly received: Instant;
  /** In a batch cut here, or claimed for a batch of another proposer. */
  spokenFor: boolean;
  readonly forwardedTo: Set<NodeId>;
}

/** What the mempool needs of its node. */
export interface MempoolSurroundings {
  readonly self: NodeId;
  now(): Instant;
  sizeOf(id: RequestId): Bytes;
  /** A batch was cut here. */
  cut(batch: Batch): void;
  /** A forward left this node. */
  forwarded(to: NodeId, ids: readonly RequestId[], keep: boolean): void;
}

export class RecorderMempool implements Mempool {
  /** Ids executed at this node since it started (or covered by an installed snapshot). */
  readonly executed = new Set<RequestId>();
  private readonly around: MempoolSurroundings;
  /** All requests not executed here, the next to be cut first. */
  private queue: Waiting[] = [];
  /** Claimed before they arrived. */
  private readonly claimedUnseen = new Set<RequestId>();

  constructor(around: MempoolSurroundings) {
    this.around = around;
  }

  get count(): number {
    return this.queue.filter((waiting) => !waiting.spokenFor).length;
  }

  get bytes(): Bytes {
    return this.queue.reduce((sum, waiting) => sum + (waiting.spokenFor ? 0 : waiting.bytes), 0);
  }

  get oldest(): Instant {
    return this.queue.reduce((oldest, waiting) => Math.min(oldest, waiting.received), NEVER);
  }

  /** Takes in requests; those already known or executed are ignored. Returns how many were new. */
  add(ids: readonly RequestId[]): number {
    let added = 0;
    for (const id of ids) {
      if (this.executed.has(id) || this.queue.some((waiting) => waiting.id === id)) continue;
      this.queue.push(this.waiting(id, this.around.now(), this.claimedUnseen.delete(id)));
      added++;
    }
    return added;
  }

  cut(maxTransactions: number, maxBytes: Bytes): Batch {
    if (this.count === 0)
      throw new Error(`node ${this.around.self} cut a batch from an empty mempool; check count first`);
    const taken: Waiting[] = [];
    let bytes = 0;
    for (const waiting of this.queue) {
      if (waiting.spokenFor) continue;
      if (taken.length > 0 && (taken.length >= maxTransactions || bytes + waiting.bytes > maxBytes)) break;
      taken.push(waiting);
      bytes += waiting.bytes;
      waiting.spokenFor = true;
    }
    const ids = Int32Array.from(taken, (waiting) => waiting.id);
    const received = Float64Array.from(taken, (waiting) => waiting.received);
    const batch = createBatch(ids, received, bytes, this.around.now(), this.around.self);
    this.around.cut(batch);
    return batch;
  }

  requeue(batch: Batch): void {
    const front: Waiting[] = [];
    batch.ids.forEach((id, index) => {
      if (this.executed.has(id)) return;
      this.claimedUnseen.delete(id);
      const known = this.queue.find((waiting) => waiting.id === id);
      front.push(known ?? this.waiting(id, batch.received[index] as number, false));
    });
    for (const waiting of front) waiting.spokenFor = false;
    this.queue = [...front, ...this.queue.filter((waiting) => !front.includes(waiting))];
  }

  forward(to: NodeId, keep: boolean): void {
    const moved = this.queue.filter((waiting) => !waiting.spokenFor && !waiting.forwardedTo.has(to));
    if (moved.length === 0) return;
    for (const waiting of moved) waiting.forwardedTo.add(to);
    if (!keep) this.queue = this.queue.filter((waiting) => !moved.includes(waiting));
    const ids = moved.map((waiting) => waiting.id);
    this.around.forwarded(to, ids, keep);
  }

  isWaiting(batch: Batch): boolean {
    return batch.ids.some((id) => !this.executed.has(id));
  }

  isExecuted(batch: Batch): boolean {
    return !this.isWaiting(batch);
  }

  claim(batch: Batch): void {
    for (const id of batch.ids) {
      const known = this.queue.find((waiting) => waiting.id === id);
      if (known !== undefined) known.spokenFor = true;
      else if (!this.executed.has(id)) this.claimedUnseen.add(id);
    }
  }

  /** These requests were executed here: they wait no more. */
  leave(ids: Iterable<RequestId>): void {
    for (const id of ids) {
      this.executed.add(id);
      this.claimedUnseen.delete(id);
    }
    this.queue = this.queue.filter((waiting) => !this.executed.has(waiting.id));
  }

  private waiting(id: RequestId, received: Instant, spokenFor: boolean): Waiting {
    return { id, bytes: this.around.sizeOf(id), received, spokenFor, forwardedTo: new Set() };
  }
}
