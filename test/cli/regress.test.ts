// `quorumlab regress`: an identical model passes, a slowed one is caught with its stage, baselines of another question are refused, and
// JUnit and Markdown are whole whatever labels hold.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandContext } from '../../src/cli/context.ts';
import type { Simulate } from '../../src/executor/executor.ts';
import type { BaselineFile } from '../../src/results/baseline-file.ts';
import { canonicalJson } from '../../src/results/canonical-json.ts';
import type { RegressFile } from '../../src/results/regress-file.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND } from '../../src/units/quantities.ts';
import { quorumlabWith } from '../support/command.ts';
import { rangeLineOf } from '../support/range-line.ts';
import { elementsOf, type XmlElement } from '../support/strict-xml.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-regress-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = scenarioFile('small');
const baseline = join(folder, 'main.json');
const summary = join(folder, 'summary.md');

/** A scenario whose label and question hold what every format must escape. */
function scenarioFile(name: string, changes: Readonly<Record<string, string>> = {}): string {
  const file = join(folder, `${name}.yaml`);
  const { seed = '1', rate = '300/s', run = '{ warmup: 500ms, duration: 2500ms, replications: 3 }' } = changes;
  writeFileSync(
    file,
    `scenario: 1
name: ${name}
question: Is <b>it</b> "worse" | & why?
seed: ${seed}
run: ${run}
network: { matrix: { uniform: 5ms }, jitter: { exponential: 200us } }
machine: { disk: { fsync: { constant: 300us }, bandwidth: 1Gbps } }
nodes: { count: 3 }
workload: opaque
clients: [{ node: 0, load: { open: { poisson: ${rate} } } }]
compare:
  - { label: 'Raft <&"|_*\`', protocol: raft, initial_leader: 0 }
`,
  );
  return file;
}

async function regress(changes: Partial<CommandContext>, ...argv: readonly string[]) {
  return quorumlabWith(changes, 'regress', '--baseline', baseline, '--inline', '--out', join(folder, 'out'), ...argv);
}

const changed =
  (change: (spec: RunSpec) => RunSpec): Simulate =>
  (spec, options) =>
    simulate(change(spec), options);
const slowDisk = changed((spec) => ({
  ...spec,
  machine: { ...spec.machine, disk: { ...spec.machine.disk, fsync: { kind: 'constant', value: 3 * MILLISECOND } } },
}));
const quickLinks = changed((spec) => ({
  ...spec,
  network: { ...spec.network, oneWay: spec.network.oneWay.map((ns) => ns / 2) },
}));
const slowThread = changed((spec) => ({ ...spec, machine: { ...spec.machine, handling: 400 * MICROSECOND } }));
const moreJitter = changed((spec) => ({
  ...spec,
  network: { ...spec.network, jitter: { kind: 'exponential', mean: 4 * MILLISECOND } },
}));
/** So little that every measure stays within its tolerance, but no run is the same. */
const slightlySlower = changed((spec) => ({
  ...spec,
  machine: { ...spec.machine, handling: spec.machine.handling + 2 * MICROSECOND },
}));

function edited(change: (file: BaselineFile) => unknown): void {
  writeFileSync(baseline, canonicalJson(change(JSON.parse(readFileSync(baseline, 'utf8')) as BaselineFile)));
}

const ofOlderModel = (file: BaselineFile) => ({
  ...file,
  scenarios: file.scenarios.map((entry) => ({ ...entry, model_version: '0' })),
});

/** Each list of one value a replication, cut to two. */
function firstTwo({ points }: BaselineFile['scenarios'][number]): unknown {
  return JSON.parse(JSON.stringify(points), (_, value: unknown) =>
    Array.isArray(value) && value.length === 3 ? value.slice(0, 2) : value,
  );
}

let original = '';
beforeAll(async () => {
  const { code, out } = await regress({}, scenario, '--update');
  expect(out).toContain('small: added');
  expect(code).toBe(0);
  original = readFileSync(baseline, 'utf8');
});

/** What jenkins-junit.xsd allows of what we write: the elements inside each element, and its attributes. */
const JUNIT: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'],
  testsuite: [
    'name',
    'tests',
    'failures',
    'errors',
    'time',
    'disabled',
    'skipped',
    'timestamp',
    'hostname',
    'id',
    'package',
  ],
  testcase: ['name', 'assertions', 'time', 'classname', 'status'],
  failure: ['type', 'message'],
  error: ['type', 'message'],
};

/** The elements of a JUnit file, which is well formed and holds only what the schema allows. */
function junitOf(path: string): readonly XmlElement[] {
  const elements = elementsOf(readFileSync(path, 'utf8'));
  const unknown = elements.flatMap(({ name, attributes }) =>
    Object.keys(attributes).filter((attribute) => JUNIT[name]?.includes(attribute) !== true),
  );
  expect(unknown).toEqual([]);
  const parents = {
    testsuites: null,
    testsuite: 'testsuites',
    testcase: 'testsuite',
    failure: 'testcase',
    error: 'testcase',
  };
  for (const { name, parent } of elements) expect(parent).toBe(parents[name as keyof typeof parents]);
  const cases = elements.filter(({ name }) => name === 'testcase');
  expect(elements[0]?.attributes.tests).toBe(String(cases.length));
  expect(new Set(cases.map(({ attributes }) => attributes.name)).size).toBe(cases.length);
  return elements;
}

/** Each test begins with the baseline as it was written. */
function restore(change: (file: BaselineFile) => unknown = (file) => file): void {
  writeFileSync(baseline, original);
  edited(change);
}

describe('an unchanged model', () => {
  test('is identical, and says so in every form', async () => {
    restore();
    const files = ['--junit', join(folder, 'same.xml'), '--markdown', join(folder, 'same.md')];
    const { code, out, err } = await regress({}, scenario, ...files);
    expect(err).toContain('regress.html');
    expect(code).toBe(0);
    expect(out).toContain('small is identical to the baseline: 3 runs, each to the bit.');
    const elements = junitOf(join(folder, 'same.xml'));
    expect(elements.filter(({ name }) => name === 'failure')).toEqual([]);
    expect(elements[0]).toMatchObject({ name: 'testsuites', attributes: { tests: '15', failures: '0', errors: '0' } });
    const markdown = readFileSync(join(folder, 'same.md'), 'utf8');
    expect(markdown).toContain('## quorumlab regress: passed');
    // Where it lies depends on no outcome, and every form says so.
    const page = readFileSync(/report: (.*regress\.html)/.exec(err)?.[1] as string, 'utf8');
    for (const form of [out, markdown, rangeLineOf(page)])
      expect(form).toMatch(/Outside the range checked against real systems \(nearest: .*\), so model only: jitter/);
  });

  test('writes the same baseline again, to the byte', async () => {
    restore();
    const { out } = await regress({}, scenario, '--update');
    expect(out).toContain('small: unchanged');
    expect(readFileSync(baseline, 'utf8')).toBe(original);
    expect(original).not.toMatch(/\d{4}-\d\d-\d\d|"threads"|"node"/);
  });
});

describe('a model that changed without a new version', () => {
  test('is caught although every measure is within its tolerance', async () => {
    restore();
    const { code, out } = await regress({ simulate: slightlySlower }, scenario);
    expect(code).toBe(2);
    expect(out).toContain('the model changed without a new model version: 3 of 3 runs differ');
    expect(out).toContain('within tolerance');
    expect(out).not.toContain('WORSE');
  });

  test('is told from one that does not repeat itself', async () => {
    restore();
    let runs = 0;
    const drifting: Simulate = (spec, options) => simulate({ ...spec, seed: spec.seed + ++runs }, options);
    const { code, out } = await regress({ simulate: drifting }, scenario);
    expect(code).toBe(5);
    expect(out).toContain('not deterministic');
    const updated = await regress({ simulate: drifting }, scenario, '--update');
    expect(updated.code).toBe(5);
    expect(updated.err).toContain('Nothing is written');
  });

  test('is told from a measure that was defined anew', async () => {
    restore((file) => ({
      ...file,
      scenarios: file.scenarios.map((entry) => ({
        ...entry,
        points: entry.points.map((point) => ({
          ...point,
          measures: { ...point.measures, finality_p50_ms: [1, 1, 1] },
        })),
      })),
    }));
    const { code, out } = await regress({}, scenario);
    expect(code).toBe(2);
    expect(out).toContain('the runs are the same to the bit, but what is measured of them is not');
  });
});

describe('a model of a new version', () => {
  test.each([
    ['disk', slowDisk],
    ['queueing', slowThread],
    ['network', moreJitter],
  ])('that is slowed is caught, and the likely cause is %s', async (cause, simulateSlowly) => {
    restore(ofOlderModel);
    const { code, out } = await regress({ simulate: simulateSlowly }, scenario, '--json');
    expect(code).toBe(2);
    const file = JSON.parse(out) as RegressFile;
    expect(file.outcome).toBe('regressed');
    expect(file.scenarios[0]?.points[0]?.checked_range.outside).toContain('jitter');
    expect(file.scenarios[0]).toMatchObject({ comparison: 'tolerances', baseline_model_version: '0', repeats: null });
    expect(file.scenarios[0]?.points[0]?.likely).toMatchObject({ cause });
    expect(file.verdict[1]).toContain(`Likely cause: ${cause}: `);
    expect(file.verdict[0]).toMatch(new RegExp(`^small got worse at Raft .*likely cause: ${cause}\\.$`));
    expect(file.model_version).toBe(MODEL_VERSION);
  });

  test('that two replications cannot tell from the old one does not pass, and every form says what to do', async () => {
    // Worse in one replication and as good in the other: beyond the tolerance on average.
    const half: Simulate = (spec, options) => (spec.replication === 0 ? slowDisk : simulate)(spec, options);
    restore((file) => ({
      ...ofOlderModel(file),
      scenarios: ofOlderModel(file).scenarios.map((entry) => ({ ...entry, replications: 2, points: firstTwo(entry) })),
    }));
    const [junit, markdown] = [join(folder, 'undecided.xml'), join(folder, 'undecided.md')];
    const forms = ['--replications', '2', '--junit', junit, '--markdown', markdown];
    const { code, out } = await regress({ simulate: half }, scenario, ...forms);
    expect(code).toBe(2);
    expect(out).toContain('not told: perhaps worse');
    expect(out).toContain('PERHAPS WORSE');
    expect(out).toContain('It does not count as passed.');
    expect(out).not.toContain('small passed');
    expect(readFileSync(markdown, 'utf8')).toContain('more replications');
    const elements = junitOf(junit);
    const errors = elements.filter(({ name }) => name === 'error');
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(({ attributes }) => attributes.type === 'undecided')).toBe(true);
    expect(elements[0]?.attributes).toMatchObject({ failures: '0', errors: String(errors.length) });
    const json = await regress({ simulate: half }, scenario, '--replications', '2', '--json');
    const file = JSON.parse(json.out) as RegressFile;
    expect(file.outcome).toBe('undecided');
    expect(file.verdict.join(' ')).toContain('To tell, write the baseline with the version it is of');
  });

  test('that is quicker is an improvement, which passes', async () => {
    restore(ofOlderModel);
    const { code, out } = await regress({ simulate: quickLinks }, scenario);
    expect(code).toBe(0);
    expect(out).toContain('got better');
    expect(out).toContain('Likely cause: network');
  });

  test('that differs within its tolerances passes', async () => {
    restore(ofOlderModel);
    const { code, out } = await regress({ simulate: slightlySlower }, scenario);
    expect(code).toBe(0);
    expect(out).toContain('small passed: nothing worsened beyond its tolerance against model version 0.');
  });

  test('is held to tolerances of the option, which win over those of the baseline', async () => {
    restore((file) => ({ ...ofOlderModel(file), tolerances: { finality_p50: '900%' } }));
    const wide = ['finality_mean=900%', 'finality_p90=900%', 'finality_p99=900%', 'finality_p999=900%'];
    const wider = [...wide, 'finality_max=1s', 'commit_p50=1s'].flatMap((text) => ['--tolerance', text]);
    const passed = await regress({ simulate: slowDisk }, scenario, ...wider);
    expect(passed.code).toBe(0);
    const strict = await regress(
      { simulate: slowDisk },
      scenario,
      ...wider,
      '--tolerance',
      'finality_p50=1%',
      '--json',
    );
    expect(strict.code).toBe(2);
    expect((JSON.parse(strict.out) as RegressFile).tolerances.finality_p50_ms).toBe('1%');
  });
});

describe('what it writes', () => {
  test('is whole and escaped, and names the command that repeats it and the one that accepts the change', async () => {
    restore(ofOlderModel);
    const [junit, markdown] = [join(folder, 'deep', 'worse.xml'), join(folder, 'worse.md')];
    const { code, out, err } = await regress(
      { simulate: slowDisk },
      scenario,
      '--junit',
      junit,
      '--markdown',
      markdown,
    );
    expect(code).toBe(2);
    expect(out).toContain('WORSE');
    const elements = junitOf(junit);
    const failures = elements.filter(({ name }) => name === 'failure');
    expect(elements[0]?.attributes.failures).toBe(String(failures.length));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures[0]?.text).toContain('Likely cause: disk');
    expect(elements.find(({ name }) => name === 'testcase')?.attributes).toEqual({
      classname: 'quorumlab.small',
      name: 'Raft <&"|_*`: runs',
    });
    const text = readFileSync(markdown, 'utf8');
    expect(text).toContain('Raft &lt;&amp;"\\|\\_\\*\\`');
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
    const folderOf = /report: (.*)\/regress\.html/.exec(err)?.[1] as string;
    const page = readFileSync(join(folderOf, 'regress.html'), 'utf8');
    expect(page).toContain('Is &lt;b&gt;it&lt;/b&gt; &quot;worse&quot; | &amp; why?');
    expect(page).toContain('id="chart-stages-0"');
    expect(rangeLineOf(page)).not.toBeNull();
    const kept = JSON.parse(readFileSync(join(folderOf, 'regress.json'), 'utf8')) as RegressFile;
    expect(kept.scenarios[0]?.repeat_command).toBe(`npx quorumlab regress ${scenario} --baseline ${baseline}`);
    expect(kept.scenarios[0]?.update_command).toBe(`npx quorumlab regress ${scenario} --baseline ${baseline} --update`);
  });

  test('goes to the summary of a GitHub step where no file is given', async () => {
    restore();
    writeFileSync(summary, 'Before\n');
    process.env.GITHUB_STEP_SUMMARY = summary;
    try {
      const { code } = await regress({}, scenario, '--markdown');
      expect(code).toBe(0);
      expect(readFileSync(summary, 'utf8')).toMatch(/^Before\n## quorumlab regress: passed\n/);
    } finally {
      delete process.env.GITHUB_STEP_SUMMARY;
    }
  });
});

describe('a baseline of another question is refused, nothing is run, and what to do is said', () => {
  const never: Simulate = () => {
    throw new Error('it was run');
  };
  const entries = (change: (entry: BaselineFile['scenarios'][number]) => object) => (file: BaselineFile) => ({
    ...file,
    scenarios: file.scenarios.map((entry) => ({ ...entry, ...change(entry) })),
  });

  test.each([
    ['of another seed', [], entries(() => ({ seed: 9 })), 'it is of seed 9, the scenario has seed 1'],
    ['of full runs', ['--quick'], undefined, 'it is of full runs. Leave out --quick'],
    ['of fewer replications', ['--replications', '4'], undefined, 'it holds 3 replications, the scenario asks for 4'],
    ['of another setting', ['--set', 'machine.cores=2'], undefined, 'it is of another text of the scenario'],
    ['without a point', [], entries(() => ({ points: [] })), "it lacks the point 'Raft"],
    [
      'with another point',
      [],
      entries(({ points }) => ({ points: [...points, { ...points[0], label: 'gone' }] })),
      "it holds the point 'gone', which the scenario has no more",
    ],
    ['of another scenario', [], entries(() => ({ scenario: 'other' })), 'it is not in this baseline (other)'],
    [
      'of another format',
      [],
      (file: BaselineFile) => ({ ...file, format: 2 }),
      'has format 2, and this quorumlab reads format 1',
    ],
    ['of another kind', [], () => ({ points: [] }), 'is no baseline'],
    ['that is damaged', [], entries(() => ({ points: 7 })), 'scenarios[0].points must be a list'],
    [
      'in which a value is missing',
      [],
      entries(({ points }) => ({ points: [{ ...points[0], measures: { finality_p50_ms: [1, 2] } }] })),
      'measures.finality_p50_ms must be 3 values',
    ],
    [
      'that holds it twice',
      [],
      (file: BaselineFile) => ({ ...file, scenarios: [...file.scenarios, ...file.scenarios] }),
      'holds small twice',
    ],
    [
      'with an unknown tolerance',
      [],
      (file: BaselineFile) => ({ ...file, tolerances: { finality_p98: '1%' } }),
      "did you mean 'finality_p9",
    ],
    [
      'with a tolerance that is none',
      [],
      (file: BaselineFile) => ({ ...file, tolerances: { finality_p99: 'much' } }),
      "is 'much', expected",
    ],
  ] as const)('%s', async (_, argv, change, sentence) => {
    restore(change);
    const [before, xml] = [readFileSync(baseline, 'utf8'), join(folder, 'refused.xml')];
    const { code, err } = await regress({ simulate: never }, scenario, '--junit', xml, ...argv);
    expect(err).toContain(sentence);
    expect(err).toContain(baseline);
    expect(code).toBe(1);
    expect(existsSync(xml)).toBe(false);
    expect(readFileSync(baseline, 'utf8')).toBe(before);
  });

  test.each([
    ['not JSON', '{', 'is not JSON'],
    ['in the middle of a merge', '{\n<<<<<<< ours\n}', 'marks of a merge'],
  ])('%s, also by --update, which would write over it', async (_, text, sentence) => {
    writeFileSync(baseline, text);
    for (const argv of [[], ['--update']]) {
      const { code, err } = await regress({ simulate: never }, scenario, ...argv);
      expect(code).toBe(1);
      expect(err).toContain(sentence);
      expect(readFileSync(baseline, 'utf8')).toBe(text);
    }
  });

  test('that does not exist: --update writes it', async () => {
    const { code, err } = await quorumlabWith(
      { simulate: never },
      'regress',
      scenario,
      '--baseline',
      join(folder, 'none.json'),
    );
    expect(code).toBe(1);
    expect(err).toContain('there is no such baseline. The same command with --update writes it');
  });
});

test('a file that is the same, but resolves to another text, is compared, and that is said', async () => {
  restore((file) => ({
    ...file,
    scenarios: file.scenarios.map((entry) => ({ ...entry, resolved_sha256: '0'.repeat(64) })),
  }));
  const { code, out } = await regress({}, scenario);
  expect(code).toBe(0);
  expect(out).toContain('small: the same file resolves to another text than before');
});

describe('--update', () => {
  test('replaces the entries of the given scenarios only, says what moved, and keeps tolerances', async () => {
    restore();
    const other = scenarioFile('other', { rate: '200/s' });
    const added = await regress({}, other, '--update', '--tolerance', 'finality_p99_ms=7%');
    expect(added.out).toContain('other: added');
    const replaced = await regress({ simulate: slowDisk }, other, '--update');
    expect(replaced.code).toBe(0);
    expect(replaced.out).toContain('other: replaced');
    expect(replaced.out).toContain('Likely cause: disk');
    const file = JSON.parse(readFileSync(baseline, 'utf8')) as BaselineFile;
    expect(file.scenarios.map(({ scenario: name }) => name)).toEqual(['other', 'small']);
    expect(file.scenarios[1]).toEqual((JSON.parse(original) as BaselineFile).scenarios[0]);
    expect(file.tolerances).toEqual({ finality_p99: '7%' });
    const again = await regress({ simulate: slowDisk }, other, '--update', '--json', '--set', 'machine.cores=2');
    expect(JSON.parse(again.out).updated).toMatchObject([
      { scenario: 'other', change: 'replaced', reasons: [expect.stringContaining('another text')] },
    ]);
  });

  test('accepts no run that did not end or violates a check', async () => {
    restore();
    const before = readFileSync(baseline, 'utf8');
    const crashing: Simulate = () => {
      throw new Error('out of memory');
    };
    const crashed = await regress({ simulate: crashing }, scenario, '--update');
    expect([crashed.code, crashed.err]).toEqual([70, expect.stringContaining('out of memory. Nothing is written')]);
    const unsafe: Simulate = (spec, options) => ({
      ...simulate(spec, options),
      violations: [{ check: 'agreement', kind: 'safety', at: 0, node: 1, detail: 'two blocks' }],
    });
    const refused = await regress({ simulate: unsafe }, scenario, '--update');
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('violates agreement: two blocks')]);
    expect(readFileSync(baseline, 'utf8')).toBe(before);
    const compared = await regress({ simulate: unsafe }, scenario);
    expect(compared.code).toBe(3);
  });
});

test('a run that crashes is an error in JUnit and gives exit code 70', async () => {
  restore();
  const crashing: Simulate = (spec, options) => {
    if (spec.replication === 1) throw new Error('out of memory');
    return simulate(spec, options);
  };
  const xml = join(folder, 'crashed.xml');
  const { code, out } = await regress({ simulate: crashing }, scenario, '--junit', xml);
  expect(code).toBe(70);
  expect(out).toContain('small cannot be compared: 1 run did not end (out of memory).');
  const [error] = junitOf(xml).filter(({ name }) => name === 'error');
  expect(error?.attributes.message).toBe('out of memory');
});

test('Ctrl-C keeps the reports of scenarios that were compared, and gives no verdict on the whole', async () => {
  restore();
  let interrupt = () => {};
  const onInterrupt = (listener: () => void) => {
    interrupt = listener;
    return () => {};
  };
  const stopping: Simulate = (spec, options) => {
    interrupt();
    return simulate(spec, options);
  };
  const xml = join(folder, 'stopped.xml');
  const { code, err } = await regress({ simulate: stopping, onInterrupt }, scenario, '--junit', xml);
  expect(code).toBe(130);
  expect(err).toContain('stopped: 0 of 1 scenarios were compared');
  expect(existsSync(xml)).toBe(false);
});

describe('options', () => {
  test.each([
    [['--tolerance', 'finality_p98=5%'], 'finality_p99=5%'],
    [['--tolerance', 'throughput=5ms'], "such as '5%'"],
    [['--tolerance', 'ratio=5%'], 'add --speed or leave it out'],
    [['--speed', '--tolerance', 'throughput=5%'], 'leave out --tolerance throughput'],
    [['--speed', '--junit', 'x.xml'], 'leave them out with --speed'],
    [['--update', '--markdown', 'x.md'], 'leave them out with --update'],
    [['--junit', 'x.yaml'], 'must be a .xml file'],
    [['--markdown', 'scenarios/quickstart.yaml'], 'must be a .md file'],
    [['--markdown'], 'GITHUB_STEP_SUMMARY'],
    [['--threads', '2'], 'leave out --threads or --inline'],
    [['--junit', '/proc/nowhere/x.xml'], '--junit /proc/nowhere/x.xml: '],
  ])('%s is refused: %s', async (argv, sentence) => {
    restore();
    const { code, err } = await regress({}, scenario, ...argv);
    expect(code).toBe(1);
    expect(err).toContain(sentence);
  });

  test('two files of one name are refused, since a baseline knows them by it', async () => {
    const namesake = join(folder, 'namesake.yaml');
    writeFileSync(namesake, readFileSync(scenario, 'utf8'));
    const { code, err } = await regress({}, scenario, namesake);
    expect(code).toBe(1);
    expect(err).toContain('another of the files is named small, too');
  });
});

test('nothing that a test run leaves behind lies outside its folder', () => {
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['small']);
});
