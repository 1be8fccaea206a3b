// Sensitivity: each input is scaled alone and nothing else is; effects are paired; what would narrow the answer most comes first.
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import { narrowingOf } from '../../src/experiment/narrowing.ts';
import type { InputEffect, PointSensitivity, Variant } from '../../src/experiment/sensitivity.ts';
import { type SensitivityPlan, sensitivity } from '../../src/experiment/sensitivity.ts';
import { INPUT_NAMES, type InputName, uncertainInputs } from '../../src/experiment/uncertain-inputs.ts';
import { createSampler } from '../../src/kernel/distributions.ts';
import { scaledDistribution } from '../../src/kernel/scaled-distribution.ts';
import type { RunResult, SegmentResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';
import { testSpec } from '../support/run-specs.ts';

const spec = testSpec('pbft', 4, {
  machine: {
    crypto: { profile: 'x', scheme: 'x', sign: 30_000, verify: 80_000, mac: 1000, hashPerByte: 2.25 },
    disk: { fsync: { kind: 'lognormal', median: 140_000, sigma: 0.25 }, bitsPerSecond: 1e10 },
  },
});

/** Where two specifications differ, as dotted paths. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path];
  return Object.keys(a).flatMap((key) => differences(a[key as never], b[key as never], `${path}.${key}`));
}

function runAll(plan: SensitivityPlan): readonly PointSensitivity[] {
  const experiment = sensitivity(plan);
  const asked = experiment.next().value as readonly RunSpec[];
  const outcomes: RunOutcome[] = asked.map((one) => ({ ok: true, result: simulate(one) }));
  return experiment.next(outcomes).value as readonly PointSensitivity[];
}

function planOf(base: RunSpec, changes: Partial<SensitivityPlan> = {}): SensitivityPlan {
  return {
    points: [{ warmup: 0, objectives: [] }],
    replications: 2,
    measure: 'finality_mean_ms',
    ranges: Object.fromEntries(
      INPUT_NAMES.map((name) => [name, uncertainInputs[name].range]),
    ) as SensitivityPlan['ranges'],
    specFor: (_, replication) => ({ ...base, seed: base.seed + replication, replication }),
    ...changes,
  };
}

test('variants are measured over one stretch of time: behind the latest warm-up among them', () => {
  const base = fakeSpec({ boundaries: Array.from({ length: 39 }, (_, i) => ((i + 1) * SECOND) / 4) });
  const far = (one: RunSpec): boolean => (one.network.oneWay[1] as number) > (base.network.oneWay[1] as number);
  // Longer links take 2.5 s to settle. The others are steady from the start, but by chance get more through in that time.
  const made = (one: RunSpec): RunResult => {
    const run = fakeRun({ ...one, label: 'same' });
    const early = (i: number): number => (far(one) ? 1 + 4 * i : 52);
    const final = (i: number): number => (i < 10 ? early(i) : 45 + 10 * (i % 2));
    const [{ finality }] = run.segments as [SegmentResult];
    return { ...run, segments: run.segments.map((segment, i) => ({ ...segment, finality, final: final(i) })) };
  };
  const plan = planOf(base, {
    points: [{ warmup: 'auto', objectives: [] }],
    measure: 'throughput_per_s',
    ranges: Object.fromEntries(
      INPUT_NAMES.map((name) => [name, name === 'link-delay' ? { low: 1, high: 2 } : { low: 1, high: 1 }]),
    ) as SensitivityPlan['ranges'],
  });
  const experiment = sensitivity(plan);
  const asked = experiment.next().value as readonly RunSpec[];
  const [point] = experiment.next(asked.map((one) => ({ ok: true, result: made(one) })))
    .value as readonly PointSensitivity[];
  expect(asked.map(far)).toEqual([false, false, true, true]);
  expect([point?.base.value?.mean, point?.effects[0]?.high.value?.mean]).toEqual([200, 200]);
  expect(point?.effects[0]?.largest?.mean).toBe(0);
});

describe('each input', () => {
  const touched: Record<InputName, RegExp> = {
    'link-delay': /^\.network\.oneWay\./,
    jitter: /^\.network\.jitter\./,
    'service-times': /^\.(machine\.(handling|requestHandling|execution)|clients\.\d+\.processing)$/,
    fsync: /^\.machine\.disk\.fsync\./,
    'signature-cost': /^\.machine\.crypto\.(sign|verify|mac|hashPerByte)$/,
    bandwidth: /^\.network\.(egress|ingress)\.bitsPerSecond$/,
  };

  test.each(INPUT_NAMES)('%s changes what it names and nothing else', (name) => {
    const input = uncertainInputs[name];
    expect(input.absent(spec)).toBe(null);
    const changed = differences(spec, input.scaled(spec, 0.5));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((path) => !touched[name].test(path))).toEqual([]);
    expect(differences(spec, input.scaled(spec, 1))).toEqual([]);
  });

  test('the range of each holds what the scenario says', () => {
    for (const name of INPUT_NAMES) {
      const { low, high } = uncertainInputs[name].range;
      expect(low).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThanOrEqual(1);
      expect(low).toBeLessThan(high);
    }
  });

  test('one that is 0 or unlimited is not varied, and why is said', () => {
    const bare = testSpec('raft', 3, {
      network: {
        jitter: { kind: 'constant', value: 0 },
        egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
        ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
      },
    });
    const [answer] = runAll(planOf(bare, { replications: 1 }));
    expect(answer?.notVaried.map(({ input }) => input)).toEqual(['jitter', 'fsync', 'bandwidth']);
    expect(answer?.notVaried.every(({ why }) => why.length > 0)).toBe(true);
    expect(answer?.effects.map(({ input }) => input)).toEqual(['link-delay', 'service-times', 'signature-cost']);
  });
});

test('a link never takes less than the shortest delay of a run', () => {
  const { scaled } = uncertainInputs['link-delay'];
  const network = { ...spec.network, oneWay: Float64Array.of(0, 1000, 1500, 5000) };
  expect([...scaled({ ...spec, network }, 0.5).network.oneWay]).toEqual([0, 1000, 1000, 2500]);
});

test("what a client's own machine takes for a request, and waking up, are service times", () => {
  const { absent, scaled } = uncertainInputs['service-times'];
  const machine = { ...spec.machine, handling: 0, requestHandling: 0, execution: 0 };
  const clients = spec.clients.map((group) => ({ ...group, processing: 1_300_000 }));
  expect(absent({ ...spec, machine, clients: spec.clients.map((group) => ({ ...group, processing: 0 })) })).not.toBe(
    null,
  );
  expect(absent({ ...spec, machine, clients })).toBe(null);
  expect(scaled({ ...spec, machine, clients }, 2).clients.map(({ processing }) => processing)).toEqual(
    clients.map(() => 2_600_000),
  );
  const idle = { ...spec, machine: { ...machine, wakeUp: 300_000 }, clients: [] };
  expect(absent(idle)).toBe(null);
  expect(scaled(idle, 0.5).machine.wakeUp).toBe(150_000);
});

describe('a scaled distribution', () => {
  test.each([
    [{ kind: 'constant', value: 1000 }],
    [{ kind: 'uniform', min: 1000, max: 3000 }],
    [{ kind: 'exponential', mean: 100_000 }],
    [{ kind: 'lognormal', mean: 100_000, p99: 500_000 }],
    [{ kind: 'lognormal', median: 140_000, sigma: 0.25 }],
    [{ kind: 'truncated-normal', mean: 10_000_000, sd: 3_000_000, min: 2_000_000, max: 25_000_000 }],
    [{ kind: 'empirical', values: Float64Array.of(1000, 2000, 4000) }],
  ])('has its mean and quantiles times the factor: %o', (law) => {
    const [one, three] = [createSampler(law), createSampler(scaledDistribution(law, 3))];
    expect(three.mean / one.mean).toBeCloseTo(3, 3);
    for (const bits of [1, 0x4000_0000, 0x7fff_ffff]) expect(three.draw(bits) / one.draw(bits)).toBeCloseTo(3, 3);
  });

  test('is the constant 0 for the factor 0', () => {
    expect(createSampler(scaledDistribution({ kind: 'lognormal', mean: 1e5, p99: 5e5 }, 0)).mean).toBe(0);
  });
});

describe('the experiment', () => {
  test('asks for the scenario as it stands and each end of each range, on the same seeds', () => {
    const asked = sensitivity(planOf(spec)).next().value as readonly RunSpec[];
    // Six inputs at two ends, but the nominal bandwidth is what the scenario says.
    expect(asked).toHaveLength((1 + 6 * 2 - 1) * 2);
    expect(asked.filter((_, i) => i % 2 === 0).every(({ seed }) => seed === spec.seed)).toBe(true);
    expect(differences(asked[0], spec)).toEqual([]);
  });

  test('finds that links 10 % slower make Raft without costs 10 % slower', () => {
    const free = testSpec('raft', 3, {
      network: {
        sites: ['a'],
        oneWay: Float64Array.of(10 * MILLISECOND),
        nodeSites: new Int32Array(3),
        jitter: { kind: 'constant', value: 0 },
        egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
        ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
      },
      machine: { handling: 0, requestHandling: 0, execution: 0 },
      clients: [
        {
          place: { site: 0 },
          load: { kind: 'closed', clients: 1, outstanding: 1, think: { kind: 'constant', value: 0 } },
          submit: null,
          replyQuorum: null,
          retryAfter: null,
        },
      ],
    });
    const plan = planOf(free, { measure: 'finality_p50_ms' });
    const [answer] = runAll({ ...plan, ranges: { ...plan.ranges, 'link-delay': { low: 1, high: 1.1 } } });
    const effect = answer?.effects.find(({ input }) => input === 'link-delay');
    const [base, high] = [answer?.base.value?.mean as number, effect?.high.value?.mean as number];
    expect(high / base).toBeCloseTo(1.1, 2);
    expect(effect?.low).toEqual(answer?.base);
    expect(effect?.told).toBe(true);
  }, 20_000);

  test('runs that failed are named and leave the rest of the answer standing', () => {
    const experiment = sensitivity(planOf(spec, { replications: 1 }));
    const asked = experiment.next().value as readonly RunSpec[];
    const outcomes: RunOutcome[] = asked.map((one, i) =>
      i === 1
        ? { ok: false, label: one.label, replication: 0, kind: 'crashed', reason: 'out of memory' }
        : { ok: true, result: simulate(one) },
    );
    const [answer] = experiment.next(outcomes).value as readonly PointSensitivity[];
    expect(answer?.failed).toHaveLength(1);
    expect(answer?.effects[0]?.low.value).toBe(null);
    expect(answer?.effects[0]?.high.value).not.toBe(null);
  });
});

describe('narrowing', () => {
  const at = (factor: number, mean: number, changes: Partial<Variant> = {}): Variant => ({
    factor,
    value: { mean, low: mean, high: mean, replications: 2 },
    condition: 'keeps up',
    met: true,
    ...changes,
  });
  const effect = (input: InputName, low: Variant, high: Variant, told = true): InputEffect => ({
    input,
    low,
    high,
    told,
    largest: null,
  });
  const point = (...effects: readonly InputEffect[]): PointSensitivity => ({
    label: 'x',
    base: at(1, 100),
    untold: null,
    busiest: { resource: 'thread', node: 0, utilisation: 0.1 },
    effects,
    notVaried: [],
    failed: [],
  });

  test('puts widths together as the root of the sum of their squares, and says what is left without each', () => {
    const { width, inputs } = narrowingOf(
      point(effect('jitter', at(0, 98), at(3, 101)), effect('link-delay', at(0.8, 98), at(1.25, 102))),
    );
    expect(width).toBe(5);
    expect(inputs.map(({ input }) => input)).toEqual(['link-delay', 'jitter']);
    expect(inputs[0]?.narrows).toBeCloseTo(1 - 3 / 5, 12);
    expect(inputs[1]?.narrows).toBeCloseTo(1 - 4 / 5, 12);
  });

  test('takes an end of which no run ended for unknown, not for a turn', () => {
    const unknown = at(0.8, 99, { value: null, condition: null, met: false });
    const { inputs } = narrowingOf(point(effect('link-delay', unknown, at(1.25, 102))));
    expect(inputs[0]).toMatchObject({ turns: null, width: 2 });
  });

  test('counts the value as it stands where both ends lie on one side of it', () => {
    expect(narrowingOf(point(effect('fsync', at(0.5, 103), at(2, 104)))).width).toBe(4);
  });

  test('gives no weight to what could be chance', () => {
    const { width, inputs } = narrowingOf(point(effect('jitter', at(0, 90), at(3, 110), false)));
    expect(width).toBe(0);
    expect(inputs[0]?.narrows).toBe(0);
  });

  test('puts first what decides whether the cluster keeps up, then what decides the objective, whatever the widths', () => {
    const { inputs } = narrowingOf(
      point(
        effect('link-delay', at(0.8, 50), at(1.25, 200)),
        effect('fsync', at(0.5, 100), at(2, 101, { met: false })),
        effect('bandwidth', at(0.5, 99, { condition: 'overloaded' }), at(1, 100)),
      ),
    );
    expect(inputs.map(({ input, turns }) => [input, turns])).toEqual([
      ['bandwidth', 'condition'],
      ['fsync', 'objective'],
      ['link-delay', null],
    ]);
  });
});
