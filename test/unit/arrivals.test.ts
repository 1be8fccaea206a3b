// Arrival processes against their laws: exact rates, exponential gaps, burstiness, replay; and independence of the groups.
import { describe, expect, test } from 'vitest';
import { NEVER, SECOND } from '../../src/units/quantities.ts';
import { arrivalProcesses, arrivalsNamed } from '../../src/workloads/arrival-registry.ts';
import { bursty } from '../../src/workloads/arrivals/bursty.ts';
import { constant } from '../../src/workloads/arrivals/constant.ts';
import { poisson } from '../../src/workloads/arrivals/poisson.ts';
import { trace } from '../../src/workloads/arrivals/trace.ts';
import type { ArrivalProcess } from '../../src/workloads/arrivals.ts';

const context = { seed: 11, group: 0 };

function taken(process: ArrivalProcess, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => process.next());
}

/** How many arrivals fall into each of `bins` intervals of this length. */
function countsOf(process: ArrivalProcess, bin: number, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  for (let at = process.next(); at < bin * bins; at = process.next()) {
    const index = Math.floor(at / bin);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

function momentsOf(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}

const examples: Record<keyof typeof arrivalProcesses, ArrivalProcess[]> = {
  poisson: [0.5, 3000, 2e6].map((rate) => poisson.create({ rate }, context)),
  constant: [0.3, 3000, 7e8].map((rate) => constant.create({ rate }, context)),
  bursty: [0, 50].map((rate) => bursty.create({ rate, burstRate: 9000, calm: SECOND, burst: SECOND / 10 }, context)),
  trace: [trace.create({ times: Float64Array.of(0, 5, 5, 9), repeat: true }, context)],
};

describe('every arrival process', () => {
  test('gives whole, non-decreasing instants from 0 on, the same ones each time', () => {
    for (const [name, processes] of Object.entries(examples))
      for (const process of processes) {
        const times = taken(process, 5000);
        expect(times.every((at, i) => Number.isSafeInteger(at) && at >= (times[i - 1] ?? 0), name)).toBe(true);
      }
    const [once, again] = [0, 1].map(() => taken(poisson.create({ rate: 99 }, context), 100));
    expect(once).toEqual(again);
  });

  test('is independent between groups and between seeds', () => {
    const first = taken(poisson.create({ rate: 100 }, context), 10);
    expect(taken(poisson.create({ rate: 100 }, { seed: 11, group: 1 }), 10)).not.toEqual(first);
    expect(taken(poisson.create({ rate: 100 }, { seed: 12, group: 0 }), 10)).not.toEqual(first);
  });

  test('is registered under its own name', () => {
    for (const [name, definition] of Object.entries(arrivalProcesses)) expect(arrivalsNamed(name)).toBe(definition);
    expect(() => arrivalsNamed('poison')).toThrow("no arrival process 'poison': there are poisson, constant, bursty");
  });
});

describe('constant arrivals', () => {
  test('are exactly so many in every second, whether or not the gap is whole', () => {
    for (const rate of [1, 3, 7, 1000, 3000, 4096, 123_457])
      expect(new Set(countsOf(constant.create({ rate }, context), SECOND, 5))).toEqual(new Set([rate]));
    expect(new Set(countsOf(constant.create({ rate: 0.1 }, context), 10 * SECOND, 50))).toEqual(new Set([1]));
    expect(new Set(countsOf(constant.create({ rate: 1 / 3 }, context), 3 * SECOND, 50))).toEqual(new Set([1]));
    expect(new Set(countsOf(constant.create({ rate: 33.3 }, context), 10 * SECOND, 9))).toEqual(new Set([333]));
  });

  test('are spaced evenly to the nanosecond', () => {
    for (const rate of [3000, 123_457, Math.PI]) {
      const times = taken(constant.create({ rate }, context), 10_000);
      for (let i = 0; i < times.length; i++) {
        const even = (times[0] as number) + (i * SECOND) / rate;
        expect(Math.abs((times[i] as number) - even)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('begin within the first gap, at another phase in each group', () => {
    const phases = Array.from({ length: 20 }, (_, group) => constant.create({ rate: 10 }, { seed: 1, group }).next());
    expect(new Set(phases).size).toBe(20);
    expect(Math.max(...phases)).toBeLessThan(SECOND / 10);
  });
});

describe('Poisson arrivals', () => {
  test('have the asked rate without bias, and exponential gaps', () => {
    for (const rate of [20, 3000, 2e6]) {
      const count = 400_000;
      const times = taken(poisson.create({ rate }, context), count);
      const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
      const { mean, variance } = momentsOf(gaps);
      const expected = SECOND / rate;
      // Four standard errors of the mean; of the variance (whose own relative standard deviation is √(8/n)).
      expect(Math.abs(mean / expected - 1)).toBeLessThan(4 / Math.sqrt(count));
      expect(Math.abs(variance / expected ** 2 - 1)).toBeLessThan(4 * Math.sqrt(8 / count));
      for (const p of [0.1, 0.5, 0.9, 0.99]) {
        const quantile = -Math.log(1 - p) * expected;
        const below = gaps.filter((gap) => gap < quantile).length;
        expect(Math.abs(below - p * count)).toBeLessThan(4.5 * Math.sqrt(count * p * (1 - p)) + count / expected);
      }
    }
  });

  test('are as many as their variance says in every interval, independently of the one before', () => {
    const counts = countsOf(poisson.create({ rate: 1000 }, context), SECOND / 100, 20_000);
    const { mean, variance } = momentsOf(counts);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.05);
    let covariance = 0;
    for (let i = 1; i < counts.length; i++)
      covariance += ((counts[i] as number) - mean) * ((counts[i - 1] as number) - mean);
    expect(Math.abs(covariance / counts.length / variance)).toBeLessThan(4 / Math.sqrt(counts.length));
  });
});

describe('bursty arrivals', () => {
  const options = { rate: 100, burstRate: 2000, calm: 0.9 * SECOND, burst: 0.1 * SECOND };

  test('have the mean rate of both states and say so', () => {
    const process = bursty.create(options, context);
    expect(process.rate).toBeCloseTo(290, 9);
    const { mean, variance } = momentsOf(countsOf(process, 10 * SECOND, 2000));
    // Long-run dispersion of a two-state MMPP: 1 + 2 (λ₁−λ₂)² r₁r₂ / ((r₁+r₂)² (λ₁r₂+λ₂r₁)), r the rates of leaving.
    const [r1, r2] = [1 / 0.9, 1 / 0.1];
    const dispersion = 1 + (2 * 1900 ** 2 * r1 * r2) / ((r1 + r2) ** 2 * (100 * r2 + 2000 * r1));
    expect(dispersion).toBeGreaterThan(100);
    expect(Math.abs(mean / 2900 - 1)).toBeLessThan(4 * Math.sqrt(dispersion / 2900 / 2000));
    expect(Math.abs(variance / mean / dispersion - 1)).toBeLessThan(0.15);
  });

  test('are silent between bursts when the calm rate is 0, and steady when both rates are equal', () => {
    const silent = countsOf(bursty.create({ ...options, rate: 0 }, context), SECOND / 100, 10_000);
    const quiet = silent.filter((count) => count === 0).length / silent.length;
    expect(quiet).toBeGreaterThan(0.8);
    const steady = bursty.create({ ...options, burstRate: 100 }, context);
    const { mean, variance } = momentsOf(countsOf(steady, SECOND / 10, 20_000));
    expect(Math.abs(mean / 10 - 1)).toBeLessThan(0.01);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.05);
  });

  test('begin in a burst in the share of time that bursts take', () => {
    const groups = 3000;
    const half = { rate: 0.001, burstRate: 1e6, calm: SECOND, burst: SECOND / 2 };
    let bursts = 0;
    for (let group = 0; group < groups; group++)
      if (bursty.create(half, { seed: 4, group }).next() < SECOND / 1000) bursts++;
    expect(Math.abs(bursts - groups / 3)).toBeLessThan(4 * Math.sqrt((groups * 2) / 9) + groups / 1000);
  });

  test('end with the longest run where bursts are too short to bring one', () => {
    const rare = { rate: 0, burstRate: 0.001, calm: 100 * 86_400 * SECOND, burst: SECOND / 1000 };
    expect(bursty.create(rare, context).next()).toBe(NEVER);
  });

  test('are warned of when a burst is none', () => {
    const setting = { nodes: 4, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };
    expect(bursty.problems?.(options, setting)).toEqual([]);
    expect(bursty.problems?.({ ...options, burstRate: 100 }, setting)).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('trace arrivals', () => {
  test('are the recorded ones, then none', () => {
    const process = trace.create({ times: Float64Array.of(3, 3, 1003), repeat: false }, context);
    expect([...taken(process, 5)]).toEqual([3, 3, 1003, NEVER, NEVER]);
    expect(process.rate).toBe(2e6);
    expect(trace.create({ times: new Float64Array(0), repeat: false }, context).next()).toBe(NEVER);
  });

  test('begin again one mean gap after the last when they repeat', () => {
    const process = trace.create({ times: Float64Array.of(0, 10, 40), repeat: true }, context);
    expect([...taken(process, 8)]).toEqual([0, 10, 40, 60, 70, 100, 120, 130]);
  });

  test('of several groups that share a trace keep to one period and to their share of the rate', () => {
    const whole = trace.create({ times: Float64Array.of(0, 10, 40, 50), repeat: true, period: 60 }, context);
    const even = trace.create({ times: Float64Array.of(0, 40), repeat: true, period: 60 }, context);
    const odd = trace.create({ times: Float64Array.of(10, 50), repeat: true, period: 60 }, context);
    const both = [...taken(even, 6), ...taken(odd, 6)].sort((a, b) => a - b);
    expect(both).toEqual([...taken(whole, 12)]);
    expect(even.rate).toBeCloseTo((2 / 60) * SECOND, 6);
    expect((even.rate as number) + (odd.rate as number)).toBeCloseTo(whole.rate as number, 6);
    const single = trace.create({ times: Float64Array.of(7), repeat: true, period: 20 }, context);
    expect([...taken(single, 3)]).toEqual([7, 27, 47]);
  });

  test('are refused where they are missing, unsorted, fractional or cannot repeat', () => {
    expect(() => trace.create({ repeat: false }, context)).toThrow('given no times');
    expect(() => trace.create({ times: Float64Array.of(2, 1), repeat: false }, context)).toThrow('arrival 1');
    expect(() => trace.create({ times: Float64Array.of(0.5), repeat: false }, context)).toThrow('arrival 0');
    expect(() => trace.create({ times: Float64Array.of(5), repeat: true }, context)).toThrow('cannot be repeated');
  });
});
