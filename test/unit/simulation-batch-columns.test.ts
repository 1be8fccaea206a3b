// Columns of batches cut from shared slabs: each batch has its own part, however large it is, and none holds more than that.
import { expect, test } from 'vitest';
import { BatchColumns, type Columns } from '../../src/simulation/batch-columns.ts';

test('no two batches share a place, small and large ones in any order', () => {
  const columns = new BatchColumns();
  const sizes = [1, 3, 0, 220, 7, 9000, 1, 5000, 5000, ...Array.from({ length: 300 }, (_, i) => (i * 37) % 90)];
  const made = sizes.map((size, i) => {
    const { ids, received } = columns.claim(size);
    expect([ids.length, received.length]).toEqual([size, size]);
    ids.fill(i + 1);
    received.fill(-i - 1);
    return { ids, received };
  });
  for (const [i, { ids, received }] of made.entries()) {
    expect(ids.every((value) => value === i + 1)).toBe(true);
    expect(received.every((value) => value === -i - 1)).toBe(true);
  }
  // Small batches share slabs: that is what they are for.
  expect(new Set(made.map(({ ids }) => ids.buffer)).size).toBeLessThan(made.length / 4);
});

test('a batch that was cut short, or is large, keeps no more memory alive than its own', () => {
  const columns = new BatchColumns();
  for (let i = 0; i < 6; i++) columns.claim(600);
  const [before, short, after] = [columns.claim(500), columns.claim(400), columns.claim(3000)].map((room, i) =>
    i === 1 ? columns.cutShort(room, 400, 7) : room,
  ) as [Columns, Columns, Columns];
  expect([short.ids.buffer.byteLength, short.received.buffer.byteLength]).toEqual([28, 56]);
  expect(after.ids.buffer.byteLength).toBe(36_000);
  // What was claimed for it is used for the next one.
  const next = columns.claim(3);
  expect(next.received.byteOffset).toBe(before.ids.byteOffset + before.ids.byteLength);
});
