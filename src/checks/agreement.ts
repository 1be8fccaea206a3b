/** Agreement and order: no two replicas commit different batches at one position, ever, restarts included. */
import type { Digest, Instant, NodeId, Position } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

const FIRST = 1024;

export class AgreementCheck {
  /** Ring over positions from `low`: the first digest committed there, by whom and when. */
  private digests = new Int32Array(FIRST);
  private nodes = new Int32Array(FIRST).fill(-1);
  private times = new Float64Array(FIRST);
  private low: Position = 1;
  /** The highest position that some node committed. */
  highest: Position = 0;

  /** A node committed the batch with this digest (0: null) at this position. */
  committed(node: NodeId, at: Instant, position: Position, digest: Digest): Finding | null {
    if (position < this.low) return null;
    while (position - this.low >= this.digests.length) this.grow();
    const slot = position & (this.digests.length - 1);
    if (position > this.highest) this.highest = position;
    if (this.nodes[slot] === -1) {
      this.nodes[slot] = node;
      this.digests[slot] = digest;
      this.times[slot] = at;
      return null;
    }
    if (this.digests[slot] === digest) return null;
    const other = this.nodes[slot] as NodeId;
    const later = Math.max(at, this.times[slot] as number);
    return {
      check: 'agreement',
      kind: 'safety',
      at: later,
      node: later === at ? node : other,
      detail: `position ${position}: node ${other} committed batch ${hex(this.digests[slot] as number)} at ${this.times[slot]} ns, node ${node} batch ${hex(digest)} at ${at} ns`,
    };
  }

  /** No node will commit below this position again. */
  forget(below: Position): void {
    const to = Math.min(below, this.highest + 1);
    for (; this.low < to; this.low++) this.nodes[this.low & (this.nodes.length - 1)] = -1;
  }

  private grow(): void {
    const size = this.digests.length * 2;
    const digests = new Int32Array(size);
    const nodes = new Int32Array(size).fill(-1);
    const times = new Float64Array(size);
    for (let p = this.low; p <= this.highest; p++) {
      const from = p & (this.digests.length - 1);
      const to = p & (size - 1);
      digests[to] = this.digests[from] as number;
      nodes[to] = this.nodes[from] as number;
      times[to] = this.times[from] as number;
    }
    this.digests = digests;
    this.nodes = nodes;
    this.times = times;
  }
}

function hex(digest: Digest): string {
  return (digest >>> 0).toString(16).padStart(8, '0');
}
