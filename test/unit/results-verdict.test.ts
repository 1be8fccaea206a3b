// The verdict says in words which protocol, what finality, what limits it and what the faults cost; the table says it in rows.
import colours from 'picocolors';
import { describe, expect, test } from 'vitest';
import { runsCsv, timelineCsv } from '../../src/report/csv.ts';
import { renderTable } from '../../src/report/table.ts';
import { verdictOf } from '../../src/report/verdict.ts';
import { list } from '../../src/report/words.ts';
import { ESTIMATE_NAMES, type Estimate, type PointResult } from '../../src/results/result-file.ts';
import { sampleResult } from '../support/sample-result.ts';

const [pbft, raft] = sampleResult().points as [PointResult, PointResult];
const estimate = (mean: number, half = 0, replications = 5): Estimate => ({
  mean,
  low: mean - half,
  high: mean + half,
  replications,
});
const having = (
  point: PointResult,
  estimates: Partial<PointResult['estimates']>,
  more: Partial<PointResult> = {},
): PointResult => ({
  ...point,
  ...more,
  estimates: { ...point.estimates, ...estimates },
});
const text = (...points: PointResult[]): string => verdictOf(points).join('\n');

describe('the verdict', () => {
  test('says which of two is final sooner, and by how much', () => {
    const a = having(pbft, { finality_p99_ms: estimate(600, 10) });
    const b = having(raft, { finality_p99_ms: estimate(300, 10) });
    expect(verdictOf([a, b])[0]).toBe(
      'Raft is final sooner than PBFT: 99 % within 300 ms against 600 ms, a factor of 2.00.',
    );
  });

  test('says what each spends on a transaction when there is something to compare', () => {
    const a = having(pbft, { messages_per_transaction: estimate(1.5), bytes_per_transaction: estimate(4000) });
    const b = having(raft, { messages_per_transaction: estimate(0.5), bytes_per_transaction: estimate(1200) });
    const sentence = 'Consensus messages and bytes on the wire for each transaction:';
    expect(text(a, b)).toContain(`${sentence} PBFT 1.50 and 4,000 B and Raft 0.500 and 1,200 B.`);
    expect(text(a)).not.toContain(sentence);
  });

  test('does not claim a difference where the intervals overlap', () => {
    const a = having(pbft, { finality_p99_ms: estimate(310, 10) });
    const b = having(raft, { finality_p99_ms: estimate(300, 10) });
    expect(verdictOf([a, b])[0]).toMatch(/^No difference in finality can be told between Raft and PBFT/);
  });

  test('warns that one replication has no interval', () => {
    const a = having(pbft, { finality_p99_ms: estimate(600, 0, 1) });
    const b = having(raft, { finality_p99_ms: estimate(300, 0, 1) });
    expect(verdictOf([a, b])[0]).toContain('(one replication: no interval)');
  });

  test('says who keeps up with the load and who does not', () => {
    const load = { offered_per_s: estimate(500), goodput_per_s: estimate(490) };
    expect(text(having(pbft, { ...load, throughput_per_s: estimate(499) }))).toContain(
      'keeps up with 500 transactions/s',
    );
    const slow = having(pbft, { ...load, throughput_per_s: estimate(200), goodput_per_s: estimate(150) });
    expect(text(slow)).toContain('finalises only 200 of 500 transactions/s offered; 25.0% of them are invalid');
    const silent = having(pbft, {
      ...load,
      throughput_per_s: estimate(0),
      finality_p50_ms: null,
      finality_p99_ms: null,
    });
    expect(text(silent)).toContain('nothing became final of 500 transactions/s offered');
  });

  test('names a busy resource as the limit, else the stage that takes most of the time', () => {
    const busy = { ...pbft, bottleneck: { resource: 'egress', node: 2, utilisation: 0.93 } };
    expect(text(busy)).toContain('What limits PBFT: the network card (out) of node 2, 93.0% busy.');
    const stages = ['received', 'proposed', 'committed', 'executed', 'final'].map((stage, i) => ({
      stage,
      mean_ms: i === 2 ? 60 : 10,
    }));
    const idle = { ...pbft, stages, bottleneck: { resource: 'thread', node: 0, utilisation: 0.11 } };
    expect(text(idle)).toContain('60.0% of its mean finality (60.0 ms of 100 ms) goes into agreeing on the block');
    expect(text(idle)).toContain('the protocol thread of node 0, 11.0% busy');
  });

  test('says what each fault cost, also where nothing happened or nothing recovered', () => {
    const fault = { text: 'crash of the leader', at_ms: 20_000, recovery_ms: estimate(3200, 100) };
    const cost = { longest_outage_ms: estimate(3000), availability: estimate(0.95) };
    const told = text(having(pbft, cost, { faults: [fault], availability_limit_ms: 2000 }));
    expect(told).toContain('crash of the leader at 20 s: PBFT was final again 3,200 ms later.');
    expect(told).toContain('its longest outage was 3,000 ms and 95.0% of the transactions were final within 2,000 ms');
    expect(text({ ...pbft, faults: [{ ...fault, recovery_ms: estimate(0) }] })).toContain('went on without an outage');
    expect(text({ ...pbft, faults: [{ ...fault, recovery_ms: null }] })).toContain('PBFT did not recover');
    expect(text({ ...pbft, faults: [{ ...fault, at_ms: null }] })).toContain('never took effect');
  });

  test('begins with what was violated', () => {
    const row = {
      replication: 1,
      kind: 'safety',
      at_ms: 12_500,
      node: 3,
      detail: 'two blocks at height 9',
      repeat_command: 'x',
    } as const;
    const broken = {
      ...raft,
      safety: {
        violations: 2,
        details: [
          { ...row, check: 'agreement' },
          { ...row, check: 'order' },
        ],
      },
    };
    expect(verdictOf([pbft, broken])[0]).toBe(
      'Raft violated safety (the first of 2): agreement at 12.50 s on node 3: two blocks at height 9',
    );
  });

  test('carries the trust note beside every protocol that trusts its nodes, and only there', () => {
    expect(verdictOf([pbft, raft]).at(-1)).toBe(`Trust in Raft: ${raft.trust_note}`);
    expect(text(pbft)).not.toContain('Trust in');
  });

  test('says of each objective who meets it and who does not', () => {
    const objective = (met: boolean) => [{ measure: 'finality_p99', target: '2s', value: 1, met }];
    const told = text({ ...pbft, objective: objective(false) }, { ...raft, objective: objective(true) });
    expect(told).toContain('Objective finality_p99 2s: met by Raft and MISSED by PBFT.');
  });

  test('of many points tells of the notable ones and keeps short', () => {
    const points = Array.from({ length: 12 }, (_, i) =>
      having(
        pbft,
        { finality_p99_ms: estimate(100 + i), throughput_per_s: estimate(500 + (i === 5 ? 50 : 0)) },
        { label: `point ${i}` },
      ),
    );
    const told = text(...points);
    for (const label of ['point 0 (', 'point 11 (', 'point 5 (']) expect(told).toContain(label);
    expect(told).not.toContain('point 7');
  });

  test('of no measured run claims nothing', () => {
    const nothing = Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, null])) as PointResult['estimates'];
    const empty = { ...pbft, estimates: nothing, faults: [], stages: [], objective: [] };
    expect(text(empty, { ...empty, label: 'other' })).toContain('no run gave a measure');
  });
});

describe('the table', () => {
  const plain = colours.createColors(false);
  const result = sampleResult();

  test('has the verdict, one row a point, its interval and its notes', () => {
    const told = renderTable(result, plain);
    for (const sentence of result.verdict) expect(told).toContain(sentence);
    expect(told.match(/^│ (PBFT|Raft) /gm)).toHaveLength(2);
    expect(told).toContain('[');
    expect(told).toContain('In brackets: 95 % intervals over independent replications.');
    expect(told).toContain(`warning: ${result.warnings[0]}`);
  });

  test('says that a rough answer is rough, and names runs that did not finish with the command that repeats them', () => {
    const failed = { label: 'PBFT', replication: 3, reason: 'ran out of memory', repeat_command: 'quorumlab rerun x' };
    const told = renderTable({ ...result, quick: true, failed_runs: [failed] }, plain);
    expect(told).toContain('ROUGH ANSWER (--quick)');
    expect(told).toContain('not finished: PBFT, replication 3: ran out of memory\n  repeat: quorumlab rerun x');
  });

  test('marks a point that violated safety', () => {
    const points = [{ ...pbft, safety: { violations: 2, details: [] } }, raft];
    expect(renderTable({ ...result, points }, plain)).toMatch(/2 violated/);
  });
});

describe('the CSV files', () => {
  test('quote what needs it and leave empty what could not be measured', () => {
    const values = Object.fromEntries(ESTIMATE_NAMES.map((name, i) => [name, i === 0 ? 1.5 : null])) as never;
    const row = {
      label: 'a, "b"',
      replication: 0,
      seed: 5,
      digest: null,
      ended_at_ms: 10,
      safety_violations: 1,
      liveness_violations: 0,
      values,
    };
    const [head, line] = runsCsv([row]).trimEnd().split('\n');
    expect(head).toBe(
      `label,replication,seed,digest,ended_at_ms,safety_violations,liveness_violations,${ESTIMATE_NAMES.join(',')}`,
    );
    expect(line).toBe(`"a, ""b""",0,5,,10,1,0,1.5${','.repeat(ESTIMATE_NAMES.length - 1)}`);
  });

  test('put each event of a timeline into the bin in which it happened', () => {
    const timeline = {
      bin_ms: 100,
      at_ms: [0, 100],
      offered_per_s: [10, 20],
      final_per_s: [0, 5],
      latency_mean_ms: [null, 7],
      latency_max_ms: [null, 9],
      events: [
        { at_ms: 100, node: 2, kind: 'mark', text: 'leader' },
        { at_ms: 150, node: -1, kind: 'fault', text: 'crash' },
      ],
    } as const;
    expect(timelineCsv([{ ...pbft, timeline }])).toBe(
      'label,at_ms,offered_per_s,final_per_s,latency_mean_ms,latency_max_ms,events\n' +
        'PBFT,0,10,0,,,\nPBFT,100,20,5,7,9,node 2: leader; crash\n',
    );
  });
});

test('a list of words reads as one', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
