// A validation that no wrong model fails would prove nothing: each deliberate mistake here makes the targets named with it fail, and the
// right model passes them at the same sample. Networks, machines and PBFT; Raft has wrong-raft.test.ts.
import { expect, test, vi } from 'vitest';
import { changed, missedRows, optioned } from './missed-rows.ts';

// Seconds of processor time, which a busy machine makes minutes.
vi.setConfig({ testTimeout: 600_000 });

const mistaken = vi.hoisted(() => ({ quorum: 0 }));
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

test('links that do not keep order miss tcp-order', async () => {
  const unordered = changed((spec) => ({ ...spec, network: { ...spec.network, transport: 'datagram' } }));
  expect(await missedRows('tcp-order')).toEqual([]);
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
  const signed = optioned({ auth: 'signature' });
  expect(await missedRows('bft-smart', signed)).toEqual(['5 ms one way, p50', '25 ms one way, p50']);
});

test('clients that stay in lockstep miss the two batches of BFT-SMaRt', async () => {
  const lockstep = changed((spec) => ({
    ...spec,
    clients: spec.clients.map((client) =>
      client.load.kind === 'closed' ? { ...client, load: { ...client.load, initialSpread: 0 } } : client,
    ),
  }));
  expect(await missedRows('bft-smart-batches')).toEqual([]);
  expect((await missedRows('bft-smart-batches', lockstep)).length).toBe(4);
});

test('signatures that cost nothing miss the queue for the verifying core', async () => {
  const free = changed((spec) => ({
    ...spec,
    machine: { ...spec.machine, crypto: { ...spec.machine.crypto, sign: 0, verify: 0 } },
  }));
  expect(await missedRows('m-d-1-core')).toEqual([]);
  expect((await missedRows('m-d-1-core', free)).length).toBe(5);
});

test('a PBFT quorum of one too many misses the wide-area consensus', async () => {
  expect(await missedRows('pbft-wide-area')).toEqual([]);
  mistaken.quorum = 1;
  try {
    expect(await missedRows('pbft-wide-area')).toContain('consensus latency (another simulator)');
  } finally {
    mistaken.quorum = 0;
  }
});

test('a PBFT without its block period misses the block period', async () => {
  const hasty = optioned({ blockPeriod: 0 });
  expect(await missedRows('block-period')).toEqual([]);
  expect((await missedRows('block-period', hasty)).length).toBe(5);
});

test('executions that all take the same time miss the M/M/1 thread', async () => {
  const constant = changed(({ machine: { executionLaw: _, ...machine }, ...spec }) => ({ ...spec, machine }));
  expect(await missedRows('m-m-1-thread-card-out')).toEqual([]);
  expect(await missedRows('m-m-1-thread-card-out', constant)).toContain('load 0.5, thread');
});

test('requests that take no processor miss the throughput of etcd', async () => {
  const free = changed((spec) => ({
    ...spec,
    clients: spec.clients.map((client) => ({ ...client, processing: 0 })),
    machine: { ...spec.machine, handling: 0, requestHandling: 0, wakeUp: 0 },
  }));
  expect(await missedRows('etcd-throughput')).toEqual([]);
  expect((await missedRows('etcd-throughput', free)).length).toBeGreaterThan(0);
});

test('one constant that occupies the thread, where it should only delay requests, misses 16 clients of etcd', async () => {
  const serial = changed((spec) => ({
    ...spec,
    clients: spec.clients.map((client) => ({ ...client, processing: 0 })),
    machine: { ...spec.machine, execution: Math.max(...spec.clients.map(({ processing = 0 }) => processing)) },
  }));
  const id = 'etcd-one-constant-throughput';
  expect(await missedRows(id)).toEqual([]);
  expect(await missedRows(id, serial)).toEqual(['16 clients']);
});

test('headers that weigh nothing miss the card queue', async () => {
  const bare = changed((spec) => ({ ...spec, network: { ...spec.network, headerBytes: 0 } }));
  expect(await missedRows('m-d-1-card')).toEqual([]);
  expect((await missedRows('m-d-1-card', bare)).length).toBe(5);
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
    expect(await missedRows(id), id).toEqual([]);
    expect(await missedRows(id, unlimited), id).toContain(row);
  }
});

test('links twice as long miss the round trip of NuRaft', async () => {
  const long = changed((spec) => ({
    ...spec,
    network: { ...spec.network, oneWay: spec.network.oneWay.map((ns) => 2 * ns) },
  }));
  expect(await missedRows('nuraft')).toEqual([]);
  expect(await missedRows('nuraft', long)).toEqual(['commit latency p50']);
});
