/**
 * View changes (OSDI'99 section 4.4): leaving a view that does not get on, collecting the view-changes of others, and entering
 * the next view with what may have committed before. VIEW-CHANGE and NEW-VIEW are signed under either kind of authentication.
 *
 * A replica that asked for a view no longer votes in earlier ones. If fewer than f + 1 ask, it stays out of ordering, following
 * the checkpoints, until the others need a view change, too: the paper's rule, safe and live, but visible after a partition.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Duration, NodeId, Position } from '../../units/quantities.ts';
import { isValidViewChange } from './certificates.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Durable, Outbox } from './durable.ts';
import type { Evidence } from './evidence.ts';
import { NEW_VIEW, type NewView, type Proposal, VIEW_CHANGE, type ViewChange } from './messages.ts';
import { type Decision, decideByAgreement, decideByCertificates } from './new-view.ts';
import type { Ordering } from './ordering.ts';
import { primaryOf } from './quorum.ts';
import { MARK_LEADER, MARK_NEW_VIEW, MARK_VIEW_CHANGE, type ReplicaState, VIEW_CHANGE_TIMER } from './state.ts';
import { newViewStatement, prePrepareStatement, viewChangeStatement } from './statements.ts';
import { sizeOf } from './wire.ts';

/** Doublings of the timeout stop here: 2 s have become 24 days by then. */
const MOST_DOUBLINGS = 20;

export interface ViewChangeEvents {
  left(): void;
  entered(dropped: readonly Batch[]): void;
}

export class ViewChanges {
  /** This replica's own request for `state.view`, for retransmission; null in view 0 or before it is durable. */
  own: ViewChange | null = null;
  /** The new view that `state.activeView` began with, for those that missed it; null in view 0 or before it is durable. */
  newView: NewView | null = null;
  private readonly state: ReplicaState;
  private readonly ordering: Ordering;
  private readonly checkpoints: Checkpoints;
  private readonly evidence: Evidence;
  private readonly outbox: Outbox;
  private readonly events: ViewChangeEvents;
  /** The latest valid view-change of each replica; empty until there is one, as in most runs of many replicas. */
  private received: (ViewChange | null)[] = [];
  /** Views asked for or entered since one brought what this replica waited for. */
  private attempts = 0;
  private timerRuns = false;
  /** Batches accepted in views left since the last new view: it decides which of them stay. */
  private uncertain: { readonly seq: Position; readonly batch: Batch }[] = [];

  constructor(
    state: ReplicaState,
    ordering: Ordering,
    checkpoints: Checkpoints,
    evidence: Evidence,
    outbox: Outbox,
    events: ViewChangeEvents,
  ) {
    this.state = state;
    this.ordering = ordering;
    this.checkpoints = checkpoints;
    this.evidence = evidence;
    this.outbox = outbox;
    this.events = events;
  }

  /** Back in the view that was durable: active if its new view was, otherwise still asking for it. */
  recover({ newView, view, viewChange }: Durable): void {
    this.newView = newView;
    if (view === 0 || newView?.view === view) {
      this.state.enter(view, newView?.proposals.at(-1)?.seq);
      return;
    }
    this.state.leaveFor(view);
    this.own = viewChange;
    if (viewChange !== null) this.keep(viewChange);
    this.attempts = 1;
  }

  /** How long the current view has to execute a request, if it came out of a view change. */
  get timeout(): Duration {
    const { requestTimeout, viewChangeTimeout } = this.state.options;
    if (this.attempts === 0) return requestTimeout;
    return viewChangeTimeout * (1 << Math.min(this.attempts - 1, MOST_DOUBLINGS));
  }

  /** What this replica waited for was executed: the view works. */
  progress(): void {
    this.attempts = 0;
  }

  // Enter: the request timer or the view-change timer expired, or f + 1 replicas ask for later views. Guard: a later view.
  start(view: number): void {
    const { host } = this.state;
    if (view <= this.state.view) return;
    this.uncertain.push(...this.ordering.leaveView());
    this.state.leaveFor(view);
    this.attempts++;
    this.own = null;
    this.stopTimer();
    this.events.left();
    host.mark(MARK_VIEW_CHANGE, view, 0);
    const message = this.viewChangeFor(view);
    this.outbox.after({ kind: 'view-change', message }, sizeOf(message, host.n), () => {
      if (this.state.view !== view) return;
      this.own = message;
      this.keep(message);
      host.broadcast(message);
      this.weigh();
    });
  }

  // Guard: valid, of a view that is not active here yet, and later than what this replica asked for before.
  receive(from: NodeId, message: ViewChange): void {
    const { state } = this;
    if (message.replica !== from || message.view < state.view || message.view === state.activeView) return;
    if (message.view <= (this.received[from]?.view ?? 0) || !isValidViewChange(state, message)) return;
    this.keep(message);
    this.join();
    this.weigh();
  }

  // Guard: signed by the primary of a view that is not active here yet and not earlier than the one asked for; it rests on
  // valid view-changes of Q replicas and proposes exactly what follows from them.
  receiveNewView(message: NewView): void {
    const { host, quorums, view } = this.state;
    if (message.view < view || message.view === this.state.activeView || message.view < 1) return;
    const primary = primaryOf(message.view, quorums.n);
    if (!host.verify(primary, newViewStatement(message), message.signature)) return;
    const replicas = new Set(message.viewChanges.map(({ replica }) => replica));
    if (replicas.size < quorums.quorum || replicas.size !== message.viewChanges.length) return;
    const holds = (viewChange: ViewChange) =>
      viewChange.view === message.view &&
      (this.received[viewChange.replica] === viewChange || isValidViewChange(this.state, viewChange));
    if (!message.viewChanges.every(holds)) return;
    const decision = this.decide(message.viewChanges);
    if (decision === null || !this.follows(message, primary, decision)) return;
    // A replica that is told of a view it leads has forgotten it: without a disk it might propose other batches in it again.
    if (primary === host.self && this.state.options.durable !== true) return this.start(message.view + 1);
    this.enter(message, decision);
  }

  /** The timer for a view ran out before its new view came. */
  expired(): void {
    this.timerRuns = false;
    if (!this.state.settled) this.start(this.state.view + 1);
  }

  /** A replica that restarted without memory learnt which view is active. It must not lead: it forgot what it proposed. */
  resume(): void {
    this.state.enter(this.state.view);
    if (this.state.leads) this.start(this.state.view + 1);
    else this.events.entered([]);
  }

  /** Whether replica `from` asks for `view`, or a later one, as far as this replica knows. */
  knowsRequest(from: NodeId, view: number): boolean {
    return (this.received[from]?.view ?? 0) >= view;
  }

  /** Of whom this replica holds a view-change for the view it asks for: a bitmap (see `Status`). */
  get held(): Uint8Array {
    const bits = new Uint8Array((this.state.quorums.n + 7) >> 3);
    this.received.forEach((message, i) => {
      if (message?.view === this.state.view) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
    });
    return bits;
  }

  private keep(message: ViewChange): void {
    if (this.received.length === 0) this.received = new Array<ViewChange | null>(this.state.quorums.n).fill(null);
    this.received[message.replica] = message;
  }

  // The join rule. Guard: f + 1 replicas ask for later views, hence a correct one. Joins the smallest of the f + 1 highest.
  private join(): void {
    const { quorums, view } = this.state;
    const views = this.received.map((message) => message?.view ?? 0).sort((a, b) => b - a);
    const smallest = views[quorums.weak - 1] as number;
    if (smallest > view) this.start(smallest);
  }

  // Guard: Q view-changes for the view asked for, this replica's own included. Only now the timer starts, so that no replica
  // runs ahead of the others; the new primary can act.
  private weigh(): void {
    const { primary, quorums, self, settled, signed, view } = this.state;
    if (settled || this.own === null) return;
    const viewChanges = this.received.filter((message): message is ViewChange => message?.view === view);
    if (viewChanges.length < quorums.quorum) return;
    if (primary === self) {
      const others = viewChanges.filter((message) => message !== this.own);
      const chosen = [this.own, ...others].slice(0, signed ? quorums.quorum : quorums.n);
      const decision = this.decide(chosen);
      if (decision !== null) {
        this.lead(chosen, decision);
        return;
      }
    }
    if (this.timerRuns) return;
    this.timerRuns = true;
    this.state.host.setTimer(VIEW_CHANGE_TIMER, 0, this.timeout);
  }

  // Guard: primary of the view asked for, with view-changes that decide what it begins with.
  private lead(viewChanges: readonly ViewChange[], decision: Decision): void {
    const { host, signed, view } = this.state;
    const proposals = decision.digests.map((digest, i): Proposal => {
      const seq = decision.checkpoint.seq + 1 + i;
      return { seq, digest, signature: signed ? host.sign(prePrepareStatement(view, seq, digest)) : 0 };
    });
    const unsigned: Omit<NewView, 'signature'> = { type: NEW_VIEW, view, viewChanges, proposals };
    const message: NewView = { ...unsigned, signature: host.sign(newViewStatement(unsigned)) };
    this.enter(message, decision);
  }

  private enter(message: NewView, decision: Decision): void {
    const { state } = this;
    const { host } = state;
    this.uncertain.push(...this.ordering.leaveView());
    // A view that this replica did not ask for follows one that did not serve it, all the same: its timers start anew, doubled.
    const asked = !state.settled && message.view === state.view;
    if (!asked) this.attempts++;
    state.leaveFor(message.view);
    this.newView = null;
    this.own = null;
    this.stopTimer();
    if (!asked) this.events.left();
    this.checkpoints.adopt(decision.checkpoint);
    state.enter(message.view, message.proposals.at(-1)?.seq);
    this.ordering.enterView(message, sizeOf(message, host.n), () => {
      if (state.activeView !== message.view) return;
      this.newView = message;
      if (state.leads) host.broadcast(message);
    });
    const kept = new Map(message.proposals.map(({ seq, digest }) => [seq, digest]));
    const dropped = this.uncertain.filter(({ seq, batch }) => seq > state.committed && kept.get(seq) !== batch.digest);
    this.uncertain = [];
    host.mark(MARK_NEW_VIEW, message.view, message.proposals.length);
    if (state.leads) host.mark(MARK_LEADER, message.view, 0);
    this.events.entered(dropped.map(({ batch }) => batch));
  }

  private decide(viewChanges: readonly ViewChange[]): Decision | null {
    const { quorums, signed, window } = this.state;
    return signed ? decideByCertificates(viewChanges) : decideByAgreement(viewChanges, quorums, window);
  }

  /** The proposals are exactly those of the decision, each signed by the primary. */
  private follows({ proposals, view }: NewView, primary: NodeId, { checkpoint, digests }: Decision): boolean {
    const { host, signed } = this.state;
    return (
      proposals.length === digests.length &&
      proposals.every(({ seq, digest, signature }, i) => {
        if (seq !== checkpoint.seq + 1 + i || digest !== digests[i]) return false;
        return !signed || host.verify(primary, prePrepareStatement(view, seq, digest), signature);
      })
    );
  }

  private viewChangeFor(view: number): ViewChange {
    const { host, low, self, signed } = this.state;
    const unsigned: Omit<ViewChange, 'signature'> = {
      type: VIEW_CHANGE,
      view,
      replica: self,
      low,
      checkpoints: this.checkpoints.claims(),
      prepared: this.evidence.preparedEntries(),
      prePrepared: signed ? [] : this.evidence.prePreparedEntries(),
    };
    return { ...unsigned, signature: host.sign(viewChangeStatement(unsigned)) };
  }

  private stopTimer(): void {
    if (!this.timerRuns) return;
    this.timerRuns = false;
    this.state.host.cancelTimer(VIEW_CHANGE_TIMER, 0);
  }
}
