/**
 * A replica's patience with the view it is in (OSDI'99 sections 4.4 and 4.5.2): a backup's timer runs while a request waits to be
 * executed, stops when none does, and starts afresh when the one it runs for was executed but others wait. A request that never
 * gets its turn thus ends the view, even if others are executed meanwhile. The primary watches alike, without a timer against
 * itself: it, too, must know whether the view brought what it waited for, or its next timeouts would be shorter than the others'.
 */
import { type Duration, type Instant, NEVER } from '../../units/quantities.ts';
import type { Ordering } from './ordering.ts';
import { REQUEST_TIMER, type ReplicaState } from './state.ts';

export class RequestTimer {
  private readonly state: ReplicaState;
  private readonly ordering: Ordering;
  private running = false;
  /** When the oldest request waiting in the mempool became ready, as the timer started; NEVER: it runs for accepted batches. */
  private watched: Instant = NEVER;
  private limit: Duration;

  constructor(state: ReplicaState, ordering: Ordering) {
    this.state = state;
    this.ordering = ordering;
    this.limit = state.options.requestTimeout;
  }

  /** How long a new view has for its first request: at least as long as the view change waited for it. */
  setLimit(limit: Duration): void {
    this.limit = limit;
  }

  // On a request from a client, an accepted pre-prepare or a new view. Guard: not running, and something waits.
  arm(): void {
    if (!this.running && this.waits()) this.start();
  }

  /**
   * On execution of a request: the view is active and brought what this replica waited for. Other requests executed meanwhile, such
   * as the many that a new view repeats, do not show that the view is fast enough: were the limit lowered for them, it would never
   * suffice.
   */
  get isServed(): boolean {
    if (!this.state.settled) return false;
    return !this.running || !this.waits() || this.isWatchedExecuted;
  }

  /** With rotating proposers any batch will do, as in IBFT: whoever leaves a request out has its turn once in n batches. */
  private get isWatchedExecuted(): boolean {
    return this.state.rotates || this.watched === NEVER || this.state.host.mempool.oldest > this.watched;
  }

  // On execution: of a request, or of a null request or an installed state, which may leave nothing to wait for.
  progress(ofRequest: boolean): void {
    if (!this.running) {
      this.arm();
      return;
    }
    if (!this.waits()) {
      this.stop();
      return;
    }
    if (ofRequest && this.isWatchedExecuted) this.start();
  }

  /** The replica has a better reason to wait: it is fetching the state. */
  restart(): void {
    this.running = false;
    this.arm();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.state.host.cancelTimer(REQUEST_TIMER, 0);
  }

  private start(): void {
    const { host, leads, rotates } = this.state;
    this.running = true;
    this.watched = host.mempool.oldest;
    // With rotating proposers the view's primary, too, waits for others.
    if (!leads || rotates) host.setTimer(REQUEST_TIMER, 0, this.limit + this.untilNextProposal());
  }

  /** A request is not late while the block period forbids to propose it. */
  private untilNextProposal(): Duration {
    const { host, options } = this.state;
    return Math.max(0, this.ordering.lastProposalAt + options.blockPeriod - host.now());
  }

  private waits(): boolean {
    const { state } = this;
    if (!state.settled) return false;
    return this.ordering.lastAccepted > state.host.executedPosition || state.host.mempool.oldest !== NEVER;
  }
}
