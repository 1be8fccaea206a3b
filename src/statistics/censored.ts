/**
 * Latencies of which some are known only to be longer than an age: those of requests that are unfinished when a run ends. The
 * product-limit estimate (Kaplan & Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53, 1958) counts each of
 * them as at least its age; quantiles over the finished ones alone would be too good exactly where a system stopped answering.
 */
import type { LogLinearHistogram } from './histogram.ts';

/** A value, or what it is at least where too much is unfinished to say how long it is. */
export interface Bound {
  readonly value: number;
  readonly atLeast: boolean;
}

/** The shares that take longer than each value: `share` from `value` on, to the next step. */
interface Step {
  readonly value: number;
  readonly share: number;
}

export class CensoredLatencies {
  private readonly finished: LogLinearHistogram;
  private readonly oldest: number;
  private readonly steps: readonly Step[];
  /** True when every latency is known. */
  private readonly complete: boolean;

  /** `ages`: of what is unfinished, in any order, in the unit of the histogram. */
  constructor(finished: LogLinearHistogram, ages: ArrayLike<number>) {
    const ascending = Float64Array.from(ages).sort();
    this.finished = finished;
    this.complete = ascending.length === 0;
    this.oldest = ascending.at(-1) ?? 0;
    this.steps = stepsOf(finished, ascending);
  }

  /** The time within which the share q of all is final; null where nothing was sent. Exact in the way of `LogLinearHistogram.quantile`. */
  quantile(q: number): Bound | null {
    if (this.complete) return bound(this.finished.quantile(q), false);
    const step = this.steps.find(({ share }) => 1 - share >= q - 1e-12);
    return step === undefined ? { value: this.longest, atLeast: true } : { value: step.value, atLeast: false };
  }

  /** The mean up to the longest time seen: at least that where something takes longer still. null where nothing was sent. */
  mean(): Bound | null {
    if (this.complete) return bound(this.finished.mean, false);
    let sum = 0;
    let from = 0;
    let share = 1;
    for (const step of this.steps) {
      sum += share * (step.value - from);
      [from, share] = [step.value, step.share];
    }
    return { value: sum + share * (this.longest - from), atLeast: share > 1e-12 };
  }

  /** The longest; an unfinished one may become longer than any. null where nothing was sent. */
  max(): Bound | null {
    if (this.complete) return bound(this.finished.max, false);
    return { value: this.longest, atLeast: this.oldest > (this.finished.max ?? 0) };
  }

  private get longest(): number {
    return Math.max(this.oldest, this.finished.max ?? 0);
  }
}

function bound(value: number | null, atLeast: boolean): Bound | null {
  return value === null ? null : { value, atLeast };
}

/** At each latency, the share that survives it: each step divides by those who were still waiting then. */
function stepsOf(finished: LogLinearHistogram, ages: Float64Array): readonly Step[] {
  let waiting = finished.total + ages.length;
  let share = 1;
  let gone = 0;
  return finished.buckets().map(({ value, count }) => {
    while (gone < ages.length && (ages[gone] as number) < value) {
      gone++;
      waiting--;
    }
    share *= (waiting - count) / waiting;
    waiting -= count;
    return { value, share };
  });
}
