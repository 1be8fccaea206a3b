// The mempool of a node against a plain list that follows the contract (src/protocols/protocol.ts, `Mempool`) to the letter.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, createBatch } from '../../src/ledger/batch.ts';
import { NodeMempool } from '../../src/simulation/mempool.ts';
import { NEVER } from '../../src/units/quantities.ts';
import type { Workload } from '../../src/workloads/workload.ts';

const bytesOf = (id: number): number => 10 + (id % 7) * 30;
const workload = { bytes: bytesOf } as Workload;

interface Waiting {
  readonly id: number;
  readonly at: number;
  claimed: boolean;
  readonly sentTo: Set<number>;
}

/** A mempool and its model, side by side. */
class Pair {
  readonly executed = new Set<number>();
  readonly forwarded: [number, number[]][] = [];
  now = 0;
  readonly mempool: NodeMempool;
  private list: Waiting[] = [];

  constructor() {
    this.mempool = new NodeMempool(2, workload, {
      now: () => this.now,
      isExecuted: (id) => this.executed.has(id),
      sendForward: (to, ids) => this.forwarded.push([to, [...ids]]),
    });
  }

  private get free(): Waiting[] {
    return this.list.filter((w) => !w.claimed);
  }

  admit(id: number): void {
    if (this.executed.has(id)) return;
    const known = this.list.some((w) => w.id === id);
    expect(this.mempool.admit(id, this.now)).toBe(!known);
    if (!known) this.list.push({ id, at: this.now, claimed: false, sentTo: new Set() });
  }

  cut(most: number, maxBytes: number): Batch | null {
    if (this.free.length === 0) {
      expect(() => this.mempool.cut(most, maxBytes)).toThrow('empty mempool');
      return null;
    }
    const batch = this.mempool.cut(most, maxBytes);
    const taken: Waiting[] = [];
    let bytes = 0;
    for (const w of this.free) {
      if (taken.length > 0 && (taken.length >= most || bytes + bytesOf(w.id) > maxBytes)) break;
      taken.push(w);
      bytes += bytesOf(w.id);
      w.claimed = true;
    }
    expect([...batch.ids]).toEqual(taken.map((w) => w.id));
    expect([...batch.received]).toEqual(taken.map((w) => w.at));
    expect([batch.bytes, batch.stamps.proposedAt, batch.stamps.proposer]).toEqual([bytes, this.now, 2]);
    return batch;
  }

  /** Known requests are free again where they stood; unknown ones wait before all others. */
  requeue(batch: Batch): void {
    this.mempool.requeue(batch);
    const unknown: Waiting[] = [];
    batch.ids.forEach((id, i) => {
      if (this.executed.has(id)) return;
      const known = this.list.find((w) => w.id === id);
      if (known) known.claimed = false;
      else unknown.push({ id, at: batch.received[i] as number, claimed: false, sentTo: new Set() });
    });
    this.list.unshift(...unknown);
  }

  claim(batch: Batch): void {
    this.mempool.claim(batch);
    for (const w of this.list) if (batch.ids.includes(w.id)) w.claimed = true;
  }

  forward(to: number, keep: boolean): void {
    const moved = this.free.filter((w) => !w.sentTo.has(to));
    this.forwarded.length = 0;
    this.mempool.forward(to, keep);
    expect(this.forwarded).toEqual(moved.length === 0 ? [] : [[to, moved.map((w) => w.id)]]);
    for (const w of moved) {
      w.sentTo.clear();
      w.sentTo.add(to);
    }
    if (!keep) this.list = this.list.filter((w) => !moved.includes(w));
  }

  execute(batch: Batch): void {
    for (const id of batch.ids) this.executed.add(id);
    this.mempool.executed(batch);
    this.list = this.list.filter((w) => !batch.ids.includes(w.id));
  }

  install(ids: readonly number[]): void {
    for (const id of ids) this.executed.add(id);
    this.mempool.executedByInstall();
    this.list = this.list.filter((w) => !this.executed.has(w.id));
  }

  check(): void {
    expect(this.mempool.count).toBe(this.free.length);
    expect(this.mempool.bytes).toBe(this.free.reduce((sum, w) => sum + bytesOf(w.id), 0));
    expect(this.mempool.oldest).toBe(this.list.reduce((least, w) => Math.min(least, w.at), NEVER));
  }

  batchOf(ids: readonly number[]): Batch {
    return createBatch(
      Int32Array.from(ids),
      Float64Array.from(ids, (id) => id),
      ids.length,
      this.now,
      0,
    );
  }

  get ids(): number[] {
    return this.list.map((w) => w.id);
  }
}

describe('a mempool', () => {
  const step = fc.record({
    what: fc.constantFrom(
      'admit',
      'admit',
      'admit',
      'cut',
      'requeue',
      'claim',
      'forward',
      'execute',
      'foreign',
      'install',
    ),
    a: fc.integer({ min: 0, max: 40 }),
    b: fc.integer({ min: 1, max: 200 }),
    keep: fc.boolean(),
  });

  test('does what the contract says, whatever is cut, requeued, claimed, forwarded and executed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const pair = new Pair();
        const cut: Batch[] = [];
        let next = 0;
        for (const { what, a, b, keep } of steps) {
          pair.now += 1 + (b % 5);
          if (what === 'admit') for (let i = 0; i < a; i++) pair.admit(b % 11 === 0 ? Math.max(0, next - b) : next++);
          else if (what === 'cut') {
            const batch = pair.cut(1 + a, b * 20);
            if (batch !== null) cut.push(batch);
          } else if (what === 'requeue' && keep) {
            // A batch of another node: some of it waits here, some was never seen here.
            const unseen = Array.from({ length: a % 7 }, () => next++);
            pair.requeue(pair.batchOf([...pair.ids.filter((id) => id % 4 === 0), ...unseen]));
          } else if (what === 'requeue' && cut.length > 0) pair.requeue(cut[a % cut.length] as Batch);
          else if (what === 'claim') pair.claim(pair.batchOf(pair.ids.filter((id) => id % 5 === a % 5)));
          else if (what === 'forward') pair.forward(a % 3, keep);
          else if (what === 'execute' && cut.length > 0) pair.execute(cut.splice(a % cut.length, 1)[0] as Batch);
          else if (what === 'foreign') pair.execute(pair.batchOf([...pair.ids.filter((id) => id % 3 === 0), next++]));
          else if (what === 'install' && b % 10 === 0) pair.install(pair.ids.filter((id) => id % 2 === 0));
          pair.check();
        }
      }),
      { numRuns: 200, seed: 20260101 },
    );
  });

  test('knows a request only from a batch that comes back: it waits here from then on, as old as it was', () => {
    const pair = new Pair();
    pair.now = 100;
    pair.admit(50);
    pair.requeue(pair.batchOf([7, 8]));
    pair.check();
    const both = pair.cut(3, 1e9) as Batch;
    expect([...both.ids]).toEqual([7, 8, 50]);
    pair.requeue(both);
    expect(pair.mempool.oldest).toBe(7);
    pair.execute(pair.batchOf([7]));
    expect(pair.mempool.oldest).toBe(8);
    pair.execute(pair.batchOf([8]));
    expect(pair.mempool.oldest).toBe(100);
  });

  test('cuts what came back before what it has not cut yet', () => {
    const pair = new Pair();
    for (let id = 0; id < 10; id++) pair.admit(id);
    const first = pair.cut(4, 1e9) as Batch;
    pair.requeue(first);
    expect([...(pair.cut(6, 1e9) as Batch).ids]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('cuts at least one request, also when that one is larger than a batch may be', () => {
    const pair = new Pair();
    pair.admit(6);
    pair.admit(13);
    expect([...(pair.cut(10, 1) as Batch).ids]).toEqual([6]);
    expect(pair.mempool.count).toBe(1);
  });

  test('says of a batch whether any or all of it is executed here', () => {
    const pair = new Pair();
    for (let id = 0; id < 4; id++) pair.admit(id);
    const batch = pair.batchOf([1, 2]);
    expect([pair.mempool.isWaiting(batch), pair.mempool.isExecuted(batch)]).toEqual([true, false]);
    pair.execute(pair.batchOf([1]));
    expect([pair.mempool.isWaiting(batch), pair.mempool.isExecuted(batch)]).toEqual([true, false]);
    pair.execute(pair.batchOf([2]));
    expect([pair.mempool.isWaiting(batch), pair.mempool.isExecuted(batch)]).toEqual([false, true]);
  });
});

describe('a backup that hands over each request as it comes', () => {
  test('looks at each a bounded number of times, however many wait', () => {
    const mempool = new NodeMempool(1, workload, { now: () => 0, isExecuted: () => false, sendForward: () => {} });
    let reads = 0;
    let entries = Reflect.get(mempool, 'state') as Uint8Array;
    Object.defineProperty(mempool, 'state', {
      get: () => {
        reads++;
        return entries;
      },
      set: (grown: Uint8Array) => {
        entries = grown;
      },
    });
    const readsFor = (first: number, count: number, to: number): number => {
      reads = 0;
      for (let id = first; id < first + count; id++) {
        mempool.admit(id, 0);
        mempool.forward(to, true);
      }
      return reads / count;
    };
    expect(readsFor(0, 1000, 0)).toBeLessThan(10);
    expect(readsFor(1000, 20_000, 0)).toBeLessThan(10);
    // A new primary has been sent none of them.
    reads = 0;
    mempool.forward(2, true);
    expect(reads).toBeGreaterThan(21_000);
    expect(readsFor(21_000, 1000, 2)).toBeLessThan(10);
  });
});
