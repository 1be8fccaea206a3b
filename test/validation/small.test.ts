// The validation suite in its small setting: every prediction that is judged holds, from the scenario files that ship.
import { describe, expect, test } from 'vitest';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import { validateTarget } from '../../src/validation/validate.ts';

/** Intervals of 10^5 elections, tails of 10^4, means of 10^7 customers: only the full suite runs so many. */
const NEEDS_MANY_RUNS = /^(split-votes|wide-area-election|election-time|etcd-failover|m-[dm]-1|saturation-thread)/;

async function small(id: string) {
  const { comparisons } = await validateTarget(targets.find((one) => one.id === id)!, inlineObserver(), {
    small: true,
  });
  expect(comparisons.length).toBeGreaterThan(0);
  return comparisons;
}

test.each(targets.filter(({ id }) => !NEEDS_MANY_RUNS.test(id)).map(({ id }) => id))('%s holds', async (id) => {
  const comparisons = await small(id);
  expect(comparisons.filter(({ holds, ungated }) => !holds && ungated === null)).toEqual([]);
});

// In the small setting these say less: their error is that of their sample. Still far from any other law.
describe('within the error of a small sample', () => {
  const bounds = {
    'm-d-1-card': 3,
    'm-d-1-card-busy': 3,
    'm-d-1-core': 3,
    'm-m-1-card': 3,
    'm-m-1-thread': 3,
    'm-m-1-thread-busy': 3,
    'saturation-thread': 5,
    'split-votes-5-2': 6,
    'split-votes-9-4': 6,
    'election-time-5-1': 5,
    'wide-area-election-0': 5,
  };
  test.each(Object.entries(bounds))('%s comes within %i %', async (id, percent) => {
    for (const { row, errorPercent } of await small(id)) expect(Math.abs(errorPercent!), row).toBeLessThan(percent);
  });
});
