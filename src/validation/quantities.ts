/** The quantities that targets compare, each a pure reading of a run: latencies in ms, rates per second, counts, election times. */
import { bottleneckOf, type Resource, ranksOf } from '../experiment/bottleneck.ts';
import type { RunResult, SegmentResult } from '../simulation/run-result.ts';
import { LogLinearHistogram, type SparseHistogram } from '../statistics/histogram.ts';
import { quantileOfSorted, summaryOf } from '../statistics/summary.ts';
import { type Instant, MILLISECOND, SECOND } from '../units/quantities.ts';
import type { Quantity } from './target.ts';

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function quantileOf(values: readonly number[], q: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  );
}

/** Fewer independent values say nothing about how far chance moves their mean. */
const FEWEST_FOR_AN_ERROR = 5;

/** Of the mean of independent values; null where there are too few. */
export function errorOfMean(values: readonly number[]): number | null {
  if (values.length < FEWEST_FOR_AN_ERROR) return null;
  return Math.sqrt(summaryOf(values).variance / values.length);
}

/** Of a quantile of independent values: half the way between the values one standard error of the rank below and above it. */
function errorOfQuantile(values: readonly number[], q: number): number | null {
  if (values.length < FEWEST_FOR_AN_ERROR) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const step = Math.sqrt((q * (1 - q)) / values.length);
  return (quantileOfSorted(sorted, Math.min(1, q + step)) - quantileOfSorted(sorted, Math.max(0, q - step))) / 2;
}

/** One value a run, averaged over runs. */
function averaged(observe: (run: RunResult) => number): Quantity {
  return { observe: (run) => [observe(run)], summarise: meanOf, standardError: errorOfMean };
}

/** The mean of independent values, of which a run may give several. */
export function meanQuantity(observe: (run: RunResult) => readonly number[], scale = 1): Quantity {
  return {
    observe,
    summarise: (values) => scale * meanOf(values),
    standardError: (values) => scaled(errorOfMean(values), scale),
  };
}

/** A quantile of independent values. */
export function quantileQuantity(observe: (run: RunResult) => readonly number[], q: number): Quantity {
  return {
    observe,
    summarise: (values) => quantileOf(values, q),
    standardError: (values) => errorOfQuantile(values, q),
  };
}

/** The same quantity in another unit. */
export function inUnits({ observe, summarise }: Quantity, scale: number): Quantity {
  return {
    observe: (run) => observe(run).map((value) => scale * value),
    summarise,
    standardError: errorOfMean,
  };
}

function scaled(value: number | null, scale: number): number | null {
  return value === null ? null : scale * value;
}

/** The segments behind a given warm-up: it ends at the first boundary. */
function measured(run: RunResult): readonly SegmentResult[] {
  return run.segments.length === 1 ? run.segments : run.segments.slice(1);
}

function merged(run: RunResult, of: (segment: SegmentResult) => SparseHistogram): LogLinearHistogram {
  const whole = new LogLinearHistogram();
  for (const segment of measured(run)) whole.merge(LogLinearHistogram.fromSparse(of(segment)));
  return whole;
}

const finality = (run: RunResult) => merged(run, (segment) => segment.finality);

/** Of requests that became final, ms. */
export function latencyQuantile(q: number): Quantity {
  return averaged((run) => (finality(run).quantile(q) ?? Number.NaN) / MILLISECOND);
}
export const latencyMean = averaged((run) => (finality(run).mean ?? Number.NaN) / MILLISECOND);
export const latencyMax = averaged((run) => (finality(run).max ?? Number.NaN) / MILLISECOND);
/** Mean of what the warm-up holds, ms: for scenarios whose warm-up ends behind the first request. */
export const firstLatency = averaged(
  ({ segments }) =>
    (LogLinearHistogram.fromSparse((segments[0] as SegmentResult).finality).mean ?? Number.NaN) / MILLISECOND,
);
/** From the proposal to the first commit, ms. */
export const commitMean = averaged(
  (run) => (merged(run, (segment) => segment.commit).mean ?? Number.NaN) / MILLISECOND,
);

/** Mean latency of one group of clients, ms. */
export function groupLatency(group: number): Quantity {
  return averaged((run) => {
    const total = (of: (segment: SegmentResult) => Float64Array) =>
      measured(run).reduce((sum, segment) => sum + (of(segment)[group] as number), 0);
    return total((segment) => segment.groupLatency) / total((segment) => segment.groupStaged) / MILLISECOND;
  });
}

/** The mean of these stages together (run-result.ts, STAGES), ms. */
function stages(run: RunResult, from: number, to: number): number {
  let sum = 0;
  let staged = 0;
  for (const segment of measured(run)) {
    staged += segment.staged;
    for (let stage = from; stage <= to; stage++) sum += segment.stageSums[stage] as number;
  }
  return sum / staged / MILLISECOND;
}

/** Mean time from the intended send to the proposer's mempool, ms. */
export const meanToReceived = averaged((run) => stages(run, 0, 0));
/** Mean time from the intended send to the end of the execution, ms: a thread that is busy lets requests wait before the mempool, too. */
export const meanToExecuted = averaged((run) => stages(run, 0, 3));
/** Mean time from there until the client holds the reply, ms. */
export const meanToFinal = averaged((run) => stages(run, 4, 4));

/** Transactions final per second of virtual time. */
export const throughput = averaged((run) => {
  const segments = measured(run);
  const from = segments[0]?.from as number;
  const to = segments.at(-1)?.to as number;
  return segments.reduce((sum, segment) => sum + segment.final, 0) / ((to - from) / SECOND);
});

/** Busy share of a resource, of the node where it is highest. */
export function busyTime(resource: Resource): Quantity {
  return averaged(({ utilisation }) => Math.max(...utilisation.map((node) => node[resource])));
}

/** Whether the busiest resource of all nodes is this one: 1 or 0. */
export function bottleneckIs(resource: Resource): Quantity {
  return averaged(({ utilisation }) => (bottleneckOf(ranksOf([utilisation]))?.resource === resource ? 1 : 0));
}

/** What the cores of node 0 beside its thread did for each batch, in units of `cost` (ns). */
export function coreWorkPerBatch(cost: number, cores: number): Quantity {
  return averaged(({ utilisation, endedAt, counts }) => {
    const busy = (utilisation[0] as { cores: number }).cores * (cores - 1) * endedAt;
    return busy / cost / counts.batches;
  });
}

/** How many messages of these names were sent for each batch. */
export function messagesPerBatch(...names: readonly string[]): Quantity {
  return averaged(({ counts }) => {
    const sent = counts.sent.filter(({ name }) => names.includes(name)).reduce((sum, { count }) => sum + count, 0);
    return sent / counts.batches;
  });
}

export interface TimedMark {
  readonly at: Instant;
  /** The first number of the mark: a term for those of elections. */
  readonly a: number;
}

/** The marks of one name, in order. */
export function mark(run: RunResult, name: string): readonly TimedMark[] {
  return run.timeline.events.flatMap(({ kind, text, at }) => {
    const [word, a] = text.split(' ');
    return kind === 'mark' && word === name ? [{ at, a: Number(a) }] : [];
  });
}

/** When the first fault took effect. */
export function faultAt(run: RunResult): Instant {
  return run.faults[0]?.at ?? Number.NaN;
}
