// Whole runs of the echo protocol whose outcome follows from the specification by hand: latencies to the nanosecond on both kernels,
// Little's law without an error, and digests that depend on nothing that does not matter.
import { describe, expect, test } from 'vitest';
import { FastRun } from '../../src/simulation/fast-run.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { LoadSpec, RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import {
  clientsAt,
  closedLoop,
  constant,
  countOf,
  equalDelays,
  freeMachine,
  ledRaft,
  quietSpec,
} from '../support/quiet-spec.ts';

const ms = MILLISECOND;
const kernels = ['islands', 'reference'] as const;

const trace = (...times: number[]): LoadSpec => ({
  kind: 'open',
  arrivals: { name: 'trace', options: { times: Float64Array.from(times), repeat: false } },
});

const opaque = (requestBytes: number, replyBytes = 0) => ({
  name: 'opaque',
  options: { requestBytes, replyBytes, readShare: 0 },
});

/** Sum of the finality latencies of all transactions. */
const latencySum = ({ segments }: RunResult): number => segments.reduce((sum, { finality }) => sum + finality.sum, 0);
const outstandingTime = ({ segments }: RunResult): number => segments.reduce((sum, s) => sum + s.outstandingTime, 0);
const wire = (bytes: number): number => bytes + 66 * Math.max(1, Math.ceil(bytes / 1448));

describe.each(kernels)('one request on the kernel "%s"', (kernel) => {
  const costs = { handling: 1 * MICROSECOND, requestHandling: 2 * MICROSECOND, execution: 500 };
  const place = { site: 3 };

  const latencyOf = (spec: RunSpec): number => {
    const result = simulate(spec, { kernel });
    expect(result.violations).toEqual([]);
    expect(result.segments.reduce((sum, { final }) => sum + final, 0)).toBe(1);
    return latencySum(result);
  };

  test('takes four delays where nothing else costs time: request, order, acknowledgement, reply', () => {
    expect(latencyOf(quietSpec(3, 10 * ms, { clients: [clientsAt(place, trace(5 * ms))] }))).toBe(40 * ms);
  });

  test.each([
    [256, 1e9],
    [256, 100e6],
    [3000, 1e9],
    [100_000, 1e9],
    [100_000, 10e9],
  ])('of %d B takes exactly the delays, the time on the cards at %d bit/s and the handling', (bytes, bits) => {
    for (const cores of [1, 2, 4]) {
      const network = {
        ...equalDelays(3, 10 * ms),
        egress: { bitsPerSecond: bits, discipline: 'fair' as const },
        ingress: { bitsPerSecond: bits },
      };
      const machine = { ...freeMachine, ...costs, cores };
      const clients = [clientsAt(place, trace(5 * ms))];
      const service = (amount: number): number => Math.floor((amount * Math.round((8e9 / bits) * 2 ** 24)) / 2 ** 24);
      // The request comes in at once and takes its time on the ingress card. The order leaves in two copies, the second one a last
      // segment after the first; orders and acknowledgements fill the ingress card while they arrive. The second acknowledgement
      // counts, which waits for the thread to handle the first.
      const order = wire(16 + bytes);
      const lastSegment = order - 1514 * (Math.ceil(order / 1514) - 1);
      const apart = service(2 * order) - service(2 * order - lastSegment);
      const cards = service(wire(bytes)) + service(2 * order) + service(wire(16)) + service(wire(64));
      const waits = Math.max(0, costs.handling - apart);
      const handling = costs.requestHandling + costs.handling + waits + costs.handling + costs.execution;
      const spec = quietSpec(3, 10 * ms, { network, machine, clients, workload: opaque(bytes, 64) });
      expect(latencyOf(spec)).toBe(40 * ms + handling + cards);
    }
  });

  test('on the leader’s own machine pays two delays and no card of its own', () => {
    const network = { ...equalDelays(3, 10 * ms), egress: { bitsPerSecond: 1e9, discipline: 'fair' as const } };
    const machine = { ...freeMachine, ...costs };
    const spec = quietSpec(3, 10 * ms, {
      network,
      machine,
      clients: [clientsAt({ node: 0 }, trace(5 * ms))],
      workload: opaque(256),
    });
    const cards = 8 * (2 * wire(16 + 256) + wire(16));
    expect(latencyOf(spec)).toBe(20 * ms + 2000 + 1000 + 1000 + 500 + cards);
  });

  test('waits for the one before it: requests of one instant are one drain and one batch', () => {
    const machine = { ...freeMachine, ...costs };
    const spec = quietSpec(3, 10 * ms, { machine, clients: [clientsAt(place, trace(5 * ms, 5 * ms, 5 * ms))] });
    const result = simulate(spec, { kernel });
    expect(latencySum(result)).toBe(3 * (40 * ms + 3 * 2000 + 1000 + 1000 + 1000 + 3 * 500));
    expect([result.counts.batches, result.counts.transactions]).toEqual([1, 3]);
  });

  test('keeps the books: messages, bytes and stages', () => {
    const spec = quietSpec(3, 10 * ms, { clients: [clientsAt(place, trace(5 * ms))], workload: opaque(100, 10) });
    const { segments, counts, endedAt } = simulate(spec, { kernel });
    expect(endedAt).toBe(spec.horizon);
    expect(segments).toHaveLength(1);
    expect(segments[0]).toMatchObject({
      offered: 1,
      final: 1,
      valid: 1,
      protocolMessages: 4,
      requestMessages: 1,
      replyMessages: 1,
    });
    expect(segments[0]?.bytes).toBe(wire(100) + 2 * wire(116) + 2 * wire(16) + wire(10));
    expect([...(segments[0]?.stageSums ?? [])]).toEqual([10 * ms, 0, 10 * ms, 0, 20 * ms]);
    expect(['order', 'ack', 'request', 'reply', 'forward'].map((name) => countOf(counts.delivered, name))).toEqual([
      2, 2, 1, 1, 0,
    ]);
    expect(counts.sent).toEqual(counts.delivered);
    expect(counts.dropped).toBe(0);
  });
});

const jittery = (spec: RunSpec, changes: Partial<RunSpec['network']> = {}): RunSpec => ({
  ...spec,
  network: {
    ...spec.network,
    jitter: { kind: 'exponential', mean: 1 * ms },
    egress: { bitsPerSecond: 100e6, discipline: 'fair' },
    ingress: { bitsPerSecond: 100e6 },
    ...changes,
  },
  machine: { ...freeMachine, cores: 2, handling: 3000, requestHandling: 1000, execution: 700 },
});

const busy = jittery(
  quietSpec(4, 2 * ms, { clients: [clientsAt({ site: 4 }, closedLoop(5, 3)), clientsAt({ node: 2 }, closedLoop(2))] }),
);

describe.each(kernels)('Little\'s law on the kernel "%s"', (kernel) => {
  test('holds without an error in a closed loop without think time: requests outstanding × time', () => {
    const result = simulate({ ...busy, boundaries: [300 * ms, 1100 * ms, 1100 * ms + 1] }, { kernel });
    expect(result.endedAt).toBe(2 * SECOND);
    expect(result.segments.map(({ outstandingTime: area }) => area)).toEqual(
      [300 * ms, 800 * ms, 1, 900 * ms - 1].map((t) => t * 17),
    );
    const unfinished = result.unfinished.reduce((sum, age) => sum + age, 0);
    expect(latencySum(result) + unfinished).toBe(17 * 2 * SECOND);
    expect(result.unfinished).toHaveLength(17);
  });

  test('holds with think time: latency + thinking × transactions', () => {
    const think = 13 * ms;
    const clients = [clientsAt({ site: 4 }, closedLoop(6, 2, constant(think)))];
    const result = simulate({ ...busy, clients }, { kernel });
    const ages = result.unfinished.reduce((sum, age) => sum + age, 0);
    expect(outstandingTime(result)).toBe(latencySum(result) + ages);
    // Whoever is not waiting is thinking; those who think at the end have not thought all their time.
    const thinking = 12 * 2 * SECOND - outstandingTime(result);
    const thinkers = 12 - result.unfinished.length;
    expect(thinking).toBeLessThanOrEqual(result.counts.transactions * think);
    expect(thinking).toBeGreaterThan((result.counts.transactions - thinkers) * think);
  });

  test('holds in an open loop with loss, where requests wait for retransmissions', () => {
    const times = Array.from({ length: 400 }, (_, i) => i * 4 * ms);
    const spec = jittery(quietSpec(3, 5 * ms, { clients: [clientsAt({ site: 3 }, trace(...times))] }), { loss: 0.02 });
    const result = simulate(spec, { kernel });
    expect(result.counts.retransmitted).toBeGreaterThan(10);
    const ages = result.unfinished.reduce((sum, age) => sum + age, 0);
    expect(outstandingTime(result)).toBe(latencySum(result) + ages);
    expect(result.counts.transactions + result.unfinished.length).toBe(400);
  });
});

describe('a digest', () => {
  const horizon = 500 * ms;
  const digest = (changes: Partial<RunSpec>): string | null => simulate({ ...busy, horizon, ...changes }).digest;

  test('is the same again, and another for another seed', () => {
    expect(digest({})).toMatch(/^[0-9a-f]{16}$/);
    expect(digest({})).toBe(digest({}));
    expect(digest({ seed: 2 })).not.toBe(digest({}));
  });

  test('does not depend on where segments are cut, also in the middle of a window', () => {
    const whole = digest({});
    for (const boundaries of [[1], [123_456_789], [horizon - 1], [100 * ms, 200 * ms], [1, 2, 3, 333_333_333]])
      expect(digest({ boundaries })).toBe(whole);
  });

  test('changes with any event: an instant of the horizon later there are more of them', () => {
    expect(digest({ horizon: horizon + 1 * ms })).not.toBe(digest({}));
    expect(digest({ workload: opaque(257) })).not.toBe(digest({}));
  });
});

describe('a run', () => {
  test('that has finished enough requests ends then, with all it counted', () => {
    for (const kernel of kernels) {
      const result = simulate({ ...busy, stopAfter: 500 }, { kernel });
      expect(result.counts.transactions).toBeGreaterThanOrEqual(500);
      expect(result.counts.transactions).toBeLessThan(520);
      expect(result.endedAt).toBeLessThan(1 * SECOND);
      expect(result.segments.at(-1)?.to).toBe(result.endedAt);
      expect(latencySum(result) + result.unfinished.reduce((a, b) => a + b, 0)).toBe(17 * result.endedAt);
    }
  });

  test('that stops at a count stops at the same place wherever segments are cut', () => {
    const whole = simulate({ ...busy, stopAfter: 500 });
    const cut = simulate({ ...busy, stopAfter: 500, boundaries: [whole.endedAt - 1 * ms] });
    expect([cut.digest, cut.endedAt]).toEqual([whole.digest, whole.endedAt]);
  });

  test('that falls quiet ends at its horizon all the same', () => {
    const result = simulate(
      quietSpec(3, 10 * ms, { clients: [clientsAt({ site: 3 }, trace(5 * ms))], boundaries: [1 * SECOND] }),
    );
    expect(result.endedAt).toBe(2 * SECOND);
    expect(result.segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 1 * SECOND],
      [1 * SECOND, 2 * SECOND],
    ]);
  });

  test('frees every message it sent, once', () => {
    const times = Array.from({ length: 300 }, (_, i) => i * 1 * ms);
    const clients = [clientsAt({ site: 3 }, trace(...times)), clientsAt({ node: 1 }, trace(...times))];
    const quiet = quietSpec(3, 5 * ms, { clients, horizon: 100 * SECOND });
    const cut: RunSpec['faults'] = [{ kind: 'partition', target: [1], at: 100 * ms, duration: 700 * ms }];
    const down: RunSpec['faults'] = [{ kind: 'crash', target: 2, at: 100 * ms, duration: 100 * ms }];
    for (const spec of [
      quiet,
      jittery(quiet),
      jittery(quiet, { loss: 0.05 }),
      { ...jittery(quiet, { loss: 0.05 }), faults: cut },
      { ...jittery(quiet, { loss: 0.05, transport: 'datagram' }), faults: cut },
      { ...jittery(quiet), faults: down },
    ]) {
      const run = new FastRun(spec);
      const { counts } = run.run();
      expect(run.world.flights.inFlight).toBe(0);
      const sent = counts.sent.reduce((sum, { count }) => sum + count, 0);
      const delivered = counts.delivered.reduce((sum, { count }) => sum + count, 0);
      expect(sent).toBe(delivered + counts.dropped);
    }
  });

  test('in which a node is crashed twice at a time comes back once both faults are over', () => {
    const faults: RunSpec['faults'] = [
      { kind: 'crash', target: 2, at: 100 * ms, duration: 300 * ms },
      { kind: 'crash', target: 2, at: 200 * ms, duration: 600 * ms },
    ];
    // Echo needs all nodes: what is asked while node 2 is down is never final.
    const finalsOf = (at: number): number => {
      const clients = [clientsAt({ site: 3 }, trace(at))];
      return simulate(quietSpec(3, 10 * ms, { clients, faults })).counts.transactions;
    };
    expect([finalsOf(500 * ms), finalsOf(900 * ms)]).toEqual([0, 1]);
  });

  test('whose only clients died with their machine owes nobody progress, and nobody waits in vain', () => {
    const spec = quietSpec(3, 1 * ms, {
      protocol: ledRaft(),
      clients: [clientsAt({ node: 2 }, closedLoop(3))],
      faults: [{ kind: 'crash', target: 2, at: 500 * ms, duration: null }],
      progressWithin: 1 * SECOND,
      horizon: 5 * SECOND,
    });
    const { violations, outages } = simulate(spec);
    expect(violations).toEqual([]);
    expect(outages).toEqual([]);
  });

  test('in which a node forgets, in a crash, which requests it took: it does not answer them after its restart', () => {
    // Node 1 gets the request at 510 ms and hands it to the leader, which has it at 520 ms and commits it at 540 ms.
    const clients = [clientsAt({ site: 3 }, trace(500 * ms), { submit: { node: 1 } })];
    const crashAt = (at: number | null): number => {
      const faults: RunSpec['faults'] = at === null ? [] : [{ kind: 'crash', target: 1, at, duration: 100 * ms }];
      const result = simulate(quietSpec(3, 10 * ms, { protocol: ledRaft(), clients, faults }));
      expect(result.counts.batches).toBeGreaterThan(0);
      return result.counts.transactions;
    };
    expect([crashAt(null), crashAt(600 * ms), crashAt(525 * ms)]).toEqual([1, 1, 0]);
  });
});
