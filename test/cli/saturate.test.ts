// `quorumlab saturate`: table, files, repeat command and exit codes; the same bytes from threads and without; bad input in sentences.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { saturationVerdict } from '../../src/report/saturation/words.ts';
import type { SaturationFile, SaturationPoint } from '../../src/results/saturation-file.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { quorumlab, quorumlabWith } from '../support/command.ts';
import { rangeLineOf } from '../support/range-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-saturate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each transaction takes the protocol thread 1 ms: 1,000/s and no more. */
const text = `scenario: 1
name: queue
question: How much does one <thread> carry?
seed: 1
run: { warmup: 200ms, duration: 1200ms, replications: 1 }
network: { matrix: { uniform: 1ms }, egress: unlimited, ingress: unlimited }
machine: { handling: 0s, request_handling: 0s, execution: 1ms, crypto: { mode: none }, disk: none }
nodes: { count: 1 }
workload: opaque
clients: [{ site: outside, load: { open: { constant: 300/s } }, retry_after: null }]
protocol: { echo: { max_transactions: 1 } }
`;
const scenario = join(folder, 'queue.yaml');
writeFileSync(scenario, text);

function answerIn(out: string): SaturationFile {
  const [id = ''] = readdirSync(join(out, 'queue'));
  return JSON.parse(readFileSync(join(out, 'queue', id, 'saturate.json'), 'utf8')) as SaturationFile;
}

describe('saturate', () => {
  test('finds what a thread carries, names it, and writes an answer and a page of its own', async () => {
    const out = join(folder, 'found');
    const { code, out: told, err } = await quorumlab('saturate', scenario, '--inline', '--out', out);
    expect(err).toContain('saturate.html');
    expect(code).toBe(0);
    expect(told).toMatch(/stays stable up to 99\d\.\d\/s/);
    expect(told).toContain('is the protocol thread of node 0');
    expect(told).toContain('stability alone decides');
    const file = answerIn(out);
    const [point] = file.points;
    expect(point).toMatchObject({ outcome: 'found', limited_by: { kind: 'resource', resource: 'thread', node: 0 } });
    expect(Math.abs((point?.saturation_per_s ?? 0) / 1000 - 1)).toBeLessThan(0.015);
    expect(point?.interval.stable_per_s).toBeLessThan(point?.interval.unstable_per_s ?? 0);
    expect(file.repeat_command).toBe(`npx quorumlab saturate ${scenario}`);
    const [id = ''] = readdirSync(join(out, 'queue'));
    expect(id).toBe(`saturate-${file.id}`);
    const page = readFileSync(join(out, 'queue', id, 'saturate.html'), 'utf8');
    expect(page).toContain('id="chart-latency-0"');
    expect(rangeLineOf(page)).not.toBeNull();
    // One share, the same digits wherever it stands.
    const busy = /is the protocol thread of node 0, ([\d.]+%) busy/.exec(told)?.[1];
    expect(page).toContain(`protocol thread of node 0, ${busy}`);
    expect(told).toContain(`protocol thread ${busy}`);
    expect(page).toContain('How much does one &lt;thread&gt; carry?');
    expect(told).toMatch(/the boundary is judged to lie between .* and .* \(tests of single loads, each at 97\.5%\)\./);
    const bent = { ...(point as SaturationPoint), knee: { rate_per_s: 801, finality_p99_ms: 4 }, doubled_per_s: 712.3 };
    expect(saturationVerdict({ ...file, points: [bent] }).join(' ')).toMatch(
      /Run .* or less \(.*\)\. Of the loads measured, 801\.0\/s is the knee of its p99; p99 is twice that of the lightest of them at about 712\.3\/s\./,
    );
    const demand = (target_per_s: number, met: boolean) => ({
      ...bent,
      saturation_per_s: 1000,
      interval: { stable_per_s: 950, unstable_per_s: 1050 },
      asked: [{ measure: 'throughput', target_per_s, met }],
    });
    const sentences = (one: SaturationPoint) => saturationVerdict({ ...file, points: [one] }).join(' ');
    expect(sentences(demand(900, true))).toContain(
      'meets the objective throughput 900.0/s: it lies within what it carries (1,000/s).',
    );
    expect(sentences(demand(1200, false))).toContain('it lies above what it carries (1,000/s).');
    for (const open of [demand(980, true), demand(1020, false)])
      expect(sentences(open)).toContain('(1,000/s), though within what chance leaves open: the boundary may lie on');
    const straight = { ...bent, knee: null, doubled_per_s: null };
    expect(saturationVerdict({ ...file, points: [straight] }).join(' ')).toContain(
      '). Its p99 has no knee among the loads measured below saturation.',
    );
  });

  test('says its precision in its help as it is given', async () => {
    expect((await quorumlab('saturate', '--help')).out).toMatch(/--precision <share>[^-]*\(default: 1%\)/);
  });

  test('gives the same bytes with worker threads', async () => {
    const inline = await quorumlab('saturate', scenario, '--inline', '--json', '--out', join(folder, 'a'));
    const threads = await quorumlab('saturate', scenario, '--threads', '2', '--json', '--out', join(folder, 'b'));
    expect(threads.out.length).toBeGreaterThan(1000);
    expect(threads.out === inline.out).toBe(true);
  });

  test('ends with 2 where more throughput is asked for than there is, or an objective that no load can meet', async () => {
    const asked = await quorumlab(
      'saturate',
      scenario,
      '--inline',
      '--out',
      join(folder, 'c'),
      '--precision',
      '5%',
      '--set',
      'objective={ throughput: 1500/s }',
    );
    expect(asked.code).toBe(2);
    expect(asked.out).toContain('misses the objective throughput 1,500/s');
    expect(answerIn(join(folder, 'c')).repeat_command).toContain('--precision 0.05 --set');
    const never = await quorumlab(
      'saturate',
      scenario,
      '--inline',
      '--out',
      join(folder, 'd'),
      '--set',
      'objective={ finality_p99: 2ms }',
    );
    expect(never.code).toBe(2);
    expect(never.out).toMatch(
      /cannot be saturated within its objective: already at .*misses finality_p99 2ms \(it takes 3\.0\d ms\)/,
    );
  });

  test('says what it leaves out: faults, other objectives; and stops at its budget with what it knows', async () => {
    const { code, out } = await quorumlab(
      'saturate',
      scenario,
      '--inline',
      '--out',
      join(folder, 'e'),
      '--budget',
      '3',
      '--set',
      'faults=[{ crash: 0, at: 500ms, for: 100ms }]',
      '--set',
      'objective={ availability: 99% }',
    );
    expect(code).toBe(0);
    expect(out).toContain('Faults of the scenario are left out');
    expect(out).toContain('Not looked at: the objective availability');
    expect(out).toContain('raise --budget');
  });

  test('keeps what it knows of a search that is interrupted, in words, and writes nothing', async () => {
    let runs = 0;
    let interrupt = (): void => {};
    const out = join(folder, 'f');
    const { code, err } = await quorumlabWith(
      {
        simulate: (spec, options) => {
          if (++runs === 4) interrupt();
          return simulate(spec, options);
        },
        onInterrupt(listener) {
          interrupt = listener;
          return () => {};
        },
      },
      'saturate',
      scenario,
      '--inline',
      '--out',
      out,
    );
    expect(code).toBe(130);
    expect(err).toMatch(/echo: stable at [\d.,]+\/s/);
    expect(() => readdirSync(out)).toThrow();
  });

  test.each([
    [['--set', 'clients.0.load={ closed: { clients: 10 } }'], 'closed-loop clients only'],
    [['--set', 'levels={ clients.0.load.open.constant: [100/s, 200/s] }'], 'which is what saturate looks for'],
    [['--precision', '50%'], 'from 0.1% to 20%'],
    [['--precision', 'fine'], 'a percentage or a share'],
    [['--budget', '0'], 'at least 1'],
    [['--inline', '--threads', '2'], 'leave out'],
  ])('refuses %j', async (options, reason) => {
    const { code, err } = await quorumlab('saturate', scenario, ...options);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });

  test('refuses a trace that is replayed once: the faster, the sooner it ends', async () => {
    const { code, err } = await quorumlab('saturate', 'quickstart', '--set', 'workload.arrival_trace.repeat=false');
    expect(code).toBe(1);
    expect(err).toContain("Set 'repeat: true'");
  });
});
