/**
 * The irregular path of a message: loss, retransmission, partitions, broken connections (docs/MODEL.md section 3). Taken only by runs
 * with loss or faults; what it delays or drops, it decides from the sender's side, never earlier than the sender could know.
 */
import type { Instant } from '../units/quantities.ts';
import { NEVER } from '../units/quantities.ts';
import type { ArrivalStore } from './arrival-store.ts';
import { FlightColumn as F, INTS } from './flights.ts';
import { type Held, type Hole, type LinkState, leftBefore, retransmissionTimeout, roundTrip } from './link-state.ts';
import type { Links } from './links.ts';
import { Loss } from './loss.ts';
import type { NetworkSpec } from './network-spec.ts';

const SLOWEST_RETRANSMISSION = 60_000_000_000;
/** A repair that is lost this often is taken to get through, so that no run waits for ever. */
const MOST_REPAIRS = 16;
/** Later segments that must follow a lost one for the receiver's duplicate acknowledgements to show the loss (RFC 5681). */
const DUPLICATES = 3;

/** The egress cards, as far as the transport deals with them. */
interface Cards {
  reset(node: number, at: Instant): void;
  segmentsOfWire(wire: number): number;
}

export class Transport {
  /** Whether any message must take this path now. */
  irregular: boolean;
  dropped = 0;
  retransmitted = 0;
  private readonly links: Links;
  private readonly calendar: ArrivalStore;
  private readonly cards: Cards;
  private readonly spec: NetworkSpec;
  private readonly states = new Map<number, LinkState>();
  private readonly down: Uint8Array;
  private readonly partitions: Uint8Array[] = [];
  private readonly loss: Loss;
  /** Islands that have holes: when the sender acts on the first of them. */
  readonly decisionAt: Float64Array;
  private readonly open: Set<LinkState>[] = [];
  /** With loss, by link: when all that was sent on it has left the card. */
  private readonly left: Float64Array;

  constructor(spec: NetworkSpec, links: Links, calendar: ArrivalStore, cards: Cards, seed: number) {
    this.spec = spec;
    this.links = links;
    this.calendar = calendar;
    this.cards = cards;
    this.down = new Uint8Array(links.islands);
    this.loss = new Loss(spec.loss, seed, links.flights, (wire) => cards.segmentsOfWire(wire));
    this.irregular = spec.loss > 0;
    this.left = new Float64Array(spec.loss > 0 ? links.islands * links.islands : 0);
    this.decisionAt = new Float64Array(links.islands).fill(NEVER);
    for (let i = 0; i < links.islands; i++) this.open.push(new Set());
  }

  isDown(island: number): boolean {
    return this.down[island] === 1;
  }

  /** Whether what is made now for this receiver is lost for certain: nothing holds it until the receiver can be reached. */
  refuses(source: number, receiver: number, flight: number): boolean {
    if (this.down[receiver] === 1 || this.down[source] === 1) return true;
    return !this.links.ordered && (this.isCut(source, receiver) || this.loss.takes(source, receiver, flight));
  }

  /**
   * Sends the copy for `receiver` that leaves the card at `departure`. Called for the copies of a link in the order in which they
   * were handed over, at the hand-over or any time up to the departure: nothing below depends on which.
   */
  send(source: number, receiver: number, flight: number, departure: Instant): void {
    if (this.refuses(source, receiver, flight)) return this.lose(flight);
    if (!this.links.ordered) return this.arrive(source, receiver, flight, departure);
    const lost = this.loss.takes(source, receiver, flight);
    const state = this.states.get(source * this.links.islands + receiver);
    if (this.isCut(source, receiver)) return this.hold(state ?? this.stateOf(source, receiver), { flight, departure });
    const left = this.inStream(source, receiver, departure);
    if (state?.hole) return this.follow(state.hole, { flight, departure }, left);
    let departs = departure;
    if (state?.broken) {
      state.paysAt = departure;
      departs = this.reconnect(state, departure);
    }
    if (lost) return this.openHole(state ?? this.stateOf(source, receiver), { flight, departure: departs }, left);
    this.arrive(source, receiver, flight, departs);
  }

  /** When a copy and all before it on its link have left: what a tcp receiver could know of it, whichever lane was faster. */
  private inStream(source: number, receiver: number, departure: Instant): Instant {
    if (this.spec.loss === 0) return departure;
    const link = source * this.links.islands + receiver;
    const left = Math.max(departure, this.left[link] as number);
    this.left[link] = left;
    return left;
  }

  /** What has not left will be sent anew; what has left holds nobody up. */
  private forgetStream({ source, receiver }: LinkState): void {
    if (this.spec.loss > 0) this.left[source * this.links.islands + receiver] = 0;
  }

  /** Acts on the holes of an island that fall due at `now`. */
  decide(island: number, now: Instant): void {
    const due = [...(this.open[island] as Set<LinkState>)].filter((state) => (state.hole as Hole).decideAt <= now);
    due.sort((a, b) => a.receiver - b.receiver);
    for (const state of due) this.repair(state, state.hole as Hole, now);
    this.refreshDecision(island);
  }

  /** A node dies at `at`: its connections break, what it had not yet sent is gone, and so is what was on its way to it. */
  crash(node: number, at: Instant): void {
    this.irregular = true;
    this.down[node] = 1;
    const hasLeft = this.leavers(at);
    this.calendar.filter(at, (island, _arrival, flight) => {
      const source = this.links.flights.ints[flight * INTS + F.source] as number;
      const keep = island !== node && (source !== node || hasLeft(island, flight));
      if (!keep) this.lose(flight);
      return keep;
    });
    for (const state of this.states.values())
      if (state.source === node || state.receiver === node) this.breakLink(state);
    this.cards.reset(node, at);
  }

  /**
   * Tells which of the copies under way had left their card by `at`. A tcp link is one stream: a copy whose express lane was faster
   * has not left while one before it on its link has not.
   */
  private leavers(at: Instant): (receiver: number, flight: number) => boolean {
    const { ints } = this.links.flights;
    const linkOf = (receiver: number, flight: number): number =>
      (ints[flight * INTS + F.source] as number) * this.links.islands + receiver;
    /** The first message of each link that has not left. */
    const waiting = new Map<number, number>();
    this.calendar.filter(at, (receiver, _arrival, flight) => {
      if (this.links.departure(flight, receiver) <= at) return true;
      const sequence = ints[flight * INTS + F.sequence] as number;
      const link = linkOf(receiver, flight);
      waiting.set(link, Math.min(sequence, waiting.get(link) ?? sequence));
      return true;
    });
    return (receiver, flight) => {
      if (!this.links.ordered) return this.links.departure(flight, receiver) <= at;
      const first = waiting.get(linkOf(receiver, flight));
      return first === undefined || (ints[flight * INTS + F.sequence] as number) < first;
    };
  }

  /** The node is back: every connection with it must be made anew by the first message. */
  restart(node: number): void {
    this.down[node] = 0;
    for (let other = 0; other < this.links.islands; other++) {
      if (other === node) continue;
      this.stateOf(node, other).broken = true;
      this.stateOf(other, node).broken = true;
      for (const link of [node * this.links.islands + other, other * this.links.islands + node]) {
        this.links.last[link] = 0;
        if (this.spec.loss > 0) this.left[link] = 0;
      }
    }
  }

  /** From now on the islands with side 1 cannot reach those with side 0, nor be reached. Copies not yet departed are held back. */
  partition(sides: Uint8Array, at: Instant): void {
    this.irregular = true;
    this.partitions.push(sides);
    const caught: { link: LinkState; held: Held }[] = [];
    /** The last arrival of what has left, by link: what is caught must leave no trace in the link's order. */
    const arriving = new Map<number, Instant>();
    const hasLeft = this.leavers(at);
    this.calendar.filter(at, (island, arrival, flight) => {
      const source = this.links.flights.ints[flight * INTS + F.source] as number;
      if (sides[source] === sides[island]) return true;
      if (hasLeft(island, flight)) {
        const link = source * this.links.islands + island;
        arriving.set(link, Math.max(arrival, arriving.get(link) ?? 0));
        return true;
      }
      caught.push({
        link: this.stateOf(source, island),
        held: { flight, departure: this.links.departure(flight, island) },
      });
      return false;
    });
    const order = (a: Held, b: Held): number =>
      (this.links.flights.ints[a.flight * INTS + F.sequence] as number) -
      (this.links.flights.ints[b.flight * INTS + F.sequence] as number);
    caught.sort((a, b) => a.link.source - b.link.source || a.link.receiver - b.link.receiver || order(a.held, b.held));
    for (const { link, held } of caught) {
      const key = link.source * this.links.islands + link.receiver;
      this.links.last[key] = arriving.get(key) ?? 0;
      this.forgetStream(link);
      if (link.paysAt > at) link.broken = true;
      if (this.spec.transport === 'datagram') this.lose(held.flight);
      else this.hold(link, held);
    }
    for (const state of this.states.values()) {
      if (state.hole === null || sides[state.source] === sides[state.receiver]) continue;
      const { lost, left, behind } = state.hole;
      state.hole = null;
      (this.open[state.source] as Set<LinkState>).delete(state);
      this.refreshDecision(state.source);
      // A lost copy that has not even left pays for its handshake when it does.
      const departure = left > at ? this.links.departure(lost.flight, state.receiver) : lost.departure;
      if (state.paysAt > at) state.broken = true;
      this.forgetStream(state);
      for (const held of [{ ...lost, departure }, ...behind]) this.hold(state, held);
    }
  }

  /** Ends a partition; what waits leaves at its connection's first retransmission from now on. */
  heal(sides: Uint8Array, at: Instant): void {
    this.partitions.splice(this.partitions.indexOf(sides), 1);
    const waiting = [...this.states.values()].filter((s) => s.held.length > 0 && !this.isCut(s.source, s.receiver));
    waiting.sort((a, b) => a.source - b.source || a.receiver - b.receiver);
    for (const state of waiting) this.release(state, at);
  }

  private release(state: LinkState, at: Instant): void {
    this.expire(state, at);
    const first = state.held[0] as Held;
    // Handed over during the partition but still in the card when it healed: sent as usual.
    if (first.departure >= at) {
      const later = state.held;
      state.held = [];
      for (const { flight, departure } of later) this.send(state.source, state.receiver, flight, departure);
      return;
    }
    let wait = retransmissionTimeout(this.links, state);
    let leaves = first.departure + wait;
    while (leaves < at) {
      wait = Math.min(wait * 2, SLOWEST_RETRANSMISSION);
      leaves += wait;
    }
    const { held } = state;
    state.held = [];
    if (leaves > first.departure + this.spec.connectionTimeout) {
      // The connection gave up before its next try: what it held is lost, the next message makes a new one.
      state.broken = true;
      for (const { flight } of held.splice(0, leftBefore(held, at))) this.lose(flight);
    } else {
      this.retransmitted++;
      if (state.broken) leaves = this.reconnect(state, leaves);
      for (const { flight } of held.splice(0, leftBefore(held, at)))
        this.arrive(state.source, state.receiver, flight, leaves);
    }
    for (const { flight, departure } of held) this.send(state.source, state.receiver, flight, departure);
  }

  private hold(state: LinkState, copy: Held): void {
    state.held.push(copy);
    const first = state.held[0] as Held;
    // It may still lie in the card when the link heals, so only what has left can show that the connection gave up.
    if (copy.departure > first.departure + this.spec.connectionTimeout)
      this.expire(state, (this.calendar.start ?? copy.departure) + 1);
  }

  /** Loses what a connection held that gave up before the next message left; copies that leave from `until` on do not count. */
  private expire(state: LinkState, until: Instant): void {
    const { held } = state;
    let first = 0;
    for (let i = 1; i < held.length; i++) {
      const { departure } = held[i] as Held;
      if (departure >= until) break;
      if (departure <= (held[first] as Held).departure + this.spec.connectionTimeout) continue;
      for (; first < i; first++) this.lose((held[first] as Held).flight);
      state.broken = true;
    }
    if (first > 0) state.held = held.slice(first);
  }

  /** The run ends: connections that gave up by then have lost what they held. */
  settle(end: Instant): void {
    for (const state of this.states.values()) this.expire(state, end);
  }

  private openHole(state: LinkState, lost: Held, left: Instant): void {
    const { flights } = this.links;
    const segments = this.cards.segmentsOfWire(flights.ints[lost.flight * INTS + F.wire] as number);
    const position = this.loss.lostSegment(state.receiver, lost.flight, segments);
    const decideAt = Math.max(left, lost.departure) + roundTrip(this.links, state);
    state.hole = { lost, left, behind: [], later: segments - 1 - position, decideAt, attempt: 0, wait: 0 };
    (this.open[state.source] as Set<LinkState>).add(state);
    this.refreshDecision(state.source);
  }

  /** What follows a hole waits behind it; what leaves within the first round trip tells the sender of the loss. */
  private follow(hole: Hole, copy: Held, left: Instant): void {
    hole.behind.push(copy);
    if (hole.attempt === 0 && left < hole.decideAt)
      hole.later += this.cards.segmentsOfWire(this.links.flights.ints[copy.flight * INTS + F.wire] as number);
  }

  /** After one round trip: enough segments followed, and the repair leaves now (fast retransmit); else at timeouts, which double. */
  private repair(state: LinkState, hole: Hole, now: Instant): void {
    if (hole.attempt === 0 && hole.later < DUPLICATES) {
      hole.attempt = 1;
      hole.wait = retransmissionTimeout(this.links, state);
      hole.decideAt = Math.max(hole.left, hole.lost.departure) + hole.wait;
      return;
    }
    this.retransmitted++;
    hole.attempt++;
    if (hole.attempt >= MOST_REPAIRS || !this.loss.takesRepair(state, hole)) return this.closeHole(state, hole, now);
    hole.wait =
      hole.wait === 0 ? retransmissionTimeout(this.links, state) : Math.min(hole.wait * 2, SLOWEST_RETRANSMISSION);
    hole.decideAt = now + hole.wait;
  }

  /** The repair leaves now and gets through. */
  private closeHole(state: LinkState, { lost, behind }: Hole, now: Instant): void {
    state.hole = null;
    (this.open[state.source] as Set<LinkState>).delete(state);
    this.arrive(state.source, state.receiver, lost.flight, now);
    // What left meanwhile has arrived and waits for the gap to be filled (link order); what leaves from now on is sent as usual.
    for (const { flight, departure } of behind.splice(0, leftBefore(behind, now)))
      this.arrive(state.source, state.receiver, flight, departure);
    this.forgetStream(state);
    for (const { flight, departure } of behind) this.send(state.source, state.receiver, flight, departure);
  }

  private arrive(source: number, receiver: number, flight: number, departure: Instant): void {
    const { links } = this;
    let at =
      departure +
      links.base(source, receiver) +
      links.jitterOf(source, links.flights.ints[flight * INTS + F.sequence] as number, receiver);
    if (links.ordered) {
      const link = source * links.islands + receiver;
      at = Math.max(at, links.last[link] as number);
      links.last[link] = at;
    }
    this.calendar.post(receiver, at, flight);
  }

  private reconnect(state: LinkState, departure: Instant): Instant {
    state.broken = false;
    return departure + roundTrip(this.links, state) * (this.spec.tls ? 2 : 1);
  }

  private breakLink(state: LinkState): void {
    for (const { flight } of state.held) this.lose(flight);
    state.held = [];
    if (state.hole) {
      for (const { flight } of [state.hole.lost, ...state.hole.behind]) this.lose(flight);
      state.hole = null;
      (this.open[state.source] as Set<LinkState>).delete(state);
      this.refreshDecision(state.source);
    }
  }

  private refreshDecision(island: number): void {
    let next = NEVER;
    for (const { hole } of this.open[island] as Set<LinkState>) if (hole && hole.decideAt < next) next = hole.decideAt;
    this.decisionAt[island] = next;
  }

  private lose(flight: number): void {
    this.dropped++;
    this.links.flights.drop(flight);
  }

  private isCut(source: number, receiver: number): boolean {
    for (const sides of this.partitions) if (sides[source] !== sides[receiver]) return true;
    return false;
  }

  private stateOf(source: number, receiver: number): LinkState {
    const key = source * this.links.islands + receiver;
    let state = this.states.get(key);
    if (!state) {
      state = { source, receiver, hole: null, held: [], broken: false, paysAt: 0 };
      this.states.set(key, state);
    }
    return state;
  }
}
