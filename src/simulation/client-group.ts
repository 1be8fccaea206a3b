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
import { OpenRequests } from './open-requests.ts';
import type { ReplyRow } from './reply-row.ts';
import { Retries } from './retries.ts';
import type { ClientGroupSpec } from './run-spec.ts';
import type { World } from './world.ts';

/** How a group's requests leave: implemented by each kernel. */
export interface ClientPort {
  submit(group: ClientGroup, to: NodeId, id: RequestId, now: Instant): void;
  /** Where requests can be put instead, in order of their instants. */
  readonly requests?: LaneColumns;
}

/** A client waits twice as long for each further retry, up to 2³ times as long as for the first. */
const MOST_DOUBLINGS = 3;

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
  private readonly open: OpenRequests;
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
    this.open = new OpenRequests(this.quorum, world.spec.nodes);
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
    const { open } = this;
    if (this.firstRetry < open.low) this.firstRetry = open.low;
    while (this.firstRetry < this.issued && !open.has(this.firstRetry)) this.firstRetry++;
    let next =
      this.firstRetry < this.issued
        ? (open.sentAt[this.firstRetry & open.mask] as number) + this.processing + after
        : NEVER;
    for (const retries of this.retries) next = Math.min(next, retries.first(this.isOpen));
    return next;
  }

  private readonly isOpen = (counter: number): boolean => this.open.has(counter);

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
    const { retryAfter } = this;
    const { intended, times, place: from, next } = arrivals;
    // Of the requests of the row, the first one is sent again first.
    if (retryAfter !== null && next + retryAfter < this.retryFrom) this.retryFrom = next + retryAfter;
    const to = arrivals.until(last < this.retryFrom ? last + 1 : this.retryFrom);
    const first = this.issued;
    this.issued += to - from;
    this.outstanding += to - from;
    const { target } = this;
    this.open.addAll(first, intended, from, to, target, this.finalPosition);
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
      (this.firstRetry < this.open.low ||
        (this.open.sentAt[this.firstRetry & this.open.mask] as number) + this.processing + after <= now)
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
    const intended = now - this.processing;
    this.open.add(counter, intended, this.target, this.finalPosition);
    if (this.retryAfter !== null && now + this.retryAfter < this.retryFrom) this.retryFrom = now + this.retryAfter;
    this.outstanding++;
    this.world.meter.onSubmit(intended);
    const id = this.idOf(counter);
    this.submit(this.target, id, now);
  }

  /** @param times how often the request was sent again before. */
  private retry(counter: number, now: Instant, times: number): void {
    const { asked, mask } = this.open;
    const slot = counter & mask;
    const id = this.idOf(counter);
    const { nodes } = this.world.spec;
    if (this.world.rule.retry === 'all') for (let node = 0; node < nodes; node++) this.port.submit(this, node, id, now);
    else {
      // The node asked last did not answer: the next one in turn, for this request and for those to come.
      const next = ((asked[slot] as number) + 1) % nodes;
      if (this.target === asked[slot]) this.target = next;
      asked[slot] = this.target === asked[slot] ? next : this.target;
      this.port.submit(this, asked[slot] as number, id, now);
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
    const { low, required, mask } = this.open;
    return counter >= low && counter < this.issued ? (required[counter & mask] as number) : 0;
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
    const { open } = this;
    if (!open.has(counter) || !open.counts(counter, from, result)) return;
    open.finish(counter);
    this.outstanding--;
    this.finalPosition = Math.max(this.finalPosition, result >> 1);
    this.world.checks.final(result >> 1);
    this.world.meter.onFinal(open.sentAt[counter & open.mask] as number, at, batch, index, (result & 1) === 1);
    open.settle(this.issued);
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
    const { sentAt, finished, low, mask } = this.open;
    const { ids, results, times, places, intended, latencies } = row;
    let { finalPosition } = this;
    let final = 0;
    for (let i = 0; i < row.count; i++) {
      const counter = this.counterOf(ids[i] as RequestId);
      if (counter < low || finished[counter & mask] === 1) continue;
      finished[counter & mask] = 1;
      const result = results[i] as number;
      finalPosition = Math.max(finalPosition, result >> 1);
      const sent = sentAt[counter & mask] as number;
      const at = times[i] as number;
      intended[final] = sent;
      latencies[final] = at - sent;
      times[final] = at;
      places[final] = places[i] as number;
      results[final] = result;
      final++;
    }
    row.count = final;
    this.outstanding -= final;
    this.finalPosition = finalPosition;
    this.world.checks.final(finalPosition);
    this.world.meter.onFinals(batch, row);
    this.open.settle(this.issued);
  }

  /** The machine of co-located clients died at `at`: nobody waits for their open requests any more. */
  die(at: Instant): void {
    this.alive = false;
    this.next = NEVER;
    for (const sent of this.unfinished()) this.world.meter.onAbandoned(sent, at);
    this.open.forget(this.issued);
    this.outstanding = 0;
  }

  /** Intended send times of what is not final. */
  unfinished(): number[] {
    return this.open.intended(this.issued);
  }

  get nearestNode(): NodeId {
    return this.nearest;
  }
}
