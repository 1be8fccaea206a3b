/**
 * The requests that wait at one node, in order of arrival: a ring of ids. An entry stays until its request is executed here, so
 * that `oldest` and duplicates are judged rightly; what was cut or claimed is skipped by a cursor.
 */
import { NO_BYTES, NO_DOUBLES, NO_INTS } from '../kernel/no-columns.ts';
import { type Batch, createBatch } from '../ledger/batch.ts';
import type { Mempool } from '../protocols/protocol.ts';
import { type Bytes, type Instant, NEVER, type NodeId, type RequestId } from '../units/quantities.ts';
import { BatchColumns } from './batch-columns.ts';
import { IdTable } from './id-table.ts';

const WAITING = 1;
const CLAIMED = 2;
const GONE = 0;

// Small, as in flight-queue.ts.
const FIRST = 8;

/** What a request weighs in a batch, its client's signature included. */
export interface RequestSizes {
  bytes(id: RequestId): Bytes;
}

/** What the mempool needs to know of its node. */
export interface MempoolOwner {
  now(): Instant;
  isExecuted(id: RequestId): boolean;
  sendForward(to: NodeId, ids: Int32Array): void;
}

export class NodeMempool implements Mempool {
  count = 0;
  bytes: Bytes = 0;
  private readonly self: NodeId;
  private readonly requests: RequestSizes;
  private readonly owner: MempoolOwner;
  private ids = NO_INTS;
  private readyAt = NO_DOUBLES;
  private state = NO_BYTES;
  private sentTo = NO_INTS;
  /** Absolute entry numbers; the ring index is the number & mask. */
  private head = 0;
  private tail = 0;
  private cursor = 0;
  /** Whom `forward` was last asked for, and the first entry that it has not looked at for that node. */
  private forwardedTo: NodeId = -1;
  private forwardFrom = 0;
  /** Entries before this one were put to the front, and are not in order of arrival. */
  private inOrderFrom = 0;
  /** Only the low 31 bits of entry numbers are kept: entries live far shorter than 2^31 admissions. */
  private readonly entryOf = new IdTable();
  private readonly columns = new BatchColumns();

  constructor(self: NodeId, requests: RequestSizes, owner: MempoolOwner) {
    this.self = self;
    this.requests = requests;
    this.owner = owner;
  }

  /** Admits a request that became ready at `at`; false when it waits here already. */
  admit(id: RequestId, at: Instant): boolean {
    if (!this.entryOf.add(id, this.tail & 0x7fffffff)) return false;
    if (this.tail - this.head === this.ids.length) this.grow();
    this.fill(this.tail++, id, at);
    return true;
  }

  private putFirst(id: RequestId, at: Instant): void {
    if (this.tail - this.head === this.ids.length) this.grow();
    if (this.head >= this.inOrderFrom) this.inOrderFrom = this.head;
    this.fill(--this.head, id, at);
    this.entryOf.set(id, this.head & 0x7fffffff);
    this.cursor = this.head;
    this.forwardFrom = this.head;
  }

  private fill(entry: number, id: RequestId, at: Instant): void {
    const slot = entry & (this.ids.length - 1);
    this.ids[slot] = id;
    this.readyAt[slot] = at;
    this.state[slot] = WAITING;
    this.sentTo[slot] = -1;
    this.count++;
    this.bytes += this.requests.bytes(id);
  }

  get oldest(): Instant {
    this.trim();
    const mask = this.ids.length - 1;
    let oldest: Instant = NEVER;
    for (let entry = this.head; entry < this.tail; entry++) {
      if (this.state[entry & mask] === GONE) continue;
      oldest = Math.min(oldest, this.readyAt[entry & mask] as number);
      if (entry >= this.inOrderFrom) break;
    }
    return oldest;
  }

  /** The requests of an executed batch leave. */
  executed(batch: Batch): void {
    if (this.entryOf.size === 0) return;
    for (let i = this.leaveInOrder(batch.ids); i < batch.ids.length; i++) this.remove(batch.ids[i] as RequestId);
    this.trim();
  }

  /** Those that stand at the head in the order of the batch, as they mostly do where it was cut; returns how many they are. */
  private leaveInOrder(batch: Int32Array): number {
    const { ids, state, entryOf } = this;
    const mask = ids.length - 1;
    const most = Math.min(batch.length, this.tail - this.head);
    let entry = this.head;
    let left = 0;
    for (; left < most; left++, entry++) {
      const id = batch[left] as number;
      if (ids[entry & mask] !== id || state[entry & mask] !== CLAIMED) break;
      entryOf.remove(id);
    }
    this.head = entry;
    return left;
  }

  /** After a snapshot was installed: everything it covers leaves. */
  executedByInstall(): void {
    for (let entry = this.head; entry < this.tail; entry++) {
      const slot = entry & (this.ids.length - 1);
      if (this.state[slot] !== GONE && this.owner.isExecuted(this.ids[slot] as number))
        this.remove(this.ids[slot] as number);
    }
    this.trim();
  }

  cut(maxTransactions: number, maxBytes: Bytes): Batch {
    const mask = this.ids.length - 1;
    const most = Math.min(maxTransactions, this.count);
    const room = this.columns.claim(most);
    const { ids, received } = room;
    // Where all that waits fits, its size is known.
    const all = most === this.count && this.bytes <= maxBytes;
    let taken = 0;
    let total = all ? this.bytes : 0;
    while (taken < most && this.cursor < this.tail) {
      const slot = this.cursor & mask;
      if (this.state[slot] !== WAITING) {
        this.cursor++;
        continue;
      }
      const id = this.ids[slot] as RequestId;
      if (!all) {
        const size = this.requests.bytes(id);
        if (taken > 0 && total + size > maxBytes) break;
        total += size;
      }
      this.cursor++;
      this.state[slot] = CLAIMED;
      ids[taken] = id;
      received[taken] = this.readyAt[slot] as number;
      taken++;
    }
    if (taken === 0) throw new Error(`node ${this.self} cut a batch from an empty mempool`);
    this.count -= taken;
    this.bytes -= total;
    const cut = taken === most ? room : this.columns.cutShort(room, most, taken);
    return createBatch(cut.ids, cut.received, total, this.owner.now(), this.self);
  }

  claim(batch: Batch): void {
    if (this.count === 0) return;
    for (let i = 0; i < batch.ids.length; i++) {
      const slot = this.slotOf(batch.ids[i] as RequestId);
      if (slot < 0 || this.state[slot] !== WAITING) continue;
      this.state[slot] = CLAIMED;
      this.count--;
      this.bytes -= this.requests.bytes(batch.ids[i] as RequestId);
    }
  }

  requeue(batch: Batch): void {
    let unknown = false;
    for (let i = 0; i < batch.ids.length; i++) {
      const id = batch.ids[i] as RequestId;
      if (this.owner.isExecuted(id)) continue;
      const slot = this.slotOf(id);
      if (slot < 0) {
        unknown = true;
        continue;
      }
      if (this.state[slot] !== CLAIMED) continue;
      this.state[slot] = WAITING;
      this.count++;
      this.bytes += this.requests.bytes(id);
      const entry = this.entryNumber(id);
      this.cursor = Math.min(this.cursor, entry);
      this.forwardFrom = Math.min(this.forwardFrom, entry);
    }
    // Known only from the batch: from now on it waits here, before the others.
    for (let i = batch.ids.length - 1; unknown && i >= 0; i--) {
      const id = batch.ids[i] as RequestId;
      if (this.entryOf.get(id) === -1 && !this.owner.isExecuted(id)) this.putFirst(id, batch.received[i] as Instant);
    }
  }

  forward(to: NodeId, keep: boolean): void {
    const mask = this.ids.length - 1;
    const ids: number[] = [];
    // A backup is asked at every request that comes: it must not look at all that wait each time.
    const first = to === this.forwardedTo ? Math.max(this.head, this.forwardFrom) : this.head;
    for (let entry = first; entry < this.tail; entry++) {
      const slot = entry & mask;
      if (this.state[slot] !== WAITING || this.sentTo[slot] === to) continue;
      this.sentTo[slot] = to;
      ids.push(this.ids[slot] as number);
    }
    this.forwardedTo = to;
    this.forwardFrom = this.tail;
    if (ids.length === 0) return;
    this.owner.sendForward(to, Int32Array.from(ids));
    if (!keep) for (const id of ids) this.remove(id);
    this.trim();
  }

  isWaiting(batch: Batch): boolean {
    for (let i = 0; i < batch.ids.length; i++) if (!this.owner.isExecuted(batch.ids[i] as RequestId)) return true;
    return false;
  }

  isExecuted(batch: Batch): boolean {
    return !this.isWaiting(batch);
  }

  /** The ring's length is a power of two below 2^31, so the low bits that are kept name the slot. */
  private slotOf(id: RequestId): number {
    const low = this.entryOf.get(id);
    return low === -1 ? -1 : low & (this.ids.length - 1);
  }

  private entryNumber(id: RequestId): number {
    const low = this.entryOf.get(id);
    return this.head + ((low - (this.head & 0x7fffffff)) & 0x7fffffff);
  }

  private remove(id: RequestId): void {
    const low = this.entryOf.remove(id);
    if (low === -1) return;
    const slot = low & (this.ids.length - 1);
    if (this.state[slot] === WAITING) {
      this.count--;
      this.bytes -= this.requests.bytes(id);
    }
    this.state[slot] = GONE;
  }

  private trim(): void {
    const mask = this.ids.length - 1;
    while (this.head < this.tail && this.state[this.head & mask] === GONE) this.head++;
    if (this.cursor < this.head) this.cursor = this.head;
  }

  private grow(): void {
    const size = Math.max(FIRST, this.ids.length * 2);
    const ids = new Int32Array(size);
    const readyAt = new Float64Array(size);
    const state = new Uint8Array(size);
    const sentTo = new Int32Array(size);
    const mask = this.ids.length - 1;
    for (let entry = this.head; entry < this.tail; entry++) {
      const from = entry & mask;
      const to = entry & (size - 1);
      ids[to] = this.ids[from] as number;
      readyAt[to] = this.readyAt[from] as number;
      state[to] = this.state[from] as number;
      sentTo[to] = this.sentTo[from] as number;
    }
    this.ids = ids;
    this.readyAt = readyAt;
    this.state = state;
    this.sentTo = sentTo;
  }
}
