// The benchmark's cases, on tiny versions: they run clean, do the work they are sized for, and both kernels agree on them.
import { describe, expect, test } from 'vitest';
import { type BenchCase, pbftCase, raftCase } from '../../bench/cases.ts';
import { measureGrowth } from '../../bench/measure-growth.ts';
import { measureRun } from '../../bench/measure-run.ts';
import { measurements, wholeRuns } from '../../bench/plan.ts';
import { targets } from '../../bench/targets.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { workloadNamed } from '../../src/workloads/registry.ts';

const supplyChain = { name: 'supply-chain', options: defaultsOf(workloadNamed('supply-chain').options as never) };

const tiny: readonly BenchCase[] = [
  pbftCase(4, 3_000, 3_000),
  pbftCase(16, 10_000, 5_000),
  pbftCase(16, 10_000, 5_000, supplyChain),
  raftCase(3, 2_000, 100_000),
  raftCase(7, 2_000, 100_000),
];

describe('the cases', () => {
  test.each(tiny)('$name finishes its requests without a violation before the horizon', ({ spec }) => {
    const result = simulate(spec);
    expect(result.violations).toEqual([]);
    expect(result.counts.transactions).toBeGreaterThanOrEqual(spec.stopAfter as number);
    expect(result.endedAt).toBeLessThan(spec.horizon);
  });

  test.each(tiny)('$name gives one digest on both kernels', ({ spec, referenceStopAfter }) => {
    const shorter = { ...spec, stopAfter: referenceStopAfter };
    const { digest } = simulate(shorter);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(simulate(shorter, { kernel: 'reference' }).digest).toBe(digest);
  });

  test('a PBFT case delivers about the messages it is asked for', () => {
    const { counts } = simulate(pbftCase(16, 40_000, 1).spec);
    expect(counts.deliveredMessages).toBeGreaterThan(36_000);
    expect(counts.deliveredMessages).toBeLessThan(48_000);
  });

  test('a case whose workload is not the opaque one says so in its name', () => {
    expect(pbftCase(16, 1, 1, supplyChain).name).toBe('pbft-n16-supply-chain');
    expect(pbftCase(16, 1, 1).name).toBe('pbft-n16');
  });
});

describe('the plan', () => {
  test('has PBFT and Raft at every size that is promised, each name once', () => {
    const names = measurements.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const n of [4, 16, 64, 100, 256, 1000]) expect(names).toContain(`pbft-n${n}`);
    for (const n of [3, 5, 7, 21]) expect(names).toContain(`raft-n${n}`);
    expect(names).toContain('pbft-n16-supply-chain');
  });

  test('measures everything that has a target', () => {
    const names = measurements.map(({ name }) => name);
    expect(targets.filter(({ name }) => !names.includes(name))).toEqual([]);
  });

  test('runs with everything on: four cores, both cards, jitter and order on the links', () => {
    for (const { spec } of wholeRuns) {
      expect(spec.machine.cores).toBeGreaterThan(1);
      expect(spec.network.egress.bitsPerSecond).toBeLessThan(Number.POSITIVE_INFINITY);
      expect(spec.network.ingress.bitsPerSecond).toBeLessThan(Number.POSITIVE_INFINITY);
      expect(spec.network.jitter.kind).toBe('lognormal');
      expect(spec.network.transport).toBe('tcp');
    }
  });

  test('times Raft over a million transactions', () => {
    const raft = wholeRuns.filter(({ name }) => name.startsWith('raft'));
    expect(raft.map(({ spec }) => spec.stopAfter)).toEqual([1e6, 1e6, 1e6, 1e6]);
  });
});

describe('measuring', () => {
  const once = { fewest: 1, most: 1, budgetMs: 1 };

  test('a whole run gives figures that follow from its counts', () => {
    const result = measureRun(pbftCase(4, 3_000, 1_500), {
      warmUp: 1,
      alone: { ...once, fewest: 3, most: 3 },
      inTurns: once,
    });
    expect(result.repetitions).toBe(3);
    expect(result.messages_per_second).toBeGreaterThanOrEqual(result.messages_per_second_median);
    expect(result.messages_per_second_first).toBeGreaterThan(0);
    const seconds = (result.ns_per_transaction * result.transactions) / 1e9;
    expect(result.messages_per_second * seconds).toBeCloseTo(result.messages, 3);
    expect(result.bytes_per_message).toBe(result.kernel_bytes / result.peak_in_flight);
    expect(result.reference?.transactions).toBeLessThan(result.transactions);
    expect(result.ratio_to_reference).toBeGreaterThan(0);
  });

  test('a run that violates a law is refused, not timed', () => {
    const { spec, ...rest } = pbftCase(4, 3_000, 1_500);
    const never = { ...spec, horizon: 2_000_000, progressWithin: 1 };
    expect(() => measureRun({ ...rest, spec: never }, { warmUp: 0, alone: once, inTurns: once })).toThrow(/pbft-n4: /);
  });

  test('memory is not measured without a collector', () => {
    expect(globalThis.gc).toBeUndefined();
    expect(() => measureGrowth('growth', raftCase(3, 1_000, 100_000).spec)).toThrow(/--expose-gc/);
  });
});
