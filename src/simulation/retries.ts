/** When requests that were sent again are to be sent once more. */
import { type Instant, NEVER } from '../units/quantities.ts';

/** Requests that were sent again equally often, in order of deadlines: [counter, deadline, …] from `head` on. */
export class Retries {
  private readonly queue: number[] = [];
  private head = 0;

  add(counter: number, deadline: Instant): void {
    this.queue.push(counter, deadline);
  }

  /** Drops those at the front that `isOpen` says are answered; returns the first deadline left, NEVER when there is none. */
  first(isOpen: (counter: number) => boolean): Instant {
    const { queue } = this;
    while (this.head < queue.length && !isOpen(queue[this.head] as number)) this.head += 2;
    if (this.head > 2048 && this.head * 2 > queue.length) {
      queue.splice(0, this.head);
      this.head = 0;
    }
    return this.head < queue.length ? (queue[this.head + 1] as number) : NEVER;
  }

  /** The first request. */
  take(): number {
    this.head += 2;
    return this.queue[this.head - 2] as number;
  }
}
