/**
 * Faults fall due at stated instants of virtual time, between windows. One aimed at the leader finds out at its instant who that
 * is; where nobody leads it looks again every 10 ms, and the timeline says so.
 */
import { type Duration, type Instant, NEVER, type NodeId } from '../units/quantities.ts';
import type { AnyFault, FaultSubject } from './fault.ts';
import type { FaultSpec, FaultTarget } from './fault-spec.ts';
import { OverlappingFaults } from './overlapping-faults.ts';
import { faultDefinitions } from './registry.ts';

const LOOK_AGAIN: Duration = 10_000_000;

interface Action {
  at: Instant;
  readonly order: number;
  readonly run: (at: Instant) => void;
}

/** What became of a fault. */
export interface FaultRecord {
  readonly kind: FaultSpec['kind'];
  readonly text: string;
  at: Instant | null;
  nodes: readonly NodeId[];
  endedAt: Instant | null;
  /** Whether whoever led then is among its nodes. */
  tookLeader: boolean;
  /**
   * When enough nodes for a quorum were up and reached each other again: its own instant where that never ceased; null: not yet, or it
   * took no effect. Nodes that other faults keep away are missing as well.
   */
  quorumAt: Instant | null;
  /** Whether the quorum had been lost, and nobody led when it was back. */
  leaderless: boolean;
  /** Whether it is to end at all. */
  readonly ends: boolean;
  /** Whether nodes restart at its end, from what their disks hold. */
  readonly restarts: boolean;
}

export class FaultDriver {
  next: Instant = NEVER;
  readonly records: FaultRecord[] = [];
  private readonly actions: Action[] = [];
  private readonly subject: OverlappingFaults;
  private order = 0;

  constructor(faults: readonly FaultSpec[], subject: FaultSubject) {
    this.subject = new OverlappingFaults(subject);
    for (const fault of faults) {
      const record: FaultRecord = {
        kind: fault.kind,
        text: describe(fault),
        at: null,
        nodes: [],
        endedAt: null,
        tookLeader: false,
        quorumAt: null,
        leaderless: false,
        ends: fault.duration !== null,
        restarts: fault.kind === 'crash' && fault.duration !== null,
      };
      this.records.push(record);
      this.schedule(fault.at, (at) => this.begin(fault, record, at));
    }
  }

  /** Adds an action of the run itself (a measurement instant). */
  schedule(at: Instant, run: (at: Instant) => void): void {
    this.actions.push({ at, order: this.order++, run });
    if (at < this.next) this.next = at;
  }

  /** Does everything due at `next`. */
  apply(): void {
    const at = this.next;
    for (;;) {
      let due = -1;
      this.actions.forEach((action, i) => {
        if (action.at === at && (due < 0 || action.order < (this.actions[due] as Action).order)) due = i;
      });
      if (due < 0) break;
      const [action] = this.actions.splice(due, 1);
      (action as Action).run(at);
    }
    this.next = this.actions.reduce((first, action) => Math.min(first, action.at), NEVER);
  }

  private begin(fault: FaultSpec, record: FaultRecord, at: Instant): void {
    const nodes = this.resolve(fault.target);
    if (nodes === null) {
      if (at === fault.at) this.subject.note(at, `${record.text}: nobody leads yet, waiting`);
      this.schedule(at + LOOK_AGAIN, (again) => this.begin(fault, record, again));
      return;
    }
    record.at = at;
    record.nodes = nodes;
    record.tookLeader = nodes.includes(this.subject.currentLeader());
    const definition: AnyFault = faultDefinitions[fault.kind];
    const who = named(nodes);
    this.subject.note(at, `${definition.beginning(fault)} of ${who}`);
    const end = definition.begin(this.subject, nodes, at, fault);
    this.subject.judge(at);
    if (this.subject.hasQuorum) record.quorumAt = at;
    if (fault.duration === null) return;
    this.schedule(at + fault.duration, (over) => {
      record.endedAt = over;
      this.subject.note(over, `${definition.ending} of ${who}`);
      end(over);
      this.subject.judge(over);
      if (this.subject.hasQuorum) this.quorumIsBack(over);
    });
  }

  private quorumIsBack(over: Instant): void {
    for (const record of this.records) {
      if (record.at === null || record.quorumAt !== null) continue;
      record.quorumAt = over;
      record.leaderless = this.subject.currentLeader() < 0;
    }
  }

  private resolve(target: FaultTarget): readonly NodeId[] | null {
    if (typeof target === 'number') return [target];
    if (typeof target !== 'string') return target;
    const leader = this.subject.currentLeader();
    return leader < 0 ? null : [leader];
  }

  /** When the last fault ended (its start, where it is there to stay); 0 without faults, NEVER while one waits or goes on. */
  get quietFrom(): Instant {
    let quiet = 0;
    for (const record of this.records) {
      if (record.at === null || (record.ends && record.endedAt === null)) return NEVER;
      quiet = Math.max(quiet, record.endedAt ?? record.at);
    }
    return quiet;
  }

  /** Whether some node is still to restart. */
  get restartsAhead(): boolean {
    return this.records.some(({ restarts, endedAt }) => restarts && endedAt === null);
  }
}

function describe({ kind, target }: FaultSpec): string {
  if (typeof target === 'string') return `${kind} ${target}`;
  return `${kind} ${named(typeof target === 'number' ? [target] : target)}`;
}

function named(nodes: readonly NodeId[]): string {
  return nodes.length === 1 ? `node ${nodes[0]}` : `nodes ${nodes.join(', ')}`;
}
