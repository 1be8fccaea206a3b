/**
 * Execution in the agreed order. Replicas are deterministic state machines, so each position is executed once and its outcome
 * shared: whoever reaches the position later gets the same record, and whoever brings another batch there has broken agreement,
 * which is reported, not thrown. Nothing here depends on which replica comes first.
 */
import { absorb } from '../kernel/random.ts';
import type { Bytes, Digest, Instant, Position, RequestId } from '../units/quantities.ts';
import { type Batch, NULL_DIGEST } from './batch.ts';
import { OrderedPositions } from './ordered-positions.ts';

/** What the ledger needs to know of a workload (`Workload` satisfies it). */
export interface LedgerWorkload {
  /** False where there is nothing to execute: `newState` is then never called and every request is valid once. */
  readonly executes: boolean;
  newState(): LedgerState;
}

export interface LedgerState {
  /** Executes one request; false where it is invalid and so changes nothing. */
  execute(id: RequestId): boolean;
  digest(): Digest;
  bytes(): Bytes;
  invariant(): string | null;
}

/** Two replicas executed different batches at one position. */
export interface AgreementProblem {
  readonly position: Position;
  /** Digest of the batch that was executed there first, and of the other one. */
  readonly first: Digest;
  readonly other: Digest;
  /** One sentence with values. */
  readonly detail: string;
}

/** The outcome of one position. The same object for every replica, unless it brought a problem. */
export interface Execution {
  readonly position: Position;
  readonly batchDigest: Digest;
  /** The hash chain over all batches up to here and the state behind them: what checkpoints and snapshots vouch for. */
  readonly chain: Digest;
  /** The chain before this position. */
  readonly chainBefore: Digest;
  /** What a snapshot after this position weighs. */
  readonly stateBytes: Bytes;
  /** For each request of the batch: 1 valid, 0 invalid (changed nothing), 2 ordered before. At least as long as the batch. */
  readonly valid: Uint8Array;
  readonly problem: AgreementProblem | null;
}

const GENESIS = 0x67656e65;

export class Ledger {
  /** The highest position that some replica has executed. */
  executedPosition: Position = 0;
  /** Requests executed, and how many of them were invalid; requests skipped because they had been ordered before. */
  executedCount = 0;
  invalidCount = 0;
  duplicateCount = 0;
  readonly #state: LedgerState | null;
  readonly #ordered: OrderedPositions;
  /** Records of the positions from #base on. */
  #records: Execution[];
  #base: Position = 0;
  #allValid = new Uint8Array(256).fill(1);

  constructor(workload: LedgerWorkload, groups: number) {
    this.#state = workload.executes ? workload.newState() : null;
    this.#ordered = new OrderedPositions(groups);
    const chain = absorb(GENESIS, this.#state === null ? 0 : this.#state.digest());
    const stateBytes = this.#state === null ? 0 : this.#state.bytes();
    const valid = this.#allValid;
    this.#records = [
      { position: 0, batchDigest: NULL_DIGEST, chain, chainBefore: 0, stateBytes, valid, problem: null },
    ];
  }

  /**
   * A replica has executed `batch` (null: nothing) at `position` at the instant `now`. Each replica comes to its positions in
   * order. Throws only for what the caller must not do: skip a position, or execute one that it had said to forget.
   */
  execute(position: Position, batch: Batch | null, now: Instant): Execution {
    if (position > this.executedPosition) return this.#executeNext(position, batch, now);
    const record = this.#recordAt(position);
    const digest = batch === null ? NULL_DIGEST : batch.digest;
    if (record.batchDigest !== digest) return contradiction(record, digest);
    if (batch !== null) stamp(batch, record, now);
    return record;
  }

  /** The position at which this request was ordered, 0 where it was not. A replica has executed it if its own executed
   * position is not lower: the ledger as a whole may be ahead of that replica. */
  orderedAt(id: RequestId): Position {
    return this.#ordered.isNew(id) ? 0 : this.#ordered.of(id);
  }

  /** Whether all requests of this batch were ordered at `position` and nowhere before. False also where that is not remembered. */
  orderedAllAt(position: Position, { digest }: Batch): boolean {
    const record = this.#records[position - this.#base];
    return record !== undefined && record.valid === this.#allValid && record.batchDigest === digest;
  }

  /** The chain digest after a position that was executed and not forgotten (0: genesis). */
  chainAt(position: Position): Digest {
    return this.#recordAt(position).chain;
  }

  /** What a snapshot after this position weighs. */
  stateBytesAt(position: Position): Bytes {
    return this.#recordAt(position).stateBytes;
  }

  /** What a snapshot of the latest state weighs. */
  stateBytes(): Bytes {
    return this.#recordAt(this.executedPosition).stateBytes;
  }

  /** The workload's invariant on the latest state: null where it holds, else a sentence with values. */
  invariant(): string | null {
    return this.#state === null ? null : this.#state.invariant();
  }

  /** No replica will execute, restart from or ask about a position below this one again: their records are dropped. */
  forget(below: Position): void {
    const first = Math.min(below, this.executedPosition);
    if (first <= this.#base) return;
    this.#records = this.#records.slice(first - this.#base);
    this.#base = first;
    this.#ordered.forget(below);
  }

  /** Bytes of memory that the positions of requests take now. */
  get memory(): number {
    return this.#ordered.memory;
  }

  #executeNext(position: Position, batch: Batch | null, now: Instant): Execution {
    const previous = this.#recordAt(this.executedPosition);
    if (position !== previous.position + 1)
      throw new Error(`position ${position} is executed, but nobody executed ${previous.position + 1} before it`);
    const batchDigest = batch === null ? NULL_DIGEST : batch.digest;
    const valid = batch === null ? this.#allValid : this.#executeRequests(batch.ids, position);
    let chain = absorb(previous.chain, batchDigest);
    let stateBytes = 0;
    if (this.#state !== null) {
      chain = absorb(chain, this.#state.digest());
      stateBytes = this.#state.bytes();
    }
    const record = { position, batchDigest, chain, chainBefore: previous.chain, stateBytes, valid, problem: null };
    this.#records.push(record);
    this.executedPosition = position;
    if (batch !== null) stamp(batch, record, now);
    return record;
  }

  #executeRequests(ids: Int32Array, position: Position): Uint8Array {
    let flags = this.#ordered.markAll(ids, position);
    const state = this.#state;
    let duplicates = 0;
    if (flags !== null) for (let i = 0; i < ids.length; i++) if (flags[i] !== 1) duplicates++;
    this.duplicateCount += duplicates;
    this.executedCount += ids.length - duplicates;
    if (state !== null)
      for (let i = 0; i < ids.length; i++) {
        if (flags !== null && flags[i] !== 1) continue;
        if (state.execute(ids[i] as RequestId)) continue;
        flags ??= new Uint8Array(ids.length).fill(1);
        flags[i] = 0;
        this.invalidCount++;
      }
    return flags ?? this.#validFor(ids.length);
  }

  /** Batches without an invalid request share one array. */
  #validFor(length: number): Uint8Array {
    if (this.#allValid.length < length) this.#allValid = new Uint8Array(length * 2).fill(1);
    return this.#allValid;
  }

  #recordAt(position: Position): Execution {
    const record = this.#records[position - this.#base];
    if (record !== undefined) return record;
    throw new Error(
      position < this.#base
        ? `position ${position} was forgotten (everything below ${this.#base}): forget only what no replica needs again`
        : `position ${position} is asked for, but execution has only reached ${this.executedPosition}`,
    );
  }
}

/** A batch keeps the stamps of the position where it was executed first; `executedAt` is the earliest of all replicas, which
 * need not be the one that came here first. */
function stamp(batch: Batch, record: Execution, now: Instant): void {
  const stamps = batch.stamps;
  if (stamps.valid === null) {
    stamps.chainBefore = record.chainBefore;
    stamps.chainAfter = record.chain;
    stamps.valid = record.valid;
  }
  if (stamps.chainAfter === record.chain && now < stamps.executedAt) stamps.executedAt = now;
}

function contradiction(record: Execution, other: Digest): Execution {
  const first = record.batchDigest;
  const detail =
    `position ${record.position} was executed with batch ${hex(first)} by one replica and with batch ${hex(other)} by another` +
    ' (00000000: no batch)';
  return { ...record, problem: { position: record.position, first, other, detail } };
}

function hex(digest: Digest): string {
  return (digest >>> 0).toString(16).padStart(8, '0');
}
