/**
 * What is on a replica's disk (thesis figure 3.1 "persistent state", section 5.1 for the snapshot), and the changes written to it.
 * A replica writes at most one change per handler and sends nothing that depends on it before `persisted`.
 */
import type { Bytes, NodeId, Position } from '../../units/quantities.ts';
import { createEntry, type Entry, RaftLog } from './log.ts';
import type { LogSnapshot } from './messages.ts';
import type { RaftRunOptions } from './options.ts';

export interface RaftDurable {
  /** currentTerm and votedFor (−1: none). */
  term: number;
  vote: NodeId;
  snapshot: LogSnapshot | null;
  readonly log: RaftLog;
}

/** currentTerm, votedFor and, when `entries` is not empty, the log from the first of them on (what was there is cut off). */
export interface WriteChange {
  readonly kind: 'write';
  readonly term: number;
  readonly vote: NodeId;
  readonly entries: readonly Entry[];
}

/** A snapshot of its own; the log is compacted up to `base`, some entries behind the snapshot. */
export interface CompactChange {
  readonly kind: 'compact';
  readonly snapshot: LogSnapshot;
  readonly base: Position;
}

/** A snapshot from the leader: it replaces the whole log. */
export interface InstallChange {
  readonly kind: 'install';
  readonly snapshot: LogSnapshot;
}

export type RaftChange = WriteChange | CompactChange | InstallChange;

/** Length, checksum and kind of a record in the write-ahead log; term and vote. */
export const RECORD_HEADER: Bytes = 16;
export const HARD_STATE_BYTES: Bytes = 16;

/** Before anything was written: nothing, or the log that the node begins with. */
export function emptyDurable(options?: RaftRunOptions, self: NodeId = 0): RaftDurable {
  const length = options?.initialLogs === 'staggered' ? (options.initialLogLengths?.[self] ?? self + 1) : 0;
  const log = new RaftLog();
  for (let index = 1; index <= length; index++) log.append(createEntry(1, index, null));
  return { term: length > 0 ? 1 : 0, vote: -1, snapshot: null, log };
}

export function applyChange(durable: RaftDurable, change: RaftChange): void {
  switch (change.kind) {
    case 'write': {
      durable.term = change.term;
      durable.vote = change.vote;
      const first = change.entries[0];
      if (first === undefined) return;
      if (first.index <= durable.log.last) durable.log.truncateFrom(first.index);
      for (const entry of change.entries) durable.log.append(entry);
      return;
    }
    case 'compact':
      durable.snapshot = change.snapshot;
      durable.log.compactTo(change.base);
      return;
    case 'install':
      durable.snapshot = change.snapshot;
      durable.log.reset(change.snapshot.state.position, change.snapshot.term);
  }
}
