// A replica that was away gets what it missed: from the others' logs, or, where those were cut short meanwhile, as a state (PBFT:
// state transfer, TOCS'02 section 5.3; Raft: InstallSnapshot, thesis chapter 5). It ends with the same state as everybody else.
import { describe, expect, test } from 'vitest';
import { FastRun } from '../../src/simulation/fast-run.ts';
import type { Node } from '../../src/simulation/node.ts';
import type { NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, constant, countOf, ledRaft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { workloadOptions } from '../support/run-specs.ts';

const AWAY = 2;
const DELAY = 5 * MILLISECOND;

const raft = (snapshotEvery: number): NamedOptions => ledRaft({ snapshotEvery, snapshotKeep: 0, snapshotChunk: 2000 });
const pbft = (checkpointInterval: number): NamedOptions =>
  protocol('pbft', {
    batch: { timeout: 0 },
    checkpointInterval,
    chunkBytes: 2000,
    durable: true,
    requestTimeout: 500 * MILLISECOND,
    statusInterval: 100 * MILLISECOND,
  });

function away(of: NamedOptions, kind: 'crash' | 'partition'): RunSpec {
  const quiet = quietSpec(4, DELAY, {});
  return {
    ...quiet,
    protocol: of,
    // Connections give up during the partition: what they held is lost, and only the protocol can repeat it.
    network: { ...quiet.network, connectionTimeout: 300 * MILLISECOND },
    workload: workloadOptions('payments', { accounts: 50 }),
    clients: [clientsAt({ site: 4 }, closedLoop(4, 1, constant(10 * MILLISECOND)), { retryAfter: 300 * MILLISECOND })],
    faults: [{ kind, target: AWAY, at: 1 * SECOND, duration: 2 * SECOND }],
    horizon: 6 * SECOND,
    progressWithin: 2 * SECOND,
  };
}

/** Runs it; whoever was away must have executed what the others have, but for the batches of the last moments. */
function counts(spec: RunSpec) {
  const run = new FastRun(spec);
  const { violations, counts } = run.run();
  expect(violations).toEqual([]);
  const executed = run.world.nodes.map((node) => node.executedPosition);
  expect(Math.max(...executed)).toBeGreaterThan(150);
  expect(Math.max(...executed) - Math.min(...executed)).toBeLessThanOrEqual(4);
  const digests = run.world.nodes.map((node) => (node as Node).stateDigest());
  executed.forEach((position, node) => {
    expect(digests[node], `node ${node} at ${position}`).toBe(run.world.ledger.chainAt(position));
  });
  const { delivered } = counts;
  return (name: string): number => countOf(delivered, name);
}

for (const kind of ['crash', 'partition'] as const)
  describe(`after a ${kind}`, () => {
    test('Raft sends the snapshot, in chunks, to a follower that needs entries which are no longer in the log', () => {
      const delivered = counts(away(raft(5), kind));
      expect(delivered('install-snapshot')).toBeGreaterThan(1);
      expect(delivered('snapshot-response')).toBeGreaterThan(1);
    });

    test('Raft sends entries where the log still has them', () => {
      const delivered = counts(away(raft(100_000), kind));
      expect(delivered('install-snapshot')).toBe(0);
    });

    test('PBFT transfers the state, in chunks, to a replica behind the stable checkpoint', () => {
      const delivered = counts(away(pbft(4), kind));
      expect(delivered('fetch-state')).toBeGreaterThan(0);
      expect(delivered('state-chunk')).toBeGreaterThan(1);
    });

    test('PBFT retransmits messages where no checkpoint was taken meanwhile', () => {
      const delivered = counts(away(pbft(10_000), kind));
      expect(delivered('state-chunk')).toBe(0);
      expect(delivered('status')).toBeGreaterThan(0);
    });
  });
