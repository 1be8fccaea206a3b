// The validation suite in its small setting: every target is run, and every prediction that is judged holds. Where values are drawn, so
// many standard errors of the sample as validate.ts says are added to the tolerance; nothing else is.
import { expect, test, vi } from 'vitest';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import { SMALL_ERRORS, validateTarget } from '../../src/validation/validate.ts';

// Seconds of processor time, which a busy machine makes minutes.
vi.setConfig({ testTimeout: 600_000 });

test.each(targets.map((target) => [target.id, target] as const))('%s holds', async (_, target) => {
  const { comparisons } = await validateTarget(target, inlineObserver(), { small: true });
  expect(comparisons.length).toBeGreaterThan(0);
  expect(comparisons.filter(({ holds, ungated }) => !holds && ungated === null)).toEqual([]);
  for (const { allowance, standardError } of comparisons) expect(allowance).toBe(SMALL_ERRORS * (standardError ?? 0));
});
