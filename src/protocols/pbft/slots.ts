/**
 * The message log between the watermarks (OSDI'99 section 4.2) as columns of typed arrays: one slot a sequence number, in a
 * ring no smaller than the window. A vote sets a bit and raises a counter; it allocates nothing and asks the host nothing.
 *
 * A slot counts votes for one digest: that of the accepted pre-prepare or, before it, of the first vote seen. Votes for other
 * digests are strays, kept (one a sender and kind) only until the pre-prepare decides.
 */
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

export class Slots {
  /** The ring's size is a power of two, so that the slot of n is n & mask. */
  readonly mask: number;
  /** Which sequence number occupies the slot in this view; −1: none. */
  readonly seqAt: Int32Array;
  readonly phase: Uint8Array;
  readonly digest: Int32Array;
  /** Votes for `digest`; a replica's own vote counts from when it was sent. */
  readonly prepares: Int32Array;
  readonly commits: Int32Array;
  /** null for the null request, or while the batch is missing. */
  readonly batch: (Batch | null)[];
  readonly prePrepareSignature: Int32Array;
  /** The highest sequence number seen in this view. */
  highest: Position = 0;
  /** Words of 32 voters in each bitmap. */
  private readonly words: number;
  /**
   * The votes of each occupied slot, null elsewhere: a bitmap of prepares, one of commits and, where votes are signed, the signatures of
   * the prepares by voter, for certificates.
   */
  private readonly votes: (Int32Array | null)[];
  private readonly signed: boolean;
  private readonly rowLength: number;
  private readonly freeRows: Int32Array[] = [];
  private readonly strays = new Map<Position, Stray[]>();
  /** Called with the first message of each sequence number, whatever it is. */
  private readonly opened: () => void;

  constructor(n: number, window: number, signed: boolean, opened: () => void) {
    this.opened = opened;
    let ring = 1;
    while (ring < window) ring *= 2;
    this.mask = ring - 1;
    this.words = (n + 31) >>> 5;
    this.seqAt = new Int32Array(ring).fill(-1);
    this.phase = new Uint8Array(ring);
    this.digest = new Int32Array(ring);
    this.prepares = new Int32Array(ring);
    this.commits = new Int32Array(ring);
    this.batch = new Array<Batch | null>(ring).fill(null);
    this.prePrepareSignature = new Int32Array(ring);
    this.votes = new Array<Int32Array | null>(ring).fill(null);
    this.signed = signed;
    this.rowLength = 2 * this.words + (signed ? n : 0);
  }

  /** The phase of a sequence number; VOTED too when nothing is known of it. */
  phaseOf(seq: Position): number {
    const i = seq & this.mask;
    return this.seqAt[i] === seq ? (this.phase[i] as number) : VOTED;
  }

  /** Counts a prepare; returns how many there are now for the slot's digest, 0 when this one did not count. */
  addPrepare(seq: Position, from: NodeId, digest: Digest, signature: Signature): number {
    const i = seq & this.mask;
    if (this.seqAt[i] !== seq) this.open(i, seq, digest);
    else if (this.digest[i] !== digest) return this.addStray(seq, { kind: PREPARE, from, digest, signature });
    const votes = this.votes[i] as Int32Array;
    const word = from >>> 5;
    const bit = 1 << (from & 31);
    const bits = votes[word] as number;
    if ((bits & bit) !== 0) return 0;
    votes[word] = bits | bit;
    if (this.signed) votes[2 * this.words + from] = signature;
    const count = (this.prepares[i] as number) + 1;
    this.prepares[i] = count;
    return count;
  }

  /** Counts a commit, likewise. */
  addCommit(seq: Position, from: NodeId, digest: Digest): number {
    const i = seq & this.mask;
    if (this.seqAt[i] !== seq) this.open(i, seq, digest);
    else if (this.digest[i] !== digest) return this.addStray(seq, { kind: COMMIT, from, digest, signature: 0 });
    const votes = this.votes[i] as Int32Array;
    const word = this.words + (from >>> 5);
    const bit = 1 << (from & 31);
    const bits = votes[word] as number;
    if ((bits & bit) !== 0) return 0;
    votes[word] = bits | bit;
    const count = (this.commits[i] as number) + 1;
    this.commits[i] = count;
    return count;
  }

  /** Enters the accepted pre-prepare. From here on only votes for its digest count, including those that came before it. */
  accept(seq: Position, digest: Digest, batch: Batch | null, signature: Signature): void {
    const i = seq & this.mask;
    if (this.seqAt[i] !== seq) this.open(i, seq, digest);
    else if (this.digest[i] !== digest) {
      this.clearVotes(i);
      this.digest[i] = digest;
      for (const stray of this.strays.get(seq) ?? []) {
        if (stray.digest !== digest) continue;
        if (stray.kind === PREPARE) this.addPrepare(seq, stray.from, digest, stray.signature);
        else this.addCommit(seq, stray.from, digest);
      }
    }
    this.strays.delete(seq);
    this.phase[i] = PRE_PREPARED;
    this.batch[i] = batch;
    this.prePrepareSignature[i] = signature;
  }

  hasPrepareOf(seq: Position, from: NodeId): boolean {
    const votes = this.votes[seq & this.mask] ?? null;
    return votes !== null && ((votes[from >>> 5] as number) & (1 << (from & 31))) !== 0;
  }

  hasCommitOf(seq: Position, from: NodeId): boolean {
    const votes = this.votes[seq & this.mask] ?? null;
    return votes !== null && ((votes[this.words + (from >>> 5)] as number) & (1 << (from & 31))) !== 0;
  }

  /**
   * Counts again the prepares whose signature over `statement` is valid, and returns how many. The sender of an invalid one may
   * not vote on this slot again.
   */
  verifyPrepares(seq: Position, statement: Digest, host: Pick<PbftHost, 'verify'>): number {
    const i = seq & this.mask;
    const votes = this.votes[i] as Int32Array;
    let valid = 0;
    for (let word = 0; word < this.words; word++)
      for (let bits = votes[word] as number; bits !== 0; bits &= bits - 1) {
        const from: NodeId = word * 32 + 31 - Math.clz32(bits & -bits);
        if (host.verify(from, statement, votes[2 * this.words + from] as number)) valid++;
      }
    this.prepares[i] = valid;
    return valid;
  }

  signatureOf(seq: Position, from: NodeId): Signature {
    return this.signed ? (this.votes[seq & this.mask]?.[2 * this.words + from] ?? 0) : 0;
  }

  /** Empties the log: votes are of one view. */
  clear(): void {
    for (let i = 0; i < this.seqAt.length; i++) this.release(i);
    this.strays.clear();
    this.highest = 0;
  }

  /** Up to here everything is covered by a stable checkpoint. */
  discardThrough(low: Position): void {
    for (const seq of this.strays.keys()) if (seq <= low) this.strays.delete(seq);
    for (let i = 0; i < this.seqAt.length; i++) {
      if ((this.seqAt[i] as number) <= low) this.release(i);
    }
  }

  private release(i: number): void {
    this.seqAt[i] = -1;
    this.batch[i] = null;
    const row = this.votes[i] ?? null;
    if (row === null) return;
    this.freeRows.push(row);
    this.votes[i] = null;
  }

  private open(i: number, seq: Position, digest: Digest): void {
    this.seqAt[i] = seq;
    this.phase[i] = VOTED;
    this.digest[i] = digest;
    this.batch[i] = null;
    this.votes[i] ??= this.freeRows.pop() ?? new Int32Array(this.rowLength);
    this.clearVotes(i);
    if (seq > this.highest) this.highest = seq;
    this.opened();
  }

  private clearVotes(i: number): void {
    this.prepares[i] = 0;
    this.commits[i] = 0;
    (this.votes[i] as Int32Array).fill(0, 0, 2 * this.words);
  }

  private addStray(seq: Position, stray: Stray): 0 {
    if (this.phaseOf(seq) !== VOTED) return 0;
    const known = this.strays.get(seq);
    if (known === undefined) this.strays.set(seq, [stray]);
    else if (!known.some((other) => other.kind === stray.kind && other.from === stray.from)) known.push(stray);
    return 0;
  }
}
