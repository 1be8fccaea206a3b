/** Majorities, and the value that a majority has reached: the arithmetic behind commitment (thesis figure 3.1, rules for leaders). */

/** The smallest number of nodes of which any two sets of that size share a node. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1;
}

/**
 * The `rank`-th largest of `values` (rank 1: the largest): with rank = majority, the highest value that a majority has reached.
 * `scratch` is overwritten; an insertion sort, since n is small and this runs at every acknowledgement.
 */
export function nthLargest(values: Int32Array, scratch: Int32Array, rank: number): number {
  const n = values.length;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    let j = i;
    while (j > 0 && (scratch[j - 1] as number) < value) {
      scratch[j] = scratch[j - 1] as number;
      j--;
    }
    scratch[j] = value;
  }
  return scratch[rank - 1] as number;
}
