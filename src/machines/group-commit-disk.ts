/** A disk with group commit: one fsync at a time, and all that is written meanwhile shares the next one. */
import { type Bytes, type Instant, NEVER } from '../units/quantities.ts';

/** A write on its way to the disk. */
export interface Write {
  readonly change: unknown;
  readonly bytes: Bytes;
  readonly ticket: number;
}

/** Nothing is ever put into it: a queue of one, which most are, then takes a third of what an empty array takes that grows. */
const NONE: Write[] = [];

export class GroupCommitDisk {
  /** When the running fsync ends; NEVER when none runs. */
  at: Instant = NEVER;
  /** How many times as long fsyncs take that begin from now on. */
  pace = 1;
  private busy = 0;
  private fsyncs = 0;
  private waiting: Write[] = NONE;
  private running: Write[] = NONE;
  private readonly duration: (count: number, bytes: Bytes) => number;

  /** @param duration ns of the fsync number `count` for `bytes`. */
  constructor(duration: (count: number, bytes: Bytes) => number) {
    this.duration = duration;
  }

  write(change: unknown, bytes: Bytes, ticket: number): void {
    if (this.waiting.length === 0) this.waiting = [{ change, bytes, ticket }];
    else this.waiting.push({ change, bytes, ticket });
  }

  /** Starts an fsync for what waits, unless one runs. */
  start(at: Instant): void {
    if (this.waiting.length === 0 || this.at !== NEVER) return;
    this.running = this.waiting;
    this.waiting = NONE;
    let bytes = 0;
    for (const write of this.running) bytes += write.bytes;
    const took = this.duration(this.fsyncs++, bytes) * this.pace;
    this.busy += took;
    this.at = at + took;
  }

  /** The fsync that runs ends now: returns what became durable, and starts the next one. */
  end(): readonly Write[] {
    const { at, running } = this;
    this.at = NEVER;
    this.running = NONE;
    this.start(at);
    return running;
  }

  /** ns of work done before `at`. */
  busyUntil(at: Instant): number {
    return this.busy - (this.at === NEVER ? 0 : Math.max(0, this.at - at));
  }

  /** A crash at `at`: what is not durable is gone. */
  crash(at: Instant): void {
    this.busy = this.busyUntil(at);
    this.at = NEVER;
    this.waiting = NONE;
    this.running = NONE;
  }
}
