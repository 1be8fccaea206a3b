// `quorumlab size`: a recommendation, its files and exit codes; every problem of a space at its place; objectives that cannot be meant.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderSize } from '../../src/report/size/table.ts';
import { sizeVerdict } from '../../src/report/size/words.ts';
import type { SizeFile } from '../../src/results/size-file.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { quorumlab, quorumlabWith } from '../support/command.ts';
import { rangeLineOf } from '../support/range-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-size-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = `scenario: 1
name: small
question: Which <cluster>?
seed: 1
run: { warmup: 100ms, duration: 1100ms, replications: 1 }
network: { matrix: multi-az }
clients: [{ site: zone-a, load: { open: { poisson: 200/s } } }]
workload: opaque
nodes: { sites: { zone-a: 1, zone-b: 1, zone-c: 1 } }
protocol: raft
`;
const SPACE = `space:
  protocols: { raft: { batch: { max_transactions: [10, 100] } }, pbft: { batch: { timeout: 1ms } } }
  nodes: 3..4
  sites: { zone-a: {}, zone-b: {}, zone-c: { at_most: 1, price_factor: 2 } }
  machines: [{ name: small, cores: 2, per_month: 50 }, { name: large, cores: 4, per_month: 90 }]
`;
const OBJECTIVE = 'objective: { throughput: 300/s, finality_p99: 20ms }\n';
const REST = 'prices: { currency: EUR, core_hour: 0.05, egress_gb: 0.05, disk_gb_month: 0.1, retention_days: 1 }\n';

function file(name: string, text: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, text);
  return path;
}

/** A loss of which nothing was measured. */
const NONE = { finality_p99_ms: null, condition: null };

const small = file('small', HEAD + OBJECTIVE + REST + SPACE);

function problemsOf(space: string, more = ''): readonly string[] {
  const loaded = loadScenario('space.yaml', {
    readText: (path) => (path === 'space.yaml' ? HEAD + more + space : readFileSync(path, 'utf8')),
  });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

describe('size', () => {
  test('stopped before any candidate is known says what is kept', async () => {
    const onInterrupt = (listener: () => void) => {
      listener();
      return () => {};
    };
    const asked = ['size', small, '--inline', '--out', join(folder, 'stopped'), '--cache', join(folder, 'runs')];
    const { code, err } = await quorumlabWith({ onInterrupt }, ...asked);
    expect(code).toBe(130);
    expect(err).toContain(
      'stopped: no answer is written; finished runs are kept, so the same command goes on from there',
    );
  });

  test('recommends the cheapest, with its cost, trust and proof, in a table, a file and a page', async () => {
    const { code, out, err } = await quorumlab('size', small, '--inline', '--out', folder, '--best', '2');
    expect(err).toContain('size.html');
    expect(code).toBe(0);
    expect(out).toContain('Run Raft on 3 nodes in');
    expect(out).toMatch(/It costs EUR \d+ a month: machines EUR 150/);
    expect(out).toContain('one node that forges messages can break agreement');
    expect(out).toContain('Proven cheapest within this space: no candidate of the space is cheaper');
    const [id = ''] = readdirSync(join(folder, 'small'));
    const page = readFileSync(join(folder, 'small', id, 'size.html'), 'utf8');
    expect(page).toContain('Which &lt;cluster&gt;?');
    expect(page).toContain('id="chart-cost"');
    expect(rangeLineOf(page)).not.toBeNull();
    const answer = JSON.parse(readFileSync(join(folder, 'small', id, 'size.json'), 'utf8')) as SizeFile;
    expect(answer.repeat_command).toBe(`npx quorumlab size ${small} --best 2`);
    expect(answer.answers).toHaveLength(2);
    expect(new Set(answer.answers.map(({ protocol, machine, nodes }) => `${protocol} ${machine} ${nodes}`)).size).toBe(
      2,
    );
    const { candidates, cuts, same_kind, not_reached, simulated } = answer.search;
    expect(candidates).toBe((7 + 9) * 3 * 2);
    // Nothing is lost count of.
    const left = cuts.reduce((sum, { count }) => sum + count, 0);
    expect(left + same_kind + not_reached + answer.answers.length).toBe(candidates);
    expect(simulated).toBeGreaterThanOrEqual(answer.answers.length);
    // Of two nodes lost one combination is simulated, and the answer says of how many.
    const [first] = answer.answers as [SizeFile['answers'][number]];
    const loss = {
      lost: 'the 2 nodes that would lead first',
      nodes: [0, 1],
      settled_after_ms: 2000,
      decided: true,
      unsure: [],
    };
    const runs = { replications: 1, quiet_replications: 2 };
    const lossy = {
      ...first,
      losses: [{ ...loss, ...runs, ...NONE }],
      losses_possible: 3,
    };
    const said = {
      ...answer,
      asked: { ...answer.asked, survive: { count: 2, of: 'node' as const } },
      answers: [lossy],
    };
    const verdict = sizeVerdict(said).join('\n');
    expect(verdict).toContain('Simulated were 1 of the 3 possible combinations of 2 nodes');
    // Runs that are left out are counted, in words and in the file.
    expect(verdict).toContain('Left out: 2 of 3 runs held no request that was final or overdue.');
    expect([first.replications, first.quiet_replications]).toEqual([1, 0]);
    expect(verdict).toContain('(in one run, so without intervals).');
    const seldom = sizeVerdict({ ...answer, answers: [{ ...first, ...runs }] }).join('\n');
    expect(seldom).toContain(
      '(in one run, so without intervals; left out: 2 of 3 runs held no request that was final or overdue).',
    );
    // What one run cannot tell is said of it, with all nodes up and after a loss, in the sentences and in the table.
    expect(first.unsure).toEqual([]);
    const near = ['finality_p99'];
    const verge = {
      ...said,
      answers: [{ ...lossy, unsure: near, losses: [{ ...loss, ...runs, ...NONE, unsure: near }] }],
    };
    const [gives, lost] = sizeVerdict(verge).slice(2);
    expect(gives).toContain(
      'So near its target, one run cannot tell finality_p99 for certain: more replications could turn it.',
    );
    expect(lost).toContain(
      'one run cannot tell finality_p99 after the loss of the 2 nodes that would lead first for certain',
    );
    expect(renderSize(verge).replace(/[\s│]+/g, ' ')).toContain('one run cannot tell finality_p99 for certain');
    expect(renderSize(said)).not.toContain('one run cannot tell');
    // Where losses keep less than all nodes up, both are told; where they do not, only one.
    const reach = { keeps: 2, unsure: [], fails: 3, why: 'it is late' };
    const less = { keeps: 1.25, unsure: [], fails: 1.5, why: 'it is late after the loss of a', all_up: reach };
    const headroomOf = (headroom: typeof less): string =>
      sizeVerdict({ ...said, answers: [{ ...lossy, headroom }] }).find((one) => one.startsWith('Headroom')) as string;
    expect(headroomOf(less)).toBe(
      'Headroom: it still gives all of this, after each of these losses too, at 1.25 times the load; at 1.5 times, it is late after the loss of a. With all nodes up it gives this at 2 times the load; at 3 times, it is late.',
    );
    expect(headroomOf({ ...reach, unsure: [], all_up: reach })).toBe(
      'Headroom: it still gives all of this, after each of these losses too, at 2 times the load; at 3 times, it is late.',
    );
    expect(renderSize({ ...said, answers: [{ ...lossy, headroom: less }] }).replace(/[\s│]+/g, ' ')).toMatch(
      /×1\.25, with all/,
    );
    expect(Object.keys(first.headroom)).toEqual(['keeps', 'unsure', 'fails', 'why', 'all_up']);
    // What fell to runs alone is not proven.
    const ran = { cut: 'simulated', rests_on: 'full runs', count: 1, cheaper: 1 } as const;
    const found = sizeVerdict({ ...answer, search: { ...answer.search, cuts: [ran] } }).join('\n');
    expect(found).toContain(
      'Cheapest within this space as far as runs can tell: all 1 cheaper candidates are left out',
    );
    expect(found).not.toContain('Proven');
    expect(answer.search.most_simulated).toBeNull();
    // The sentence, the table and the chart tell one finality p99: what is held against the objective.
    const [p99] = first.objective.filter(({ measure }) => measure === 'finality_p99');
    expect(first.finality_p99_ms?.mean).toBe(p99?.value);
    expect(answer.simulated.find(({ label }) => label === first.label)?.finality_p99_ms).toBe(p99?.value);
  }, 90_000);

  test('of a rough answer says how far it was searched', async () => {
    const { code, out } = await quorumlab('size', small, '--inline', '--out', folder, '--best', '1', '--quick');
    expect(code).toBe(0);
    expect(out).toContain('A rough answer (--quick): at most 250 candidates simulated, in at most two replications');
  }, 90_000);

  test('whose budget leaves nothing to say says that, and what to raise', async () => {
    const { code, out } = await quorumlab('size', small, '--budget', '1', '--inline', '--out', folder);
    expect(code).toBe(2);
    expect(out).toContain(
      '• Nothing was found before the budget of runs was spent, which proves nothing (raise --budget to go on)',
    );
    expect(out).not.toMatch(/so far were ?\./);
  });

  test('that is rough names the duration to write in the scenario, and taken, that decides', async () => {
    const text = `${HEAD.replace('200/s', '0.5/s')}${SPACE.replace(/, pbft: .* } }/, ' }')
      .replace('[10, 100]', '10')
      .replace('3..4', '3')}`;
    const asked = ['size', file('seldom', text), '--inline', '--out', folder, '--best', '1', '--quick'];
    const options = ['--objective', 'finality_p99 <= 20ms'];
    const { code, out } = await quorumlab(...asked, ...options);
    expect(code).toBe(2);
    expect(out).not.toContain('four times as long');
    // By hand: 20 at 0.5/s take 40 s, of which a quarter is measured behind a warm-up of 100 ms.
    const advice = /20 at 0\.5\/s take about 40 s; let each last 161s \(--set (run\.duration=161s), of which --quick/;
    expect(out).toMatch(advice);
    expect((await quorumlab(...asked, ...options, '--set', advice.exec(out)?.[1] as string)).code).toBe(0);
  });

  test('with --objective asks for something else: Byzantine nodes exclude Raft, and both say so', async () => {
    const asked = 'finality_p99 <= 40ms, byzantine: 1';
    const { code, out } = await quorumlab(
      'size',
      small,
      '--inline',
      '--out',
      folder,
      '--json',
      '--best',
      '1',
      '--objective',
      asked,
    );
    expect(code).toBe(0);
    const answer = JSON.parse(out) as SizeFile;
    expect(answer.answers[0]).toMatchObject({ protocol: 'pbft', nodes: 4, byzantine_tolerated: 1 });
    expect(answer.nearest.find(({ cut }) => cut === 'byzantine')?.why).toContain(
      'tolerates crashes, no Byzantine node',
    );
    expect(answer.repeat_command).toContain(`--objective '${asked}'`);
  }, 90_000);

  test('an infeasible space ends with exit code 2, the bound that excludes it and the nearest miss', async () => {
    const { code, out, err } = await quorumlab(
      'size',
      small,
      '--inline',
      '--out',
      folder,
      '--objective',
      'finality_p99 <= 100us',
    );
    expect(code).toBe(2);
    expect(out).toMatch(/No candidate of the 96 in the space gives finality_p99 <= 100us: 96 by delays alone/);
    expect(out).toMatch(/Nearest: .*delays alone make finality_p99 at least/);
    // One blank line between parts, and the nearest first, as is said.
    expect(out).not.toMatch(/\n\s*\n\s*\n/);
    expect(out).toContain('Nearest first: by the share of the target missed');
    const line = /Nearest of those that are no answer: (outside|.*: outside) the range checked against real systems/i;
    expect(out).toMatch(line);
    const page = readFileSync(/report: (.*size\.html)/.exec(err)?.[1] as string, 'utf8');
    expect(rangeLineOf(page)).toMatch(line);
  });

  test('what runs cannot tell is neither recommended nor excluded: exit code 2, and how to find out', async () => {
    const calm = '{ bursty: { rate: 50/s, burst_rate: 500/s, calm: 60s, burst: 10s } }';
    const text = HEAD.replace('{ poisson: 200/s }', calm).replace('duration: 1100ms', 'duration: 300ms');
    const one = SPACE.replace('[10, 100]', '10')
      .replace(/, pbft: .* } }/, ' }')
      .replace('3..4', '3');
    const { code, out, err } = await quorumlab(
      'size',
      file('calm', text + one),
      '--inline',
      '--out',
      folder,
      '--objective',
      'throughput >= 100/s',
    );
    expect(code).toBe(2);
    expect(out).toContain('Of no candidate of the 14 in the space is it known that it gives throughput >= 100/s');
    expect(out).toMatch(
      /Undecided, such as raft n=3 3·zone-a small: runs too short for these arrivals: they sent \d\d\/s, where 105\/s are sent on average; let each last [\d.]+h \(--set run\.duration=/,
    );
    expect(out).not.toContain('No candidate of');
    expect(out).not.toContain('Ease what excludes most');
    const page = readFileSync(/report: (.*size\.html)/.exec(err)?.[1] as string, 'utf8');
    expect(page).toContain('undecided, since their runs cannot tell');
  });

  test('lists the nearest misses by how near they came: shares of the target first, then nodes that are lacking', async () => {
    const asked = ['--objective', 'finality_p99 <= 100us, byzantine: 1'];
    const { code, out } = await quorumlab('size', small, '--inline', '--out', folder, '--json', ...asked);
    expect(code).toBe(2);
    const { nearest } = JSON.parse(out) as SizeFile;
    expect(nearest.map(({ cut, in_nodes }) => [cut, in_nodes])).toEqual([
      ['finality', false],
      ['finality', false],
      ['byzantine', true],
    ]);
    expect(nearest[0]?.by).toBeLessThanOrEqual(nearest[1]?.by as number);
  });

  test('repeats to the byte', async () => {
    const again = () => quorumlab('size', small, '--inline', '--out', folder, '--json', '--best', '1');
    expect((await again()).out).toBe((await again()).out);
  }, 90_000);

  test.each([
    [HEAD + OBJECTIVE, [], 'has no space to choose from'],
    [
      HEAD.replace('open: { poisson: 200/s }', 'closed: { clients: 10 }') + OBJECTIVE + SPACE,
      [],
      'closed-loop clients, which send as fast',
    ],
    [HEAD + REST + SPACE, [], 'asks for nothing'],
    [HEAD + SPACE, ['--objective', 'finality_p99 <= 2'], 'a duration with its unit'],
    [HEAD + SPACE, ['--objective', 'finalty_p99 <= 2s'], "did you mean 'finality_p99'"],
    [
      HEAD + OBJECTIVE + SPACE,
      ['--objective', 'finality_p99 <= 2s, survive: 9 site'],
      '--objective: survive: 9 sites would lose a whole cluster, which stands at 3 sites at most in this space: expected at most 2 sites, or more sites to choose from',
    ],
    [
      HEAD + OBJECTIVE + SPACE,
      ['--objective', 'finality_p99 <= 2s, survive: 4 nodes'],
      'which has 4 nodes at most in this space: expected at most 3 nodes, or more nodes',
    ],
    [HEAD + OBJECTIVE + SPACE, ['--inline', '--threads', '2'], '--inline uses no worker threads'],
  ])('refuses what cannot be answered', async (text, options, reason) => {
    const { code, err } = await quorumlab('size', file('refused', text), ...options);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });

  test('after Ctrl-C before anything is known, nothing is written and the exit code is 130', async () => {
    const onInterrupt = (listener: () => void) => {
      listener();
      return () => {};
    };
    const out = join(folder, 'stopped');
    const { code, err } = await quorumlabWith({ onInterrupt }, 'size', small, '--inline', '--out', out);
    expect(code).toBe(130);
    expect(err).toContain('no answer is written');
  });
});

describe('a space', () => {
  const base = {
    protocols: '{ raft: {} }',
    nodes: '3',
    sites: '[zone-a, zone-b]',
    machines: '[{ name: m, cores: 2, per_month: 1 }]',
  };
  const space = (changes: Partial<Record<string, string>>) =>
    `space:\n${Object.entries({ ...base, ...changes })
      .map(([key, value]) => `  ${key}: ${value}\n`)
      .join('')}`;

  test('that is sound has no problem', () => {
    expect(problemsOf(space({}))).toEqual([]);
  });

  test.each([
    [{ sites: '[zone-a, zone-bb]' }, 'space.yaml:14:19: space.sites.1:', "did you mean 'zone-b'"],
    [{ sites: '[zone-a, zone-a]' }, 'space.sites.1:', 'stands here twice'],
    [{ sites: '{ zone-a: { at_least: 3, at_most: 2 } }' }, 'space.sites.zone-a.at_most:', 'below at_least'],
    [{ sites: '{ zone-a: { at_most: 1 } }' }, 'space.nodes:', 'which the limits of the sites do not allow'],
    [{ protocols: '{ rafft: {} }' }, 'space.protocols.rafft:', "did you mean 'raft'"],
    [{ protocols: '{}' }, 'space.protocols:', 'expected one or more of: '],
    [
      { protocols: '{ raft: { batch: { max_transaction: 3 } } }' },
      'max_transaction:',
      "did you mean 'max_transactions'",
    ],
    [{ protocols: '{ pbft: { pipeline: [4, many] } }' }, 'space.protocols.pbft.pipeline.1:', 'a whole number'],
    [{ protocols: '{ pbft: { faults: 1 } }' }, 'space.protocols.pbft.faults:', 'at least 3f + 1 = 4 nodes'],
    [{ nodes: '10..4' }, 'space.nodes:', "is '10..4'"],
    [{ nodes: '[3, 0]' }, 'space.nodes.1:', "is '0'"],
    [{ machines: '[{ name: m, cores: 2 }]' }, 'space.machines.0:', 'has no price'],
    [
      { machines: '[{ name: m, cores: 2, per_month: 1, disk: nvmee }]' },
      'space.machines.0.disk:',
      "did you mean 'nvme'",
    ],
    [{ bandwidth: '[{ rate: 1Gbps }, { rate: 1Gbps }]' }, 'space.bandwidth.1.rate:', 'stands here twice'],
    [{ survive: 'everything' }, 'space.survive:', "such as '1 site'"],
    [{ survive: '2 sites' }, 'space.survive:', 'stands at 2 sites at most in this space: expected at most 1 site, or'],
    [
      { survive: '1 site', sites: '[zone-a]' },
      'space.survive:',
      'at most in this space: expected more sites to choose',
    ],
    [
      { survive: '1 site', nodes: '1' },
      'space.survive:',
      'stands at 1 site at most in this space: expected more nodes',
    ],
    [{ byzantine_meanwhile: 'true' }, 'space.byzantine_meanwhile:', 'expected byzantine and survive'],
  ])('%j is told at its place', (changes, place, reason) => {
    const problems = problemsOf(space(changes));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(place);
    expect(problems[0]).toContain(reason);
  });

  test('does not stand beside levels, nor beside clients on nodes', () => {
    const levels = 'levels: { clients.0.load.open.poisson: [1/s] }\n';
    expect(problemsOf(space({}), levels).join()).toContain('stands beside space');
    const text = (HEAD + space({})).replace('site: zone-a, load', 'node: 0, load');
    const loaded = loadScenario('x.yaml', {
      readText: (path) => (path === 'x.yaml' ? text : readFileSync(path, 'utf8')),
    });
    expect(loaded.ok ? '' : loaded.problems.map(formatProblem).join()).toContain('a space moves nodes about');
  });
});
