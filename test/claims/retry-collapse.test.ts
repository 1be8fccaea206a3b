// A cluster offered more than its cards carry, whose clients send again what is not final in time, works ever more on repeats
// (a metastable failure: Bronson et al., HotOS 2021). No request takes effect twice; steps that overtake each other are refused.
import { describe, expect, test } from 'vitest';
import { repeatsOf } from '../../src/experiment/repeats.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, openLoad, testSpec, workloadOptions } from '../support/run-specs.ts';

const workload = workloadOptions('supply-chain', { openItems: 200, doubleReceipt: 0 });
const network = (megabits: number) =>
  ({
    egress: { bitsPerSecond: megabits * 1e6, discipline: 'fair' },
    ingress: { bitsPerSecond: megabits * 1e6 },
  }) as const;
const raft = (megabits: number, retryAfter: number | null, rate = 3000) =>
  testSpec('raft', 3, {
    horizon: 3 * SECOND,
    clients: [clientsAt({ site: 1 }, openLoad(rate), { retryAfter })],
    workload,
    network: network(megabits),
  });
const invalid = (run: RunResult): number => run.segments.reduce((sum, s) => sum + s.final - s.valid, 0);

describe('an overloaded cluster whose clients retry', () => {
  const run = simulate(raft(15, 200 * MILLISECOND));

  test('is sent mostly repeats, none of which takes effect twice', () => {
    const repeats = repeatsOf([run]);
    expect(repeats.repeated).toBeGreaterThan(0.5);
    expect(repeats.sendsPerRequest * (1 - repeats.repeated)).toBeCloseTo(1, 9);
    // A second effect would be a violation of validity, which stops a run.
    expect(run.violations).toEqual([]);
    expect(run.counts.transactions + run.unfinished.length).toBe(run.counts.submitted);
  });

  test('executes steps out of their order and refuses them: without overtaking nothing is invalid', () => {
    expect(run.counts.overtaken).toBeGreaterThan(0.02 * run.counts.transactions);
    expect(invalid(run)).toBeGreaterThan(0);
    const patient = simulate(raft(15, null));
    expect(patient.counts.transactions).toBeLessThan(0.9 * patient.counts.submitted);
    expect([patient.counts.retries, patient.counts.overtaken, invalid(patient)]).toEqual([0, 0, 0]);
  });

  test('is one whose network is to blame: with faster cards there are no repeats', () => {
    const fast = simulate(raft(1000, 200 * MILLISECOND));
    expect([fast.counts.retries, invalid(fast)]).toEqual([0, 0]);
    expect(fast.counts.overtaken).toBeLessThan(0.005 * fast.counts.transactions);
  });
});

test('repeats are counted the same by both kernels, also where a request goes to all nodes at once', () => {
  const { counts } = expectKernelsToAgree({ ...raft(15, 200 * MILLISECOND, 1500), horizon: 1 * SECOND });
  expect(counts.retries).toBeGreaterThan(0);
  const all = testSpec('pbft', 4, { clients: [clientsAt({ site: 1 }, openLoad(300), { submit: 'all' })] });
  const calm = simulate(all);
  expect(calm.counts.retries).toBe(0);
  expect(calm.counts.sent.find(({ name }) => name === 'request')?.count).toBe(4 * calm.counts.submitted);
});
