/**
 * How far a measure may worsen before it counts as a regression, and which way is worse. Tolerances bound what matters, the paired test
 * what chance can do: a regression is beyond both (docs/ci/README.md).
 */
import { type Parsed, parseDuration } from '../units/parse.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { ESTIMATE_NAMES, type EstimateName } from './estimate.ts';

/** A share of the baseline's mean, or an amount in the measure's unit (ms). */
export type Tolerance = { readonly share: number } | { readonly amount: number };

/**
 * The measures that a baseline keeps and that are judged. Not among them: bytes for each node and second, which say over again what bytes
 * for each transaction and throughput do, and signatures, which a baseline keeps as work: a change of them is told as a cause.
 */
export type JudgedMeasure = Exclude<EstimateName, 'signatures_per_transaction' | 'bytes_per_node_per_s'>;

export type Tolerances = Readonly<Record<JudgedMeasure, Tolerance>>;

/** `neither`: it says what was asked of the cluster, not how well it did. */
export type BetterIs = 'more' | 'less' | 'neither';

interface Rule {
  readonly better: BetterIs;
  /** Percent of the baseline's mean: ours. Extremes rest on few transactions and move far for small reasons. */
  readonly percent: number;
}

const rules: Readonly<Record<JudgedMeasure, Rule>> = {
  offered_per_s: { better: 'neither', percent: 1 },
  throughput_per_s: { better: 'more', percent: 1 },
  goodput_per_s: { better: 'more', percent: 1 },
  finality_mean_ms: { better: 'less', percent: 3 },
  finality_p50_ms: { better: 'less', percent: 3 },
  finality_p90_ms: { better: 'less', percent: 3 },
  finality_p99_ms: { better: 'less', percent: 5 },
  finality_p999_ms: { better: 'less', percent: 10 },
  finality_max_ms: { better: 'less', percent: 25 },
  commit_p50_ms: { better: 'less', percent: 3 },
  messages_per_transaction: { better: 'less', percent: 2 },
  bytes_per_transaction: { better: 'less', percent: 2 },
  availability: { better: 'more', percent: 0.1 },
  longest_outage_ms: { better: 'less', percent: 10 },
};

/** In the order of `ESTIMATE_NAMES`. */
export const JUDGED_MEASURES = ESTIMATE_NAMES.filter((name): name is JudgedMeasure => Object.hasOwn(rules, name));

export function betterIs(measure: JudgedMeasure): BetterIs {
  return rules[measure].better;
}

export const DEFAULT_TOLERANCES: Tolerances = Object.fromEntries(
  JUDGED_MEASURES.map((name) => [name, { share: rules[name].percent / 100 }]),
) as Record<JudgedMeasure, Tolerance>;

/** By how much a mean of `before` may change. */
export function allowedBy(tolerance: Tolerance, before: number): number {
  return 'share' in tolerance ? tolerance.share * Math.abs(before) : tolerance.amount;
}

/** `5%`, or for times a duration such as `20ms`. */
export function parseTolerance(measure: JudgedMeasure, text: string): Parsed<Tolerance> {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent !== undefined) return { ok: true, value: { share: Number(percent) / 100 } };
  const expected = "a share of the baseline's value, such as '5%'";
  if (!measure.endsWith('_ms')) return { ok: false, expected };
  const duration = parseDuration(text);
  if (!duration.ok) return { ok: false, expected: `${expected}, or a time, such as '20ms'` };
  return { ok: true, value: { amount: duration.value / MILLISECOND } };
}

/** As `parseTolerance` reads it. */
export function formatTolerance(tolerance: Tolerance): string {
  if ('amount' in tolerance) return `${tolerance.amount}ms`;
  // Ten digits take away what binary fractions add, such as in 0.07 × 100.
  return `${Number((tolerance.share * 100).toPrecision(10))}%`;
}

/** A measure by its name, or by that without its unit, as in objectives; null where there is none. */
export function measureNamed(text: string): JudgedMeasure | null {
  return JUDGED_MEASURES.find((name) => name === text || shortName(name) === text) ?? null;
}

export function shortName(measure: JudgedMeasure): string {
  return measure.replace(/_(ms|per_s)$/, '');
}
