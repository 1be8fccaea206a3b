/**
 * One server of the reference kernel: a core, a card, a disk. It serves one job at a time; whoever owns it keeps the queue,
 * schedules the end of each job as an event, and says when it is over (docs/MODEL.md section 1: service carries its remainder).
 */
import type { Instant } from '../../units/quantities.ts';

export class Server {
  serving = false;
  /** When the last job ended, or will end. */
  freeAt: Instant = 0;
  private fraction = 0;
  private worked = 0;

  /** The fraction of a nanosecond with which a job would start at `start`: inherited only from a job that ends there. */
  fractionAt(start: Instant): number {
    return start === this.freeAt ? this.fraction : 0;
  }

  /** Starts a job of `service` ns; returns the instant of its end. */
  begin(start: Instant, service: number): Instant {
    if (this.serving || start < this.freeAt)
      throw new Error(`a job starts at ${start} ns on a server busy until ${this.freeAt} ns`);
    const total = this.fractionAt(start) + service;
    const whole = Math.floor(total);
    this.serving = true;
    this.freeAt = start + whole;
    this.fraction = total - whole;
    this.worked += service;
    return this.freeAt;
  }

  /** The running job cannot end before `at`: it waits for something else to happen then. */
  holdUntil(at: Instant): Instant {
    if (this.freeAt < at) {
      this.freeAt = at;
      this.fraction = 0;
    }
    return this.freeAt;
  }

  end(): void {
    this.serving = false;
  }

  /** ns of work done before `at`. */
  busyUntil(at: Instant): number {
    return this.worked - Math.max(0, this.freeAt - at);
  }

  /** The machine dies at `at`, in the middle of whatever it does. */
  crash(at: Instant): void {
    this.worked = this.busyUntil(at);
    this.serving = false;
    this.freeAt = 0;
    this.fraction = 0;
  }
}
