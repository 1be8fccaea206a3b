// Variants of protocols, machines and workloads on both kernels: proposers that rotate, logs of different length, exponential laws.
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, openLoad, testSpec, workloadOptions } from '../support/run-specs.ts';

const options = (name: 'pbft' | 'raft', changes: object) => {
  const { protocol } = testSpec(name, 4);
  return { protocol: { ...protocol, options: { ...(protocol.options as object), ...changes } } };
};

test('rotating proposers order a block a period at most', () => {
  const rotating = options('pbft', { proposer: 'rotating', blockPeriod: 100 * MILLISECOND });
  const { counts, timeline } = expectKernelsToAgree(testSpec('pbft', 4, rotating));
  expect(counts.batches).toBeGreaterThanOrEqual(8);
  expect(counts.batches).toBeLessThanOrEqual(10);
  // Nobody is suspected: the timer of requests allows for the period.
  expect(timeline.events.filter(({ text }) => text.startsWith('view-change'))).toEqual([]);
});

test('rotating proposers get over one that crashed by view changes, and take it in again after its restart', () => {
  const rotating = options('pbft', { proposer: 'rotating', durable: true });
  const crash = { kind: 'crash', target: 2, at: 300 * MILLISECOND, duration: 500 * MILLISECOND } as const;
  const result = expectKernelsToAgree(testSpec('pbft', 4, { ...rotating, horizon: 2 * SECOND, faults: [crash] }));
  expect(result.timeline.events.some(({ text }) => text.startsWith('new-view'))).toBe(true);
  expect(result.violations).toEqual([]);
  expect(result.segments.at(-1)?.final).toBeGreaterThan(700);
});

test('rotating proposers with authenticators also serve a client that asks one replica', () => {
  const rotating = options('pbft', { proposer: 'rotating', auth: 'mac' });
  const clients = [clientsAt({ site: 0 }, openLoad(100), { submit: { node: 3 }, retryAfter: null })];
  const { counts } = expectKernelsToAgree(testSpec('pbft', 4, { ...rotating, clients }));
  expect(counts.transactions).toBeGreaterThan(70);
});

test('logs of different length at the start end as one log, in an order of their own in each run', () => {
  const staggered = options('raft', { initialLogs: 'staggered', initialLeader: null });
  const leaders = new Set<number>();
  for (let seed = 1; seed <= 8; seed++) {
    const crash = { kind: 'crash', target: 'leader', at: 500 * MILLISECOND, duration: 200 * MILLISECOND } as const;
    const result = expectKernelsToAgree(
      testSpec('raft', 4, { ...staggered, seed, horizon: 2 * SECOND, faults: [crash] }),
    );
    expect(result.violations).toEqual([]);
    // The leader had three entries or four, and whoever leads commits all there were, and its own.
    expect(result.counts.batches).toBeGreaterThanOrEqual(4);
    leaders.add(result.timeline.events.find(({ text }) => text.startsWith('leader'))?.node as number);
  }
  expect(leaders.size).toBeGreaterThan(1);
});

test('sizes and execution times of an exponential law are the same on all nodes', () => {
  const workload = workloadOptions('opaque', {
    requestBytes: 3000,
    requestLaw: 'exponential',
    replyBytes: 3000,
    replyLaw: 'exponential',
  });
  const { machine } = testSpec('raft', 3);
  const spec = testSpec('raft', 3, {
    workload,
    machine: { ...machine, execution: 400_000, executionLaw: 'exponential' },
  });
  const { counts, utilisation } = expectKernelsToAgree(spec);
  expect(counts.transactions).toBeGreaterThan(300);
  expect(Math.abs((utilisation[1]?.thread ?? 0) - (utilisation[2]?.thread ?? 1))).toBeLessThan(0.05);
});
