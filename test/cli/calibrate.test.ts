// `quorumlab calibrate` as a command: options that contradict, profiles written that a scenario can name, a fit from a CSV file.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openReference } from '../../src/validation/reference.ts';
import { quorumlab } from '../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-calibrate-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('calibrate', () => {
  test('writes the disk profile, and a crypto profile unless the machine is too busy, and says which', async () => {
    const { code, out, err } = await quorumlab(
      'calibrate',
      '--out',
      folder,
      '--directory',
      folder,
      '--time',
      '30',
      '--name',
      'mine',
    );
    expect(readdirSync(folder).includes('mine-disk.yaml')).toBe(!err.includes('disk: no profile: refused'));
    expect(out).toMatch(/fsync p50 .*, p99 /);
    // A busy machine may make numbers refused: their profile is not written, and without any of cryptography that is an error.
    const written = readdirSync(folder);
    for (const suite of ['native', 'noble'])
      expect(written.includes(`mine-${suite}.yaml`)).toBe(!err.includes(`${suite}: no profile`));
    expect(written.some((name) => name !== 'mine-disk.yaml')).toBe(code === 0);
    if (code !== 0) expect(err).toContain('no profile, since what it needs was refused');
  }, 30_000);

  test('prints one document with --json: every time with its spread, or why it was refused, and the profiles', async () => {
    const where = join(folder, 'json');
    const { code, out } = await quorumlab('calibrate', '--out', where, '--directory', folder, '--time', '30', '--json');
    const { suites, disk, format } = JSON.parse(out);
    expect(format).toBe(1);
    const native = suites.find(({ suite }: { suite: string }) => suite === 'native');
    expect(native.profile === null).toBe(!existsSync(join(where, 'this-machine-native.yaml')));
    for (const { what, median_ns, refused } of native.measured)
      expect([what, median_ns === null]).toEqual([what, refused !== null]);
    expect(native.measured.map(({ what }: { what: string }) => what)).toContain('sign ed25519');
    expect(disk.fsync_p99_ns).toBeGreaterThanOrEqual(disk.fsync_p50_ns);
    expect(disk.profile === null).toBe(disk.refused !== null);
    const written = suites.some(({ profile }: { profile: string | null }) => profile !== null);
    expect(code).toBe(written ? 0 : 1);
  }, 30_000);

  test('wants a scenario with measurements, and names that exist', async () => {
    expect((await quorumlab('calibrate', '--from', 'x.csv')).err).toContain('--from and --scenario go together');
    expect((await quorumlab('calibrate', '--fit', 'magic')).err).toContain(
      'processing, request-handling, handling, wake-up, fsync, link-delay',
    );
    expect((await quorumlab('calibrate', '--fit', 'fsnyc')).err).toContain("did you mean 'fsync'");
  });

  test('refuses a directory that is none before anything is measured, and makes none', async () => {
    const missing = join(folder, 'missing');
    const { code, out, err } = await quorumlab('calibrate', '--out', folder, '--directory', missing);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`--directory ${missing}: there is no such folder`);
    expect(existsSync(missing)).toBe(false);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect((await quorumlab('calibrate', '--out', folder, '--directory', file)).err).toContain('is not a folder');
    expect((await quorumlab('calibrate', '--from', folder, '--scenario', 'quickstart')).err).toContain(
      `${folder}: is a folder, expected a file`,
    );
  });

  test('fits a constant to a CSV file and shows each row with its error when left out, busy rows apart', async () => {
    const scenario = join(folder, 'cluster.yaml');
    writeFileSync(
      scenario,
      `scenario: 1
name: cluster
question: What does one operation cost?
seed: 1
run: { warmup: 1s, duration: 3s, replications: 1 }
network: { matrix: { uniform: 5ms }, egress: unlimited, ingress: unlimited }
machine: { crypto: { mode: none }, disk: none, handling: 0s, request_handling: 0s, execution: 0s }
nodes: { count: 3 }
workload: opaque
clients: [{ node: 0, load: { closed: { clients: 1, outstanding: 1 } } }]
protocol: { raft: { initial_leader: 0 } }
`,
    );
    const csv = join(folder, 'measured.csv');
    writeFileSync(
      csv,
      'network.matrix.uniform,finality_mean_ms,machine_cpu_frac\n5ms,11.2,0.1\n10ms,21.2,0.1\n25ms,51.2,0.1\n1ms,9,0.9\n',
    );
    const { code, out, err } = await quorumlab(
      'calibrate',
      '--from',
      csv,
      '--scenario',
      scenario,
      '--fit',
      'link-delay',
      '--inline',
    );
    expect(err).toContain('1 row with CPU-bound machines (line 5)');
    expect(code).toBe(0);
    expect(Number(/link-delay: ([\d.]+)us/.exec(out)?.[1])).toBeCloseTo(600, -1);
    expect(out).toContain('CPU-bound: not fitted');
    const [, setting] = /--set (network.added_delay=\S+)/.exec(out) as RegExpExecArray;
    // What is printed applies: the same rows, nothing left to add.
    const again = join(folder, 'again.yaml');
    writeFileSync(
      again,
      readFileSync(scenario, 'utf8').replace('ingress:', `added_delay: ${setting?.split('=')[1]}, ingress:`),
    );
    const settled = await quorumlab(
      'calibrate',
      '--from',
      csv,
      '--scenario',
      again,
      '--fit',
      'link-delay',
      '--inline',
      '--json',
    );
    const [{ value_ns, set }] = JSON.parse(settled.out).constants;
    expect(value_ns).toBeLessThan(10_000);
    expect(set[0]).toMatch(/^network.added_delay=60\d/);
    const refusal = async (rows: string): Promise<string> => {
      writeFileSync(csv, `nodes.count,network.matrix.uniform,finality_mean_ms\n3,5ms,11.2\n${rows}\n`);
      const wrong = await quorumlab('calibrate', '--from', csv, '--scenario', scenario, '--fit', 'link-delay');
      expect(wrong.code).toBe(1);
      return wrong.err;
    };
    expect(await refusal('3,far,21.2')).toContain(
      `${csv}:3:3: ${scenario} cannot be set up as this row says (nodes.count=3, network.matrix.uniform=far)`,
    );
    expect(await refusal('0,5ms,21.2')).toContain(`${csv}:3:1: ${scenario} cannot be set up`);
    expect(await refusal('3,5ms,soon')).toBe(`${csv}:3:7: 'soon' is no number\n`);
    expect(await refusal('3,5ms\n5,5ms')).toBe(
      [3, 4].map((line) => `${csv}:${line}:6: the row has 2 fields, expected 3 as in the header line\n`).join(''),
    );
  }, 30_000);

  test('finds the service time of the shipped etcd measurements, in a scenario whose levels the rows name', async () => {
    const scenario = join(folder, 'etcd.yaml');
    const shipped = readFileSync('scenarios/validation/etcd-commit-latency.yaml', 'utf8');
    const [head] = shipped.split(/^machine:/m) as [string];
    // Its constants taken out, so that nothing but the measurements can bring them back.
    writeFileSync(
      scenario,
      `${head.replace('duration: 21s', 'duration: 3s')}machine: { handling: 0s, request_handling: 0s, execution: 0s, crypto: { mode: none }, disk: none }
nodes: { count: 3 }
clients: [{ node: 0, load: { closed: { clients: 1 } } }]
workload: { opaque: { request_bytes: 256B } }
protocol: { raft: { preset: etcd-3.4, initial_leader: 0 } }
levels: { nodes.count: [3, 5], network.matrix.uniform: [5ms, 25ms] }
`,
    );
    const measured = openReference()('measured/etcd-commit-latency.csv').filter(
      (row) => Number(row.one_way_delay_ms) >= 5,
    );
    const csv = join(folder, 'etcd.csv');
    const columns = 'nodes.count,network.matrix.uniform,finality_p50_ms,machine_cpu_frac';
    const lines = measured.map((row) =>
      [row.members, `${row.one_way_delay_ms}ms`, row.p50_ms, row.machine_cpu_frac].join(','),
    );
    writeFileSync(csv, [columns, ...lines, ''].join('\n'));
    const { code, out } = await quorumlab('calibrate', '--from', csv, '--scenario', scenario, '--inline', '--json');
    expect(code).toBe(0);
    const fit = JSON.parse(out);
    expect(fit.constants.map(({ constant }: { constant: string }) => constant)).toEqual(['processing']);
    const [{ value_ns, standard_error_ns, set }] = fit.constants;
    expect(value_ns / 1e6).toBeGreaterThan(1.24);
    expect(value_ns / 1e6).toBeLessThan(1.37);
    expect(standard_error_ns / 1e6).toBeLessThan(0.13);
    expect(set).toEqual([`clients.0.processing=${value_ns / 1e6}ms`]);
    expect(fit.rows).toHaveLength(4);
    expect(fit.rms_error_left_out).toBeLessThan(0.03);
    expect(fit.as_in_scenario.map(({ constant }: { constant: string }) => constant)).toContain('request-handling');
    // A level that no column names leaves several points.
    writeFileSync(csv, 'nodes.count,finality_p50_ms\n3,11\n');
    const open = await quorumlab('calibrate', '--from', csv, '--scenario', scenario);
    expect(open.code).toBe(1);
    expect(open.err).toContain(
      `${csv}:2:3: ${scenario} has 2 points as this row sets it up, expected one: name its levels by columns (network.matrix.uniform)`,
    );
  }, 60_000);
});
