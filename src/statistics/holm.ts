/**
 * p-values of several tests that are read together, corrected so that the chance of even one false claim among them stays at the level
 * asked for, whatever their dependence (Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statistics 6, 1979).
 */

/**
 * The corrected values, in the order given; null where there was no test. `family`: how many tests there are in all, where only some of
 * them are given (say, those against the best of many): it counts every test that could have been picked. At least the number given.
 */
export function holmAdjusted(pValues: readonly (number | null)[], family?: number): readonly (number | null)[] {
  const tests = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const all = family ?? tests.length;
  if (all < tests.length) throw new Error(`a family of ${all} tests cannot hold the ${tests.length} given`);
  const adjusted = pValues.map((): number | null => null);
  let least = 0;
  tests.forEach(({ p, index }, rank) => {
    // Never below that of a smaller p: who passes a harder test passes the easier one.
    least = Math.max(least, Math.min(1, p * (all - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}
