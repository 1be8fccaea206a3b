/**
 * The log (thesis section 3.5): entries after `base`, the last entry that compaction discarded (section 5.1). Index 0 with term 0
 * stands before the first entry. Used by the replica in memory and by what is on its disk.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Bytes, Position } from '../../units/quantities.ts';

/** Immutable and shared: by the logs and disks of all nodes and by the messages that carry it. */
export interface Entry {
  readonly term: number;
  readonly index: Position;
  /** null: a new leader's no-op. */
  readonly batch: Batch | null;
  /** What it weighs in a message and on disk. */
  readonly bytes: Bytes;
}

/** Term, index, kind and length of an entry; length and client id of each request in it. */
const ENTRY_HEADER: Bytes = 24;
const REQUEST_HEADER: Bytes = 8;

export function createEntry(term: number, index: Position, batch: Batch | null): Entry {
  const bytes = batch === null ? ENTRY_HEADER : ENTRY_HEADER + batch.ids.length * REQUEST_HEADER + batch.bytes;
  return { term, index, batch, bytes };
}

const NO_ENTRIES: readonly Entry[] = [];

export class RaftLog {
  /** The last index that was compacted away, and its term. */
  base: Position;
  baseTerm: number;
  /** `entries[start]` has index base + 1; what lies before is compacted and freed now and then. */
  private entries: Entry[];
  private start = 0;

  constructor(base: Position = 0, baseTerm = 0, entries: readonly Entry[] = NO_ENTRIES) {
    this.base = base;
    this.baseTerm = baseTerm;
    this.entries = entries.slice();
  }

  get last(): Position {
    return this.base + this.entries.length - this.start;
  }

  get lastTerm(): number {
    return this.entries.length > this.start ? (this.entries[this.entries.length - 1] as Entry).term : this.baseTerm;
  }

  /** The term of an entry, −1 where the log does not know it: compacted, or past the end. */
  termAt(index: Position): number {
    if (index > this.base && index <= this.last) return this.at(index).term;
    return index === this.base ? this.baseTerm : -1;
  }

  /** Requires base < index ≤ last. */
  at(index: Position): Entry {
    return this.entries[this.start + index - this.base - 1] as Entry;
  }

  append(entry: Entry): void {
    if (entry.index !== this.last + 1)
      throw new Error(`raft log: entry ${entry.index} appended behind index ${this.last}`);
    this.entries.push(entry);
  }

  /** Removes the entries from `index` on. Requires index > base. */
  truncateFrom(index: Position): void {
    if (index <= this.base) throw new Error(`raft log: cannot truncate from ${index}: compacted up to ${this.base}`);
    this.entries.length = this.start + index - this.base - 1;
  }

  /** The entries from `first` on that fit into `maxBytes`: at least one, if there is one. */
  slice(first: Position, maxBytes: Bytes): readonly Entry[] {
    const from = this.start + first - this.base - 1;
    let to = from;
    let bytes = 0;
    while (to < this.entries.length) {
      bytes += (this.entries[to] as Entry).bytes;
      if (bytes > maxBytes && to > from) break;
      to++;
    }
    return to === from ? NO_ENTRIES : this.entries.slice(from, to);
  }

  /** Forgets the entries up to `index`, which a snapshot covers. */
  compactTo(index: Position): void {
    if (index <= this.base) return;
    if (index > this.last) throw new Error(`raft log: cannot compact to ${index}: the last entry is ${this.last}`);
    const term = this.termAt(index);
    this.start += index - this.base;
    this.base = index;
    this.baseTerm = term;
    if (this.start * 2 >= this.entries.length) {
      this.entries = this.entries.slice(this.start);
      this.start = 0;
    }
  }

  /** Discards everything: a snapshot that ends at `base` replaces the log. */
  reset(base: Position, baseTerm: number): void {
    this.base = base;
    this.baseTerm = baseTerm;
    this.entries = [];
    this.start = 0;
  }

  copy(): RaftLog {
    return new RaftLog(this.base, this.baseTerm, this.slice(this.base + 1, Number.POSITIVE_INFINITY));
  }

  /**
   * The last index up to `index` whose term is at most `term`: where two logs can still agree. Below `base` nothing is known;
   * base itself is committed, so the logs of leader and follower agree there.
   */
  lastWithin(index: Position, term: number): Position {
    let at = Math.min(index, this.last);
    while (at > this.base && this.at(at).term > term) at--;
    return Math.max(at, Math.min(index, this.base));
  }
}
