// The gate on the simulator's own speed: a fall is told only where all turns agree on it, ratios survive a machine that slows down, and
// kernels that disagree are refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernelRatios } from '../../src/executor/kernel-speed.ts';
import { FEWEST_RATIOS, ratioGate } from '../../src/statistics/ratio-gate.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

describe('a ratio', () => {
  test.each([
    ['as before', [4, 4.1, 3.9, 4, 4.2, 4, 4.1, 3.9, 4], 'passed'],
    ['above', [8, 8, 8, 8, 8, 8, 8, 8, 8], 'passed'],
    ['below, but not by the tolerance', [3, 3.1, 2.9, 3, 3, 3.1, 2.9, 3, 3], 'passed'],
    ['below the tolerance in every turn', [2, 2.1, 1.9, 2, 2, 2.1, 1.9, 2, 2], 'fell'],
    ['below in most turns, above in some', [2, 2.1, 1.9, 4, 4, 2.1, 1.9, 4, 2], 'noisy'],
    ['below in every turn, but all over the place', [2, 0.5, 1.9, 0.4, 2, 0.6, 1, 0.5, 2], 'noisy'],
  ] as const)('%s', (_, ratios, state) => {
    expect(ratioGate(ratios, 4, 0.35).state).toBe(state);
  });

  test('of a few turns only is refused', () => {
    const few = Array.from({ length: FEWEST_RATIOS - 1 }, () => 4);
    expect(() => ratioGate(few, 4, 0.35)).toThrow('expected at least 6');
    expect(ratioGate([...few, 4], 4, 0.35).state).toBe('passed');
  });

  test('is judged alike in any order, and two outliers of nine turn no verdict', () => {
    const ratios = fc.array(fc.double({ min: 3.6, max: 4.4, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(ratios, fc.double({ min: 0.01, max: 100, noNaN: true }), (calm, outlier) => {
        const gate = ratioGate([outlier, ...calm], 4, 0.35);
        expect(gate.state).toBe('passed');
        expect(ratioGate([...calm, outlier], 4, 0.35)).toEqual(gate);
      }),
    );
  });
});

describe('the kernels in turns', () => {
  /** A clock that the runs themselves advance: 1 ms on the fast kernel, 5 ms on the reference, all of it times the machine's mood. */
  function machine(mood: (run: number) => number) {
    let [now, runs] = [0, 0];
    return {
      clock: () => now,
      simulate: ((spec, options) => {
        now += (options?.kernel === 'reference' ? 5 : 1) * mood(runs++);
        return fakeRun(spec, options);
      }) as typeof fakeRun,
    };
  }

  test('have the ratio of their times', async () => {
    const { clock, simulate } = machine(() => 1);
    const ratios = await kernelRatios(fakeSpec(), 9, simulate, clock);
    expect(ratios).toHaveLength(9);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(5, 9);
  });

  test('keep it on a machine that slows down meanwhile, since who goes first changes', async () => {
    const { clock, simulate } = machine((run) => 1 + run / 500);
    const ratios = await kernelRatios(fakeSpec(), 9, simulate, clock);
    const median = ratios.toSorted((a, b) => a - b)[4] as number;
    expect(median).toBeGreaterThan(4);
    expect(median).toBeLessThan(6);
  });

  test('keep it beside a neighbour that makes some runs three times as long: the quickest part of a turn counts', async () => {
    const { clock, simulate } = machine((run) => (run % 90 < 20 ? 3 : 1));
    for (const ratio of await kernelRatios(fakeSpec(), 9, simulate, clock)) expect(ratio).toBeCloseTo(5, 9);
  });

  test('are timed when both are compiled: the fast one has run for as long as the slow one', async () => {
    let [now, fast] = [0, 0];
    const compiling: typeof fakeRun = (spec, options) => {
      now += options?.kernel === 'reference' ? 200 : fast++ < 30 ? 20 : 10;
      return fakeRun(spec, options);
    };
    expect((await kernelRatios(fakeSpec(), 1, compiling, () => now))[0]).toBeCloseTo(20, 9);
  });

  test('that disagree are refused', async () => {
    const { clock, simulate } = machine(() => 1);
    await expect(kernelRatios(fakeSpec({ label: 'flaky' }), 9, simulate, clock)).rejects.toThrow('do not agree');
  });
});
