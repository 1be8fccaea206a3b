// The parts of the reference kernel, and the promises about runs that only two kernels together can check.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventHeap } from '../../src/kernel/event-heap.ts';
import type { DigestEvent } from '../../src/kernel/run-digest.ts';
import { differingEvent, firstDifferingEvent } from '../../src/simulation/event-difference.ts';
import { Server } from '../../src/simulation/reference/server.ts';
import { type SimulateOptions, simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { clientsAt, openLoad, protocolNames, testSpec } from '../support/run-specs.ts';

describe('the event heap', () => {
  test('gives events back by time, rank, island, source, sequence and creation', () => {
    const small = fc.integer({ min: 0, max: 2 });
    const event = fc.record({ at: small, rank: small, island: small, source: small, sequence: small });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const heap = new EventHeap();
        for (const one of events) heap.push({ ...one, flight: 0, run: () => {} });
        expect(heap.pending.length).toBe(events.length);
        const keys = events.map((e, created) => [e.at, e.rank, e.island, e.source, e.sequence, created]);
        keys.sort((a, b) => a.reduce((order, value, i) => order || value - (b[i] as number), 0));
        const popped = events.map(() => heap.pop());
        expect(popped.map((e) => [e.at, e.rank, e.island, e.source, e.sequence, e.created])).toEqual(keys);
        expect(heap.first).toBeUndefined();
      }),
      { seed: 20_260_101 },
    );
  });
});

describe('a server', () => {
  test('carries the remainder of a job to one that starts when it ends, and to no other', () => {
    const server = new Server();
    expect(server.begin(100, 10.75)).toBe(110);
    server.end();
    expect(server.begin(110, 10.75)).toBe(121);
    server.end();
    expect(server.begin(122, 10.75)).toBe(132);
    server.end();
    expect(server.busyUntil(200)).toBe(3 * 10.75);
    expect(server.busyUntil(130)).toBe(3 * 10.75 - 2);
  });

  test('refuses a job while it serves one, and one before its last one ended', () => {
    const server = new Server();
    server.begin(10, 5);
    expect(() => server.begin(15, 1)).toThrow('starts at 15 ns');
    server.end();
    expect(() => server.begin(14, 1)).toThrow('busy until 15 ns');
  });

  test('loses the rest of its job in a crash', () => {
    const server = new Server();
    server.begin(10, 5);
    server.crash(12);
    expect(server.busyUntil(20)).toBe(2);
    expect(server.begin(12, 3)).toBe(15);
  });
});

const kernels: readonly NonNullable<SimulateOptions['kernel']>[] = ['islands', 'reference'];

describe.each(kernels)('on the kernel %s', (kernel) => {
  test.each(protocolNames)('a run of %s has the same digest wherever it is cut into segments', (protocol) => {
    const spec = testSpec(protocol, 4, { horizon: 300 * MILLISECOND });
    const { digest } = simulate(spec, { kernel });
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    for (const boundaries of [[1], [100 * MILLISECOND], [77_777_777, 200 * MILLISECOND, 250 * MILLISECOND]])
      expect(simulate({ ...spec, boundaries }, { kernel }).digest).toBe(digest);
  });

  test.each(protocolNames)(
    'a run of %s that stops at a count has the events of the longer one up to there',
    (protocol) => {
      const spec = testSpec(protocol, 4, { horizon: 300 * MILLISECOND });
      const all: DigestEvent[] = [];
      const whole = simulate(spec, { kernel, events: all });
      const some: DigestEvent[] = [];
      const part = simulate({ ...spec, stopAfter: 50 }, { kernel, events: some });
      expect(part.counts.transactions).toBeGreaterThanOrEqual(50);
      expect(part.counts.transactions).toBeLessThan(whole.counts.transactions);
      expect(part.endedAt).toBeLessThan(whole.endedAt);
      expect(inOrder(some)).toEqual(inOrder(all.filter(({ at }) => at < part.endedAt)));
    },
  );
});

test.each(protocolNames)('both kernels stop a run of %s at the same instant', (protocol) => {
  for (const stopAfter of [1, 17, 60]) {
    const spec = testSpec(protocol, 4, { horizon: 300 * MILLISECOND, stopAfter });
    const [fast, reference] = kernels.map((kernel) => simulate(spec, { kernel }));
    expect([reference?.endedAt, reference?.digest]).toEqual([fast?.endedAt, fast?.digest]);
  }
});

test('a run lasts to its horizon when nothing more happens in it', () => {
  const clients = [clientsAt({ site: 0 }, openLoad(20, 'constant'), { retryAfter: null })];
  const spec = testSpec('echo', 3, { horizon: 299 * MILLISECOND, clients });
  for (const kernel of kernels) expect(simulate(spec, { kernel }).endedAt).toBe(spec.horizon);
});

test('the first event that differs is named, and none where nothing does', () => {
  const spec = testSpec('echo', 3, { horizon: 100 * MILLISECOND });
  expect(differingEvent(spec)).toBeNull();
  expect(differingEvent(spec, 'islands', 'islands')).toBeNull();
  const at = (instant: number, island: number, content = 0x2a): DigestEvent => ({
    at: instant,
    island,
    kind: 1,
    content,
  });
  const one = { name: 'one', events: [at(10, 1), at(10, 0), at(7, 2)] };
  expect(firstDifferingEvent(one, { name: 'other', events: [at(7, 2), at(10, 0), at(10, 1, -1)] })).toBe(
    'event 3 of 3 and 3 differs: one has the delivery 0000002a on island 1 at 10 ns, other has the delivery ffffffff on island 1 at 10 ns',
  );
  expect(firstDifferingEvent(one, { name: 'other', events: [at(7, 2)] })).toBe(
    'event 2 of 3 and 1 differs: one has the delivery 0000002a on island 0 at 10 ns, other has nothing more',
  );
});

function inOrder(events: readonly DigestEvent[]): string[] {
  return events.map(({ at, island, kind, content }) => `${at} ${island} ${kind} ${content}`).sort();
}
