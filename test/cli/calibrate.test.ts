// `quorumlab calibrate` as a command: options that contradict, profiles written that a scenario can name, a fit from a CSV file.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
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
    // A busy machine may make every number refused: then nothing is written down, and that is an error.
    expect(readdirSync(folder).includes('mine-native.yaml')).toBe(code === 0);
    if (code !== 0) expect(err).toContain('no profile, since what it needs was refused');
  }, 30_000);

  test('wants a scenario with measurements, and names that exist', async () => {
    expect((await quorumlab('calibrate', '--from', 'x.csv')).err).toContain('--from and --scenario go together');
    expect((await quorumlab('calibrate', '--fit', 'magic')).err).toContain('service-time, fsync, link-delay');
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
    );
    expect(err).toContain('1 row with CPU-bound machines (line 5)');
    expect(code).toBe(0);
    expect(Number(/link-delay: ([\d.]+)us/.exec(out)?.[1])).toBeCloseTo(600, -1);
    expect(out).toContain('CPU-bound: not fitted');
    writeFileSync(csv, 'network.matrix.uniform,finality_mean_ms\n5ms,11.2\nfar,21.2\n');
    const wrong = await quorumlab('calibrate', '--from', csv, '--scenario', scenario, '--fit', 'link-delay');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain(`${csv}:3: ${scenario} cannot be set up as this row says (network.matrix.uniform=far)`);
  }, 30_000);
});
