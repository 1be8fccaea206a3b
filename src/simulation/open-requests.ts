/** The requests of a client group that are not final: a ring of columns by counter, and the replies to each until enough agree. */
import type { Instant, NodeId, Position } from '../units/quantities.ts';

/** Places of the ring at first: as in flight-queue.ts. */
const FIRST = 8;

export class OpenRequests {
  /** All before this counter are final. */
  low = 0;
  /** When each was meant to be sent. */
  sentAt = new Float64Array(FIRST);
  finished = new Uint8Array(FIRST);
  /** Whom it was sent to last. */
  asked = new Int32Array(FIRST);
  /** What a read must reflect. */
  required = new Int32Array(FIRST);
  private matched = new Int32Array(FIRST);
  private result = new Int32Array(FIRST);
  private repliers: Int32Array;
  private readonly quorum: number;
  /** Words of a set of nodes; 0 where one reply is enough. */
  private readonly words: number;
  /** Replies whose result differs from the first one, by request: rare (a faulty replica). */
  private readonly dissent = new Map<number, Map<number, Set<NodeId>>>();

  constructor(quorum: number, nodes: number) {
    this.quorum = quorum;
    this.words = quorum > 1 ? (nodes + 31) >> 5 : 0;
    this.repliers = new Int32Array(FIRST * this.words);
  }

  get mask(): number {
    return this.sentAt.length - 1;
  }

  /** Whether a request, which was issued, is not final. */
  has(counter: number): boolean {
    return counter >= this.low && this.finished[counter & this.mask] === 0;
  }

  /** The request `counter`, the one after the last that was added. */
  add(counter: number, intended: Instant, asked: NodeId, required: Position): void {
    if (counter - this.low === this.sentAt.length) this.grow(counter);
    const slot = counter & this.mask;
    this.sentAt[slot] = intended;
    this.asked[slot] = asked;
    this.required[slot] = required;
    this.begin(slot);
  }

  /** As `add` for `first` and the requests behind it, meant to be sent from `intended[from]` to `intended[to - 1]`. */
  addAll(first: number, intended: Float64Array, from: number, to: number, nodeAsked: NodeId, position: Position): void {
    while (first + to - from - this.low > this.sentAt.length) this.grow(first);
    const { sentAt, asked, required, mask } = this;
    for (let i = from, counter = first; i < to; i++, counter++) {
      const slot = counter & mask;
      sentAt[slot] = intended[i] as number;
      asked[slot] = nodeAsked;
      required[slot] = position;
      this.begin(slot);
    }
  }

  private begin(slot: number): void {
    this.finished[slot] = 0;
    if (this.words === 0) return;
    this.matched[slot] = 0;
    this.repliers.fill(0, slot * this.words, (slot + 1) * this.words);
  }

  /** Whether this reply completes a quorum of matching replies from different nodes. */
  counts(counter: number, from: NodeId, result: number): boolean {
    if (this.quorum <= 1) return true;
    const slot = counter & this.mask;
    if (this.matched[slot] === 0) this.result[slot] = result;
    if (this.result[slot] !== result) return this.countsDissent(counter, from, result);
    const word = slot * this.words + (from >> 5);
    const bit = 1 << (from & 31);
    if (((this.repliers[word] as number) & bit) !== 0) return false;
    this.repliers[word] = (this.repliers[word] as number) | bit;
    this.matched[slot] = (this.matched[slot] as number) + 1;
    return (this.matched[slot] as number) >= this.quorum;
  }

  private countsDissent(counter: number, from: NodeId, result: number): boolean {
    const results = this.dissent.get(counter) ?? new Map<number, Set<NodeId>>();
    this.dissent.set(counter, results);
    const nodes = results.get(result) ?? new Set<NodeId>();
    results.set(result, nodes);
    nodes.add(from);
    return nodes.size >= this.quorum;
  }

  /** A request is final. */
  finish(counter: number): void {
    this.finished[counter & this.mask] = 1;
    if (this.dissent.size > 0) this.dissent.delete(counter);
  }

  /** Moves `low` behind what is final, up to `issued`. */
  settle(issued: number): void {
    const { finished, mask } = this;
    while (this.low < issued && finished[this.low & mask] === 1) this.low++;
  }

  /** Nobody waits for those before `issued` any more. */
  forget(issued: number): void {
    this.low = issued;
    this.dissent.clear();
  }

  /** Intended send times of those before `issued`. */
  intended(issued: number): number[] {
    const times: number[] = [];
    for (let counter = this.low; counter < issued; counter++)
      if (this.has(counter)) times.push(this.sentAt[counter & this.mask] as number);
    return times;
  }

  /** @param end the counter after the last one in the ring. */
  private grow(end: number): void {
    const old = this.mask;
    const size = (old + 1) * 2;
    const moved = <Column extends Float64Array | Int32Array | Uint8Array>(
      from: Column,
      to: Column,
      width = 1,
    ): Column => {
      for (let counter = this.low; counter < end; counter++)
        for (let word = 0; word < width; word++)
          to[(counter & (size - 1)) * width + word] = from[(counter & old) * width + word] as number;
      return to;
    };
    this.repliers = moved(this.repliers, new Int32Array(size * this.words), this.words);
    this.matched = moved(this.matched, new Int32Array(size));
    this.result = moved(this.result, new Int32Array(size));
    this.finished = moved(this.finished, new Uint8Array(size));
    this.asked = moved(this.asked, new Int32Array(size));
    this.required = moved(this.required, new Int32Array(size));
    this.sentAt = moved(this.sentAt, new Float64Array(size));
  }
}
