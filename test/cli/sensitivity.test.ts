// `quorumlab sensitivity`: table, files, repeat command, wrong options; the page holds a chart and a table for each point.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SensitivityFile } from '../../src/results/sensitivity-file.ts';
import { quorumlab } from '../support/command.ts';
import { rangeLineOf } from '../support/range-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-sensitivity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = join(folder, 'two.yaml');
writeFileSync(
  scenario,
  `scenario: 1
name: two
question: What does finality <depend> on?
seed: 1
run: { warmup: 0s, duration: 2s, replications: 2 }
network: { matrix: { uniform: 5ms } }
nodes: { count: 3 }
workload: opaque
clients: [{ node: 0, load: { closed: { clients: 1, outstanding: 1 } } }]
compare:
  - { label: Raft, protocol: raft, initial_leader: 0 }
objective: { finality_mean: 11ms }
`,
);

describe('sensitivity', () => {
  test('says what to measure first, in a table, a JSON file and a page of its own', async () => {
    const { code, out, err } = await quorumlab('sensitivity', scenario, '--inline', '--out', folder);
    expect(err).toContain('sensitivity.html');
    const [id = ''] = readdirSync(join(folder, 'two'));
    const page = readFileSync(join(folder, 'two', id, 'sensitivity.html'), 'utf8');
    expect(code).toBe(0);
    expect(out).toMatch(/Measure the link delay first: .*decides whether the objective is met/);
    expect(out).toContain('two: what mean finality depends on');
    for (const form of [out, page]) {
      expect(form).toContain('Mean finality, as shown here, is of all that became final in the whole measured part');
      expect(form).toContain('it is not the undisturbed finality before the first of them; mean over 2 replications.');
      expect(form).not.toMatch(/finality_mean/);
    }
    expect(out).toContain('Not varied: jitter: network.jitter is 0');
    expect(page).toContain('id="chart-tornado-0"');
    expect(rangeLineOf(page)).not.toBeNull();
    expect(page).toContain('What does finality &lt;depend&gt; on?');
    const file = JSON.parse(readFileSync(join(folder, 'two', id, 'sensitivity.json'), 'utf8')) as SensitivityFile;
    expect(file.measure).toBe('finality_mean_ms');
    expect(file.points[0]?.effects[0]).toMatchObject({ input: 'link-delay', turns: 'objective' });
    expect(file.repeat_command).toBe(`npx quorumlab sensitivity ${scenario}`);
  });

  test('of runs that hold no transaction names no input and no chance, ends with exit code 2, and so does compare', async () => {
    const text = readFileSync(scenario, 'utf8')
      .replace(/closed: .* }/, 'open: { poisson: 0.001/s } } }')
      .replace('{ node: 0, load', '{ site: site-0, load');
    const seldom = join(folder, 'seldom.yaml');
    writeFileSync(seldom, `${text.replace('replications: 2', 'replications: 1')}drills: { for: 1s }\n`);
    const why =
      'too few transactions: none is final in the 2s measured of any run, and 20 at 0.001/s take about 20000 s';
    const { code, out } = await quorumlab('sensitivity', seldom, '--inline', '--out', folder);
    expect([code, out.match(/^• .*$/gm)]).toEqual([
      2,
      [`• Raft: what mean finality depends on is not told: ${why}; let each last 6h (--set run.duration=6h).`],
    ]);
    expect(out).not.toMatch(/told from chance|beyond chance/);
    const compared = await quorumlab('compare', seldom, '--inline', '--out', folder);
    expect(compared.code).toBe(2);
    expect(compared.out).toContain(`• No candidate can be recommended: Raft: ${why}; let each last`);
    expect(compared.out).not.toMatch(/Nearest|no candidate is fit/);
  });

  test('of a rough answer does not say that the scenario stood as it is', async () => {
    const { code, out, err } = await quorumlab('sensitivity', scenario, '--inline', '--out', folder, '--quick');
    expect(code).toBe(0);
    expect(out).toContain('own inputs in a rough answer (--quick: shortened runs, 2 replications)');
    const page = readFileSync(err.match(/report: (.*sensitivity\.html)/)?.[1] as string, 'utf8');
    for (const form of [out, page]) expect(form).not.toMatch(/as (the scenario|it) stands/);
  });

  test('takes a measure and ranges, which make it another question with another id', async () => {
    const range = ['--range', 'link-delay=1..1', '--range', 'service-times=0.1..10', '--measure', 'finality_max'];
    const { code, out, err } = await quorumlab(
      'sensitivity',
      scenario,
      '--inline',
      '--out',
      folder,
      '--json',
      ...range,
    );
    expect(err).toContain('report: ');
    expect(code).toBe(0);
    const file = JSON.parse(out) as SensitivityFile;
    expect(file.measure).toBe('finality_max_ms');
    expect(file.points[0]?.effects.some(({ input }) => input === 'link-delay')).toBe(false);
    expect(file.repeat_command).toContain('--measure finality_max --range link-delay=1..1');
    expect(readdirSync(join(folder, 'two'))).toContain(`sensitivity-${file.id}`);
  });

  test.each([
    ['--range', 'link-dely=0.9..1.1', "did you mean 'link-delay'"],
    ['--range', 'link-delay=2..3', 'must hold 1'],
    ['--range', 'link-delay=2..1', 'the lower one comes first (link-delay=1..2)'],
    ['--range', 'link-delay=1.2..0.8', 'The low end, 1.2, lies above the high end, 0.8'],
    ['--range', 'link-delay=wide', 'link-delay=0.8..1.25'],
    ['--range', 'link-delay=0..1', 'no link delay'],
    ['--range', 'bandwidth=0..1', 'no bandwidth'],
    ['--range', 'jitter=0..100000', 'at most 1000'],
    ['--measure', 'finality_p98', "did you mean 'finality_p9"],
  ])('refuses %s %s', async (option, value, reason) => {
    const { code, err } = await quorumlab('sensitivity', scenario, option, value);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });
});
