// The key-value state: what is written is read, the digest follows the contents and nothing else, settled chunks cost nothing.
import { describe, expect, test } from 'vitest';
import { KeyValueStore, SETTLED } from '../../src/ledger/key-value.ts';

describe('the key-value store', () => {
  test('reads back what was written and 0 for what never was', () => {
    const store = new KeyValueStore();
    store.set(2, 5000, 2 ** 52 + 1);
    expect(store.get(2, 5000)).toBe(2 ** 52 + 1);
    expect(store.get(2, 5001)).toBe(0);
    expect(store.get(1, 5000)).toBe(0);
    expect(store.get(9, 0)).toBe(0);
    expect(store.keys).toBe(1);
  });

  test('has a digest of the contents, whatever the order of the writes and the values in between', () => {
    const forwards = new KeyValueStore();
    const backwards = new KeyValueStore();
    for (let i = 0; i < 3000; i++) forwards.set(i % 3, i, i * 7 + 1);
    for (let i = 2999; i >= 0; i--) {
      backwards.set(i % 3, i, 12345);
      backwards.set(i % 3, i, i * 7 + 1);
    }
    expect(backwards.digest).toBe(forwards.digest);
    expect(forwards.digest).not.toBe(0);
    for (let i = 0; i < 3000; i++) forwards.set(i % 3, i, 0);
    expect(forwards.digest).toBe(0);
    expect(forwards.keys).toBe(0);
  });

  test('tells apart values, indices and spaces, and values that differ above 32 bits only', () => {
    const digests = [
      [0, 1, 5],
      [0, 1, 6],
      [0, 2, 5],
      [1, 1, 5],
      [0, 1, 5 + 2 ** 32],
      [0, 1, 5 + 2 ** 33],
    ].map(([space, index, value]) => {
      const store = new KeyValueStore();
      store.set(space as number, index as number, value as number);
      return store.digest;
    });
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('drops a chunk when all of its keys are settled, keeps the digest, and refuses to write there again', () => {
    const store = new KeyValueStore();
    for (let i = 0; i < 1024; i++) store.set(0, i, i + 1);
    const digest = store.digest;
    for (let i = 0; i < 1023; i++) store.set(0, i, i + 1, true);
    expect(store.memory).toBe(1024 * 8 + 16);
    expect(store.get(0, 7)).toBe(8);
    store.set(0, 1023, 1024, true);
    expect(store.memory).toBe(0);
    expect(store.get(0, 7)).toBe(SETTLED);
    expect(store.digest).toBe(digest);
    expect(store.keys).toBe(1024);
    expect(() => store.set(0, 7, 1)).toThrow('key (0, 7) was settled');
  });

  test('takes memory for the keys that are not settled, not for all that ever were', () => {
    const memoryAfter = (keys: number): number => {
      const store = new KeyValueStore();
      for (let i = 0; i < keys; i++) {
        store.set(0, i, 1);
        if (i >= 100) store.set(0, i - 100, 2, true);
      }
      for (const old of [0, 1024, keys - 1025]) expect(store.get(0, old)).toBe(SETTLED);
      expect(store.get(0, keys - 1)).toBe(1);
      expect(store.get(0, keys)).toBe(0);
      return store.memory;
    };
    expect(memoryAfter(409_600)).toBe(memoryAfter(40_960));
  });
});
