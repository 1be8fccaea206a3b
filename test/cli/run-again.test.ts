// `quorumlab rerun`: one run by its name, and the proof that it repeats.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/cli/exit-codes.ts';
import type { Simulate } from '../../src/executor/executor.ts';
import { firstDifference } from '../../src/simulation/first-difference.ts';
import { quorumlabWith } from '../support/command.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-rerun-'));
  file = join(folder, 'trial.yaml');
  writeFileSync(
    file,
    `scenario: 1
name: trial
question: Does it repeat?
seed: 7
run: { warmup: 1s, duration: 10s, replications: 3 }
network: { matrix: lan }
nodes: { count: 3 }
clients: [{ node: 0, load: { open: { poisson: 100/s } } }]
workload: opaque
compare:
  - { label: Steady, protocol: raft }
  - { label: flaky, protocol: raft }
  - { label: unsafe, protocol: raft }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function rerun(point: string, replication: number, more: readonly string[] = [], simulate: Simulate = fakeRun) {
  const argv = ['rerun', file, '--point', point, '--replication', String(replication), ...more];
  return quorumlabWith({ simulate }, ...argv);
}

describe('a rerun', () => {
  test('is the run of that point and replication, with its seed and digest', async () => {
    const specs: Parameters<Simulate>[0][] = [];
    const { code, out } = await rerun('Steady', 2, [], (spec, options) => {
      specs.push(spec);
      return fakeRun(spec, options);
    });
    expect(code).toBe(ExitCode.ok);
    expect(specs).toHaveLength(1);
    expect(specs[0]).toMatchObject({ label: 'Steady', replication: 2, horizon: 10e9 });
    expect(out).toContain(`Steady, replication 2, seed ${specs[0]?.seed}`);
    expect(out).toContain(`digest ${fakeRun(specs[0]!).digest}`);
  });

  test('with --check runs it twice and on the reference kernel, and finds them identical', async () => {
    const kernels: (string | undefined)[] = [];
    const { code, out } = await rerun('Steady', 0, ['--check'], (spec, options) => {
      kernels.push(options?.kernel);
      return fakeRun(spec, options);
    });
    expect(kernels).toEqual([undefined, undefined, 'reference']);
    expect(code).toBe(ExitCode.ok);
    expect(out).toContain('deterministic: the runs are identical');
  });

  test('with --check ends with 5 when the reference kernel disagrees, and names it', async () => {
    const { code, out } = await rerun('flaky', 0, ['--check']);
    expect(code).toBe(ExitCode.notDeterministic);
    expect(out).toContain('NOT deterministic: reference kernel differs from the first run');
    expect(out).toContain('first difference: ');
  });

  test('with --check ends with 5 when a second run disagrees', async () => {
    let calls = 0;
    const { code, out } = await rerun('Steady', 0, ['--check'], (spec) => fakeRun({ ...spec, seed: calls++ }));
    expect(code).toBe(ExitCode.notDeterministic);
    expect(out).toContain('again and reference kernel differ');
  });

  test('ends with 3 when the run violates safety, before 5', async () => {
    expect((await rerun('unsafe', 0, ['--check'])).code).toBe(ExitCode.unsafe);
    let calls = 0;
    const differing: Simulate = (spec) => ({
      ...fakeRun(spec),
      violations: [{ ...fakeRun(spec).violations[0]!, at: calls++ }],
    });
    expect((await rerun('unsafe', 0, ['--check'], differing)).code).toBe(ExitCode.unsafe);
  });

  test('beyond the replications of the scenario is refused', async () => {
    const { code, err } = await rerun('Steady', 7);
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain('there is no replication 7, expected 0 to 2');
  });

  test('of a point that does not exist ends with 1 and suggests the nearest', async () => {
    const { code, err } = await rerun('Staedy', 0);
    expect(code).toBe(ExitCode.usage);
    expect(err).toContain(
      "no point is called 'Staedy' (did you mean 'Steady'?), expected one of Steady, flaky, unsafe",
    );
  });

  test('that throws ends with 70 and says how to report it', async () => {
    const { code, err } = await rerun('Steady', 0, [], () => {
      throw new Error('no bucket');
    });
    expect(code).toBe(ExitCode.crashed);
    expect(err).toContain('internal error: Error: no bucket');
    expect(err).toContain('Please report it');
    expect(err).toContain('rerun');
  });
});

describe('the first difference', () => {
  const run = fakeRun(fakeSpec());
  const event = { at: 0, node: 0, kind: 'mark', text: 'leader 1' } as const;

  test('of identical runs is none', () => {
    expect(firstDifference(run, fakeRun(fakeSpec()))).toBeNull();
  });

  test('is the earliest event that one has and the other has not', () => {
    const other = { ...run, timeline: { ...run.timeline, events: [{ ...event, node: 3 }] } };
    expect(firstDifference(run, other)).toBe(
      "event 1 is 'leader 1' on node 0 at 0 ns in one and 'leader 1' on node 3 at 0 ns in the other",
    );
    const shorter = { ...run, timeline: { ...run.timeline, events: [] } };
    expect(firstDifference(run, shorter)).toContain('missing in the other');
  });

  test('is a time bin where that comes before any differing event', () => {
    const final = Float64Array.from(run.timeline.final, (count, bin) => (bin === 2 ? count + 1 : count));
    const events = [event, { ...event, at: 5e9 }];
    const other = { ...run, timeline: { ...run.timeline, final, events } };
    expect(firstDifference(run, other)).toBe('final of the time from 2000 ms on is 200 in one and 201 in the other');
  });

  test('is a count of messages where nothing else differs', () => {
    const [first, ...others] = run.counts.delivered;
    const counts = { ...run.counts, delivered: [{ name: first!.name, count: first!.count + 1 }, ...others] };
    expect(firstDifference(run, { ...run, counts })).toMatch(/messages prepare were delivered/);
  });
});
