// Deliberate mistakes in Raft, each of which makes the targets named with it fail (as in wrong-models.test.ts).
import { afterEach, expect, test, vi } from 'vitest';
import { RaftElection } from '../../src/protocols/raft/election.ts';
import type { RaftHost } from '../../src/protocols/raft/host.ts';
import type { RaftMessage } from '../../src/protocols/raft/messages.ts';
import { Mode, type Progress } from '../../src/protocols/raft/progress.ts';
import { RaftState } from '../../src/protocols/raft/state.ts';
import { RaftTimers } from '../../src/protocols/raft/timers.ts';
import { missedRows, optioned } from './missed-rows.ts';

// Seconds of processor time, which a busy machine makes minutes.
vi.setConfig({ testTimeout: 600_000 });

const mistaken = vi.hoisted(() => ({ majority: 0 }));
vi.mock('../../src/protocols/raft/quorum.ts', async (original) => {
  const real = await original<typeof import('../../src/protocols/raft/quorum.ts')>();
  return { ...real, majority: (n: number) => Math.min(n, real.majority(n) + mistaken.majority) };
});

afterEach(() => {
  mistaken.majority = 0;
  vi.restoreAllMocks();
});

test('a Raft majority of one too many misses the order statistics and the near members of etcd', async () => {
  const ids = ['quorum-order-statistics', 'etcd-placement-far'];
  for (const id of ids) expect(await missedRows(id), id).toEqual([]);
  mistaken.majority = 1;
  for (const id of ids) expect((await missedRows(id)).length, id).toBeGreaterThan(0);
});

test('logs of one length miss the elections over a LAN', async () => {
  const equal = optioned({ initialLogs: 'empty' });
  expect(await missedRows('election-lan-150-175')).toEqual([]);
  expect((await missedRows('election-lan-150-175', equal)).length).toBeGreaterThan(0);
});

test('a Raft majority of one too many misses split votes and the times of elections', async () => {
  const ids = ['split-votes-5-1', 'election-time-5-1', 'wide-area-election-1'];
  for (const id of ids) expect(await missedRows(id), id).toEqual([]);
  mistaken.majority = 1;
  for (const id of ids) expect((await missedRows(id)).length, id).toBeGreaterThan(0);
});

/** What a voter's timers know, and keep to themselves. */
interface Clock {
  readonly host: RaftHost;
  readonly heardAt: number;
  readonly drawn: number;
  tickAfter(instant: number, count: number): number;
}

test('the elections of etcd tell wrong timeouts and wrong leases', async () => {
  const id = 'etcd-failover';
  const secondTerms = 'elections that need a second term';
  expect(await missedRows(id)).toEqual([]);
  // Timeouts that are the same for all followers.
  expect(await missedRows(id, optioned({ electionTimeout: { min: 1e9, max: 1e9 } }))).toContain(secondTerms);
  // Leases as a random draw: as long as the timeout that each voter drew, not the base timeout.
  vi.spyOn(RaftTimers.prototype, 'inLease').mockImplementation(function (this: RaftTimers) {
    const clock = this as unknown as Clock;
    return clock.drawn < 0 || clock.host.now() < clock.tickAfter(clock.heardAt, clock.drawn);
  });
  expect(await missedRows(id)).toEqual([
    'median from kill to first acknowledged write',
    'Kolmogorov-Smirnov p against the 20 measured values',
    secondTerms,
  ]);
});

test("a new leader that does not wait for its followers' first answers misses the steps of Raft", async () => {
  const { becomeLeader } = RaftElection.prototype;
  expect(await missedRows('raft-steps')).toEqual([]);
  vi.spyOn(RaftElection.prototype, 'becomeLeader').mockImplementation(function (this: RaftElection) {
    becomeLeader.call(this);
    const { s } = this as unknown as { readonly s: { readonly progress: Progress } };
    s.progress.mode.fill(Mode.replicate);
  });
  expect(await missedRows('raft-steps')).toEqual([
    'first request of a new leader: 5 delays, no disk',
    'first request of a new leader: 5 delays and 2 writes',
  ]);
});

test('followers that acknowledge what is not on their disks miss the steps of Raft and the throughput of the disk', async () => {
  expect(await missedRows('raft-steps')).toEqual([]);
  expect(await missedRows('saturation-disk')).toEqual([]);
  vi.spyOn(RaftState.prototype, 'send').mockImplementation(function (
    this: RaftState,
    to: number,
    message: RaftMessage,
  ) {
    this.host.send(to, message);
  });
  expect(await missedRows('raft-steps')).toEqual([
    'first request of a new leader: 5 delays and 2 writes',
    'later requests: 4 delays and a write',
  ]);
  expect(await missedRows('saturation-disk')).toContain('10 MB/s, throughput');
});
