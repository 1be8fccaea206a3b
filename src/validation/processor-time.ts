/**
 * The processor time of one thread. Elapsed time would count the waiting for a busy machine, and the time of the whole process that of
 * the other threads. Linux keeps it by thread; elsewhere elapsed time must stand in.
 */
import { readFileSync } from 'node:fs';

/** "ns on a processor, ns waiting for one, turns" of the thread that reads it. */
const OF_THIS_THREAD = '/proc/thread-self/schedstat';

let kept = true;

/** ms that the calling thread has used so far. */
export function processorTime(): number {
  if (kept)
    try {
      return Number.parseInt(readFileSync(OF_THIS_THREAD, 'utf8'), 10) / 1e6;
    } catch {
      kept = false;
    }
  return performance.now();
}
