/** Validity: only requests that a client submitted are executed, each at most once. Judged apart from the ledger's own memory. */
import type { Batch } from '../ledger/batch.ts';
import type { Instant, NodeId, Position } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

export class ValidityCheck {
  private readonly groups: number;
  private readonly perGroup: number;
  private readonly submitted: (group: number) => number;
  /** One bit for each request executed, in pages by id; full pages shrink to a shared one. */
  private readonly pages: (Int32Array | undefined)[] = [];
  private readonly left: number[] = [];

  constructor(groups: number, submitted: (group: number) => number) {
    this.groups = groups;
    this.perGroup = 1 / groups;
    this.submitted = submitted;
  }

  /** The requests of a batch that took effect for the first time at `position` (flags: 2 = skipped as a duplicate). */
  executed(node: NodeId, at: Instant, position: Position, batch: Batch, flags: Uint8Array): Finding | null {
    for (let i = 0; i < batch.ids.length; i++) {
      const id = batch.ids[i] as number;
      if (flags[i] === 2) continue;
      // Exactly floor(id / groups): the half keeps the product away from whole numbers by far more than its rounding error.
      const counter = Math.floor((id + 0.5) * this.perGroup);
      if (counter >= this.submitted(id - counter * this.groups))
        return this.finding(node, at, `position ${position} holds request ${id}, which no client has submitted`);
      const page = id >> 12;
      let bits = this.pages[page];
      if (bits === undefined) {
        bits = new Int32Array(128);
        this.pages[page] = bits;
        this.left[page] = 4096;
      }
      const word = (id & 4095) >> 5;
      const bit = 1 << (id & 31);
      if (bits === FULL || ((bits[word] as number) & bit) !== 0)
        return this.finding(node, at, `request ${id} took effect again at position ${position}`);
      bits[word] = (bits[word] as number) | bit;
      this.left[page] = (this.left[page] as number) - 1;
      if (this.left[page] === 0) this.pages[page] = FULL;
    }
    return null;
  }

  private finding(node: NodeId, at: Instant, detail: string): Finding {
    return { check: 'validity', kind: 'safety', at, node, detail };
  }
}

const FULL = new Int32Array(128).fill(-1);
