// The egress card against the closed forms of docs/MODEL.md section 3, and the bytes on the wire.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EgressCards } from '../../src/network/cards.ts';
import { DOUBLES, FlightColumn as F, Flights, INTS } from '../../src/network/flights.ts';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import { nanosecondsPerByte, segmentsOf, wireBytes } from '../../src/network/wire.ts';
import { networkSpec } from '../support/network-rig.ts';

const SEGMENT = 1448 + 66;

describe('bytes on the wire', () => {
  const spec = networkSpec(1);
  test.each([
    [0, 1],
    [1, 1],
    [1448, 1],
    [1449, 2],
    [2896, 2],
    [2897, 3],
    [1_000_000, 691],
  ])('a message of %d B takes %d segments with 66 B of headers each', (bytes, segments) => {
    expect(segmentsOf(spec, bytes)).toBe(segments);
    expect(wireBytes(spec, bytes)).toBe(bytes + 66 * segments);
  });

  test('the segments of a message can be counted from its bytes on the wire', () => {
    const cards = new EgressCards(1, spec);
    for (let bytes = 0; bytes < 10_000; bytes++)
      expect(cards.segmentsOfWire(wireBytes(spec, bytes))).toBe(segmentsOf(spec, bytes));
  });

  test('a byte takes 8 ns at 1 Gbit/s, none at an infinite rate, and a multiple of 2⁻²⁴ ns at any other', () => {
    expect(nanosecondsPerByte(1e9)).toBe(8);
    expect(nanosecondsPerByte(Number.POSITIVE_INFINITY)).toBe(0);
    const third = nanosecondsPerByte(3e9);
    expect(third * 2 ** 24).toBe(Math.round((8 / 3) * 2 ** 24));
    expect(Math.abs(third - 8 / 3)).toBeLessThan(2 ** -25);
  });
});

class Rig {
  readonly flights = new Flights();
  readonly cards: EgressCards;
  constructor(egress: NetworkSpec['egress']) {
    this.cards = new EgressCards(2, networkSpec(2, { egress }));
  }
  /** Feeds a message and returns when each copy leaves. */
  feed(wire: number, copies: number, ready: number, node = 0): number[] {
    const flight = this.flights.take(copies);
    this.flights.ints[flight * INTS + F.wire] = wire;
    this.cards.feed(node, this.flights, flight, copies, ready);
    this.spread = this.flights.doubles[flight * DOUBLES + F.spread] as number;
    return Array.from({ length: copies }, (_, i) => this.flights.departure(flight, i));
  }
  spread = 0;
}

describe.each(['fifo', 'fair'] as const)('an egress card under %s', (discipline) => {
  test('takes a column as it takes its messages one by one, large ones among them', () => {
    const message = fc.record({ wire: fc.integer({ min: 66, max: 6000 }), gap: fc.integer({ min: 0, max: 9000 }) });
    fc.assert(
      fc.property(fc.array(fc.array(message, { maxLength: 12 }), { maxLength: 6 }), (columns) => {
        const [one, all] = [new Rig({ bitsPerSecond: 3e9, discipline }), new Rig({ bitsPerSecond: 3e9, discipline })];
        for (const { cards } of [one, all]) cards.measure(20_000, 60_000);
        let ready = 0;
        for (const column of columns) {
          const times = Float64Array.from(column, ({ gap }) => (ready += gap));
          const apart = column.map(({ wire }, i) => one.feed(wire, 1, times[i] as number)[0]);
          all.cards.feedColumn(
            0,
            Int32Array.from(column, ({ wire }) => wire),
            times,
            column.length,
          );
          expect([...times]).toEqual(apart);
          // At the ends of the measured time what is on the card then is known to the nanosecond.
          for (const at of [ready, 20_000, 60_000])
            expect(Math.abs(all.cards.busyUntil(0, at) - one.cards.busyUntil(0, at))).toBeLessThanOrEqual(1.001);
        }
      }),
      { seed: 20_260_101, numRuns: 200 },
    );
  });

  test('sends copies of one segment one after the other', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline });
    expect(card.feed(100, 3, 1000)).toEqual([1800, 2600, 3400]);
    expect(card.spread).toBe(800);
  });

  test('serves messages in the order of hand-over and starts at once when it is idle', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline });
    expect(card.feed(100, 1, 0)).toEqual([800]);
    expect(card.feed(100, 1, 100)).toEqual([1600]);
    expect(card.feed(100, 1, 5000)).toEqual([5800]);
    expect(card.feed(100, 1, 0, 1)).toEqual([800]);
  });

  test('carries fractions: a million messages of 97 B at 3 Gbit/s end exactly at the rational sum', () => {
    const card = new Rig({ bitsPerSecond: 3e9, discipline });
    const perByte = BigInt(Math.round((8 / 3) * 2 ** 24));
    const flight = card.flights.take(1);
    card.flights.ints[flight * INTS + F.wire] = 97;
    for (let i = 1; i <= 1_000_000; i++) {
      card.cards.feed(0, card.flights, flight, 1, 7);
      if (i % 99_991 === 0 || i === 1_000_000)
        expect(card.flights.departure(flight, 0)).toBe(7 + Number((97n * BigInt(i) * perByte) >> 24n));
    }
  });

  test('forgets the fraction when it was idle, and keeps it for a message that waits', () => {
    const card = new Rig({ bitsPerSecond: 16e9, discipline });
    expect(card.feed(3, 1, 0)).toEqual([1]);
    expect(card.feed(3, 1, 1)).toEqual([3]);
    expect(card.feed(3, 1, 4)).toEqual([5]);
  });

  test('costs nothing at an infinite rate', () => {
    const card = new Rig({ bitsPerSecond: Number.POSITIVE_INFINITY, discipline });
    expect(card.feed(1_000_000, 3, 5)).toEqual([5, 5, 5]);
    expect(card.spread).toBe(0);
    expect(card.cards.busyUntil(0, 100)).toBe(0);
    expect(card.cards.backlog(0, 0)).toBe(0);
  });

  test('knows how long it was busy and what is queued, and loses the queue in a crash', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline });
    card.feed(1000, 2, 0);
    card.feed(3 * SEGMENT, 1, 500);
    const total = 8 * (2000 + 3 * SEGMENT);
    expect(card.cards.busyUntil(0, total)).toBe(total);
    expect(card.cards.backlog(0, 6000)).toBe(total - 6000);
    expect(card.cards.backlog(0, total + 1)).toBe(0);
    card.cards.reset(0, 6000);
    expect(card.cards.busyUntil(0, 6000)).toBe(6000);
    expect(card.cards.backlog(0, 6000)).toBe(0);
    expect(card.feed(100, 1, 7000)).toEqual([7800]);
    expect(card.cards.busyUntil(1, 9000)).toBe(0);
  });

  test('knows its work at both ends of the measured time, also of messages that were fed before they were signed', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline });
    card.cards.measure(10_000, 20_000);
    // Each takes 4 us, and is ready later than it is fed: idle gaps between them are no work.
    for (const ready of [2000, 8000, 15_000, 18_000, 40_000]) card.feed(500, 1, ready);
    const times = Float64Array.of(50_000);
    card.cards.feedColumn(0, Int32Array.of(500), times, 1);
    expect(times[0]).toBe(54_000);
    expect(card.cards.busyUntil(0, 10_000)).toBe(4000 + 2000);
    expect(card.cards.busyUntil(0, 20_000)).toBe(4000 + 4000 + 4000 + 1000);
  });

  test('knows its work at both ends of the measured time after a crash, too', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline });
    card.cards.measure(10_000, 20_000);
    card.feed(2000, 1, 0);
    card.cards.reset(0, 5000);
    card.feed(500, 1, 8000);
    card.feed(2500, 1, 16_000);
    card.cards.reset(0, 17_000);
    expect(card.cards.busyUntil(0, 10_000)).toBe(5000 + 2000);
    expect(card.cards.busyUntil(0, 20_000)).toBe(5000 + 4000 + 1000);
  });
});

describe('copies of several segments', () => {
  const wire = 2 * SEGMENT + 500;
  const one = 8 * wire;

  test('leave one whole copy after the other under fifo', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fifo' });
    expect(card.feed(wire, 3, 10)).toEqual([10 + one, 10 + 2 * one, 10 + 3 * one]);
    expect(card.spread).toBe(one);
  });

  test('are interleaved by segment under fair, and end one last segment apart', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    const end = 10 + 3 * one;
    expect(card.feed(wire, 3, 10)).toEqual([end - 8000, end - 4000, end]);
    expect(card.spread).toBe(3 * one - 8000);
  });

  test('of a whole number of segments end one full segment apart under fair', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    const end = 4 * 2 * SEGMENT * 8;
    expect(card.feed(2 * SEGMENT, 4, 0)).toEqual([3, 2, 1, 0].map((behind) => end - behind * SEGMENT * 8));
  });
});

describe('the express lane', () => {
  const long = 10 * SEGMENT;

  test('lets a message of one segment pass a long one after the segment in transmission, and charges the main clock', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    expect(card.feed(long, 1, 0)).toEqual([long * 8]);
    expect(card.feed(100, 2, 1000)).toEqual([1000 + SEGMENT * 8 + 800, 1000 + SEGMENT * 8 + 1600]);
    // A second one waits for the lane, the next long one for everything before it.
    expect(card.feed(200, 1, 1001)).toEqual([1000 + SEGMENT * 8 + 1600 + 1600]);
    expect(card.feed(long, 1, 1002)).toEqual([(2 * long + 400) * 8]);
  });

  test('is open only while the main clock holds a message of more than one segment', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    card.feed(long, 1, 0);
    expect(card.feed(100, 1, long * 8)).toEqual([long * 8 + 800]);
    const others = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    for (let i = 1; i <= 20; i++) expect(others.feed(SEGMENT, 1, 0)).toEqual([i * SEGMENT * 8]);
  });

  test('does not exist under fifo', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fifo' });
    card.feed(long, 1, 0);
    expect(card.feed(100, 1, 0)).toEqual([(long + 100) * 8]);
  });

  test('is empty again after a crash', () => {
    const card = new Rig({ bitsPerSecond: 1e9, discipline: 'fair' });
    card.feed(long, 1, 0);
    card.feed(SEGMENT, 50, 0);
    card.cards.reset(0, 100);
    expect(card.feed(100, 1, 200)).toEqual([1000]);
  });
});
