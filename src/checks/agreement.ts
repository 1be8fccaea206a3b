/** Agreement and order: no two replicas commit different batches at one position, ever, restarts included. */
import { formatDuration } from '../units/format.ts';
import type { Digest, Instant, NodeId, Position } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

const FIRST = 64;

interface Commit {
  readonly digest: Digest;
  readonly node: NodeId;
  readonly at: Instant;
}

export class AgreementCheck {
  /** Ring over positions from `low`: the digest committed there, and who committed it first and when. */
  private digests = new Int32Array(FIRST);
  private nodes = new Int32Array(FIRST).fill(-1);
  private times = new Float64Array(FIRST);
  private low: Position = 1;
  /** Positions with more than one batch: the first commit of each. Islands are not run in order of time, so these may get earlier. */
  private readonly split = new Map<Position, Map<Digest, Commit>>();
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
    if (this.digests[slot] === digest) {
      if (this.split.size > 0 && this.split.has(position)) return this.contradiction(position, { digest, node, at });
      if (at < (this.times[slot] as number)) {
        this.nodes[slot] = node;
        this.times[slot] = at;
      }
      return null;
    }
    const digestHere = this.digests[slot] as Digest;
    const first = { digest: digestHere, node: this.nodes[slot] as NodeId, at: this.times[slot] as Instant };
    if (!this.split.has(position)) this.split.set(position, new Map([[digestHere, first]]));
    return this.contradiction(position, { digest, node, at });
  }

  /** The violation takes place where the second batch is committed first. */
  private contradiction(position: Position, commit: Commit): Finding | null {
    const commits = this.split.get(position) as Map<Digest, Commit>;
    const known = commits.get(commit.digest);
    if (known !== undefined && inOrder(known, commit) <= 0) return null;
    commits.set(commit.digest, commit);
    const [first, second] = [...commits.values()].sort(inOrder) as [Commit, Commit];
    return {
      check: 'agreement',
      kind: 'safety',
      at: second.at,
      node: second.node,
      detail: `position ${position}: node ${first.node} committed batch ${hex(first.digest)} at ${formatDuration(first.at as number)}, node ${second.node} batch ${hex(second.digest)} at ${formatDuration(second.at as number)}`,
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

function inOrder(a: Commit, b: Commit): number {
  return a.at - b.at || a.node - b.node;
}

function hex(digest: Digest): string {
  return (digest >>> 0).toString(16).padStart(8, '0');
}
