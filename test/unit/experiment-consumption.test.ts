// What a point consumes, against figures that follow from its scenario by hand: message counts and sizes are known exactly.
import { describe, expect, test } from 'vitest';
import { consumptionOf } from '../../src/experiment/consumption.ts';
import { estimatePoint } from '../../src/experiment/point-estimate.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { clientsAt, openLoad, type SpecChanges, testSpec, workloadOptions } from '../support/run-specs.ts';

const question = { warmup: 0, objectives: [] };
const RATE = 200;
const REQUEST = 1000;

function consumed(protocol: 'echo' | 'raft' | 'pbft', nodes: number, changes: SpecChanges = {}) {
  const spec: RunSpec = testSpec(protocol, nodes, {
    clients: [clientsAt({ site: 0 }, openLoad(RATE, 'constant'), { retryAfter: null })],
    workload: workloadOptions('opaque', { requestBytes: REQUEST, replyBytes: 34 }),
    horizon: 2 * SECOND,
    ...changes,
  });
  const estimate = estimatePoint(question, spec, [simulate(spec)]);
  return { spec, estimate, consumption: consumptionOf(spec, estimate, 10) };
}

describe('what a point consumes', () => {
  test('is its cores, what its nodes send, and what they keep', () => {
    const { spec, estimate, consumption } = consumed('echo', 3);
    expect(consumption?.cores).toBe(3 * spec.machine.cores);
    // All that is sent, but for the requests of the clients: one a transaction, of 1,000 B and a header.
    const all =
      (estimate.estimates.bytes_per_transaction?.mean ?? 0) * (estimate.estimates.throughput_per_s?.mean ?? 0);
    const offered = estimate.estimates.offered_per_s?.mean ?? 0;
    expect(consumption?.egressBytesPerSecond).toBeCloseTo(all - offered * (REQUEST + 66), 3);
    const throughput = estimate.estimates.throughput_per_s?.mean ?? 0;
    expect(consumption?.diskBytes).toBeCloseTo(throughput * REQUEST * 10 * 86_400 * 3, -3);
  });

  test('counts no request of a client as sent by a node: without protocol and large replies, the replies alone are left', () => {
    const { estimate, consumption } = consumed('echo', 1);
    const sent = estimate.runs[0]?.run.counts.sent ?? [];
    const replies = sent.find(({ name }) => name === 'reply')?.count ?? 0;
    const others = sent.filter(({ name }) => name !== 'reply' && name !== 'request');
    expect(others.every(({ count }) => count === 0)).toBe(true);
    // 34 B and a header of 66 B each, over 2 s.
    expect(consumption?.egressBytesPerSecond).toBeGreaterThan(((replies - 2) * 100) / 2 - 600);
    expect(consumption?.egressBytesPerSecond).toBeLessThan(((replies + 2) * 100) / 2 + 600);
  });

  test('keeps the signature of a client beside its request, and nothing of reads that are served without a block', () => {
    const pbft = consumed('pbft', 4);
    const perNode = (pbft.consumption?.diskBytes ?? 0) / (4 * 10 * 86_400);
    expect(perNode / (pbft.estimate.estimates.throughput_per_s?.mean ?? 0)).toBeCloseTo(REQUEST + 64, 6);
    const half = { workload: workloadOptions('opaque', { requestBytes: REQUEST, replyBytes: 34, readShare: 0.5 }) };
    const raft = consumed('raft', 3, half);
    const kept = (raft.consumption?.diskBytes ?? 0) / (3 * 10 * 86_400);
    expect(kept / (raft.estimate.estimates.throughput_per_s?.mean ?? 0) / REQUEST).toBeCloseTo(0.5, 1);
  });

  test('of requests that clients send to all nodes, takes off every copy', () => {
    const clients = [clientsAt({ site: 0 }, openLoad(RATE, 'constant'), { retryAfter: null, submit: 'all' })];
    const { estimate, consumption } = consumed('pbft', 4, { clients });
    const { bytes_per_transaction: bytes, throughput_per_s: throughput, offered_per_s: offered } = estimate.estimates;
    const all = (bytes?.mean ?? 0) * (throughput?.mean ?? 0);
    expect(consumption?.egressBytesPerSecond).toBeCloseTo(all - 4 * (offered?.mean ?? 0) * (REQUEST + 64 + 66), 3);
  });

  test('is not known where nothing became final', () => {
    const faults = [{ kind: 'crash', target: [0, 1, 2], at: 0, duration: null }] as const;
    expect(consumed('raft', 3, { faults }).consumption).toBeNull();
  });

  test('of a protocol of the user, takes its requests as unsigned', () => {
    const { spec, estimate } = consumed('pbft', 4);
    const own = { ...spec, protocol: { ...spec.protocol, module: { path: '/chain.js', sha256: '0' } } };
    const perNode = (consumptionOf(own, estimate, 1)?.diskBytes ?? 0) / (4 * 86_400);
    expect(perNode / (estimate.estimates.throughput_per_s?.mean ?? 0)).toBeCloseTo(REQUEST, 6);
  });
});
