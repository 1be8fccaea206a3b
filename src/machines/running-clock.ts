/**
 * One server as a running clock: exact where its jobs come in the order of their start. Whole ns and a fraction that the next job
 * inherits when it starts at once (docs/MODEL.md section 1).
 */
import type { Instant } from '../units/quantities.ts';

export class RunningClock {
  /** When the last job given to it ends. */
  free: Instant = 0;
  /** ns of work given to it so far. */
  busy = 0;
  /** How many times as long jobs take that begin from now on. */
  pace = 1;
  private fraction = 0;

  /** Takes a job of `cost` ns at `at`, which must not be before `free`; returns its end. */
  occupy(at: Instant, cost: number): Instant {
    const service = cost * this.pace;
    this.busy += service;
    const end = (at === this.free ? this.fraction : 0) + service;
    const whole = Math.floor(end);
    this.free = at + whole;
    this.fraction = end - whole;
    return this.free;
  }

  /** ns of work done before `at`. */
  busyUntil(at: Instant): number {
    return this.busy - Math.max(0, this.free - at);
  }

  /** A crash at `at`: the job under way has no effect. */
  crash(at: Instant): void {
    this.busy = this.busyUntil(at);
    this.free = 0;
    this.fraction = 0;
  }
}
