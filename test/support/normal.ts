// Normal values for tests, by inverting the law (its accuracy has tests of its own: sampler-elementary.test.ts).
import { normalQuantile } from '../../src/kernel/elementary.ts';
import type { Dice } from './dice.ts';

/** Mean 0, standard deviation 1. */
export function normalFrom(dice: Dice): number {
  // The middle of one of 2^32 equal parts: 0 has no quantile.
  return normalQuantile(dice.unit() + 1 / 8589934592);
}
