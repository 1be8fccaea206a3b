// The report as text: one file, the same bytes each time, nothing of a result taken for HTML, its scripts named by their hashes.
import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { ChartSpec } from '../../src/report/html/charts/chart-spec.ts';
import { renderHtml } from '../../src/report/html.ts';
import type { PointResult, ResultFile } from '../../src/results/result-file.ts';
import { rangeLineOf } from '../support/range-line.ts';
import { sampleResult } from '../support/sample-result.ts';

const sample = renderHtml(sampleResult());

describe('report.html', () => {
  test('has the same bytes for the same result', () => {
    expect(renderHtml(sampleResult()) === sample).toBe(true);
    expect(renderHtml(JSON.parse(JSON.stringify(sampleResult())) as ResultFile) === sample).toBe(true);
  });

  test('allows exactly the scripts and the style it holds, by their hashes, and no other source', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(sample)?.[1] ?? '';
    const hashes = (texts: readonly string[]) => texts.map((text) => `'sha256-${sha256(text)}'`).join(' ');
    const styles = [...sample.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1]!);
    expect(scriptsOf(sample)).toHaveLength(2);
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashes(scriptsOf(sample))}`,
      `style-src ${hashes(styles)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(textOf(sample)).not.toMatch(/<[^>]+ (style|onclick|onload|src)=/);
  });

  test('holds scripts that parse, the charts library among them', () => {
    for (const script of scriptsOf(sample)) expect(() => new Script(script)).not.toThrow();
    expect(scriptsOf(sample)[0]?.slice(0, 100)).toContain('Chart.js v4.');
    expect(sample.includes('sourceMappingURL')).toBe(false);
  });

  test('takes nothing in a result for HTML, in text, attributes or data', () => {
    const evil = '</script><img src=x onerror=alert(1)>"\'&';
    const base = sampleResult();
    const points = base.points.map((point) => ({ ...point, label: evil, notes: [evil], trust_note: evil }));
    const page = renderHtml({ ...base, question: evil, scenario: evil, verdict: [evil], warnings: [evil], points });
    expect(textOf(page)).not.toContain('<img');
    expect(scriptsOf(page).map(sha256)).toEqual(scriptsOf(sample).map(sha256));
    expect(specsOf(page).find(({ id }) => id === 'throughput')?.categories).toEqual([evil, evil]);
  });

  test('says the verdict first, then the numbers, then the charts, then how to repeat it', () => {
    const { verdict, repeat_command } = sampleResult();
    const order = [verdict[0]!, '412 ms', '[407–417]', 'id="chart-throughput"', repeat_command];
    const places = order.map((text) => sample.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(textOf(sample)).toContain('✓ Safe: no violation');
    expect(rangeLineOf(sample)).not.toBeNull();
    expect(textOf(sample)).toContain('in 10 runs');
  });

  test('says that safety was violated, where, and how to repeat it', () => {
    const detail = 'Node 2 committed batch 9f3a at position 811; node 0 had committed 77c1 there.';
    const violation = { replication: 0, check: 'agreement', kind: 'safety', at_ms: 20_123, node: 2, detail } as const;
    const details = [{ ...violation, repeat_command: 'quorumlab rerun x.yaml --point PBFT --replication 0' }];
    const page = renderHtml(withFirstPoint({ digest: null, safety: { violations: 1, details } }));
    expect(textOf(page)).not.toContain('✓ Safe');
    expect(textOf(page)).toContain('✗ Safety violated: 1 violation in 10 runs');
    for (const text of [detail, '20.123 s', details[0]!.repeat_command]) expect(textOf(page)).toContain(text);
  });

  test('draws nothing of a point that violated safety but what happened, and says so', () => {
    const detail = { replication: 0, check: 'agreement', kind: 'safety', at_ms: 1, node: 2, detail: 'x' } as const;
    const safety = { violations: 1, details: [{ ...detail, repeat_command: 'quorumlab rerun' }] };
    const page = renderHtml(withFirstPoint({ safety }));
    expect(textOf(page).match(/Left out: PBFT, which violated safety\./g)).toHaveLength(7);
    expect(textOf(page)).toContain('PBFT violated safety: only what happened is drawn.');
    for (const { id, series, categories } of specsOf(page)) {
      const ofFirst = series.flatMap(({ label, values }): readonly (number | null | undefined)[] =>
        label === 'PBFT' ? values : categories[0] === 'PBFT' ? [values[0]] : [],
      );
      expect(
        ofFirst.filter((value) => value !== null && value !== undefined),
        id,
      ).toEqual([]);
    }
    expect(specsOf(page).map(({ id }) => id)).not.toContain('utilisation-0');
    expect(specsOf(page).map(({ id }) => id)).toContain('utilisation-1');
    expect(textOf(page)).not.toContain('No resource limits PBFT');
  });

  test('says of a point that was asked nothing that its limit is not known', () => {
    const { estimates } = sampleResult().points[0]!;
    const none = { mean: 0, low: 0, high: 0, replications: 10 };
    const page = renderHtml(
      withFirstPoint({ estimates: { ...estimates, offered_per_s: none, throughput_per_s: none } }),
    );
    expect(textOf(page)).toContain('PBFT was asked nothing in the measured time: what would limit it is not known.');
    expect(textOf(page)).not.toContain('No resource limits PBFT');
  });

  test('says that it repeats, and of a protocol of the user’s own under what condition', () => {
    expect(textOf(sample)).toContain('gives the same bytes on any machine and any number of threads.');
    expect(textOf(renderHtml(withFirstPoint({ protocol: 'chain' })))).toContain(
      'any number of threads, as far as chain, of the user',
    );
  });

  test('claims nothing about safety where no run finished', () => {
    const { points, ...base } = sampleResult();
    const failed_runs = [
      { label: 'PBFT', replication: 0, reason: 'out of memory', repeat_command: 'quorumlab rerun x' },
    ];
    const page = renderHtml({ ...base, points: [{ ...points[0]!, digest: null, run_digests: [null] }], failed_runs });
    expect(textOf(page)).not.toContain('✓ Safe');
    expect(textOf(page)).toContain('No run finished, so nothing is known about safety');
    expect(textOf(page)).toContain('out of memory');
  });

  test('draws nothing, and says so, where nothing was measured', () => {
    const estimates = Object.fromEntries(Object.keys(sampleResult().points[0]!.estimates).map((name) => [name, null]));
    const warmup_series = { from_ms: [], to_ms: [], finality_mean_ms: [], final_per_s: [] };
    const timeline = {
      bin_ms: 0,
      at_ms: [],
      offered_per_s: [],
      final_per_s: [],
      latency_mean_ms: [],
      latency_max_ms: [],
      events: [],
      events_left_out: [],
    };
    const empty = {
      stages: [],
      cdf: [],
      utilisation: [],
      bottleneck: null,
      messages: [],
      outages: [],
      faults: [],
      objective: [],
      timeline,
      warmup_series,
    };
    const page = renderHtml(
      withFirstPoint({ ...empty, estimates: estimates as unknown as PointResult['estimates'] }, 1),
    );
    expect(specsOf(page)).toEqual([]);
    expect(textOf(page)).toContain('Nothing was measured, so there is nothing to draw.');
    expect(textOf(page)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('a report of a point in trouble', () => {
  const condition = { state: 'overloaded', runs: 5, of: 5, unfinished_share: 0.6, down_for_ms: null } as const;
  const objective = sampleResult().points[0]!.objective;

  test('says so beside safety, in the numbers, and beside each picture of finality', () => {
    const page = textOf(renderHtml(withFirstPoint({ condition })));
    expect(page).toContain('✗ Does not keep up: PBFT');
    expect(page).toContain('overloaded; 60.0% of what was sent not final');
    expect(page.match(/Of PBFT this shows only what became final/g)).toHaveLength(2);
    expect(page.match(/of what became final only/g)).toHaveLength(3);
    expect(textOf(sample)).not.toContain('of what became final only');
  });

  test('says that liveness was not judged, and of an objective that it is undecided', () => {
    const liveness = { judged: false, why_not: 'the run (5s) is not longer than progress_within (30s)' };
    const undecided = objective.map((one) => ({ ...one, met: true, decided: false }));
    const page = textOf(renderHtml(withFirstPoint({ liveness, objective: undecided })));
    expect(page).toContain('? Liveness of PBFT not judged: the run (5s) is not longer than progress_within (30s).');
    expect(page).toContain('? PBFT: objective met on average, but undecided (finality_p99 2s, throughput 450/s)');
    expect(page).toContain('? finality_p99 2s: 3,410 ms, from 3,342 ms to 3,478 ms');
    expect(textOf(sample)).not.toContain('not judged');
  });

  test('says of stages without reads of how many transactions they are, and which messages are of whole runs', () => {
    const page = textOf(renderHtml(withFirstPoint({ stages_share: 0.6 })));
    expect(page).toContain('Of transactions that went through a block: PBFT 60.0% of all');
    expect(page).toMatch(
      /All kinds together, over whole runs: PBFT [\d.]+, Raft [\d.]+ \(in the measured window: PBFT/,
    );
  });
});

describe('the charts of a report', () => {
  const specs = specsOf(sample);

  test('are throughput, finality, distribution, timeline, stages, messages, utilisation and warm-up of each point', () => {
    expect(specs.map(({ id }) => id)).toEqual([
      'throughput',
      'finality',
      'distribution',
      'timeline-throughput',
      'timeline-latency',
      'stages',
      'messages',
      'utilisation-0',
      'utilisation-1',
      'warm-up',
    ]);
  });

  test('each have a canvas with a description and a box with a height', () => {
    for (const { id, height } of specs) {
      expect(textOf(sample)).toMatch(new RegExp(`<canvas id="chart-${id}" role="img" aria-label="[^"]{10,}"`));
      expect(sample.split('</style>')[0]).toContain(`#box-${id}{height:${height}px}`);
    }
  });

  test('carry the values of the result, with the ends of their intervals', () => {
    const [pbft, raft] = sampleResult().points;
    const p99 = specs
      .find(({ id }) => id === 'finality')!
      .series.map(({ values, low, high }) => [low[2], values[2], high[2]]);
    const expected = [pbft!, raft!]
      .map(({ estimates }) => estimates.finality_p99_ms!)
      .map(({ low, mean, high }) => [low, mean, high]);
    expect(p99).toEqual(expected);
  });

  test('give a point one colour everywhere, and points different colours and dashes', () => {
    const byPoint = ['finality', 'distribution', 'timeline-latency', 'messages'].map((id) =>
      specs.find((spec) => spec.id === id)!.series.map(({ label, colour }) => `${label} ${colour}`),
    );
    for (const colours of byPoint) expect(colours).toEqual(['PBFT point-0', 'Raft point-1']);
    const dashes = specs.find(({ id }) => id === 'distribution')!.series.map(({ dash }) => dash.join());
    expect(new Set(dashes).size).toBe(2);
  });

  test('stack stages that add up to the mean finality', () => {
    const stages = specs.find(({ id }) => id === 'stages')!;
    const sums = [0, 1].map((point) => stages.series.reduce((sum, { values }) => sum + (values[point] ?? 0), 0));
    const means = sampleResult().points.map(({ estimates }) => estimates.finality_mean_ms!.mean);
    sums.forEach((sum, point) => void expect(sum).toBeCloseTo(means[point]!, 6));
  });

  test('number each fault once for all points it hit, and join a mark that several nodes made together', () => {
    const { marks } = specs.find(({ id }) => id === 'timeline-throughput')!;
    const crash = marks.filter(({ at }) => at === 20);
    expect(crash.map(({ kind, number, lane }) => [kind, number, lane])).toEqual([
      ['fault', 1, 0],
      ['fault', 1, 1],
    ]);
    expect(new Set(marks.map(({ number }) => number)).size).toBe(8);
    expect(textOf(sample)).toContain('0 Shanghai, 2 Dubai, 3 Frankfurt');
  });

  test('do not number what is routine, so that the crash is not lost among checkpoints', () => {
    const { timeline } = sampleResult().points[0]!;
    const checkpoints = Array.from(
      { length: 300 },
      (_, index) => ({ at_ms: index * 200, node: 0, kind: 'mark', text: `checkpoint ${index * 128}` }) as const,
    );
    const page = renderHtml(
      withFirstPoint({ timeline: { ...timeline, events: [...checkpoints, ...timeline.events] } }),
    );
    const { marks } = specsOf(page).find(({ id }) => id === 'timeline-throughput')!;
    expect(marks.filter(({ number }) => number === 0)).toHaveLength(300);
    expect(marks.filter(({ kind }) => kind === 'fault').every(({ number }) => number > 0)).toBe(true);
    expect(textOf(page)).toContain('checkpoint (300 times)');
    expect(textOf(page)).toContain('Every event is in result.json.');
  });

  test('say what a run has not kept of them, and do not claim to be complete then', () => {
    const { timeline } = sampleResult().points[0]!;
    const leaders = Array.from(
      { length: 20 },
      (_, view) => ({ at_ms: view * 1500, node: 0, kind: 'mark', text: `view ${view}: node 0 leads` }) as const,
    );
    const events_left_out = [{ name: 'leader', count: 700 }];
    const page = textOf(renderHtml(withFirstPoint({ timeline: { ...timeline, events: leaders, events_left_out } })));
    expect(page).toContain('Small dots, not listed: new leader (');
    expect(page).toContain('Left out, here and in result.json');
    expect(page).toContain('PBFT: leader (700 times). Recovery is judged by all of them.');
    expect(page).not.toContain('Every event is in result.json.');
  });

  test('become one row a point where there are many points, each bar with its label', () => {
    const base = sampleResult();
    const points = Array.from({ length: 10 }, (_, index) => ({ ...base.points[index % 2]!, label: `level ${index}` }));
    const many = specsOf(renderHtml({ ...base, points }));
    const labels = points.map(({ label }) => label);
    for (const id of ['throughput', 'finality', 'stages', 'messages'])
      expect(many.find((spec) => spec.id === id)?.categories).toEqual(labels);
    expect(many.find(({ id }) => id === 'timeline-latency')?.series).toHaveLength(8);
  });
});

/** The sample with changes to its first point, and only the first `kept` points. */
function withFirstPoint(changes: Partial<PointResult>, kept = 2): ResultFile {
  const base = sampleResult();
  return {
    ...base,
    points: base.points.slice(0, kept).map((point, index) => (index === 0 ? { ...point, ...changes } : point)),
  };
}

/** The page without its scripts and its data: what a reader sees. */
function textOf(page: string): string {
  return page.slice(page.indexOf('<body>'), page.indexOf('<script'));
}

function scriptsOf(page: string): readonly string[] {
  return [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
}

function specsOf(page: string): readonly ChartSpec[] {
  const data = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  return JSON.parse(data) as readonly ChartSpec[];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
