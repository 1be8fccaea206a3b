// Tuning: what is counted as spurious, the search against a stand-in whose rate is known for every timeout, and a small real run.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../src/experiment/estimate.ts';
import type { Experiment, RunOutcome } from '../../src/experiment/experiment.ts';
import { abreast } from '../../src/experiment/tune/abreast.ts';
import { type BatchSetting, choose, tuneBatch } from '../../src/experiment/tune/batch-timeout.ts';
import { quickest, type Recovery, recoveryOf as recoveryWithin } from '../../src/experiment/tune/crash-recovery.ts';
import { firstThatHolds, geometricGrid, rounded, STEP } from '../../src/experiment/tune/grid.ts';
import { batchOf, type Knobs, knobsOf, withTimeouts } from '../../src/experiment/tune/knobs.ts';
import { RUNS, shownBy, timeFor } from '../../src/experiment/tune/spurious.ts';
import { MARKS_KEPT, suspicionsOf } from '../../src/experiment/tune/suspicions.ts';
import { type PointTuning, type TunePlan, tune } from '../../src/experiment/tune/tune.ts';
import { unwiseIn } from '../../src/experiment/tune/unwise.ts';
import { draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import type { RaftOptions } from '../../src/protocols/raft/options.ts';
import type { RunResult, TimelineEvent } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec, faultOutcome } from '../support/fake-run.ts';
import { clientsAt, openLoad, protocolNames, testSpec } from '../support/run-specs.ts';

const HOUR = 3600 * SECOND;
const raft = knobsOf({ protocol: { name: 'raft', options: {} } }) as Knobs;
const pbft = knobsOf({ protocol: { name: 'pbft', options: {} } }) as Knobs;
const made = fakeRun(fakeSpec());

function mark(at: number, text: string): TimelineEvent {
  return { at, node: 0, kind: 'mark', text };
}

function runWith(events: readonly TimelineEvent[], endedAt = HOUR): RunResult {
  return { ...made, endedAt, timeline: { ...made.timeline, events } };
}

describe('what is counted as spurious', () => {
  test('the election that made the first leader is not, and time counts from that leader on', () => {
    const run = runWith([mark(1, 'election 1'), mark(2, 'election 2'), mark(5, 'leader 2')]);
    expect(suspicionsOf(run, raft)).toEqual({ events: 0, exposure: HOUR - 5 });
  });

  test('split votes until the next leader are one election', () => {
    const run = runWith([
      mark(0, 'leader 1'),
      mark(10, 'election 2'),
      mark(20, 'election 3'),
      mark(21, 'election 3'),
      mark(30, 'leader 3'),
      mark(40, 'election 4'),
    ]);
    expect(suspicionsOf(run, raft).events).toBe(2);
  });

  test('a replica that asks for a view that others have entered already is not another view change', () => {
    const run = runWith([
      mark(0, 'leader 0'),
      mark(10, 'view-change 1'),
      mark(11, 'view-change 1'),
      mark(12, 'leader 1'),
      mark(13, 'view-change 1'),
    ]);
    expect(suspicionsOf(run, pbft).events).toBe(1);
  });

  test('one replica that gives up its primary counts even if nobody follows', () => {
    expect(suspicionsOf(runWith([mark(0, 'leader 0'), mark(10, 'view-change 1')]), pbft).events).toBe(1);
  });

  test('other marks, and faults, do not', () => {
    const run = runWith([mark(0, 'leader 1'), mark(1, 'pre-vote 2'), mark(2, 'lease-refusal 2')]);
    expect(suspicionsOf(run, raft).events).toBe(0);
  });

  test('a run that never had a leader is no quiet run', () => {
    expect(suspicionsOf(runWith([mark(1, 'election 1')]), raft)).toEqual({ events: 1, exposure: HOUR });
  });

  test('where marks are no longer kept, time no longer counts', () => {
    const events = Array.from({ length: MARKS_KEPT }, (_, i) => [
      mark(10 * i, `election ${i + 2}`),
      mark(10 * i + 5, `leader ${i + 2}`),
    ]).flat();
    const { events: counted, exposure } = suspicionsOf(runWith([mark(0, 'leader 1'), ...events.slice(0, -1)]), raft);
    // Of leaders one more: the last mark of the 300 elections, or of the 300 leaders, whichever comes first.
    expect(exposure).toBeLessThanOrEqual(10 * MARKS_KEPT);
    expect(exposure / counted).toBeCloseTo(10, 0);
  });
});

describe('what events in so many hours show', () => {
  /** A level of one an hour: in as many hours so many events are borne. */
  test.each([
    [0, 3, 'under'],
    [0, 2.9, 'neither'],
    [1, 3, 'neither'],
    [2, 0.375, 'neither'],
    [3, 0.375, 'over'],
    [6, 3, 'neither'],
    [7, 3, 'over'],
  ] as const)('%i in %d hours: %s', (events, borne, shown) => {
    expect(shownBy(events, borne)).toBe(shown);
  });

  test('is "over" for a rate at the level in fewer than 5 of 100 cases, although a first look may end the runs', () => {
    const chance = (events: number, mean: number): number =>
      Array.from({ length: events }, (_, i) => mean / (i + 1)).reduce(
        (product, factor) => product * factor,
        Math.exp(-mean),
      );
    const borne = 3;
    const first = (borne * 2) / RUNS;
    const counts = Array.from({ length: 60 }, (_, events) => events);
    const over = (from: number, of: number) =>
      counts.filter((events) => events >= from && shownBy(events, of) === 'over');
    const atFirst = over(1, first).reduce((sum, events) => sum + chance(events, first), 0);
    const atLast = over(1, borne).reduce((sum, events) => sum + chance(events, borne - first), 0);
    expect(atFirst + chance(0, first) * atLast).toBeCloseTo(0.02, 2);
  });
});

describe('the search', () => {
  test('bisection finds what trying one after the other finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (count, first) => {
        const search = firstThatHolds(count, function* (index) {
          yield index;
          return index >= first;
        });
        let asked = 0;
        let step = search.next();
        for (; !step.done; step = search.next()) asked++;
        expect(step.value).toBe(Math.min(first, count));
        expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(count + 1)));
      }),
    );
  });

  test('a grid has round values from its low end to at least its high end, a step apart', () => {
    const grid = geometricGrid(51 * MILLISECOND, 2 * SECOND);
    expect(grid[0]).toBe(51 * MILLISECOND);
    expect(grid.at(-1)).toBeGreaterThanOrEqual(2 * SECOND);
    for (const [i, value] of grid.entries()) {
      expect(rounded(value)).toBe(value);
      if (i > 0) expect(value / (grid[i - 1] as number)).toBeCloseTo(STEP, 0);
    }
  });

  test('experiments abreast get their own outcomes, however many each asks for', () => {
    const one = (rounds: readonly number[]): Experiment<readonly string[]> =>
      (function* () {
        const heard: string[] = [];
        for (const [round, count] of rounds.entries()) {
          const specs = Array.from({ length: count }, (_, i) => fakeSpec({ label: `${rounds.length}.${round}.${i}` }));
          for (const outcome of yield specs) heard.push(outcome.ok ? outcome.result.label : '');
        }
        return heard;
      })();
    const answers = answerOf(abreast([one([1, 3]), one([2]), one([0, 1, 2])]), (spec) => ({
      ...made,
      label: spec.label,
    }));
    expect(answers).toEqual([
      ['2.0.0', '2.1.0', '2.1.1', '2.1.2'],
      ['1.0.0', '1.0.1'],
      ['3.1.0', '3.2.0', '3.2.1'],
    ]);
  });
});

function answerOf<Answer>(experiment: Experiment<Answer>, run: (spec: RunSpec) => RunResult): Answer {
  let step = experiment.next();
  while (!step.done) step = experiment.next(step.value.map((spec): RunOutcome => ({ ok: true, result: run(spec) })));
  return step.value;
}

/** Spurious elections by chance at a rate (per hour) that the base timeout decides; crashes are recovered from after twice the timeout. */
function standIn(knobs: Knobs, perHour: (base: number) => number) {
  return (spec: RunSpec): RunResult => {
    const { base } = knobs.read(spec.protocol.options);
    const events: TimelineEvent[] = [mark(0, 'leader 1')];
    const own = stream(spec.seed, Purpose.timer, base % 1_000_003);
    const rate = perHour(base) / HOUR;
    let at = 0;
    for (let i = 0; rate > 0 && spec.faults.length === 0 && i < MARKS_KEPT - 1; i++) {
      at += -Math.log(1 - unit(draw(own, i))) / rate;
      if (at > spec.horizon) break;
      events.push(mark(at, `${knobs.suspicion} ${i + 2}`), mark(at + 1, `leader ${i + 2}`));
    }
    const crash = spec.faults[0]?.at ?? 0;
    if (spec.faults.length > 0) events.push(mark(crash + base, 'leader 2'));
    const faults = spec.faults.map(() => faultOutcome({ at: crash, leaderAt: crash + base, recovery: 2 * base }));
    const { label, seed, replication, horizon: endedAt } = spec;
    return { ...made, label, seed, replication, endedAt, faults, timeline: { ...made.timeline, events } };
  };
}

function planFor(name: 'raft' | 'pbft', changes: Partial<TunePlan> = {}): TunePlan {
  const spec = testSpec(name, 4, { horizon: 10 * SECOND });
  const knobs = name === 'raft' ? raft : pbft;
  return {
    label: name,
    knobs,
    question: { warmup: 1 * SECOND, objectives: [] },
    level: 1 / 3600,
    replications: 2,
    crashes: 5,
    roundTrips: { longest: 8 * MILLISECOND, median: 5 * MILLISECOND },
    specFor: (replication) => ({ ...spec, seed: 100 + replication, replication }),
    ...changes,
  };
}

describe('the least timeout', () => {
  test.each([20, 37, 100, 250])('is the first of the grid above %i ms where shorter ones never serve', (limit) => {
    const [answer] = answerOf(
      tune([planFor('raft')]),
      standIn(raft, (base) => (base < limit * MILLISECOND ? 500 : 0)),
    );
    const { chosen, range, tried } = answer as PointTuning;
    const grid = geometricGrid(range?.low as number, range?.high as number);
    expect(chosen?.timeouts.base).toBe(grid.find((base) => base >= limit * MILLISECOND));
    expect(chosen?.timeouts.heartbeat).toBe((chosen?.timeouts.base as number) / 10);
    expect(chosen?.spurious).toMatchObject({ events: 0, shown: 'under' });
    expect(chosen?.spurious.upperPerHour).toBeLessThan(1);
    // Rejected ones are known after the first runs.
    for (const { spurious } of tried.filter(({ spurious: { shown } }) => shown !== 'under'))
      expect(spurious.seconds).toBeLessThan(((2.5 / RUNS) * timeFor(1 / 3600)) / SECOND);
    expect(chosen?.recovery.meanMs?.mean).toBeCloseTo((2 * (chosen?.timeouts.base as number)) / MILLISECOND, 9);
    expect(answer?.rarest?.timeouts.heartbeat).toBe(rounded((chosen?.timeouts.base as number) / 2.5));
  });

  test('has a rate under the level where the rate falls smoothly', () => {
    const perHour = (base: number) => 2000 * Math.exp(-base / (10 * MILLISECOND));
    const plans = Array.from({ length: 20 }, (_, i): TunePlan => {
      const plan = planFor('raft');
      return { ...plan, specFor: (replication) => ({ ...plan.specFor(replication), seed: 1000 * i + replication }) };
    });
    const rates = answerOf(tune(plans), standIn(raft, perHour)).map(({ chosen }) =>
      perHour(chosen?.timeouts.base as number),
    );
    // Wrong at most once in twenty by the limit's own promise; mostly far below, but not needlessly.
    expect(rates.filter((rate) => rate >= 1).length).toBeLessThanOrEqual(2);
    expect(rates.filter((rate) => rate > 0.001).length).toBeGreaterThanOrEqual(18);
  });

  test('of PBFT begins at the median finality, and sets both timeouts', () => {
    const [answer] = answerOf(
      tune([planFor('pbft')]),
      standIn(pbft, () => 0),
    );
    const { chosen, range, batch } = answer as PointTuning;
    expect(chosen?.timeouts).toEqual({ base: range?.low, heartbeat: null });
    expect((range?.low as number) / MILLISECOND).toBeCloseTo(batch?.present.p50Ms?.mean as number, -1);
    const options = chosen?.options as PbftOptions;
    expect(options.viewChangeTimeout).toBe(options.requestTimeout);
    expect(answer?.rarest).toBe(null);
  });

  test('is passed over for a longer one that is sooner back', () => {
    const borne = standIn(raft, (base) => (base < 30 * MILLISECOND ? 500 : 0));
    const slow = (spec: RunSpec): RunResult => {
      const { base } = raft.read(spec.protocol.options);
      const run = borne(spec);
      if (base > 60 * MILLISECOND) return run;
      return { ...run, faults: run.faults.map((fault) => ({ ...fault, recovery: SECOND + (spec.seed % 7) })) };
    };
    const [answer] = answerOf(tune([planFor('raft')]), slow);
    const { least, chosen } = answer as PointTuning;
    expect(least?.timeouts.base).toBeLessThan(40 * MILLISECOND);
    expect(chosen?.timeouts.base).toBeGreaterThan(60 * MILLISECOND);
    expect(chosen?.timeouts.base).toBeLessThan(80 * MILLISECOND);
    expect(chosen?.spurious.shown).toBe('under');
  });

  test('is none where none in the range serves, and the present setting is judged all the same', () => {
    const [answer] = answerOf(
      tune([planFor('raft')]),
      standIn(raft, () => 100),
    );
    expect(answer?.chosen).toBe(null);
    expect(answer?.present?.spurious.shown).not.toBe('under');
    expect(answer?.present?.spurious.events).toBeGreaterThan(0);
  });

  test('is not sought on when a run fails, which is named', () => {
    const experiment = tune([planFor('raft')]);
    let step = experiment.next();
    for (let rounds = 0; !step.done && rounds < 10; rounds++)
      step = experiment.next(
        step.value.map(
          ({ label, replication }): RunOutcome =>
            rounds < 2
              ? { ok: true, result: { ...made, label, replication } }
              : { ok: false, label, replication, kind: 'crashed', reason: 'out of memory' },
        ),
      );
    expect(step.done).toBe(true);
    const [answer] = step.value as readonly PointTuning[];
    expect(answer?.chosen).toBe(null);
    expect(answer?.failed[0]?.reason).toBe('out of memory');
  });
});

describe('timeouts', () => {
  test('are set, and nothing else is; ranges stay as wide, in proportion', () => {
    const spec = testSpec('raft', 3);
    const before = spec.protocol.options as RaftOptions;
    const after = withTimeouts(spec, raft, { base: 400 * MILLISECOND, heartbeat: 40 * MILLISECOND }).protocol.options;
    expect(after).toEqual({
      ...before,
      electionTimeout: { min: 400 * MILLISECOND, max: 800 * MILLISECOND },
      heartbeat: 40 * MILLISECOND,
    });
  });

  test('in ticks stay whole numbers of them: a tick is a heartbeat', () => {
    const spec = testSpec('raft', 3);
    const etcd = {
      ...(spec.protocol.options as RaftOptions),
      electionTimeout: { min: 1e9, max: 1.9e9 },
      heartbeat: 1e8,
      tick: 1e8,
    };
    const options = raft.set(etcd, { base: 450 * MILLISECOND, heartbeat: 45 * MILLISECOND }) as RaftOptions;
    expect(options.tick).toBe(45 * MILLISECOND);
    expect(options.electionTimeout).toEqual({ min: 450 * MILLISECOND, max: 19 * 45 * MILLISECOND });
  });

  test('are known of raft and pbft, of no protocol of the user, and of nothing else', () => {
    const known = protocolNames.filter((name) => knobsOf({ protocol: { name, options: {} } }) !== null);
    expect(known.sort()).toEqual(['pbft', 'raft']);
    expect(knobsOf({ protocol: { name: 'raft', options: {}, module: { path: '/x.js', sha256: '' } } })).toBe(null);
  });

  test('that are unwise are called so, with the rule', () => {
    const trips = { longest: 100 * MILLISECOND, median: 40 * MILLISECOND };
    const of = (base: number, heartbeat: number | null) =>
      unwiseIn(
        heartbeat === null ? pbft : raft,
        { base: base * MILLISECOND, heartbeat: heartbeat === null ? null : heartbeat * MILLISECOND },
        trips,
      ).join(' | ');
    expect(of(30, null)).toContain('under the median round trip');
    expect(of(60, null)).toContain('under the longest round trip');
    expect(of(200, null)).toBe('');
    expect(of(200, 20)).toContain('ten longest round trips (1s)');
    expect(of(1200, 300)).toContain('five heartbeats');
    expect(of(60_000, 100)).toContain('50s');
    expect(of(1000, 100)).toBe('');
  });
});

describe('recovery', () => {
  const AT = 10 * SECOND;
  const recoveryOf = (runs: readonly RunResult[]) => recoveryWithin(runs, 200 * MILLISECOND);
  /** In ms behind the crash: when the next leader came, and when service was back from the outage. */
  const struck = (
    leader: number | null,
    back: number | null,
    later: readonly (readonly [number, number])[] = [],
  ): RunResult => ({
    ...made,
    endedAt: 2 * AT,
    faults: [
      faultOutcome({
        at: AT,
        later: later.map(([from, to]) => ({ from: AT + from * MILLISECOND, to: AT + to * MILLISECOND })),
        leaderAt: leader === null ? null : AT + leader * MILLISECOND,
        recovery: back === null ? null : back * MILLISECOND,
      }),
    ],
  });

  test('ends with the outage of the crash, or with the next leader where that came behind it', () => {
    expect(recoveryOf([struck(1000, 1200)]).meanMs?.mean).toBe(1200);
    expect(recoveryOf([struck(1000, 300)]).meanMs?.mean).toBe(1000);
    expect(recoveryOf([struck(100, 0)]).meanMs?.mean).toBe(100);
  });

  test('goes on through an outage that begins before the next leader has served for as long as patience lasts', () => {
    const back = (...later: readonly (readonly [number, number])[]) => recoveryOf([struck(250, 600, later)]).worstMs;
    expect(back([700, 2700])).toBe(2700);
    expect(back([700, 2700], [2750, 3000])).toBe(3000);
    expect(back([700, 790])).toBe(600);
    expect(back([801, 2700])).toBe(600);
    expect(back([700, 900], [1500, 3000])).toBe(900);
    expect(back([700, 10_000])).toBeNull();
  });

  test('names the median, the worst, and what did not recover', () => {
    const runs = [struck(900, 1000), struck(900, 2000), struck(900, 6000), struck(null, 0), struck(5, null)];
    expect(recoveryOf(runs)).toMatchObject({ p50Ms: 2000, worstMs: 6000, notRecovered: 2, runs: 5 });
  });

  test('is of the runs in which the crash fell', () => {
    expect(recoveryOf([struck(5, 9), { ...made, faults: [faultOutcome({ at: null })] }]).runs).toBe(1);
  });
});

describe('the setting to take', () => {
  const of = (...perRunMs: readonly (number | null)[]): Recovery => ({
    meanMs: null,
    p50Ms: null,
    worstMs: null,
    notRecovered: perRunMs.filter((ms) => ms === null).length,
    runs: perRunMs.length,
    perRunMs,
  });

  test('is the least one, unless another is sooner beyond chance', () => {
    expect(quickest([of(100, 110, 120), of(90, 130, 115), of(200, 210, 220)])).toBe(0);
    expect(quickest([of(900, 1000, 1100), of(500, 590, 710), of(100, 190, 310)])).toBe(2);
    expect(quickest([of(900)])).toBe(0);
    expect(quickest([of(900), of(100)])).toBe(0);
  });

  test('is told from all that were compared: what one pair alone would tell, ten settings do not', () => {
    const least = of(...[0, 1, 2, 3, 4, 5].map((i) => 1000 + 40 * i));
    const sooner = of(...[0, 1, 2, 3, 4, 5].map((i) => 940 + 40 * i + (i % 2 === 0 ? 45 : -45)));
    const alike = Array.from({ length: 8 }, (_, k) =>
      of(...[0, 1, 2, 3, 4, 5].map((i) => 1000 + 40 * i + (90 + k) * (i % 2 === 0 ? 1 : -1))),
    );
    expect(quickest([least, sooner])).toBe(1);
    expect(quickest([least, sooner, ...alike])).toBe(0);
  });

  test('is rather one that always recovers', () => {
    expect(quickest([of(100, null, 120), of(400, 410, 420)])).toBe(1);
    expect(quickest([of(100, 110, 120), of(4, null, 5)])).toBe(0);
  });
});

describe('the batch timeout', () => {
  const setting = (
    ms: number,
    p50: readonly number[],
    condition: BatchSetting['condition'] = 'keeps up',
  ): BatchSetting => ({
    timeout: ms * MILLISECOND,
    condition,
    untold: null,
    p50Ms: estimateOf(p50),
    p50PerRunMs: p50,
    p99Ms: null,
    transactionsPerBatch: null,
    messagesPerTransaction: null,
    bytesPerTransaction: null,
  });
  test('stays as it is, and no other is tried, where runs hold no transaction', () => {
    const spec = testSpec('raft', 3, { horizon: 2 * SECOND, clients: [clientsAt({ site: 0 }, openLoad(1e-6))] });
    const experiment = tuneBatch(
      {
        question: { warmup: 0, objectives: [] },
        replications: 2,
        specFor: (replication) => ({ ...spec, seed: 1 + replication, replication }),
        under: SECOND,
      },
      (outcomes) => outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : [])),
    );
    const asked: RunSpec[] = [];
    let step = experiment.next();
    while (!step.done) {
      asked.push(...step.value);
      step = experiment.next(step.value.map((one) => ({ ok: true, result: simulate(one) })));
    }
    expect(asked).toHaveLength(2);
    expect(step.value).toMatchObject({ best: null, settings: [step.value?.present], chosen: step.value?.present });
    expect(step.value?.untold?.why).toMatch(/^too few transactions: none is final in the 2s measured of any run/);
  });

  /** The same four seeds: what they share cancels in pairs. */
  const about = (p50: number, spread = 0) =>
    [-5, 0, 3, 9].map((shared, i) => p50 + shared + spread * (i % 2 === 0 ? 1 : -1));

  test('with the least median finality is taken, among those that keep up, where that is told pair by pair', () => {
    const all = [
      setting(0, about(5), 'overloaded'),
      setting(1, about(40)),
      setting(2, about(30)),
      setting(4, about(30.5)),
    ];
    const [, present, best, close] = all as [BatchSetting, BatchSetting, BatchSetting, BatchSetting];
    const found = choose(present, all);
    expect(found).toMatchObject({ best, near: [best, close], chosen: best });
    // The intervals of the two means overlap: only in pairs is the difference told.
    expect(best.p50Ms?.high).toBeGreaterThan(present.p50Ms?.low as number);
    expect(found.comparisons.map(({ setting: one }) => one)).toEqual([best, close]);
    expect(found.comparisons[0]?.paired.difference.mean).toBeCloseTo(-10, 9);
    expect(found.comparisons[0]?.pAdjusted).toBeLessThan(0.05);
  });

  test('stays as it is where no other is told to be lower: by chance, from one run, or by less than 2 %', () => {
    const stays = (present: readonly number[], other: readonly number[]) => {
      const [now, lower] = [setting(1, present), setting(2, other)];
      const found = choose(now, [now, lower]);
      expect(found.best).toBe(lower);
      return found.chosen === now;
    };
    expect(stays(about(40), about(30, 12))).toBe(true);
    expect(stays([40], [30])).toBe(true);
    expect(stays(about(30.5), about(30))).toBe(true);
    expect(stays(about(40), about(30))).toBe(false);
  });

  test('is compared as often as others were tried: what one alone would tell, nine do not', () => {
    const present = setting(100, about(40));
    const one = setting(1, about(36, 2));
    const many = Array.from({ length: 8 }, (_, i) => setting(2 + i, about(40, 6 + i)));
    expect(choose(present, [one, present]).chosen).toBe(one);
    expect(choose(present, [one, ...many, present]).chosen).toBe(present);
  });

  test('is another wherever the present one does not keep up, and stays where none does', () => {
    const [slow, able] = [setting(0, about(5), 'overloaded'), setting(1, about(40))];
    expect(choose(slow, [slow, able])).toMatchObject({ best: able, comparisons: [], chosen: able });
    expect(choose(slow, [slow])).toEqual({ best: null, near: [], comparisons: [], chosen: slow });
  });

  test('within 2 % of the best means all between the ends', () => {
    const all = [
      [0, 30],
      [1, 40],
      [2, 30.2],
      [3, 30],
      [4, 30.1],
      [5, 50],
    ].map(([ms = 0, p50 = 0]) => setting(ms, about(p50)));
    const found = choose(all[5] as BatchSetting, all);
    expect(found.near.map(({ timeout }) => timeout / MILLISECOND)).toEqual([0]);
    expect(choose(all[5] as BatchSetting, all.slice(1)).near.map(({ timeout }) => timeout / MILLISECOND)).toEqual([
      2, 3, 4,
    ]);
  });
});

test('a small real run: elections begin where heartbeats may be late, and the least timeout buys a quicker recovery', () => {
  const spec = testSpec('raft', 3, {
    horizon: 3 * SECOND,
    clients: [clientsAt({ site: 0 }, openLoad(20))],
    network: {
      oneWay: Float64Array.from([1, 10, 15, 10, 1, 20, 15, 20, 1], (ms) => ms * MILLISECOND),
      jitter: { kind: 'lognormal', mean: 10 * MILLISECOND, p99: 75 * MILLISECOND },
    },
  });
  const slow = withTimeouts(spec, raft, { base: 1500 * MILLISECOND, heartbeat: 150 * MILLISECOND });
  const [answer] = answerOf(
    tune([
      planFor('raft', {
        level: 6 / 60,
        crashes: 2,
        roundTrips: { longest: 40 * MILLISECOND, median: 30 * MILLISECOND },
        replications: 1,
        question: { warmup: 500 * MILLISECOND, objectives: [] },
        specFor: (replication) => ({ ...slow, seed: 7 + replication, replication }),
      }),
    ]),
    simulate,
  );
  const { chosen, present, tried, failed } = answer as PointTuning;
  expect(failed).toEqual([]);
  expect(present?.spurious.shown).toBe('under');
  expect(tried[0]?.spurious.shown).not.toBe('under');
  expect(chosen?.timeouts.base).toBeLessThan(750 * MILLISECOND);
  expect(chosen?.timeouts.base).toBeGreaterThanOrEqual(answer?.least?.timeouts.base as number);
  expect(chosen?.recovery.meanMs?.mean).toBeLessThan(present?.recovery.meanMs?.mean as number);
  expect(chosen?.batchTimeout).toBe(batchOf({ protocol: { name: 'raft', options: chosen?.options } }).timeout);
}, 20_000);
