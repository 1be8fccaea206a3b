/** Validity: only requests that a client submitted are executed, each at most once. Judged apart from the ledger's own memory. */
import type { Batch } from '../ledger/batch.ts';
import type { Instant, NodeId, Position, RequestId } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

const PAGE_BITS = 12;
const PAGE_SIZE = 1 << PAGE_BITS;

interface Page {
  readonly bits: Int32Array;
  left: number;
}

/** Which requests of one client group were executed: one bit each, in pages that are dropped when they are full. */
class Executed {
  private readonly pages = new Map<number, Page>();
  /** Of pages before this one, those that are not kept are full. */
  private begun = 0;
  /** The page used last; null where it is full. */
  private page: Page | null = null;
  private number = -1;

  /** Notes a request; false where it was noted before. */
  add(counter: number): boolean {
    const number = counter >> PAGE_BITS;
    if (number !== this.number) this.turnTo(number);
    const { page } = this;
    if (page === null) return false;
    const word = (counter & (PAGE_SIZE - 1)) >> 5;
    const bit = 1 << (counter & 31);
    if (((page.bits[word] as number) & bit) !== 0) return false;
    page.bits[word] = (page.bits[word] as number) | bit;
    if (--page.left > 0) return true;
    this.pages.delete(number);
    this.page = null;
    return true;
  }

  private turnTo(number: number): void {
    for (; this.begun <= number; this.begun++)
      this.pages.set(this.begun, { bits: new Int32Array(PAGE_SIZE >> 5), left: PAGE_SIZE });
    this.number = number;
    this.page = this.pages.get(number) ?? null;
  }
}

export class ValidityCheck {
  private readonly groups: number;
  private readonly perGroup: number;
  private readonly submitted: (group: number) => number;
  /** By client group. */
  private readonly seen: Executed[];

  constructor(groups: number, submitted: (group: number) => number) {
    this.groups = groups;
    this.perGroup = 1 / groups;
    this.submitted = submitted;
    this.seen = Array.from({ length: groups }, () => new Executed());
  }

  /** The requests of a batch that took effect for the first time at `position` (flags: 2 = skipped as a duplicate). */
  executed(node: NodeId, at: Instant, position: Position, batch: Batch, flags: Uint8Array): Finding | null {
    const { perGroup, groups } = this;
    let group = -1;
    let submitted = 0;
    for (let i = 0; i < batch.ids.length; i++) {
      const id = batch.ids[i] as number;
      if (id < 0) return this.finding(node, at, unknownRequest(position, id));
      // Exactly floor(id / groups): the half keeps the product away from whole numbers by far more than its rounding error.
      const counter = ((id + 0.5) * perGroup) | 0;
      const itsGroup = id - counter * groups;
      if (itsGroup !== group) {
        group = itsGroup;
        submitted = this.submitted(group);
      }
      if (counter >= submitted) return this.finding(node, at, unknownRequest(position, id));
      const first = (this.seen[group] as Executed).add(counter);
      if (!first && flags[i] !== 2)
        return this.finding(node, at, `request ${id} took effect again at position ${position}`);
      if (first && flags[i] === 2)
        return this.finding(node, at, `request ${id} was skipped at position ${position}, though it never took effect`);
    }
    return null;
  }

  private finding(node: NodeId, at: Instant, detail: string): Finding {
    return { check: 'validity', kind: 'safety', at, node, detail };
  }
}

function unknownRequest(position: Position, id: RequestId): string {
  return `position ${position} holds request ${id}, which no client has submitted`;
}
