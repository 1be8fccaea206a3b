/**
 * The run digest: every delivery, timer and commit is hashed with its time and node, and the hashes are summed (64 bits in two
 * lanes), so that the digest does not depend on the order in which islands were run.
 */
import type { Instant } from '../units/quantities.ts';

export const EventClass = { delivery: 1, timer: 2, commit: 3, request: 4, reply: 5, start: 6, read: 7 } as const;

/** One event that entered a digest. */
export interface DigestEvent {
  readonly at: Instant;
  readonly island: number;
  readonly kind: number;
  readonly content: number;
}

export class RunDigest {
  private readonly lanes = new Int32Array(2);

  /** @param content a 32-bit hash of what happened. */
  add(kind: number, island: number, at: Instant, content: number): void {
    const low = at | 0;
    const high = (at * (1 / 4294967296)) | 0;
    let a =
      content ^ Math.imul(low, 0x9e3779b1) ^ Math.imul(island * 8 + kind, 0x85ebca77) ^ Math.imul(high, 0x27d4eb2f);
    a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
    a ^= a >>> 13;
    // Cut to 32 bits at each step, or the sums become floating-point numbers.
    let b = (Math.imul(low ^ 0x5bd1e995, 0x846ca68b) + Math.imul(content, 0x7feb352d)) | 0;
    b = (b + (island | 0)) | 0;
    b = Math.imul(b ^ (b >>> 16) ^ a, 0x297a2d39);
    b ^= b >>> 15;
    this.lanes[0] = ((this.lanes[0] as number) + a) | 0;
    this.lanes[1] = ((this.lanes[1] as number) + b) | 0;
  }

  /** As `add` for each event from `from` to `to` − 1 of these columns, all of one kind on one island. */
  addAll(kind: number, island: number, times: Float64Array, contents: Int32Array, from: number, to: number): void {
    if (Object.hasOwn(this, 'add')) {
      for (let i = from; i < to; i++) this.add(kind, island, times[i] as number, contents[i] as number);
      return;
    }
    const place = Math.imul(island * 8 + kind, 0x85ebca77);
    let sumA = 0;
    let sumB = 0;
    for (let i = from; i < to; i++) {
      const at = times[i] as number;
      const content = contents[i] as number;
      const low = at | 0;
      const high = (at * (1 / 4294967296)) | 0;
      let a = content ^ Math.imul(low, 0x9e3779b1) ^ place ^ Math.imul(high, 0x27d4eb2f);
      a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
      a ^= a >>> 13;
      let b = (Math.imul(low ^ 0x5bd1e995, 0x846ca68b) + Math.imul(content, 0x7feb352d)) | 0;
      b = (b + (island | 0)) | 0;
      b = Math.imul(b ^ (b >>> 16) ^ a, 0x297a2d39);
      sumA = (sumA + a) | 0;
      sumB = (sumB + (b ^ (b >>> 15))) | 0;
    }
    this.lanes[0] = ((this.lanes[0] as number) + sumA) | 0;
    this.lanes[1] = ((this.lanes[1] as number) + sumB) | 0;
  }

  /** From now on also notes each event in `events`. Replaces `add` on this one object: others pay nothing for it. */
  recordTo(events: DigestEvent[]): void {
    this.add = (kind, island, at, content) => {
      events.push({ at, island, kind, content });
      RunDigest.prototype.add.call(this, kind, island, at, content);
    };
  }

  /** 16 hex digits. */
  get text(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.lanes[0] as number) + hex(this.lanes[1] as number);
  }
}
