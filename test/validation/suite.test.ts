// The suite itself: its scenarios load, its constants are shared, its command says by exit code what it found.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Simulate } from '../../src/executor/executor.ts';
import { openScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import type { DesignPoint } from '../../src/scenario/scenario.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { binomialInterval } from '../../src/statistics/order-statistics.ts';
import { checkedRanges } from '../../src/validation/checked-ranges.ts';
import { electionTime, meanInOrder, splitVote, waiting } from '../../src/validation/closed-forms.ts';
import { scenarioOf } from '../../src/validation/observe.ts';
import { inlineObserver, poolObserver } from '../../src/validation/observer.ts';
import { openReference } from '../../src/validation/reference.ts';
import { targets } from '../../src/validation/registry.ts';
import { etcdOneConstant, etcdPairs } from '../../src/validation/targets/etcd-one-constant.ts';
import { validateTarget } from '../../src/validation/validate.ts';
import { otherTargets, queueTargets } from './small-suite.ts';

async function loaded(file: string) {
  const read = await openScenario(file);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
  return read.scenario;
}

test('every target has an id of its own and a scenario, and every scenario in scenarios/validation a target', () => {
  expect(new Set(targets.map(({ id }) => id)).size).toBe(targets.length);
  const files = readdirSync(new URL('../../scenarios/validation', import.meta.url)).filter((name) =>
    name.endsWith('.yaml'),
  );
  expect([...new Set(targets.map(({ scenario }) => `${scenario}.yaml`))].sort()).toEqual(files.sort());
});

test('the two files of the small setting run every target between them, each once', () => {
  expect([...queueTargets, ...otherTargets].map(({ id }) => id).sort()).toEqual(targets.map(({ id }) => id).sort());
  for (const half of [queueTargets, otherTargets]) expect(half.length).toBeGreaterThan(targets.length / 5);
});

test('every scenario loads and is named after its file', async () => {
  for (const target of targets) expect((await loaded(scenarioOf(target))).name).toBe(target.scenario);
});

test('all etcd scenarios share the three service constants and charge nothing else, but those of one constant', async () => {
  const etcd = targets.filter(({ source }) => source.startsWith('measured/etcd'));
  expect(etcd.length).toBe(7 + etcdOneConstant.length);
  for (const target of etcd) {
    const single = etcdOneConstant.includes(target);
    for (const { setup } of (await loaded(scenarioOf(target))).points) {
      expect(setup.clients.map(({ processing }) => processing)).toEqual(
        setup.clients.map(() => (single ? 1_300_000 : 430_000)),
      );
      const { handling, requestHandling, wakeUp = 0, execution, crypto } = setup.machine;
      expect([handling, requestHandling, wakeUp]).toEqual(single ? [0, 0, 0] : [60_000, 60_000, 300_000]);
      expect([execution, crypto.sign, crypto.verify, crypto.mac]).toEqual([0, 0, 0, 0]);
    }
  }
});

test('with one constant or with three, etcd is predicted in the same set-ups', async () => {
  for (const { one, three } of etcdPairs) {
    const [single, shipped] = await Promise.all([one, three].map(async (target) => loaded(scenarioOf(target))));
    const bare = ({ setup }: DesignPoint) => ({
      ...setup,
      label: null,
      machine: null,
      // By default the first requests are sent within a turn of the loop, of which the client's own time is a part.
      clients: setup.clients.map(({ processing = 0, load, ...client }) =>
        load.kind === 'closed'
          ? { ...client, load: { ...load, initialSpread: (load.initialSpread ?? 0) - processing } }
          : { ...client, load },
      ),
    });
    expect(single!.points.map(bare), one.id).toEqual(shipped!.points.map(bare));
    expect(single!.run, one.id).toEqual(shipped!.run);
  }
});

test('closed forms are those of the published rows, to the digits in which they are printed', () => {
  const reference = openReference();
  const rows = targets.flatMap((target) => target.comparisons(reference, 1e5));
  for (const { published, real, unit } of rows) {
    if (published === undefined || !/^R[12]$/.test(published.id ?? '')) continue;
    const digits = published.value?.split('.')[1]?.length ?? 0;
    expect(real.toFixed(digits), `${published.setup} ${unit}`).toBe(Number(published.value).toFixed(digits));
  }
});

test('the interval of split votes is the binomial one', () => {
  const { low, high } = binomialInterval(1e5, splitVote(5, 1, 0.01), 0.999);
  expect([low, high]).toEqual([36, 86]);
});

test('closed forms give the values that their sources print', () => {
  expect(100 * splitVote(5, 1, 0.1)).toBeCloseTo(5.23, 2);
  expect(100 * splitVote(5, 2, 0.2)).toBeCloseTo(48.8, 1);
  expect(100 * splitVote(9, 4, 0.1)).toBeCloseTo(41.0, 1);
  expect(electionTime(5, 1, 0.02)).toBeCloseTo(0.993, 3);
  expect(electionTime(9, 4, 0.02)).toBeCloseTo(1.083, 3);
  expect(waiting(0.5, 0)).toBe(0.5);
  expect(waiting(0.5, 1)).toBe(1);
  // Messages that never meet do not wait for each other.
  expect(meanInOrder(0)).toBeCloseTo(1, 6);
});

async function validate(model: Simulate, ...options: string[]) {
  let out = '';
  let err = '';
  const code = await commandLine(['validate', '--small', '--threads', '1', ...options], {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    simulate: model,
    worker: null,
    runsFolder: null,
    onInterrupt: () => () => {},
  });
  return { code, out, err };
}

test('the command prints a row for each prediction and exits with 0 where all hold', async () => {
  const { code, out } = await validate(simulate, '--only', 'latency-in-delays');
  expect(code).toBe(0);
  expect(out).toMatch(/latency-in-delays.*PBFT n=4.*50 ms.*50 ms.*\+0\.00 %.*pass/);
  expect(out.trimEnd().split('\n').at(-1)).toMatch(
    /^4 of 4 predictions hold over 1 target; closest to its tolerance: latency-in-delays \(.*real 50 ms, \+0\.00 %/,
  );
});

test('a missed prediction exits with 2 and is named; --json holds the same', async () => {
  const slow: Simulate = (spec, options) =>
    simulate({ ...spec, machine: { ...spec.machine, execution: 1e6 } }, options);
  const { code, out, err } = await validate(slow, '--only', 'latency-in-delays', '--json');
  expect(code).toBe(2);
  expect(err).toContain('missed: latency-in-delays (PBFT n=4');
  const { format, model_version, judged, held, missed, targets: told } = JSON.parse(out);
  expect({ format, model_version, judged, held, missed }).toEqual({
    format: 1,
    model_version: MODEL_VERSION,
    judged: 4,
    held: 0,
    missed: 4,
  });
  expect(told[0]).toMatchObject({ id: 'latency-in-delays', scenario: 'scenarios/validation/latency-in-delays.yaml' });
  expect(told[0].comparisons[0]).toMatchObject({ predicted: 51, real: 50, holds: false, judged: true });
});

test('an unknown target is refused with the known ones', async () => {
  const { code, err } = await validate(simulate, '--only', 'nonsense');
  expect(code).toBe(1);
  expect(err).toContain('latency-in-delays');
  expect((await validate(simulate, '--only', 'etcd-fsnyc')).err).toContain("(did you mean 'etcd-fsync'?)");
});

test('a part of the suite is not written as the document of all of it, nor anything to where it cannot be', async () => {
  const part = await validate(simulate, '--write', 'docs');
  expect(part).toMatchObject({ code: 1, out: '' });
  expect(part.err).toContain('--write is of the whole suite');
  const nowhere = await validate(simulate, '--only', 'nuraft', '--report', '/proc/nowhere');
  expect(nowhere).toMatchObject({ code: 1, out: '' });
  expect(nowhere.err).toContain('--report /proc/nowhere: ');
});

test('Ctrl-C ends it with 130 before the next run', async () => {
  let interrupt = () => {};
  let err = '';
  const model: Simulate = (spec, options) => {
    interrupt();
    return simulate(spec, options);
  };
  const code = await commandLine(['validate', '--small', '--threads', '1', '--only', 'latency-in-delays'], {
    out: { write: () => expect.unreachable() },
    err: { write: (text: string) => (err += text) },
    simulate: model,
    worker: null,
    runsFolder: null,
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => {};
    },
  });
  expect(code).toBe(130);
  expect(err).toContain('stopped: nothing is written');
});

test('the document of results names every target, this version of the model and what is not validated', () => {
  const page = readFileSync(new URL('../../docs/VALIDATION.md', import.meta.url), 'utf8');
  for (const { id } of targets) expect(page).toContain(`### ${id}\n`);
  for (const { system } of checkedRanges) expect(page).toContain(`| ${system} |`);
  expect(page).toContain(`Predictions of model version ${MODEL_VERSION} `);
  expect(page.indexOf('## At a glance')).toBeLessThan(page.indexOf('## What is not validated'));
  expect(page.indexOf('## What is not validated')).toBeLessThan(page.indexOf('## Every prediction'));
});

test('worker threads observe the same values as this thread, and a run that fails ends the validation', async () => {
  const target = targets.find(({ id }) => id === 'latency-in-delays')!;
  const pool = poolObserver(2);
  try {
    const [there, here] = await Promise.all(
      [pool, inlineObserver()].map((observer) => validateTarget(target, observer, { small: true })),
    );
    expect(there?.comparisons).toEqual(here?.comparisons);
  } finally {
    await pool.close();
  }
  const fails: Simulate = () => {
    throw new Error('out of order');
  };
  const failing = validateTarget(target, inlineObserver(fails), { small: true });
  await expect(failing).rejects.toThrow(/latency-in-delays: .*out of order/);
});
