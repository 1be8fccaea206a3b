// Per-run values become estimates, and estimates answer the objectives.
import { describe, expect, test } from 'vitest';
import {
  ESTIMATE_NAMES,
  type Estimates,
  estimateOf,
  estimatesOf,
  type RunValues,
} from '../../src/experiment/estimate.ts';
import { judge, type Objective } from '../../src/experiment/objective.ts';
import { runValues } from '../../src/experiment/run-values.ts';
import { windowOf } from '../../src/experiment/window.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec, faultOutcome } from '../support/fake-run.ts';

const valuesWith = (values: Partial<Record<string, number | null>>): RunValues =>
  Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, values[name] ?? null])) as RunValues;

describe('an estimate', () => {
  test("is the mean with Student's 95 % interval", () => {
    // t(0.975, 4) = 2.776445; the standard deviation of 1…5 is √2.5.
    const half = (2.776445105 * Math.sqrt(2.5)) / Math.sqrt(5);
    const estimate = estimateOf([1, 2, 3, 4, 5]);
    expect(estimate?.mean).toBe(3);
    expect(estimate?.low).toBeCloseTo(3 - half, 7);
    expect(estimate?.high).toBeCloseTo(3 + half, 7);
    expect(estimate?.replications).toBe(5);
  });

  test('of one replication has no width', () => {
    expect(estimateOf([7])).toEqual({ mean: 7, low: 7, high: 7, replications: 1 });
  });

  test('counts only the replications that could tell, and is null when none could', () => {
    expect(estimateOf([null, 7])).toEqual({ mean: 7, low: 7, high: 7, replications: 1 });
    expect(estimateOf([null, null])).toBeNull();
  });

  test('of a share stays within 0 and 1, and of anything else above 0', () => {
    const estimates = estimatesOf([
      valuesWith({ availability: 1, longest_outage_ms: 0 }),
      valuesWith({ availability: 0.9, longest_outage_ms: 10 }),
    ]);
    expect(estimates.availability?.high).toBe(1);
    expect(estimates.availability?.low).toBeGreaterThan(0);
    expect(estimates.longest_outage_ms?.low).toBe(0);
    expect(estimates.longest_outage_ms?.high).toBeGreaterThan(10);
  });
});

describe('an objective', () => {
  const estimates = {
    ...estimatesOf([valuesWith({ longest_outage_ms: 1800, throughput_per_s: 449 })]),
  } as Estimates;
  const objective = (changes: Partial<Objective>): Objective => ({
    measure: 'finality_p99',
    estimate: 'finality_p99_ms',
    direction: 'at-most',
    target: 2000,
    text: '2s',
    ...changes,
  });

  test('is met at its target and beyond, in its direction', () => {
    const outage = objective({ measure: 'longest_outage', estimate: 'longest_outage_ms' });
    expect(judge([outage], estimates, [])).toEqual([
      {
        measure: 'longest_outage',
        target: '2s',
        value: 1800,
        low: 1800,
        high: 1800,
        at_least: false,
        met: true,
        decided: true,
        reason: null,
      },
    ]);
    expect(judge([{ ...outage, target: 1800 }], estimates, [])[0]?.met).toBe(true);
    expect(judge([{ ...outage, target: 1799 }], estimates, [])[0]?.met).toBe(false);
    const throughput = objective({
      measure: 'throughput',
      estimate: 'throughput_per_s',
      direction: 'at-least',
      text: '450/s',
    });
    expect(judge([{ ...throughput, target: 449 }], estimates, [])[0]?.met).toBe(true);
    expect(judge([{ ...throughput, target: 450 }], estimates, [])[0]?.met).toBe(false);
  });

  test('that could not be measured is missed', () => {
    expect(judge([objective({ estimate: 'availability' })], estimates, [])[0]).toMatchObject({
      value: null,
      met: false,
      reason: 'not measured',
    });
  });

  test('is undecided where the interval of several replications reaches across the target, and met or not by the mean', () => {
    const spread = estimatesOf([valuesWith({ longest_outage_ms: 1900 }), valuesWith({ longest_outage_ms: 2000 })]);
    const outage = objective({ measure: 'longest_outage', estimate: 'longest_outage_ms' });
    expect(judge([outage], spread, [])[0]).toMatchObject({ value: 1950, met: true, decided: false });
    expect(judge([{ ...outage, target: 1940 }], spread, [])[0]).toMatchObject({ met: false, decided: false });
    expect(judge([{ ...outage, target: 9000 }], spread, [])[0]).toMatchObject({ met: true, decided: true });
  });
});

describe('an objective for finality', () => {
  // A run of 10 s whose measured 9 s make 200 transactions a second final within 200 to 400 ms.
  const run = fakeRun(fakeSpec());
  const objective = (estimate: Objective['estimate'], target: number): Objective => ({
    measure: estimate.replace('_ms', ''),
    estimate,
    direction: 'at-most',
    target,
    text: `${target}ms`,
  });
  const judged = (asked: Objective, changes: Partial<RunResult>) => {
    const changed = { ...run, ...changes };
    const window = windowOf(changed, 1 * SECOND);
    return judge([asked], estimatesOf([runValues(changed, window, null)]), [{ run: changed, window }])[0];
  };
  const ages = (...seconds: number[]): Float64Array => Float64Array.from(seconds, (age) => age * SECOND);

  test('is judged on what became final where nothing is unfinished', () => {
    expect(judged(objective('finality_p99_ms', 400), {})).toMatchObject({ met: true, at_least: false });
    expect(judged(objective('finality_p99_ms', 390), {})).toMatchObject({ met: false, at_least: false, reason: null });
  });

  test('counts each unfinished request as at least its age, so that many old ones miss it', () => {
    const many = { unfinished: ages(...Array.from({ length: 100 }, (_, i) => 1 + i / 100)) };
    const missed = judged(objective('finality_p99_ms', 500), many);
    expect(missed).toMatchObject({ met: false, at_least: true, reason: null });
    expect(missed?.value).toBeCloseTo(1990, 0);
    expect(judged(objective('finality_p50_ms', 500), many)).toMatchObject({ met: true, at_least: false });
    expect(judged(objective('finality_max_ms', 500), many)).toMatchObject({ met: false, at_least: true });
    expect(judged(objective('finality_mean_ms', 310), many)?.met).toBe(false);
  });

  test('is hardly moved by requests that were sent a moment ago', () => {
    const young = { unfinished: ages(...Array.from({ length: 60 }, (_, i) => 0.005 * i)) };
    expect(judged(objective('finality_p99_ms', 400), young)).toMatchObject({ met: true, at_least: false });
  });

  test('is not met where too little is final to tell, though no request is older than the target', () => {
    const half = { unfinished: ages(...Array.from({ length: 1800 }, (_, i) => 0.4 + i / 450)) };
    expect(judged(objective('finality_p99_ms', 60_000), half)).toMatchObject({
      met: false,
      at_least: true,
      reason: 'too little of what was sent is final to tell whether it stays within the target',
    });
  });

  test('is missed by a cluster that was down at the end, even for the half of the transactions before', () => {
    const faults = [faultOutcome({ text: 'crash leader', at: 8 * SECOND, recovery: null })];
    const down = { faults, outages: [{ from: 8 * SECOND, to: 10 * SECOND }], unfinished: ages(1.9, 1, 0.1) };
    expect(judged(objective('finality_p50_ms', 500), down)).toMatchObject({
      met: false,
      reason: 'it was down when the run ended, with transactions older than the target unfinished',
    });
    expect(judged(objective('finality_p50_ms', 5000), down)?.met).toBe(true);
  });

  test('is missed where nothing became final', () => {
    const silent = run.segments.map((segment) => ({
      ...segment,
      final: 0,
      finality: new LogLinearHistogram().toSparse(),
    }));
    const missed = judged(objective('finality_p99_ms', 60_000), { segments: silent, unfinished: ages(9, 5) });
    expect(missed).toMatchObject({ met: false, value: 9000, at_least: true, reason: 'nothing became final' });
  });
});
