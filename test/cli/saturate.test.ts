// `quorumlab saturate`: table, files, repeat command and exit codes; the same bytes from threads and without; bad input in sentences.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { saturationVerdict } from '../../src/report/saturation/words.ts';
import type { AskedRow, LoadRow, SaturationFile, SaturationPoint } from '../../src/results/saturation-file.ts';
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

function bursts(each: string): string {
  return `clients.0.load.open={ bursty: { rate: 100/s, burst_rate: 5000/s, calm: ${each}, burst: ${each} } }`;
}

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
    // Even arrivals at what a thread takes leave it no time, but no queue to test.
    expect(told).toMatch(
      /the boundary is judged to lie between .* and .* \(the lower end by a test of single loads at 97\.5%, the upper by a threshold, not a test: in each of its 2 runs a resource is busy all the time\)\./,
    );
    const bent = { ...(point as SaturationPoint), knee: { rate_per_s: 801, finality_p99_ms: 4 }, doubled_per_s: 712.3 };
    expect(saturationVerdict({ ...file, points: [bent] }).join(' ')).toMatch(
      /Run .* or less \(.*\)\. Of the loads measured, 801\.0\/s is the knee of its p99; p99 is twice that of the lightest of them at about 712\.3\/s\./,
    );
    const demand = (target_per_s: number, verdict: AskedRow['verdict'], high_per_s: number | null = 1050) => ({
      ...bent,
      asked: [{ measure: 'goodput', target_per_s, value_per_s: 1000, low_per_s: 950, high_per_s, verdict }],
    });
    const sentences = (one: SaturationPoint) => saturationVerdict({ ...file, points: [one] }).join(' ');
    expect(sentences(demand(900, 'met'))).toContain(
      'meets the objective goodput 900.0/s: at the largest stable load its goodput is 1,000/s.',
    );
    expect(sentences(demand(1200, 'missed'))).toContain('misses the objective goodput 1,200/s: at the largest');
    for (const open of [demand(980, 'open'), demand(1020, 'open')])
      expect(sentences(open)).toMatch(/^Whether|Whether .* is not told: .* it lies between 950\.0\/s and 1,050\/s\./);
    expect(sentences({ ...demand(1020, 'open', null), outcome: 'beyond' })).toContain(
      'is not told: at the heaviest load tried its goodput is 1,000/s, and no limit was found.',
    );
    const unsteady = {
      ...bent,
      ...({ outcome: 'unsteady', sent_share: 0.125, measure_for_s: 1234.2, run_duration_s: 1236 } as const),
    };
    expect(sentences(unsteady)).toContain(
      'no boundary can be named. The runs are too short for these arrivals: in the measured time clients sent 12.5% of what their arrivals send on average, and the answer shall be exact to 1.00%. Runs whose measured time is 1,235 s each would be long enough, of a repeated trace also whole passes of it: let each last 1236s (--set run.duration=1236s).',
    );
    expect(sentences({ ...unsteady, run_duration_s: null })).toContain(
      'No run that can be simulated is long enough: 1,235 s of each would have to be measured',
    );
    const beyond = { ...bent, outcome: 'beyond', budget_spent: false } as const;
    expect(sentences({ ...beyond, capped: false })).toContain('it has no limit there. What of the scenario costs');
    const capped = sentences({ ...beyond, capped: true });
    expect(capped).toContain('A search simulates no more than 10,000,000 requests a run');
    expect(capped).toContain('shorten run.duration to look higher');
    expect(capped).not.toMatch(/has no limit|too little/);
    const look_higher = { kind: 'coarser', precision: 0.057, run_duration_s: 4926, up_to_per_s: 2030 } as const;
    const coarser = sentences({ ...beyond, capped: true, look_higher });
    expect(coarser).toContain(
      'to look up to 2,030/s, ask for --precision 5.70% and let each last 4926s (--set run.duration=4926s): its arrivals',
    );
    expect(coarser).not.toContain('shorten run.duration');
    expect(sentences({ ...beyond, capped: true, look_higher: { kind: 'none' } })).toContain('need runs about as long');
    const ends = (changes: Partial<LoadRow>, interval = bent.interval) => {
      const loads = bent.loads.map((load) =>
        load.rate_per_s === bent.interval.unstable_per_s ? { ...load, ...changes } : load,
      );
      return /(between which|the boundary is) .*?(open|\))\./.exec(sentences({ ...bent, loads, interval }))?.[0];
    };
    expect(ends({ ground: 'test' })).toMatch(/ \(tests of single loads, each at 97\.5%\)\.$/);
    expect(ends({ because: 'growing' })).toContain('in each of its 2 runs ever more requests wait');
    expect(ends({}, { stable_per_s: 900, unstable_per_s: null })).toBe(
      'the boundary is judged to lie between 900.0/s and an unknown load (the lower end by a test of single loads at 97.5%).',
    );
    expect(ends({}, { stable_per_s: null, unstable_per_s: null })).toBe(
      'between which loads the boundary lies, chance leaves open.',
    );
    const row = (resource: string, share: number, full_per_s: number | null) => ({
      resource,
      node: 0,
      busy: share,
      full_per_s,
      alike: 0,
    });
    const beside = (...others: SaturationPoint['resources']) =>
      sentences({ ...bent, resources: [...bent.resources, ...others] });
    const card = row('egress', 0.034, 97_938);
    expect(beside(card, row('disk', 0.114, null))).toContain(
      'Next busiest is the disk of node 0 (11.4% busy there): over the upper half of the loads measured its share does not grow, so when it is full is not told. Of those whose share grows, first to be full would be the network card (out) of node 0 (3.40% busy there), at about 97,938/s.',
    );
    expect(beside(card, row('disk', 0.02, null))).toMatch(/ Next would be the network card \(out\) [^:]*97,938\/s\. /);
    expect(beside(row('disk', 0.02, null))).not.toContain('Nothing else');
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
      // A closed loop comes on top of the load that is scaled, and every second receipt is refused.
      'clients=[{ site: outside, load: { open: { constant: 300/s } }, retry_after: null }, { site: outside, load: { closed: { clients: 3, think: { constant: 9ms } } }, retry_after: null }]',
      '--set',
      'workload={ supply-chain: { double_receipt: 50% } }',
      '--set',
      'objective={ throughput: 900/s, goodput: 900/s }',
    );
    expect(asked.code).toBe(2);
    expect(asked.out).toMatch(/stays stable up to [67]\d\d/);
    expect(asked.out).toMatch(/meets the objective throughput 900\.0\/s: .* its throughput is 9\d\d/);
    expect(asked.out).toMatch(/misses the objective goodput 900\.0\/s: .* its goodput is [45]\d\d/);
    expect(answerIn(join(folder, 'c')).repeat_command).toContain('--precision 0.05 --set');
    const never = await quorumlab(
      'saturate',
      scenario,
      '--inline',
      '--out',
      join(folder, 'd'),
      '--set',
      'objective={ finality_p99: 2ms, throughput: 900/s }',
    );
    expect(never.code).toBe(2);
    expect(never.out).toMatch(
      /cannot be saturated within its objective: already at .*misses finality_p99 2ms \(it takes 3\.0\d ms\)/,
    );
    // Not for want of stability: what stands in the way is named.
    expect(never.out).toContain(
      'misses the objective throughput 900.0/s: no load tried keeps finality_p99 within 2ms.',
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
    [
      ['--set', 'clients.0.load.open={ bursty: { rate: 100/s, burst_rate: 5000/s, calm: 60s, burst: 10s } }'],
      /are too short for its arrivals, .* differ from their mean by 1770%.*: no run that can be simulated is long enough for this load at that precision \(run\.duration would be 37d, .* 10,000,000 requests a run\); ask for --precision 20% and let each last 3h \(--set run\.duration=3h\)$/m,
    ],
    // By hand: 2 × 2450² × 0.5 ms ÷ 2550² = 0.923 ms of wander, so that 36.9 s settle to 1 %, the 1 s of a full run to 6.1 %, a quarter to 12.2 %.
    [
      ['--quick', '--set', bursts('1ms')],
      /what one sends in 250ms .* by 12\.2% .*: let each last 148s \(--set run\.duration=148s, of which --quick measures one part in 4\), or ask for --precision 12\.2%$/m,
    ],
    [
      ['--quick', '--precision', '7%', '--set', bursts('1ms')],
      /: leave out --quick, without which they are long enough$/m,
    ],
    [['--precision', '1%', '--set', bursts('1ms')], /: let each last 38s \(--set run\.duration=38s\)$/m],
    // The same bursts thousandfold as many: what 20 % needs, 3 h, is beyond 10 million requests as well. Asked for, no precision is advised.
    [
      ['--set', 'clients.0.load.open={ bursty: { rate: 100000/s, burst_rate: 5000000/s, calm: 60s, burst: 10s } }'],
      /no run that can be simulated .* requests a run\)$/m,
    ],
    [['--precision', '1%', '--set', bursts('10s')], /no run that can be simulated .* requests a run\)$/m],
    // A round trip is 2 ms.
    [
      ['--set', 'run.duration=210ms'],
      /of each 10ms are measured, less than ten of the longest round trips \(2ms\), .*: let each last 1s \(--set run\.duration=1s\)$/m,
    ],
    [['--precision', '50%'], 'from 0.1% to 20%'],
    [['--precision', 'fine'], 'a percentage or a share'],
    [['--budget', '0'], 'at least 1'],
    [['--inline', '--threads', '2'], 'leave out'],
  ])('refuses %j', async (options, reason) => {
    const { code, err } = await quorumlab('saturate', scenario, ...options);
    expect(code).toBe(1);
    expect(err).toMatch(reason);
  });

  test('of runs that saw a part of a trace names the duration to write, of which --quick measures a part', async () => {
    // 400 in the first second of ten, 20 in each of the others.
    const rows = Array.from({ length: 10 }, (_, i) => `2026-01-01T00:00:0${i}Z,${i === 0 ? 400 : 20}`);
    writeFileSync(join(folder, 'steps.csv'), ['time,transactions', ...rows, ''].join('\n'));
    const trace =
      '{ file: steps.csv, time: time, count: transactions, compression: 1, repeat: true, workload: opaque }';
    const set = ['--set', 'clients.0.load.open=trace', '--set', `workload={ arrival_trace: ${trace} }`];
    const asked = ['saturate', scenario, '--inline', '--out', join(folder, 'g'), '--quick', '--budget', '3', ...set];
    const { code, out } = await quorumlab(...asked);
    expect(code).toBe(2);
    const [point] = answerIn(join(folder, 'g')).points as [SaturationPoint];
    expect(point.outcome).toBe('unsteady');
    // The warm-up of 200 ms, and four times what is to be measured, in whole seconds.
    const duration = Math.ceil(0.2 + 4 * (point.measure_for_s as number));
    expect(point.run_duration_s).toBe(duration);
    expect(out).toContain(`(--set run.duration=${duration}s, of which --quick measures one part in 4).`);
  });

  test('refuses a trace that is replayed once: the faster, the sooner it ends', async () => {
    const { code, err } = await quorumlab('saturate', 'quickstart', '--set', 'workload.arrival_trace.repeat=false');
    expect(code).toBe(1);
    expect(err).toContain("Set 'repeat: true'");
  });
});
