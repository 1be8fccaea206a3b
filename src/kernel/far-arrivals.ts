/**
 * Arrivals beyond the reach of the calendar's ring, in a binary heap by instant: an overloaded machine hands messages over seconds
 * late, and looking at each of them whenever the ring advances would cost the square of the backlog. Columns, since there are many.
 */
import type { Instant } from '../units/quantities.ts';

export class FarArrivals {
  count = 0;
  private at = new Float64Array(16);
  private island = new Int32Array(16);
  private flight = new Int32Array(16);

  push(island: number, at: Instant, flight: number): void {
    if (this.count === this.at.length) this.grow();
    let i = this.count++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.at[parent] as number) <= at) break;
      this.copy(parent, i);
      i = parent;
    }
    this.set(i, island, at, flight);
  }

  /** Takes out everything before `end`, in order of time. */
  takeBefore(end: Instant, visit: (island: number, at: Instant, flight: number) => void): void {
    while (this.count > 0 && (this.at[0] as number) < end) {
      const island = this.island[0] as number;
      const at = this.at[0] as number;
      const flight = this.flight[0] as number;
      this.count--;
      if (this.count > 0) this.sink(this.count);
      visit(island, at, flight);
    }
  }

  /** Takes out those for which `keep` is false. */
  filter(keep: (island: number, at: Instant, flight: number) => boolean): void {
    const { count, at, island, flight } = this;
    this.count = 0;
    for (let i = 0; i < count; i++) {
      const entry = [island[i], at[i], flight[i]] as [number, number, number];
      // Never further than entry i: what was not read yet stays in place.
      if (keep(...entry)) this.push(...entry);
    }
  }

  /** The entry at `from` takes the place of the first. */
  private sink(from: number): void {
    const at = this.at[from] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.count) break;
      if (child + 1 < this.count && (this.at[child + 1] as number) < (this.at[child] as number)) child++;
      if ((this.at[child] as number) >= at) break;
      this.copy(child, i);
      i = child;
    }
    this.copy(from, i);
  }

  private set(i: number, island: number, at: Instant, flight: number): void {
    this.at[i] = at;
    this.island[i] = island;
    this.flight[i] = flight;
  }

  private copy(from: number, to: number): void {
    this.set(to, this.island[from] as number, this.at[from] as number, this.flight[from] as number);
  }

  private grow(): void {
    const { at, island, flight } = this;
    this.at = new Float64Array(at.length * 2);
    this.island = new Int32Array(at.length * 2);
    this.flight = new Int32Array(at.length * 2);
    this.at.set(at);
    this.island.set(island);
    this.flight.set(flight);
  }
}
