// What makes a load unstable, what limits a cluster where no resource does, and that experiments side by side stay apart.
import { describe, expect, test } from 'vitest';
import { ranksOf } from '../../src/experiment/bottleneck.ts';
import type { Experiment, RunOutcome } from '../../src/experiment/experiment.ts';
import { interleaved } from '../../src/experiment/interleaved.ts';
import type { Objective } from '../../src/experiment/objective.ts';
import { offeredRate } from '../../src/experiment/offered-load.ts';
import { rankedResources } from '../../src/experiment/resource-ranking.ts';
import type { PointSaturation } from '../../src/experiment/saturation/answer.ts';
import { limitOf } from '../../src/experiment/saturation/limit.ts';
import type { LoadBench, MeasuredLoad } from '../../src/experiment/saturation/load-bench.ts';
import { higherLook } from '../../src/experiment/saturation/look-higher.ts';
import { MOST_REQUESTS, type SaturationPlan, settingsFor } from '../../src/experiment/saturation/plan.ts';
import { saturate } from '../../src/experiment/saturation/saturate.ts';
import { isHeaviest, nextLoads } from '../../src/experiment/saturation/search.ts';
import { isAsMeant, sentIn, settledWithin, timeToSettle } from '../../src/experiment/sent-load.ts';
import { judgeLoad } from '../../src/experiment/stability.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { ClientGroupSpec, NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { arrivalsNamed } from '../../src/workloads/arrival-registry.ts';
import { clientsAt, freeMachine, promptPbft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { openLoad } from '../support/run-specs.ts';

const WARMUP = 0.2 * SECOND;

function segmented(spec: RunSpec): RunSpec {
  const inner = Array.from({ length: 39 }, (_, i) => Math.round(WARMUP + ((spec.horizon - WARMUP) * (i + 1)) / 40));
  return { ...spec, boundaries: [WARMUP, ...inner], measuredFrom: WARMUP };
}

/** One thread that needs 1 ms for each request. */
function queue(rate: number, arrivals = 'poisson'): RunSpec {
  return segmented(
    quietSpec(1, MILLISECOND, {
      protocol: protocol('echo', { maxTransactions: 1 }),
      clients: [clientsAt({ site: 1 }, openLoad(rate, arrivals))],
      machine: { ...freeMachine, execution: MILLISECOND },
      horizon: 3.2 * SECOND,
    }),
  );
}

function runsOf(spec: RunSpec, count: number): readonly RunResult[] {
  return Array.from({ length: count }, (_, replication) =>
    simulate({ ...spec, seed: spec.seed + replication, replication }),
  );
}

const p99Within = (target: number): Objective => ({
  measure: 'finality_p99',
  estimate: 'finality_p99_ms',
  direction: 'at-most',
  text: `${target}ms`,
  target,
});

function judged(spec: RunSpec, target: number | null = null, runs = runsOf(spec, 2)) {
  return judgeLoad({ warmup: WARMUP, objectives: target === null ? [] : [p99Within(target)] }, spec, runs, 0.0025);
}

function answers(base: RunSpec, changes: Partial<SaturationPlan> = {}, run = simulate): PointSaturation {
  const experiment = saturate({
    points: [{ warmup: WARMUP, objectives: [] }],
    replications: 1,
    precision: 0.02,
    budget: 100,
    specFor: (_, replication) => ({ ...base, seed: base.seed + replication, replication }),
    ...changes,
  });
  let step = experiment.next();
  while (!step.done) step = experiment.next(step.value.map((spec): RunOutcome => ({ ok: true, result: run(spec) })));
  return step.value[0] as PointSaturation;
}

describe('a load', () => {
  test('is stable where the queue empties again and again', () => {
    expect(judged(queue(700))).toMatchObject({ cause: null, keepingUp: 2 });
  });

  test('is not where ever more waits, and the growth is what is offered beyond the capacity', () => {
    const { cause, growth, decided } = judged(queue(1250, 'constant'));
    expect([cause, decided]).toEqual(['growing', true]);
    expect(growth?.mean).toBeCloseTo(0.2, 2);
  });

  test('is not where an objective is missed, though nothing grows', () => {
    expect(judged(queue(700), 3).cause).toBe('objective');
    expect(judged(queue(700), 100).cause).toBe(null);
  });

  test('is not where a thread has no time left, though replies of others keep finality short', () => {
    // The primary takes requests and executes; the others only execute, and two replies are enough (docs/MODEL.md section 2).
    const spec = segmented(
      quietSpec(4, MILLISECOND, {
        protocol: promptPbft({ batch: { maxTransactions: 50, timeout: 20 * MILLISECOND }, clientSignatures: false }),
        clients: [clientsAt({ site: 4 }, openLoad(1150, 'constant'))],
        machine: { ...freeMachine, requestHandling: 0.5 * MILLISECOND, execution: 0.5 * MILLISECOND },
        horizon: 3.2 * SECOND,
      }),
    );
    const verdict = judged(spec);
    expect(verdict.cause).toBe('busy');
    expect(verdict.kept).toBeGreaterThan(0.97);
  });

  test('is not missed by one run of six that falls behind where finality over all six is far within; nor is it decided', () => {
    const spec = queue(700);
    const quick = runsOf(spec, 5);
    // As much as the thread takes, and by chance more: ever more waits, though not by so much that it would be told over all six.
    const [late] = runsOf({ ...queue(1000), seed: 3 }, 1) as [RunResult];
    const all = [...quick, { ...late, replication: 5 }];
    const ofQuick = judged(spec, 1, quick).latencies[0]?.value ?? 0;
    const ofAll = judged(spec, 1, all).latencies[0]?.value ?? 0;
    // What is claimed is of all runs: the late one weighs as much as any.
    expect(ofAll).toBeGreaterThan(2 * ofQuick);
    const within = judged(spec, 2 * ofAll, all);
    expect(within).toMatchObject({ cause: null, keepingUp: 5, decided: false });
    expect(within.latencies).toMatchObject([{ met: true, decided: false }]);
    expect(judged(spec, 2 * ofAll, quick).latencies).toMatchObject([{ met: true, decided: true }]);
    // Between the mean of the quick ones and that of all, it is missed.
    expect(judged(spec, (ofQuick + ofAll) / 2, all).cause).toBe('objective');
    // From half of the runs on the load is too much, whatever finality says.
    const half = [quick[0], quick[1], late, late].map((run, replication) => ({ ...(run as RunResult), replication }));
    expect(judged(spec, 1e6, half)).toMatchObject({ cause: 'growing', keepingUp: 2 });
  });

  test('is decided by one run neither where its objective is missed nor where it is kept, by two that agree it is', () => {
    const spec = queue(700);
    const verdicts = [1, 2].flatMap((count) => [1, 1000].map((target) => judged(spec, target, runsOf(spec, count))));
    expect(verdicts.map(({ cause, ground, latencies: [one] }) => [cause, ground, one?.met, one?.decided])).toEqual([
      ['objective', null, false, false],
      [null, null, true, false],
      ['objective', 'test', false, true],
      [null, null, true, true],
    ]);
  });

  test('is not taken to keep an objective that half of its runs cannot tell, and is not decided where fewer cannot', () => {
    const spec = queue(700);
    const runs = runsOf(spec, 3);
    // Older than all that became final, and more of them than may be left out.
    const open = runs.map((run) => ({ ...run, unfinished: Float64Array.from({ length: 100 }, () => 0.5 * SECOND) }));
    const [none, one, two] = [0, 1, 2].map((count) =>
      judged(spec, 1000, [...open.slice(0, count), ...runs.slice(count)]),
    );
    expect([none, one, two].map((load) => load?.latencies[0])).toMatchObject([
      { met: true, untold: false, decided: true },
      { met: true, untold: false, decided: false },
      { met: false, untold: true, decided: false },
    ]);
    expect(two).toMatchObject({ cause: 'objective', ground: null, decided: false });
  });

  test('is known by a threshold, not a test, where each of two runs or more is beyond it', () => {
    // As much as the thread takes, at even distances: it has no time left, and nothing waits.
    const full = queue(1000, 'constant');
    const [one, two] = [1, 2].map((count) => judged(full, null, runsOf(full, count)));
    expect(one).toMatchObject({ cause: 'busy', ground: null, decided: false });
    expect(two).toMatchObject({ cause: 'busy', ground: 'threshold', decided: true });
    // 0.4 % above the most: the mean of both is beyond, one of them is not.
    const [busy] = runsOf(full, 1) as [RunResult];
    const utilisation = busy.utilisation.map((shares) => ({ ...shares, thread: 0.997 }));
    const mixed = judged(full, null, [busy, { ...busy, replication: 1, utilisation }]);
    expect(mixed).toMatchObject({ cause: 'busy', ground: null, decided: false });
  });

  test('is not where nothing becomes final', () => {
    const dead = { ...queue(700), faults: [{ kind: 'crash', target: 0, at: 1, duration: null }] } as const;
    expect(judged(dead as RunSpec).cause).toBe('silent');
  });
});

describe('what limits a cluster', () => {
  test('is a full window where no resource is busy: batches of 10, one at a time, 30 ms from proposal to commit', () => {
    const spec = segmented(
      quietSpec(4, 10 * MILLISECOND, {
        protocol: promptPbft({ batch: { maxTransactions: 10, timeout: 0 }, pipeline: 1, clientSignatures: false }),
        clients: [clientsAt({ site: 4 }, openLoad(100, 'constant'))],
        horizon: 4.2 * SECOND,
      }),
    );
    const answer = answers(spec);
    expect(Math.abs((answer.saturation?.rate ?? 0) / (10 / 0.03) - 1)).toBeLessThan(0.03);
    expect(limitOf(answer)).toMatchObject({ kind: 'window', by: { option: 'pipeline', limit: 1 } });
  });

  test('is not claimed where runs fail or there is none', () => {
    const failing = saturate({
      points: [{ warmup: WARMUP, objectives: [] }],
      replications: 1,
      precision: 0.01,
      budget: 10,
      specFor: () => queue(100),
    });
    failing.next();
    const failed = { ok: false, label: 'queue', replication: 0, kind: 'crashed', reason: 'out of memory' } as const;
    const [answer] = (failing.next([failed]) as IteratorReturnResult<readonly PointSaturation[]>).value;
    expect(answer).toMatchObject({ outcome: 'failed', saturation: null, failed: [failed] });
    const free = segmented(quietSpec(1, MILLISECOND, { clients: [clientsAt({ site: 1 }, openLoad(50))] }));
    expect(answers(free, { budget: 2 })).toMatchObject({
      outcome: 'beyond',
      budgetSpent: true,
      capped: false,
      recommended: null,
    });
  });

  test('is not looked for where a run would be made of more requests than are simulated', () => {
    const plan = { points: [], replications: 1, precision: 0.01, budget: 9, specFor: () => queue(500) };
    const settings = settingsFor(plan, { ...queue(500), horizon: 80_000 * SECOND });
    expect(nextLoads([], settings)).toEqual([{ factor: MOST_REQUESTS / 500 / 80_000, replications: 1 }]);
    const load = { factor: 0.25, replications: 1, stable: true, told: true, decided: true, busy: 0.1, kept: 1 };
    expect(nextLoads([load], settings)).toEqual([]);
    expect([load, { ...load, factor: 0.24 }].map((one) => isHeaviest(one, settings))).toEqual([true, false]);
  });

  test('is looked for at heavier loads where that of the scenario sends too seldom for its runs to tell', () => {
    // Of one request in 1000 s none falls into the 3 s that are measured: no objective is missed by that.
    const asked = { points: [{ warmup: WARMUP, objectives: [p99Within(100)] }], precision: 0.1 };
    const answer = answers(queue(0.001), asked);
    expect(answer.outcome).toBe('found');
    expect(answer.saturation?.rate).toBeGreaterThan(700);
    expect(answer.saturation?.rate).toBeLessThan(1000);
    expect(answer.loads[0]).toMatchObject({ cause: 'untold', ground: null, decided: false });
    // Twenty at 0.001/s take 20,000 s.
    const { outcome, beyond, measureFor } = answers(queue(0.001), { ...asked, budget: 1 });
    expect([outcome, beyond]).toEqual(['unsteady', null]);
    expect(measureFor).toEqual({ each: 20_000 * SECOND, at: 0.001 });
  });

  test('is not told where the heaviest load that may be simulated is stable: the search is capped, not free of a limit', () => {
    // 400/s for 50,000 s are twice as many requests as a run may hold, so half the load is the most; of each run 3.2 s are simulated.
    const brief = queue(400);
    const most = MOST_REQUESTS / 50_000;
    const offered: number[] = [];
    const answer = answers({ ...brief, horizon: 50_000 * SECOND }, { replications: 2 }, (spec) => {
      offered.push(offeredRate(spec.clients));
      return simulate({ ...spec, horizon: brief.horizon });
    });
    expect(answer).toMatchObject({ outcome: 'beyond', capped: true, budgetSpent: false, recommended: null });
    expect(answer.saturation).toMatchObject({ factor: 0.5, cause: null, replications: 2 });
    expect(Math.max(...offered)).toBe(most);
    // The same clients in runs that are no longer than what is simulated of them have a limit that is found.
    expect(answers(brief)).toMatchObject({ outcome: 'found', capped: false });
  });

  test('is looked for higher under bursts with the finest precision that shorter runs settle to, where they do', () => {
    // Calm and bursts of 100 s at 10/s and 15/s: 2 × 2.5² × 50 s ÷ 12.5² = 4 s of wander, 16 s ÷ p² to settle within p.
    const [client] = queue(1).clients as [ClientGroupSpec];
    const options = { rate: 10, burstRate: 15, calm: 100 * SECOND, burst: 100 * SECOND };
    const bursts = { ...client, load: { kind: 'open', arrivals: { name: 'bursty', options } } } as ClientGroupSpec;
    const spec = { ...queue(1), clients: [bursts] };
    const look = (horizon: number, busy: number, clients: readonly ClientGroupSpec[] = spec.clients) => {
      const bench = { spec: { ...spec, clients, horizon }, question: { warmup: WARMUP, objectives: [] } };
      const load = { rate: 50, estimate: { bottleneck: { resource: 'thread', node: 0, utilisation: busy } } };
      return higherLook({ ...bench, precision: 0.01, replications: 1 } as unknown as LoadBench, load as MeasuredLoad);
    };
    // Busy for a twentieth of the time at 50/s, so full at 1,000/s: runs of 5,000 s hold twice that, and settle to 5.66 %.
    const found = look(160_000 * SECOND, 0.05);
    expect(found).toMatchObject({ kind: 'coarser', precision: 0.057 });
    expect((found as { each: number }).each / SECOND).toBeCloseTo(16 / 0.057 / 0.057, 6);
    // Where nothing is busy, the coarsest; where runs are about as short as they may be, none; without bursts, any.
    expect(look(160_000 * SECOND, 0)).toMatchObject({ kind: 'coarser', precision: 0.2 });
    expect(look(450 * SECOND, 0)).toEqual({ kind: 'none' });
    expect(look(160_000 * SECOND, 0.05, queue(100).clients)).toEqual({ kind: 'shorter' });
  });

  test('next after it is what a line through its shares says', () => {
    const at = (factor: number) => ({
      factor,
      ranks: ranksOf([
        [0, 1].map((node) => ({
          thread: node === 0 ? 0.01 + 0.009 * factor : 0.5 * 0.009 * factor,
          cores: 0,
          egress: 0.004 * factor,
          ingress: 0,
          disk: 0,
        })),
      ]),
    });
    const [first, next, ...others] = rankedResources([10, 60, 80, 100].map(at), 4);
    expect(first).toMatchObject({ resource: 'thread', node: 0, alike: 0 });
    expect(first?.full).toBeCloseTo(0.99 / 0.009, 6);
    expect(next).toMatchObject({ resource: 'egress', node: 0, alike: 1 });
    expect(next?.full).toBeCloseTo(250, 6);
    expect(others).toEqual([]);
  });
});

describe('a boundary is that of what was sent', () => {
  const under = (arrivals: NamedOptions): RunSpec => {
    const [client] = queue(1).clients as [ClientGroupSpec];
    return { ...queue(1), clients: [{ ...client, load: { kind: 'open', arrivals } }] };
  };

  test('where a run happened to be sent something else than arrivals send on average', () => {
    const bursts = { rate: 100, burstRate: 1000, calm: 20 * MILLISECOND, burst: 5 * MILLISECOND };
    const spec = { ...under({ name: 'bursty', options: bursts }), seed: 8 };
    const { saturation, beyond, sentShare, offered, outcome } = answers(spec, { precision: 0.1 });
    expect(outcome).toBe('found');
    const nominal = (saturation?.factor ?? 0) * offered;
    // By chance 9 % more came than on average: on paper even what was too much was less than one thread can take.
    expect(sentShare).toBeGreaterThan(1.05);
    expect((beyond?.factor ?? 0) * offered).toBeLessThan(1000);
    expect(saturation?.rate).toBeLessThan(1000);
    expect(beyond?.rate).toBeGreaterThan(1000);
    expect(saturation?.rate).toBeCloseTo(nominal * sentShare, 9);
  });

  test('and is none where runs saw but a part of a trace: it says how long they must be', () => {
    // 400 in the first second of ten, 20 in each of the others.
    const times = Float64Array.from({ length: 580 }, (_, i) =>
      Math.round((i < 400 ? i / 400 : 1 + (i - 400) / 20) * SECOND),
    );
    const trace = { name: 'trace', options: { times, repeat: true, period: 10 * SECOND } };
    const answer = answers(under(trace), { budget: 3 });
    expect(answer).toMatchObject({ outcome: 'unsteady', saturation: null, recommended: null, runs: { curve: 0 } });
    expect(answer.bounds).toEqual({ stable: null, unstable: null });
    expect(answer.measureFor?.each).toBeGreaterThan(10 * SECOND);
  });

  test('a closed loop beside open ones is not counted among what they sent', () => {
    const spec = queue(200, 'constant');
    const [open] = spec.clients as [ClientGroupSpec];
    const think = { kind: 'constant', value: 5 * MILLISECOND } as const;
    const closed = { ...open, load: { kind: 'closed', clients: 2, outstanding: 1, think } } as const;
    const mixed = { ...spec, clients: [open, closed] };
    expect(sentIn(mixed, [simulate(mixed)], WARMUP)).toEqual(sentIn(spec, [simulate(spec)], WARMUP));
    expect(sentIn(spec, [simulate(spec)], WARMUP).expected).toBeCloseTo(600, 6);
  });

  test('is off by chance no more than single arrivals are', () => {
    expect(isAsMeant({ sent: 10_490, expected: 10_000 }, 0.01)).toBe(true);
    expect(isAsMeant({ sent: 10_510, expected: 10_000 }, 0.01)).toBe(false);
    expect(isAsMeant({ sent: 9490, expected: 10_000 }, 0.01)).toBe(false);
  });

  test('settles as slowly under bursts as counts of many samples spread', () => {
    const options = { rate: 100, burstRate: 1000, calm: 0.3 * SECOND, burst: 0.1 * SECOND };
    const [mean, length] = [325, 40];
    const shares = Array.from({ length: 150 }, (_, seed) => {
      const arrivals = arrivalsNamed('bursty').create(options, { seed, group: 0 });
      let count = 0;
      while (arrivals.next() < length * SECOND) count++;
      return count / (mean * length);
    });
    const variance = shares.reduce((sum, share) => sum + (share - 1) * (share - 1), 0) / shares.length;
    const { clients } = under({ name: 'bursty', options });
    const asked = Math.sqrt(variance - 1 / (mean * length));
    // The standard deviation of 150 samples is right to 6 %, and two of them are asked for.
    expect(Math.abs(timeToSettle(clients, 2 * asked) / (length * SECOND) - 1)).toBeLessThan(0.35);
    expect(settledWithin(clients, timeToSettle(clients, 0.05))).toBeCloseTo(0.05, 12);
    expect(timeToSettle(queue(100).clients, 0.01)).toBe(0);
  });
});

test('experiments side by side ask together, get each their own, and answer in their order', () => {
  function* rounds(name: string, count: number): Experiment<string> {
    let got = 0;
    for (let i = 0; i < count; i++) {
      const outcomes = yield Array.from({ length: i + 1 }, () => ({ label: name }) as RunSpec);
      got += outcomes.filter((one) => !one.ok && one.label === name).length;
    }
    return `${name} ${got}`;
  }
  const all = interleaved([rounds('a', 1), rounds('b', 3), rounds('c', 0)]);
  const asked: number[] = [];
  let step = all.next();
  while (!step.done) {
    asked.push(step.value.length);
    step = all.next(
      step.value.map(({ label }) => ({ ok: false, label, replication: 0, kind: 'crashed', reason: 'x' })),
    );
  }
  expect(asked).toEqual([2, 2, 3]);
  expect(step.value).toEqual(['a 1', 'b 6', 'c 0']);
});
