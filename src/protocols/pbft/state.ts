/** What all parts of a replica share: its host, options, quorums, view and watermarks. Each part keeps the rest to itself. */
import type { NodeId, Position } from '../../units/quantities.ts';
import type { PbftHost } from './durable.ts';
import { type PbftOptions, windowOf } from './options.ts';
import { primaryOf, type Quorums, quorumsOf } from './quorum.ts';

export const BATCH_TIMER = 0;
export const REQUEST_TIMER = 1;
export const VIEW_CHANGE_TIMER = 2;
export const STATUS_TIMER = 3;
export const TRANSFER_TIMER = 4;
export const timerNames = ['batch', 'request', 'view-change', 'status', 'transfer'] as const;

export const MARK_LEADER = 0;
export const MARK_VIEW_CHANGE = 1;
export const MARK_NEW_VIEW = 2;
export const MARK_STATE_TRANSFER = 3;
export const MARK_STATE_INSTALLED = 4;
export const markNames = ['leader', 'view-change', 'new-view', 'state-transfer', 'state-installed'] as const;

/** No view is active: votes of every view wait. */
const NONE = -1;

export class ReplicaState {
  readonly host: PbftHost;
  readonly options: PbftOptions;
  readonly self: NodeId;
  readonly quorums: Quorums;
  /** L. */
  readonly window: number;
  /** Normal-case messages are signed, so that certificates can be shown to others. */
  readonly signed: boolean;
  /** MACs in an authenticator, one for every other replica; 0 where messages are signed. */
  readonly macs: number;
  /** Commits are signed beside their MACs. */
  readonly proves: boolean;
  /** The proposers take turns (Moniz, The Istanbul BFT Consensus Algorithm, 2020, section 4). */
  readonly rotates: boolean;
  /** v: the view this replica is in or asks for, and the primary of it. */
  view = 0;
  primary: NodeId = 0;
  /** Up to here the view's own primary proposed: what its new view began with. */
  viewStart: Position = 0;
  /** The view that a replica without memory came back into: it may have proposed in it, and must not do so again. */
  forgottenView = NONE;
  /** It came back without memory and has not entered a view yet. */
  forgetful = false;
  /** v while the view is active, −1 from the view-change to the new view. */
  activeView = 0;
  /** h and H, the watermarks: sequence numbers h < n ≤ H are in use. */
  low: Position = 0;
  high: Position;
  /** Everything up to here is committed here, or covered by an installed state. */
  committed: Position = 0;

  constructor(host: PbftHost, options: PbftOptions) {
    this.host = host;
    this.options = options;
    this.self = host.self;
    this.quorums = quorumsOf(host.n, options.faults);
    this.window = windowOf(options);
    this.signed = options.auth === 'signature';
    this.macs = this.signed ? 0 : Math.max(1, host.n - 1);
    this.proves = options.auth === 'proofs';
    this.rotates = options.proposer === 'rotating';
    this.high = this.window;
  }

  get settled(): boolean {
    return this.activeView !== NONE;
  }

  /** Leads the active view. */
  get leads(): boolean {
    return this.settled && this.primary === this.self;
  }

  /** Who proposes a sequence number in the active view. */
  proposerOf(seq: Position): NodeId {
    if (!this.rotates || seq <= this.viewStart) return this.primary;
    return (this.activeView + seq - 1) % this.quorums.n;
  }

  leaveFor(view: number): void {
    this.view = view;
    this.primary = primaryOf(view, this.quorums.n);
    this.activeView = NONE;
  }

  /** `start`: the last sequence number that the new view itself proposes. */
  enter(view: number, start: Position = 0): void {
    this.leaveFor(view);
    this.activeView = view;
    this.viewStart = start;
    if (!this.forgetful) return;
    this.forgetful = false;
    this.forgottenView = view;
  }

  raiseLow(low: Position): void {
    this.low = low;
    this.high = low + this.window;
  }
}
