// The headroom of a sizing answer: which trials it takes, with all nodes up and after losses, and that no more is claimed than they show.
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import type { Demand } from '../../src/experiment/size/demand.ts';
import { type HeadroomTrial, headroomsOf } from '../../src/experiment/size/headroom.ts';
import type { Headroom } from '../../src/experiment/size/reach.ts';
import { sizeSearch } from '../../src/experiment/size/search.ts';
import type { Finalist, SizePlan } from '../../src/experiment/size/search-answer.ts';
import { type Trial, trialOf } from '../../src/experiment/size/trial.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { leaving, NO_DEMAND, planOf, setupOfSingle, single } from '../support/size-space.ts';

const { inFile } = planOf(single({ name: 'poisson', options: { rate: 1 } }), NO_DEMAND);

/** Lost in turn, with the finality p99 after each, ms. */
function finalist(losses: Readonly<Record<string, number>>): Finalist {
  const drills = Object.entries(losses).map(([lost, mean]) => ({
    drill: { lost, nodes: [] },
    trial: { finalityP99: { mean } },
  }));
  return { drills } as never;
}

const KEEPS = { misses: [], untold: null, unsure: [] };

interface Known {
  readonly headroom: Headroom;
  /** Each round of trials: `1.5`, `1.5 b`. */
  readonly tried: readonly string[];
}

/** Which fail is said by names such as `2` and `1.5 b`. */
function climb(of: Finalist, failing: readonly string[], most = Number.POSITIVE_INFINITY): Known {
  const tried: string[] = [];
  const steps = headroomsOf([of], inFile, function* (wanted) {
    if (tried.length === most) return null;
    const names = wanted.map(({ factor, drill }) => `${factor}${drill === null ? '' : ` ${drill.lost}`}`);
    tried.push(names.join(', '));
    const trials = names.map((name) =>
      failing.includes(name) ? { ...KEEPS, misses: [{ what: 'load', by: 1, why: 'fails' }] } : KEEPS,
    );
    return trials as unknown as readonly Trial[];
  });
  const { value } = steps.next();
  return { headroom: (value as readonly Headroom[])[0] as Headroom, tried };
}

describe('the ladder', () => {
  const lossy = finalist({ a: 10, b: 30, c: 20 });
  const without = (lost: string): string => `fails after the loss of ${lost}`;

  test.each([
    // The steps that fail, what is kept and fails and why, what all nodes up keep, and the trials in their order.
    [['3'], 2, 3, 'fails', 2, '1.25 | 1.5 | 2 | 3 | 1.25 b | 1.5 b | 2 b | 2 c, 2 a'],
    [['3', '2 b'], 1.5, 2, without('b'), 2, '1.25 | 1.5 | 2 | 3 | 1.25 b | 1.5 b | 2 b | 1.5 c, 1.5 a'],
    [['1.25 b'], 1, 1.25, without('b'), 3, '1.25 | 1.5 | 2 | 3 | 1.25 b'],
    [['2', '1.5 a'], 1.25, 1.5, without('a'), 1.5, '1.25 | 1.5 | 2 | 1.25 b | 1.5 b | 1.5 c, 1.5 a | 1.25 c, 1.25 a'],
    [['1.5', '1.25 c'], 1, 1.25, without('c'), 1.25, '1.25 | 1.5 | 1.25 b | 1.25 c, 1.25 a'],
    [['1.25'], 1, 1.25, 'fails', 1, '1.25'],
    [[], 3, null, null, 3, '1.25 | 1.5 | 2 | 3 | 1.25 b | 1.5 b | 2 b | 3 b | 3 c, 3 a'],
  ] as const)('where %j fail keeps %d', (failing, keeps, fails, why, up, trials) => {
    const { headroom, tried } = climb(lossy, failing);
    expect(headroom).toMatchObject({ keeps, fails, why, allUp: { keeps: up } });
    expect(tried.join(' | ')).toBe(trials);
    // Of what is said to be kept all was tried, and did.
    const all = ['', ' b', ' c', ' a'].map((lost) => `${keeps}${lost}`);
    const names = tried.flatMap((round) => round.split(', '));
    if (keeps > 1) expect(all.filter((name) => !names.includes(name) || failing.some((f) => f === name))).toEqual([]);
  });

  test('without losses to survive is that of all nodes up', () => {
    const { headroom } = climb(finalist({}), ['2']);
    expect(headroom).toEqual({ keeps: 1.5, unsure: [], fails: 2, why: 'fails', allUp: { ...headroom.allUp } });
    expect(headroom.allUp).toMatchObject({ keeps: 1.5, fails: 2 });
  });

  test('that is interrupted claims nothing of losses that were not all tried', () => {
    expect(climb(lossy, ['3'], 7).headroom).toMatchObject({ keeps: 1, fails: null, allUp: { keeps: 2, fails: 3 } });
    expect(climb(lossy, ['3'], 2).headroom).toMatchObject({
      keeps: 1,
      fails: null,
      allUp: { keeps: 1.5, fails: null },
    });
    expect(climb(finalist({}), ['3'], 2).headroom).toMatchObject({ keeps: 1.5, fails: null });
  });

  test('names a step whose runs cannot tell, and what one run of a step cannot tell for certain', () => {
    const trials: Record<string, object> = {
      1.25: { ...KEEPS, unsure: ['availability'] },
      '1.25 a': { ...KEEPS, unsure: ['finality_p99'] },
      '1.5': { ...KEEPS, untold: { why: 'too short', longer: false, measured: null } },
    };
    const judge = (wanted: readonly HeadroomTrial[]) =>
      wanted.map(({ factor, drill }) => trials[drill === null ? factor : `${factor} ${drill.lost}`] as Trial);
    // biome-ignore lint/correctness/useYield: these trials take no runs.
    const steps = headroomsOf([finalist({ a: 1 })], inFile, function* (wanted) {
      return judge(wanted);
    });
    const [headroom] = steps.next().value as readonly Headroom[];
    expect(headroom).toMatchObject({ keeps: 1.25, fails: 1.5, why: 'its runs cannot tell: too short' });
    expect(headroom?.unsure).toEqual(['availability', 'finality_p99 after the loss of a']);
    expect(headroom?.allUp.unsure).toEqual(['availability']);
  });
});

const late: Demand = {
  objectives: [
    { measure: 'finality_p99', estimate: 'finality_p99_ms', direction: 'at-most', target: 8000, text: '8s' },
  ],
  survive: { count: 1, of: 'site' },
  byzantine: null,
};

/** Whether a request of each such run is as old as it takes to miss the target by far. */
function searched(plan: SizePlan, isLate: (spec: RunSpec) => boolean) {
  const asked: string[] = [];
  // What differs here is only what is late: one run stands for all of its length with the same nodes.
  const alike = new Map<string, RunResult>();
  const resultOf = (spec: RunSpec): RunResult => {
    const key = `${spec.horizon} ${spec.faults.length} ${/ without .*$/.exec(spec.label)}`;
    const result = alike.get(key) ?? simulate(spec);
    alike.set(key, result);
    return result;
  };
  const experiment = sizeSearch(plan);
  let step = experiment.next();
  while (!step.done)
    step = experiment.next(
      step.value.map((spec): RunOutcome => {
        asked.push(`${spec.label} ${spec.replication}`);
        const result = resultOf(spec);
        const unfinished = isLate(spec) ? Float64Array.of(40 * SECOND) : result.unfinished;
        return { ok: true, result: { ...result, unfinished } };
      }),
    );
  return { answer: step.value, asked };
}

test('a step is judged by as many runs as the answer, after losses too, and all of them are counted', () => {
  const plan = { ...planOf(single({ name: 'poisson', options: { rate: 5 } }), late), replications: 2 };
  // The first run of each step is in time: one run would not show that without b it fails from 2 times the load on.
  const { answer, asked } = searched(
    plan,
    ({ label, replication }) => /×[23], without b$/.test(label) && replication > 0,
  );
  const [best] = answer.best;
  expect(best?.headroom).toMatchObject({
    keeps: 1.5,
    fails: 2,
    why: 'finality_p99 misses 8s after the loss of b, with an interval that reaches across its target',
    allUp: { keeps: 3, fails: null },
  });
  const of = (name: string): number => asked.filter((one) => one.includes(name)).length;
  expect(['×1.5 ', '×1.5, without a', '×1.5, without b', '×1.5, without c'].map(of)).toEqual([2, 2, 2, 2]);
  expect(answer.runs).toBe(asked.length);
  expect(new Set(asked.filter((one) => one.includes('×'))).size).toBe(of('×'));
});

describe('one run', () => {
  const space = single({ name: 'poisson', options: { rate: 100 } });
  const plan = planOf(space, NO_DEMAND);
  const spec = plan.specFor(setupOfSingle(space, NO_DEMAND), 0, plan.full);
  const result = simulate(spec);
  const p99 = trialOf(spec, [{ ok: true, result }], 200 * MILLISECOND, []).finalityP99?.mean as number;
  const within = (target: number, runs = 1): Trial =>
    trialOf(
      spec,
      Array.from({ length: runs }, () => ({ ok: true, result }) as const),
      200 * MILLISECOND,
      [{ measure: 'finality_p99', estimate: 'finality_p99_ms', direction: 'at-most', target, text: 'x' }],
    );

  // As shares of what is measured: within a tenth of its target one run cannot tell.
  test.each([
    [1.05, 1, ['finality_p99'], 0],
    [1.2, 1, [], 0],
    [0.95, 1, ['finality_p99'], 1],
    [0.85, 1, [], 1],
    [1.05, 2, [], 0],
  ] as const)('of a target of %d times its finality, in %d runs, is unsure of %j', (share, runs, unsure, misses) => {
    const trial = within(share * p99, runs);
    expect(trial.unsure).toEqual(unsure);
    // What it recommends stays as it was.
    expect(trial.misses).toHaveLength(misses);
    expect(trial.decided).toBe(true);
  });

  // Clients send 100/s on average, so that 95/s are missed by no more than is left out of 100.
  test.each([
    [1, []],
    [0.97, ['throughput']],
    [0.93, ['throughput']],
  ] as const)('of which a share of %d is final is unsure of a throughput of 95/s: %j', (share, unsure) => {
    const segments = leaving(1 - share, result.segments);
    const trial = trialOf(spec, [{ ok: true, result: { ...result, segments } }], 200 * MILLISECOND, [
      { measure: 'throughput', estimate: 'throughput_per_s', direction: 'at-least', target: 95, text: '95/s' },
    ]);
    expect(trial.unsure).toEqual(unsure);
  });

  test('excludes a candidate that misses by little in it, and says that it cannot tell for certain', () => {
    const asked = (target: number): Demand => ({
      ...NO_DEMAND,
      objectives: [{ measure: 'finality_p99', estimate: 'finality_p99_ms', direction: 'at-most', target, text: '8ms' }],
    });
    const near = planOf(space, asked(8000));
    const old = (spec: RunSpec, age: number): RunOutcome => ({
      ok: true,
      result: { ...simulate(spec), unfinished: Float64Array.from({ length: 50 }, () => age * MILLISECOND) },
    });
    const why = (replications: number): string | undefined => {
      const experiment = sizeSearch({ ...near, replications });
      let step = experiment.next();
      while (!step.done) step = experiment.next(step.value.map((one) => old(one, 8100)));
      return step.value.book.nearest('simulated')[0]?.why;
    };
    expect(why(1)).toBe('finality_p99 misses 8ms, in one run, which so near its target cannot tell it for certain');
    expect(why(2)).toBe('finality_p99 misses 8ms');
  });
});
