/** The axis along which saturation and size are sought: how much clients offer; and what a cluster costs a month. */
import { describe, expect, test } from 'vitest';
import { monthlyCost } from '../../src/experiment/cost.ts';
import { offeredRate, scaledLoad } from '../../src/experiment/offered-load.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { LoadSpec } from '../../src/simulation/run-spec.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { arrivalProcesses, arrivalsNamed } from '../../src/workloads/arrival-registry.ts';

const times = Float64Array.from({ length: 2001 }, (_, i) => i * 5_000_000);
const options: Readonly<Record<keyof typeof arrivalProcesses, unknown>> = {
  poisson: { rate: 200 },
  constant: { rate: 200 },
  bursty: { rate: 100, burstRate: 1000, calm: SECOND / 5, burst: SECOND / 40 },
  trace: { times, repeat: true },
};

function arrivalsIn(name: string, given: unknown, until: number): number {
  const process = arrivalsNamed(name).create(given, { seed: 5, group: 0 });
  let count = 0;
  while (process.next() < until) count++;
  return count;
}

describe('a scaled load', () => {
  test.each(Object.keys(arrivalProcesses) as (keyof typeof options)[])(
    'makes %s arrive so many times as often',
    (name) => {
      const load: LoadSpec = { kind: 'open', arrivals: { name, options: options[name] } };
      const clients = [{ place: { site: 0 }, load, submit: null, replyQuorum: null, retryAfter: null }];
      const scaled = scaledLoad({ clients }, 2.5);
      expect(offeredRate(scaled.clients) / offeredRate(clients)).toBeCloseTo(2.5, 3);
      const [group] = scaled.clients;
      if (group?.load.kind !== 'open') throw new Error('an open loop stays one');
      const more = arrivalsIn(name, group.load.arrivals.options, 100 * SECOND);
      const ratio = more / arrivalsIn(name, options[name], 100 * SECOND);
      // The bursty process changes state on its own clock, so its counts are those of another sample.
      expect(Math.abs(ratio / 2.5 - 1)).toBeLessThan(name === 'bursty' ? 0.15 : 0.02);
    },
  );

  test('leaves closed loops alone, and cannot be nothing', () => {
    const load: LoadSpec = { kind: 'closed', clients: 3, outstanding: 1, think: { kind: 'constant', value: 0 } };
    const clients = [{ place: { site: 0 }, load, submit: null, replyQuorum: null, retryAfter: null }];
    expect(scaledLoad({ clients }, 3).clients).toEqual(clients);
    expect(offeredRate(clients)).toBe(0);
    expect(() => scaledLoad({ clients }, 0)).toThrow('cannot be scaled by 0');
  });
});

describe('prices', () => {
  const prices = { currency: 'EUR', coreHour: 0.05, egressGb: 0.08, diskGbMonth: 0.1, retentionDays: 365 };

  test('give the cost of a month of 730 hours', () => {
    const cost = monthlyCost(prices, { cores: 16, egressBytesPerSecond: 1e6, diskBytes: 5e12 });
    expect(cost.cores).toBeCloseTo(16 * 730 * 0.05, 9);
    expect(cost.egress).toBeCloseTo(2628 * 0.08, 9);
    expect(cost.disk).toBeCloseTo(500, 9);
    expect(cost.total).toBeCloseTo(584 + 210.24 + 500, 9);
  });

  test('are read from a scenario, and what is wrong with them is told at its place', () => {
    const given = 'prices={ currency: EUR, core_hour: 0.05, egress_gb: 0.08, disk_gb_month: 0.1 }';
    const read = loadScenario('scenarios/payments-hub.yaml', { overrides: [given] });
    expect(read.ok && read.scenario.prices).toEqual(prices);
    const bad = loadScenario('scenarios/payments-hub.yaml', {
      overrides: ['prices={ currency: EUR, core_hour: -1, egress_gb: free, disk_gb_month: 0.1 }'],
    });
    const messages = bad.ok ? [] : bad.problems.map(({ path, message }) => `${path}: ${message}`);
    expect(messages).toEqual([
      "prices.core_hour: is '-1', expected a number that is not negative, such as 0.045",
      "prices.egress_gb: is 'free', expected a number that is not negative, such as 0.045",
    ]);
  });
});
