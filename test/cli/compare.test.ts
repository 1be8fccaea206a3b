// `quorumlab compare`: matrix, files, recommendation and exit codes; what it does with the faults and the open options of a scenario.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CompareFile } from '../../src/results/compare-file.ts';
import { quorumlab, quorumlabWith } from '../support/command.ts';
import { fakeRun } from '../support/fake-run.ts';
import { rangeLineOf } from '../support/range-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = `scenario: 1
name: pair
question: Which <one>?
seed: 3
run: { warmup: 200ms, duration: 1500ms, replications: 2 }
network: { matrix: { uniform: 4ms, sites: [a, b, c] } }
nodes: { sites: { a: 2, b: 1, c: 1 } }
workload: opaque
clients: [{ site: a, load: { open: { constant: 60/s } }, retry_after: 200ms }]
compare:
  - { label: PBFT, protocol: pbft, request_timeout: 150ms, view_change_timeout: 150ms, status_interval: 50ms }
  - label: Raft
    protocol: raft
    nodes: { sites: { a: 1, b: 1, c: 1 } }
    election_timeout: 60ms..120ms
    heartbeat: 20ms
    initial_leader: 0
faults: [{ partition: leader, at: 1s, for: 200ms }]
progress_within: 1s
drills: { at: 500ms, for: 400ms, slow_by: 20 }
objective: { finality_p99: 1s }
prices: { currency: XYZ, core_hour: 0.05, egress_gb: 0.1, disk_gb_month: 0.1 }
`;
const scenario = join(folder, 'pair.yaml');
writeFileSync(scenario, TEXT);

const run = (...more: readonly string[]) => quorumlab('compare', scenario, '--inline', '--out', folder, ...more);

describe('compare', () => {
  test('recommends for each assumption, shows the matrix and writes both files', async () => {
    const { code, out, err } = await run();
    // Per candidate: undisturbed, leader, slow leader and three sites, twice.
    expect(err).toContain('2 candidates, 2 replications: 24 runs');
    expect(code).toBe(0);
    expect(out).toMatch(/If a participant may lie \(a Byzantine fault\): PBFT\./);
    expect(out).toMatch(/If participants only stop, and none lies \(crash faults\): Raft\..*lower cost/);
    expect(out).toContain('Raft: Raft assumes nodes that may crash but never lie');
    expect(out).toMatch(
      /If no participant can lie, Raft would be chosen instead of PBFT, which costs [\d,.]+ XYZ a month less/,
    );
    expect(out).toContain("The scenario's own fault is replaced by the drills.");
    expect(out).toContain('PBFT: votes are written to disk before they are sent (durable: true)');
    const [id = ''] = readdirSync(join(folder, 'pair'));
    const page = readFileSync(join(folder, 'pair', id, 'compare.html'), 'utf8');
    expect(page).toContain('Which &lt;one&gt;?');
    expect(rangeLineOf(page)).not.toBeNull();
    // What a protocol costs the network and the processors stands beside what it gives, in both reports.
    for (const report of [out, page]) expect(report).toMatch(/bytes a node and[^<]*second/);
    for (const chart of ['chart-pareto', 'chart-outages']) expect(page).toContain(`id="${chart}"`);
    const file = JSON.parse(readFileSync(join(folder, 'pair', id, 'compare.json'), 'utf8')) as CompareFile;
    expect(file.repeat_command).toBe(`npx quorumlab compare ${scenario}`);
    expect(file.drills).toEqual({ at_ms: 500, for_ms: 400, slow_by: 20 });
    const [pbft, raft] = file.candidates;
    expect(pbft).toMatchObject({ crashes_tolerated: 1, liars_tolerated: 1, nodes: 4, on_front: true });
    expect(raft).toMatchObject({ crashes_tolerated: 1, liars_tolerated: 0, nodes: 3 });
    expect(pbft?.signatures_per_transaction?.mean).toBeGreaterThan(1);
    expect(raft?.signatures_per_transaction?.mean).toBe(0);
    // All bytes of a transaction, at 60/s, over four nodes; the window begins and ends with some under way.
    const each = ((pbft?.bytes_per_transaction?.mean ?? 0) * 60) / 4;
    expect(Math.abs((pbft?.bytes_per_node_per_s?.mean ?? 0) / each - 1)).toBeLessThan(0.1);
    expect(pbft?.drills.map(({ drill, nodes_struck }) => [drill, nodes_struck])).toEqual([
      ['crash of the leader', 1],
      ['loss of a', 2],
      ['loss of b', 1],
      ['loss of c', 1],
      ['leader 20 times as slow', 1],
    ]);
    for (const one of file.candidates) {
      expect(one.drills.every(({ recovered, liveness }) => recovered && liveness.judged)).toBe(true);
      expect(one.violations).toEqual([]);
      expect(one.cost?.per_month.cores).toBeCloseTo(one.nodes * 4 * 730 * 0.05, 6);
      // More than f nodes at one site: it is out for about as long as they are down, and the others are not.
      const [crash, lost] = one.drills;
      expect(crash?.longest_outage_ms?.mean).toBeGreaterThan(50);
      if (one.label === 'PBFT') expect(lost?.longest_outage_ms?.mean).toBeGreaterThan(390);
      else expect(lost?.longest_outage_ms?.mean).toBeLessThan(390);
    }
  });

  test('gives the same bytes again, as one document with --json, and another id to another question', async () => {
    const first = await run('--json', '--replications', '1');
    const again = await run('--json', '--replications', '1');
    expect(first.code).toBe(0);
    expect(again.out).toBe(first.out);
    const other = await run('--json', '--replications', '1', '--set', 'drills.slow_by=3');
    const id = ({ out }: typeof first): string => (JSON.parse(out) as CompareFile).id;
    expect(id(other)).not.toBe(id(first));
    expect((JSON.parse(first.out) as CompareFile).recommendation.join()).toContain('one replication');
  });

  test('where nobody meets the objective, says who comes nearest and what binds it, and ends with 2', async () => {
    const { code, out } = await run('--replications', '1', '--set', 'objective={ finality_p99: 1ms }');
    expect(code).toBe(2);
    expect(out).toMatch(
      /No candidate meets the objective\. Nearest comes Raft, bound by finality_p99: [\d.]+ ms, asked for 1ms\./,
    );
    expect(out).not.toContain('What would change this answer');
  });

  test.each([
    ['unsafe', 3, 'it violated safety'],
    ['crashes', 70, 'of its runs did not finish'],
    ['stalls', 4, 'it violated liveness'],
  ])('never chooses a candidate that %s', async (label, expected, why) => {
    const text = TEXT.replace('label: PBFT', `label: ${label}`);
    writeFileSync(join(folder, 'trouble.yaml'), text);
    const argv = ['compare', join(folder, 'trouble.yaml'), '--inline', '--out', folder, '--json'];
    const { code, out } = await quorumlabWith({ simulate: fakeRun }, ...argv);
    expect(code).toBe(expected);
    const { decision, recommendation } = JSON.parse(out) as CompareFile;
    expect(decision.unfit).toEqual([{ candidate: label, why: expect.stringContaining(why) }]);
    expect(decision.front).toEqual(['Raft']);
    expect(recommendation[0]).toContain('If a participant may lie');
    expect(recommendation[0]).not.toContain(`${label}. It`);
  });

  test('says so plainly where the front is empty', async () => {
    const [head = '', rest = ''] = TEXT.split('  - label: Raft');
    const text = head.replace('label: PBFT', 'label: unsafe') + rest.slice(rest.indexOf('faults:'));
    writeFileSync(join(folder, 'none.yaml'), text);
    const argv = ['compare', join(folder, 'none.yaml'), '--inline', '--out', folder];
    const { code, out } = await quorumlabWith({ simulate: fakeRun }, ...argv);
    expect(code).toBe(3);
    expect(out).toContain('No candidate can be recommended: unsafe: it violated safety.');
  });

  test('stops at Ctrl-C without writing half an answer', async () => {
    const onInterrupt = (listener: () => void) => {
      listener();
      return () => {};
    };
    const out = join(folder, 'stopped');
    const ended = await quorumlabWith(
      { simulate: fakeRun, onInterrupt },
      'compare',
      scenario,
      '--inline',
      '--out',
      out,
    );
    const lastWords = 'stopped: no answer is written, and no runs are kept (--cache FOLDER keeps them)';
    expect(ended).toMatchObject({ code: 130, out: '', err: expect.stringContaining(lastWords) });
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    ['levels={ faults.0.at: [900ms, 1s] }', 'compare replaces the faults by its drills'],
    ['drills.at=100ms', 'drills.at: falls into the warm-up'],
    ['drills.slow_by=1', 'drills.slow_by'],
    [
      'clients=[{ node: 0, load: { open: { poisson: 50/s } } }]',
      'stand on the machine of node 0, which may crash here with all of them',
    ],
  ])('refuses --set %s', async (set, reason) => {
    const { code, err } = await run('--set', set);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });
});
