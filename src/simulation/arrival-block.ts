/** The arrivals of one client group, drawn a block at a time in a tight loop: an instant that a call returns would be boxed. */
import { type Duration, type Instant, NEVER } from '../units/quantities.ts';
import type { ArrivalProcess } from '../workloads/arrivals.ts';

const BLOCK = 64;

export class ArrivalBlock {
  /** The next arrival, delayed; NEVER when there are no more. */
  next: Instant = 0;
  private readonly process: ArrivalProcess;
  private readonly delay: Duration;
  private readonly times = new Float64Array(BLOCK);
  private place = BLOCK;

  /** @param delay between an arrival and what is to be done at it. */
  constructor(process: ArrivalProcess, delay: Duration) {
    this.process = process;
    this.delay = delay;
    this.advance();
  }

  /** To the arrival after `next`. */
  advance(): void {
    if (this.place === BLOCK) this.fill();
    this.next = this.times[this.place++] as number;
  }

  private fill(): void {
    const { process, times } = this;
    times.fill(NEVER);
    for (let i = 0; i < BLOCK; i++) {
      const at = process.next();
      if (at === NEVER) break;
      times[i] = at + this.delay;
    }
    this.place = 0;
  }
}
