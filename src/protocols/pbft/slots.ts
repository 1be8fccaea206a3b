/**
 * The message log between the watermarks (OSDI'99 section 4.2): one slot a sequence number, in a ring no smaller than the window. A
 * vote sets a bit and raises a counter; it allocates nothing and asks the host nothing.
 *
 * A slot counts votes for one digest: that of the accepted pre-prepare or, before it, of the first vote seen. Votes for other
 * digests are strays, kept (one a sender and kind) only until the pre-prepare decides.
 */
import { powerOfTwoFrom } from '../../kernel/elementary.ts';
import type { Batch } from '../../ledger/batch.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import type { Signature } from '../protocol.ts';
import type { PbftHost } from './durable.ts';
import { COMMIT, PREPARE } from './messages.ts';

/** How far a sequence number got in the current view. Each phase implies the ones before it. */
export const VOTED = 0;
export const PRE_PREPARED = 1;
export const PREPARED = 2;
export const COMMITTED = 3;

interface Stray {
  readonly kind: typeof PREPARE | typeof COMMIT;
  readonly from: NodeId;
  readonly digest: Digest;
  readonly signature: Signature;
}

/** A sequence number in the current view. Slots are used again: nothing is kept of one beyond the job that asked for it. */
export class Slot {
  seq: Position = -1;
  phase = VOTED;
  digest: Digest = 0;
  /** Votes for `digest`; a replica's own vote counts from when it was sent. */
  prepares = 0;
  commits = 0;
  /** null for the null request, or while the batch is missing. */
  batch: Batch | null = null;
  prePrepareSignature: Signature = 0;
  /**
   * A bitmap of prepares, one of commits and, where votes are signed, the signatures of the prepares by voter, for certificates.
   */
  readonly votes: Int32Array;

  constructor(words: number) {
    this.votes = new Int32Array(words);
  }
}

/** Places that a log begins with: of a short run's thousand logs, most never need the window's. */
const FIRST = 16;

export class Slots {
  /** The highest sequence number seen in this view. */
  highest: Position = 0;
  /** The ring's size is a power of two, so that the slot of n is at n & mask. It grows up to that of the window. */
  private mask: number;
  /** null where a sequence number has no slot. */
  private ring: (Slot | null)[];
  private readonly largest: number;
  private readonly free: Slot[] = [];
  /** Words of 32 voters in each bitmap. */
  private readonly words: number;
  private readonly signed: boolean;
  private readonly rowLength: number;
  private readonly strays = new Map<Position, Stray[]>();
  /** Called with the first message of each sequence number, whatever it is. */
  private readonly opened: () => void;

  constructor(n: number, window: number, signed: boolean, opened: () => void) {
    this.opened = opened;
    this.largest = powerOfTwoFrom(window);
    this.ring = new Array<Slot | null>(Math.min(FIRST, this.largest)).fill(null);
    this.mask = this.ring.length - 1;
    this.words = (n + 31) >>> 5;
    this.signed = signed;
    this.rowLength = 2 * this.words + (signed ? n : 0);
  }

  /** The slot of a sequence number; null while nothing is known of it. */
  of(seq: Position): Slot | null {
    const slot = this.ring[seq & this.mask] as Slot | null;
    return slot !== null && slot.seq === seq ? slot : null;
  }

  /** The phase of a sequence number; VOTED too when nothing is known of it. */
  phaseOf(seq: Position): number {
    return this.of(seq)?.phase ?? VOTED;
  }

  /** Counts a prepare; returns how many there are now for the slot's digest, 0 when this one did not count. */
  addPrepare(seq: Position, from: NodeId, digest: Digest, signature: Signature): number {
    const slot = this.of(seq) ?? this.open(seq, digest);
    if (slot.digest !== digest) return this.addStray(seq, { kind: PREPARE, from, digest, signature });
    const { votes } = slot;
    const word = from >>> 5;
    const bit = 1 << (from & 31);
    const bits = votes[word] as number;
    if ((bits & bit) !== 0) return 0;
    votes[word] = bits | bit;
    if (this.signed) votes[2 * this.words + from] = signature;
    return ++slot.prepares;
  }

  /** Counts a commit, likewise. */
  addCommit(seq: Position, from: NodeId, digest: Digest): number {
    const slot = this.of(seq) ?? this.open(seq, digest);
    if (slot.digest !== digest) return this.addStray(seq, { kind: COMMIT, from, digest, signature: 0 });
    const { votes } = slot;
    const word = this.words + (from >>> 5);
    const bit = 1 << (from & 31);
    const bits = votes[word] as number;
    if ((bits & bit) !== 0) return 0;
    votes[word] = bits | bit;
    return ++slot.commits;
  }

  /** Enters the accepted pre-prepare. From here on only votes for its digest count, including those that came before it. */
  accept(seq: Position, digest: Digest, batch: Batch | null, signature: Signature): void {
    const slot = this.of(seq) ?? this.open(seq, digest);
    if (slot.digest !== digest) {
      this.clearVotes(slot);
      slot.digest = digest;
      for (const stray of this.strays.get(seq) ?? []) {
        if (stray.digest !== digest) continue;
        if (stray.kind === PREPARE) this.addPrepare(seq, stray.from, digest, stray.signature);
        else this.addCommit(seq, stray.from, digest);
      }
    }
    this.strays.delete(seq);
    slot.phase = PRE_PREPARED;
    slot.batch = batch;
    slot.prePrepareSignature = signature;
  }

  hasPrepareOf(seq: Position, from: NodeId): boolean {
    return this.hasVote(seq, from >>> 5, from);
  }

  hasCommitOf(seq: Position, from: NodeId): boolean {
    return this.hasVote(seq, this.words + (from >>> 5), from);
  }

  private hasVote(seq: Position, word: number, from: NodeId): boolean {
    return (((this.of(seq)?.votes[word] ?? 0) >>> (from & 31)) & 1) === 1;
  }

  /**
   * Counts again the prepares whose signature over `statement` is valid, and returns how many. The sender of an invalid one may
   * not vote on this slot again.
   */
  verifyPrepares(slot: Slot, statement: Digest, host: Pick<PbftHost, 'verify'>): number {
    const { votes } = slot;
    let valid = 0;
    for (let word = 0; word < this.words; word++)
      for (let bits = votes[word] as number; bits !== 0; bits &= bits - 1) {
        const from: NodeId = word * 32 + 31 - Math.clz32(bits & -bits);
        if (host.verify(from, statement, votes[2 * this.words + from] as number)) valid++;
      }
    slot.prepares = valid;
    return valid;
  }

  signatureOf(seq: Position, from: NodeId): Signature {
    return this.signed ? (this.of(seq)?.votes[2 * this.words + from] ?? 0) : 0;
  }

  /** Empties the log: votes are of one view. */
  clear(): void {
    for (let i = 0; i <= this.mask; i++) this.release(i);
    this.strays.clear();
    this.highest = 0;
  }

  /** Up to here everything is covered by a stable checkpoint. */
  discardThrough(low: Position): void {
    for (const seq of this.strays.keys()) if (seq <= low) this.strays.delete(seq);
    for (let i = 0; i <= this.mask; i++) if ((this.ring[i]?.seq ?? Number.POSITIVE_INFINITY) <= low) this.release(i);
  }

  private release(i: number): void {
    const slot = this.ring[i] ?? null;
    if (slot === null) return;
    slot.seq = -1;
    slot.batch = null;
    this.ring[i] = null;
    this.free.push(slot);
  }

  private open(seq: Position, digest: Digest): Slot {
    while (this.ring[seq & this.mask] !== null && this.ring.length < this.largest) this.grow();
    this.release(seq & this.mask);
    const slot = this.free.pop() ?? new Slot(this.rowLength);
    this.ring[seq & this.mask] = slot;
    slot.seq = seq;
    slot.phase = VOTED;
    slot.digest = digest;
    this.clearVotes(slot);
    if (seq > this.highest) this.highest = seq;
    this.opened();
    return slot;
  }

  /** Two sequence numbers that differ in a lower bit already had different places: none meet in a longer ring. */
  private grow(): void {
    const slots = this.ring;
    this.ring = new Array<Slot | null>(slots.length * 2).fill(null);
    this.mask = this.ring.length - 1;
    for (const slot of slots) if (slot !== null) this.ring[slot.seq & this.mask] = slot;
  }

  private clearVotes(slot: Slot): void {
    slot.prepares = 0;
    slot.commits = 0;
    slot.votes.fill(0, 0, 2 * this.words);
  }

  private addStray(seq: Position, stray: Stray): 0 {
    if (this.phaseOf(seq) !== VOTED) return 0;
    const known = this.strays.get(seq);
    if (known === undefined) this.strays.set(seq, [stray]);
    else if (!known.some((other) => other.kind === stray.kind && other.from === stray.from)) known.push(stray);
    return 0;
  }
}
