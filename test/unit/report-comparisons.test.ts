// Paired comparisons and the stopping rule in words: the verdict claims only what is told, tables turn no sign, nothing is quite certain.
import colours from 'picocolors';
import { describe, expect, test } from 'vitest';
import { comparisonTable } from '../../src/report/comparison-table.ts';
import {
  differenceText,
  findingText,
  probabilityText,
  pValueText,
  shownRows,
} from '../../src/report/comparison-words.ts';
import { renderHtml } from '../../src/report/html.ts';
import { kindLine, stoppingLines } from '../../src/report/run-words.ts';
import { renderTable } from '../../src/report/table.ts';
import { verdictOf } from '../../src/report/verdict.ts';
import type { ComparisonRow, PointResult, ResultFile } from '../../src/results/result-file.ts';
import { sampleResult } from '../support/sample-result.ts';

const sample = sampleResult();
const p99 = sample.comparisons.find(({ measure }) => measure === 'finality_p99_ms') as ComparisonRow;
const calm = sample.points.map((point) => ({ ...point, undisturbed: null, faults: [] }));
const quantiles = (['finality_p50_ms', 'finality_p90_ms', 'finality_p99_ms'] as const).map((measure) => ({
  ...p99,
  measure,
}));

describe('the verdict', () => {
  test('claims a difference that the pairs tell although the intervals overlap', () => {
    const wide = calm.map((point) => ({
      ...point,
      estimates: Object.fromEntries(
        Object.entries(point.estimates).map(([name, value]) => [name, value && { ...value, low: 0, high: 1e6 }]),
      ) as unknown as PointResult['estimates'],
    }));
    expect(verdictOf(wide)[0]).toContain('No difference in finality can be told');
    const [first] = verdictOf(wide, { quick: false, comparisons: quantiles });
    expect(first).toContain('Raft is final sooner than PBFT: half within');
    expect(first).toContain('; the difference is 870 ms [580 to 1,160], paired over 5 replications.');
  });

  test('claims none that could be chance among so many, however far apart the intervals are', () => {
    const untold = quantiles.map((row) => ({ ...row, told: false, p_value_holm: 0.06 }));
    expect(verdictOf(calm, { quick: false, comparisons: untold })[0]).toMatch(
      /^No difference in finality can be told between Raft and PBFT: .*; run by run, the differences could be chance\.$/,
    );
  });

  test('says of one pair who is ahead, and that there is no interval', () => {
    const single = quantiles.map((row) => ({ ...row, pairs: 1, p_value: null, p_value_holm: null, told: false }));
    const one = calm.map((point) => ({
      ...point,
      estimates: Object.fromEntries(
        Object.entries(point.estimates).map(([name, value]) => [name, value && { ...value, replications: 1 }]),
      ) as unknown as PointResult['estimates'],
    }));
    const [first] = verdictOf(one, { quick: false, comparisons: single });
    expect(first).toContain('Raft is final sooner than PBFT');
    expect(first).toContain('(one replication: no interval)');
    expect(first).not.toContain('paired over');
  });

  test('says where two are compared that were measured behind other warm-ups, and compares what was measured there', () => {
    const [pbft, raft] = calm as unknown as [PointResult, PointResult];
    const rows = quantiles.map((row) => ({ ...row, warmup_ms: 4000, a_mean: 2000, b_mean: 1000 }));
    const told = verdictOf([pbft, { ...raft, warmup_ms: 4000 }], { quick: false, comparisons: rows });
    expect(told[0]).toContain('half within 1,000 ms against 2,000 ms');
    expect(told[0]).toContain('a factor of 2.00 there');
    expect(told[1]).toBe(
      'Raft and PBFT are compared from 4 s on, where the later of their warm-ups ends; what is said of each alone counts from the end of its own.',
    );
    expect(verdictOf([pbft, raft], { quick: false, comparisons: rows }).join('\n')).not.toContain('are compared from');
    const apart = { ...sample, points: [pbft, { ...raft, warmup_ms: 4000 }] };
    expect(comparisonTable(apart).join(' ')).toContain('Each pair is measured behind the later of its two warm-ups.');
    expect(comparisonTable(sample).join(' ')).not.toContain('Each pair is measured');
    expect(renderHtml(apart)).toContain('Each pair is measured behind the later of its two warm-ups.');
  });

  test('says whose precision was not reached', () => {
    const stopping: PointResult['stopping'] = {
      ended_by: 'budget',
      replications: 50,
      precision: [{ measure: 'finality_p99', asked: 0.02, reached: 0.041, met: false }],
    };
    const [pbft, raft] = calm as unknown as [PointResult, PointResult];
    expect(verdictOf([{ ...pbft, stopping }, raft]).join('\n')).toContain(
      'The precision asked for is NOT reached by PBFT after 50 replications (finality_p99 ±4.10%, asked ±2.00%).',
    );
    expect(verdictOf(calm).join('\n')).not.toContain('precision');
  });
});

describe('a comparison in words', () => {
  test('has the sign of A − B, and bounds with theirs', () => {
    expect(differenceText(p99)).toBe('+870 ms [+580 to +1,160]');
    expect(differenceText({ ...p99, a_minus_b: { mean: -3, low: -5, high: 1 } })).toBe('−3.00 ms [−5.00 to +1.00]');
    expect(differenceText({ ...p99, pairs: 1 })).toBe('+870 ms');
    const share = { ...p99, measure: 'availability' as const, a_minus_b: { mean: -0.012, low: -0.02, high: -0.004 } };
    expect(differenceText(share)).toBe('−1.20 pp [−2.00 to −0.400]');
  });

  test('never quite says 0 or 1', () => {
    expect([1, 0.99995, 0.5, 0, null].map(probabilityText)).toEqual(['> 99.99%', '> 99.99%', '50.0%', '< 0.01%', '–']);
    expect([0.0004, 0, 1, null].map(pValueText)).toEqual(['0.00040', '< 0.0001', '1.0', '–']);
  });

  test('finds what is told, and says when it is not among so many', () => {
    expect(findingText(p99)).toBe('B is better');
    expect(findingText({ ...p99, told: false })).toBe('not told among so many');
    expect(findingText({ ...p99, told: false, p_value: 0.3 })).toBe('no difference told');
    expect(findingText({ ...p99, told: false, p_value: null })).toBe('one pair: chance not excluded');
    expect(findingText({ ...p99, ahead: null, a_minus_b: { mean: 0, low: 0, high: 0 } })).toBe('equal');
  });

  test('of many points stands beside the one that is final soonest, which comes first', () => {
    const rows = [p99, { ...p99, a: 'Other', a_mean: 9000 }];
    expect(shownRows(rows, 2)).toEqual(rows);
    const [first, second] = shownRows(rows, 5) as [ComparisonRow, ComparisonRow];
    expect([first.a, first.b, second.b]).toEqual(['Raft', 'PBFT', 'Other']);
    expect(first.a_mean).toBe(p99.b_mean);
    expect(first.a_minus_b).toEqual({ mean: -p99.a_minus_b.mean, low: -p99.a_minus_b.high, high: -p99.a_minus_b.low });
    expect(first.probability_a_better).toBe(1 - (p99.probability_a_better as number));
    expect(findingText(first)).toBe('A is better');
  });

  test('stands in the table and in the report, with what it means', () => {
    const [table = '', ...notes] = comparisonTable(sample);
    expect(table).toContain('A: PBFT');
    expect(table).toContain('+870 ms');
    expect(notes.join(' ')).toContain('corrected for all 3 comparisons (Holm)');
    expect(comparisonTable({ ...sample, comparisons: [] })).toEqual([]);
    const page = renderHtml(sample);
    expect(page).toContain('Compared run by run');
    expect(page).toContain('[+580 to +1,160]');
    expect(page).toContain('in how many of the replications A had the better value, the same as B, and the worse one');
    expect(renderHtml({ ...sample, comparisons: [] })).not.toContain('Compared run by run');
  });
});

describe('how runs were made', () => {
  const asked: ResultFile = {
    ...sample,
    run: { ...sample.run, most_replications: 50, precision: [{ measure: 'finality_p99', share: 0.05 }] },
    points: sample.points.map((point, i) => ({
      ...point,
      stopping: {
        ended_by: i === 0 ? 'budget' : 'precision',
        replications: i === 0 ? 50 : 12,
        precision: [{ measure: 'finality_p99', asked: 0.05, reached: i === 0 ? 0.061 : 0.049, met: i > 0 }],
      },
    })),
  };

  test('is told with the kind of run, and whether it was declared', () => {
    expect(kindLine(sample)).toBe(
      'Steady-state runs (taken to be: the scenario does not say): left out as warm-up: the first 2.50 s (detected by MSER-5).',
    );
    const whole = { ...sample.run, kind: 'terminating', declared: true } as const;
    expect(kindLine({ ...sample, run: whole })).toBe(
      'Terminating runs (declared): each counts whole, from its start until 60 s.',
    );
    expect(kindLine({ ...sample, run: { ...whole, stop_after: 400 } })).toContain(
      'until 400 transactions are final, or 60 s',
    );
  });

  test('is told with the rule that ended each point, and with its bias', () => {
    expect(stoppingLines(sample)).toEqual([]);
    expect(stoppingLines(asked)).toEqual([
      'Precision asked for: finality_p99 ±5.00% of the mean, at most 50 replications. Not reached, the budget being spent, by PBFT after 50 replications; reached by Raft after 12 replications.',
    ]);
    const told = renderTable(asked, colours.createColors(false));
    expect(told).toContain('stops too often when it is so by chance');
    const page = renderHtml(asked);
    expect(page).toContain('PBFT, 50 replications: finality_p99 ±6.10%, asked ±5.00%');
    expect(page).toContain('stops too often when it is so by chance');
  });
});
