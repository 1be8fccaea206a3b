/** The cores beside the protocol thread, which verify and sign: jobs in order of submission, each on the core that is free first. */
import type { Instant } from '../units/quantities.ts';

export class CorePool {
  readonly size: number;
  /** How many times as long jobs take that are submitted from now on. */
  pace = 1;
  private busy = 0;
  private busyKept = 0;
  /** When each core is free, then the fractions of a ns that they carry, then both as `keep` found them. */
  private readonly cores: Float64Array;

  /** @param size 0: there is no pool; `serve` must not be called then. */
  constructor(size: number) {
    this.size = size;
    this.cores = new Float64Array(4 * size);
  }

  /** Serves a job of `cost` ns submitted at `at` (non-decreasing); returns when it is done. */
  serve(at: Instant, cost: number): Instant {
    const { cores, size } = this;
    let core = 0;
    for (let i = 1; i < size; i++) if ((cores[i] as number) < (cores[core] as number)) core = i;
    let start = cores[core] as number;
    let carried = cores[size + core] as number;
    if (start < at) {
      start = at;
      carried = 0;
    }
    const service = cost * this.pace;
    const end = carried + service;
    const whole = Math.floor(end);
    cores[core] = start + whole;
    cores[size + core] = end - whole;
    this.busy += service;
    return start + whole;
  }

  /** Notes how things stand, for `goBack`. */
  keep(): void {
    const { cores, size } = this;
    for (let i = 0, to = 2 * size; i < 2 * size; i++, to++) cores[to] = cores[i] as number;
    this.busyKept = this.busy;
  }

  /** As it was when `keep` was called. */
  goBack(): void {
    const { cores, size } = this;
    for (let i = 0, from = 2 * size; i < 2 * size; i++, from++) cores[i] = cores[from] as number;
    this.busy = this.busyKept;
  }

  /** ns of work done before `at`, all cores together. */
  busyUntil(at: Instant): number {
    let busy = this.busy;
    for (let i = 0; i < this.size; i++) busy -= Math.max(0, (this.cores[i] as number) - at);
    return busy;
  }

  /** A crash at `at`: jobs under way have no effect. */
  crash(at: Instant): void {
    this.busy = this.busyUntil(at);
    this.cores.fill(0);
  }
}
