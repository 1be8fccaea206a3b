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
  const quantiles = (p50: number, p90: number, p99: number, half = 0, replications = 5) => ({
    finality_p50_ms: estimate(p50, half, replications),
    finality_p90_ms: estimate(p90, half, replications),
    finality_p99_ms: estimate(p99, half, replications),
  });
  const calm = { undisturbed: null, faults: [] };

  test('says which of two is final sooner at the median, at 90 % and at 99 %, and by how much', () => {
    const a = having(pbft, quantiles(400, 500, 600, 10), calm);
    const b = having(raft, quantiles(200, 250, 300, 10), calm);
    expect(verdictOf([a, b])[0]).toBe(
      'Raft is final sooner than PBFT: half within 200 ms against 400 ms, 90 % within 250 ms against 500 ms and 99 % within 300 ms against 600 ms, a factor of 2.00 there.',
    );
  });

  test('says where it depends on the percentile which is sooner, and where no difference can be told', () => {
    const a = having(pbft, quantiles(100, 310, 600, 10), calm);
    const b = having(raft, quantiles(200, 300, 300, 10), calm);
    expect(verdictOf([a, b])[0]).toBe(
      'Raft is final sooner than PBFT for 99 % (300 ms against 600 ms) of the transactions; PBFT is final sooner than Raft for half (100 ms against 200 ms) of the transactions; for 90 % (300 ms against 310 ms) no difference can be told, since their 95 % intervals overlap.',
    );
  });

  test('compares what is undisturbed apart from what the faults did to the tail', () => {
    const undisturbed = (p: number) => ({
      p50_ms: estimate(p),
      p90_ms: estimate(p + 1),
      p99_ms: estimate(p + 2),
      stages: [],
      slower_share: null,
    });
    const a = having(pbft, quantiles(100, 310, 3600, 200), { undisturbed: undisturbed(400) });
    const b = having(raft, quantiles(200, 300, 3500, 200), { undisturbed: undisturbed(200) });
    const [first, second] = verdictOf([a, b]);
    expect(first).toBe(
      'Undisturbed, Raft is final sooner than PBFT: half within 200 ms against 400 ms, 90 % within 201 ms against 401 ms and 99 % within 202 ms against 402 ms, a factor of 1.99 there.',
    );
    expect(second).toBe(
      'Over the whole run with its faults, no difference in finality can be told between Raft and PBFT: half within 200 ms against 100 ms, 90 % within 300 ms against 310 ms and 99 % within 3,500 ms against 3,600 ms; their 95 % intervals overlap.',
    );
    expect(text(a)).toContain(
      'before the first fault half are final within 400 ms, 90 % within 401 ms, 99 % within 402 ms.',
    );
  });

  test('begins with the fact that it is rough where it is, and has no comparison of one point', () => {
    const [first] = verdictOf([pbft, raft], { quick: true });
    expect(first).toMatch(/^Roughly \(--quick\): /);
    expect(text(pbft)).not.toContain('sooner');
  });

  test('says what each spends on a transaction when there is something to compare', () => {
    const a = having(pbft, { messages_per_transaction: estimate(1.5), bytes_per_transaction: estimate(4000) });
    const b = having(raft, { messages_per_transaction: estimate(0.5), bytes_per_transaction: estimate(1200) });
    const sentence = 'Consensus messages and bytes on the wire for each final transaction:';
    expect(text(a, b)).toContain(`${sentence} PBFT 1.50 and 4,000 B and Raft 0.500 and 1,200 B.`);
    expect(text(a)).not.toContain(sentence);
  });

  test('does not claim a difference where the intervals overlap', () => {
    const a = having(pbft, quantiles(310, 310, 310, 10), calm);
    const b = having(raft, quantiles(300, 300, 300, 10), calm);
    expect(verdictOf([a, b])[0]).toMatch(/^No difference in finality can be told between Raft and PBFT: half within/);
  });

  test('warns that one replication has no interval', () => {
    const a = having(pbft, quantiles(600, 600, 600, 0, 1), calm);
    const b = having(raft, quantiles(300, 300, 300, 0, 1), calm);
    expect(verdictOf([a, b])[0]).toContain('(one replication: no interval)');
  });

  test('says who keeps up with the load', () => {
    const load = { offered_per_s: estimate(500), goodput_per_s: estimate(490) };
    const point = having(pbft, { ...load, throughput_per_s: estimate(499) }, { nodes: 1, faults_tolerated: 0 });
    expect(text(point)).toContain('PBFT (1 node, tolerates 0 Byzantine) keeps up with 500 transactions/s');
  });

  test('does not praise closed loops for keeping up: what they offer waits for what is final', () => {
    const little = { product: 100, outstanding: 100, configured: 100 };
    const load = { offered_per_s: estimate(500), throughput_per_s: estimate(500), goodput_per_s: estimate(500) };
    expect(text(having(pbft, load, { little }))).toContain(
      'finalises 500 transactions/s of clients that wait, 100 requests at a time: half are final within',
    );
  });

  test('names two kinds of finality, and the sites that make them', () => {
    const humps = { share: 0.6, up_to_ms: 165, from_ms: 330 };
    expect(text({ ...pbft, humps })).toContain(
      'one median says little of either (after a fault another node may lead).',
    );
    expect(text({ ...pbft, humps, faults: [] })).toContain(
      'Finality of PBFT comes in two kinds: 60.0% of its transactions take up to 165 ms, nearly all others 330 ms or more; one median says little of either.',
    );
    const sites = [
      { site: 'Singapore', share: 0.6, mean_ms: 160 },
      { site: 'Frankfurt', share: 0.4, mean_ms: 331 },
    ];
    const where = 'by the clients’ site the mean is 160 ms in Singapore and 331 ms in Frankfurt.';
    expect(text({ ...pbft, humps, sites })).toContain(`330 ms or more; ${where}`);
    expect(text({ ...pbft, sites })).toContain(`depends on where the client is: ${where}`);
    expect(text({ ...pbft, sites: sites.map((site) => ({ ...site, mean_ms: 160 })) })).not.toContain('Frankfurt');
  });

  test('says of stages that do not cover reads what they are of', () => {
    const idle = { bottleneck: { resource: 'thread', node: 0, utilisation: 0.1 } };
    expect(text({ ...raft, ...idle, ...calm })).toMatch(/% of its mean finality \(/);
    expect(text({ ...raft, ...idle, ...calm, stages_share: 0.6 })).toMatch(
      /% of the mean finality of what goes through a block \(/,
    );
  });

  test('names a busy resource as the limit, else the stage that takes most of the time', () => {
    const busy = { ...pbft, bottleneck: { resource: 'egress', node: 2, utilisation: 0.93 } };
    expect(text(busy)).toContain('What limits PBFT: the network card (out) of node 2, 93.0% busy.');
    const stages = ['received', 'proposed', 'committed', 'executed', 'final'].map((stage, i) => ({
      stage,
      mean_ms: i === 2 ? 60 : 10,
    }));
    const idle = { ...pbft, ...calm, stages, bottleneck: { resource: 'thread', node: 0, utilisation: 0.11 } };
    expect(text(idle)).toContain('60.0% of its mean finality (60.0 ms of 100 ms) goes into agreeing on the block');
    expect(text(idle)).toContain('the protocol thread of node 0, 11.0% busy');
    // With faults the time before them is told, and where there is none that the mean includes them.
    const quiet = { ...(pbft.undisturbed as NonNullable<PointResult['undisturbed']>), stages };
    const disturbed = { ...idle, faults: pbft.faults, stages: [{ stage: 'proposed', mean_ms: 900 }] };
    expect(text({ ...disturbed, undisturbed: quiet })).toContain(
      '60.0% of its mean finality before the first fault (60.0 ms of 100 ms) goes into agreeing',
    );
    expect(text({ ...disturbed, undisturbed: { ...quiet, stages: [] } })).toContain(
      '100% of its mean finality, faults included, (900 ms of 900 ms) goes into waiting',
    );
  });

  test('says what each fault cost, also where nothing happened or nothing recovered', () => {
    const fault = {
      text: 'crash of the leader',
      at_ms: 20_000,
      recovery_ms: estimate(3200, 100),
      not_recovered: 0,
      clients_gone: false,
      later_outages: { count: 0, longest_ms: null },
    };
    const cost = { longest_outage_ms: estimate(3000), availability: estimate(0.95) };
    const told = text(having(pbft, cost, { faults: [fault], availability_limit_ms: 2000 }));
    expect(told).toContain('crash of the leader at 20 s: PBFT was final again 3,200 ms later.');
    expect(told).toContain(
      'its longest outage was 3,000 ms, 95.0% of the transactions were final within 2,000 ms and 12.0% took longer than the 540 ms within which 99 % were final before the first fault.',
    );
    expect(text(having(pbft, cost, { faults: [fault], availability_limit_ms: 4000, undisturbed: null }))).toContain(
      'its longest outage was 3,000 ms and 95.0% of the transactions were final within 4,000 ms (longer than that outage).',
    );
    expect(text({ ...pbft, faults: [{ ...fault, recovery_ms: estimate(0) }] })).toContain('went on without an outage');
    expect(text({ ...pbft, faults: [{ ...fault, recovery_ms: null }] })).toContain(
      'PBFT did not recover before the run ended',
    );
    expect(text({ ...pbft, faults: [{ ...fault, not_recovered: 2 }] })).toContain(
      'final again 3,200 ms later; in 2 of 7 replications it did not recover before the run ended.',
    );
    expect(text({ ...pbft, faults: [{ ...fault, at_ms: null }] })).toContain('never took effect');
    const unseen = text({ ...pbft, faults: [{ ...fault, recovery_ms: estimate(0), clients_gone: true }] });
    expect(unseen).toContain('with nobody left to send, no outage can be seen.');
    expect(unseen).not.toContain('went on without an outage');
    expect(told).not.toContain('later outage');
    const later = (count: number, longest_ms: number) => ({ ...fault, later_outages: { count, longest_ms } });
    expect(text({ ...pbft, faults: [later(2, 900)] })).toContain(
      'was final again 3,200 ms later. 2 later outages (all replications; the longest 900 ms) are not counted in that.',
    );
    expect(text({ ...pbft, faults: [later(1, 150)] })).toContain(
      '(all replications; the longest 150 ms) is not counted',
    );
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

  test('says of a point that violated safety nothing but that: no speed, no limit, no objective', () => {
    const row = {
      replication: 1,
      check: 'agreement',
      kind: 'safety',
      at_ms: 1,
      node: 3,
      detail: 'two blocks',
    } as const;
    const safety = { violations: 1, details: [{ ...row, repeat_command: 'x' }] };
    const condition = { state: 'overloaded', runs: 5, of: 5, unfinished_share: 0.6, down_for_ms: null } as const;
    const broken = { ...pbft, safety, condition };
    expect(verdictOf([broken])).toEqual([
      expect.stringMatching(/^PBFT violated safety: /),
      'Objective finality_p99 2s: void for PBFT, which violated safety.',
      'Objective throughput 450/s: void for PBFT, which violated safety.',
    ]);
    const told = verdictOf([broken, raft]);
    expect(told[1]).toBe('No finality is compared: only Raft kept its promises and kept up with its load.');
    expect(told.slice(2).filter((sentence) => /PBFT(?!, which violated safety)/.test(sentence))).toEqual([]);
  });

  test('says of a time without requests that there were none, and names no limit', () => {
    const none = { offered_per_s: estimate(0), throughput_per_s: estimate(0), finality_p99_ms: null };
    const idle = having(pbft, none, { ...calm, objective: [] });
    expect(verdictOf([idle])).toEqual(['PBFT: no request was sent in the measured time.']);
    expect(verdictOf([idle, { ...idle, label: 'other' }])).toEqual([
      'PBFT and other: no request was sent in the measured time.',
    ]);
    expect(renderTable({ ...sampleResult(), points: [idle] }, colours.createColors(false))).not.toContain('node 1:');
  });

  test('names who led after a fault where finality is sooner over the whole run than before', () => {
    const event = (at_ms: number, node: number, more = '') =>
      ({ at_ms, node, kind: 'mark', text: `view ${node}: node ${node} leads${more}` }) as const;
    const events = [event(0, 0), event(23_000, 1), event(30_000, 0, ' (restarted, not yet aware of later views)')];
    const timeline = { ...pbft.timeline, events };
    const sooner = having(pbft, { finality_p50_ms: estimate(300, 5) }, { timeline });
    expect(text(sooner)).toMatch(
      /PBFT is final sooner over the whole run than before the first fault \(half within 300 ms against 412 ms\): in the shown run node 0 \(\w+\) led before it and node 1 \(\w+\) after it; a leader there is faster for these clients\./,
    );
    // Where the timeline leaves out leaders, those it has may not be all.
    const events_left_out = [{ name: 'leader', count: 9 }];
    expect(text({ ...sooner, timeline: { ...timeline, events_left_out } })).toMatch(
      /led before it and node 1 \(\w+\) and perhaps others after it\./,
    );
    expect(text(having(sooner, { finality_p50_ms: estimate(412, 5) }))).not.toContain('led before it');
    expect(text({ ...sooner, timeline: { ...timeline, events: [event(0, 0)] } })).not.toContain('led before it');
  });

  test('carries the trust note beside every protocol that trusts its nodes, and only there', () => {
    expect(verdictOf([pbft, raft]).at(-1)).toBe(`Trust in Raft: ${raft.trust_note}`);
    expect(text(pbft)).not.toContain('Trust in');
  });

  describe('of an objective', () => {
    const judged = (met: boolean, more: Partial<PointResult['objective'][number]> = {}) => [
      {
        measure: 'finality_p99',
        target: '2s',
        value: 1800,
        low: 1700,
        high: 1900,
        at_least: false,
        met,
        decided: true,
        reason: null,
        ...more,
      },
    ];

    test('says who meets it and who does not, with the values', () => {
      const told = text({ ...pbft, objective: judged(false, { value: 2400 }) }, { ...raft, objective: judged(true) });
      expect(told).toContain('Objective finality_p99 2s: met by Raft (1,800 ms); MISSED by PBFT (2,400 ms).');
    });

    test('says that it is undecided where the interval reaches across the target', () => {
      const told = text({ ...raft, objective: judged(true, { decided: false, high: 2200 }) });
      expect(told).toContain(
        'met on average, but UNDECIDED, by Raft (1,800 ms, from 1,700 ms to 2,200 ms). Undecided: the 95 % interval reaches across the target; more replications or a longer run would tell.',
      );
    });

    test('says why it is missed, and that a lower bound is one', () => {
      const bound = { at_least: true, reason: 'it does not keep up' };
      expect(text({ ...raft, objective: judged(false, bound) })).toContain(
        'MISSED by Raft (at least 1,800 ms: it does not keep up).',
      );
      expect(text({ ...raft, objective: judged(false, { value: null, reason: 'nothing became final' }) })).toContain(
        'MISSED by Raft (nothing became final).',
      );
    });

    test('says that one replication gives no interval', () => {
      expect(text({ ...raft, finished_replications: 1, objective: judged(true) })).toContain(
        'met by Raft (1,800 ms). One replication gives no interval, so chance is not excluded.',
      );
    });
  });

  test('of many points tells of the notable ones and keeps short', () => {
    const points = Array.from({ length: 12 }, (_, i) =>
      having(
        pbft,
        { finality_p99_ms: estimate(100 + i), throughput_per_s: estimate(500 + (i === 5 ? 50 : 0)) },
        { label: `point ${i}`, ...calm },
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

describe('a point in trouble', () => {
  const in_ = (
    point: PointResult,
    state: NonNullable<PointResult['condition']>['state'],
    more: Partial<NonNullable<PointResult['condition']>> = {},
  ): PointResult => ({
    ...point,
    condition: { state, runs: 5, of: 5, unfinished_share: 0.6, down_for_ms: null, ...more },
    liveness: { judged: false, why_not: 'the run (5s) is not longer than progress_within (30s)' },
  });

  test('is told first, and never compared, whichever way its quick part would point', () => {
    for (const state of ['silent', 'down', 'stalled', 'overloaded', 'not caught up'] as const) {
      const sentences = verdictOf([in_(pbft, state, { down_for_ms: 10_000 }), raft]);
      expect(sentences[0]).toMatch(/^PBFT /);
      expect(sentences[1]).toBe('No finality is compared: only Raft kept up with its load.');
      expect(sentences.join(' ')).not.toContain('sooner');
      expect(sentences.join(' ')).not.toContain('PBFT (4 nodes, tolerates 1 Byzantine) keeps up');
    }
    expect(verdictOf([in_(pbft, 'overloaded'), in_(raft, 'down')])[2]).toBe(
      'No finality is compared: no point kept up with its load.',
    );
  });

  test('is told in plain words: finalised nothing, did not recover, stalled, does not keep up, had not caught up', () => {
    const first = (point: PointResult): string => verdictOf([point])[0] as string;
    const load = { offered_per_s: estimate(500), throughput_per_s: estimate(200) };
    const slow = having(pbft, load);
    expect(first(in_(slow, 'silent'))).toBe(
      'PBFT finalised nothing of 500 transactions/s offered. Liveness not judged: the run (5s) is not longer than progress_within (30s).',
    );
    expect(first(in_(slow, 'down', { down_for_ms: 10_000, runs: 2 }))).toMatch(
      /^PBFT did not recover in 2 of 5 replications: when the run ended nothing had become final for 10.0 s, and 60.0% of all that was sent was not final then/,
    );
    expect(first(in_(slow, 'stalled', { down_for_ms: 10_000 }))).toMatch(/^PBFT stalled under its load: /);
    expect(first(in_(slow, 'overloaded'))).toBe(
      'PBFT does not keep up: it finalised 200 of 500 transactions/s offered, 60.0% of all that was sent was not final then, and its finality grows for as long as the load lasts.',
    );
    expect(first(in_(slow, 'not caught up'))).toMatch(/^PBFT had not caught up after its faults when the run ended: /);
    expect(text(in_(slow, 'overloaded'))).toContain('Of what became final, half are final within');
  });

  test('is one of many: they are summed up by their trouble', () => {
    const points = Array.from({ length: 7 }, (_, i) => in_({ ...pbft, label: `p${i}` }, i < 2 ? 'down' : 'overloaded'));
    expect(verdictOf([...points, raft]).slice(0, 2)).toEqual([
      'Of 8 points, 2 did not recover: they were down when the run ended: p0 and p1.',
      'Of 8 points, 5 do not keep up with their load: p2, p3, p4 and 2 more.',
    ]);
  });

  test('that mostly works on repeats is in a retry collapse, and what comes of it is said', () => {
    const repeats = { sends_per_request: 6.9, repeated: 0.855, ordered_again: 0.1, overtaken: 0.473 };
    const load = { throughput_per_s: estimate(800), goodput_per_s: estimate(400) };
    const collapsed = in_(having({ ...raft, repeats, faults: [] }, load), 'overloaded');
    expect(text(collapsed)).toContain(
      'Raft is in a retry collapse: clients sent each transaction 6.90 times, so that 85.5% of all requests were repeats (they send again what is not final within retry_after); none took effect twice, 10.0% of the places in its blocks went to repeats that were skipped and 47.3% of what became final took its turn after a later transaction of the same clients, and what came too early or too late for the ledger is among the 50.0% that it refused as invalid.',
    );
    expect(text({ ...collapsed, condition: raft.condition })).toContain('Most of what is sent to Raft are retries: ');
    expect(text({ ...collapsed, repeats: { ...repeats, repeated: 0.3, overtaken: 0 } })).not.toContain('repeats');
    expect(text({ ...collapsed, repeats: { ...repeats, repeated: 0.3 } })).toContain(
      'Requests to Raft overtake each other: 47.3% of what became final took its turn after',
    );
    expect(text(in_({ ...collapsed, faults: pbft.faults }, 'down'))).not.toContain('repeats');
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

  test('names no bottleneck of a point of which no run finished', () => {
    const nothing = Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, null])) as PointResult['estimates'];
    const failed = { ...pbft, estimates: nothing, bottleneck: null, utilisation: [], finished_replications: 0 };
    const [row] = renderTable({ ...result, verdict: [], points: [failed] }, plain).match(/^│ PBFT .*$/m) ?? [];
    expect(row?.split('│').map((cell) => cell.trim())).toEqual([
      '',
      'PBFT',
      '–',
      '–',
      '–',
      '–',
      '–',
      '–',
      'unknown',
      '',
    ]);
    expect(text(failed, raft)).not.toContain('What limits PBFT');
  });

  test('marks the finality of a point that did not keep up, and says what the mark means', () => {
    const condition = { state: 'overloaded', runs: 5, of: 5, unfinished_share: 0.6, down_for_ms: null } as const;
    const told = renderTable({ ...result, points: [{ ...pbft, condition }, raft] }, plain);
    expect(told.match(/ ms\*/g)).toHaveLength(2);
    expect(told).toContain('*: of what became final only; the verdict says what did not.');
    expect(renderTable(result, plain)).not.toContain('*');
  });

  test('says by which time availability is judged, or why it is not', () => {
    expect(renderTable(result, plain)).toContain(
      'Availability: the share that was final within 2,000 ms (the objective for finality_p99).',
    );
    const availability = { limit_ms: null, rule: 'not measured: no point kept up' };
    expect(renderTable({ ...result, availability }, plain)).toContain('Availability: not measured: no point kept up.');
  });

  test('says that liveness was not judged, and of whom', () => {
    const liveness = { judged: false, why_not: 'the run (5s) is not longer than progress_within (30s)' };
    const line = 'not judged: the run (5s) is not longer than progress_within (30s).';
    expect(renderTable({ ...result, points: [{ ...pbft, liveness }, raft] }, plain)).toContain(
      `Liveness of PBFT ${line}`,
    );
    const both = [pbft, raft].map((point) => ({ ...point, liveness }));
    expect(renderTable({ ...result, points: both }, plain)).toContain(`Liveness ${line}`);
    expect(renderTable(result, plain)).not.toContain('Liveness');
  });

  test('says that one replication gives no interval', () => {
    const one = having(pbft, { throughput_per_s: estimate(500, 0, 1) });
    expect(renderTable({ ...result, points: [one] }, plain)).toContain('One replication, so there are no intervals');
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
        { at_ms: 160, node: 1, kind: 'mark', text: 'term 2: node 1 leads' },
      ],
      events_left_out: [],
    } as const;
    expect(timelineCsv([{ ...pbft, timeline }])).toBe(
      'label,at_ms,offered_per_s,final_per_s,latency_mean_ms,latency_max_ms,events\n' +
        'PBFT,0,10,0,,,\nPBFT,100,20,5,7,9,node 2: leader; crash; term 2: node 1 leads\n',
    );
  });
});

test('a list of words reads as one', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
