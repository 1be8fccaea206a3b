// The warm-up is found where latency and throughput settle, never beyond half of the run, and never in what a fault did.
import { describe, expect, test } from 'vitest';
import { warmUpOf } from '../../src/experiment/warm-up.ts';
import type { RunResult, SegmentResult } from '../../src/simulation/run-result.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec, faultOutcome } from '../support/fake-run.ts';

/** A run of 40 segments of 1 s with these mean latencies (ms) and final transactions. */
function runWith(latencyOf: (i: number) => number, finalOf = (_: number): number => 100, faultAt?: number): RunResult {
  const base = fakeRun(fakeSpec());
  const segments = Array.from({ length: 40 }, (_, i): SegmentResult => {
    const finality = new LogLinearHistogram();
    finality.recordMany(Math.round(latencyOf(i) * MILLISECOND), finalOf(i));
    const from = i * SECOND;
    return {
      ...(base.segments[0] as SegmentResult),
      from,
      to: from + SECOND,
      final: finalOf(i),
      finality: finality.toSparse(),
    };
  });
  const faults = faultAt === undefined ? [] : [faultOutcome({ at: faultAt * SECOND, recovery: null })];
  return { ...base, segments, faults, endedAt: 40 * SECOND };
}
const ripple = (i: number): number => (i % 3) - 1;

describe('the warm-up', () => {
  test('ends where it is said to', () => {
    expect(warmUpOf([], 5 * SECOND, 40 * SECOND)).toEqual({ end: 5 * SECOND, rule: 'given', notes: [] });
  });

  test('is over where latency settles', () => {
    const run = runWith((i) => (i < 8 ? 900 - 100 * i : 100 + ripple(i)));
    expect(warmUpOf([run], 'auto', 40 * SECOND)).toEqual({ end: 8 * SECOND, rule: 'detected', notes: [] });
  });

  test('is over where throughput settles, if that is later', () => {
    const run = runWith(
      (i) => 100 + ripple(i),
      (i) => (i < 6 ? 10 * i + 1 : 100 + ripple(i)),
    );
    expect(warmUpOf([run], 'auto', 40 * SECOND).end).toBe(6 * SECOND);
  });

  test('is none where the run is steady from the start', () => {
    expect(warmUpOf([runWith((i) => 100 + ripple(i))], 'auto', 40 * SECOND).end).toBeLessThanOrEqual(2 * SECOND);
  });

  test('covers the time in which nothing became final', () => {
    const run = runWith(
      () => 100,
      (i) => (i < 3 ? 0 : 100),
    );
    expect(warmUpOf([run], 'auto', 40 * SECOND).end).toBe(3 * SECOND);
  });

  test('never takes more than half of the run, and says that the run had not settled', () => {
    const warmUp = warmUpOf([runWith((i) => 100 + 50 * i)], 'auto', 40 * SECOND);
    expect(warmUp.end).toBeLessThanOrEqual(20 * SECOND);
    expect(warmUp.notes).toHaveLength(1);
    expect(warmUp.notes[0]).toContain('may not have settled');
  });

  test('does not take what a fault did for a warm-up', () => {
    const disturbed = (i: number): number => (i < 4 ? 500 - 100 * i : i >= 20 && i < 25 ? 5000 : 100 + ripple(i));
    expect(warmUpOf([runWith(disturbed, undefined, 20)], 'auto', 40 * SECOND).end).toBe(4 * SECOND);
  });

  test('of a run too short to tell is not guessed, and the notes say so', () => {
    const warmUp = warmUpOf([runWith((i) => 500 - i, undefined, 6)], 'auto', 40 * SECOND);
    expect(warmUp.end).toBe(0);
    expect(warmUp.notes[0]).toMatch(/too short to detect a warm-up \(6 segments/);
  });

  test('is one for all replications, from their mean', () => {
    const slow = runWith((i) => (i < 8 ? 900 - 100 * i : 100 + ripple(i)));
    const quick = runWith((i) => 100 + ripple(i));
    expect(warmUpOf([slow, quick], 'auto', 40 * SECOND).end).toBe(8 * SECOND);
  });

  test('without any run is nothing', () => {
    expect(warmUpOf([], 'auto', 40 * SECOND).end).toBe(0);
  });
});
