// Payments: conserved balances, refused overdrafts, hot accounts by Zipf's law, sizes of ISO 20022 messages.
import { describe, expect, test } from 'vitest';
import { draw } from '../../src/kernel/random.ts';
import { type PaymentsOptions, payments } from '../../src/workloads/payments.ts';
import { ZipfRanks } from '../../src/workloads/zipf.ts';

const options: PaymentsOptions = {
  message: 'pacs.008',
  accounts: 50,
  skew: 0.99,
  initialBalance: 100_000,
  largestAmount: 50_000,
  readShare: 0,
};
const context = { seed: 3, groups: 2 };

describe('the payments ledger', () => {
  test('conserves money over transfers and refused overdrafts, and no account goes below zero', () => {
    const state = payments.create(options, context).newState();
    let refused = 0;
    for (let id = 0; id < 50_000; id++) {
      const digest = state.digest();
      if (state.execute(id)) expect(state.digest()).not.toBe(digest);
      else {
        refused++;
        expect(state.digest()).toBe(digest);
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(50_000);
    expect(state.invariant()).toBeNull();
    expect(state.bytes()).toBe(50 * 64);
  });

  test('refuses every transfer when nobody has money, and none when everybody has more than can be spent', () => {
    const counts = [0, 1_000_000_000].map((initialBalance) => {
      const state = payments.create({ ...options, initialBalance }, context).newState();
      let valid = 0;
      for (let id = 0; id < 2000; id++) if (state.execute(id)) valid++;
      expect(state.invariant()).toBeNull();
      return valid;
    });
    expect(counts).toEqual([0, 2000]);
  });

  test('with its defaults refuses few transfers of a minute at 500/s', () => {
    const defaults = { ...options, accounts: 10_000, initialBalance: 10_000_000, largestAmount: 100_000 };
    const state = payments.create(defaults, context).newState();
    let refused = 0;
    for (let id = 0; id < 30_000; id++) if (!state.execute(id)) refused++;
    expect(refused).toBeLessThan(300);
  });

  test('answers balance queries in the asked share without changing anything', () => {
    const workload = payments.create({ ...options, readShare: 0.3 }, context);
    const state = workload.newState();
    let reads = 0;
    for (let id = 0; id < 20_000; id++) {
      if (!workload.isRead(id)) continue;
      reads++;
      const digest = state.digest();
      expect(state.execute(id)).toBe(true);
      expect(state.digest()).toBe(digest);
      expect(workload.bytes(id)).toBe(600);
    }
    expect(Math.abs(reads - 6000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.3 * 0.7));
  });
});

describe('payment messages', () => {
  test('have the sizes of ISO 20022 messages', () => {
    const bounds = { 'pacs.008': [2000, 3000], 'pain.001': [2500, 2500] } as const;
    for (const message of ['pacs.008', 'pain.001'] as const) {
      const workload = payments.create({ ...options, message }, context);
      const ids = Array.from({ length: 20_000 }, (_, id) => id);
      const sizes = ids.map((id) => workload.bytes(id));
      const replies = ids.map((id) => workload.replyBytes(id));
      expect([Math.min(...sizes), Math.max(...sizes)]).toEqual(bounds[message]);
      expect([Math.min(...replies), Math.max(...replies)]).toEqual([600, 1300]);
      expect(sizes.reduce((a, b) => a + b) / sizes.length / 2500).toBeCloseTo(1, 2);
    }
  });
});

describe('Zipf’s law', () => {
  test('is drawn with the probabilities of its definition (chi-square, 0.1 % level)', () => {
    const count = 40;
    for (const skew of [0, 0.5, 0.99, 1]) {
      const ranks = new ZipfRanks(count, skew);
      const seen = new Float64Array(count);
      const draws = 200_000;
      for (let i = 0; i < draws; i++) {
        const rank = ranks.draw(draw(1, i), draw(2, i));
        seen[rank] = (seen[rank] as number) + 1;
      }
      const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -skew);
      const total = weights.reduce((a, b) => a + b);
      const chiSquare = weights.reduce((sum, weight, rank) => {
        const expected = (draws * weight) / total;
        return sum + ((seen[rank] as number) - expected) ** 2 / expected;
      }, 0);
      // The 99.9 % quantile of chi-square with 39 degrees of freedom.
      expect(chiSquare, `skew ${skew}`).toBeLessThan(72.05);
    }
  });

  test('holds for a million ranks', () => {
    const ranks = new ZipfRanks(1_000_000, 1);
    const draws = 200_000;
    let first = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let i = 0; i < draws; i++) {
      const rank = ranks.draw(draw(5, i), draw(6, i));
      if (rank === 0) first++;
      least = Math.min(least, rank);
      most = Math.max(most, rank);
    }
    // The harmonic number of a million is 14.3927.
    expect(Math.abs(first - draws / 14.3927)).toBeLessThan(4 * Math.sqrt(draws / 14.3927));
    expect(least).toBe(0);
    expect(most).toBeGreaterThan(900_000);
    expect(most).toBeLessThan(1_000_000);
  });
});
