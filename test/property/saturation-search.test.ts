// The search finds the boundary of any cluster whose verdicts are monotone, wherever it lies and whatever limits it, with few runs; it
// always ends, and where verdicts contradict each other the lower boundary counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bracketOf,
  isMonotone,
  type JudgedLoad,
  nextLoads,
  type SearchSettings,
} from '../../src/experiment/saturation/search.ts';

const settings: SearchSettings = { precision: 0.01, replications: 3, mostReplications: 12, least: 1 / 4096, most: 1e6 };

type Judge = (factor: number, replications: number) => Omit<JudgedLoad, 'factor' | 'replications'>;

/** Answers until nothing more is asked; how many rounds and runs that took. */
function search(judge: Judge, given: SearchSettings = settings) {
  const known = new Map<number, JudgedLoad>();
  let [rounds, runs] = [0, 0];
  for (;;) {
    const wanted = nextLoads([...known.values()], given);
    if (wanted.length === 0) return { ...bracketOf([...known.values()]), judged: [...known.values()], rounds, runs };
    if (++rounds > 200) throw new Error('the search does not end');
    for (const { factor, replications } of wanted) {
      runs += replications - (known.get(factor)?.replications ?? 0);
      expect(replications).toBeGreaterThan(known.get(factor)?.replications ?? 0);
      known.set(factor, { factor, replications, ...judge(factor, replications) });
    }
  }
}

/** A cluster of a capacity: what is busy costs `fixed` at any load, and `full` of the time at capacity. */
const cluster =
  (capacity: number, full: number, collapse: number): Judge =>
  (factor) => ({
    stable: factor <= capacity,
    told: true,
    decided: true,
    busy: Math.min(1, (full * factor) / capacity),
    kept: factor <= capacity ? 1 : Math.min(1, (capacity / factor) ** collapse),
  });

describe('the search', () => {
  test('ends within the precision below the boundary, whatever the capacity, the limit and the collapse beyond', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 12, noNaN: true }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.constantFrom(0, 1, 3),
        (octaves, full, collapse) => {
          const capacity = 2 ** octaves;
          const { low, high, runs, judged } = search(cluster(capacity, full, collapse));
          expect(low?.factor).toBeLessThanOrEqual(capacity);
          expect(high?.factor).toBeGreaterThan(capacity);
          expect((high?.factor ?? 9) / (low?.factor ?? 1)).toBeLessThanOrEqual(1.01 + 1e-9);
          expect(Math.min(low?.replications ?? 0, high?.replications ?? 0)).toBeGreaterThanOrEqual(3);
          expect(isMonotone(judged)).toBe(true);
          // A grid of 100 loads would take 300 runs.
          expect(runs).toBeLessThanOrEqual(60);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('with a resource that is busy in proportion to the load it needs a dozen loads at most', () => {
    const { judged, runs } = search(cluster(7.3, 1, 1));
    expect(judged.length).toBeLessThanOrEqual(12);
    expect(runs).toBeLessThanOrEqual(24);
  });

  test('gives undecided ends more replications, up to the most, and then ends', () => {
    const { low, high } = search((factor) => ({ ...cluster(5, 1, 1)(factor, 1), decided: false }));
    expect([low?.replications, high?.replications]).toEqual([12, 12]);
  });

  test('ends whatever the verdicts are, also where they change with the replications', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), fc.boolean(), (coins, decided) => {
        let tossed = 0;
        const { low, high } = search((factor) => ({
          stable: coins[tossed++ % coins.length] as boolean,
          told: true,
          decided,
          busy: Math.min(1, factor / 4),
          kept: 0.9,
        }));
        if (low !== null && high !== null) expect(low.factor).toBeLessThan(high.factor);
      }),
      { numRuns: 300 },
    );
  });

  test('goes on from loads whose runs say nothing to heavier ones, and never calls them too much', () => {
    fc.assert(
      fc.property(fc.double({ min: -4, max: 8, noNaN: true }), fc.double({ min: -6, max: 12, noNaN: true }), (a, b) => {
        const [speaks, capacity] = [2 ** a, 2 ** b];
        const silent: ReturnType<Judge> = { stable: false, told: false, decided: false, busy: 0, kept: 1 };
        const { low, high } = search((factor) => (factor < speaks ? silent : cluster(capacity, 1, 1)(factor, 1)));
        expect(high?.factor).toBeGreaterThan(capacity);
        expect(high?.factor).toBeGreaterThanOrEqual(speaks);
        // Where loads just above the least that speaks are too much, none is known to be borne; else the boundary is found.
        if (low === null) expect(capacity).toBeLessThan(2 * Math.max(speaks, settings.least) * (1 + 1e-5));
        else expect((high?.factor ?? 9) / low.factor).toBeLessThanOrEqual(1.01 + 1e-9);
      }),
      { numRuns: 200 },
    );
    expect(search(() => ({ stable: false, told: false, decided: false, busy: 0, kept: 1 }))).toMatchObject({
      low: null,
      high: null,
    });
  });

  test('ends whatever the verdicts are, also where some runs say nothing here and there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 40, maxLength: 40 }), (dice) => {
        let thrown = 0;
        const { low, high } = search((factor) => {
          const die = dice[thrown++ % dice.length];
          return { stable: die === 1, told: die !== 0, decided: false, busy: Math.min(1, factor / 4), kept: 0.9 };
        });
        if (low !== null && high !== null) expect(low.factor).toBeLessThan(high.factor);
      }),
      { numRuns: 200 },
    );
  });

  test('goes down to the lightest load where none is stable, and up to the heaviest where all are', () => {
    const none = search(() => ({ stable: false, told: true, decided: true, busy: 1, kept: 0.1 }));
    expect([none.low, none.high?.factor]).toEqual([null, Number((1 / 4096).toPrecision(6))]);
    expect(none.high?.replications).toBe(3);
    const all = search(() => ({ stable: true, told: true, decided: true, busy: 0, kept: 1 }));
    expect([all.low?.factor, all.high]).toEqual([1e6, null]);
  });
});

test('where verdicts contradict each other the lower boundary counts, and it is said', () => {
  const load = (factor: number, stable: boolean): JudgedLoad => ({
    factor,
    stable,
    told: true,
    replications: 3,
    decided: true,
    busy: 1,
    kept: 1,
  });
  const judged = [load(4, true), load(1, true), load(3, false), load(2, true)];
  expect([bracketOf(judged).low?.factor, bracketOf(judged).high?.factor]).toEqual([2, 3]);
  expect(isMonotone(judged)).toBe(false);
  expect(isMonotone(judged.slice(1))).toBe(true);
});
