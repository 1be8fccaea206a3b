// What a validation says: in one line, in the document, in the page; the same results give the same bytes.
import { describe, expect, test } from 'vitest';
import { validationDocument } from '../../src/report/validation/document.ts';
import { etcdConstants } from '../../src/report/validation/etcd-constants.ts';
import { renderValidationHtml } from '../../src/report/validation/html.ts';
import { notReproduced } from '../../src/report/validation/not-validated.ts';
import { scatterFigure } from '../../src/report/validation/scatter.ts';
import { nearestMiss, summaryText, usedOf } from '../../src/report/validation/words.ts';
import { openReference } from '../../src/validation/reference.ts';
import { targets } from '../../src/validation/registry.ts';
import type { ComparisonResult, Target } from '../../src/validation/target.ts';
import { etcdPairs } from '../../src/validation/targets/etcd-one-constant.ts';
import { cdfOf, type TargetResult } from '../../src/validation/validate.ts';
import { sampleValidation } from '../support/sample-validation.ts';

const results = sampleValidation();

describe('the summary', () => {
  test('is one line that counts and names what is worst, with figures', () => {
    const [etcd] = results;
    expect(summaryText(results)).toBe(
      '5 of 7 predictions hold over 2 targets, 1 more shown but not judged; furthest out: queue-like (nothing): predicted none, real 3 ms, tolerance 3 %',
    );
    expect(summaryText([etcd!])).toMatch(
      /^4 of 4 predictions hold over 1 target, 1 more .*; closest to its tolerance: etcd-like \(5 ms one way, p50\)/,
    );
  });

  test('measures a row by its tolerance, and not a statistic or what is no number', () => {
    const rows = results.flatMap(({ comparisons }) => comparisons);
    const used = (name: string) => usedOf(rows.find(({ row }) => row === name)!);
    expect(used('5 ms one way, p50')).toBeCloseTo(0.26 / 0.3312, 6);
    expect(used('no disk <less>')).toBeCloseTo((0.15 - 0.136) / 0.15, 6);
    expect(used('Kolmogorov-Smirnov p')).toBeNull();
    expect(nearestMiss(results.slice(1).map((one) => ({ ...one, comparisons: one.comparisons.slice(1) })))?.row).toBe(
      'nothing',
    );
  });
});

describe('the document', () => {
  const text = validationDocument(results);

  test('is the same for the same results, whatever they took', () => {
    expect(validationDocument(sampleValidation().map((one) => ({ ...one, tookMs: 99 })))).toBe(text);
  });

  test('sums up each target first: rows, worst error, tolerance, constants', () => {
    expect(text).toContain('| [etcd-like](#etcd-like) | What etcd-like is about | 4 of 5 | +2.36 % | 3 % | 1 | pass |');
    expect(text).toContain(
      '| [queue-like](#queue-like) | What queue-like is about | 3 | none | 3 % | none | 2 missed |',
    );
    expect(text).toContain('- 1.3 ms for each request: etcd-like.');
  });

  test('lists what is shown only among what is not validated, with its reason', () => {
    const part = text.slice(text.indexOf('## What is not validated'), text.indexOf('## The ranges checked'));
    expect(part).toContain('etcd-like (64 clients): predicted 5664 /s, real 4599 /s');
    expect(part).toContain(': processors were busy.');
    expect(part).toContain('Loss and jitter against real TCP');
  });
});

describe('how far one constant gets with etcd', () => {
  const [{ comparisons }] = sampleValidation() as [TargetResult];
  const [judged, , shown] = comparisons as [ComparisonResult, ComparisonResult, ComparisonResult];
  const resultOf = (target: Target, rows: readonly ComparisonResult[]): TargetResult => ({
    target,
    comparisons: rows,
    tookMs: 1,
    runs: 1,
  });
  const missed = { ...judged, row: '25 ms', errorPercent: 5.5, holds: false };
  const both = etcdPairs.flatMap(({ one, three }) => [
    resultOf(one, [judged, missed, { ...shown, errorPercent: 140.5 }]),
    resultOf(three, [judged, { ...missed, errorPercent: 2.25, holds: true }, { ...shown, errorPercent: 3.57 }]),
  ]);

  test('counts the rows judged with one and names those where three say something else', () => {
    const [text] = etcdConstants(both);
    expect(text).toContain('and 4 of the 8 rows judged there hold.');
    expect(text).toContain('25 ms +5.50 % and +2.25 %; 64 clients (shown) +140.50 % and +3.57 %;');
    expect(text).not.toContain('5 ms one way, p50');
    expect(text).toContain(etcdPairs[0]!.one.constants[0]);
  });

  test('is not said where one of the targets was not run', () => {
    expect(etcdConstants(both.slice(1))).toEqual([]);
    expect(etcdConstants(both.slice(0, -1))).toEqual([]);
    expect(etcdConstants(results)).toEqual([]);
  });
});

test('every row of the published results is reproduced by a comparison, and one that is not is named', () => {
  const rows = openReference()('published/targets.csv');
  const all = notReproduced(openReference(), []);
  expect(all).toHaveLength(rows.length);
  expect(all.some((one) => one.startsWith('R11: mean latency of qbft (Besu) (n=8, 100 tx/s, block period 5 s;'))).toBe(
    true,
  );
  expect(notReproduced(openReference(), targets)).toEqual([]);
  const lost = notReproduced(
    openReference(),
    targets.filter(({ id }) => id !== 'split-votes-9-2'),
  );
  expect(lost).toEqual(['R1: split-vote probability of raft (n=9, 2 failed, l=0.2)']);
});

test('accounting checks stand apart and are not counted', () => {
  const [one, two] = results;
  const apart = [one!, { ...two!, target: { ...two!.target, accounting: true as const } }];
  expect(summaryText(apart)).toMatch(/^4 of 4 predictions hold over 1 target/);
  const text = validationDocument(apart);
  expect(text.indexOf('### queue-like')).toBeGreaterThan(text.indexOf('## Accounting checks'));
  expect(text.indexOf('### queue-like')).toBeLessThan(text.indexOf('## Every prediction'));
  expect(text).not.toContain('| [queue-like]');
});

describe('the page', () => {
  const page = renderValidationHtml(results, { small: true });

  test('says what holds, what is missed and what is not validated, and which setting it was', () => {
    expect(page).toContain('5 of 7 predictions hold within their tolerance, over 2 targets.');
    expect(page).toContain('✗ missed: queue-like (load 0.9)');
    expect(page).toContain('? 1 shown, not judged');
    expect(page).toContain('<h2>What is not validated</h2>');
    expect(page).toContain('Shown only: etcd-like (64 clients)');
    expect(page).toContain('small setting');
    expect(page).toContain('no disk &lt;less&gt;');
    expect(renderValidationHtml(results, { small: true })).toBe(page);
    expect(page.slice(0, page.indexOf('<script'))).not.toContain('NaN');
  });

  test('draws each pair in one of three signs, without statistics and values that have no logarithm', () => {
    const { specs, lead } = scatterFigure(results);
    const [scatter, errors] = specs;
    const signs = scatter!.series.filter(({ look }) => look === 'signs');
    expect(signs.map(({ label, sign, values }) => [label, sign, values.length])).toEqual([
      ['judged, missed', 'cross', 1],
      ['shown, not judged', 'ring', 1],
      ['judged, holds', 'disc', 3],
    ]);
    expect(lead).toContain('3 rows are not drawn');
    expect(signs[0]?.texts[0]).toContain('queue-like (load 0.9)');
    const beyond = errors!.series.find(({ sign }) => sign === 'cross');
    expect(beyond?.values).toEqual([2]);
    expect(errors!.series.find(({ sign }) => sign === 'disc')?.values[0]).toBeCloseTo(0.26 / 0.3312, 6);
  });
});

test('a distribution keeps few values as they are, and quantiles of many', () => {
  expect(cdfOf([3, 1, 2])).toEqual([
    { value: 1, share: 1 / 3 },
    { value: 2, share: 2 / 3 },
    { value: 3, share: 1 },
  ]);
  const many = cdfOf(Array.from({ length: 1000 }, (_, i) => i + 1));
  expect(many).toHaveLength(200);
  expect(many[99]).toEqual({ value: 500, share: 0.5 });
  expect(many.at(-1)).toEqual({ value: 1000, share: 1 });
});
