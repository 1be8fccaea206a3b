/**
 * How the JavaScript engine compiles the kernel and collects its garbage (ADR 0009). It changes speed, never a result.
 *
 * By default V8 stops inlining after about 900 bytecodes a function; the kernel's loops call many small functions, and each call left
 * standing boxes the instants it passes: some 5 % faster in a long run. More than this gains no more there, and costs a run of
 * seconds a third of its time.
 *
 * By default V8 collects young objects, and frees the memory of typed arrays, on threads of its own beside the one that runs. A short
 * run leaves little behind but many small arrays: those threads took a fifth of the processor time and, freeing what another thread
 * allocates, slowed it as well. Runs keep every core busy by themselves.
 */
import { setFlagsFromString } from 'node:v8';

/** Of those that V8 heeds in a process under way: others, such as --single-threaded-gc, end it. */
const FLAGS = [
  '--max-inlined-bytecode-size-cumulative=1500',
  '--no-parallel-scavenge',
  '--no-concurrent-array-buffer-sweeping',
];

/** For the whole process, worker threads included: call it before the first run. */
export function tuneEngine(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
