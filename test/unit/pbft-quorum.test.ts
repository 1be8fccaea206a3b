// Quorum arithmetic (OSDI'99 section 3), over every n up to 200 and every f it can bear.
import { describe, expect, test } from 'vitest';
import { primaryOf, quorumsOf } from '../../src/protocols/pbft/quorum.ts';

describe('quorums', () => {
  test('two of them share a correct replica, and the correct replicas alone form one', () => {
    for (let n = 1; n <= 200; n++)
      for (let faults = 0; 3 * faults + 1 <= n; faults++) {
        const { f, quorum } = quorumsOf(n, faults);
        expect(f).toBe(faults);
        expect(2 * quorum - n).toBeGreaterThanOrEqual(f + 1);
        expect(quorum).toBeLessThanOrEqual(n - f);
      }
  });

  test('they are the smallest sets that do', () => {
    for (let n = 1; n <= 200; n++) {
      const { f, quorum } = quorumsOf(n, null);
      expect(2 * (quorum - 1) - n).toBeLessThan(f + 1);
    }
  });

  test('a quorum is 2f + 1 of 3f + 1 replicas, and more of 3f + 2', () => {
    for (let f = 0; f < 60; f++) {
      expect(quorumsOf(3 * f + 1, null)).toEqual({ n: 3 * f + 1, f, quorum: 2 * f + 1, weak: f + 1 });
      expect(quorumsOf(3 * f + 2, f).quorum).toBe(2 * f + 2);
    }
  });

  test('the primary of view v is replica v mod n', () => {
    expect([0, 1, 6, 7, 15].map((view) => primaryOf(view, 7))).toEqual([0, 1, 6, 0, 1]);
  });
});
