// PBFT whose proposers take turns, under random schedules as in pbft-schedules and pbft-short-schedules: messages delayed, dropped and
// duplicated, replicas crashed, restarted with and without memory, cut off or Byzantine.
import { describe, test } from 'vitest';
import { check } from '../support/pbft-story.ts';

const COUNT = Number(process.env.PBFT_SHORT ?? 40);
const FROM = Number(process.env.PBFT_FROM ?? 0);
const base = { after: 8, byzantine: 0, rotates: true } as const;

describe.each([4, 5, 7])('among %i replicas whose proposers rotate', (n) => {
  describe.each(['signature', 'mac'] as const)('with %s', (auth) => {
    test.each([
      { durable: true, crashes: true },
      { durable: false, crashes: true },
      { durable: false, crashes: false },
    ])('all agree and get on again ($durable durable, $crashes crashes)', ({ durable, crashes }) => {
      for (let i = 0; i < COUNT; i++) {
        const seed = 3_000_000 * n + FROM + i;
        check({ ...base, seed, n, auth, durable, crashes, steps: 40 + (i % 8) * 60 });
      }
    });

    test('f liars among them change nothing', () => {
      for (let i = 0; i < COUNT; i++) {
        const seed = 4_000_000 * n + FROM + i;
        check({ ...base, seed, n, auth, durable: false, crashes: false, byzantine: 1, steps: 40 + (i % 8) * 60 });
      }
    });
  });
});
