/** The way of a message from its sender's card to its receiver: egress, calendar, sorting into total order. */
import { ArrivalSorter } from '../../src/kernel/arrival-sorter.ts';
import { Calendar } from '../../src/kernel/calendar.ts';
import { draw, Purpose, stream } from '../../src/kernel/random.ts';
import { EgressCards } from '../../src/network/cards.ts';
import { FlightColumn, Flights, INTS } from '../../src/network/flights.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { pbftCase } from '../cases.ts';
import { type Piece, sink } from './piece.ts';

const OFFSET_MASK = (1 << 19) - 1;

function someOffsets(count: number): Int32Array {
  const start = stream(2, Purpose.jitter);
  return Int32Array.from({ length: count }, (_, i) => draw(start, i) & OFFSET_MASK);
}

const byNumber = (a: number, b: number): boolean => a < b;

/** Posts `perIsland` arrivals for each island into one cell, in turn as broadcasts do, then opens and releases each island's. */
export function calendarPiece(islands: number, perIsland: number): Piece {
  return {
    name: `calendar-post-open-n${islands}`,
    per: `arrival posted, sorted and released (${perIsland} an island and cell)`,
    prepare: () => {
      const calendar = new Calendar(islands, MILLISECOND, 2 * MILLISECOND, byNumber);
      const offsets = someOffsets(islands * perIsland);
      return () => {
        const next = calendar.end;
        let k = 0;
        for (let flight = 1; flight <= perIsland; flight++)
          for (let island = 0; island < islands; island++)
            calendar.post(island, next + (offsets[k++] as number), flight);
        calendar.begin(next);
        for (let island = 0; island < islands; island++) {
          sink.value = calendar.open(island);
          calendar.release(island);
        }
        calendar.finish();
        return k;
      };
    },
  };
}

export function sortPiece(count: number): Piece {
  return {
    name: `arrival-sort-${count}`,
    per: `record, ${count} at a time`,
    prepare: () => {
      const sorter = new ArrivalSorter(byNumber);
      const offsets = someOffsets(count);
      const flights = Int32Array.from({ length: count }, (_, i) => i + 1);
      sorter.reserve(count);
      return () => {
        sorter.offsets.set(offsets);
        sorter.flights.set(flights);
        sorter.sort(count);
        return count;
      };
    },
  };
}

export const egressFeed: Piece = {
  name: 'egress-feed',
  per: 'broadcast to 99 others',
  prepare: () => {
    const nodes = 100;
    const cards = new EgressCards(nodes, pbftCase(nodes, 1, 1).spec.network);
    const flights = new Flights();
    const flight = flights.take(nodes - 1);
    flights.ints[flight * INTS + FlightColumn.wire] = 200;
    let ready = 0;
    return () => {
      for (let i = 0; i < 4096; i++) {
        ready += 1000;
        cards.feed(i % nodes, flights, flight, nodes - 1, ready);
      }
      return 4096;
    };
  },
};
