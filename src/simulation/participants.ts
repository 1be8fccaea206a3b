/** What the shared world knows of its nodes and clients; the classes themselves are the kernels' business. */
import type { Batch } from '../ledger/batch.ts';
import type { ReplicaStatus } from '../protocols/protocol.ts';
import type { Instant, NodeId, Position, RequestId } from '../units/quantities.ts';

export interface Participant {
  readonly self: NodeId;
  readonly alive: boolean;
  /** It restarted without what it had promised, and counts as faulty from then on. */
  readonly forgetful: boolean;
  readonly executedPosition: Position;
  /** Whom its replica believes to lead, and in which term: a hint for clients (leader-hint.ts). */
  readonly leader: number;
  /** The next message's sequence number. */
  sequence: number;
  status(): ReplicaStatus;
}

export interface Clients {
  readonly group: number;
  /** Requests submitted so far. */
  readonly issued: number;
  /** Intended send times of what is not final. */
  unfinished(): number[];
  requiredPosition(id: RequestId): Position;
  onReply(
    from: NodeId,
    id: RequestId,
    result: number,
    hint: number,
    batch: Batch | null,
    index: number,
    at: Instant,
  ): void;
}
