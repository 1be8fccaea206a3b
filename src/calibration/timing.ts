/**
 * Times small operations by tinybench and doubts the result: a sample must be long beside the clock's step, and the middle half
 * of the samples must agree. What does not is refused with its reason, never written down.
 */
import { Bench } from 'tinybench';

export type Timing =
  | { readonly ok: true; readonly medianNs: number; readonly spread: number }
  | { readonly ok: false; readonly why: string };

/** A sample lasts at least so many steps of the clock, so that reading it is at most 1 % of what is read. */
const STEPS_PER_SAMPLE = 100;
/** … and at least so long (ns), so that calling the clock is not what is measured. */
const LEAST_SAMPLE_NS = 50_000;
/** The distance between the quartiles may be this share of the median. */
const MOST_SPREAD = 0.2;
const FEWEST_SAMPLES = 20;
/** A clock coarser than this (ns) cannot time anything here. */
const COARSEST_CLOCK_NS = 100_000;

/** The smallest step of the clock that was seen, in ns. */
export function clockStepNs(now: () => number = () => performance.now(), looks = 2000): number {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < looks; look++) {
    const from = now();
    let to = now();
    while (to === from) to = now();
    least = Math.min(least, (to - from) * 1e6);
  }
  return least;
}

export interface TimingOptions {
  readonly stepNs: number;
  /** Wall time for the samples, ms; a third of it warms up before. */
  readonly timeMs: number;
}

export function timeOperation(operation: () => void, { stepNs, timeMs }: TimingOptions): Timing {
  if (stepNs > COARSEST_CLOCK_NS)
    return { ok: false, why: `the clock moves in steps of ${(stepNs / 1e6).toFixed(2)} ms` };
  const batch = batchFor(operation, Math.max(STEPS_PER_SAMPLE * stepNs, LEAST_SAMPLE_NS));
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 3, iterations: FEWEST_SAMPLES, retainSamples: true });
  bench.add('operation', () => {
    for (let i = 0; i < batch; i++) operation();
  });
  bench.runSync();
  const result = bench.tasks[0]?.result;
  if (result === undefined || !('latency' in result)) return { ok: false, why: 'it could not be run' };
  return judgeSamples(
    (result.latency.samples ?? []).map((ms) => (ms * 1e6) / batch),
    stepNs / batch,
  );
}

/** So many operations that one sample is long enough, also when the engine has compiled them: the quickest of five tries decides. */
function batchFor(operation: () => void, sampleNs: number): number {
  for (let batch = 1; ; batch *= 2) {
    let quickest = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 5; attempt++) {
      const began = performance.now();
      for (let i = 0; i < batch; i++) operation();
      quickest = Math.min(quickest, (performance.now() - began) * 1e6);
    }
    // Twice what is needed, since compiling may go on.
    if (quickest >= 2 * sampleNs || batch >= 2 ** 24) return batch;
  }
}

/** `samplesNs`: one operation each; `stepNs`: the clock's step shared among the operations of a sample. */
export function judgeSamples(samplesNs: readonly number[], stepNs: number): Timing {
  if (samplesNs.length < FEWEST_SAMPLES)
    return { ok: false, why: `only ${samplesNs.length} samples, ${FEWEST_SAMPLES} are needed` };
  const sorted = samplesNs.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] as number;
  const medianNs = at(0.5);
  if (medianNs < STEPS_PER_SAMPLE * stepNs)
    return { ok: false, why: 'too short for the clock: its step would be more than 1 % of a sample' };
  const spread = (at(0.75) - at(0.25)) / medianNs;
  if (spread > MOST_SPREAD)
    return {
      ok: false,
      why: `the middle half of the samples spreads over ${(100 * spread).toFixed(0)} % of the median (at most ${100 * MOST_SPREAD} %): is the machine busy?`,
    };
  return { ok: true, medianNs, spread };
}
