/**
 * Candidates for a timeout: a geometric grid of round values, and the search for the least of them that serves. Which settings are tried
 * must not depend on the machine, so logarithms are those of kernel/elementary.ts.
 */
import { exp, log } from '../../kernel/elementary.ts';
import type { Duration } from '../../units/quantities.ts';

/** Neighbours on the grid differ by about a fifth: the fourth root of 2. */
export const STEP = Math.sqrt(Math.SQRT2);

/** Two significant digits: what an operator would write, and a tenth of it is a whole number still. */
export function rounded(duration: Duration): Duration {
  return Number(duration.toPrecision(2));
}

/** From `low` to at least `high`, ascending, each once. */
export function geometricGrid(low: Duration, high: Duration, step = STEP): readonly Duration[] {
  const stride = log(step);
  const count = Math.max(1, Math.ceil(log(high / low) / stride) + 1);
  return [...new Set(Array.from({ length: count }, (_, i) => rounded(low * exp(i * stride))))];
}

/**
 * The first of `count` for which `holds` answers true, by bisection, which takes it to hold for all that follow; `count` where it holds
 * for none. A generator, since an answer takes runs.
 */
export function* firstThatHolds<Asked, Told>(
  count: number,
  holds: (index: number) => Generator<Asked, boolean, Told>,
): Generator<Asked, number, Told> {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (yield* holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
