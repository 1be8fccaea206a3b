/** The cores beside the protocol thread, which verify and sign: jobs in order of submission, each on the core that is free first. */
import type { Instant } from '../units/quantities.ts';

export class CorePool {
  readonly size: number;
  /** How many times as long jobs take that are submitted from now on. */
  pace = 1;
  private busy = 0;
  private readonly free: Float64Array;
  private readonly fraction: Float64Array;
  private readonly kept: Float64Array;

  /** @param size 0: there is no pool; `serve` must not be called then. */
  constructor(size: number) {
    this.size = size;
    this.free = new Float64Array(Math.max(1, size));
    this.fraction = new Float64Array(Math.max(1, size));
    this.kept = new Float64Array(2 * size + 1);
  }

  /** Serves a job of `cost` ns submitted at `at` (non-decreasing); returns when it is done. */
  serve(at: Instant, cost: number): Instant {
    const { free, fraction, size } = this;
    let core = 0;
    for (let i = 1; i < size; i++) if ((free[i] as number) < (free[core] as number)) core = i;
    let start = free[core] as number;
    let carried = fraction[core] as number;
    if (start < at) {
      start = at;
      carried = 0;
    }
    const service = cost * this.pace;
    const end = carried + service;
    const whole = Math.floor(end);
    free[core] = start + whole;
    fraction[core] = end - whole;
    this.busy += service;
    return start + whole;
  }

  /** Notes how things stand, for `goBack`. */
  keep(): void {
    const { free, fraction, kept, size } = this;
    for (let i = 0; i < size; i++) {
      kept[i] = free[i] as number;
      kept[size + i] = fraction[i] as number;
    }
    kept[2 * size] = this.busy;
  }

  /** As it was when `keep` was called. */
  goBack(): void {
    const { free, fraction, kept, size } = this;
    for (let i = 0; i < size; i++) {
      free[i] = kept[i] as number;
      fraction[i] = kept[size + i] as number;
    }
    this.busy = kept[2 * size] as number;
  }

  /** ns of work done before `at`, all cores together. */
  busyUntil(at: Instant): number {
    let busy = this.busy;
    for (let i = 0; i < this.size; i++) busy -= Math.max(0, (this.free[i] as number) - at);
    return busy;
  }

  /** A crash at `at`: jobs under way have no effect. */
  crash(at: Instant): void {
    this.busy = this.busyUntil(at);
    this.free.fill(0);
    this.fraction.fill(0);
  }
}
