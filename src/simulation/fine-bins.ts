/**
 * Requests sent and made final by the fine bin, for outages (outages.ts): counts, and the first and last instants in each. Bins are 50 ms
 * at most, so that every outage (100 ms or more) spans one, up to runs of 14 hours.
 */
import { type Duration, type Instant, NEVER } from '../units/quantities.ts';
import type { OutageBins } from './outages.ts';

const WIDEST: Duration = 50_000_000;
const FEWEST = 32_768;
const FEW = 4096;
const MOST = 1 << 20;

export class FineBins implements OutageBins {
  readonly fine: Duration;
  /** As long as the run so far: many runs end long before their horizon. */
  fineSubmitted = new Int32Array(0);
  fineFinal = new Int32Array(0);
  firstSubmit = new Float64Array(0);
  firstFinal = new Float64Array(0);
  lastFinalIn = new Float64Array(0);
  private readonly perFine: number;
  private readonly last: number;

  constructor(horizon: Instant) {
    let bins = FEWEST;
    while (bins < MOST && bins * WIDEST < horizon) bins *= 2;
    // A power of two, so that multiplying by the inverse is exact.
    let fine = 1;
    while (fine * bins < horizon) fine *= 2;
    this.fine = fine;
    this.perFine = 1 / fine;
    this.last = bins - 1;
  }

  /** The bin of an instant. */
  private at(instant: Instant): number {
    const bin = Math.min(this.last, Math.floor(instant * this.perFine));
    if (bin >= this.fineFinal.length) this.lengthen(bin);
    return bin;
  }

  /** The last bin takes whatever lies behind it. */
  private endOf(bin: number): Instant {
    return bin === this.last ? NEVER : (bin + 1) * this.fine;
  }

  private lengthen(bin: number): void {
    // All of them for a run that is not short after all: its memory then no longer grows with its length.
    const bins = bin < FEW ? Math.min(this.last + 1, Math.max(16, 2 * (bin + 1))) : this.last + 1;
    const longer = <Column extends Int32Array | Float64Array>(to: Column, from: Column): Column => {
      to.set(from);
      return to;
    };
    this.fineSubmitted = longer(new Int32Array(bins), this.fineSubmitted);
    this.fineFinal = longer(new Int32Array(bins), this.fineFinal);
    this.firstSubmit = longer(new Float64Array(bins).fill(NEVER), this.firstSubmit);
    this.firstFinal = longer(new Float64Array(bins).fill(NEVER), this.firstFinal);
    this.lastFinalIn = longer(new Float64Array(bins).fill(-1), this.lastFinalIn);
  }

  submitted(at: Instant): void {
    const bin = this.at(at);
    this.fineSubmitted[bin] = (this.fineSubmitted[bin] as number) + 1;
    if (at < (this.firstSubmit[bin] as number)) this.firstSubmit[bin] = at;
  }

  /** As `submitted` for each instant from `times[from]` to `times[to - 1]`, which ascend. */
  allSubmitted(times: Float64Array, from: number, to: number): void {
    for (let begin = from, i = from; begin < to; begin = i) {
      const first = times[begin] as number;
      const bin = this.at(first);
      const end = this.endOf(bin);
      do i++;
      while (i < to && (times[i] as number) < end);
      this.fineSubmitted[bin] = (this.fineSubmitted[bin] as number) + i - begin;
      if (first < (this.firstSubmit[bin] as number)) this.firstSubmit[bin] = first;
    }
  }

  /** A request sent at `at` is nobody's any more. */
  abandoned(at: Instant): void {
    const bin = this.at(at);
    this.fineSubmitted[bin] = (this.fineSubmitted[bin] as number) - 1;
  }

  final(at: Instant): void {
    const bin = this.at(at);
    this.fineFinal[bin] = (this.fineFinal[bin] as number) + 1;
    if (at < (this.firstFinal[bin] as number)) this.firstFinal[bin] = at;
    if (at > (this.lastFinalIn[bin] as number)) this.lastFinalIn[bin] = at;
  }

  /** As `final` for each of the first `count` instants, which ascend. */
  allFinal(times: Float64Array, count: number): void {
    for (let from = 0, i = 0; from < count; from = i) {
      const first = times[from] as number;
      const bin = this.at(first);
      const end = this.endOf(bin);
      do i++;
      while (i < count && (times[i] as number) < end);
      this.fineFinal[bin] = (this.fineFinal[bin] as number) + i - from;
      const last = times[i - 1] as number;
      if (first < (this.firstFinal[bin] as number)) this.firstFinal[bin] = first;
      if (last > (this.lastFinalIn[bin] as number)) this.lastFinalIn[bin] = last;
    }
  }
}
