/**
 * CHECKPOINT messages received (OSDI'99 section 4.3): per sequence number inside the window, who reported which digest; above
 * the high watermark only each sender's latest, which bounds what a faulty replica can make this one keep.
 */
import { NO_INTS } from '../../kernel/no-columns.ts';
import type { Digest, NodeId, Position } from '../../units/quantities.ts';
import type { Signature } from '../protocol.ts';
import type { Proof } from './messages.ts';
import type { ReplicaState } from './state.ts';
import { checkpointStatement } from './statements.ts';

interface Votes {
  readonly voted: Uint8Array;
  readonly digests: Int32Array;
  readonly signatures: Int32Array;
  readonly counts: Map<Digest, number>;
}

/** A checkpoint with enough matching votes. */
export interface ProvenCheckpoint {
  readonly seq: Position;
  readonly digest: Digest;
}

export class CheckpointVotes {
  private readonly state: ReplicaState;
  private readonly inWindow = new Map<Position, Votes>();
  // By sender; empty until there is one, as in most runs of many replicas.
  private aboveSeq = NO_INTS;
  private aboveDigest = NO_INTS;
  private aboveSignature = NO_INTS;

  constructor(state: ReplicaState) {
    this.state = state;
  }

  /** Enters a vote for a sequence number above the low watermark; returns how many now agree with it (0: it was no news). */
  add(from: NodeId, seq: Position, digest: Digest, signature: Signature): number {
    return seq <= this.state.high
      ? this.addInWindow(from, seq, digest, signature)
      : this.addAbove(from, seq, digest, signature);
  }

  /** How many replicas reported this digest. */
  count(seq: Position, digest: Digest): number {
    if (seq <= this.state.high) return this.inWindow.get(seq)?.counts.get(digest) ?? 0;
    return this.senders(seq, digest).length;
  }

  /** Who reported this digest. */
  senders(seq: Position, digest: Digest): NodeId[] {
    const senders: NodeId[] = [];
    const votes = this.inWindow.get(seq);
    for (let from: NodeId = 0; from < this.state.quorums.n; from++) {
      const inWindow = votes?.voted[from] === 1 && votes.digests[from] === digest;
      if (inWindow || (this.aboveSeq[from] === seq && this.aboveDigest[from] === digest)) senders.push(from);
    }
    return senders;
  }

  /** Q valid signatures over the checkpoint; null: with MACs there is no such thing; undefined: not (yet) so many. */
  proofOf(seq: Position, digest: Digest): Proof | null | undefined {
    const { host, quorums, signed } = this.state;
    const senders = this.senders(seq, digest);
    if (senders.length < quorums.quorum) return undefined;
    if (!signed) return null;
    const votes = this.inWindow.get(seq);
    const statement = checkpointStatement(seq, digest);
    const signatureOf = (from: NodeId) =>
      (votes?.voted[from] === 1 ? votes.signatures[from] : this.aboveSignature[from]) as number;
    const valid = senders.filter((from) => host.verify(from, statement, signatureOf(from))).slice(0, quorums.quorum);
    if (valid.length < quorums.quorum) return undefined;
    return { signers: Int32Array.from(valid), signatures: Int32Array.from(valid, signatureOf) };
  }

  /** The highest checkpoint beyond `position` that a weak certificate (f + 1) proves to be the state of a correct replica. */
  highestProven(position: Position): ProvenCheckpoint | null {
    let best: ProvenCheckpoint | null = null;
    const consider = (seq: Position, digest: Digest) => {
      if (seq > (best?.seq ?? position) && this.count(seq, digest) >= this.state.quorums.weak) best = { seq, digest };
    };
    for (const [seq, votes] of this.inWindow) for (const digest of votes.counts.keys()) consider(seq, digest);
    this.aboveSeq.forEach((seq, from) => {
      if (seq > this.state.high) consider(seq, this.aboveDigest[from] as Digest);
    });
    return best;
  }

  /** The window moved: forgets what lies below it, and enters the votes from above that are inside it now. */
  windowMoved(): void {
    const { low, high } = this.state;
    for (const seq of this.inWindow.keys()) if (seq <= low) this.inWindow.delete(seq);
    this.aboveSeq.forEach((seq, from) => {
      if (seq > low && seq <= high)
        this.addInWindow(from, seq, this.aboveDigest[from] as Digest, this.aboveSignature[from] as Signature);
    });
  }

  private addInWindow(from: NodeId, seq: Position, digest: Digest, signature: Signature): number {
    let votes = this.inWindow.get(seq);
    if (votes === undefined) {
      const { n } = this.state.quorums;
      votes = {
        voted: new Uint8Array(n),
        digests: new Int32Array(n),
        signatures: new Int32Array(n),
        counts: new Map(),
      };
      this.inWindow.set(seq, votes);
    }
    if (votes.voted[from] === 1) return 0;
    votes.voted[from] = 1;
    votes.digests[from] = digest;
    votes.signatures[from] = signature;
    const count = (votes.counts.get(digest) ?? 0) + 1;
    votes.counts.set(digest, count);
    return count;
  }

  private addAbove(from: NodeId, seq: Position, digest: Digest, signature: Signature): number {
    if (this.aboveSeq.length === 0) {
      const { n } = this.state.quorums;
      this.aboveSeq = new Int32Array(n);
      this.aboveDigest = new Int32Array(n);
      this.aboveSignature = new Int32Array(n);
    }
    if (seq <= (this.aboveSeq[from] as number)) return 0;
    this.aboveSeq[from] = seq;
    this.aboveDigest[from] = digest;
    this.aboveSignature[from] = signature;
    return this.senders(seq, digest).length;
  }
}
