// Columns of batches cut from shared slabs: each batch has its own part, of zeros, however large it is.
import { expect, test } from 'vitest';
import { BatchColumns } from '../../src/simulation/batch-columns.ts';

test('no two batches share a place, small and large ones in any order', () => {
  const columns = new BatchColumns();
  const sizes = [1, 3, 0, 220, 7, 9000, 1, 5000, 5000, ...Array.from({ length: 300 }, (_, i) => (i * 37) % 90)];
  const made = sizes.map((size, i) => {
    const { ids, received } = columns.claim(size);
    expect([ids.length, received.length]).toEqual([size, size]);
    expect([...ids, ...received].every((value) => value === 0)).toBe(true);
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
