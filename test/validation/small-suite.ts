// The validation suite in its small setting: every target is run, and every prediction that is judged holds. Where values are drawn, so
// many standard errors of the sample as validate.ts says are added to the tolerance; nothing else is. Two test files share the targets,
// so that two workers do; suite.test.ts sees that none is left out.
import { expect, test, vi } from 'vitest';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import type { Target } from '../../src/validation/target.ts';
import { SMALL_ERRORS, validateTarget } from '../../src/validation/validate.ts';

/** Against closed forms of queues and quorums, which take half of the time; all others are elections and systems. */
const isQueue = ({ id }: Target): boolean => /^(m-[dm]-1|saturation|tcp-order|quorum-order)/.test(id);

/** Waiting in single queues, which a million customers tell to this many per cent. */
const isWaiting = ({ id }: Target): boolean => /^m-[dm]-1/.test(id);
const MILLION_TELLS = 3;

export const queueTargets = targets.filter(isQueue);
export const otherTargets = targets.filter((target) => !isQueue(target));

/** A test for each of the targets. */
export function allHold(some: readonly Target[]): void {
  // Seconds of processor time, which a busy machine makes minutes.
  vi.setConfig({ testTimeout: 600_000 });
  test.each(some.map((target) => [target.id, target] as const))('%s holds', async (_, target) => {
    const { comparisons } = await validateTarget(target, inlineObserver(), { small: true });
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ holds, ungated }) => !holds && ungated === null)).toEqual([]);
    for (const { allowance, standardError } of comparisons) expect(allowance).toBe(SMALL_ERRORS * (standardError ?? 0));
    if (isWaiting(target))
      for (const { errorPercent, row } of comparisons)
        expect(Math.abs(errorPercent ?? Number.NaN), row).toBeLessThanOrEqual(MILLION_TELLS);
  });
}
