/** Wall and processor time of a piece of work. Processor time counts all threads of the process, V8's collector and compiler too. */
export interface Timing<Value> {
  readonly value: Value;
  readonly wallMs: number;
  readonly cpuMs: number;
}

export function timed<Value>(work: () => Value): Timing<Value> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const value = work();
  const wallMs = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value, wallMs, cpuMs: (user + system) / 1000 };
}

/** Repeats `work` at least `fewest` times, then until `budgetMs` of wall time is spent or `most` repetitions are made. */
export function repeat(effort: Effort, work: (repetition: number) => void): void {
  const before = performance.now();
  for (let done = 0; done < effort.most; done++) {
    if (done >= effort.fewest && performance.now() - before > effort.budgetMs) return;
    work(done);
  }
}

/** A run that is not faster than those before by so much adds nothing to warming up; two such in a row end it. */
const FASTER = 0.05;
const NO_FASTER = 2;

/**
 * Repeats `work`, which takes the ms that it returns and took `first` ms when it was done first, until it gets no faster, `most` times at
 * most: by then the engine has compiled what is used often.
 */
export function warmUp(first: number, most: number, work: () => number): void {
  let best = first;
  for (let done = 0, since = 0; done < most && since < NO_FASTER; done++) {
    const took = work();
    since = took < best * (1 - FASTER) ? 0 : since + 1;
    best = Math.min(best, took);
  }
}

export interface Effort {
  readonly fewest: number;
  readonly most: number;
  readonly budgetMs: number;
}
