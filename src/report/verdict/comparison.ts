/**
 * Which is final sooner: at the median, the 90th and the 99th percentile, since a fault or a few far clients can turn the one and not
 * the others. Only points that kept up are compared: the quick part of a cluster that stopped is no merit. Told apart by the paired
 * differences, corrected for all comparisons of the result; where two points have no replication in common, by disjoint intervals.
 */
import type { ComparedMeasure, ComparisonRow, Estimate, PointResult } from '../../results/result-file.ts';
import { differenceText } from '../comparison-words.ts';
import { formatInstant } from '../html/format.ts';
import { list, milliseconds, number } from '../words.ts';
import { isHealthy, isSafe, isUnused, overlap } from './points.ts';

interface Quantile {
  readonly words: string;
  readonly measure: ComparedMeasure;
  readonly of: (point: PointResult) => Estimate | null;
}

const whole: readonly Quantile[] = [
  { words: 'half', measure: 'finality_p50_ms', of: ({ estimates }) => estimates.finality_p50_ms },
  { words: '90 %', measure: 'finality_p90_ms', of: ({ estimates }) => estimates.finality_p90_ms },
  { words: '99 %', measure: 'finality_p99_ms', of: ({ estimates }) => estimates.finality_p99_ms },
];
const undisturbed: readonly Quantile[] = [
  { words: 'half', measure: 'undisturbed_p50_ms', of: ({ undisturbed }) => undisturbed?.p50_ms ?? null },
  { words: '90 %', measure: 'undisturbed_p90_ms', of: ({ undisturbed }) => undisturbed?.p90_ms ?? null },
  { words: '99 %', measure: 'undisturbed_p99_ms', of: ({ undisturbed }) => undisturbed?.p99_ms ?? null },
];

/** Silent with one point. Of more than two, the soonest and the latest are compared. */
export function comparison(all: readonly PointResult[], rows: readonly ComparisonRow[]): readonly string[] {
  const points = all.filter((point) => !isUnused(point));
  if (all.length < 2 || points.length === 0) return [];
  // Not to compare is said of load where it is of load.
  const kept = points.every(isSafe) ? 'kept up with its load' : 'kept its promises and kept up with its load';
  const healthy = points.filter((point) => isHealthy(point) && point.estimates.finality_p99_ms !== null);
  if (healthy.length === 0)
    return points.some(({ condition }) => condition !== null) ? [`No finality is compared: no point ${kept}.`] : [];
  if (healthy.length === 1)
    return points.length < 2 ? [] : [`No finality is compared: only ${healthy[0]?.label} ${kept}.`];
  const ordered = [...healthy].sort((a, b) => p99(a) - p99(b));
  const [best, worst] = [ordered[0], ordered.at(-1)] as [PointResult, PointResult];
  const calm = undisturbed.filter(({ of }) => of(best) !== null && of(worst) !== null);
  const window = windowSentence(best, worst, rows);
  if (calm.length === 0) return [sentence(whole, best, worst, '', rows), ...window];
  return [
    sentence(calm, best, worst, 'Undisturbed, ', rows),
    sentence(whole, best, worst, 'Over the whole run with its faults, ', rows),
    ...window,
  ];
}

/** Only where it is not what the points' own measures are of. */
function windowSentence(a: PointResult, b: PointResult, rows: readonly ComparisonRow[]): readonly string[] {
  if (a.warmup_ms === b.warmup_ms) return [];
  const row = rows.find((one) => isOf(one, a, b));
  if (row === undefined) return [];
  return [
    `${a.label} and ${b.label} are compared from ${formatInstant(row.warmup_ms)} on, where the later of their warm-ups ends; what is said of each alone counts from the end of its own.`,
  ];
}

function p99({ estimates }: PointResult): number {
  return estimates.finality_p99_ms?.mean ?? Number.POSITIVE_INFINITY;
}

function sentence(
  quantiles: readonly Quantile[],
  a: PointResult,
  b: PointResult,
  when: string,
  rows: readonly ComparisonRow[],
): string {
  const told = quantiles.map((quantile) => ({ ...quantile, ...findingOf(quantile, a, b, rows) }));
  const times = (from: PointResult, to: PointResult) => (quantile: Quantile) =>
    `${milliseconds(meanOf(quantile, from))} against ${milliseconds(meanOf(quantile, to))}`;
  const meanOf = ({ measure, of }: Quantile, point: PointResult): number => {
    const row = rowOf(measure, a, b, rows);
    if (row === null) return (of(point) as Estimate).mean;
    return row.a === point.label ? row.a_mean : row.b_mean;
  };
  const single = quantiles.some(
    ({ of }) => (of(a) as Estimate).replications < 2 || (of(b) as Estimate).replications < 2,
  );
  const certainty = single ? ' (one replication: no interval)' : '';
  const why = told.every(({ row }) => row !== null)
    ? 'run by run, the differences could be chance'
    : 'their 95 % intervals overlap';
  const winners = new Set(told.map(({ winner }) => winner));
  const [only] = winners;
  const capital = (text: string): string => (when === '' ? text : `${when}${text.replace(/^No /, 'no ')}`);
  if (winners.size === 1 && only === null)
    return capital(
      `No difference in finality can be told between ${a.label} and ${b.label}: ${list(told.map((q) => `${q.words} within ${times(a, b)(q)}`))}; ${why}.`,
    );
  if (winners.size === 1 && only !== undefined) {
    const winner = only as PointResult;
    const loser = winner === a ? b : a;
    const last = told.at(-1) as Finding & Quantile;
    const factor = meanOf(last, loser) / meanOf(last, winner);
    return `${when}${winner.label} is final sooner than ${loser.label}: ${list(told.map((q) => `${q.words} within ${times(winner, loser)(q)}`))}, a factor of ${number(factor)}${told.length > 1 ? ' there' : ''}${differenceOf(last)}${certainty}.`;
  }
  const clauses = [
    ...[a, b].flatMap((winner) => {
      const won = told.filter((q) => q.winner === winner);
      const loser = winner === a ? b : a;
      if (won.length === 0) return [];
      return [
        `${winner.label} is final sooner than ${loser.label} for ${list(won.map((q) => `${q.words} (${times(winner, loser)(q)})`))} of the transactions`,
      ];
    }),
    ...[told.filter(({ winner }) => winner === null)].flatMap((even) =>
      even.length === 0
        ? []
        : [`for ${list(even.map((q) => `${q.words} (${times(a, b)(q)})`))} no difference can be told, since ${why}`],
    ),
  ];
  return `${when}${clauses.join('; ')}${certainty}.`;
}

interface Finding {
  /** null: no difference can be told. */
  readonly winner: PointResult | null;
  /** null: the points have no replication in common. */
  readonly row: ComparisonRow | null;
}

function findingOf({ of, measure }: Quantile, a: PointResult, b: PointResult, rows: readonly ComparisonRow[]): Finding {
  const row = rowOf(measure, a, b, rows);
  const [first, second] = [of(a) as Estimate, of(b) as Estimate];
  if (row === null) return { winner: overlap(first, second) ? null : first.mean < second.mean ? a : b, row: null };
  // One pair has no test: who is ahead is said, and that there is no interval.
  if (row.ahead === null || (row.p_value !== null && !row.told)) return { winner: null, row };
  return { winner: row[row.ahead] === a.label ? a : b, row };
}

function rowOf(
  measure: ComparedMeasure,
  a: PointResult,
  b: PointResult,
  rows: readonly ComparisonRow[],
): ComparisonRow | null {
  return rows.find((one) => one.measure === measure && isOf(one, a, b)) ?? null;
}

function isOf(row: ComparisonRow, a: PointResult, b: PointResult): boolean {
  return (row.a === a.label && row.b === b.label) || (row.a === b.label && row.b === a.label);
}

/** The difference where there is an interval on it. */
function differenceOf({ row }: Finding): string {
  if (row === null || row.pairs < 2) return '';
  const { mean, low, high } = row.a_minus_b;
  const size = mean > 0 ? row : { ...row, a_minus_b: { mean: -mean, low: -high, high: -low } };
  return `; the difference is ${differenceText(size).replaceAll('+', '')}, paired over ${row.pairs} replications`;
}
