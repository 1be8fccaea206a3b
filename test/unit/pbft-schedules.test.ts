// PBFT under random schedules: messages delayed, reordered, dropped and duplicated, replicas crashed, restarted, cut off or
// Byzantine. Whatever happens, correct replicas agree; once messages arrive again, every request is answered.
import { describe, test } from 'vitest';
import { check } from '../support/pbft-story.ts';

const seeds = Array.from(
  { length: Number(process.env.PBFT_SEEDS ?? 6) },
  (_, i) => i + 1 + Number(process.env.PBFT_FROM ?? 0),
);
const base = { steps: 1500, after: 30, durable: false, auth: 'signature', byzantine: 0, crashes: false } as const;

describe.each([4, 5, 6, 7])('among %i replicas', (n) => {
  test('correct replicas agree and get on again after messages were lost and links cut', () => {
    for (const seed of seeds) check({ ...base, seed, n });
  });

  test('replicas that wrote down what they promised may crash and restart in any number', () => {
    for (const seed of seeds) check({ ...base, seed, n, durable: true, crashes: true });
  });

  test('up to f replicas may restart without their memory', () => {
    for (const seed of seeds) check({ ...base, seed, n, crashes: true });
  });

  test('the same holds with authenticators instead of signatures', () => {
    for (const seed of seeds) check({ ...base, seed, n, durable: true, crashes: true, auth: 'mac' });
  });

  test('up to f Byzantine replicas can neither split the others nor stop them', () => {
    for (const seed of seeds) check({ ...base, seed, n, byzantine: 1 });
  });

  test('nor can they with authenticators instead of signatures', () => {
    for (const seed of seeds) check({ ...base, seed, n, byzantine: 1, auth: 'mac' });
  });
});
