/** Validity: only requests that a client submitted are executed, each at most once. Judged apart from the ledger's own memory. */
import type { Batch } from '../ledger/batch.ts';
import * as positions from '../ledger/ordered-positions.ts';
import type { Instant, NodeId, Position, RequestId } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

// V8 folds a module's own constants into its code, but not imported ones (ADR 0009).
const { DUPLICATE } = positions;

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
  private add(counter: number): boolean {
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

  /** Notes `count` requests from `counter` on; returns how many of the first of them were not noted before. */
  addRow(counter: number, count: number): number {
    let added = 0;
    while (added < count) {
      const from = counter + added;
      const number = from >> PAGE_BITS;
      if (number !== this.number) this.turnTo(number);
      const { page } = this;
      const word = (from & (PAGE_SIZE - 1)) >> 5;
      const offset = from & 31;
      const most = Math.min(32 - offset, count - added);
      const bits = (most === 32 ? -1 : (1 << most) - 1) << offset;
      if (page === null || page.left <= most || ((page.bits[word] as number) & bits) !== 0) {
        if (!this.add(from)) return added;
        added++;
        continue;
      }
      page.bits[word] = (page.bits[word] as number) | bits;
      page.left -= most;
      added += most;
    }
    return added;
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
    const { ids } = batch;
    const { perGroup, groups } = this;
    for (let i = 0, end = 0; i < ids.length; i = end) {
      const id = ids[i] as number;
      if (id < 0) return this.finding(node, at, unknownRequest(position, id));
      // Exactly floor(id / groups): the half keeps the product away from whole numbers by far more than its rounding error.
      const counter = ((id + 0.5) * perGroup) | 0;
      const group = id - counter * groups;
      const isDuplicate = flags[i] === DUPLICATE;
      end = i + 1;
      // Most stand in the order in which their clients sent them: a row of them is noted at once.
      if (!isDuplicate)
        while (end < ids.length && ids[end] === (ids[end - 1] as number) + groups && flags[end] !== DUPLICATE) end++;
      const known = Math.min(end - i, this.submitted(group) - counter);
      if (known <= 0) return this.finding(node, at, unknownRequest(position, id));
      const first = (this.seen[group] as Executed).addRow(counter, known);
      if (isDuplicate && first > 0)
        return this.finding(node, at, `request ${id} was skipped at position ${position}, though it never took effect`);
      if (!isDuplicate && first < known)
        return this.finding(node, at, `request ${ids[i + first]} took effect again at position ${position}`);
      if (known < end - i) return this.finding(node, at, unknownRequest(position, ids[i + known] as RequestId));
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
