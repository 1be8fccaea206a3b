// What a replica without progress makes others send again (Castro's thesis, section on retransmission; TOCS'02 section 5.2): only
// what it lacks. Counted in messages, since a view change among many replicas is all-to-all already.
import { describe, expect, test } from 'vitest';
import { messageNames } from '../../src/protocols/pbft/messages.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { RecorderCluster } from '../traces/recorder-cluster.ts';

const defaults = defaultsOf<PbftOptions>(pbft.options);
const options: PbftOptions = {
  ...defaults,
  batch: { ...defaults.batch, timeout: 0 },
  requestTimeout: 200 * MILLISECOND,
  viewChangeTimeout: 100 * SECOND,
  statusInterval: 50 * MILLISECOND,
};

/** Sends and broadcasts since the last call, by message name; `copies`: each copy of a broadcast counts. */
function sent(cluster: RecorderCluster, copies: boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const effect of cluster.takeEffects()) {
    if (effect.kind !== 'send') continue;
    const name = messageNames[effect.message.type] as string;
    counts.set(name, (counts.get(name) ?? 0) + (copies && effect.to === '*' ? cluster.n - 1 : 1));
  }
  return counts;
}

/** Nodes 0 and 1 are down, and a request waits at all others, which ask for view 1 whose primary is dead. */
function waitingForAPrimary(n: number): RecorderCluster {
  const cluster = new RecorderCluster(pbft, { n, options });
  cluster.crash(0);
  cluster.crash(1);
  for (let node = 2; node < n; node++) cluster.request(node, [1]);
  return cluster;
}

describe('replicas that wait for a new view', () => {
  test.each([7, 11, 16])('among %i send their view-change once, however long they wait, if it arrived', (n) => {
    const cluster = waitingForAPrimary(n);
    cluster.advance(10 * SECOND, true);
    expect(cluster.status(2)?.term).toBe(1);
    const asked = n - 2;
    const counts = sent(cluster, false);
    expect(counts.get('view-change')).toBe(asked);
    // A status each interval, which backs off to eightfold: 10 s ÷ 400 ms.
    expect(counts.get('status')).toBeGreaterThan(asked * 10);
    expect(counts.get('status')).toBeLessThan(asked * 40);
  });

  test('are sent again the view-changes that they lack, by their makers, and no others', () => {
    const n = 11;
    const cluster = waitingForAPrimary(n);
    cluster.advance(200 * MILLISECOND);
    const lost = (from: number, to: number) => (from === 4 && to === 7) || (to === 9 && from !== 10);
    for (let i = cluster.pending.length - 1; i >= 0; i--) {
      const { from, to, name } = cluster.pending[i] as { from: number; to: number; name: string };
      if (name === 'view-change' && lost(from, to)) cluster.drop(i);
    }
    cluster.deliverAll();
    sent(cluster, true);
    cluster.advance(10 * SECOND, true);
    // One for replica 7; those of 2 to 8 for replica 9.
    expect(sent(cluster, true).get('view-change')).toBe(1 + 7);
  });

  test('are joined by a replica that lost their view-changes and has nothing to wait for itself', () => {
    const cluster = new RecorderCluster(pbft, { n: 4, options });
    cluster.crash(0);
    for (const node of [2, 3]) cluster.request(node, [1]);
    cluster.advance(200 * MILLISECOND);
    for (let i = cluster.pending.length - 1; i >= 0; i--) if (cluster.pending[i]?.to === 1) cluster.drop(i);
    expect([1, 2, 3].map((node) => cluster.status(node)?.term)).toEqual([0, 1, 1]);
    cluster.advance(SECOND, true);
    expect(cluster.nodes.slice(1).map(({ executedPosition }) => executedPosition)).toEqual([1, 1, 1]);
    expect([1, 2, 3].map((node) => cluster.status(node)?.term)).toEqual([1, 1, 1]);
  });
});
