// A validation that no wrong model fails would prove nothing: each deliberate mistake here makes the targets named with it fail.
import { expect, test, vi } from 'vitest';
import type { Simulate } from '../../src/executor/executor.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import { validateTarget } from '../../src/validation/validate.ts';

// Seconds of processor time, which a busy machine makes minutes.
vi.setConfig({ testTimeout: 600_000 });

const mistaken = vi.hoisted(() => ({ majority: 0, quorum: 0 }));
vi.mock('../../src/protocols/pbft/quorum.ts', async (original) => {
  const real = await original<typeof import('../../src/protocols/pbft/quorum.ts')>();
  return {
    ...real,
    quorumsOf: (n: number, faults: number | null) => {
      const quorums = real.quorumsOf(n, faults);
      return { ...quorums, quorum: Math.min(n, quorums.quorum + mistaken.quorum) };
    },
  };
});
vi.mock('../../src/protocols/raft/quorum.ts', async (original) => {
  const real = await original<typeof import('../../src/protocols/raft/quorum.ts')>();
  return { ...real, majority: (n: number) => Math.min(n, real.majority(n) + mistaken.majority) };
});

/** Enough to tell a wrong law from the right one: the bounds are wider where there are fewer runs. */
const SHORTER: Readonly<Record<string, readonly string[]>> = {
  'm-d-1-card': ['run.duration=2s'],
  'm-d-1-core': ['run.duration=2s'],
  'm-m-1-thread-card-out': ['run.duration=3s', 'levels={clients.0.load.open.poisson: [10000/s]}'],
  'quorum-order-statistics': ['levels={nodes.count: [4, 7], network.jitter: [{ exponential: 1ms }]}'],
  'tcp-order': ['levels={clients.0.load.open.poisson: [100/s, 1000/s]}'],
  'split-votes-5-1': ['run.replications=500', 'levels={network.matrix.uniform: [20ms]}'],
  'election-time-5-1': ['run.replications=6', 'levels={network.matrix.uniform: [10ms]}'],
  'wide-area-election-1': ['run.replications=300'],
  'etcd-failover': ['run.replications=60'],
  'leader-bandwidth': ['levels={nodes.count: [4]}'],
};

/** The rows of a target that fail under a model. */
async function missedRows(id: string, model: Simulate): Promise<readonly string[]> {
  const known = targets.find((one) => one.id === id)!;
  const target = { ...known, small: [...known.small, ...(SHORTER[id] ?? [])] };
  const { comparisons } = await validateTarget(target, inlineObserver(model), { small: true });
  return comparisons.filter(({ holds, ungated }) => !holds && ungated === null).map(({ row }) => row);
}

const changed =
  (change: (spec: RunSpec) => RunSpec): Simulate =>
  (spec, options) =>
    simulate(change(spec), options);

test('a Raft majority of one too many misses the order statistics and the near members of etcd', async () => {
  const ids = ['quorum-order-statistics', 'etcd-placement-far'];
  for (const id of ids) expect(await missedRows(id, simulate), id).toEqual([]);
  mistaken.majority = 1;
  try {
    for (const id of ids) expect((await missedRows(id, simulate)).length, id).toBeGreaterThan(0);
  } finally {
    mistaken.majority = 0;
  }
});

test('links that do not keep order miss tcp-order', async () => {
  const unordered = changed((spec) => ({ ...spec, network: { ...spec.network, transport: 'datagram' } }));
  expect(await missedRows('tcp-order', simulate)).toEqual([]);
  expect(await missedRows('tcp-order', unordered)).toEqual(['100 messages/s', '1000 messages/s']);
});

test('threads that are never asleep miss BFT-SMaRt at 5 ms, and etcd where a request takes more hops', async () => {
  const awake = changed((spec) => ({ ...spec, machine: { ...spec.machine, wakeUp: 0 } }));
  expect(await missedRows('bft-smart', awake)).toEqual(['5 ms one way, p50']);
  expect(await missedRows('etcd-placement-client', awake)).toEqual([
    'client at follower-1, p50',
    'client at external-5ms-from-leader, p50',
  ]);
});

test('proofs that are all signed and checked on the way, as other messages would be, miss BFT-SMaRt', async () => {
  const signed = changed((spec) => ({
    ...spec,
    protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), auth: 'signature' } },
  }));
  expect(await missedRows('bft-smart', signed)).toEqual(['5 ms one way, p50', '25 ms one way, p50']);
});

test('clients that stay in lockstep miss the two batches of BFT-SMaRt', async () => {
  const lockstep = changed((spec) => ({
    ...spec,
    clients: spec.clients.map((client) =>
      client.load.kind === 'closed' ? { ...client, load: { ...client.load, initialSpread: 0 } } : client,
    ),
  }));
  expect(await missedRows('bft-smart-batches', simulate)).toEqual([]);
  expect((await missedRows('bft-smart-batches', lockstep)).length).toBe(4);
});

test('signatures that cost nothing miss the queue for the verifying core', async () => {
  const free = changed((spec) => ({
    ...spec,
    machine: { ...spec.machine, crypto: { ...spec.machine.crypto, sign: 0, verify: 0 } },
  }));
  expect(await missedRows('m-d-1-core', simulate)).toEqual([]);
  expect((await missedRows('m-d-1-core', free)).length).toBe(5);
});

test('a PBFT quorum of one too many misses the wide-area consensus', async () => {
  expect(await missedRows('pbft-wide-area', simulate)).toEqual([]);
  mistaken.quorum = 1;
  try {
    expect(await missedRows('pbft-wide-area', simulate)).toContain('consensus latency (another simulator)');
  } finally {
    mistaken.quorum = 0;
  }
});

test('a PBFT without its block period misses the block period', async () => {
  const hasty = changed((spec) => ({
    ...spec,
    protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), blockPeriod: 0 } },
  }));
  expect(await missedRows('block-period', simulate)).toEqual([]);
  expect((await missedRows('block-period', hasty)).length).toBe(5);
});

test('logs of one length miss the elections over a LAN', async () => {
  const equal = changed((spec) => ({
    ...spec,
    protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), initialLogs: 'empty' } },
  }));
  expect(await missedRows('election-lan-150-175', simulate)).toEqual([]);
  expect((await missedRows('election-lan-150-175', equal)).length).toBeGreaterThan(0);
});

test('executions that all take the same time miss the M/M/1 thread', async () => {
  const constant = changed(({ machine: { executionLaw: _, ...machine }, ...spec }) => ({ ...spec, machine }));
  expect(await missedRows('m-m-1-thread-card-out', simulate)).toEqual([]);
  expect(await missedRows('m-m-1-thread-card-out', constant)).toContain('load 0.5, thread');
});

test('requests that take no processor miss the throughput of etcd', async () => {
  const free = changed((spec) => ({
    ...spec,
    clients: spec.clients.map((client) => ({ ...client, processing: 0 })),
    machine: { ...spec.machine, handling: 0, requestHandling: 0, wakeUp: 0 },
  }));
  expect(await missedRows('etcd-throughput', simulate)).toEqual([]);
  expect((await missedRows('etcd-throughput', free)).length).toBeGreaterThan(0);
});

test('headers that weigh nothing miss the card queue', async () => {
  const bare = changed((spec) => ({ ...spec, network: { ...spec.network, headerBytes: 0 } }));
  expect(await missedRows('m-d-1-card', simulate)).toEqual([]);
  expect((await missedRows('m-d-1-card', bare)).length).toBe(5);
});

/** With other options of the protocol. */
const optioned = (options: object): Simulate =>
  changed((spec) => ({
    ...spec,
    protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), ...options } },
  }));

test('timeouts that are the same for all followers miss the elections of etcd', async () => {
  const id = 'etcd-failover';
  expect(await missedRows(id, simulate)).toEqual([]);
  const same = { electionTimeout: { min: 1e9, max: 1e9 } };
  expect(await missedRows(id, optioned(same))).toContain('elections that need a second term');
});

test('cards that are not limited miss the bandwidth of etcd and of the PBFT primary', async () => {
  const unlimited = changed((spec) => ({
    ...spec,
    network: { ...spec.network, egress: { ...spec.network.egress, bitsPerSecond: Number.POSITIVE_INFINITY } },
  }));
  for (const [id, row] of [
    ['etcd-bandwidth', '5 members, p50'],
    ['leader-bandwidth', 'n=4, the bottleneck named is egress (1: yes)'],
  ] as const) {
    expect(await missedRows(id, simulate), id).toEqual([]);
    expect(await missedRows(id, unlimited), id).toContain(row);
  }
});

test('a Raft majority of one too many misses split votes and the times of elections', async () => {
  const ids = ['split-votes-5-1', 'election-time-5-1', 'wide-area-election-1'];
  for (const id of ids) expect(await missedRows(id, simulate), id).toEqual([]);
  mistaken.majority = 1;
  try {
    for (const id of ids) expect((await missedRows(id, simulate)).length, id).toBeGreaterThan(0);
  } finally {
    mistaken.majority = 0;
  }
});

test('links twice as long miss the round trip of NuRaft', async () => {
  const long = changed((spec) => ({
    ...spec,
    network: { ...spec.network, oneWay: spec.network.oneWay.map((ns) => 2 * ns) },
  }));
  expect(await missedRows('nuraft', simulate)).toEqual([]);
  expect(await missedRows('nuraft', long)).toEqual(['commit latency p50']);
});
