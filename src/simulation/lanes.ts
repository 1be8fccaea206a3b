/**
 * Requests and replies of runs in which nothing is lost, cut or crashed, under tcp: a link's messages then arrive in the order in
 * which they were sent, so each link is a plain ring, with no flight, no calendar and no sorting. The same messages at the same
 * instants as on the general path, for a third of its cost; the conformance tests compare both with the reference kernel.
 */
import type { Batch } from '../ledger/batch.ts';
import { type Instant, NEVER } from '../units/quantities.ts';

const FIRST = 64;

/** Requests from one client group to one node. */
export class RequestLane {
  /** When the first request arrives; NEVER when none is on its way. */
  headAt: Instant = NEVER;
  private at = new Float64Array(FIRST);
  private ids = new Int32Array(FIRST);
  private first = 0;
  private count = 0;

  push(at: Instant, id: number): void {
    if (this.count === this.at.length) this.grow();
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    this.ids[slot] = id;
    if (this.count++ === 0) this.headAt = at;
  }

  pop(): number {
    const id = this.ids[this.first] as number;
    this.first = (this.first + 1) & (this.at.length - 1);
    this.headAt = --this.count === 0 ? NEVER : (this.at[this.first] as number);
    return id;
  }

  private grow(): void {
    const size = this.at.length;
    const at = new Float64Array(size * 2);
    const ids = new Int32Array(size * 2);
    for (let i = 0; i < size; i++) {
      at[i] = this.at[(this.first + i) & (size - 1)] as number;
      ids[i] = this.ids[(this.first + i) & (size - 1)] as number;
    }
    this.at = at;
    this.ids = ids;
    this.first = 0;
  }
}

/** What a reply says. */
export const ReplyField = { id: 0, result: 1, leader: 2, index: 3 } as const;
const FIELDS = 4;

/** Replies from one node to one client group. */
export class ReplyLane {
  headAt: Instant = NEVER;
  private at = new Float64Array(FIRST);
  private fields = new Int32Array(FIRST * FIELDS);
  private batches: (Batch | null)[] = new Array(FIRST).fill(null);
  private first = 0;
  private count = 0;

  push(at: Instant, id: number, result: number, leader: number, index: number, batch: Batch | null): void {
    if (this.count === this.at.length) this.grow();
    const slot = (this.first + this.count) & (this.at.length - 1);
    this.at[slot] = at;
    const row = slot * FIELDS;
    this.fields[row] = id;
    this.fields[row + ReplyField.result] = result;
    this.fields[row + ReplyField.leader] = leader;
    this.fields[row + ReplyField.index] = index;
    this.batches[slot] = batch;
    if (this.count++ === 0) this.headAt = at;
  }

  /** A field of the first reply. */
  field(which: number): number {
    return this.fields[this.first * FIELDS + which] as number;
  }

  /** The batch of the first reply, which leaves the lane with it. */
  pop(): Batch | null {
    const batch = this.batches[this.first] as Batch | null;
    this.batches[this.first] = null;
    this.first = (this.first + 1) & (this.at.length - 1);
    this.headAt = --this.count === 0 ? NEVER : (this.at[this.first] as number);
    return batch;
  }

  private grow(): void {
    const size = this.at.length;
    const at = new Float64Array(size * 2);
    const fields = new Int32Array(size * 2 * FIELDS);
    const batches: (Batch | null)[] = new Array(size * 2).fill(null);
    for (let i = 0; i < size; i++) {
      const from = (this.first + i) & (size - 1);
      at[i] = this.at[from] as number;
      for (let f = 0; f < FIELDS; f++) fields[i * FIELDS + f] = this.fields[from * FIELDS + f] as number;
      batches[i] = this.batches[from] as Batch | null;
    }
    this.at = at;
    this.fields = fields;
    this.batches = batches;
    this.first = 0;
  }
}

/** The earliest head of some lanes; ties go to the lower index. −1 when all lie at or beyond `end`. */
export function earliestLane(lanes: readonly { readonly headAt: Instant }[], end: Instant): number {
  let best = -1;
  let at = end;
  for (let i = 0; i < lanes.length; i++) {
    const head = (lanes[i] as { headAt: Instant }).headAt;
    if (head < at) {
      at = head;
      best = i;
    }
  }
  return best;
}
