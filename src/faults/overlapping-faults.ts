/**
 * Faults of one node that overlap: it goes down with the first crash and comes back when the last of them is over, and it is as slow as
 * the worst that slows it. Whether enough nodes for a quorum are up and reach each other. And whether more nodes are faulty at once than the protocol tolerates: those that are down, and those that
 * came back without their memory. A slow node is correct, and none of them.
 */
import type { Instant, NodeId } from '../units/quantities.ts';
import type { FaultGround, FaultSubject } from './fault.ts';

export class OverlappingFaults implements FaultGround {
  readonly nodes: number;
  private readonly subject: FaultSubject;
  /** Crashes in force, by node. */
  private readonly crashes: Int32Array;
  /** The nodes that each cut in force keeps from the others. */
  private readonly cuts = new Set<readonly NodeId[]>();
  /** 1: the node restarted without its memory. */
  private readonly forgetful: Uint8Array;
  /** By node: how many times as long each fault in force makes its work take. */
  private readonly slowness: number[][];
  /** How many faulty nodes were noted last; 0 when no more than f are. */
  private noted = 0;

  constructor(subject: FaultSubject) {
    this.subject = subject;
    this.nodes = subject.nodes;
    this.crashes = new Int32Array(subject.nodes);
    this.forgetful = new Uint8Array(subject.nodes);
    this.slowness = Array.from({ length: subject.nodes }, () => []);
  }

  crash(node: NodeId, at: Instant): void {
    const inForce = this.crashes[node] as number;
    this.crashes[node] = inForce + 1;
    if (inForce === 0) this.subject.crash(node, at);
  }

  restart(node: NodeId, at: Instant): void {
    const inForce = (this.crashes[node] as number) - 1;
    this.crashes[node] = inForce;
    if (inForce > 0) return;
    this.subject.restart(node, at);
    if (this.subject.forgets !== true || this.forgetful[node] === 1) return;
    this.forgetful[node] = 1;
    this.note(at, `node ${node} came back without its memory: it counts as faulty for the rest of the run`);
  }

  slow(node: NodeId, by: number, at: Instant): void {
    const inForce = this.slowness[node] as number[];
    inForce.push(by);
    this.subject.setPace(node, Math.max(...inForce), at);
  }

  unslow(node: NodeId, by: number, at: Instant): void {
    const inForce = this.slowness[node] as number[];
    inForce.splice(inForce.indexOf(by), 1);
    this.subject.setPace(node, Math.max(1, ...inForce), at);
  }

  /** Notes that more nodes are faulty now than the protocol tolerates, once for each number of them. */
  judge(at: Instant): void {
    const { tolerated } = this.subject;
    if (tolerated === undefined) return;
    const faulty: string[] = [];
    for (let node = 0; node < this.nodes; node++)
      if ((this.crashes[node] as number) > 0) faulty.push(`${node} (down)`);
      else if (this.forgetful[node] === 1) faulty.push(`${node} (without its memory)`);
    if (faulty.length <= tolerated) this.noted = 0;
    else if (faulty.length > this.noted) {
      this.noted = faulty.length;
      const count = `${faulty.length} of ${this.nodes} ${this.nodes === 1 ? 'node' : 'nodes'}`;
      this.note(at, `more faulty nodes than the f = ${tolerated} tolerated: ${count}: ${faulty.join(', ')}`);
    }
  }

  currentLeader(): NodeId {
    return this.subject.currentLeader();
  }

  partition(nodes: readonly NodeId[], at: Instant): (at: Instant) => void {
    const heal = this.subject.partition(nodes, at);
    const cut = [...nodes];
    this.cuts.add(cut);
    return (over) => {
      this.cuts.delete(cut);
      heal(over);
    };
  }

  /** Of the nodes that are up those on one side of every cut reach each other. One that came back without its memory is up. */
  get hasQuorum(): boolean {
    const { quorum } = this.subject;
    if (quorum === undefined) return true;
    const groups = new Map<string, number>();
    for (let node = 0; node < this.nodes; node++) {
      if ((this.crashes[node] as number) > 0) continue;
      const side = Array.from(this.cuts, (cut) => (cut.includes(node) ? 1 : 0)).join('');
      groups.set(side, (groups.get(side) ?? 0) + 1);
    }
    return Math.max(0, ...groups.values()) >= quorum;
  }

  note(at: Instant, text: string): void {
    this.subject.note(at, text);
  }
}
