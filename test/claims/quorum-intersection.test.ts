// Castro & Liskov, TOCS'02, section 4.1: "any two quorums have at least one correct replica in common" and
// "there is always a quorum available with no faulty replicas". Ongaro, thesis, section 3.2: any two majorities share a server.
import { expect, test } from 'vitest';
import { quorumsOf } from '../../src/protocols/pbft/quorum.ts';
import { majority } from '../../src/protocols/raft/quorum.ts';

test('for every n from 4 to 100 and every f that n bears, two PBFT quorums share f + 1 replicas, and the correct ones are one', () => {
  for (let n = 4; n <= 100; n++)
    for (let f = 0; 3 * f + 1 <= n; f++) {
      const { quorum, weak } = quorumsOf(n, f);
      const shared = 2 * quorum - n;
      expect(shared, `n=${n} f=${f}`).toBeGreaterThanOrEqual(f + 1);
      expect(n - f, `n=${n} f=${f}`).toBeGreaterThanOrEqual(quorum);
      expect(weak).toBe(f + 1);
      // The least such number: one less would share too few.
      expect(2 * (quorum - 1) - n, `n=${n} f=${f}`).toBeLessThan(f + 1);
      if (n === 3 * f + 1) expect(quorum).toBe(2 * f + 1);
    }
});

test('left to itself, PBFT tolerates as many faults as 3f + 1 ≤ n allows', () => {
  for (let n = 4; n <= 100; n++) {
    const { f } = quorumsOf(n, null);
    expect(3 * f + 1).toBeLessThanOrEqual(n);
    expect(3 * (f + 1) + 1).toBeGreaterThan(n);
  }
});

test('two majorities of Raft share a node, and one fewer may not', () => {
  for (let n = 1; n <= 100; n++) {
    expect(2 * majority(n) - n).toBeGreaterThanOrEqual(1);
    expect(2 * (majority(n) - 1) - n).toBeLessThan(1);
  }
});
