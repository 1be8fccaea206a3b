// The lanes of requests and replies against plain lists, and the ingress card against the rule of docs/MODEL.md section 2.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArrivalSorter } from '../../src/kernel/arrival-sorter.ts';
import { createBatch } from '../../src/ledger/batch.ts';
import { DOUBLES, FlightColumn as F, Flights, INTS } from '../../src/network/flights.ts';
import type { Links } from '../../src/network/links.ts';
import { Ingress, LeavingCard } from '../../src/simulation/ingress.ts';
import type { LaneColumns } from '../../src/simulation/lane-columns.ts';
import { ReplyLane, RequestLane } from '../../src/simulation/lanes.ts';
import { NEVER } from '../../src/units/quantities.ts';

/** Pushes where positive, pops where negative. */
const steps = fc.array(fc.integer({ min: -60, max: 80 }), { maxLength: 60 });

function popped(lane: RequestLane): number {
  const id = lane.ids[lane.first] as number;
  lane.drop(1);
  return id;
}

describe('a lane', () => {
  test('of requests gives them back in order, and says when the first arrives', () => {
    fc.assert(
      fc.property(steps, (counts) => {
        const lane = new RequestLane();
        const model: [number, number][] = [];
        let made = 0;
        for (const count of counts) {
          for (let i = 0; i < count; i++) {
            lane.push(made * 10, made + 1);
            model.push([made * 10, ++made]);
          }
          for (let i = 0; i > count && model.length > 0; i--)
            expect([lane.headAt, popped(lane)]).toEqual(model.shift());
          expect(lane.headAt).toBe(model[0]?.[0] ?? NEVER);
        }
      }),
      { numRuns: 50, seed: 20260101 },
    );
  });

  test('of replies gives back all that they say', () => {
    fc.assert(
      fc.property(steps, (counts) => {
        const lane = new ReplyLane();
        const model: { at: number; says: unknown[] }[] = [];
        let made = 0;
        for (const count of counts) {
          // Replies come in trains: a batch and a leader for each step.
          const batch = count % 3 === 0 ? null : createBatch(Int32Array.of(count), Float64Array.of(0), 1, 0, 0);
          const leader = (count % 5) - 1;
          for (let i = 0; i < count; i++) {
            made++;
            lane.push(made * 10, made % 7, made * 3, batch, leader);
            model.push({ at: made * 10, says: [made % 7, made * 3, batch, leader] });
          }
          for (let i = 0; i > count && model.length > 0; i--) {
            const { at, says } = model.shift() as (typeof model)[0];
            const { train, place, result, headAt } = lane;
            expect(headAt).toBe(at);
            expect([place, result, train.batch, train.leader]).toEqual(says);
            lane.pop();
          }
          expect([lane.headAt, lane.size]).toEqual([model[0]?.at ?? NEVER, model.length]);
        }
      }),
      { numRuns: 50, seed: 20260101 },
    );
  });

  test('takes a column as it takes its messages one by one', () => {
    const batch = createBatch(Int32Array.of(1), Float64Array.of(0), 1, 0, 0);
    // Links without any delay.
    const links = {
      arriveInto(
        at: Float64Array,
        first: number,
        ...[, , , times, count]: [number, number, number, Float64Array, number]
      ) {
        for (let i = 0; i < count; i++) at[(first + i) & (at.length - 1)] = times[i] as number;
      },
    } as unknown as Links;
    fc.assert(
      fc.property(steps, (counts) => {
        const requests = { one: new RequestLane(), all: new RequestLane() };
        const replies = { one: new ReplyLane(), all: new ReplyLane() };
        let made = 0;
        for (const count of counts) {
          const column = Int32Array.from({ length: Math.max(0, count) }, (_, i) => made + i);
          const times = Float64Array.from(column, (id) => id * 10);
          made += column.length;
          const leader = count % 2;
          for (const id of column) {
            requests.one.push(id * 10, id);
            replies.one.push(id * 10, id, id + 1, batch, leader);
          }
          if (column.length > 0) {
            requests.all.sendAll(links, 0, 0, 0, times, column, column.length);
            const columns = { times, places: column, results: column.map((id) => id + 1) } as unknown as LaneColumns;
            replies.all.sendAll(links, 0, 0, 0, columns, column.length, batch, leader);
          }
          for (let i = 0; i > count && replies.one.size > 0; i--) {
            expect([requests.all.headAt, popped(requests.all)]).toEqual([requests.one.headAt, popped(requests.one)]);
            expect(said(replies.all)).toEqual(said(replies.one));
            replies.all.pop();
            replies.one.pop();
          }
          expect([replies.all.size, replies.all.headAt]).toEqual([replies.one.size, replies.one.headAt]);
          expect(requests.all.headAt).toBe(requests.one.headAt);
        }
      }),
      { numRuns: 50, seed: 20260101 },
    );
  });

  function said(lane: ReplyLane): unknown[] {
    const { headAt, place, result, train } = lane;
    return [headAt, place, result, train.batch, train.leader, train.left];
  }

  test('of replies lays what comes before the end of a window behind what is gathered already', () => {
    const lane = new ReplyLane();
    const sorter = new ArrivalSorter((a, b) => a < b);
    for (let i = 0; i < 70; i++) lane.push(1000 + i, i, 0, null, 0);
    for (let i = 0; i < 60; i++) lane.pop();
    for (let i = 70; i < 90; i++) lane.push(1000 + i, i, 0, null, 0);
    sorter.reserve(2 + lane.size);
    expect(lane.gather(sorter, 2, 7, 1050, 1075)).toBe(17);
    expect([...sorter.offsets.slice(2, 17)]).toEqual(Array.from({ length: 15 }, (_, i) => 10 + i));
    expect([...sorter.flights.slice(2, 17)]).toEqual(new Array(15).fill(7));
    expect(lane.size).toBe(30);
  });
});

describe('the ingress card', () => {
  const arrival = fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
    wire: fc.integer({ min: 66, max: 9000 }),
    spread: fc.integer({ min: 0, max: 30_000 }),
    // From a node, or by the lane of one of two client groups.
    from: fc.constantFrom(0, 0, 1, 2),
  });
  const requestWire = (id: number): number => 66 + (id % 7) * 500;

  test('lets go of a message when its bytes have drained, and no sooner than its last byte came', () => {
    fc.assert(
      fc.property(
        fc.array(arrival, { maxLength: 80 }),
        fc.constantFrom(1e9, 3e9, 10e9, Number.POSITIVE_INFINITY),
        fc.integer({ min: 1000, max: 200_000 }),
        (arrivals, rate, window) => {
          const flights = new Flights();
          const lanes = [new RequestLane(), new RequestLane()];
          const ingress = new Ingress(flights, new LeavingCard(), rate, lanes, { requestWire }, 0);
          let at = 0;
          const inOrder = arrivals
            .map(({ gap, wire, spread, from }, id) => {
              at += gap;
              return from === 0 ? { at, wire, spread, from, id } : { at, wire: requestWire(id), spread: 0, from, id };
            })
            .sort((a, b) => a.at - b.at || a.from - b.from || a.id - b.id);
          const perByte = rate === Number.POSITIVE_INFINITY ? 0 : Math.round((8e9 / rate) * 2 ** 24) / 2 ** 24;
          let free = 0;
          let fraction = 0;
          let busy = 0;
          const expected = inOrder.map(({ at, wire, spread, from, id }) => {
            let message = ~id;
            if (from === 0) {
              message = flights.take(1);
              flights.ints[message * INTS + F.wire] = wire;
              flights.doubles[message * DOUBLES + F.spread] = spread;
            } else (lanes[from - 1] as RequestLane).push(at, id);
            if (perByte === 0) return { from, message, at, done: at };
            const first = at - spread;
            if (first > free) fraction = 0;
            const end = fraction + wire * perByte;
            busy += wire * perByte;
            let done = Math.max(first, free) + Math.floor(end);
            fraction = end - Math.floor(end);
            if (done < at) [done, fraction] = [at, 0];
            free = done;
            return { from, message, at, done };
          });
          const found: { message: number; done: number }[] = [];
          const sorter = new ArrivalSorter(flights.before);
          sorter.reserve(arrivals.length + 1);
          const last = Math.max(at, free);
          for (let start = 0; start <= last; start += window) {
            const here = expected.filter((e) => e.from === 0 && e.at >= start && e.at < start + window);
            here.forEach((e, i) => {
              sorter.offsets[i] = e.at - start;
              sorter.flights[i] = e.message;
            });
            ingress.begin(sorter, start, 0, here.length, start + window);
            while (ingress.headAt < start + window) found.push({ done: ingress.headAt, message: ingress.pop() });
          }
          expect(found).toEqual(expected.map(({ message, done }) => ({ done, message })));
          expect(ingress.busy).toBe(busy);
        },
      ),
      { numRuns: 150, seed: 20260101 },
    );
  });

  test('loses everything on it in a crash, each message once, and its work that was not done', () => {
    const flights = new Flights();
    const ingress = new Ingress(flights, new LeavingCard(), 1e9, [], { requestWire }, 0);
    const sorter = new ArrivalSorter(flights.before);
    const made = [0, 1, 2].map((i) => {
      const flight = flights.take(1);
      flights.ints[flight * INTS + F.wire] = 1000;
      flights.doubles[flight * DOUBLES + F.spread] = 0;
      sorter.offsets[i] = i;
      sorter.flights[i] = flight;
      return flight;
    });
    ingress.begin(sorter, 0, 0, 3, 4000);
    expect(ingress.headAt).toBe(8000);
    const lost: number[] = [];
    ingress.reset(4000, (flight) => lost.push(flight));
    expect(lost).toEqual(made);
    expect(ingress.busy).toBe(4000);
    ingress.begin(sorter, 5000, 0, 0, 100_000);
    expect(ingress.headAt).toBe(NEVER);
    ingress.begin(sorter, 5000, 0, 1, 100_000);
    expect(ingress.headAt).toBe(13_000);
  });
});
