/** How paired comparisons are told, on a terminal and in the report alike: which rows, the measures' names, differences and probabilities. */
import type { ComparedMeasure, ComparisonRow } from '../results/result-file.ts';
import { formatEstimate, formatNumber, formatQuantity, formatShare, NOT_MEASURED, type Unit } from './html/format.ts';

export const MEASURE_WORDS: Readonly<Partial<Record<ComparedMeasure, string>>> = {
  throughput_per_s: 'throughput',
  finality_p50_ms: 'finality, median',
  finality_p90_ms: 'finality, p90',
  finality_p99_ms: 'finality, p99',
  undisturbed_p50_ms: 'before the first fault, median',
  undisturbed_p90_ms: 'before the first fault, p90',
  undisturbed_p99_ms: 'before the first fault, p99',
  availability: 'availability',
};

function unitOf(measure: ComparedMeasure): Unit {
  return measure === 'availability' ? 'share' : measure.endsWith('_per_s') ? 'per_s' : 'ms';
}

/** Up to so many points every pair is shown; of more, the others beside the one final soonest, in the tail and in what got through. */
export const MOST_ALL_PAIRS = 4;

/** The rows that fit on a page; result.json has them all. */
export function shownRows(rows: readonly ComparisonRow[], points: number): readonly ComparisonRow[] {
  if (points <= MOST_ALL_PAIRS) return rows;
  const hub = soonest(rows);
  return rows
    .filter((row) => isMain(row) && (row.a === hub || row.b === hub))
    .map((row) => (row.a === hub ? row : turned(row)));
}

/** The tail, and what got through. */
export function isMain({ measure }: ComparisonRow): boolean {
  return measure === 'finality_p99_ms' || measure === 'throughput_per_s';
}

/** Said under a table of them where the points' own measures are of other stretches of time; else empty. */
export function windowWords(points: readonly { readonly warmup_ms: number }[]): string {
  const alike = points.every(({ warmup_ms }) => warmup_ms === points[0]?.warmup_ms);
  return alike ? '' : ' Each pair is measured behind the later of its two warm-ups.';
}

/** The same comparison, b first. */
function turned(row: ComparisonRow): ComparisonRow {
  const { mean, low, high } = row.a_minus_b;
  const { probability_a_better: probability } = row;
  return {
    ...row,
    a: row.b,
    b: row.a,
    a_mean: row.b_mean,
    b_mean: row.a_mean,
    a_minus_b: { mean: 0 - mean, low: 0 - high, high: 0 - low },
    relative: row.a_mean === 0 ? null : (0 - mean) / Math.abs(row.a_mean),
    ahead: row.ahead === null ? null : row.ahead === 'a' ? 'b' : 'a',
    probability_a_better: probability === null ? null : 1 - probability,
    a_wins: row.a_losses,
    a_losses: row.a_wins,
  };
}

/** The point with the least p99 of those compared. */
function soonest(rows: readonly ComparisonRow[]): string | null {
  const known = rows
    .filter(({ measure }) => measure === 'finality_p99_ms')
    .flatMap(({ a, b, a_mean, b_mean }) => [
      { label: a, mean: a_mean },
      { label: b, mean: b_mean },
    ]);
  const best = known.reduce((least, one) => (one.mean < least.mean ? one : least), known[0] ?? { label: '', mean: 0 });
  return known.length === 0 ? (rows[0]?.a ?? null) : best.label;
}

export function valueText(value: number, measure: ComparedMeasure): string {
  return formatQuantity(value, unitOf(measure));
}

/** `+3.1 ms [+2.0 to +4.2]`; shares differ by percentage points. The interval of one pair is left out. */
export function differenceText({
  a_minus_b,
  measure,
  pairs,
}: Pick<ComparisonRow, 'a_minus_b' | 'measure' | 'pairs'>): string {
  const { mean, low, high } = a_minus_b;
  if (measure === 'availability') {
    const points = (value: number): string => signed(formatNumber(value * 100), value);
    return `${points(mean)} pp${pairs > 1 ? ` [${points(low)} to ${points(high)}]` : ''}`;
  }
  const { value, interval } = formatEstimate({ mean, low, high, replications: pairs }, unitOf(measure));
  if (interval === null) return signed(value, mean);
  const [from = '', to = ''] = interval.slice(1, -1).split('–');
  return `${signed(value, mean)} [${signed(from, low)} to ${signed(to, high)}]`;
}

export function relativeText({ relative }: ComparisonRow): string {
  return relative === null ? NOT_MEASURED : signed(formatShare(relative), relative);
}

/** Never quite 0 or 1: a model's certainty is not the world's. */
export function probabilityText(probability: number | null): string {
  if (probability === null) return NOT_MEASURED;
  if (probability > 0.9999) return '> 99.99%';
  return probability < 0.0001 ? '< 0.01%' : formatShare(probability);
}

export function pValueText(p: number | null): string {
  if (p === null) return NOT_MEASURED;
  return p < 0.0001 ? '< 0.0001' : formatNumber(p, 2);
}

/** Wins, ties and losses of A, replication by replication: `4–1–0`. */
export function recordText({ a_wins, ties, a_losses }: ComparisonRow): string {
  return `${a_wins}–${ties}–${a_losses}`;
}

/** Who is ahead, and whether that can be told from chance. */
export function findingText({ ahead, told, p_value, a_minus_b }: ComparisonRow): string {
  if (ahead === null) return a_minus_b.low === a_minus_b.high ? 'equal' : 'no difference told';
  if (p_value === null) return 'one pair: chance not excluded';
  if (told) return `${ahead === 'a' ? 'A' : 'B'} is better`;
  // One of many looks so by chance often enough.
  return p_value < 0.05 ? 'not told among so many' : 'no difference told';
}

function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}
