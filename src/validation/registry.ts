/** Every validation target, in the order in which they are shown: closed forms, published results, measured systems. */
import type { Target } from './target.ts';
import { latencyInDelays } from './targets/latency-in-delays.ts';

export const targets: readonly Target[] = [latencyInDelays];
