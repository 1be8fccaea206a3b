// A cluster in trouble never answers with exit code 0 and a good word: real runs, short ones, of clusters that stop, starve or lag.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/cli/exit-codes.ts';
import { quorumlab } from '../support/command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-trouble-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scenario = `scenario: 1
name: trouble
question: Which is final sooner?
seed: 7
run: { duration: 3s, replications: 2 }
progress_within: 1s
network: { matrix: multi-az }
nodes: { count: 4 }
clients: [{ site: zone-a, load: { open: { poisson: 200/s } }, retry_after: 200ms }]
workload: opaque
compare:
  - { label: PBFT, protocol: pbft }
  - { label: Raft, protocol: raft, initial_leader: 0 }
`;

interface Ended {
  readonly code: ExitCode;
  /** The sentences of the verdict. */
  readonly verdict: readonly string[];
  readonly out: string;
}

async function run(...set: string[]): Promise<Ended> {
  const file = join(folder, 'trouble.yaml');
  writeFileSync(file, scenario);
  const overrides = set.flatMap((assignment) => ['--set', assignment]);
  const ended = await quorumlab('run', file, '--inline', '--no-report', '--out', folder, ...overrides);
  const out = stripVTControlCharacters(ended.out);
  const verdict = out
    .split('\n')
    .filter((line) => line.startsWith('• '))
    .map((line) => line.slice(2));
  return { code: ended.code, verdict, out };
}

const dead = 'faults=[{ crash: [0, 1], at: 1s }]';
const patient = 'progress_within=10s';

describe('a cluster that loses more nodes than it tolerates', () => {
  test('violates liveness where the run is long enough to tell', async () => {
    const { code, verdict } = await run(dead);
    expect(code).toBe(ExitCode.notLive);
    expect(verdict[0]).toMatch(
      /^PBFT violated liveness \(the first of 2\): progress at 2 s: the last fault ended at 1s and requests were outstanding from 1s on; one should have become final within 1s/,
    );
    expect(verdict[0]).toContain('If so long is allowed, raise progress_within; else look in the timeline');
    expect(verdict[2]).toMatch(
      /^PBFT did not recover: when the run ended nothing had become final for 2,\d+ ms, and 6/,
    );
    expect(verdict.join(' ')).not.toContain('sooner');
  });

  test('says that liveness was not judged where it is not', async () => {
    const { code, verdict, out } = await run(dead, patient);
    const why = 'Liveness not judged: the run ended 2s after its last fault, not later than progress_within (10s).';
    expect(code).toBe(ExitCode.ok);
    expect(verdict[0]).toMatch(/^PBFT did not recover: /);
    expect(verdict[0]).toContain(why);
    expect(out).toContain(`\n${why}`);
  });

  test('meets no objective for finality by what was quick before', async () => {
    for (const objective of [
      '{ finality_p99: 100ms }',
      '{ finality_p50: 100ms }',
      '{ finality_max: 10s, finality_p99: 1s }',
    ]) {
      const { code, verdict } = await run(dead, patient, `objective=${objective}`);
      expect(code).toBe(ExitCode.missed);
      expect(verdict.join('\n')).toMatch(/Objective finality_p\d+ 1?\d*0?m?s: MISSED by PBFT \(.*\) and Raft \(/);
    }
  });
});

describe('a cluster in which nothing becomes final', () => {
  test('violates liveness where the run is longer than progress_within, and else says that this was not judged', async () => {
    const starved = await run('network.egress=1bps');
    expect(starved.code).toBe(ExitCode.notLive);
    const short = await run('network.egress=1bps', patient);
    expect(short.code).toBe(ExitCode.ok);
    expect(short.verdict[0]).toMatch(
      /^PBFT finalised nothing of \d+ transactions\/s offered\. Liveness not judged: the run \(3s\) is not longer than progress_within \(10s\)\.$/,
    );
    expect(short.verdict[2]).toBe('No finality is compared: no point kept up with its load.');
    const asked = await run('network.egress=1bps', patient, 'objective={ finality_p99: 10s }');
    expect(asked.code).toBe(ExitCode.missed);
    expect(asked.verdict.join(' ')).toContain('nothing became final');
  });
});

describe('a cluster that is offered more than it can carry', () => {
  test('does not keep up, is not compared, and meets no objective for finality', async () => {
    const slow = ['network.egress=5Mbps', 'clients.0.load.open.poisson=2000/s', patient];
    const { code, verdict } = await run(...slow, 'objective={ finality_p99: 9s }');
    expect(code).toBe(ExitCode.missed);
    expect(verdict[0]).toMatch(/^PBFT (does not keep up|stalled under its load): /);
    expect(verdict[1]).toMatch(/^Raft (does not keep up|stalled under its load): /);
    expect(verdict[2]).toBe('No finality is compared: no point kept up with its load.');
    expect(verdict.join(' ')).not.toContain('sooner');
  });
});

test('a healthy cluster keeps up, is compared, meets its objective, and says what was not judged', async () => {
  const { code, verdict, out } = await run('objective={ finality_p99: 100ms }');
  expect(code).toBe(ExitCode.ok);
  expect(verdict[0]).toMatch(/^Raft is final sooner than PBFT: half within .* 90 % within .* and 99 % within /);
  expect(verdict.join(' ')).toMatch(/Objective finality_p99 100ms: met by PBFT \(.* ms\) and Raft \(.* ms\)\./);
  expect(out).toContain('Availability: the share that was final within 100 ms (the objective for finality_p99).');
  expect(out).not.toContain('not judged');
  const unasked = await run(patient);
  expect(unasked.out).toContain('Liveness not judged: the run (3s) is not longer than progress_within (10s).');
  expect(unasked.out).toMatch(
    /Availability: the share that was final within [\d.,]+ ms \(ten times the undisturbed 99th/,
  );
});
