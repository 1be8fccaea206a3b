// `--quick` of commands that leave the faults of a scenario out measures the quarter that it is said to, and what it advises follows from it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { quorumlab, quorumlabWith } from '../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-quick-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POISSON = 'poisson: 10/s';
const BURSTS = 'bursty: { rate: 100/s, burst_rate: 1000/s, calm: 50ms, burst: 50ms }';

function scenario(name: string, arrivals: string, faults: string): string {
  const path = join(folder, `${name}.yaml`);
  const text = `scenario: 1
name: ${name}
question: How long are rough runs?
seed: 1
run: { warmup: 1s, duration: 41s, replications: 1 }
network: { matrix: multi-az }
nodes: { sites: { zone-a: 1, zone-b: 1, zone-c: 1 } }
workload: opaque
clients: [{ site: zone-a, load: { open: { ${arrivals} } }, retry_after: 500ms }]
protocol: { raft: { initial_leader: 0 } }
objective: { finality_p99: 1s }
faults: [${faults}]
`;
  const space = `space:
  protocols: { raft: {} }
  nodes: 3
  sites: { zone-a: { at_most: 1 }, zone-b: { at_most: 1 }, zone-c: { at_most: 1 } }
  machines: [{ name: small, cores: 2, per_month: 50 }]
`;
  writeFileSync(path, text + (name === 'size' ? space : ''));
  return path;
}

const CRASH = '{ crash: leader, at: 30s, for: 1s }';

/** How long the runs without a fault last of which a command asks, s: none of them is made. */
async function horizonsOf(command: string): Promise<readonly number[]> {
  const seen: number[] = [];
  const simulate = (spec: RunSpec): never => {
    if (spec.faults.length === 0) seen.push(spec.horizon / 1e9);
    throw new Error('not made');
  };
  const options = ['--quick', '--inline', '--no-cache', '--out', join(folder, 'out')];
  await quorumlabWith({ simulate }, command, scenario(command, POISSON, CRASH), ...options);
  return seen;
}

describe('--quick measures a quarter of what is measured, whatever faults the scenario has, in', () => {
  // By hand: 1 s of warm-up and a quarter of 40 s.
  test.each(['saturate', 'compare', 'tune'])('%s', async (command) => {
    const horizons = await horizonsOf(command);
    expect(horizons).toContain(11);
    // As long as shows 10 s behind a fault at 30 s.
    expect(horizons).not.toContain(41);
    expect(horizons).not.toContain(40.75);
  });

  test('size, whose short runs measure a quarter of that', async () => {
    expect(new Set(await horizonsOf('size'))).toEqual(new Set([1 + 10 / 4]));
  });
});

test('saturate advises the same duration with a fault as without', async () => {
  const asked = ['--quick', '--precision', '0.1', '--no-cache'];
  const [without, faulty] = [
    await quorumlab('saturate', scenario('calm', BURSTS, ''), ...asked, '--set', 'run.duration=2s'),
    await quorumlab(
      'saturate',
      scenario('faulty', BURSTS, '{ crash: leader, at: 1s, for: 500ms }'),
      ...asked,
      '--set',
      'run.duration=2s',
    ),
  ];
  expect(without.code).toBe(1);
  expect(without.err).toContain('250ms of measured time');
  const said = (err: string): string => err.slice(err.indexOf('are too short'));
  expect(said(faulty.err)).toBe(said(without.err));
});
