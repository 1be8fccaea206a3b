// lint, schema, init, list and explain as commands: what they print where, and their exit codes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { quorumlab } from '../support/command.ts';

const quickstart = new URL('../../scenarios/quickstart.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'quorumlab-lint-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('lint', () => {
  test('says ok and what would run, with exit code 0', async () => {
    const { code, out, err } = await quorumlab('lint', quickstart);
    expect(out).toBe(`${quickstart}: ok: 2 design points (pbft, raft), 10 runs of 60s\n`);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  test('finds a shipped scenario by its name where there is no such file', async () => {
    const { code, out } = await quorumlab('lint', 'payments-hub');
    expect(out).toMatch(/^payments-hub: ok: /);
    expect(code).toBe(0);
    expect((await quorumlab('lint', 'no-such-scenario')).code).toBe(1);
  });

  test('prints every problem of a spoilt file with its place, with exit code 1', async () => {
    const file = join(folder, 'spoilt.yaml');
    const text = `${readFileSync(quickstart, 'utf8').replace(/^name:/m, 'nmae:')}frobnicate: 3\nzzz: 12 parsecs\n`;
    writeFileSync(file, text);
    const { code, out, err } = await quorumlab('lint', file);
    const located = err.split('\n').filter((line) => line.startsWith(`${file}:`));
    const lineOf = (start: string) => text.split('\n').findIndex((line) => line.startsWith(start)) + 1;
    expect(located.map((line) => line.replace(`${file}:`, '').split(', expected')[0])).toEqual([
      expect.stringMatching(/^\d+:1: name: is missing$/),
      `${lineOf('nmae')}:1: nmae: unknown key (did you mean 'name'?)`,
      `${lineOf('frobnicate')}:1: frobnicate: unknown key`,
      `${lineOf('zzz')}:1: zzz: unknown key`,
    ]);
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  test('judges all files and overrides', async () => {
    const { code, out, err } = await quorumlab(
      'lint',
      quickstart,
      join(folder, 'absent.yaml'),
      '--set',
      'run.replications=2',
      '--set',
      'run.duration=40s',
    );
    expect(out).toContain('4 runs of 40s');
    expect(err).toContain('absent.yaml:1:1: there is no file');
    expect(code).toBe(1);
  });

  test('judges what did not read well against the rest of the file all the same', async () => {
    const places = (err: string) =>
      err
        .split('\n')
        .filter((line) => line.startsWith('--set'))
        .map((line) => line.replace(/^--set \S+ /, '').split(',')[0]);
    const clients = 'clients=[{ site: Nowhere, node: 9, load: { opn: trace }, reply_quorum: 99 }]';
    const faults = 'faults=[{ crash: 9 }, { partition: { site: Atlantis }, at: soon }]';
    const one = ['--set', 'compare=[{ protocol: pbft }]'];
    expect(places((await quorumlab('lint', quickstart, ...one, '--set', clients, '--set', faults)).err)).toEqual([
      "clients.0.load: 'opn' is no known load (did you mean 'open'?)",
      'faults.0.at: is missing',
      "faults.1.at: is 'soon'",
      'clients.0: has both site and node',
      "clients.0.site: there is no site 'Nowhere' in this network",
      'clients.0.node: there is no node 9',
      'clients.0.reply_quorum: waits for 99 replies of 4 nodes',
      'faults.0.crash: there is no node 9',
      "faults.1.partition.site: there is no site 'Atlantis' in this network",
    ]);
    const protocol = await quorumlab('lint', quickstart, '--set', 'compare=[{ protocol: pbtf }]', '--set', clients);
    expect(places(protocol.err)).toContain("clients.0.site: there is no site 'Nowhere' in this network");
  });

  test('offers the labels, and the nearest, for an element that is not in a list', async () => {
    const { err } = await quorumlab('lint', quickstart, '--set', 'compare.Rafft.heartbeat=5ms');
    expect(err).toContain(
      "there is no such place: compare has 2 elements (did you mean 'Raft'?), expected a number from 0 to 1, or a label: PBFT, Raft",
    );
  });

  test('says in its own words what is no YAML', async () => {
    const { err } = await quorumlab('lint', quickstart, '--set', 'network.loss={a');
    expect(err).toContain(
      "'{a' is no value: something is missing here: a bracket, a quote, a comma, or a space after a colon",
    );
    const file = join(folder, 'circle.yaml');
    writeFileSync(file, 'scenario: 1\nnodes: &x { sites: { a: *x } }\n');
    expect((await quorumlab('lint', file)).err).toContain(`${file}:2:25: an alias stands inside what it repeats`);
    writeFileSync(file, `scenario: 1\nname: "a\n`);
    expect((await quorumlab('lint', file)).err).toMatch(
      /circle\.yaml:\d:\d+: something is missing here: .*expected valid YAML/,
    );
  });

  test('prints warnings but calls the file ok', async () => {
    const { code, out, err } = await quorumlab(
      'lint',
      quickstart,
      '--set',
      'compare.Raft.election_timeout=150ms..299ms',
      '--set',
      'compare.Raft.heartbeat=50ms',
    );
    expect(err).toMatch(
      /--set compare\.1\.election_timeout: warning: begins at \d+ms, which is shorter than the longest round trip, [\d.]+ms/,
    );
    expect(out).toContain('; 1 warning');
    expect(code).toBe(0);
  });
});

describe('init', () => {
  test('writes a scenario that lints, named after its file, and refuses to replace one without --force', async () => {
    const file = join(folder, 'deep/My first.yaml');
    const { code, out } = await quorumlab('init', file);
    expect(code).toBe(0);
    expect(out).toBe(
      `${file}: written, in the new folder ${join(folder, 'deep')}; next: npx quorumlab lint '${file}', then npx quorumlab run '${file}'\n`,
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^name: my-first$/m);
    expect(await quorumlab('lint', file)).toMatchObject({ code: 0, err: '' });
    writeFileSync(file, 'mine');
    expect(await quorumlab('init', file)).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await quorumlab('init', file, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
  });

  test.each([
    ['/proc/x.yaml', 'nothing can be made here'],
    ['/proc/made/x.yaml', 'nothing can be made here'],
    ['package.json/x.yaml', 'is not a folder'],
  ])('of %s, which cannot be written, says why and what to do', async (file, why) => {
    const err = `${file}: ${why}; name a file in a folder where you may write\n`;
    expect(await quorumlab('init', file)).toEqual({ code: 1, out: '', err });
  });
});

describe('schema, list and explain', () => {
  test('schema prints the JSON Schema', async () => {
    const { code, out } = await quorumlab('schema');
    expect(JSON.parse(out).title).toBe('quorumlab scenario');
    expect(code).toBe(0);
  });

  test('list shows everything by kind, or one kind', async () => {
    const all = (await quorumlab('list')).out;
    for (const name of [
      'pbft',
      'raft',
      'supply-chain',
      'belt-and-road',
      'lognormal',
      'crash',
      'openssl-server',
      'nvme',
      'scms',
    ])
      expect(all).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    const networks = (await quorumlab('list', 'networks')).out;
    expect(networks).toContain('multi-az');
    expect(networks).not.toContain('pbft');
    expect(await quorumlab('list', 'protocl')).toMatchObject({
      code: 1,
      err: expect.stringContaining("did you mean 'protocol'?"),
    });
  });

  test('explain tells the options with default, unit and meaning, in the names that files use', async () => {
    const { code, out } = await quorumlab('explain', 'raft');
    expect(code).toBe(0);
    expect(out).toMatch(/election_timeout\s+│ 150ms\.\.300ms/);
    expect(out).toContain('batch.max_transactions');
    expect(out).toContain('etcd-3.4');
    expect(out).toContain('Ongaro');
  });

  test('explain knows every key of a scenario, alone or by its path', async () => {
    const missing: string[] = [];
    const walk = async (
      schema: { properties?: object; anyOf?: object[]; items?: object },
      path: string,
    ): Promise<void> => {
      for (const part of [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])]) await walk(part, path);
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        const name = path === '' ? key : `${path}.${key}`;
        for (const asked of [key, name])
          if (!path.startsWith('compare') && (await quorumlab('explain', asked)).code !== 0) missing.push(asked);
        if (path.split('.').length < 3) await walk(value as object, name);
      }
    };
    await walk(JSON.parse((await quorumlab('schema')).out), '');
    expect(missing).toEqual([]);
    const { out } = await quorumlab('explain', 'intra_site');
    expect(out).toContain('network.intra_site (setting of a scenario)');
    expect(out).toContain("One-way delay between two machines of one site; default: the preset's own, else 250us.");
    expect(out).toContain('set it for one run: --set network.intra_site=…');
    expect((await quorumlab('explain', 'clients.0.load.open')).out).toContain(
      'clients.load.open (setting of a scenario)',
    );
    expect((await quorumlab('explain', 'arrival_trace')).out).toMatch(/target_rate\s+│ none/);
  });

  test('explain offers the nearest name', async () => {
    expect(await quorumlab('explain', 'raff')).toMatchObject({
      code: 1,
      err: expect.stringContaining("did you mean 'raft'?"),
    });
  });
});
