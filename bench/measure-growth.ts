/**
 * Whether memory grows with the length of a run: what is live early and late in one run, after full collections while it runs. Of
 * each of the two parts the median of its samples counts, since queues breathe. What other runs left behind cancels out.
 */
import type { RunSpec } from '../src/simulation/run-spec.ts';
import { simulate } from '../src/simulation/simulate.ts';
import type { GrowthResult } from './bench-report.ts';
import { medianOf } from './sample.ts';

/**
 * Shares of the run. Before the first, tables and logs still grow to the size that they keep; the last to do so are the fine bins of
 * outages (meter.ts), which take their whole megabyte at a quarter of the horizon at the latest: here half of the run.
 */
const EARLY = [0.5, 0.7] as const;
const LATE = [0.8, 1] as const;

/** @throws where the collector cannot be called (`node --expose-gc`). */
export function measureGrowth(name: string, spec: RunSpec, times = 10): GrowthResult {
  if (spec.stopAfter === null) throw new Error(`${name}: the run needs a stopAfter to be made longer`);
  const before = live();
  const samples: { at: number; bytes: number }[] = [];
  const long = { ...spec, stopAfter: spec.stopAfter * times, horizon: spec.horizon * times };
  const { endedAt, counts } = simulate(long, {
    onProgress: (at) => samples.push({ at, bytes: live() - before }),
  });
  const within = ([from, to]: readonly [number, number]): number => {
    const part = samples.filter(({ at }) => at >= from * endedAt && at <= to * endedAt);
    if (part.length < 3) throw new Error(`${name}: the run is too short to look at its memory while it runs`);
    return medianOf(part.map(({ bytes }) => bytes));
  };
  const [early, late] = [within(EARLY), within(LATE)];
  const middle = ([from, to]: readonly [number, number]): number => ((from + to) / 2) * counts.transactions;
  const growth = late - early;
  return {
    kind: 'memory-growth',
    name,
    transactions: [Math.round(middle(EARLY)), Math.round(middle(LATE))],
    kernel_bytes: counts.kernelBytes,
    live_bytes: [early, late],
    growth_bytes: growth,
    growth_percent: (100 * growth) / Math.max(1, Math.abs(early)),
    growth_bytes_per_transaction: growth / (middle(LATE) - middle(EARLY)),
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
