/**
 * What a replica writes to disk before it sends what depends on it, and what it recovers from: view, accepted pre-prepares
 * (that is the prepare sent), prepared certificates (the commit sent), stable checkpoint, view-change and new-view messages.
 * The Outbox holds back what waits for a write.
 */
import type { Batch } from '../../ledger/batch.ts';
import type { Bytes, Digest, Position } from '../../units/quantities.ts';
import type { Host, Signature, SnapshotRef, Ticket } from '../protocol.ts';
import type { CheckpointClaim, Message, NewView, PrePreparedEntry, PreparedEntry, ViewChange } from './messages.ts';

export type PbftHost = Host<Message, Change>;

/** A pre-prepare that was accepted, or sent by this primary; its batch is kept by digest. */
export interface Accepted {
  readonly seq: Position;
  readonly view: number;
  readonly digest: Digest;
  readonly signature: Signature;
}

export interface KnownBatch {
  readonly seq: Position;
  readonly batch: Batch;
}

export interface Durable {
  /** The highest view this replica asked for or entered. */
  view: number;
  /** Its own request for `view`; null in view 0. */
  viewChange: ViewChange | null;
  /** The last new view it entered; null in view 0. */
  newView: NewView | null;
  stable: CheckpointClaim | null;
  /** The states at the stable checkpoint (if it was ever held here) and at later ones that this replica reported. */
  readonly snapshots: Map<Position, SnapshotRef>;
  /** By sequence number, the latest. */
  readonly accepted: Map<Position, Accepted>;
  readonly prepared: Map<Position, PreparedEntry>;
  /** Every digest pre-prepared at a sequence number, each in its latest view. */
  readonly prePrepared: Map<Position, PrePreparedEntry[]>;
  readonly batches: Map<Digest, KnownBatch>;
}

export type Change =
  | { readonly kind: 'accepted'; readonly accepted: Accepted; readonly batch: Batch | null }
  | { readonly kind: 'batch'; readonly seq: Position; readonly batch: Batch }
  | { readonly kind: 'prepared'; readonly entry: PreparedEntry }
  | { readonly kind: 'stable'; readonly claim: CheckpointClaim }
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotRef }
  | { readonly kind: 'view-change'; readonly message: ViewChange }
  | { readonly kind: 'new-view'; readonly message: NewView };

export function emptyDurable(): Durable {
  return {
    view: 0,
    viewChange: null,
    newView: null,
    stable: null,
    snapshots: new Map(),
    accepted: new Map(),
    prepared: new Map(),
    prePrepared: new Map(),
    batches: new Map(),
  };
}

export function applyChange(durable: Durable, change: Change): void {
  switch (change.kind) {
    case 'accepted':
      accept(durable, change.accepted);
      if (change.batch !== null) keepBatch(durable.batches, change.accepted.seq, change.batch);
      return;
    case 'batch':
      keepBatch(durable.batches, change.seq, change.batch);
      return;
    case 'prepared':
      durable.prepared.set(change.entry.seq, change.entry);
      return;
    case 'stable':
      durable.stable = change.claim;
      discardThrough(durable, change.claim.seq);
      for (const seq of durable.snapshots.keys()) if (seq < change.claim.seq) durable.snapshots.delete(seq);
      return;
    case 'snapshot':
      durable.snapshots.set(change.snapshot.position, change.snapshot);
      return;
    case 'view-change':
      durable.view = change.message.view;
      durable.viewChange = change.message;
      return;
    case 'new-view': {
      const { view, proposals } = change.message;
      durable.view = view;
      durable.newView = change.message;
      for (const { seq, digest, signature } of proposals)
        if (seq > (durable.stable?.seq ?? 0)) accept(durable, { seq, view, digest, signature });
      return;
    }
  }
}

function accept(durable: Durable, accepted: Accepted): void {
  const { seq, view, digest } = accepted;
  durable.accepted.set(seq, accepted);
  notePrePrepared(durable.prePrepared, { seq, view, digest });
}

/** Enters a pre-prepared request, or raises the view of one known already. */
export function notePrePrepared(entries: Map<Position, PrePreparedEntry[]>, entry: PrePreparedEntry): void {
  const others = (entries.get(entry.seq) ?? []).filter((other) => other.digest !== entry.digest);
  entries.set(entry.seq, [...others, entry]);
}

/** A batch may be proposed at several sequence numbers: it is kept for the highest. */
export function keepBatch(batches: Map<Digest, KnownBatch>, seq: Position, batch: Batch): void {
  const known = batches.get(batch.digest);
  if (known === undefined || known.seq < seq) batches.set(batch.digest, { seq, batch });
}

/** Garbage collection of the parts that `low` covers. */
export function discardThrough(
  log: Pick<Durable, 'prepared' | 'prePrepared' | 'batches'> & Partial<Durable>,
  low: Position,
): void {
  for (const map of [log.accepted, log.prepared, log.prePrepared])
    if (map !== undefined) for (const seq of map.keys()) if (seq <= low) map.delete(seq);
  for (const [digest, known] of log.batches) if (known.seq <= low) log.batches.delete(digest);
}

/** Runs what follows a write once the write is durable, in order; at once where nothing is kept. */
export class Outbox {
  readonly durable: boolean;
  private readonly host: PbftHost;
  private readonly held: { readonly ticket: Ticket; readonly then: () => void }[] = [];
  private ticket: Ticket = 0;

  constructor(host: PbftHost, durable: boolean) {
    this.host = host;
    this.durable = durable;
  }

  after(change: Change, bytes: Bytes, then: () => void): void {
    if (!this.durable) {
      then();
      return;
    }
    const ticket = ++this.ticket;
    this.held.push({ ticket, then });
    this.host.persist(change, bytes, ticket);
  }

  persisted(ticket: Ticket): void {
    let next = this.held[0];
    while (next !== undefined && next.ticket <= ticket) {
      this.held.shift();
      next.then();
      next = this.held[0];
    }
  }
}
