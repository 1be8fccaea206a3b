/**
 * The clients of one place: they send requests at their intended times, count matching replies, retry, and measure. Open or
 * closed loop. Both kernels drive this class through `next` and `advance`; where requests go, the port knows.
 */
import { createSampler } from '../kernel/distributions.ts';
import { draw, Purpose, stream, unit } from '../kernel/random.ts';
import type { Sampler } from '../kernel/sampler.ts';
import type { Batch } from '../ledger/batch.ts';
import { type Duration, type Instant, NEVER, type NodeId, type Position, type RequestId } from '../units/quantities.ts';
import { ArrivalBlock } from './arrival-block.ts';
import { InstantHeap } from './instant-heap.ts';
import type { LaneColumns } from './lane-columns.ts';
import { hintedLeader, hintedTerm, NO_HINT } from './leader-hint.ts';
import type { ReplyRow } from './reply-row.ts';
import type { ClientGroupSpec } from './run-spec.ts';
import type { World } from './world.ts';

/** How a group's requests leave: implemented by each kernel. */
export interface ClientPort {
  submit(group: ClientGroup, to: NodeId, id: RequestId, now: Instant): void;
  /** Where requests can be put instead, in order of their instants. */
  readonly requests?: LaneColumns;
}

/** Places of the ring at first: as in flight-queue.ts. */
const FIRST = 8;

/** A client waits twice as long for each further retry, up to 2³ times as long as for the first. */
const MOST_DOUBLINGS = 3;

/** Requests that were sent again equally often, in order of deadlines: [counter, deadline, …] from `head` on. */
class Retries {
  private readonly queue: number[] = [];
  private head = 0;

  add(counter: number, deadline: Instant): void {
    this.queue.push(counter, deadline);
  }

  /** Drops those at the front that `isOpen` says are answered; returns the first deadline left, NEVER when there is none. */
  first(isOpen: (counter: number) => boolean): Instant {
    const { queue } = this;
    while (this.head < queue.length && !isOpen(queue[this.head] as number)) this.head += 2;
    if (this.head > 2048 && this.head * 2 > queue.length) {
      queue.splice(0, this.head);
      this.head = 0;
    }
    return this.head < queue.length ? (queue[this.head + 1] as number) : NEVER;
  }

  /** The first request. */
  take(): number {
    this.head += 2;
    return this.queue[this.head - 2] as number;
  }
}

export class ClientGroup {
  readonly group: number;
  readonly spec: ClientGroupSpec;
  /** The next instant at which this group does something of itself. */
  next: Instant = NEVER;
  /** Dead clients (their machine crashed) send and measure nothing. */
  alive = true;
  /** Requests submitted so far: counters 0 … issued − 1. */
  issued = 0;
  outstanding = 0;
  private readonly world: World;
  private readonly perGroup: number;
  private readonly port: ClientPort;
  /** Open loops: what is to be sent next. */
  private readonly arrivals: ArrivalBlock | null;
  private readonly think: Sampler | null;
  private readonly thinkStream: number;
  private readonly due = new InstantHeap();
  /** Between the intended send time and the sending. */
  private readonly processing: Duration;
  private readonly quorum: number;
  private readonly words: number;
  /** One reply makes a request final, and nothing is sent because of it. */
  private readonly apart: boolean;
  private readonly submitRule: 'primary' | 'nearest' | 'all' | NodeId;
  private readonly nearest: NodeId;
  private target: NodeId;
  /** The last hint followed, whom it named and in which term, and the highest term that each node has named. */
  private hint = NO_HINT;
  private hinted: NodeId = -1;
  private term = 0;
  private readonly terms: Int32Array;
  // Requests not yet final: a ring by counter from `low`.
  private low = 0;
  private sentAt = new Float64Array(FIRST);
  private matched = new Int32Array(FIRST);
  private result = new Int32Array(FIRST);
  private finished = new Uint8Array(FIRST);
  private asked = new Int32Array(FIRST);
  private required = new Int32Array(FIRST);
  private repliers: Int32Array;
  /** Replies whose result differs from the first one, by request: rare (a faulty replica). */
  private readonly dissent = new Map<number, Map<number, Set<NodeId>>>();
  /** First retries need no memory: their deadlines follow from the send times, in order of counters. */
  private firstRetry = 0;
  /** Later ones, by how often a request was sent again (the last entry: at least so often). */
  private readonly retries = Array.from({ length: MOST_DOUBLINGS }, () => new Retries());
  private readonly retryAfter: number | null;
  /** No retry falls due before this instant: it is made exact when it would come next. */
  private retryFrom: Instant = NEVER;
  /** The highest position this group holds as final: what its later reads must reflect. */
  private finalPosition: Position = 0;

  constructor(world: World, group: number, spec: ClientGroupSpec, nearest: NodeId, port: ClientPort) {
    this.world = world;
    this.perGroup = 1 / world.groups;
    this.group = group;
    this.spec = spec;
    this.port = port;
    this.nearest = nearest;
    this.quorum = spec.replyQuorum ?? world.rule.replyQuorum;
    this.words = this.quorum > 1 ? (world.spec.nodes + 31) >> 5 : 0;
    this.repliers = new Int32Array(FIRST * this.words);
    const rule = spec.submit ?? world.rule.submit;
    this.submitRule = typeof rule === 'object' ? rule.node : rule;
    this.target = typeof rule === 'object' ? rule.node : rule === 'nearest' ? nearest : world.firstLeader;
    this.terms = new Int32Array(world.spec.nodes);
    this.retryAfter = spec.retryAfter;
    this.processing = spec.processing ?? 0;
    this.thinkStream = stream(world.spec.seed, Purpose.think, group);
    if (spec.load.kind === 'open') {
      this.arrivals = new ArrivalBlock(world.arrivals(spec.load.arrivals, group), this.processing);
      this.think = null;
    } else {
      this.arrivals = null;
      this.think = createSampler(spec.load.think);
      const { clients, outstanding, initialSpread = 0 } = spec.load;
      const begin = stream(world.spec.seed, Purpose.begin, group);
      // Clients that begin together would go on together: nothing in a system without noise tears them apart.
      for (let i = 0; i < clients * outstanding; i++)
        this.due.push(Math.floor(unit(draw(begin, i)) * initialSpread) + this.processing);
    }
    this.apart = this.arrivals !== null && this.quorum <= 1 && !world.separateReads;
    this.refresh();
  }

  private refresh(): void {
    let next = this.arrivals === null ? NEVER : this.arrivals.next;
    const think = this.due.first;
    if (think < next) next = think;
    if (this.retryFrom < next) {
      this.retryFrom = this.nextRetry(this.retryAfter as number);
      if (this.retryFrom < next) next = this.retryFrom;
    }
    this.next = this.alive ? next : NEVER;
  }

  /** The earliest deadline of a request that is still open; skips those that are final. */
  private nextRetry(after: number): Instant {
    const { mask } = this;
    if (this.firstRetry < this.low) this.firstRetry = this.low;
    while (this.firstRetry < this.issued && this.finished[this.firstRetry & mask] === 1) this.firstRetry++;
    let next =
      this.firstRetry < this.issued ? (this.sentAt[this.firstRetry & mask] as number) + this.processing + after : NEVER;
    for (const retries of this.retries) next = Math.min(next, retries.first(this.isOpen));
    return next;
  }

  private readonly isOpen = (counter: number): boolean =>
    counter >= this.low && this.finished[counter & this.mask] === 0;

  private get mask(): number {
    return this.sentAt.length - 1;
  }

  /** Does all that is due up to `last`, that instant included. */
  advanceTo(last: Instant): void {
    const { arrivals } = this;
    while (this.next <= last) {
      if (arrivals === null || this.retryFrom <= arrivals.next) {
        this.advance();
        continue;
      }
      do this.issueRow(arrivals, last);
      while (arrivals.next <= last && arrivals.next < this.retryFrom);
      this.refresh();
    }
  }

  /** As `issue` for the next arrival and those at hand behind it, up to `last` and before a retry falls due. */
  private issueRow(arrivals: ArrivalBlock, last: Instant): void {
    const { processing, retryAfter } = this;
    const { intended, times, place: from, next } = arrivals;
    // Of the requests of the row, the first one is sent again first.
    if (retryAfter !== null && next + retryAfter < this.retryFrom) this.retryFrom = next + retryAfter;
    const to = arrivals.until(last < this.retryFrom ? last + 1 : this.retryFrom);
    const first = this.issued;
    this.issued += to - from;
    this.outstanding += to - from;
    while (this.issued - this.low > this.sentAt.length) this.grow(first);
    const { sentAt, matched, finished, asked, required, mask, target, finalPosition } = this;
    for (let i = from, counter = first; i < to; i++, counter++) {
      const slot = counter & mask;
      sentAt[slot] = (times[i] as number) - processing;
      matched[slot] = 0;
      finished[slot] = 0;
      asked[slot] = target;
      required[slot] = finalPosition;
      if (this.words > 0) this.repliers.fill(0, slot * this.words, (slot + 1) * this.words);
    }
    this.world.meter.onSubmits(intended, from, to);
    if (this.port.requests !== undefined && this.submitRule !== 'all')
      this.port.requests.addRequests(target, this.idOf(first), this.world.groups, times, from, to);
    else for (let i = from; i < to; i++) this.submit(target, this.idOf(first + i - from), times[i] as number);
    arrivals.goTo(to);
  }

  /** To `to`, or to every node where that is the rule. */
  private submit(to: NodeId, id: RequestId, now: Instant): void {
    if (this.submitRule !== 'all') this.port.submit(this, to, id, now);
    else for (let node = 0; node < this.world.spec.nodes; node++) this.port.submit(this, node, id, now);
  }

  /** Does all that is due at `next`. */
  advance(): void {
    const now = this.next;
    const { arrivals } = this;
    while (arrivals !== null && arrivals.next <= now) {
      this.issue(now);
      arrivals.advance();
    }
    while (this.due.first <= now) {
      this.due.pop();
      this.issue(now);
    }
    if (this.retryFrom <= now) this.retryDue(now, this.retryAfter as number);
    this.refresh();
  }

  private retryDue(now: Instant, after: number): void {
    while (
      this.firstRetry < this.issued &&
      (this.firstRetry < this.low ||
        (this.sentAt[this.firstRetry & this.mask] as number) + this.processing + after <= now)
    ) {
      const counter = this.firstRetry++;
      if (this.isOpen(counter)) this.retry(counter, now, 0);
    }
    for (let times = 0; times < MOST_DOUBLINGS; times++) {
      const due = this.retries[times] as Retries;
      while (due.first(this.isOpen) <= now) this.retry(due.take(), now, times + 1);
    }
  }

  private issue(now: Instant): void {
    const counter = this.issued++;
    if (counter - this.low === this.sentAt.length) this.grow(counter);
    const slot = counter & this.mask;
    const intended = now - this.processing;
    this.sentAt[slot] = intended;
    this.matched[slot] = 0;
    this.finished[slot] = 0;
    this.required[slot] = this.finalPosition;
    if (this.retryAfter !== null && now + this.retryAfter < this.retryFrom) this.retryFrom = now + this.retryAfter;
    if (this.words > 0) this.repliers.fill(0, slot * this.words, (slot + 1) * this.words);
    this.outstanding++;
    this.world.meter.onSubmit(intended);
    const id = this.idOf(counter);
    this.asked[slot] = this.target;
    this.submit(this.target, id, now);
  }

  /** @param times how often the request was sent again before. */
  private retry(counter: number, now: Instant, times: number): void {
    const slot = counter & this.mask;
    const id = this.idOf(counter);
    const { nodes } = this.world.spec;
    if (this.world.rule.retry === 'all') for (let node = 0; node < nodes; node++) this.port.submit(this, node, id, now);
    else {
      // The node asked last did not answer: the next one in turn, for this request and for those to come.
      const next = ((this.asked[slot] as number) + 1) % nodes;
      if (this.target === this.asked[slot]) this.target = next;
      this.asked[slot] = this.target === this.asked[slot] ? next : this.target;
      this.port.submit(this, this.asked[slot] as number, id, now);
    }
    const doublings = Math.min(times + 1, MOST_DOUBLINGS);
    const deadline = now + (this.retryAfter as number) * (1 << doublings);
    (this.retries[doublings - 1] as Retries).add(counter, deadline);
    if (deadline < this.retryFrom) this.retryFrom = deadline;
  }

  /**
   * A reply says who leads. A hint of an earlier term than the one followed is old news; a later term is believed when as many
   * nodes as make a request final have named it or a later one, so that a correct one has. Where a term's number alone says who
   * leads it, that is asked, not whom the reply names: one faulty replica could name itself.
   */
  private follow(from: NodeId, hint: number): void {
    const { nodes } = this.world.spec;
    const term = hintedTerm(hint, nodes);
    if (term < this.term) return;
    if (term > this.term) {
      this.terms[from] = Math.max(this.terms[from] as number, term);
      let named = 0;
      for (let node = 0; node < nodes; node++) if ((this.terms[node] as number) >= term) named++;
      if (named < this.world.rule.replyQuorum) return;
      this.term = term;
    }
    this.hint = hint;
    const leader = this.world.protocol.leaderOf(term, nodes);
    this.target = this.hinted = leader >= 0 ? leader : hintedLeader(hint, nodes);
  }

  idOf(counter: number): RequestId {
    return counter * this.world.groups + this.group;
  }

  /** Exactly floor(id / groups): the half keeps the product away from whole numbers by far more than its rounding error. */
  private counterOf(id: RequestId): number {
    return ((id + 0.5) * this.perGroup) | 0;
  }

  /** The position that a read sent with this id must reflect. */
  requiredPosition(id: RequestId): Position {
    const counter = this.counterOf(id);
    return counter >= this.low && counter < this.issued ? (this.required[counter & this.mask] as number) : 0;
  }

  /** A reply reached these clients. `result` is what replies must agree on; its lowest bit says valid. `hint`: leader-hint.ts. */
  onReply(
    from: NodeId,
    id: RequestId,
    result: number,
    hint: number,
    batch: Batch | null,
    index: number,
    at: Instant,
  ): void {
    if (!this.alive) return;
    if (hint >= 0 && this.submitRule === 'primary') {
      if (hint === this.hint) this.target = this.hinted;
      else this.follow(from, hint);
    }
    const counter = this.counterOf(id);
    if (counter < this.low) return;
    const slot = counter & this.mask;
    if (this.finished[slot] === 1) return;
    if (!this.counts(counter, slot, from, result)) return;
    this.finished[slot] = 1;
    if (this.dissent.size > 0) this.dissent.delete(counter);
    this.outstanding--;
    this.finalPosition = Math.max(this.finalPosition, result >> 1);
    this.world.checks.final(result >> 1);
    this.world.meter.onFinal(this.sentAt[slot] as number, at, batch, index, (result & 1) === 1);
    while (this.low < this.issued && this.finished[this.low & this.mask] === 1) this.low++;
    if (this.think !== null) {
      this.due.push(at + Math.floor(this.think.draw(draw(this.thinkStream, counter))) + this.processing);
      if (this.due.first < this.next) this.next = this.due.first;
    }
  }

  /**
   * Whether replies that give `hint` can be heard apart from what these clients send in a window from `start` to `end`: what they send
   * then depends on nothing they hear, and the other way round.
   */
  hearsApart(hint: number, start: Instant, end: Instant): boolean {
    const { retryAfter } = this;
    if (!this.apart || this.retryFrom < end || (retryAfter !== null && start + retryAfter < end)) return false;
    return hint < 0 || this.submitRule !== 'primary' || (hint === this.hint && this.target === this.hinted);
  }

  /** As `onReply` for each reply of `row`, of requests of one batch, while `hearsApart`; what is final by them stays in `row`. */
  onReplies(batch: Batch | null, row: ReplyRow): void {
    if (!this.alive) return;
    const { sentAt, finished, low, mask } = this;
    const { ids, results, times, places, intended } = row;
    let { finalPosition } = this;
    let final = 0;
    for (let i = 0; i < row.count; i++) {
      const counter = this.counterOf(ids[i] as RequestId);
      if (counter < low || finished[counter & mask] === 1) continue;
      finished[counter & mask] = 1;
      const result = results[i] as number;
      finalPosition = Math.max(finalPosition, result >> 1);
      intended[final] = sentAt[counter & mask] as number;
      times[final] = times[i] as number;
      places[final] = places[i] as number;
      results[final] = result;
      final++;
    }
    row.count = final;
    this.outstanding -= final;
    this.finalPosition = finalPosition;
    this.world.checks.final(finalPosition);
    this.world.meter.onFinals(batch, row);
    while (this.low < this.issued && finished[this.low & mask] === 1) this.low++;
  }

  /** Whether this reply completes a quorum of matching replies from different nodes. */
  private counts(counter: number, slot: number, from: NodeId, result: number): boolean {
    if (this.quorum <= 1) return true;
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

  /** The machine of co-located clients died at `at`: nobody waits for their open requests any more. */
  die(at: Instant): void {
    this.alive = false;
    this.next = NEVER;
    for (const sent of this.unfinished()) this.world.meter.onAbandoned(sent, at);
    this.low = this.issued;
    this.outstanding = 0;
    this.dissent.clear();
  }

  /** Intended send times of what is not final. */
  unfinished(): number[] {
    const times: number[] = [];
    for (let counter = this.low; counter < this.issued; counter++)
      if (this.finished[counter & this.mask] === 0) times.push(this.sentAt[counter & this.mask] as number);
    return times;
  }

  /** @param end the counter after the last one in the ring. */
  private grow(end: number): void {
    const old = this.sentAt.length;
    const size = old * 2;
    const sentAt = new Float64Array(size);
    const matched = new Int32Array(size);
    const result = new Int32Array(size);
    const finished = new Uint8Array(size);
    const asked = new Int32Array(size);
    const required = new Int32Array(size);
    const repliers = new Int32Array(size * this.words);
    for (let counter = this.low; counter < end; counter++) {
      const from = counter & (old - 1);
      const to = counter & (size - 1);
      sentAt[to] = this.sentAt[from] as number;
      matched[to] = this.matched[from] as number;
      result[to] = this.result[from] as number;
      finished[to] = this.finished[from] as number;
      asked[to] = this.asked[from] as number;
      required[to] = this.required[from] as number;
      for (let w = 0; w < this.words; w++)
        repliers[to * this.words + w] = this.repliers[from * this.words + w] as number;
    }
    this.sentAt = sentAt;
    this.matched = matched;
    this.result = result;
    this.finished = finished;
    this.asked = asked;
    this.required = required;
    this.repliers = repliers;
  }

  get nearestNode(): NodeId {
    return this.nearest;
  }
}
