// Where each request was ordered: exactly once, remembered for ever, in memory that does not grow with the run.
import { describe, expect, test } from 'vitest';
import { DUPLICATE, OrderedPositions } from '../../src/ledger/ordered-positions.ts';

describe('ordered positions', () => {
  test('know the position of every request of every group, and 0 for the others', () => {
    for (const groups of [1, 2, 7, 1000]) {
      const ordered = new OrderedPositions(groups);
      const largest = 2 ** 31 - 1;
      const ids = [0, 1, groups - 1, groups, 1023 * groups, 1024 * groups, 50_000 * groups + (groups >> 1)];
      const distinct = [...new Set(ids)];
      expect(ordered.markAll(Int32Array.from(distinct), 9)).toBeNull();
      for (const id of distinct) expect(ordered.of(id)).toBe(9);
      expect(ordered.of(2 * groups)).toBe(0);
      expect(ordered.of(largest)).toBe(0);
    }
  });

  test('take ids up to the largest int32 where they are shared by many groups', () => {
    const ordered = new OrderedPositions(100_000);
    const ids = Int32Array.of(2 ** 31 - 1, 2 ** 31 - 2, 2 ** 31 - 100_001);
    expect(ordered.markAll(ids, 3)).toBeNull();
    expect([...ids].map((id) => ordered.of(id))).toEqual([3, 3, 3]);
    expect(ordered.of(2 ** 31 - 3)).toBe(0);
  });

  test('take the largest int32 also of one group, and an impossible id for no part of a row', () => {
    const ordered = new OrderedPositions(1);
    expect(ordered.markAll(Int32Array.of(2 ** 31 - 2, 2 ** 31 - 1), 5)).toBeNull();
    expect([ordered.of(2 ** 31 - 2), ordered.of(2 ** 31 - 1)]).toEqual([5, 5]);
    const broken = new OrderedPositions(1);
    broken.markAll(Int32Array.of(-1, 0, 1), 5);
    expect([0, 1, 2].map((id) => broken.of(id))).toEqual([5, 5, 0]);
    expect(broken.markAll(Int32Array.of(0, 1), 6)).toEqual(Uint8Array.of(DUPLICATE, DUPLICATE));
  });

  test('call no request new that was ordered, in whatever order and of whatever group', () => {
    for (const groups of [1, 3]) {
      const ordered = new OrderedPositions(groups);
      expect(ordered.isNew(0)).toBe(true);
      const batches = [[4, 7, 10], [2], [0, 1, 30], [9, 6], [3, 40, 5]];
      const known = new Set<number>();
      batches.forEach((ids, i) => {
        ordered.markAll(Int32Array.from(ids), i + 1);
        for (const id of ids) known.add(id);
        for (let id = 0; id < 60; id++) if (ordered.isNew(id)) expect([id, ordered.of(id)]).toEqual([id, 0]);
        for (const id of known) expect(ordered.isNew(id)).toBe(false);
      });
      expect([ordered.isNew(40), ordered.isNew(41)]).toEqual([false, true]);
    }
  });

  test('take no impossible id for one that was ordered', () => {
    for (const groups of [1, 2, 5])
      for (const id of [-1, -2, -1024, -9000]) expect(new OrderedPositions(groups).of(id)).toBe(0);
  });

  test('flag a request that was ordered before, also twice in one batch, and keep its first position', () => {
    const ordered = new OrderedPositions(2);
    expect(ordered.markAll(Int32Array.of(4, 5, 6), 1)).toBeNull();
    expect(ordered.markAll(Int32Array.of(7, 5, 8, 8), 2)).toEqual(Uint8Array.of(1, DUPLICATE, 1, DUPLICATE));
    expect([4, 5, 6, 7, 8].map((id) => ordered.of(id))).toEqual([1, 1, 1, 2, 2]);
  });

  test('after forgetting still know every ordered request, with a position below the bound', () => {
    const ordered = new OrderedPositions(3);
    const batch = (first: number) => Int32Array.from({ length: 100 }, (_, i) => first + i);
    for (let p = 1; p <= 200; p++) ordered.markAll(batch((p - 1) * 100), p);
    ordered.forget(150);
    for (let id = 0; id < 20_000; id++) {
      const position = ordered.of(id);
      const exact = Math.floor(id / 100) + 1;
      expect(position).toBeGreaterThanOrEqual(exact);
      if (exact < 150) expect(position).toBeLessThan(200);
      else expect(position).toBe(exact);
    }
    expect(ordered.of(20_000)).toBe(0);
  });

  test('let a request that was overlooked be ordered long after its neighbours were forgotten, once', () => {
    const ordered = new OrderedPositions(1);
    const late = 777;
    const others = Int32Array.from({ length: 5000 }, (_, i) => i).filter((id) => id !== late);
    ordered.markAll(others, 1);
    ordered.markAll(Int32Array.of(9000), 2);
    ordered.forget(3);
    expect(ordered.of(late)).toBe(0);
    expect(ordered.of(776)).toBe(1);
    expect(ordered.markAll(Int32Array.of(late, 776), 5)).toEqual(Uint8Array.of(1, DUPLICATE));
    expect(ordered.of(late)).toBe(5);
    expect(ordered.of(776)).toBe(1);
    ordered.forget(6);
    expect(ordered.of(late)).toBe(5);
    expect(ordered.markAll(Int32Array.of(late), 7)).toEqual(Uint8Array.of(DUPLICATE));
  });

  test('take memory for what is in flight, not for the length of the run', () => {
    const memoryAfter = (requests: number, missing: number): number => {
      const ordered = new OrderedPositions(4);
      let position = 0;
      for (let first = 0; first < requests; first += 500) {
        const ids = Int32Array.from({ length: 500 }, (_, i) => first + i);
        ordered.markAll(missing === 0 ? ids : ids.filter((id) => id % missing !== 0), ++position);
        ordered.forget(position - 4);
      }
      return ordered.memory;
    };
    expect(memoryAfter(400_000, 0)).toBe(memoryAfter(40_000, 0));
    // Requests that are never ordered leave one bit a request of their chunk behind.
    expect(memoryAfter(400_000, 10)).toBeLessThan(memoryAfter(40_000, 10) + 400_000 / 8);
  });

  test('remember full chunks behind one that never fills, and those of a busy group beside an idle one, at no cost', () => {
    const memoryAfter = (requests: number): number => {
      const ordered = new OrderedPositions(3);
      // Group 0 leaves out one request and a whole chunk at its beginning, group 1 is idle, group 2 sends a single request.
      ordered.markAll(Int32Array.of(3, 2), 1);
      let position = 1;
      for (let counter = 2048; counter < requests; counter += 512) {
        ordered.markAll(
          Int32Array.from({ length: 512 }, (_, i) => 3 * (counter + i)),
          ++position,
        );
        ordered.forget(position - 4);
      }
      expect([0, 3, 6, 3 * 1024, 3 * 2048, 3 * (requests - 1)].map((id) => ordered.of(id) > 0)).toEqual([
        false,
        true,
        false,
        false,
        true,
        true,
      ]);
      expect([1, 2, 4, 5].map((id) => ordered.of(id))).toEqual([0, 1, 0, 0]);
      return ordered.memory;
    };
    expect(memoryAfter(409_600)).toBe(memoryAfter(40_960));
  });
});
