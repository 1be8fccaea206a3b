/** A binary heap of instants: when closed-loop clients have finished thinking. */
import { type Instant, NEVER } from '../units/quantities.ts';

export class InstantHeap {
  private readonly heap: number[] = [];

  /** The earliest instant, NEVER when empty. */
  get first(): Instant {
    return this.heap.length === 0 ? NEVER : (this.heap[0] as number);
  }

  push(at: Instant): void {
    const { heap } = this;
    let i = heap.length;
    heap.push(at);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as number) <= at) break;
      heap[i] = heap[parent] as number;
      i = parent;
    }
    heap[i] = at;
  }

  pop(): Instant {
    const { heap } = this;
    const first = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= last) break;
      heap[i] = heap[child] as number;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
