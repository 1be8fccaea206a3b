/** The arrivals of one client group, drawn a block at a time in a tight loop: an instant that a call returns would be boxed. */
import { type Duration, type Instant, NEVER } from '../units/quantities.ts';
import type { ArrivalProcess } from '../workloads/arrivals.ts';

const BLOCK = 64;

export class ArrivalBlock {
  /** The next arrival, delayed; NEVER when there are no more. */
  next: Instant = 0;
  /** Arrivals, and when something is to be done at them. */
  readonly intended = new Float64Array(BLOCK);
  readonly times = new Float64Array(BLOCK);
  /** The place of `next` in them. */
  place = BLOCK - 1;
  private readonly process: ArrivalProcess;
  private readonly delay: Duration;

  /** @param delay between an arrival and what is to be done at it. */
  constructor(process: ArrivalProcess, delay: Duration) {
    this.process = process;
    this.delay = delay;
    this.advance();
  }

  /** To the arrival after `next`. */
  advance(): void {
    this.goTo(this.place + 1);
  }

  /** To the arrival at `place`, which may be the first that is not at hand. */
  goTo(place: number): void {
    if (place === BLOCK) this.fill();
    else this.place = place;
    this.next = this.times[this.place] as number;
  }

  /** The first place after `next` that comes at `end` or later, or is not at hand. */
  until(end: Instant): number {
    const { times } = this;
    let place = this.place + 1;
    while (place < BLOCK && (times[place] as number) < end) place++;
    return place;
  }

  private fill(): void {
    const { process, times, intended } = this;
    times.fill(NEVER);
    for (let i = 0; i < BLOCK; i++) {
      const at = process.next();
      if (at === NEVER) break;
      intended[i] = at;
      times[i] = at + this.delay;
    }
    this.place = 0;
  }
}
