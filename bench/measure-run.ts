/**
 * One whole run, timed on one thread: runs until it gets no faster first, then the fast kernel alone as a user has it, and only then next to the
 * reference kernel, in turns. Every repetition must give the same digest, and the kernels must agree on the shorter run.
 */
import type { RunResult } from '../src/simulation/run-result.ts';
import type { RunSpec } from '../src/simulation/run-spec.ts';
import { simulate } from '../src/simulation/simulate.ts';
import type { AloneResult, ReferenceResult, WholeRunResult } from './bench-report.ts';
import type { BenchCase } from './cases.ts';
import { medianOf, sampleOf } from './sample.ts';
import { type Effort, repeat, type Timing, timed, warmUp } from './stopwatch.ts';

export interface RunEffort {
  /** Runs after the first one and before those that count, at most. */
  readonly warmUp: number;
  readonly alone: Effort;
  /** One fast run in full, one fast and one reference run of the shorter kind. */
  readonly inTurns: Effort;
}

export function measureRun(benchCase: BenchCase, effort: RunEffort): WholeRunResult {
  const { name, spec, referenceStopAfter } = benchCase;
  const { fast, digest, counts, alone } = onItsOwn(benchCase, effort);
  const { deliveredMessages: messages, transactions } = counts;
  return {
    kind: 'whole-run',
    name,
    ...alone,
    messages_per_second_other_visit: null,
    ...besideReference(name, { ...spec, stopAfter: referenceStopAfter }, messages, fast, effort.inTurns),
    bytes_per_message: counts.kernelBytes / counts.peakInFlight,
    kernel_bytes: counts.kernelBytes,
    peak_in_flight: counts.peakInFlight,
    messages,
    transactions,
    digest,
  };
}

/** The second visit: the fast kernel alone once more. */
export function measureAlone(benchCase: BenchCase, effort: RunEffort): AloneResult {
  return onItsOwn(benchCase, effort).alone;
}

interface OnItsOwn {
  readonly fast: () => Timing<RunResult>;
  readonly digest: string;
  readonly counts: RunResult['counts'];
  readonly alone: AloneResult;
}

function onItsOwn({ name, spec }: BenchCase, effort: RunEffort): OnItsOwn {
  const first = timed(() => checked(name, simulate(spec)));
  const { digest, counts } = first.value;
  const fast = (): Timing<RunResult> => timedRun(name, spec, digest, 'islands');
  warmUp(first.wallMs, effort.warmUp, () => fast().wallMs);
  const runs: Timing<RunResult>[] = [];
  repeat(effort.alone, () => runs.push(fast()));
  const wall = sampleOf(runs.map((run) => run.wallMs));
  const cpu = sampleOf(runs.map((run) => run.cpuMs));
  const { deliveredMessages: messages, transactions } = counts;
  const alone: AloneResult = {
    messages_per_second: perSecond(messages, wall.best),
    messages_per_second_median: perSecond(messages, wall.median),
    messages_per_second_first: perSecond(messages, first.wallMs),
    messages_per_cpu_second: perSecond(messages, cpu.best),
    ns_per_transaction: (wall.best * 1e6) / transactions,
    repetitions: wall.repetitions,
    spread: wall.spread,
    noisy: wall.noisy,
  };
  return { fast, digest, counts, alone };
}

/** A first run that takes longer than this (ms) is warm for most of its time: it counts, and is not repeated. */
const LONG_MS = 8000;

interface Versus {
  readonly ratio_to_reference: number;
  readonly ratio_to_reference_cpu: number;
  readonly reference: ReferenceResult;
}

function besideReference(
  name: string,
  shorter: RunSpec,
  messages: number,
  fast: () => Timing<RunResult>,
  effort: Effort,
): Versus {
  const { digest, counts } = checked(name, simulate(shorter));
  const onReference = (): Timing<RunResult> => timedRun(name, shorter, digest, 'reference');
  const full: Timing<RunResult>[] = [];
  const short: Timing<RunResult>[] = [];
  const reference: Timing<RunResult>[] = [];
  const first = onReference();
  const long = first.wallMs > LONG_MS;
  if (long) reference.push(first);
  repeat(long ? { ...effort, fewest: 1, most: 1 } : effort, () => {
    full.push(fast());
    if (!long) reference.push(onReference());
    short.push(timedRun(name, shorter, digest, 'islands'));
  });
  const rate = (of: readonly Timing<RunResult>[], delivered: number, time: 'wallMs' | 'cpuMs'): number =>
    perSecond(delivered, Math.min(...of.map((run) => run[time])));
  const wall = sampleOf(reference.map((run) => run.wallMs));
  const referenceRate = perSecond(counts.deliveredMessages, wall.best);
  return {
    ratio_to_reference: rate(full, messages, 'wallMs') / referenceRate,
    ratio_to_reference_cpu: rate(full, messages, 'cpuMs') / rate(reference, counts.deliveredMessages, 'cpuMs'),
    reference: {
      messages_per_second: referenceRate,
      messages: counts.deliveredMessages,
      transactions: counts.transactions,
      ratio_on_same_run: medianOf(reference.map((run, i) => run.wallMs / (short[i] as Timing<RunResult>).wallMs)),
      repetitions: wall.repetitions,
      spread: wall.spread,
      noisy: wall.noisy,
    },
  };
}

function perSecond(count: number, ms: number): number {
  return (count * 1000) / ms;
}

/** A benchmark of a run that breaks a law, or does not do its work, would measure nothing. */
function checked(name: string, result: RunResult): RunResult & { readonly digest: string } {
  const { digest, violations } = result;
  if (digest === null || violations.length > 0)
    throw new Error(
      `${name}: the run ended with ${violations[0]?.check ?? 'no digest'}: ${violations[0]?.detail ?? ''}`,
    );
  if (result.counts.transactions === 0) throw new Error(`${name}: no transaction became final before the horizon`);
  return { ...result, digest };
}

function timedRun(name: string, spec: RunSpec, digest: string, kernel: 'islands' | 'reference'): Timing<RunResult> {
  const run = timed(() => simulate(spec, { kernel }));
  if (run.value.digest === digest) return run;
  throw new Error(
    `${name}: digest ${run.value.digest ?? 'none'} on kernel ${kernel}, ${digest} on the first run of this length`,
  );
}
