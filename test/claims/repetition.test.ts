// What waits in a slow card is not lost: a leader that repeats at every heartbeat what its followers have not acknowledged yet fills
// its own card faster than it empties. Repetition must back off (as TCP does, RFC 6298 section 5.5), so that a burst passes.
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, constant, ledRaft, quietSpec } from '../support/quiet-spec.ts';
import { workloadOptions } from '../support/run-specs.ts';

test('a Raft leader whose small messages overtake large ones gets a burst through without drowning in repetitions', () => {
  const nodes = 5;
  const burst = 200;
  const bytes = 4096;
  const options = {
    heartbeat: 20 * MILLISECOND,
    electionTimeout: { min: 400 * MILLISECOND, max: 800 * MILLISECOND },
    batch: { maxTransactions: 5 },
  };
  const clients = [
    clientsAt({ site: nodes }, closedLoop(burst, 1, constant(100 * SECOND)), { retryAfter: 20 * SECOND }),
  ];
  const workload = workloadOptions('opaque', { requestBytes: bytes });
  const quiet = quietSpec(nodes, 2 * MILLISECOND, {
    protocol: ledRaft(options),
    clients,
    workload,
    horizon: 10 * SECOND,
  });
  // One card of 10 Mbit/s for four copies of everything: 2.6 s for the burst. Heartbeats pass by, and datagrams keep no order.
  const spec = {
    ...quiet,
    network: { ...quiet.network, egress: { bitsPerSecond: 10e6, discipline: 'fair' }, transport: 'datagram' },
  } as const;
  const { segments, counts, violations } = simulate(spec);
  expect(violations).toEqual([]);
  expect(counts.transactions).toBe(burst);
  const once = burst * bytes * (nodes - 1);
  // Repeated at every heartbeat it would be ninety times as much, and ever more with the size of the burst.
  expect(segments[0]!.bytes).toBeLessThan(10 * once);
  expect(segments[0]!.finality.max).toBeLessThan(3 * SECOND);
});
