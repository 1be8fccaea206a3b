// Random small scenarios, faults on: the fast kernel computes what the reference kernel computes. A failure prints the smallest
// specification that fast-check could find and the first event that differs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { ClientGroupSpec, RunSpec } from '../../src/simulation/run-spec.ts';
import { MICROSECOND, MILLISECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import {
  batchTimeout,
  clientsAt,
  closedLoad,
  openLoad,
  type ProtocolName,
  protocolNames,
  testSpec,
  workloadOptions,
} from '../support/run-specs.ts';

const SEED = 20_260_101;
const CASES = 30;

const ms = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max }).map((n) => n * MILLISECOND);
const us = (...values: number[]): fc.Arbitrary<number> => fc.constantFrom(...values.map((n) => n * MICROSECOND));

function clients(nodes: number): fc.Arbitrary<ClientGroupSpec> {
  const place = fc.oneof(
    fc.integer({ min: 0, max: 2 }).map((site) => ({ site })),
    fc.integer({ min: 0, max: nodes - 1 }).map((node) => ({ node })),
  );
  const load = fc.oneof(
    fc.tuple(fc.integer({ min: 20, max: 600 }), fc.constantFrom('poisson', 'constant')).map(([r, a]) => openLoad(r, a)),
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), us(0, 0, 100, 5000))
      .map(([count, each, think]) => closedLoad(count, each, think)),
  );
  const submit = fc.constantFrom<ClientGroupSpec['submit']>(null, null, null, 'nearest', 'all', { node: nodes - 1 });
  const retryAfter = fc.constantFrom(null, 8 * MILLISECOND, 60 * MILLISECOND, 150 * MILLISECOND);
  return fc
    .tuple(place, load, submit, retryAfter)
    .map(([at, asks, to, retry]) => clientsAt(at, asks, { submit: to, retryAfter: retry }));
}

function fault(nodes: number, horizon: number): fc.Arbitrary<FaultSpec> {
  const node = fc.integer({ min: 0, max: nodes - 1 });
  const schedule = fc.record({
    target: fc.oneof(fc.constant('leader' as const), node, fc.uniqueArray(node, { minLength: 1, maxLength: 2 })),
    at: fc.integer({ min: 0, max: horizon / MILLISECOND }).map((at) => at * MILLISECOND),
    duration: fc.option(ms(1, 300), { nil: null }),
  });
  const kind = fc.oneof(
    fc.constantFrom('crash' as const, 'partition' as const).map((name) => ({ kind: name })),
    fc.integer({ min: 2, max: 40 }).map((by) => ({ kind: 'slow' as const, by })),
  );
  return fc.tuple(schedule, kind).map(([when, what]) => ({ ...when, ...what }));
}

const rate = fc.constantFrom(5e6, 20e6, 100e6, 1e9, Number.POSITIVE_INFINITY);
const network = fc.record({
  jitter: fc.constantFrom(
    { kind: 'constant', value: 0 },
    { kind: 'lognormal', mean: 200 * MICROSECOND, p99: MILLISECOND },
    { kind: 'uniform', min: 0, max: 2 * MILLISECOND },
  ),
  egress: fc.record({ bitsPerSecond: rate, discipline: fc.constantFrom('fair', 'fifo') }),
  ingress: fc.record({ bitsPerSecond: rate }),
  loss: fc.constantFrom(0, 0, 0, 0.005, 0.02, 0.1),
  transport: fc.constantFrom('tcp', 'tcp', 'datagram'),
  connectionTimeout: fc.constantFrom(250 * MILLISECOND, 5000 * MILLISECOND),
  tls: fc.boolean(),
});
const machine = fc.record({
  cores: fc.integer({ min: 1, max: 4 }),
  handling: us(0, 5, 50),
  requestHandling: us(0, 1, 30),
  execution: us(0, 2, 40),
  wakeUp: us(0, 0, 0, 60, 700),
  crypto: fc.record({
    profile: fc.constant('random'),
    scheme: fc.constant('random'),
    sign: us(0, 30, 400),
    verify: us(0, 20, 80, 300),
    mac: us(0, 1),
    hashPerByte: fc.constantFrom(0, 2.3),
  }),
  disk: fc.record({
    fsync: fc.constantFrom(
      { kind: 'constant', value: 0 },
      { kind: 'constant', value: MILLISECOND },
      { kind: 'lognormal', mean: MILLISECOND, p99: 5 * MILLISECOND },
    ),
    bitsPerSecond: fc.constantFrom(50e6, Number.POSITIVE_INFINITY),
  }),
});
const workload = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 100, 1448, 4000), fc.constantFrom(0, 300), fc.constantFrom(0, 0, 0.4))
    .map(([requestBytes, replyBytes, readShare]) => workloadOptions('opaque', { requestBytes, replyBytes, readShare })),
  fc.constant(workloadOptions('payments', { accounts: 30 })),
);

/** What decides which work PBFT gives to the cores, and when. */
const pbftOptions = fc.record({
  auth: fc.constantFrom('signature', 'mac', 'proofs'),
  clientSignatures: fc.boolean(),
  checkpointInterval: fc.constantFrom(2, 16, 128),
});

function specs(protocol: ProtocolName): fc.Arbitrary<RunSpec> {
  return fc.tuple(fc.integer({ min: 3, max: 16 }), ms(200, 800)).chain(([nodes, horizon]) =>
    fc
      .record({
        seed: fc.nat(1e9),
        network,
        machine,
        workload,
        batch: fc.constantFrom(0, 1, 10),
        clients: fc.array(clients(nodes), { minLength: 1, maxLength: 3 }),
        faults: fc.array(fault(nodes, horizon), { maxLength: 3 }),
        options: protocol === 'pbft' ? pbftOptions : fc.constant({}),
      })
      .map(({ batch, options, ...rest }) => {
        const named = batchTimeout(protocol, batch * MILLISECOND);
        return testSpec(protocol, nodes, {
          ...rest,
          horizon,
          boundaries: [Math.floor(horizon / 3)],
          protocol: { ...named, options: { ...(named.options as object), ...options } },
        } as Parameters<typeof testSpec>[2]);
      }),
  );
}

describe('the two kernels', () => {
  test.each(protocolNames)('compute the same run of %s, whatever is asked of it', (protocol) => {
    let transactions = 0;
    fc.assert(
      fc.property(specs(protocol), (spec) => {
        transactions += expectKernelsToAgree(spec).counts.transactions;
      }),
      { seed: SEED, numRuns: CASES },
    );
    expect(transactions).toBeGreaterThan(CASES * 10);
  });
});
