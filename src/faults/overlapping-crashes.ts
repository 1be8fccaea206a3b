/** Crashes of one node that overlap: it goes down with the first of them and comes back when the last of them is over. */
import type { Instant, NodeId } from '../units/quantities.ts';
import type { FaultSubject } from './fault.ts';

export class OverlappingCrashes implements FaultSubject {
  readonly nodes: number;
  private readonly subject: FaultSubject;
  /** Crashes in force, by node. */
  private readonly crashes: Int32Array;

  constructor(subject: FaultSubject) {
    this.subject = subject;
    this.nodes = subject.nodes;
    this.crashes = new Int32Array(subject.nodes);
  }

  crash(node: NodeId, at: Instant): void {
    const inForce = this.crashes[node] as number;
    this.crashes[node] = inForce + 1;
    if (inForce === 0) this.subject.crash(node, at);
  }

  restart(node: NodeId, at: Instant): void {
    const inForce = (this.crashes[node] as number) - 1;
    this.crashes[node] = inForce;
    if (inForce === 0) this.subject.restart(node, at);
  }

  currentLeader(): NodeId {
    return this.subject.currentLeader();
  }

  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void {
    return this.subject.partition(nodes, at);
  }

  note(at: Instant, text: string): void {
    this.subject.note(at, text);
  }
}
