// The calendar of arrivals against a sorted list, driven as a run drives it: cell by cell, with arrivals near and far, crowded and
// sparse, empty time, and faults that take arrivals out in the middle of a cell.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArrivalSorter } from '../../src/kernel/arrival-sorter.ts';
import { Calendar } from '../../src/kernel/calendar.ts';
import { Dice } from '../support/dice.ts';

interface Arrival {
  readonly island: number;
  readonly at: number;
  readonly flight: number;
}

/** The rank of a flight among those of one instant: a permutation of the small integers, so that ties are out of order. */
const rank = (flight: number): number => Math.imul(flight, 0x9e3779b1) | 0;
const before = (a: number, b: number): boolean => rank(a) < rank(b);
const byTime = (a: Arrival, b: Arrival): number => a.at - b.at || rank(a.flight) - rank(b.flight);

class Model {
  readonly calendar: Calendar;
  private waiting: Arrival[] = [];
  private flights = 0;
  private tookOut = false;
  private readonly islands: number;
  private readonly lookahead: number;
  private readonly reach: number;
  private readonly dice: Dice;

  constructor(islands: number, lookahead: number, reach: number, seed: number) {
    this.calendar = new Calendar(islands, lookahead, reach, before);
    this.islands = islands;
    this.lookahead = lookahead;
    this.reach = reach;
    this.dice = new Dice(seed);
  }

  /** Posts what is sent at `now`: sometimes crowded on few instants, sometimes beyond reach. */
  sendSome(now: number, most: number): void {
    const { dice, lookahead, reach, islands } = this;
    const furthest = [lookahead + 3, lookahead * 4, reach, reach * 3, Math.max(reach, lookahead * 40) * 5];
    for (let i = dice.below(most + 1); i > 0; i--) {
      const span = (furthest[dice.below(furthest.length)] as number) - lookahead;
      const at = now + lookahead + Math.floor(dice.unit() * Math.max(1, span));
      const flight = ++this.flights;
      // A broadcast is one flight with a copy for each island.
      const copies = dice.below(6) === 0 ? islands : 1;
      for (let c = 0; c < copies; c++) this.post(copies === 1 ? dice.below(islands) : c, at, flight);
    }
  }

  post(island: number, at: number, flight: number): void {
    this.calendar.post(island, at, flight);
    this.waiting.push({ island, at, flight });
  }

  get pending(): number {
    return this.waiting.length;
  }

  /** Runs the next cell before `limit`, in windows that end at random instants; false when there was none. */
  runCell(from: number, limit: number): boolean {
    const { calendar, dice } = this;
    const first = this.waiting.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
    const start = Math.floor(first / calendar.width) * calendar.width;
    const next = calendar.nextOccupied(from, limit);
    // A cell that faults have emptied may still be looked into.
    if (this.tookOut) expect(next).toBeLessThanOrEqual(Math.min(start, limit));
    else expect(next).toBe(Math.min(start, limit));
    if (next >= limit && dice.below(2) === 0) return false;
    calendar.begin(next);
    expect(calendar.start).toBe(Math.floor(next / calendar.width) * calendar.width);
    expect(calendar.end).toBe(calendar.start + calendar.width);
    expect(calendar.width).toBeLessThanOrEqual(this.lookahead);
    if (dice.below(4) === 0) this.takeOutSome(calendar.start + dice.below(calendar.width));
    this.runWindow();
    return true;
  }

  private runWindow(): void {
    const { calendar, dice } = this;
    const here = this.waiting.filter(({ at }) => at < calendar.end);
    this.waiting = this.waiting.filter(({ at }) => at >= calendar.end);
    for (let island = 0; island < this.islands; island++) {
      const expected = here.filter((arrival) => arrival.island === island).sort(byTime);
      expect(calendar.hasArrivals(island)).toBe(expected.length > 0);
      const count = calendar.open(island);
      const { offsets, flights } = calendar.sorter;
      const found = Array.from({ length: count }, (_, i) => ({
        island,
        at: calendar.start + (offsets[i] as number),
        flight: flights[i] as number,
      }));
      expect(found).toEqual(expected);
      // Slabs may be given back before what the arrivals cause is posted, as in a run.
      calendar.release(island);
      if (found.length > 0 || dice.below(4) === 0) this.sendSome(calendar.start + dice.below(calendar.width), 4);
    }
    calendar.finish();
  }

  /** A fault at `from`: what arrives from then on and has a flight that is a multiple of three is gone. */
  private takeOutSome(from: number): void {
    this.tookOut = true;
    const keeps = (flight: number): boolean => flight % 3 !== 0;
    const seen: Arrival[] = [];
    this.calendar.filter(from, (island, at, flight) => {
      seen.push({ island, at, flight });
      return keeps(flight);
    });
    const order = (a: Arrival, b: Arrival): number => a.flight - b.flight || a.island - b.island;
    expect(seen.sort(order)).toEqual(this.waiting.filter(({ at }) => at >= from).sort(order));
    this.waiting = this.waiting.filter(({ at, flight }) => at < from || keeps(flight));
  }
}

describe('the calendar', () => {
  const setting = fc.record({
    islands: fc.integer({ min: 1, max: 20 }),
    lookahead: fc.constantFrom(1, 1000, 4097, 250_000, 1_000_000, 5_000_000, 80_000_000),
    spans: fc.constantFrom(1, 3, 30, 400),
    crowd: fc.constantFrom(3, 30, 600),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
  });

  test('gives back every arrival once, at its instant and island, in total order', () => {
    fc.assert(
      fc.property(setting, ({ islands, lookahead, spans, crowd, seed }) => {
        const model = new Model(islands, lookahead, Math.min(lookahead * spans, 1e9), seed);
        model.sendSome(0, crowd);
        let now = 0;
        const dice = new Dice(seed + 1);
        for (let cell = 0; cell < 120; cell++) {
          // Something else, such as a timer, may be due before the next arrival.
          const limit = now + 1 + dice.below(lookahead * (dice.below(3) === 0 ? 3 : 5000));
          if (model.runCell(now, limit)) now = model.calendar.end;
          else now = Math.max(now, limit - (limit % model.calendar.width));
        }
      }),
      { numRuns: 30, seed: 20260101 },
    );
  });

  test('jumps over empty time, and finds what was posted far beyond its reach', () => {
    const model = new Model(3, 1_000_000, 5_000_000, 1);
    const { calendar } = model;
    for (const [flight, at] of [2e6, 40e6, 500e6, 500e6 + 1, 3e9, 90e9].entries())
      model.post(flight % 3, at, flight + 1);
    const visited: number[] = [];
    let now = 0;
    for (;;) {
      const at = calendar.nextOccupied(now, 100e9);
      if (at === 100e9) break;
      visited.push(at);
      calendar.begin(at);
      for (let island = 0; island < 3; island++) {
        calendar.open(island);
        calendar.release(island);
      }
      calendar.finish();
      now = calendar.end;
    }
    const cellOf = (at: number): number => Math.floor(at / calendar.width) * calendar.width;
    expect(visited).toEqual([2e6, 40e6, 500e6, 3e9, 90e9].map(cellOf));
  });

  test('keeps arrivals apart whose distance is beyond 2³¹ ns where its ring reaches further still', () => {
    // Lookahead 10 ms and arrivals up to 3 s away: a ring of 2,048 cells of 4.2 ms each.
    const calendar = new Calendar(2, 10_000_000, 3_000_000_000, before);
    calendar.post(0, 3_000_000_000, 1);
    calendar.post(1, 2_900_000_000, 2);
    const visited: [number, number][] = [];
    let now = 0;
    for (let at = 0; ; now = calendar.end) {
      at = calendar.nextOccupied(now, 10_000_000_000);
      if (at === 10_000_000_000) break;
      calendar.begin(at);
      for (let island = 0; island < 2; island++)
        if (calendar.open(island) > 0)
          visited.push([calendar.start + (calendar.sorter.offsets[0] as number), calendar.sorter.flights[0] as number]);
      for (let island = 0; island < 2; island++) calendar.release(island);
      calendar.finish();
    }
    expect(visited).toEqual([
      [2_900_000_000, 2],
      [3_000_000_000, 1],
    ]);
  });

  test('refuses an arrival in the running cell, and a lookahead below a nanosecond', () => {
    const calendar = new Calendar(1, 1000, 10_000, before);
    calendar.begin(5000);
    expect(() => calendar.post(0, calendar.end - 1, 1)).toThrow('lookahead broken');
    expect(() => calendar.post(0, calendar.end, 1)).not.toThrow();
    expect(() => new Calendar(1, 0.5, 10_000, before)).toThrow('at least 1 ns');
  });

  test('reuses its memory: what it holds grows with what is in flight, not with the length of the run', () => {
    const calendar = new Calendar(4, 1000, 4000, before);
    const run = (cells: number): number => {
      for (let i = 0; i < cells; i++) {
        for (let island = 0; island < 4; island++)
          for (let k = 0; k < 50; k++) calendar.post(island, calendar.start + calendar.width + 600 + k, k + 1);
        calendar.begin(calendar.nextOccupied(calendar.end, calendar.end + 10_000));
        for (let island = 0; island < 4; island++) {
          expect(calendar.open(island)).toBe(50);
          calendar.release(island);
        }
        calendar.finish();
      }
      return calendar.memory;
    };
    const early = run(10);
    expect(run(5000)).toBe(early);
  });
});

describe('the sorter of arrivals', () => {
  const records = fc.record({
    count: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 5000 })),
    // Offsets over a whole cell, on a few instants, all on one, or crowded in one corner with a few outliers.
    spread: fc.constantFrom(2 ** 22, 2 ** 12, 300, 3, 1),
    outliers: fc.boolean(),
    sources: fc.integer({ min: 1, max: 50 }),
    nearlySorted: fc.boolean(),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
  });

  test('agrees with a sort by offset, then by the order of flights', () => {
    fc.assert(
      fc.property(records, ({ count, spread, outliers, nearlySorted, seed }) => {
        const dice = new Dice(seed);
        const sorter = new ArrivalSorter(before);
        const list = Array.from({ length: count }, (_, i) => ({
          offset: outliers && dice.below(50) === 0 ? dice.below(2 ** 22) : dice.below(spread),
          flight: i + 1,
        }));
        if (nearlySorted) list.sort((a, b) => a.offset - b.offset);
        sorter.reserve(count);
        list.forEach(({ offset, flight }, i) => {
          sorter.offsets[i] = offset;
          sorter.flights[i] = flight;
        });
        sorter.sort(count);
        list.sort((a, b) => a.offset - b.offset || rank(a.flight) - rank(b.flight));
        expect([...sorter.offsets.subarray(0, count)]).toEqual(list.map((r) => r.offset));
        expect([...sorter.flights.subarray(0, count)]).toEqual(list.map((r) => r.flight));
      }),
      { numRuns: 150, seed: 20260101 },
    );
  });

  test.each(['ascending', 'descending', 'mixed'] as const)(
    'brings hundreds of one instant into order without comparing each with each (%s)',
    (order) => {
      const count = 600;
      let asked = 0;
      const sorter = new ArrivalSorter((a, b) => {
        asked++;
        return a < b;
      });
      const flights = Array.from({ length: count }, (_, i) => i + 1);
      if (order === 'descending') flights.reverse();
      if (order === 'mixed') flights.sort((a, b) => (Math.imul(a, 7919) & 1023) - (Math.imul(b, 7919) & 1023));
      // The slabs come as the calendar walks them: the newest first.
      const records = Int32Array.from(flights.flatMap((flight) => [77, flight]));
      const slabs = [0, 126, 252, 1000].map((from, i, all) => [from, all[i + 1] ?? 2 * count] as const).reverse();
      sorter.clear(19);
      for (const [from, to] of slabs) sorter.tally(records, from, to);
      sorter.begin(count);
      for (const [from, to] of slabs) sorter.place(records, from, to);
      sorter.end();
      expect([...sorter.flights.subarray(0, count)]).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      expect(asked).toBeLessThan(60 * count);
    },
  );

  test('keeps its order from one cell to the next, whatever was sorted before', () => {
    const sorter = new ArrivalSorter(before);
    for (const count of [3000, 5, 100, 3000]) {
      sorter.reserve(count);
      for (let i = 0; i < count; i++) {
        sorter.offsets[i] = Math.imul(i, 7919) & 0x3fffff;
        sorter.flights[i] = i + 1;
      }
      sorter.sort(count);
      for (let i = 1; i < count; i++)
        expect(sorter.offsets[i] as number).toBeGreaterThanOrEqual(sorter.offsets[i - 1] as number);
      expect(new Set(sorter.flights.subarray(0, count)).size).toBe(count);
    }
  });
});
