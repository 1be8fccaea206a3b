/** A run's identity, and the JSON that loses nothing of what a run is and gives. */
import { describe, expect, test } from 'vitest';
import { fromExactJson, toExactJson } from '../../src/results/exact-json.ts';
import { renamed, runIdentity } from '../../src/results/run-identity.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';

const shipped = ['quickstart', 'belt-and-road', 'payments-hub'].map((name) => `scenarios/${name}.yaml`);

function specsOf(file: string): readonly RunSpec[] {
  const read = loadScenario(file);
  if (!read.ok) throw new Error(`${file} cannot be read`);
  return read.scenario.points.map((_, point) => runSpecFor(read.scenario, point, 1, { quick: true }));
}

/** The same value with the keys of every record turned round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, turned(field)]),
  );
}

describe('exact JSON', () => {
  test.each(shipped)('gives back the specifications of %s equal to the bit', (file) => {
    for (const spec of specsOf(file)) expect(fromExactJson(toExactJson(spec))).toEqual(spec);
  });

  test('gives back a whole result, and the numbers that JSON has no word for', () => {
    const [spec] = specsOf('scenarios/payments-hub.yaml') as [RunSpec];
    const result = simulate({ ...spec, horizon: 300_000_000, boundaries: [100_000_000] });
    expect(result.segments.length).toBe(2);
    expect(fromExactJson(toExactJson(result))).toEqual(result);
    const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 5e-324, 2 ** 53];
    const back = fromExactJson(toExactJson(odd)) as readonly number[];
    expect(odd.every((value, i) => Object.is(value, back[i]))).toBe(true);
  });

  test('refuses what is not plain data, and text that is not its own', () => {
    expect(() => toExactJson({ a: [new Map()] })).toThrow('$.a[0] is [object Map], not plain data');
    expect(() => toExactJson({ $f64: 'x' })).toThrow("keys that begin with $ are this format's own");
    expect(() => fromExactJson('{"a":{"$f64":"AAA="}}')).toThrow('$.a holds 2 bytes, expected a multiple of 8');
    expect(() => fromExactJson('{"$date":"x"}')).toThrow("$ holds '$date', expected $number");
  });
});

describe("a run's identity", () => {
  test('is the same for the same run under other names and in another order of keys', () => {
    for (const spec of specsOf('scenarios/quickstart.yaml')) {
      const same = turned({ ...spec, label: 'other', replication: 7 }) as RunSpec;
      expect(runIdentity(same)).toBe(runIdentity(spec));
      expect(runIdentity(spec)).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test('differs where anything differs that the outcome depends on, or the model', () => {
    const [spec] = specsOf('scenarios/quickstart.yaml') as [RunSpec];
    const oneWay = spec.network.oneWay.slice();
    oneWay[1] = (oneWay[1] as number) + 1;
    const others = [
      spec,
      { ...spec, seed: spec.seed + 1 },
      { ...spec, horizon: spec.horizon + 1 },
      { ...spec, network: { ...spec.network, oneWay } },
      { ...spec, machine: { ...spec.machine, execution: spec.machine.execution + 1 } },
      { ...spec, protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), f: 0 } } },
    ].map((other) => runIdentity(other));
    expect(new Set([...others, runIdentity(spec, 'another model')]).size).toBe(others.length + 1);
  });

  test('lets a kept result be called as the run that asks for it', () => {
    const [spec] = specsOf('scenarios/payments-hub.yaml') as [RunSpec];
    const short = { ...spec, horizon: 100_000_000, boundaries: [], label: 'first', replication: 0 };
    const asked = { ...short, label: 'second', replication: 3 };
    expect(renamed(simulate(short), asked)).toEqual(simulate(asked));
  });
});
