/** Committed batches that wait for their turn to be executed: a ring by position, as long as the gap ahead of execution. */
import type { Batch } from '../ledger/batch.ts';
import type { Position } from '../units/quantities.ts';

export class CommitRing {
  private batches: (Batch | null | undefined)[] = new Array(16).fill(undefined);
  private highest: Position = 0;

  /** @param executed the last executed position; `position` must lie beyond it. */
  set(position: Position, batch: Batch | null, executed: Position): void {
    while (position - executed > this.batches.length) this.grow(executed);
    this.batches[position & (this.batches.length - 1)] = batch;
    if (position > this.highest) this.highest = position;
  }

  has(position: Position): boolean {
    return position <= this.highest && this.batches[position & (this.batches.length - 1)] !== undefined;
  }

  peek(position: Position): Batch | null {
    return this.has(position) ? (this.batches[position & (this.batches.length - 1)] as Batch | null) : null;
  }

  /** The batch at `position`, which must be there. */
  take(position: Position): Batch | null {
    if (!this.has(position)) throw new Error(`position ${position} is executed before it is committed`);
    const slot = position & (this.batches.length - 1);
    const batch = this.batches[slot] as Batch | null;
    this.batches[slot] = undefined;
    return batch;
  }

  /** Everything up to `position` is executed by other means. */
  forget(position: Position): void {
    const size = this.batches.length;
    const kept: [Position, Batch | null][] = [];
    for (let p = position + 1; p <= Math.min(this.highest, position + size); p++)
      if (this.batches[p & (size - 1)] !== undefined) kept.push([p, this.batches[p & (size - 1)] as Batch | null]);
    this.clear();
    for (const [p, batch] of kept) this.set(p, batch, position);
  }

  clear(): void {
    this.batches.fill(undefined);
    this.highest = 0;
  }

  private grow(executed: Position): void {
    const old = this.batches;
    this.batches = new Array(old.length * 2).fill(undefined);
    for (let p = executed + 1; p <= executed + old.length; p++)
      this.batches[p & (this.batches.length - 1)] = old[p & (old.length - 1)];
  }
}
