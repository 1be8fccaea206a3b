// The recorder's mempool keeps the Mempool contract of src/protocols/protocol.ts to the letter.
import { beforeEach, describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import { NEVER } from '../../src/units/quantities.ts';
import { RecorderMempool } from '../traces/recorder-mempool.ts';

let now = 0;
let forwards: string[] = [];
let mempool: RecorderMempool;
const cutAll = () => [...mempool.cut(1000, 1e9).ids];
const batchOf = (...ids: number[]) => createBatch(Int32Array.from(ids), new Float64Array(ids.length), 10, 0, 1);

beforeEach(() => {
  now = 0;
  forwards = [];
  mempool = new RecorderMempool({
    self: 0,
    now: () => now,
    sizeOf: (id) => id * 10,
    cut: () => {},
    forwarded: (to, ids, keep) => forwards.push(`${to} ${ids.join(',')} ${keep}`),
  });
});

describe('cut', () => {
  test('takes from the front up to both limits, but at least one request', () => {
    mempool.add([1, 2, 3, 4]);
    expect([...mempool.cut(2, 1e9).ids]).toEqual([1, 2]);
    expect([...mempool.cut(10, 5).ids]).toEqual([3]);
    expect(mempool.count).toBe(1);
    expect(mempool.bytes).toBe(40);
  });

  test('stops before the request that would not fit', () => {
    mempool.add([1, 2, 3]);
    expect([...mempool.cut(10, 30).ids]).toEqual([1, 2]);
  });

  test('gives the batch its bytes, its digest and the instant each request became ready', () => {
    now = 5;
    mempool.add([1]);
    now = 7;
    mempool.add([2]);
    now = 9;
    const batch = mempool.cut(10, 1e9);
    expect([batch.bytes, [...batch.received], batch.stamps.proposedAt, batch.stamps.proposer]).toEqual([
      30,
      [5, 7],
      9,
      0,
    ]);
    expect(batch.digest).toBe(batchOf(1, 2).digest);
  });

  test('of an empty mempool is an error', () => {
    expect(() => mempool.cut(1, 1)).toThrow('empty mempool');
  });
});

describe('the oldest request', () => {
  test('counts whether it was cut or not, until it is executed here', () => {
    expect(mempool.oldest).toBe(NEVER);
    now = 3;
    mempool.add([1]);
    now = 8;
    mempool.add([2]);
    mempool.cut(1, 1e9);
    expect(mempool.oldest).toBe(3);
    mempool.leave([1]);
    expect(mempool.oldest).toBe(8);
    mempool.leave([2]);
    expect(mempool.oldest).toBe(NEVER);
  });
});

describe('a request', () => {
  test('that is known or executed is not taken in again', () => {
    expect(mempool.add([1, 2, 1])).toBe(2);
    mempool.leave([1]);
    expect(mempool.add([1, 2])).toBe(0);
  });

  test('claimed for another proposer is not cut, also when it arrives later, until it is requeued', () => {
    mempool.add([1]);
    mempool.claim(batchOf(1, 2));
    mempool.add([2, 3]);
    expect(mempool.count).toBe(1);
    expect(cutAll()).toEqual([3]);
    mempool.requeue(batchOf(1, 2));
    expect(cutAll()).toEqual([1, 2]);
  });

  test('goes back to the front in the order of its batch, unless it was executed', () => {
    mempool.add([1, 2, 3, 4]);
    const batch = mempool.cut(3, 1e9);
    mempool.leave([2]);
    mempool.requeue(batch);
    expect(cutAll()).toEqual([1, 3, 4]);
  });

  test('of a batch that never arrived here by itself waits here once the batch is requeued', () => {
    mempool.requeue(batchOf(7));
    expect(cutAll()).toEqual([7]);
  });
});

describe('a batch', () => {
  test('waits while one of its requests is not executed, and is executed once all are', () => {
    const batch = batchOf(1, 2);
    mempool.leave([1]);
    expect([mempool.isWaiting(batch), mempool.isExecuted(batch)]).toEqual([true, false]);
    mempool.leave([2]);
    expect([mempool.isWaiting(batch), mempool.isExecuted(batch)]).toEqual([false, true]);
  });
});

describe('forward', () => {
  test('sends what waits once to each node, and keeps it when asked', () => {
    mempool.add([1]);
    mempool.forward(2, true);
    mempool.add([2]);
    mempool.forward(2, true);
    mempool.forward(2, true);
    mempool.forward(1, true);
    expect(forwards).toEqual(['2 1 true', '2 2 true', '1 1,2 true']);
    expect(mempool.count).toBe(2);
  });

  test('without keeping lets the requests go, and those in a batch stay', () => {
    mempool.add([1, 2]);
    mempool.cut(1, 1e9);
    mempool.forward(1, false);
    expect(forwards).toEqual(['1 2 false']);
    expect([mempool.count, mempool.oldest]).toEqual([0, 0]);
    expect(mempool.add([2])).toBe(1);
  });
});
