// One replica or a small cluster: how many messages a batch costs, what a vote costs, what messages weigh, and forgeries.
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import {
  COMMIT,
  type Message,
  messageNames,
  PRE_PREPARE,
  PREPARE,
  type ViewChange,
} from '../../src/protocols/pbft/messages.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { viewChangeStatement } from '../../src/protocols/pbft/statements.ts';
import type { Host } from '../../src/protocols/protocol.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { NEVER, SECOND } from '../../src/units/quantities.ts';
import { RecorderCluster } from '../traces/recorder-cluster.ts';

const defaults = defaultsOf<PbftOptions>(pbft.options);
const immediate: PbftOptions = { ...defaults, batch: { ...defaults.batch, timeout: 0 } };
const clusterOf = (n: number, options: Partial<PbftOptions> = {}) =>
  new RecorderCluster(pbft, { n, options: { ...immediate, ...options } });

/** Messages sent since the last call, by name; a broadcast counts n − 1. */
function sentBy(cluster: RecorderCluster): Record<string, number> {
  const sent: Record<string, number> = {};
  for (const effect of cluster.takeEffects()) {
    if (effect.kind !== 'send') continue;
    const name = messageNames[effect.message.type] as string;
    sent[name] = (sent[name] ?? 0) + (effect.to === '*' ? cluster.n - 1 : 1);
  }
  return sent;
}

describe('the normal case', () => {
  test.each([4, 5, 6, 7, 10, 13])(
    'sends (n−1) + (n−1)² + n(n−1) messages a batch among %i replicas, and nothing else',
    (n) => {
      for (const auth of ['signature', 'mac'] as const)
        for (const durable of [false, true]) {
          const cluster = clusterOf(n, { auth, durable });
          for (let id = 1; id <= 3; id++) {
            cluster.request(0, [id]);
            cluster.advance(SECOND, true);
            expect(sentBy(cluster)).toEqual({ 'pre-prepare': n - 1, prepare: (n - 1) ** 2, commit: n * (n - 1) });
          }
          expect(cluster.nodes.map(({ executedPosition }) => executedPosition)).toEqual(Array(n).fill(3));
        }
    },
  );

  test('adds n(n−1) checkpoints every K batches', () => {
    const cluster = clusterOf(4, { checkpointInterval: 2 });
    cluster.request(0, [1]);
    cluster.deliverAll();
    cluster.takeEffects();
    cluster.request(0, [2]);
    cluster.deliverAll();
    expect(sentBy(cluster).checkpoint).toBe(12);
    expect(cluster.status(3)?.detail).toContain('h=2');
  });

  test('works alone and among two and three replicas, which bear no fault', () => {
    for (const n of [1, 2, 3]) {
      const cluster = clusterOf(n, { durable: true });
      cluster.request(0, [1]);
      cluster.deliverAll();
      expect(cluster.nodes.map(({ executedPosition }) => executedPosition)).toEqual(Array(n).fill(1));
    }
  });
});

describe('a vote', () => {
  test('asks nothing of the host until a quorum completes', () => {
    const n = 100;
    const calls: string[] = [];
    const mempool = { count: 0, bytes: 0, oldest: NEVER, claim: () => {}, requeue: () => {}, forward: () => {} };
    const values: Record<string, unknown> = { self: 1, n, mempool, executedPosition: 0 };
    const host = new Proxy(values, {
      get(target, key) {
        if (key in target) return target[key as string];
        return () => {
          calls.push(String(key));
          return key === 'verify' ? true : 0;
        };
      },
    }) as unknown as Host<Message, never>;
    const replica = pbft.create(host as never, immediate, null);
    replica.start();
    const batch = createBatch(Int32Array.of(1), Float64Array.of(0), 100, 0, 0);
    const { digest } = batch;
    replica.receive(0, { type: PRE_PREPARE, view: 0, seq: 1, digest, batch, signature: 0, macs: 0 });
    calls.length = 0;
    // Q = 67 among 100: 66 prepares, its own among them.
    for (let from = 2; from < 66; from++)
      replica.receive(from, { type: PREPARE, view: 0, seq: 1, digest, signature: 0, macs: 0 });
    for (let from = 0; from < 66; from++)
      if (from !== 1) replica.receive(from, { type: COMMIT, view: 0, seq: 1, digest, signature: 0, macs: 0 });
    expect(calls).toEqual([]);
    replica.receive(66, { type: PREPARE, view: 0, seq: 1, digest, signature: 0, macs: 0 });
    expect(calls.filter((call) => call !== 'verify')).toEqual(['broadcast']);
    calls.length = 0;
    replica.receive(66, { type: COMMIT, view: 0, seq: 1, digest, signature: 0, macs: 0 });
    expect(calls).toEqual(['commit']);
    calls.length = 0;
    for (let from = 67; from < n; from++) {
      replica.receive(from, { type: PREPARE, view: 0, seq: 1, digest, signature: 0, macs: 0 });
      replica.receive(from, { type: COMMIT, view: 0, seq: 1, digest, signature: 0, macs: 0 });
    }
    expect(calls).toEqual([]);
  });
});

describe('what a message weighs and costs', () => {
  const batch = createBatch(Int32Array.of(1, 2, 3), new Float64Array(3), 1000, 0, 0);
  const statement = { view: 0, seq: 1, digest: batch.digest, signature: 5 };
  const signed = { ...statement, macs: 0 };
  const mac = { ...statement, signature: 0, macs: 6 };

  test('a pre-prepare carries its requests: their bytes, hashed, and their clients’ signatures, verified', () => {
    const withBatch: Message = { type: PRE_PREPARE, ...signed, batch };
    const without: Message = { type: PRE_PREPARE, ...signed, digest: 0, batch: null };
    expect(pbft.sizeOf(withBatch, 7) - pbft.sizeOf(without, 7)).toBe(1000);
    expect(pbft.workOf(withBatch, 7, defaults)).toEqual({
      signs: 1,
      macs: 0,
      verifies: 4,
      macChecks: 0,
      hashBytes: 1000,
    });
    expect(pbft.workOf(withBatch, 7, { ...defaults, clientSignatures: false }).verifies).toBe(1);
  });

  test('an authenticator has n − 1 MACs of 10 bytes, of which each receiver checks one', () => {
    const vote: Message = { type: PREPARE, ...mac };
    expect(pbft.workOf(vote, 7, { ...defaults, auth: 'mac' })).toEqual({
      signs: 0,
      macs: 6,
      verifies: 0,
      macChecks: 1,
      hashBytes: 0,
    });
    expect(pbft.sizeOf({ type: PREPARE, ...signed }, 7) - pbft.sizeOf(vote, 7)).toBe(64 - 6 * 10);
  });

  test('messages that say different things have different hashes', () => {
    const hashes = [
      { type: PREPARE, ...signed },
      { type: COMMIT, ...signed },
      { type: PREPARE, ...signed, view: 1 },
      { type: PREPARE, ...signed, seq: 2 },
      { type: PREPARE, ...signed, digest: 3 },
      { type: PREPARE, ...signed, signature: 6 },
    ].map((message) => pbft.hashOf(message as Message));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('a forged view-change', () => {
  /** Replica 2's true view-change after request 1 prepared, with changes, signed again by replica 2. */
  function whatHappens(change: (message: ViewChange) => ViewChange): number {
    const cluster = clusterOf(4, { checkpointInterval: 1 });
    cluster.request(0, [1]);
    cluster.deliverAll();
    cluster.request(0, [2]);
    while (cluster.pending.some(({ name }) => name !== 'checkpoint' && name !== 'commit'))
      cluster.deliver(cluster.pending.findIndex(({ name }) => name !== 'checkpoint' && name !== 'commit'));
    for (const node of [2, 3]) {
      const timer = cluster.timers().find((armed) => armed.node === node && pbft.timers[armed.timer] === 'request');
      if (timer === undefined) throw new Error(`replica ${node} does not wait for request 2`);
      cluster.fire(timer);
    }
    const of = (node: number) =>
      cluster.pending.find(({ from, to, name }) => from === node && to === 1 && name === 'view-change')
        ?.message as ViewChange;
    const message = change(of(2));
    const forged = { ...message, signature: cluster.signatureOf(2, viewChangeStatement(message)) };
    const third = of(3);
    cluster.pending.length = 0;
    // With both, replica 1 joins and leads view 1; with one alone it does nothing.
    cluster.forge(2, 1, forged);
    cluster.forge(3, 1, third);
    cluster.deliverAll();
    return cluster.status(1)?.term ?? -1;
  }

  const first = (message: ViewChange) => message.prepared[0] as ViewChange['prepared'][number];
  const stable = (message: ViewChange) => message.checkpoints[0] as ViewChange['checkpoints'][number];

  test('is accepted if it is not forged', () => {
    expect(whatHappens((message) => message)).toBe(1);
  });

  test.each<[string, (message: ViewChange) => ViewChange]>([
    ['another digest than was prepared', (m) => ({ ...m, prepared: [{ ...first(m), digest: 77 }] })],
    ['another view than it prepared in', (m) => ({ ...m, view: 2, prepared: [{ ...first(m), view: 1 }] })],
    ['a view that is not over', (m) => ({ ...m, prepared: [{ ...first(m), view: 1 }] })],
    ['a certificate without proof', (m) => ({ ...m, prepared: [{ ...first(m), proof: null }] })],
    [
      'one signer twice',
      (m) => {
        const proof = first(m).proof as NonNullable<ViewChange['prepared'][number]['proof']>;
        const twice = {
          signers: Int32Array.of(1, 1),
          signatures: Int32Array.of(proof.signatures[0] as number, proof.signatures[0] as number),
        };
        return { ...m, prepared: [{ ...first(m), proof: twice }] };
      },
    ],
    ['a sequence number twice', (m) => ({ ...m, prepared: [first(m), first(m)] })],
    ['what its checkpoint covers', (m) => ({ ...m, prepared: [{ ...first(m), seq: 1 }] })],
    [
      'a checkpoint without proof',
      (m) => ({ ...m, low: 5, checkpoints: [{ seq: 5, digest: 1, proof: null }], prepared: [] }),
    ],
    ['a proven checkpoint with another digest', (m) => ({ ...m, checkpoints: [{ ...stable(m), digest: 1 }] })],
    ['another low watermark than it proves', (m) => ({ ...m, low: 0 })],
    ['the name of another replica', (m) => ({ ...m, replica: 0 })],
  ])('is ignored if it claims %s', (_, change) => {
    expect(whatHappens(change)).toBe(0);
  });
});
