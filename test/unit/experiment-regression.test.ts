// Regression: changes are paired and judged by tolerance and chance; the stage and the cause named are those that were slowed in the model.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MeasureChange, type MeasurePair, measureChanges } from '../../src/experiment/measure-change.ts';
import { type ObservedPoint, observedPoint } from '../../src/experiment/observed-point.ts';
import { type RegressionAnswer, type RegressionPlan, regression } from '../../src/experiment/regression.ts';
import { replicate } from '../../src/experiment/replicate.ts';
import {
  DEFAULT_TOLERANCES,
  formatTolerance,
  JUDGED_MEASURES,
  measureNamed,
  parseTolerance,
} from '../../src/experiment/tolerance.ts';
import { readBaseline } from '../../src/results/read-baseline.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { openLoad, testSpec } from '../support/run-specs.ts';

/** Judged by itself. */
function measureChange(
  measure: MeasurePair['measure'],
  before: MeasurePair['before'],
  after: MeasurePair['after'],
  tolerance: MeasurePair['tolerance'],
): MeasureChange {
  return measureChanges([{ measure, before, after, tolerance }])[0] as MeasureChange;
}

describe('a tolerance', () => {
  test.each([
    ['finality_p99_ms', '5%', { share: 0.05 }],
    ['finality_p99_ms', '0%', { share: 0 }],
    ['longest_outage_ms', '50ms', { amount: 50 }],
    ['longest_outage_ms', '2s', { amount: 2000 }],
    ['availability', '0.1%', { share: 0.001 }],
  ] as const)('of %s reads %s', (measure, text, tolerance) => {
    expect(parseTolerance(measure, text)).toEqual({ ok: true, value: tolerance });
  });

  test.each([
    ['throughput_per_s', '5ms'],
    ['throughput_per_s', '-5%'],
    ['finality_p99_ms', '5'],
    ['finality_p99_ms', ''],
  ] as const)('of %s is not %s, and what is expected is said', (measure, text) => {
    expect(parseTolerance(measure, text)).toMatchObject({ ok: false, expected: expect.stringContaining("'5%'") });
  });

  test('is written as it was read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (thousandths) => {
        const text = `${thousandths / 1000}%`;
        const read = parseTolerance('finality_p50_ms', text);
        expect(read.ok && formatTolerance(read.value)).toBe(text);
      }),
    );
  });

  test('is named as in objectives or as in result files', () => {
    expect(measureNamed('finality_p99')).toBe('finality_p99_ms');
    expect(measureNamed('throughput_per_s')).toBe('throughput_per_s');
    expect(measureNamed('finality_p98')).toBe(null);
  });
});

describe('a measure', () => {
  const change = (
    before: readonly (number | null)[],
    after: readonly (number | null)[],
    measure = 'finality_p50_ms' as const,
  ) => measureChange(measure, before, after, { share: 0.03 });

  test('that is equal to the bit is the same, whatever the tolerance', () => {
    expect(measureChange('finality_p50_ms', [1, null, 3], [1, null, 3], { share: 0 }).state).toBe('same');
  });

  test.each([
    ['within its tolerance', [100, 101, 102], [102, 103, 104], 'within'],
    ['worse beyond it in every pair', [100, 110, 120], [104, 114.5, 124.2], 'regressed'],
    ['better beyond it in every pair', [100, 110, 120], [96, 105.5, 115.8], 'improved'],
    ['worse beyond it on average, but not told from chance', [100, 100, 100], [130, 95, 100], 'perhaps-regressed'],
    ['better beyond it on average, but not told from chance', [100, 100, 100], [70, 105, 100], 'unsure'],
    ['worse by the same in every pair, beyond rounding', [100, 100], [200, 200], 'regressed'],
    ['worse by the same in two pairs, as rounding leaves it', [100, 100], [104, 104], 'perhaps-regressed'],
    ['worse in its only replication', [100], [104], 'regressed'],
    ['measured in fewer replications', [100, 100, 100], [100, 100, null], 'regressed'],
    ['measured where it could not be', [null, null], [100, 100], 'improved'],
  ] as const)('that is %s', (_, before, after, state) => {
    expect(change(before, after).state).toBe(state);
  });

  test('of which more is better worsens by falling, and the load offered neither worsens nor improves', () => {
    const fallen = [100, 101, 102].map((value) => value * 0.9);
    expect(measureChange('throughput_per_s', [100, 101, 102], fallen, { share: 0.01 }).state).toBe('regressed');
    expect(measureChange('offered_per_s', [100, 101, 102], fallen, { share: 0.01 }).state).toBe('moved');
  });

  test('that was 0 may not worsen at all, unless the tolerance is an amount', () => {
    expect(measureChange('longest_outage_ms', [0, 0], [5, 5], { share: 0.5 }).state).toBe('regressed');
    expect(measureChange('longest_outage_ms', [0, 0], [5, 5], { amount: 10 }).state).toBe('within');
  });

  test('is judged with all the others: what one alone would tell is not told of the worst of many', () => {
    const pair = (after: readonly number[]): MeasurePair => ({
      measure: 'finality_mean_ms',
      before: [100, 100, 100, 100],
      after,
      tolerance: { share: 0.03 },
    });
    const worse = pair([104, 110, 106, 112]);
    const others = Array.from({ length: 12 }, () => pair([101, 99, 100.5, 99.5]));
    const [alone] = measureChanges([worse]);
    const [among] = measureChanges([worse, ...others]);
    expect(alone).toMatchObject({ state: 'regressed', pAdjusted: alone?.pValue });
    expect(among).toMatchObject({ state: 'perhaps-regressed', pValue: alone?.pValue });
    expect(among?.pAdjusted).toBeCloseTo(13 * (alone?.pValue as number), 12);
  });

  test('never regresses and improves at once: before and after changed about, the state turns round', () => {
    const turned = {
      regressed: 'improved',
      improved: 'regressed',
      'perhaps-regressed': 'unsure',
      unsure: 'perhaps-regressed',
    } as Readonly<Record<string, string>>;
    const values = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(values, values, (one, other) => {
        // An amount does not depend on which of the two is the base.
        const state = measureChange('finality_p50_ms', one, other, { amount: 3 }).state;
        expect(measureChange('finality_p50_ms', other, one, { amount: 3 }).state).toBe(turned[state] ?? state);
      }),
    );
  });
});

/** As many as tell these changes from chance among all the measures of a point. */
const REPLICATIONS = 4;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Three Raft nodes of four cores under a steady load, with costs everywhere, so that each can be made greater by itself. */
const raft = testSpec('raft', 3, {
  horizon: 3 * SECOND,
  boundaries: [1 * SECOND],
  machine: {
    cores: 4,
    handling: 20 * MICROSECOND,
    requestHandling: 20 * MICROSECOND,
    execution: 20 * MICROSECOND,
    crypto: { profile: 'x', scheme: 'x', sign: 30_000, verify: 80_000, mac: 1000, hashPerByte: 2.25 },
    disk: { fsync: { kind: 'constant', value: 200 * MICROSECOND }, bitsPerSecond: UNLIMITED },
  },
  clients: [{ place: { site: 0 }, load: openLoad(400), submit: null, replyQuorum: null, retryAfter: null }],
});
const pbft: RunSpec = {
  ...raft,
  protocol: testSpec('pbft', 4).protocol,
  nodes: 4,
  network: testSpec('pbft', 4).network,
};

function planOf(spec: RunSpec, baseline: readonly ObservedPoint[], exact: boolean): RegressionPlan {
  return {
    points: [{ warmup: 1 * SECOND, objectives: [] }],
    replications: REPLICATIONS,
    specFor: (_, replication) => ({ ...spec, seed: spec.seed + replication, replication }),
    baseline,
    exact,
    tolerances: DEFAULT_TOLERANCES,
  };
}

function baselineOf(spec: RunSpec): readonly ObservedPoint[] {
  const experiment = replicate(planOf(spec, [], true));
  const asked = experiment.next().value as readonly RunSpec[];
  const answers = experiment.next(asked.map((one) => ({ ok: true, result: simulate(one) }))).value;
  return (answers as Parameters<typeof observedPoint>[1][]).map((answer) => observedPoint(spec.label, answer));
}

const kept = new Map<RunSpec, readonly ObservedPoint[]>();

function compare(base: RunSpec, now: RunSpec, exact = false): RegressionAnswer {
  const baseline = kept.get(base) ?? baselineOf(base);
  kept.set(base, baseline);
  const experiment = regression(planOf(now, baseline, exact));
  let step = experiment.next();
  while (!step.done) step = experiment.next(step.value.map((one) => ({ ok: true, result: simulate(one) })));
  return step.value;
}

describe('the experiment', () => {
  test('finds an unchanged model identical, and asks for no run twice', () => {
    const { points, repeats } = compare(raft, raft, true);
    expect(repeats).toBe(null);
    expect(points[0]?.sameDigests).toBe(REPLICATIONS);
    expect(points[0]?.changes.every(({ state }) => state === 'same')).toBe(true);
    expect(points[0]?.changes).toHaveLength(14);
    expect(points[0]?.likely).toBe(null);
  });

  test('asks once more for the first run that differs under the same model version, and tells whether it repeats itself', () => {
    const baseline = baselineOf(raft);
    const slower = { ...raft, machine: { ...raft.machine, handling: 21 * MICROSECOND } };
    for (const seedOfSecond of [0, 1]) {
      const experiment = regression(planOf(slower, baseline, true));
      const asked = experiment.next().value as readonly RunSpec[];
      const again = experiment.next(asked.map((one) => ({ ok: true, result: simulate(one) })))
        .value as readonly RunSpec[];
      expect(again).toEqual([asked[0]]);
      const second = again.map((one) => simulate({ ...one, seed: one.seed + seedOfSecond }));
      const { repeats } = experiment.next(second.map((result) => ({ ok: true, result }))).value as RegressionAnswer;
      expect(repeats).toBe(seedOfSecond === 0);
    }
  });

  test('compares only measures that the baseline holds, and names the others', () => {
    const [whole] = baselineOf(raft) as [ObservedPoint];
    const { availability: _, ...older } = whole.measures;
    kept.set(raft, [whole]);
    const experiment = regression(planOf(raft, [{ ...whole, measures: older }], true));
    const asked = experiment.next().value as readonly RunSpec[];
    const done = experiment.next(asked.map((one) => ({ ok: true, result: simulate(one) })));
    const { points } = done.value as RegressionAnswer;
    expect(points[0]?.notCompared).toEqual(['availability']);
    expect(points[0]?.changes).toHaveLength(13);
  });
});

test('the committed baseline holds every measure that is judged, so that none is left uncompared', () => {
  const text = readFileSync(new URL('../../reports/baselines/main.json', import.meta.url), 'utf8');
  const { scenarios } = readBaseline(text);
  for (const { points } of scenarios)
    for (const { measures } of points) expect(Object.keys(measures)).toEqual([...JUDGED_MEASURES]);
});

describe('the likely cause', () => {
  const machine = (changes: Partial<RunSpec['machine']>) => (spec: RunSpec) => ({
    ...spec,
    machine: { ...spec.machine, ...changes },
  });
  const network = (changes: Partial<RunSpec['network']>) => (spec: RunSpec) => ({
    ...spec,
    network: { ...spec.network, ...changes },
  });

  test.each([
    [
      'handling that takes ten times as long',
      raft,
      machine({ handling: 200 * MICROSECOND }),
      { cause: 'queueing', resource: 'thread' },
    ],
    [
      'an execution that takes a hundred times as long',
      raft,
      machine({ execution: 2 * MILLISECOND }),
      { cause: 'execution', resource: 'thread', stage: 'executed' },
    ],
    [
      'an fsync that takes twenty times as long',
      raft,
      machine({ disk: { fsync: { kind: 'constant', value: 4 * MILLISECOND }, bitsPerSecond: UNLIMITED } }),
      { cause: 'disk', resource: 'disk', stage: 'committed' },
    ],
    [
      'more jitter',
      raft,
      network({ jitter: { kind: 'exponential', mean: 5 * MILLISECOND } }),
      { cause: 'network', resource: null },
    ],
    [
      'links twice as long',
      raft,
      network({ oneWay: raft.network.oneWay.map((ns) => 2 * ns + 5 * MILLISECOND) }),
      { cause: 'network', resource: null },
    ],
    [
      'cards with a hundredth of the bandwidth',
      raft,
      network({ egress: { bitsPerSecond: 10e6, discipline: 'fair' } }),
      { cause: 'network', resource: 'egress' },
    ],
    [
      'signatures that take ten times as long to verify',
      pbft,
      machine({ crypto: { ...raft.machine.crypto, verify: 800_000 } }),
      { cause: 'crypto', resource: 'cores' },
    ],
    ['blocks that wait to be cut', pbft, withBatchTimeout, { cause: 'batch', resource: null, stage: 'proposed' }],
  ] as const)('of %s is found, and undone it is an improvement of the same cause', (_, base, change, expected) => {
    const slowed = change(base);
    const worse = compare(base, slowed).points[0];
    expect(worse?.changes.find(({ measure }) => measure === 'finality_mean_ms')?.state).toBe('regressed');
    expect(worse?.likely).toMatchObject(expected);
    const better = compare(slowed, base).points[0];
    expect(better?.changes.find(({ measure }) => measure === 'finality_mean_ms')?.state).toBe('improved');
    expect(better?.likely?.cause).toBe(expected.cause);
  });

  function withBatchTimeout(spec: RunSpec): RunSpec {
    const options = {
      ...(spec.protocol.options as object),
      batch: { maxTransactions: 400, maxBytes: 1 << 20, timeout: 20 * MILLISECOND },
    };
    return { ...spec, protocol: { ...spec.protocol, options } };
  }

  test('is of no resource that does the same for fewer transactions: half the load is no change of what a transaction asks', () => {
    const half = { ...raft, clients: [{ ...raft.clients[0], load: openLoad(200) } as RunSpec['clients'][number]] };
    const { work } = compare(raft, half).points[0] as RegressionAnswer['points'][number];
    const thread = work.find(({ what }) => what === 'thread');
    expect((thread?.busy?.after as number) / (thread?.busy?.before as number)).toBeLessThan(0.65);
    expect((thread?.after as number) / (thread?.before as number)).toBeCloseTo(1, 1);
  });
});
