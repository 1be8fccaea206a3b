// The recorder cluster: what it does to replicas, what it refuses, and what it judges (see test/traces/recorder-cluster.ts).
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import type { ProtocolMessage } from '../../src/protocols/protocol.ts';
import { newProbe, type Probe } from '../traces/probe.ts';
import { RecorderCluster, type RecorderSetting } from '../traces/recorder-cluster.ts';

const batchOf = (...ids: number[]) => createBatch(Int32Array.from(ids), new Float64Array(ids.length), 10, 0, 0);

function started(setting: Partial<RecorderSetting> = {}, durable = true): { cluster: RecorderCluster; probe: Probe } {
  const probe = newProbe(durable);
  const cluster = new RecorderCluster(probe.definition, { n: 3, options: {}, ...setting });
  probe.calls.length = 0;
  return { cluster, probe };
}
/** Lets the probe at a node act inside a handler. */
function act(cluster: RecorderCluster, probe: Probe, node: number, action: () => void): void {
  probe.react = (call) => {
    probe.react = () => {};
    if (call === `${node} transfer-leadership 0`) action();
  };
  cluster.command(node, { kind: 'transfer-leadership', to: 0 });
  probe.calls.splice(probe.calls.indexOf(`${node} transfer-leadership 0`), 1);
}

describe('messages', () => {
  test('lie in the bag until delivered, all in send order or one by one in any order', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.broadcast({ type: 0, word: 'a' });
    probe.hosts[2]?.send(1, { type: 1, word: 'b' });
    expect(probe.calls).toEqual([]);
    cluster.deliver(2);
    expect(cluster.deliverAll()).toBe(2);
    expect(probe.calls).toEqual(['1 receive 2 b', '1 receive 0 a', '2 receive 0 a']);
  });

  test('can be lost, doubled and forged', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.send(1, { type: 0, word: 'lost' });
    probe.hosts[0]?.send(1, { type: 0, word: 'twice' });
    cluster.drop(0);
    cluster.duplicate(0);
    cluster.forge(2, 0, { type: 0, word: 'forged' } as never);
    cluster.deliverAll();
    expect(probe.calls).toEqual(['1 receive 0 twice', '1 receive 0 twice', '0 receive 2 forged']);
  });

  test('over a cut link are lost, over a held link they wait, and healing ends both', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.send(1, { type: 0, word: 'under way' });
    cluster.cut(0, 1);
    cluster.hold(0, 2);
    probe.hosts[0]?.broadcast({ type: 0, word: 'x' });
    expect(cluster.deliverAll()).toBe(0);
    cluster.heal();
    cluster.deliverAll();
    expect(probe.calls).toEqual(['2 receive 0 x']);
    cluster.partition([[0, 1]]);
    probe.hosts[0]?.broadcast({ type: 0, word: 'y' });
    cluster.deliverAll();
    expect(probe.calls.slice(1)).toEqual(['1 receive 0 y']);
  });

  test('to self, to nobody and of an unnamed type are refused', () => {
    const { probe } = started();
    expect(() => probe.hosts[0]?.send(0, { type: 0, word: '' })).toThrow('node 0 sent to node 0 of 3');
    expect(() => probe.hosts[0]?.send(3, { type: 0, word: '' })).toThrow('node 0 sent to node 3 of 3');
    expect(() => probe.hosts[0]?.send(1, { type: 2, word: '' })).toThrow('message type 2 has no name');
  });

  test('of a Byzantine node are what its tampering makes of them, for each receiver', () => {
    const tamper = (message: { readonly type: number }, to: number) =>
      to === 1 ? null : { ...message, word: `to ${to}` };
    const { cluster, probe } = started({ byzantine: new Map([[0, tamper]]) });
    probe.hosts[0]?.broadcast({ type: 0, word: 'true' });
    cluster.deliverAll();
    expect(probe.calls).toEqual(['2 receive 0 to 2']);
  });
});

describe('timers', () => {
  test('fire in the order of their due instants, never early, and re-arming replaces', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.setTimer(0, 5, 300);
    probe.hosts[1]?.setTimer(1, 0, 200);
    probe.hosts[2]?.setTimer(0, 0, 100);
    probe.hosts[2]?.setTimer(0, 0, 250);
    probe.hosts[2]?.setTimer(1, 0, 10);
    probe.hosts[2]?.cancelTimer(1, 0);
    cluster.advance(250);
    expect(probe.calls).toEqual(['1 timeout 1 0', '2 timeout 0 0']);
    expect(cluster.now).toBe(250);
    cluster.fire(cluster.timers()[0] as never);
    expect([probe.calls[2], cluster.now, cluster.timers()]).toEqual(['0 timeout 0 5', 300, []]);
  });

  test('draw their spread from the node and the seed alone, inside its bounds', () => {
    const dues = (seed: number) => {
      const { cluster, probe } = started({ seed });
      for (let key = 0; key < 200; key++) probe.hosts[1]?.setTimer(0, key, 1000, 9);
      return cluster.timers().map((timer) => timer.due);
    };
    expect(dues(7)).toEqual(dues(7));
    expect(new Set(dues(7))).toEqual(new Set([1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009]));
    const orders = (seed: number) => {
      const { cluster, probe } = started({ seed });
      for (let node = 0; node < 3; node++) probe.hosts[node]?.setTimer(0, 0, 1000, 1e6);
      return cluster.timers().map((timer) => timer.due);
    };
    expect(orders(1)).not.toEqual(orders(2));
    expect(new Set(orders(1)).size).toBe(3);
  });

  test('die with the node', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.setTimer(0, 0, 5);
    cluster.crash(0);
    cluster.advance(10);
    expect(probe.calls).toEqual([]);
  });
});

describe('persistence', () => {
  test('is reported once for all writes of a handler, after it ended', () => {
    const { cluster, probe } = started();
    act(cluster, probe, 1, () => {
      probe.hosts[1]?.persist('a', 1, 4);
      probe.hosts[1]?.persist('b', 1, 5);
      probe.calls.push('handler ends');
    });
    expect(probe.calls).toEqual(['handler ends', '1 persisted 5']);
  });

  test('by hand completes in order; a crash loses what is not durable and keeps what is', () => {
    const { cluster, probe } = started({ persistence: 'manual' });
    for (const [ticket, word] of ['a', 'b', 'c'].entries()) probe.hosts[1]?.persist(word, 1, ticket);
    cluster.persist(1, 2);
    expect(probe.calls).toEqual(['1 persisted 1']);
    cluster.crash(1);
    cluster.restart(1);
    expect(probe.calls[1]).toBe('1 start [a b]');
  });

  test('of a protocol whose options ask for none leaves a restarted node empty', () => {
    const { cluster, probe } = started({}, false);
    act(cluster, probe, 1, () => probe.hosts[1]?.persist('a', 1, 0));
    cluster.crash(1);
    cluster.restart(1);
    expect(probe.calls).toEqual(['1 persisted 0', '1 start empty']);
  });

  test('needs growing tickets', () => {
    const { probe } = started();
    probe.hosts[0]?.persist('a', 1, 2);
    expect(() => probe.hosts[0]?.persist('b', 1, 2)).toThrow('ticket 2 does not follow 2');
  });

  test('by altering the recovered store in memory is found at the next restart', () => {
    const probe = newProbe();
    const { create } = probe.definition;
    const stealthy = {
      ...probe.definition,
      create: (host: never, options: unknown, recovered: string[] | null) => {
        recovered?.push('stealth');
        return create(host, options, recovered);
      },
    };
    const cluster = new RecorderCluster(stealthy as never, { n: 1, options: {} });
    cluster.crash(0);
    cluster.restart(0);
    cluster.crash(0);
    expect(() => cluster.restart(0)).toThrow('node 0 altered its durable store in memory: [stealth] instead of []');
  });
});

describe('execution', () => {
  test('is in order whatever the order of commits, with one call for each position', () => {
    const { cluster, probe } = started();
    act(cluster, probe, 0, () => {
      probe.hosts[0]?.commit(2, null);
      probe.hosts[0]?.commit(3, batchOf(1));
    });
    expect(probe.calls).toEqual([]);
    act(cluster, probe, 0, () => {
      probe.hosts[0]?.commit(1, batchOf(2));
      expect(probe.hosts[0]?.executedPosition).toBe(0);
    });
    expect(probe.calls).toEqual(['0 executed 1', '0 executed 2', '0 executed 3']);
    expect(probe.hosts[0]?.mempool.isExecuted(batchOf(1, 2))).toBe(true);
  });

  test('by hand advances only when told', () => {
    const { cluster, probe } = started({ execution: 'manual' });
    probe.hosts[0]?.commit(1, null);
    probe.hosts[0]?.commit(2, null);
    cluster.execute(0, 1);
    expect(probe.calls).toEqual(['0 executed 1']);
    cluster.execute(0);
    expect(probe.calls).toEqual(['0 executed 1', '0 executed 2']);
  });

  test('gives equal states for equal histories and others for others, null batches included', () => {
    const { cluster, probe } = started();
    const digests = [0, 1, 2].map((node) => {
      act(cluster, probe, node, () => {
        probe.hosts[node]?.commit(1, batchOf(1));
        if (node > 0) probe.hosts[node]?.commit(2, null);
      });
      return probe.hosts[node]?.stateDigest();
    });
    expect(digests[1]).toBe(digests[2]);
    expect(digests[0]).not.toBe(digests[1]);
  });

  test('starts anew after a restart: the positions are committed again', () => {
    const { cluster, probe } = started();
    act(cluster, probe, 0, () => probe.hosts[0]?.commit(1, batchOf(1)));
    const before = probe.hosts[0]?.stateDigest();
    cluster.crash(0);
    cluster.restart(0);
    expect(probe.hosts[0]?.executedPosition).toBe(0);
    act(cluster, probe, 0, () => probe.hosts[0]?.commit(1, batchOf(1)));
    expect(probe.hosts[0]?.stateDigest()).toBe(before);
    expect(cluster.violations).toEqual([]);
  });

  test('refuses a position twice, below 1, or executed already', () => {
    const { cluster, probe } = started({ execution: 'manual' });
    probe.hosts[0]?.commit(1, null);
    expect(() => probe.hosts[0]?.commit(1, null)).toThrow('committed position 1 twice');
    expect(() => probe.hosts[0]?.commit(0, null)).toThrow('positions count from 1');
    cluster.execute(0);
    const snapshot = probe.hosts[0]?.snapshot();
    probe.hosts[1]?.install(snapshot as never);
    expect(() => probe.hosts[1]?.commit(1, null)).toThrow('1 is executed already');
  });
});

describe('snapshots', () => {
  test('carry the state and its requests to another node, without executed calls, and execution goes on behind them', () => {
    const { cluster, probe } = started({ stateBytes: 5000 });
    act(cluster, probe, 0, () => {
      probe.hosts[0]?.commit(1, batchOf(1, 2));
      probe.hosts[0]?.commit(2, batchOf(3));
    });
    const snapshot = probe.hosts[0]?.snapshot();
    expect(snapshot).toEqual({ position: 2, digest: probe.hosts[0]?.stateDigest(), bytes: 5000 });
    cluster.request(1, [3, 4]);
    probe.calls.length = 0;
    act(cluster, probe, 1, () => {
      probe.hosts[1]?.commit(3, batchOf(4));
      probe.hosts[1]?.install(snapshot as never);
    });
    expect(probe.calls).toEqual(['1 executed 3']);
    expect(probe.hosts[1]?.mempool.oldest).toBe(Number.POSITIVE_INFINITY);
    expect(cluster.violations).toEqual([]);
  });

  test('that nobody took, or behind the state, are refused', () => {
    const { cluster, probe } = started();
    act(cluster, probe, 0, () => probe.hosts[0]?.commit(1, null));
    const genuine = probe.hosts[0]?.snapshot() as { position: number; digest: number; bytes: number };
    expect(() => probe.hosts[1]?.install({ ...genuine, position: 9 })).toThrow('no node ever took the snapshot');
    expect(() => probe.hosts[0]?.install(genuine)).toThrow('but 1 is executed already');
  });
});

describe('the judgement', () => {
  test('names two nodes that commit different batches at one position, unless one is Byzantine', () => {
    const { cluster, probe } = started({ byzantine: new Map([[2, (message: ProtocolMessage) => message]]) });
    probe.hosts[2]?.commit(1, batchOf(9));
    probe.hosts[0]?.commit(1, batchOf(1));
    expect(cluster.violations).toEqual([]);
    probe.hosts[1]?.commit(1, null);
    expect(cluster.violations).toEqual(['agreement: node 1 committed null at 1, node 0 d[1]']);
  });

  test('remembers what a node committed before its restart', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.commit(1, batchOf(1));
    cluster.crash(0);
    cluster.restart(0);
    probe.hosts[0]?.commit(1, batchOf(2));
    expect(cluster.violations).toEqual(['agreement: node 0 committed d[2] at 1, node 0 d[1]']);
  });

  test('names two leaders of one term', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.mark(0, 4, 0);
    probe.hosts[0]?.mark(0, 4, 0);
    probe.hosts[1]?.mark(0, 5, 0);
    expect(cluster.violations).toEqual([]);
    probe.hosts[2]?.mark(0, 5, 0);
    expect(cluster.violations).toEqual(['leadership: nodes 1 and 2 both lead term 5']);
  });

  test('names a read served from a state older than one executed anywhere when the read arrived', () => {
    const { cluster, probe } = started();
    cluster.read(1, 1);
    act(cluster, probe, 0, () => probe.hosts[0]?.commit(1, null));
    expect(cluster.read(1, 2)).toBe(1);
    probe.hosts[1]?.serveReads(0, 1);
    expect(cluster.violations).toEqual([]);
    probe.hosts[1]?.serveReads(1, 1);
    expect(cluster.violations).toEqual(['stale read: node 1 served read 1 at 0, but 1 was executed when it arrived']);
    probe.hosts[1]?.dropReads(2, 1);
    expect(() => probe.hosts[1]?.serveReads(2, 1)).toThrow('read 2 does not wait here');
  });
});

describe('requests', () => {
  test('arrive in one call for each drain, and not at all when known or the node is down', () => {
    const { cluster, probe } = started();
    expect(cluster.request(0, [1, 2])).toBe(true);
    expect(cluster.request(0, [2, 1])).toBe(false);
    cluster.crash(1);
    expect(cluster.request(1, [1])).toBe(false);
    expect(probe.calls).toEqual(['0 requests 2']);
  });

  test('forwarded to another node arrive there as requests', () => {
    const { cluster, probe } = started();
    cluster.request(0, [1, 2]);
    probe.hosts[0]?.mempool.forward(2, false);
    cluster.deliverAll();
    expect(probe.calls).toEqual(['0 requests 2', '2 requests 2']);
    expect(probe.hosts[2]?.mempool.bytes).toBe(200);
  });
});

describe('signatures', () => {
  test('are proof of their node and digest, and of nothing else', () => {
    const { probe } = started();
    const signature = probe.hosts[1]?.sign(77) as number;
    const judged = (signer: number, digest: number) => probe.hosts[0]?.verify(signer, digest, signature);
    expect([judged(1, 77), judged(2, 77), judged(1, 78)]).toEqual([true, false, false]);
  });
});

describe('a crash', () => {
  test('loses what is under way to the node and leaves what it sent', () => {
    const { cluster, probe } = started();
    probe.hosts[0]?.send(1, { type: 0, word: 'to' });
    probe.hosts[1]?.send(0, { type: 0, word: 'from' });
    cluster.crash(1);
    probe.hosts[0]?.send(1, { type: 0, word: 'later' });
    expect([cluster.isUp(1), cluster.status(1)]).toEqual([false, null]);
    expect(() => cluster.crash(1)).toThrow('node 1 is down already');
    cluster.restart(1);
    cluster.deliverAll();
    expect(probe.calls).toEqual(['1 start []', '0 receive 1 from']);
    expect(() => cluster.restart(1)).toThrow('node 1 is up');
  });
});
