/**
 * What a leader knows of each follower (thesis 3.5 and 10.2.1; etcd's `tracker`). Probe: one message at a time until the logs are
 * known to agree; replicate: nextIndex advances with each message sent, up to a window; snapshot: the log starts behind nextIndex.
 */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { LogSnapshot } from './messages.ts';

export const Mode = { probe: 0, replicate: 1, snapshot: 2 } as const;

const MOST_DOUBLINGS = 6;

/** A snapshot on its way to a follower, in chunks. */
export interface Sending {
  readonly snapshot: LogSnapshot;
  readonly chunks: number;
  sent: number;
  acknowledged: number;
}

export class Progress {
  readonly mode: Uint8Array;
  /** matchIndex, on the follower's disk; the leader's own is how far its log is durable. */
  readonly match: Int32Array;
  /** nextIndex. */
  readonly next: Int32Array;
  /** Probe mode: a message is under way. */
  readonly probing: Uint8Array;
  /** Heard from since the last check-quorum. */
  readonly active: Uint8Array;
  readonly sending: (Sending | null)[];
  /** The highest heartbeat round each node answered; the leader's own: the last round it began. */
  readonly answered: Int32Array;
  /** The heartbeat round during which a node was last sent entries or a chunk. What a later round's answer does not
   * acknowledge was lost (or waits for the follower's disk, which repeating does not harm). */
  readonly sentIn: Int32Array;
  /** How often a node was sent the same again since it last acknowledged something new. */
  readonly repeats: Uint8Array;
  /** Some matchIndex advanced since the leader last counted. */
  advanced = true;
  /** A follower that may be sent to again since the last answer; −1: none. */
  resumed: NodeId = -1;
  /** The end of the log and the commit index that the leader has sent out. */
  sentLast: Position = 0;
  sentCommit: Position = 0;
  /** For nthLargest. */
  readonly scratch: Int32Array;
  /** Replicate mode: the last index of each message with entries under way, a ring per follower. */
  private readonly window: number;
  private readonly lastIndices: Int32Array;
  private readonly oldest: Int32Array;
  private readonly inflight: Int32Array;

  constructor(n: number, window: number, lastIndex: Position) {
    this.mode = new Uint8Array(n);
    this.match = new Int32Array(n);
    this.next = new Int32Array(n).fill(lastIndex + 1);
    this.probing = new Uint8Array(n);
    this.active = new Uint8Array(n);
    this.sending = new Array(n).fill(null);
    this.answered = new Int32Array(n);
    this.sentIn = new Int32Array(n);
    this.repeats = new Uint8Array(n);
    this.scratch = new Int32Array(n);
    this.window = window;
    this.lastIndices = new Int32Array(n * window);
    this.oldest = new Int32Array(n);
    this.inflight = new Int32Array(n);
  }

  isFull(node: NodeId): boolean {
    return (this.inflight[node] as number) >= this.window;
  }

  /** A message with entries up to `last` left. Requires replicate mode and a window that is not full. */
  sentUpTo(node: NodeId, last: Position): void {
    const at = ((this.oldest[node] as number) + (this.inflight[node] as number)) % this.window;
    this.lastIndices[node * this.window + at] = last;
    this.inflight[node] = (this.inflight[node] as number) + 1;
    this.next[node] = last + 1;
  }

  /** The follower has everything up to `index`: messages that end there are no longer under way. */
  free(node: NodeId, index: Position): void {
    while ((this.inflight[node] as number) > 0) {
      const oldest = this.oldest[node] as number;
      if ((this.lastIndices[node * this.window + oldest] as number) > index) return;
      this.freeOldest(node);
    }
  }

  /**
   * Whether to repeat what a node has not acknowledged, now that it answered heartbeat round `round`: some round after what it was
   * sent last, and each time twice as many rounds (as TCP waits). Heartbeats may overtake a large message that waits in a slow
   * network card; repeating that at every heartbeat would fill the card faster than it empties.
   */
  repeatDue(node: NodeId, round: number): boolean {
    const repeats = this.repeats[node] as number;
    if (round < (this.sentIn[node] as number) + (1 << repeats)) return false;
    this.repeats[node] = Math.min(repeats + 1, MOST_DOUBLINGS);
    return true;
  }

  freeOldest(node: NodeId): void {
    this.oldest[node] = ((this.oldest[node] as number) + 1) % this.window;
    this.inflight[node] = (this.inflight[node] as number) - 1;
  }

  becomeProbe(node: NodeId, next: Position): void {
    this.mode[node] = Mode.probe;
    this.next[node] = next;
    this.probing[node] = 0;
    this.sending[node] = null;
    this.inflight[node] = 0;
  }

  becomeReplicate(node: NodeId): void {
    this.mode[node] = Mode.replicate;
    this.next[node] = (this.match[node] as number) + 1;
    this.sending[node] = null;
    this.inflight[node] = 0;
  }

  becomeSnapshot(node: NodeId, snapshot: LogSnapshot, chunks: number): void {
    this.mode[node] = Mode.snapshot;
    this.sending[node] = { snapshot, chunks, sent: 0, acknowledged: 0 };
    this.repeats[node] = 0;
    this.inflight[node] = 0;
  }
}
