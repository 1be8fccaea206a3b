// The design of an experiment in a scenario file: factors that move together, the kind of run, and when there are enough replications.
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { readTextFile } from '../../src/scenario/profiles.ts';
import { runSettings, runSpecFor } from '../../src/scenario/run-spec-for.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { BARE, BASE, problemsOf } from '../support/problems-of.ts';

function load(text: string, overrides: readonly string[] = []): Scenario {
  const result = loadScenario('small.yaml', {
    overrides,
    readText: (path) => (path === 'small.yaml' ? text : readTextFile(path)),
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.scenario;
}
const POISSON = 'clients.0.load.open.poisson';

describe('zipped lists', () => {
  test('move together as one factor, crossed with levels and with each other', () => {
    const { points } = load(`${BASE}levels: { machine.cores: [2, 8] }
zipped:
  - { nodes.count: [3, 5], ${POISSON}: [300/s, 500/s] }
  - { network.loss: [0%, 1%], network.transport: [tcp, tcp] }
`);
    expect(points).toHaveLength(8);
    expect(points.map(({ label }) => label).slice(0, 3)).toEqual([
      'raft cores=2 count=3 poisson=300/s loss=0% transport=tcp',
      'raft cores=2 count=3 poisson=300/s loss=1% transport=tcp',
      'raft cores=2 count=5 poisson=500/s loss=0% transport=tcp',
    ]);
    expect(points[2]?.factors).toEqual({
      'machine.cores': 2,
      'nodes.count': 5,
      [POISSON]: '500/s',
      'network.loss': '0%',
      'network.transport': 'tcp',
    });
    expect(points.map(({ setup }) => [setup.nodes, setup.network.loss, setup.machine.cores])).toContainEqual([
      5, 0.01, 8,
    ]);
  });

  test('give the same points as the single levels that they hold', () => {
    const zipped = load(`${BASE}zipped: [{ nodes.count: [3, 5], ${POISSON}: [300/s, 500/s] }]\n`);
    const single = load(BASE, ['nodes.count=5', `${POISSON}=500/s`]);
    expect({ ...zipped.points[1]?.setup, label: '' }).toEqual({ ...single.points[0]?.setup, label: '' });
    expect(runSpecFor(zipped, 1, 3, { quick: false }).seed).toBe(runSpecFor(zipped, 0, 3, { quick: false }).seed);
  });

  test('may hold paths of several contenders, each of which takes its own', () => {
    const { points } = load(`${BARE}compare: [{ protocol: pbft, label: P }, { protocol: raft, label: R }]
zipped: [{ compare.0.batch.timeout: [1ms, 2ms], compare.1.heartbeat: [20ms, 30ms] }]
`);
    expect(points.map(({ label }) => label)).toEqual([
      'P timeout=1ms',
      'P timeout=2ms',
      'R heartbeat=20ms',
      'R heartbeat=30ms',
    ]);
  });

  test('stand in the resolved scenario, which loads to the same', () => {
    const scenario = load(`${BASE}zipped: [{ nodes.count: [3, 5], ${POISSON}: [300/s, 500/s] }]\n`);
    const again = load(scenario.resolved);
    expect(again.points).toEqual(scenario.points);
    expect(again.resolved).toBe(scenario.resolved);
  });

  test.each([
    [
      `zipped: [{ nodes.count: [3, 5], ${POISSON}: [300/s] }]`,
      `9:62: zipped.0.${POISSON}: has 1 values and nodes.count beside it 2, expected lists of one length`,
    ],
    [
      'levels: { nodes.count: [3] }\nzipped: [{ nodes.count: [3, 5] }]',
      '10:25: zipped.0.nodes.count: is varied by levels.nodes.count already',
    ],
    [
      'zipped: [{ nodes.count: [3] }, { nodes.count: [5] }]',
      'zipped.1.nodes.count: is varied by zipped.0.nodes.count already',
    ],
    [
      'levels: { network.loss: [0%] }\nzipped: [{ network: [lan] }]',
      'zipped.0.network: and levels.network.loss set the same place in part',
    ],
    ['zipped: [{ seed: [1, 2] }]', 'zipped.0.seed: seed belongs to the scenario as a whole'],
    ['zipped: [{ nodes.count: [3, 3] }]', 'zipped.0.nodes.count.1: repeats what stands at 0 of these lists'],
    ['zipped: [{ nodes.cuont: [3] }]', "nodes.cuont: unknown key (did you mean 'count'?)"],
    ['zipped: []', 'zipped: is a list of 0, expected at least 1 in the list'],
    ['zipped: [{}]', 'zipped.0: is a mapping (), expected at least 1 paths'],
    ['zipped: { nodes.count: [3] }', 'zipped: is a mapping (nodes.count), expected a list'],
    [
      `zipped: [{ nodes.count: [${Array.from({ length: 1001 }, (_, i) => i + 1).join(', ')}] }]`,
      'zipped: gives 1001 design points, expected at most 1000',
    ],
  ])('that make no sense are refused at their place: %s', (lines, problem) => {
    expect(problemsOf(`${BASE}${lines}\n`).join('\n')).toContain(problem);
  });
});

describe('the kind of run', () => {
  const run = (text: string) => `${BASE}run: ${text}\n`;

  test('that is terminating counts whole: no warm-up is removed', () => {
    const scenario = load(run('{ kind: terminating, duration: 8s, stop_after: 100 }'));
    expect(scenario.run).toMatchObject({ kind: 'terminating', kindDeclared: true, warmup: 0 });
    const spec = runSpecFor(scenario, 0, 0, { quick: false });
    expect(spec).toMatchObject({ measuredFrom: 0, stopAfter: 100 });
    expect(spec.boundaries[0]).toBe(8e9 / 40);
    expect(scenario.assumptions.join()).not.toContain('taken to be');
    expect(load(scenario.resolved).resolved).toBe(scenario.resolved);
  });

  test('that is not declared is taken from the warm-up, said, and changes no run', () => {
    const whole = load(run('{ warmup: 0s, duration: 8s }'));
    expect(whole.run).toMatchObject({ kind: 'terminating', kindDeclared: false, warmup: 0 });
    expect(whole.assumptions.at(-1)).toBe(
      'Runs: taken to be terminating, since no warm-up is removed (run.kind is not declared).',
    );
    expect(whole.resolved).not.toContain('kind:');
    const steady = load(run('{ duration: 8s }'));
    expect(steady.run).toMatchObject({ kind: 'steady-state', kindDeclared: false, warmup: 'auto' });
    expect(steady.assumptions.at(-1)).toContain('taken to be steady-state, since a warm-up is removed');
    const declared = load(run('{ kind: steady-state, duration: 8s }'));
    const choice = { quick: false };
    expect(runSpecFor(declared, 0, 1, choice)).toEqual(runSpecFor(steady, 0, 1, choice));
  });

  test.each([
    ['{ kind: terminating, warmup: 2s }', 'run.warmup: contradicts kind: terminating'],
    ['{ kind: terminating, warmup: auto }', 'run.warmup: contradicts kind: terminating'],
    ['{ kind: steady-state, stop_after: 10 }', 'run.stop_after: contradicts kind: steady-state'],
    ['{ kind: steady-state, warmup: 0s }', 'warning: run.warmup: removes nothing although kind is steady-state'],
    ['{ stop_after: 10 }', 'warning: run.stop_after: ends a run by an event'],
    ['{ kind: steady }', "run.kind: is 'steady', expected steady-state or terminating"],
  ])('that contradicts the rest is told at its place: %s', (text, problem) => {
    expect(problemsOf(run(text)).join('\n')).toContain(problem);
  });

  test.each([
    '{ kind: terminating, warmup: 0s }',
    '{ warmup: 0s, stop_after: 10 }',
    '{ kind: steady-state, warmup: 2s }',
  ])('that does not is not: %s', (text) => {
    expect(problemsOf(run(text))).toEqual([]);
  });

  test('is told where an override brings the contradiction', () => {
    expect(problemsOf(run('{ warmup: 2s }'), ['run.kind=terminating']).join()).toContain('run.warmup: contradicts');
    expect(problemsOf(run('{ kind: terminating }'), ['run.warmup=2s'])).toEqual([
      expect.stringMatching(/^--set run.warmup: contradicts/),
    ]);
  });
});

describe('a precision', () => {
  const run = (text: string) => `${BASE}run: ${text}\n`;

  test('is asked for by measures as objectives name them, with a budget of 50 replications unless given', () => {
    const { run: settings, resolved } = load(run('{ precision: { finality_p99: 5%, throughput: 1% } }'));
    expect(settings).toMatchObject({ replications: 5, mostReplications: 50 });
    expect(settings.precision).toEqual([
      { measure: 'finality_p99', estimate: 'finality_p99_ms', share: 0.05 },
      { measure: 'throughput', estimate: 'throughput_per_s', share: 0.01 },
    ]);
    expect(resolved).toContain('most_replications: 50');
    expect(load(resolved).run).toEqual(settings);
  });

  test('absent leaves the resolved scenario, and so the id of its result, as it was', () => {
    expect(load(run('{ replications: 7 }')).resolved).not.toMatch(/precision|most_replications|zipped|kind:/);
    expect(load(run('{ replications: 7 }')).run).toMatchObject({ precision: [], replications: 7, mostReplications: 7 });
  });

  test('can be given from outside', () => {
    const { run: settings } = load(BASE, ['run.precision.finality_p50=2%', 'run.most_replications=9']);
    expect(settings).toMatchObject({ precision: [{ measure: 'finality_p50', share: 0.02 }], mostReplications: 9 });
  });

  test('is not pursued by a rough answer', () => {
    const scenario = load(run('{ precision: { finality_p99: 5% } }'));
    expect(runSettings(scenario, { quick: true })).toMatchObject({
      precision: [],
      replications: 2,
      mostReplications: 2,
    });
  });

  test.each([
    ['{ precision: { finality_p99: 5% }, replications: 4 }', 'run.replications: is 4, too few to stop by precision'],
    [
      '{ precision: { finality_p99: 5% }, most_replications: 4 }',
      'run.most_replications: the budget of 4 replications is less than the 5',
    ],
    [
      '{ precision: { finality_p99: 5% }, replications: 60 }',
      'run.replications: the budget of 50 replications is less than the 60',
    ],
    [
      '{ precision: { finality_p99: 0.1%, throughput: 0.1% } }',
      'warning: run.precision.finality_p99: is finer than quantiles are known',
    ],
    ['{ most_replications: 9 }', 'run.most_replications: is the budget of a stopping rule, and there is none'],
    ['{ precision: {} }', 'run.precision: names no measure'],
    [
      '{ precision: { finality: 5% } }',
      'run.precision.finality: unknown key, expected one of: finality_mean, finality_p50',
    ],
    ['{ precision: { finality_p99: 0% } }', 'run.precision.finality_p99: is'],
    ['{ precision: { finality_p99: 80% } }', 'run.precision.finality_p99: is'],
  ])('that makes no sense is refused at its place: %s', (text, problem) => {
    expect(problemsOf(run(text)).join('\n')).toContain(problem);
  });
});
