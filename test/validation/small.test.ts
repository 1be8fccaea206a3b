// The validation suite in its small setting: every prediction that is judged holds, from the scenario files that ship.
import { expect, test } from 'vitest';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import { validateTarget } from '../../src/validation/validate.ts';

/** Intervals of 10^5 elections, and tails of 10^4: only the full suite runs so many. */
const NEEDS_MANY_RUNS = /^(split-votes|wide-area-election|etcd-failover|m-d-1|election-time)/;

for (const target of targets.filter(({ id }) => !NEEDS_MANY_RUNS.test(id)))
  test(`${target.id}: ${target.summary}`, async () => {
    const { comparisons } = await validateTarget(target, inlineObserver(), { small: true });
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ holds, ungated }) => !holds && ungated === null)).toEqual([]);
  });

// In the small setting these say less: their error is that of their sample. Still far from any other law.
const bounds = {
  'm-d-1-card': 3,
  'm-d-1-core': 3,
  'split-votes-5-2': 6,
  'election-time-5-1': 3,
  'wide-area-election-0': 5,
};
for (const [id, percent] of Object.entries(bounds))
  test(`${id} comes within ${percent} % in the small setting`, async () => {
    const target = targets.find((one) => one.id === id)!;
    const { comparisons } = await validateTarget(target, inlineObserver(), { small: true });
    expect(comparisons.length).toBeGreaterThan(0);
    for (const { row, errorPercent } of comparisons) expect(Math.abs(errorPercent!), row).toBeLessThan(percent);
  });
