/**
 * The event queue of the reference kernel: a binary heap of plain objects in total order (time, rank, island, source, sequence,
 * creation). Islands do not affect each other at one instant, so it does not matter that ranks come before them.
 */
import type { Instant } from '../units/quantities.ts';

export interface HeapEvent {
  readonly at: Instant;
  /** What comes first at one instant: the lower rank. */
  readonly rank: number;
  readonly island: number;
  readonly source: number;
  readonly sequence: number;
  /** The message that arrives with this event; 0 for every other event. */
  readonly flight: number;
  readonly run: () => void;
  /** Counts the events pushed: the last resort among equals. */
  readonly created: number;
  cancelled: boolean;
}

export class EventHeap {
  private readonly events: HeapEvent[] = [];
  private pushed = 0;

  push(event: Omit<HeapEvent, 'created' | 'cancelled'>): void {
    const { at, rank, island, source, sequence, flight, run } = event;
    const { events } = this;
    events.push({ at, rank, island, source, sequence, flight, run, created: this.pushed++, cancelled: false });
    this.rise(events.length - 1);
  }

  get first(): HeapEvent | undefined {
    return this.events[0];
  }

  /** Takes the first event out; there must be one. */
  pop(): HeapEvent {
    const { events } = this;
    const first = events[0] as HeapEvent;
    const last = events.pop() as HeapEvent;
    if (events.length > 0) {
      events[0] = last;
      this.sink(0);
    }
    return first;
  }

  /** Every event not yet popped, in no particular order. */
  get pending(): readonly HeapEvent[] {
    return this.events;
  }

  private rise(i: number): void {
    const { events } = this;
    const event = events[i] as HeapEvent;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(events[parent] as HeapEvent, event)) break;
      events[i] = events[parent] as HeapEvent;
      i = parent;
    }
    events[i] = event;
  }

  private sink(i: number): void {
    const { events } = this;
    const event = events[i] as HeapEvent;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1] as HeapEvent, events[child] as HeapEvent)) child++;
      if (isBefore(event, events[child] as HeapEvent)) break;
      events[i] = events[child] as HeapEvent;
      i = child;
    }
    events[i] = event;
  }
}

function isBefore(a: HeapEvent, b: HeapEvent): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.island !== b.island) return a.island < b.island;
  if (a.source !== b.source) return a.source < b.source;
  if (a.sequence !== b.sequence) return a.sequence < b.sequence;
  return a.created < b.created;
}
