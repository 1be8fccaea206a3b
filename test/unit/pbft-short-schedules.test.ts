// PBFT under thousands of short random schedules, most of which end in the middle of a view change, a checkpoint or a recovery:
// few steps reach many different states, where long schedules mostly repeat the normal case. Half of the clusters are larger than
// 3f + 1, where sets of 2f + 1 would not do.
import { describe, test } from 'vitest';
import { check } from '../support/pbft-story.ts';

const COUNT = Number(process.env.PBFT_SHORT ?? 80);
const FROM = Number(process.env.PBFT_FROM ?? 0);
const base = { after: 6, byzantine: 0 } as const;

describe.each([4, 5, 6, 7])('among %i replicas', (n) => {
  describe.each(['signature', 'mac'] as const)('with %s', (auth) => {
    test.each([
      { durable: true, crashes: true },
      { durable: false, crashes: true },
      { durable: false, crashes: false },
    ])('all agree and get on again ($durable durable, $crashes crashes)', ({ durable, crashes }) => {
      for (let i = 0; i < COUNT; i++) {
        const seed = 1_000_000 * n + FROM + i;
        check({ ...base, seed, n, auth, durable, crashes, steps: 40 + (i % 8) * 40 });
      }
    });

    test('f liars among them change nothing', () => {
      for (let i = 0; i < COUNT; i++) {
        const seed = 2_000_000 * n + FROM + i;
        check({ ...base, seed, n, auth, durable: false, crashes: false, byzantine: 1, steps: 40 + (i % 8) * 40 });
      }
    });
  });
});
