// `quorumlab regress --speed`: writes ratios, passes at the same speed, catches a kernel that became slower, refuses other baselines.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Simulate } from '../../src/executor/executor.ts';
import type { SpeedBaseline } from '../../src/results/speed-baseline.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import { quorumlabWith } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-speed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const baseline = join(folder, 'speed.json');
const scenario = join(folder, 'quick.yaml');
writeFileSync(
  scenario,
  `scenario: 1
name: quick
question: Is it slower?
seed: 1
run: { duration: 2s, replications: 1 }
network: { matrix: { uniform: 5ms } }
nodes: { count: 3 }
workload: opaque
clients: [{ node: 0, load: { closed: { clients: 1, outstanding: 1 } } }]
protocol: raft
`,
);

let kept: RunResult | null = null;

/** A run that works for so many units on either kernel, of about a millisecond each, and always comes to the same. */
const taking =
  (fast: number, reference: number): Simulate =>
  (spec, options) => {
    let hash = 1;
    const rounds = (options?.kernel === 'reference' ? reference : fast) * 1_000_000;
    for (let i = 0; i < rounds; i++) hash = Math.imul(hash ^ i, 0x9e3779b1);
    kept ??= fakeRun(spec);
    // What the loop came to is used, so that no compiler leaves it out.
    return { ...kept, seed: hash };
  };

function speed(simulate: Simulate, ...argv: readonly string[]) {
  return quorumlabWith({ simulate }, 'regress', scenario, '--speed', '--baseline', baseline, '--out', folder, ...argv);
}

test('a baseline is written; the same speed passes, a slower fast kernel gives exit code 2', async () => {
  const written = await speed(taking(1, 5), '--update');
  expect([written.code, written.out]).toEqual([
    0,
    expect.stringMatching(/times the reference kernel \(95 % interval [\d.]+ to [\d.]+/),
  ]);
  const { kind, scenarios } = JSON.parse(readFileSync(baseline, 'utf8')) as SpeedBaseline;
  expect(kind).toBe('quorumlab speed baseline');
  expect(scenarios[0]?.points[0]?.ratio).toBeGreaterThan(3.5);
  expect(scenarios[0]?.points[0]?.ratio).toBeLessThan(6.5);
  const same = await speed(taking(1, 5), '--tolerance', 'ratio=60%');
  expect([same.code, same.out]).toEqual([0, expect.stringContaining('regress --speed: passed')]);
  const slower = await speed(taking(4, 5), '--json');
  expect(slower.code).toBe(2);
  expect(JSON.parse(slower.out)).toMatchObject({
    tolerance: 0.35,
    points: [{ label: 'raft', turns: 9, state: 'fell' }],
  });
  // Three times as slow for 600 ms, then not for 300 ms, and so on: nine turns of some 100 ms cannot tell, and as many again are taken.
  const unsteady: Simulate = (spec, options) =>
    taking((process.cpuUsage().user / 300_000) % 3 < 2 ? 3 : 1, 5)(spec, options);
  const open = await speed(unsteady, '--json');
  expect(JSON.parse(open.out)).toMatchObject({ points: [{ turns: 18 }] });
});

test.each([
  ['of another setting', ['--set', 'machine.cores=2'], 'it is of another text of the scenario'],
  ['with a tolerance that anything passes', ['--tolerance', 'ratio=100%'], 'A ratio cannot fall by all of itself'],
  ['on many threads', ['--threads', '2'], 'runs on one thread'],
])('%s is refused', async (_, argv, sentence) => {
  const { code, err } = await speed(taking(1, 5), ...argv);
  expect(code).toBe(1);
  expect(err).toContain(sentence);
});

test('a baseline of simulated measures is none of speed, and is not written over', async () => {
  const other = join(folder, 'main.json');
  writeFileSync(other, '{ "kind": "quorumlab baseline", "format": 1 }');
  for (const argv of [[], ['--update']]) {
    const { code, err } = await quorumlabWith(
      { simulate: fakeRun },
      'regress',
      scenario,
      '--speed',
      '--baseline',
      other,
      '--out',
      folder,
      ...argv,
    );
    expect(code).toBe(1);
    expect(err).toContain('is no baseline of speed');
  }
  expect(readFileSync(other, 'utf8')).toContain('"quorumlab baseline"');
});
