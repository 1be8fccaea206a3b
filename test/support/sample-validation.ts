// Results of a validation by hand: rows that hold, are missed and are shown only, distributions, a statistic, a real value of 0.
import type { ComparisonResult } from '../../src/validation/target.ts';
import type { TargetResult } from '../../src/validation/validate.ts';

export function sampleValidation(): readonly TargetResult[] {
  const curve = (scale: number) =>
    Array.from({ length: 20 }, (_, i) => ({ value: scale * (i + 5), share: (i + 1) / 20 }));
  return [
    result(
      'etcd-like',
      ['1.3 ms for each request'],
      [
        row('5 ms one way, p50', 11.3, 11.04),
        row('no disk <less>', 0.136, 0, { tolerance: { low: 0, high: 0.3 } }),
        row('64 clients', 5664, 4599, { unit: '/s', ungated: 'processors were busy' }),
        row('median outage', 1280, 1355, {
          tolerance: { percent: 15 },
          distribution: { title: 'Outage', by: '20 measured outages', cdf: curve(60), predicted: curve(58) },
        }),
        row('Kolmogorov-Smirnov p', 0.2, 1, { unit: '', tolerance: { low: 0.01, high: 1 }, statistic: true }),
      ],
    ),
    result(
      'queue-like',
      [],
      [
        row('load 0.9', 0.5, 0.45, { tolerance: { percent: 1 } }),
        row('nothing', Number.NaN, 3),
        row('p50 time to elect', 410, 410, {
          distribution: {
            title: 'Time to elect',
            by: 'thesis',
            cdf: [
              { value: 410, share: 0.5 },
              { value: 489, share: 0.9 },
            ],
            predicted: curve(20),
          },
        }),
      ],
    ),
  ];
}

function result(
  id: string,
  constants: readonly string[],
  comparisons: readonly Omit<ComparisonResult, 'target'>[],
): TargetResult {
  const target = {
    id,
    summary: `What ${id} is about`,
    source: 'a paper',
    scenario: id,
    constants,
    small: [],
    comparisons: () => [],
  };
  return { target, comparisons: comparisons.map((one) => ({ ...one, target: id })), tookMs: 1234, runs: 5 };
}

/** Within 3 per cent it holds, unless another tolerance is given. */
function row(
  name: string,
  predicted: number,
  real: number,
  changes: Partial<ComparisonResult> = {},
): Omit<ComparisonResult, 'target'> {
  const { tolerance = { percent: 3 } } = changes;
  const holds =
    'low' in tolerance
      ? predicted >= tolerance.low && predicted <= tolerance.high
      : Math.abs(predicted - real) <= (tolerance.percent / 100) * real;
  return {
    row: name,
    unit: 'ms',
    predicted,
    real,
    errorPercent: real === 0 ? null : (predicted / real - 1) * 100,
    tolerance,
    standardError: null,
    allowance: 0,
    holds,
    ungated: null,
    statistic: false,
    distribution: null,
    ...changes,
  };
}
