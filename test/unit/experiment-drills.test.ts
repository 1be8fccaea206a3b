// Which drills a point goes through, when, and how many runs that takes: known before anything is run.
import { describe, expect, test } from 'vitest';
import { compare, comparisonRuns } from '../../src/experiment/compare.ts';
import { drilled, nodesAt, sitesToLose, USUAL_DRILLS } from '../../src/experiment/drills.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

function sited(nodeSites: readonly number[], sites: readonly string[]) {
  const { network } = fakeSpec();
  return fakeSpec({
    nodes: nodeSites.length,
    network: {
      ...network,
      sites,
      nodeSites: Int32Array.from(nodeSites),
      oneWay: new Float64Array(sites.length ** 2).fill(1e6),
    },
  });
}

describe('drills', () => {
  test('begin behind the warm-up and end when liveness can be judged', () => {
    const spec = drilled(fakeSpec(), { kind: 'leader-crash', site: null }, USUAL_DRILLS, 2 * SECOND);
    expect(spec.faults).toEqual([{ kind: 'crash', target: 'leader', at: 7 * SECOND, duration: 10 * SECOND }]);
    expect(spec.horizon).toBe(7 * SECOND + 10 * SECOND + spec.progressWithin + SECOND);
    expect(spec.boundaries[0]).toBe(2 * SECOND);
    expect(spec.boundaries).toHaveLength(40);
    const detected = drilled(fakeSpec(), { kind: 'slow-leader', site: null }, { ...USUAL_DRILLS, slowBy: 3 }, 'auto');
    expect(detected.faults).toMatchObject([{ kind: 'slow', by: 3, at: 10 * SECOND }]);
    const early = drilled(fakeSpec(), { kind: 'slow-leader', site: null }, { ...USUAL_DRILLS, at: 1 * SECOND }, 'auto');
    expect(early.measuredFrom).toBe(SECOND);
  });

  test('take each site in turn where there are few, else that of the leader and the largest of the others', () => {
    const few = sited([0, 0, 2, 3], ['a', 'b', 'c', 'd']);
    expect(sitesToLose(few, [])).toEqual(['a', 'c', 'd']);
    expect(nodesAt(few, 'a')).toEqual([0, 1]);
    const many = sited([0, 1, 2, 3, 3], ['a', 'b', 'c', 'd']);
    expect(sitesToLose(many, [2, 2, 0])).toEqual(['c', 'd']);
    // Where the leader is at the largest already, the next largest.
    expect(sitesToLose(many, [4])).toEqual(['a', 'd']);
    const lost = drilled(many, { kind: 'site-loss', site: 'd' }, USUAL_DRILLS, 0);
    expect(lost.faults).toMatchObject([{ kind: 'crash', target: [3, 4] }]);
  });

  test('of a comparison are as many runs as it says beforehand, on common random numbers', () => {
    const specs = [sited([0, 1, 2], ['a', 'b', 'c']), sited([0, 1, 2, 3, 3], ['a', 'b', 'c', 'd'])];
    const plan = {
      points: specs.map(() => ({ warmup: 1 * SECOND, objectives: [] })),
      replications: 2,
      drills: USUAL_DRILLS,
      specFor: (point: number, replication: number) => ({
        ...(specs[point] as RunSpec),
        seed: 100 + replication,
        replication,
      }),
    };
    const experiment = compare(plan);
    const seeds = new Map<number, number>();
    let runs = 0;
    let step = experiment.next();
    while (!step.done) {
      runs += step.value.length;
      for (const { seed } of step.value) seeds.set(seed, (seeds.get(seed) ?? 0) + 1);
      step = experiment.next(step.value.map((spec) => ({ ok: true, result: fakeRun(spec) })));
    }
    expect(runs).toBe(comparisonRuns(plan));
    expect(runs).toBe(2 * (3 + 3) + 2 * (3 + 2));
    expect([...seeds]).toEqual([
      [100, runs / 2],
      [101, runs / 2],
    ]);
    const [first, second] = step.value;
    expect(first?.drills.map(({ drill }) => drill.site ?? drill.kind)).toEqual([
      'leader-crash',
      'a',
      'b',
      'c',
      'slow-leader',
    ]);
    // The stand-in's leader is node 0.
    expect(second?.drills.map(({ drill }) => drill.site ?? drill.kind)).toEqual([
      'leader-crash',
      'a',
      'd',
      'slow-leader',
    ]);
    expect(second?.drills[2]?.struck).toBe(2);
    expect(first?.drills[0]?.recoveries).toEqual([500e6, 500e6]);
  });

  test('leave candidates measured over one stretch of time, whatever their warm-ups', () => {
    const cut = { boundaries: Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND) };
    const experiment = compare({
      points: [1, 3, 4].map((seconds) => ({ warmup: seconds * SECOND, objectives: [] })),
      replications: 2,
      drills: USUAL_DRILLS,
      specFor: (point, replication) => fakeSpec({ label: ['A', 'B', 'silent'][point] as string, replication, ...cut }),
    });
    const made = (spec: RunSpec): RunResult => {
      const silent = { outages: [{ from: 5 * SECOND, to: 10 * SECOND }], unfinished: new Float64Array(99).fill(5e9) };
      return { ...fakeRun(spec), ...(spec.label === 'silent' ? silent : {}) };
    };
    let step = experiment.next();
    while (!step.done) step = experiment.next(step.value.map((spec) => ({ ok: true, result: made(spec) })));
    // The last does not keep up: it is not compared, and costs the others nothing.
    expect(step.value.map(({ base }) => base.condition?.condition === 'keeps up')).toEqual([true, true, false]);
    expect(step.value.map(({ base }) => base.warmUp.end)).toEqual([3 * SECOND, 3 * SECOND, 4 * SECOND]);
  });
});
