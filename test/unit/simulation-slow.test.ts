// A slow node in figures that follow by hand: what its processor and its disk take is multiplied, what its card takes is not; and a
// job that has begun keeps its time.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoad, type SpecChanges, testSpec } from '../support/run-specs.ts';

const BY = 10;
const [BEGIN, END] = [300 * MILLISECOND, 600 * MILLISECOND];

/** The longest latency before, during and after: one client on the machine of node 0 asks, waits for the answer, and asks again. */
function longest(protocol: 'echo' | 'raft', nodes: number, changes: SpecChanges): readonly number[] {
  const spec = testSpec(protocol, nodes, {
    clients: [clientsAt({ node: 0 }, closedLoad(1, 1), { retryAfter: null })],
    faults: [{ kind: 'slow', by: BY, target: 0, at: BEGIN, duration: END - BEGIN }],
    // Segments of a request begun before the fault or its end are left out.
    boundaries: [100, 290, 320, 590, 620].map((at) => at * MILLISECOND),
    horizon: 1 * SECOND,
    ...changes,
  });
  const { segments } = simulate(spec);
  return [1, 3, 5].map((i) => segments[i]?.finality.max ?? 0);
}

describe('a slow node', () => {
  test('takes so many times as long for requests and for executing them', () => {
    const machine = { cores: 1, handling: 0, requestHandling: 300 * MICROSECOND, execution: 700 * MICROSECOND };
    const crypto = { profile: 'none', scheme: 'none', sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
    const [before, during, after] = longest('echo', 1, { machine: { ...machine, crypto } });
    expect(before).toBe(1000 * MICROSECOND);
    expect(during).toBe(BY * 1000 * MICROSECOND);
    expect(after).toBe(before);
  });

  test('takes so many times as long for an fsync', () => {
    const disk = {
      fsync: { kind: 'constant', value: 2 * MILLISECOND },
      bitsPerSecond: Number.POSITIVE_INFINITY,
    } as const;
    const crypto = { profile: 'none', scheme: 'none', sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
    const machine = { cores: 1, handling: 0, requestHandling: 0, execution: 0, disk, crypto };
    const changes: SpecChanges = { machine };
    const [before, during, after] = longest('raft', 1, changes);
    expect(before).toBe(2 * MILLISECOND);
    expect(during).toBe(BY * 2 * MILLISECOND);
    expect(after).toBe(before);
  });

  test('sends as quickly as ever', () => {
    const crypto = { profile: 'none', scheme: 'none', sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
    const [before, during, after] = longest('echo', 3, {
      machine: { cores: 1, handling: 0, requestHandling: 0, execution: 0, crypto },
      network: { egress: { bitsPerSecond: 1e6, discipline: 'fair' }, jitter: { kind: 'constant', value: 0 } },
    });
    expect(before).toBeGreaterThan(MILLISECOND);
    expect(during).toBe(before);
    expect(after).toBe(before);
  });

  test('finishes a job that has begun in the time that it had', () => {
    // One job of 8 ms that begins at 0 or 8 ms, …; the fault falls into one of them, or between two.
    const execution = 8 * MILLISECOND;
    const crypto = { profile: 'none', scheme: 'none', sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
    const finals = (at: number): number => {
      const spec = testSpec('echo', 1, {
        clients: [clientsAt({ node: 0 }, closedLoad(1, 1), { retryAfter: null })],
        faults: [{ kind: 'slow', by: BY, target: 0, at, duration: null }],
        machine: { cores: 1, handling: 0, requestHandling: 0, execution, crypto },
        horizon: 100 * MILLISECOND,
      });
      return simulate(spec).counts.transactions;
    };
    // From 12 ms on: two jobs of 8 ms, then one of 80 that ends at 96. From 8 ms on: the second takes 80 as well.
    expect(finals(12 * MILLISECOND)).toBe(3);
    expect(finals(8 * MILLISECOND)).toBe(2);
    expect(finals(8 * MILLISECOND + 1)).toBe(3);
  });
});
