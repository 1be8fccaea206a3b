// Tickets of disk writes are a protocol's own numbers: both kernels hand them back as they were, whatever they are.
import { describe, expect, test } from 'vitest';
import type { AnyProtocol } from '../../src/protocols/protocol.ts';
import { protocols } from '../../src/protocols/registry.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { TicketQueue } from '../../src/simulation/ticket-queue.ts';
import { MICROSECOND, MILLISECOND, NEVER } from '../../src/units/quantities.ts';
import { batchTimeout, clientsAt, openLoad, testSpec } from '../support/run-specs.ts';

type Call = (...values: readonly unknown[]) => unknown;

/** Raft, each of whose tickets t goes to the disk as `to(t)`. */
function raftWithTickets(to: (ticket: number) => number, back: (ticket: number) => number): AnyProtocol {
  const raft = protocols.raft as unknown as AnyProtocol;
  const create: Call = (host, options, durable) => {
    const disk = new Proxy(host as Record<string, unknown>, {
      get(target, key) {
        const value = target[key as string];
        if (typeof value !== 'function') return value;
        if (key !== 'persist') return value.bind(target);
        return (change: unknown, bytes: unknown, ticket: number) => value.call(target, change, bytes, to(ticket));
      },
    });
    const replica = (raft.create as Call)(disk, options, durable) as { persisted(ticket: number): void };
    const persisted = replica.persisted.bind(replica);
    replica.persisted = (ticket) => persisted(back(ticket));
    return replica;
  };
  return { ...raft, create: create as AnyProtocol['create'] };
}

/** A node is struck twice, the second time soon after it came back; its thread is so busy that fsyncs wait to be told. */
const specOf = (trial: number) =>
  testSpec('raft', 3, {
    seed: 5 + trial,
    horizon: 300 * MILLISECOND,
    protocol: batchTimeout('raft', 0),
    clients: [clientsAt({ site: 0 }, openLoad(4000))],
    faults: [60_000_000 + 1_000_037 * trial, 102_000_000 + 1_033_037 * trial].map((at) => ({
      kind: 'crash' as const,
      target: [trial % 3],
      at,
      duration: 40 * MILLISECOND,
    })),
    machine: {
      cores: 2,
      execution: 100 * MICROSECOND,
      handling: 300 * MICROSECOND,
      disk: { fsync: { kind: 'constant', value: 100 * MICROSECOND }, bitsPerSecond: Number.POSITIVE_INFINITY },
    },
  });

describe('tickets', () => {
  test.each([
    ['beyond 32 bits', (t: number) => t * 1e9, (t: number) => t / 1e9],
    ['in halves', (t: number) => t / 2, (t: number) => t * 2],
    ['from zero on', (t: number) => t - 1, (t: number) => t + 1],
  ])('%s change nothing, on either kernel', (_, to, back) => {
    const raft = raftWithTickets(to, back);
    for (let trial = 0; trial < 6; trial++) {
      const spec = specOf(trial);
      const plain = simulate(spec).digest;
      for (const kernel of ['islands', 'reference'] as const)
        expect(simulate(spec, { kernel, protocols: { raft } }).digest).toBe(plain);
    }
  });

  test('wait in order in a ring that grows', () => {
    const queue = new TicketQueue();
    queue.push(1, 7);
    expect(queue.pop()).toBe(7);
    for (let i = 0; i < 5; i++) queue.push(10 + i, i / 2);
    expect([queue.headAt, queue.pop(), queue.headAt]).toEqual([10, 0, 11]);
    queue.push(20, 2 ** 40);
    expect([1, 2, 3, 4, 5].map(() => queue.pop())).toEqual([0.5, 1, 1.5, 2, 2 ** 40]);
    expect(queue.headAt).toBe(NEVER);
    queue.push(30, 1);
    queue.clear();
    expect(queue.headAt).toBe(NEVER);
  });
});
