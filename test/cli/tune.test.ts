// `quorumlab tune`: table, files, names of real systems, repeat command, exit codes, and what cannot be tuned.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TuneFile } from '../../src/results/tune-file.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { quorumlab, quorumlabWith } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';
import { rangeLineOf } from '../support/range-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-tune-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = `scenario: 1
name: small
question: How short may <timeouts> be?
seed: 1
run: { warmup: 500ms, duration: 2500ms, replications: 1 }
network: { matrix: { uniform: 50ms }, jitter: { exponential: 1ms } }
nodes: { count: 4 }
workload: opaque
clients: [{ site: outside, load: { open: { poisson: 10/s } }, retry_after: 300ms }]
`;

function scenario(name: string, ...points: readonly string[]): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `${HEAD}compare:\n${points.map((point) => `  - ${point}\n`).join('')}`);
  return path;
}

const RAFT = '{ label: Raft, protocol: raft, initial_leader: 0, election_timeout: 2s..4s, heartbeat: 200ms }';
const PBFT =
  '{ label: PBFT, protocol: pbft, request_timeout: 1500ms, view_change_timeout: 1500ms, status_interval: 100ms, batch: { timeout: 0s } }';
const ECHO = '{ label: Echo, protocol: echo }';
const both = scenario('both', RAFT, PBFT, ECHO);

describe('tune', () => {
  test('says what to set, in a table, a JSON file and a page of its own, in the words of real systems', async () => {
    const options = ['--spurious', '20/min', '--crashes', '1', '--inline', '--no-cache', '--out', folder];
    const { code, out, err } = await quorumlab('tune', both, ...options);
    expect(err).toMatch(
      /^tuned: Raft: election_timeout, heartbeat, batch\.timeout\ntuned: PBFT: request_timeout, .*\nnot tuned: Echo: of the protocol echo no timeouts are known/,
    );
    expect(err).toContain('tune.html');
    expect(code).toBe(0);
    expect(out).toMatch(/Raft: election timeout .* instead of 2 s to 4 s and 200 ms: recovery from a crash/);
    expect(out).toMatch(/PBFT: request and view-change timeout .* fewer than 1,200 spurious view changes an hour/);
    expect(out).toMatch(/etcd --heartbeat-interval=\d+ --election-timeout=\d+/);
    expect(out).toContain('PreferredMaxBytes: 1 MB');
    expect(out).toContain('system.totalordermulticast.timeout = ');
    const [id = ''] = readdirSync(join(folder, 'small'));
    const page = readFileSync(join(folder, 'small', id, 'tune.html'), 'utf8');
    expect(page).toContain('id="chart-curve-0"');
    expect(rangeLineOf(page)).not.toBeNull();
    expect(page).toContain('How short may &lt;timeouts&gt; be?');
    const file = JSON.parse(readFileSync(join(folder, 'small', id, 'tune.json'), 'utf8')) as TuneFile;
    expect(file.level_per_hour).toBeCloseTo(1200, 9);
    expect(file.repeat_command).toBe(`npx quorumlab tune ${both} --spurious 1200/h --crashes 1`);
    expect(file.not_tuned).toMatchObject([{ label: 'Echo' }]);
    for (const { chosen, present } of file.points) {
      expect(chosen?.spurious).toMatchObject({ events: 0, lower_per_hour: 0, shown: 'under' });
      expect(chosen?.spurious.upper_per_hour).toBeLessThan(1200);
      expect(chosen?.timeout_ms).toBeLessThan(present?.timeout_ms as number);
      expect(chosen?.recovery.worst_ms).toBeLessThan(present?.recovery.worst_ms as number);
    }
  }, 60_000);

  /** A cluster that never had a leader. */
  const leaderless = (spec: RunSpec) => {
    const run = fakeRun({ ...spec, horizon: 1e9, boundaries: [] });
    return { ...run, endedAt: spec.horizon, timeline: { ...run.timeline, events: [] } };
  };

  test('ends with 2 where no timeout in the range stays under the level', async () => {
    const options = ['--spurious', '10/min', '--crashes', '1', '--inline', '--no-cache', '--out', folder];
    const { code, out, err } = await quorumlabWith(
      { simulate: leaderless },
      'tune',
      scenario('raft', RAFT),
      ...options,
    );
    expect(err).toContain('report: ');
    expect(code).toBe(2);
    expect(out).toMatch(/no timeout from 120 ms to .* was shown to stay under 600 spurious elections an hour/);
  });

  test('--quick asks for a level that little time can show, and says so', async () => {
    const options = ['--quick', '--inline', '--no-cache', '--json', '--out', folder];
    const { out } = await quorumlabWith({ simulate: leaderless }, 'tune', scenario('quick', RAFT), ...options);
    const file = JSON.parse(out) as TuneFile;
    expect(file.level_per_hour).toBeCloseTo(12, 9);
    expect(file.hours_needed).toBeCloseTo(0.25, 9);
    expect(file.repeat_command).toContain('--quick');
  });

  test('a run that crashes ends with 70, and is named', async () => {
    const simulate = (spec: RunSpec) => {
      if (spec.horizon > 4e9) throw new RangeError('no bucket for this arrival');
      return fakeRun(spec);
    };
    const options = ['--spurious', '1/min', '--inline', '--no-cache', '--out', folder];
    const { code, err } = await quorumlabWith({ simulate }, 'tune', scenario('raft', RAFT), ...options);
    expect(code).toBe(70);
    expect(err).toContain('not finished: Raft, replication 0: RangeError: no bucket');
  });

  test('a scenario in which nothing can be tuned is refused, with the reason of each point and what can be', async () => {
    const echo = scenario('echo', ECHO);
    const { code, err } = await quorumlab('tune', echo);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^.*echo\.yaml: nothing in it can be tuned:\n {2}Echo: of the protocol echo no timeouts are known/,
    );
    expect(err).toContain(
      'What can be tuned are the timeouts of raft (election_timeout, heartbeat, batch.timeout) and pbft (request_timeout, view_change_timeout, batch.timeout), in',
    );
    const alone = await quorumlab('tune', scenario('alone', RAFT), '--set', 'nodes.count=1');
    expect(alone.code).toBe(1);
    expect(alone.err).toContain('a single node');
    const beside = await quorumlab(
      'tune',
      scenario('beside', RAFT),
      '--set',
      'clients=[{ node: 0, load: { open: { poisson: 9/s } } }]',
    );
    expect(beside.code).toBe(1);
    expect(beside.err).toContain('stand on the machine of node 0, which may crash here with all of them');
  });

  test('its help says the usual level as it would be written', async () => {
    const { code, out } = await quorumlab('tune', '--help');
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toContain('with 95 % confidence (default: 1/h)');
  });

  test('says once that a level is no rate', async () => {
    const { err } = await quorumlab('tune', both, '--spurious', 'bad');
    expect(err).toContain("argument 'bad' is invalid. It must be a rate per s, min, h or d, such as 1/h.\n");
    expect(err.match(/rate (per|such)|such as/g)).toHaveLength(2);
  });

  test.each([
    ['--spurious', '0/h', 'at least one in ten days'],
    ['--crashes', '0', 'at least 1'],
    ['--threads', '2.5', 'whole number'],
  ])('refuses %s %s', async (option, value, reason) => {
    const { code, err } = await quorumlab('tune', both, option, value);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });
});
