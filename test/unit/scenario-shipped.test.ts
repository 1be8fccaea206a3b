// What is shipped is sound: scenarios, their first line, the JSON Schema, profiles and data, and what `list` shows of them.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/scenario/catalogue.ts';
import { fileFields } from '../../src/scenario/file-shape.ts';
import { schemaText } from '../../src/scenario/json-schema.ts';
import { loadScenario, openScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { snakeCase } from '../../src/scenario/shape.ts';
import { dataPath, protocolPath, shippedTraces } from '../../src/scenario/shipped-data.ts';

const root = new URL('../../', import.meta.url);
const files = readdirSync(new URL('scenarios/', root)).filter((name) => name.endsWith('.yaml'));
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe.each(files)('scenarios/%s', (name) => {
  const path = new URL(`scenarios/${name}`, root).pathname;

  test('loads without errors or warnings', async () => {
    const result = await openScenario(path);
    expect((result.ok ? result.scenario.warnings : result.problems).map(formatProblem)).toEqual([]);
  });

  test('names the schema in its first line, is named after its file and ends in a newline', () => {
    const text = read(`scenarios/${name}`);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/scenario.json');
    expect(text).toMatch(new RegExp(`^name: ${name.replace('.yaml', '')}$`, 'm'));
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('the quickstart', () => {
  test('compares PBFT and Raft at one tolerated fault each under the real trace and a crash of the leader', () => {
    const result = loadScenario(new URL('scenarios/quickstart.yaml', root).pathname);
    if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
    const { points, assumptions, run } = result.scenario;
    expect(points.map((point) => point.protocol)).toEqual(['pbft', 'raft']);
    expect(points.map((point) => point.setup.nodes)).toEqual([4, 3]);
    for (const { setup } of points) {
      const { load } = setup.clients[0]!;
      const { times } = (load as { arrivals: { options: { times: Float64Array } } }).arrivals.options;
      expect(times).toHaveLength(10_324);
      // Ten thousand rows at five hundred a second.
      expect(times.at(-1)! / 1e9).toBeCloseTo(10_324 / 500, 1);
      expect(setup.faults).toEqual([{ kind: 'crash', target: 'leader', at: 24e9, duration: 5e9 }]);
      expect(setup.faults[0]!.at + setup.faults[0]!.duration!).toBeLessThan(run.duration);
    }
    expect(assumptions.join('\n')).toMatch(/time compressed by a factor of/);
  });
});

describe('the JSON Schema', () => {
  test('is committed as it is generated (npx tsx src/cli/main.ts schema > schema/scenario.json)', () => {
    expect(read('schema/scenario.json')).toBe(schemaText());
  });

  test('describes every section and requires what has no default', () => {
    const schema = JSON.parse(schemaText());
    expect(Object.keys(schema.properties)).toEqual(Object.keys(fileFields).map(snakeCase));
    expect(schema.required).toEqual(['scenario', 'name', 'question', 'seed', 'nodes', 'clients', 'workload']);
    expect(schema.additionalProperties).toBe(false);
  });

  test('has patterns that accept what the shipped scenarios write and refuse what has no unit', () => {
    const { duration } = JSON.parse(schemaText()).properties.run.properties;
    const pattern = new RegExp(duration.pattern);
    for (const text of ['60s', '1.5ms', '250us', '2min', '0']) expect(text).toMatch(pattern);
    for (const text of ['60', '12 parsecs', 's', '-1s']) expect(text).not.toMatch(pattern);
    expect(duration.default).toBe('60s');
  });
});

describe('shipped data', () => {
  test('has an attribution for every file', () => {
    const readme = read('scenarios/data/README.md');
    const data = ['latency', 'traces'].flatMap((folder) => readdirSync(new URL(`scenarios/data/${folder}/`, root)));
    expect(data.filter((file) => !readme.includes(file))).toEqual([]);
  });

  test.each(shippedTraces.map((trace) => [trace.name, trace] as const))(
    'the trace %s has the columns that its description names',
    (_name, { path, columns }) => {
      const header = readFileSync(dataPath(path), 'utf8').split('\n', 1)[0]!.trim().split(',');
      const named = [...columns.matchAll(/(?:time|count): (\w+)/g)].map((match) => match[1]);
      expect(named.length).toBeGreaterThan(0);
      expect(header).toEqual(expect.arrayContaining(named));
    },
  );

  test('every profile says where its figures are from', () => {
    const profiles = catalogue().filter(({ kind }) => kind === 'crypto profile' || kind === 'disk');
    expect(profiles.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['openssl-server', 'noble', 'sm2-sm3', 'nvme', 'ssd', 'hdd', 'ramdisk', 'none']),
    );
    for (const { reference } of profiles) expect(reference.length).toBeGreaterThan(10);
  });

  test('the catalogue describes everything in a sentence with a reference', () => {
    const entries = catalogue();
    expect(new Set(entries.map(({ kind }) => kind)).size).toBe(9);
    for (const { name, summary, reference, options } of entries) {
      expect(`${name}: ${summary}`).toMatch(/\w+: .+\.$/);
      expect(reference).not.toBe('');
      for (const option of options) expect(option.meaning).not.toBe('');
    }
  });

  test('it says every value in words: also a group of options that a preset gives', () => {
    for (const entry of catalogue()) expect(JSON.stringify(entry), entry.name).not.toContain('[object');
    const raft = catalogue().find(({ kind, name }) => kind === 'protocol' && name === 'raft');
    const fabric = raft?.facts.find((fact) => fact.startsWith('preset: fabric-orderer-2.5: '));
    expect(fabric).toContain('batch.max_transactions: 500, batch.max_bytes: 2MB, batch.timeout: 2s, max_inflight: 5)');
  });
});

test('a protocol named on the command line is the file itself, or the shipped one where there is none', () => {
  const [shipped, other] = [protocolPath('scenarios/own/chain.js', '/'), protocolPath('scenarios/own/none.js', '/')];
  expect(readFileSync(shipped, 'utf8')).toContain('chain');
  expect(other).toBe('/scenarios/own/none.js');
});
