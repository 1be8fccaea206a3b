// Between which loads a boundary is judged to lie: of loads whose verdict is decided, and with further replications for no others than
// those that would bring an end nearer.
import { describe, expect, test } from 'vitest';
import { decidedUnstable, leastStable, nextEnds } from '../../src/experiment/saturation/ends.ts';
import type { MeasuredLoad } from '../../src/experiment/saturation/load-bench.ts';
import { bracketOf } from '../../src/experiment/saturation/search.ts';

const LEVEL = 6;
const TARGET = 20;

/** A load with its finality in ms, the target being 20 ms, and half the width of its interval; one run has none. */
function load(factor: number, replications: number, value: number, half: number | null = null): MeasuredLoad {
  const met = value <= TARGET;
  const decided = half !== null && Math.abs(value - TARGET) > half;
  return {
    factor,
    rate: factor,
    replications,
    cause: met ? null : 'objective',
    ground: !met && decided ? 'test' : null,
    decided,
    growth: { mean: 0, low: -0.01, high: 0.01, count: 1 },
    latencies: [{ measure: 'finality_p99', target: TARGET, value, half, met, untold: false, decided }],
  } as unknown as MeasuredLoad;
}

function next(loads: readonly MeasuredLoad[], tried = { below: [] as number[], above: [] as number[] }) {
  const known = loads as unknown as Parameters<typeof bracketOf>[0];
  const within = known.map((one, i) => ({ ...one, stable: loads[i]?.cause === null, told: true }));
  // The bracket of the search: of loads with all replications.
  const { low, high } = bracketOf(within.filter(({ replications }) => replications === LEVEL));
  if (low === null || high === null) throw new Error('no bracket');
  return nextEnds(loads, [low, high], LEVEL, tried);
}

describe('the ends', () => {
  const [low, high] = [load(100, 6, 19, 3), load(101, 6, 21, 3)];

  test('are no single runs, however far beyond the target or within it', () => {
    const loads = [load(50, 1, 5), low, high, load(200, 1, 900)];
    expect(decidedUnstable(loads, low)).toBe(null);
    expect(leastStable(loads.filter(({ cause }) => cause === null))).toBe(null);
    const confirmed = [load(50, 6, 5, 2), low, high, load(200, 6, 900, 90)];
    expect(decidedUnstable(confirmed, low)).toBe(200);
    expect(leastStable(confirmed.filter(({ cause }) => cause === null))).toBeCloseTo(49.5, 9);
  });

  test('get further replications where the scatter at the bracket would be told from the target, on either side one', () => {
    const loads = [
      load(50, 1, 5),
      load(90, 1, 12),
      load(98, 2, 18, 15),
      low,
      high,
      load(102, 1, 22),
      load(104, 1, 24),
      load(200, 1, 900),
    ];
    expect(next(loads)).toEqual([
      { factor: 104, replications: LEVEL },
      { factor: 90, replications: LEVEL },
    ]);
  });

  test('get none where those of the bracket are decided, or where nothing nearer promises more', () => {
    expect(next([load(100, 6, 19, 0.5), load(101, 6, 21, 0.5), load(104, 1, 24)])).toEqual([]);
    expect(next([load(90, 6, 12, 3), load(98, 1, 18), low, high, load(102, 1, 22), load(104, 6, 24, 3)])).toEqual([]);
  });

  test('are tried twice on a side and no more, the outermost where none promises to be decided', () => {
    const tried = { below: [], above: [] };
    const loads = [load(99, 6, 12, 3), low, high, load(102, 1, 22), load(103, 1, 22.5)];
    expect(next(loads, tried)).toEqual([{ factor: 103, replications: LEVEL }]);
    expect(next(loads, tried)).toEqual([{ factor: 102, replications: LEVEL }]);
    expect(next(loads, tried)).toEqual([]);
    expect(tried).toEqual({ below: [], above: [103, 102] });
  });

  test('wait for loads below them that fewer runs say are not stable', () => {
    const against = load(95, 2, 30, 200);
    expect(next([load(90, 1, 12), against, low, high, load(104, 1, 24)])).toEqual([
      { factor: 95, replications: LEVEL },
    ]);
  });
});
