// The small structures of a machine, each against the plainest thing that does the same: queue, id table, heap, timers, commits.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, createBatch } from '../../src/ledger/batch.ts';
import { CorePool } from '../../src/machines/core-pool.ts';
import { FlightColumn as F, Flights, INTS } from '../../src/network/flights.ts';
import { ArrivalBlock } from '../../src/simulation/arrival-block.ts';
import { CommitRing } from '../../src/simulation/commit-ring.ts';
import { FlightQueue } from '../../src/simulation/flight-queue.ts';
import { IdTable } from '../../src/simulation/id-table.ts';
import { InstantHeap } from '../../src/simulation/instant-heap.ts';
import { LaneColumns } from '../../src/simulation/lane-columns.ts';
import { StageRun } from '../../src/simulation/stage-run.ts';
import { Timers } from '../../src/simulation/timers.ts';
import { NEVER } from '../../src/units/quantities.ts';

describe('a flight queue', () => {
  function flightsFrom(sources: number): { flights: Flights; make: (source: number) => number } {
    const flights = new Flights();
    const sequences = new Array(sources).fill(0);
    const make = (source: number): number => {
      const flight = flights.take(1);
      flights.ints[flight * INTS + F.source] = source;
      flights.ints[flight * INTS + F.sequence] = sequences[source]++;
      return flight;
    };
    return { flights, make };
  }

  test('is first in, first out, and says when its head falls due', () => {
    const { flights, make } = flightsFrom(1);
    const queue = new FlightQueue(flights);
    expect([queue.head, queue.headAt, queue.peek(0)]).toEqual([0, NEVER, 0]);
    const made: number[] = [];
    // Rounds of more in than out move the ring round while it grows.
    for (let i = 0; i < 1000; i++) {
      made.push(make(0));
      queue.push(i, made[i] as number);
      if (i % 3 === 2) expect(queue.pop()).toBe(made[(i - 2) / 3]);
      const first = Math.floor((i + 1) / 3);
      if (first <= i) expect([queue.head, queue.headAt]).toEqual([made[first], first]);
    }
    for (let i = 0; i < 667; i++) expect([queue.peek(i), queue.peekAt(i)]).toEqual([made[333 + i], 333 + i]);
    expect(queue.peek(667)).toBe(0);
  });

  test('inserts in total order, but never before an earlier message of the same source, which puts it off', () => {
    const step = fc.record({
      source: fc.integer({ min: 0, max: 4 }),
      ahead: fc.integer({ min: 0, max: 6 }),
      pops: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { flights, make } = flightsFrom(5);
        const queue = new FlightQueue(flights);
        const model: { at: number; flight: number }[] = [];
        const last = new Array(5).fill(0);
        let now = 0;
        for (const { source, ahead, pops } of steps) {
          const flight = make(source);
          const at = Math.max(now + ahead, last[source]);
          last[source] = at;
          queue.insertInLinkOrder(now + ahead, flight);
          model.push({ at, flight });
          model.sort((a, b) => a.at - b.at || (flights.before(a.flight, b.flight) ? -1 : 1));
          for (let i = 0; i < pops && model.length > 0; i++) {
            const first = model.shift() as { at: number; flight: number };
            now = first.at;
            expect([queue.headAt, queue.pop()]).toEqual([first.at, first.flight]);
          }
          expect(queue.headAt).toBe(model[0]?.at ?? NEVER);
          expect(queue.head).toBe(model[0]?.flight ?? 0);
        }
      }),
      { numRuns: 100, seed: 20260101 },
    );
  });
});

describe('messages that are taken back', () => {
  const entry = fc.record({ source: fc.integer({ min: 0, max: 3 }), at: fc.integer({ min: 0, max: 12 }) });

  test('leave a flight queue as it was before they came, the last of them first', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), fc.array(entry, { maxLength: 40 }), (kept, taken) => {
        const flights = new Flights();
        const queue = new FlightQueue(flights);
        const insert = ({ source, at }: { source: number; at: number }, sequence: number): number => {
          const flight = flights.take(1);
          flights.ints[flight * INTS + F.source] = source;
          flights.ints[flight * INTS + F.sequence] = sequence;
          queue.insertInLinkOrder(at, flight);
          return flight;
        };
        kept.forEach(insert);
        const entries = (): unknown[] => kept.map((_, i) => [queue.peekAt(i), queue.peek(i)]);
        const before = [queue.headAt, queue.head, ...entries()];
        const made = taken.map((each, i) => insert(each, kept.length + i));
        for (const flight of made.reverse()) queue.takeBack(flight);
        expect([queue.headAt, queue.head, ...entries()]).toEqual(before);
        expect(queue.peek(kept.length)).toBe(0);
      }),
      { numRuns: 100, seed: 20260101 },
    );
  });

  test('must be there', () => {
    const queue = new FlightQueue(new Flights());
    queue.push(1, 5);
    expect(() => queue.takeBack(6)).toThrow('does not wait');
  });

  test('leave the cores as they were when that was noted', () => {
    const pool = new CorePool(3);
    for (let i = 0; i < 5; i++) pool.serve(i, 2.6);
    pool.keep();
    const served = [7, 8, 8].map((at) => pool.serve(at, 3.3));
    const busy = pool.busyUntil(100);
    pool.goBack();
    expect(pool.busyUntil(100)).toBeCloseTo(13, 9);
    expect([7, 8, 8].map((at) => pool.serve(at, 3.3))).toEqual(served);
    expect(pool.busyUntil(100)).toBe(busy);
  });
});

describe('requests of lanes, taken by the row', () => {
  function queueWith(entries: readonly [number, number][]): FlightQueue {
    const queue = new FlightQueue(new Flights());
    for (const [at, flight] of entries) queue.push(at, flight);
    return queue;
  }
  // Six requests, then a message.
  const exits = Float64Array.of(10, 10, 20, 30, 40, 50, 60, NEVER);
  const leavers = Int32Array.of(-1, -2, -3, -4, -5, -6, 7, 0);

  test('end at the last instant, before the limit, at a message, and at an empty queue', () => {
    expect(queueWith([[5, 1]]).takeRequests(exits, leavers, 0, 30, 100)).toBe(4);
    expect(queueWith([[5, 1]]).takeRequests(exits, leavers, 0, 100, 30)).toBe(3);
    expect(queueWith([[5, 1]]).takeRequests(exits, leavers, 1, 100, 100)).toBe(6);
    expect(queueWith([]).takeRequests(exits, leavers, 0, 100, 100)).toBe(0);
  });

  test('come behind a request of the same instant, but leave a message of it to be put in order', () => {
    const behind = queueWith([[10, -9]]);
    expect(behind.takeRequests(exits, leavers, 0, 10, 100)).toBe(2);
    expect([behind.peek(0), behind.peek(1), behind.peek(2)]).toEqual([-9, -1, -2]);
    expect(queueWith([[10, 4]]).takeRequests(exits, leavers, 0, 10, 100)).toBe(0);
    expect(queueWith([[11, -9]]).takeRequests(exits, leavers, 0, 100, 100)).toBe(0);
  });

  test('are all there, in order, when the queue had to grow', () => {
    const count = 500;
    const rows = Int32Array.from({ length: count + 1 }, (_, i) => (i < count ? ~i : 1));
    const times = Float64Array.from({ length: count + 1 }, (_, i) => i);
    const queue = queueWith([[0, -1000]]);
    expect(queue.takeRequests(times, rows, 0, NEVER, NEVER)).toBe(count);
    expect(queue.pop()).toBe(-1000);
    for (let i = 0; i < count; i++) expect([queue.headAt, queue.pop()]).toEqual([i, ~i]);
    expect(queue.head).toBe(0);
  });
});

describe('a block of arrivals', () => {
  test('gives what the process gives, in order, and never after its end', () => {
    for (const length of [0, 1, 63, 64, 65, 200]) {
      let asked = 0;
      const block = new ArrivalBlock({ rate: null, next: () => (asked < length ? asked++ * 3 : NEVER) }, 7);
      for (let i = 0; i < length; i++) {
        expect(block.next).toBe(i * 3 + 7);
        block.advance();
      }
      for (let i = 0; i < 200; i++) {
        expect(block.next).toBe(NEVER);
        block.advance();
      }
    }
  });
});

describe('the columns of lane messages', () => {
  test('keep what they hold when they grow', () => {
    const columns = new LaneColumns();
    for (let i = 0; i < 1000; i++) {
      const place = columns.next();
      columns.times[place] = i + 0.5;
      for (const column of [columns.receivers, columns.wires, columns.places, columns.results, columns.groups])
        column[place] = i;
    }
    expect(columns.count).toBe(1000);
    for (let i = 0; i < 1000; i++) {
      const { times, receivers, wires, places, results, groups } = columns;
      expect([times[i], receivers[i], wires[i], places[i], results[i], groups[i]]).toEqual([i + 0.5, i, i, i, i, i]);
    }
  });
});

describe('the stages of a run of transactions', () => {
  test('add up to what each transaction alone would add, also where the stamps are out of order', () => {
    const instant = fc.integer({ min: 0, max: 60 });
    const row = fc.record({ intended: instant, received: instant, took: instant });
    const stamps = fc.record({
      proposedAt: instant,
      committedAt: fc.oneof(instant, fc.constant(NEVER)),
      executedAt: instant,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), stamps, (rows, given) => {
        const batch = createBatch(new Int32Array(rows.length), new Float64Array(rows.length), 1, 0, 0);
        Object.assign(batch.stamps, given);
        const run = new StageRun();
        const sums = new Float64Array(5);
        const expected = [0, 0, 0, 0, 0];
        // Twice, since a run is used again for the next batch.
        for (let round = 0; round < 2; round++) {
          run.begin(batch);
          for (const { intended, received, took } of rows) {
            const final = intended + took;
            run.add(intended, received, final);
            let from = intended;
            [received, given.proposedAt, given.committedAt, given.executedAt, final].forEach((stamp, stage) => {
              const at = stamp < from ? from : stamp > final ? final : stamp;
              expected[stage] = (expected[stage] as number) + at - from;
              from = at;
            });
          }
          expect(run.count).toBe(rows.length);
          const { proposedAt, committedAt } = given;
          expect(run.commit).toBe(committedAt === NEVER ? null : Math.max(0, committedAt - proposedAt));
          run.end(sums);
        }
        expect([...sums]).toEqual(expected);
      }),
      { numRuns: 500, seed: 20260101 },
    );
  });
});

describe('an id table', () => {
  test('agrees with a map while ids rise and most of them leave soon', () => {
    const step = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new IdTable();
        const map = new Map<number, number>();
        let next = 0;
        for (const [action, back, value] of steps) {
          const id = Math.max(0, next - back);
          if (action <= 1) {
            next += 1 + (back % 3);
            table.set(next, value);
            map.set(next, value);
          } else if (action === 2) {
            table.remove(id);
            map.delete(id);
          } else if (map.has(id)) {
            table.set(id, value);
            map.set(id, value);
          }
          expect(table.size).toBe(map.size);
          expect(table.get(id)).toBe(map.get(id) ?? -1);
        }
        for (let id = 0; id <= next + 300; id++) expect(table.get(id)).toBe(map.get(id) ?? -1);
      }),
      { numRuns: 100, seed: 20260101 },
    );
  });

  test('keeps an impossible id apart from the tables that are empty', () => {
    const table = new IdTable();
    expect([table.get(-2), table.remove(-2), table.size]).toEqual([-1, -1, 0]);
    expect(table.add(-2, 5)).toBe(true);
    for (let id = 0; id < 40; id++) table.set(id, id + 1);
    expect([table.get(-2), table.get(39), table.size]).toEqual([5, 40, 41]);
    const other = new IdTable();
    expect([other.get(-2), other.get(39), other.add(7, 1)]).toEqual([-1, -1, true]);
    expect([new IdTable().get(7), table.remove(-2), table.get(7)]).toEqual([-1, 5, 8]);
    table.removeWhere((id) => id % 2 === 1);
    expect([table.size, table.get(8), table.get(9)]).toEqual([20, 9, -1]);
  });

  test('knows an id that stayed behind while thousands came and went', () => {
    const table = new IdTable();
    table.set(3, 77);
    for (let id = 4; id < 50_000; id++) {
      table.set(id, id);
      if (id > 10) table.remove(id - 5);
    }
    expect(table.get(3)).toBe(77);
    expect(table.get(40_000)).toBe(-1);
    expect(table.get(49_999)).toBe(49_999);
  });
});

describe('a heap of instants', () => {
  test('gives back the earliest, equal ones as often as they were put in', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 300 }), (steps) => {
        const heap = new InstantHeap();
        const model: number[] = [];
        for (const at of steps) {
          if (at !== null) {
            heap.push(at);
            model.push(at);
          } else if (model.length > 0) expect(heap.pop()).toBe(model.shift());
          model.sort((a, b) => a - b);
          expect(heap.first).toBe(model[0] ?? NEVER);
        }
      }),
      { numRuns: 200, seed: 20260101 },
    );
  });
});

describe('timers', () => {
  test('fire in order of deadline, then id, then key; setting one again replaces its deadline', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'set', 'cancel', 'take', 'clear' as const),
      id: fc.integer({ min: 0, max: 3 }),
      key: fc.integer({ min: 0, max: 2 }),
      deadline: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const timers = new Timers();
        let model: { id: number; key: number; deadline: number }[] = [];
        for (const { what, id, key, deadline } of steps) {
          const others = model.filter((timer) => timer.id !== id || timer.key !== key);
          if (what === 'set') {
            timers.set(id, key, deadline);
            model = [...others, { id, key, deadline }];
          } else if (what === 'cancel') {
            timers.cancel(id, key);
            model = others;
          } else if (what === 'take' && model.length > 0) {
            const { id: dueId, key: dueKey } = model.shift() as { id: number; key: number };
            expect(timers.takeNext()).toEqual({ id: dueId, key: dueKey });
          } else if (what === 'clear' && deadline === 0) {
            timers.clear();
            model = [];
          }
          model.sort((a, b) => a.deadline - b.deadline || a.id - b.id || a.key - b.key);
          expect(timers.next).toBe(model[0]?.deadline ?? NEVER);
        }
      }),
      { numRuns: 300, seed: 20260101 },
    );
  });

  test('refuse to fire when none is set', () => {
    expect(() => new Timers().takeNext()).toThrow('no timer is due');
  });
});

describe('the ring of committed batches', () => {
  const batch = (id: number): Batch => createBatch(Int32Array.of(id), Float64Array.of(0), 1, 0, 0);

  test('hands batches out in order, however far ahead commits arrive and whatever a snapshot covers', () => {
    const step = fc.record({
      what: fc.constantFrom('commit', 'commit', 'commit', 'execute', 'execute', 'install'),
      ahead: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 100 })),
      empty: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ring = new CommitRing();
        const model = new Map<number, Batch | null>();
        let executed = 0;
        for (const { what, ahead, empty } of steps) {
          const position = executed + ahead;
          if (what === 'commit') {
            const committed = empty ? null : batch(position);
            ring.set(position, committed, executed);
            model.set(position, committed);
          } else if (what === 'execute' && model.has(executed + 1)) {
            executed++;
            expect(ring.peek(executed)).toBe(model.get(executed));
            expect(ring.take(executed)).toBe(model.get(executed));
          } else if (what === 'install') {
            executed = position;
            ring.forget(executed);
          }
          for (const p of model.keys()) if (p <= executed) model.delete(p);
          expect(ring.has(executed + 1)).toBe(model.has(executed + 1));
        }
        for (let p = executed + 1; p <= executed + 100; p++)
          if (model.has(p)) {
            expect(ring.has(p)).toBe(true);
            expect(ring.take(p)).toBe(model.get(p));
          }
      }),
      { numRuns: 200, seed: 20260101 },
    );
  });

  test('refuses a position that is not committed, and is empty after a crash', () => {
    const ring = new CommitRing();
    ring.set(1, batch(1), 0);
    expect(() => ring.take(2)).toThrow('position 2 is executed before it is committed');
    ring.clear();
    expect(ring.has(1)).toBe(false);
    expect(() => ring.take(1)).toThrow();
  });
});
