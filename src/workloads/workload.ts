/**
 * The contract of a workload: what a request with a given id contains and what the ledger does with it. Everything follows from
 * the id by counter hashing, so a request needs no memory of its own and every node sees the same one.
 */
import type { Definition } from '../units/definition.ts';
import type { Bytes, RequestId } from '../units/quantities.ts';

export interface Workload {
  /** Size of the request as its client sends it, without headers. */
  bytes(id: RequestId): Bytes;
  /** Size of the reply. */
  replyBytes(id: RequestId): Bytes;
  /** A request that changes nothing and may be answered by a read path of the protocol. Always false where `hasReads` is. */
  isRead(id: RequestId): boolean;
  readonly hasReads: boolean;
  /** False where there is nothing to execute: then `newState` is never called and every request is valid. */
  readonly executes: boolean;
  /** A fresh ledger state (genesis). */
  newState(): WorkloadState;
}

/** The key-value state behind a workload. Transactions are executed in the agreed order, each id at most once. */
export interface WorkloadState {
  /** Executes one request; false where it is invalid (double receipt, overdraft) and so changes nothing. */
  execute(id: RequestId): boolean;
  /** A 32-bit hash of the state, kept up to date incrementally. */
  digest(): number;
  /** What a snapshot of this state weighs. */
  bytes(): Bytes;
  /** Domain invariant (for payments: the sum of balances); null where it holds, else a sentence with values. */
  invariant(): string | null;
}

export interface WorkloadContext {
  readonly seed: number;
  /** How many client groups there are: id % groups is the group, floor(id / groups) its counter. */
  readonly groups: number;
}

export interface WorkloadDefinition<Options> extends Definition<Options> {
  create(options: Options, context: WorkloadContext): Workload;
}
