/**
 * Whether memory grows with the length of a run: what is live late in a run, after a full collection while it runs, for one run
 * and one `times` as long. The median of the samples in the last half counts: queues breathe.
 */
import type { RunSpec } from '../src/simulation/run-spec.ts';
import { simulate } from '../src/simulation/simulate.ts';
import type { GrowthResult } from './bench-report.ts';
import { medianOf } from './sample.ts';

interface Footprint {
  readonly transactions: number;
  readonly kernelBytes: number;
  readonly liveBytes: number;
}

/** @throws where the collector cannot be called (`node --expose-gc`). */
export function measureGrowth(name: string, spec: RunSpec, times = 4): GrowthResult {
  if (spec.stopAfter === null) throw new Error(`${name}: the run needs a stopAfter to be made longer`);
  simulate(spec);
  const short = footprint(name, spec);
  const long = footprint(name, { ...spec, stopAfter: spec.stopAfter * times, horizon: spec.horizon * times });
  const growth = long.liveBytes - short.liveBytes;
  return {
    kind: 'memory-growth',
    name,
    transactions: [short.transactions, long.transactions],
    kernel_bytes: [short.kernelBytes, long.kernelBytes],
    live_bytes: [short.liveBytes, long.liveBytes],
    growth_bytes: growth,
    growth_percent: (100 * growth) / short.liveBytes,
    growth_bytes_per_transaction: growth / (long.transactions - short.transactions),
  };
}

function footprint(name: string, spec: RunSpec): Footprint {
  const samples: { at: number; bytes: number }[] = [];
  const before = live();
  const result = simulate(spec, { onProgress: (at) => samples.push({ at, bytes: live() - before }) });
  const late = samples.filter(({ at }) => at >= result.endedAt / 2);
  if (late.length === 0) throw new Error(`${name}: the run is too short to look at its memory while it runs`);
  return {
    transactions: result.counts.transactions,
    kernelBytes: result.counts.kernelBytes,
    liveBytes: medianOf(late.map(({ bytes }) => bytes)),
  };
}

function live(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('memory is measured after a collection: start node with --expose-gc');
  // Buffers are freed behind the collector's back: the second collection waits until the first has swept them.
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
