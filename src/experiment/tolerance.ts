/**
 * How far a measure may worsen before it counts as a regression, and which way is worse. Tolerances bound what matters, the paired test
 * what chance can do: a regression is beyond both (docs/ci/README.md).
 */
import { type Parsed, parseDuration } from '../units/parse.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { ESTIMATE_NAMES, type EstimateName } from './estimate.ts';

/** A share of the baseline's mean, or an amount in the measure's unit (ms). */
export type Tolerance = { readonly share: number } | { readonly amount: number };

export type Tolerances = Readonly<Record<EstimateName, Tolerance>>;

/** `neither`: it says what was asked of the cluster, not how well it did. */
export type BetterIs = 'more' | 'less' | 'neither';

interface Rule {
  readonly better: BetterIs;
  /** Percent of the baseline's mean: ours. Extremes rest on few transactions and move far for small reasons. */
  readonly percent: number;
}

const rules: Readonly<Record<EstimateName, Rule>> = {
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

export function betterIs(measure: EstimateName): BetterIs {
  return rules[measure].better;
}

export const DEFAULT_TOLERANCES: Tolerances = Object.fromEntries(
  ESTIMATE_NAMES.map((name) => [name, { share: rules[name].percent / 100 }]),
) as Record<EstimateName, Tolerance>;

/** By how much a mean of `before` may change. */
export function allowedBy(tolerance: Tolerance, before: number): number {
  return 'share' in tolerance ? tolerance.share * Math.abs(before) : tolerance.amount;
}

/** `5%`, or for times a duration such as `20ms`. */
export function parseTolerance(measure: EstimateName, text: string): Parsed<Tolerance> {
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
export function measureNamed(text: string): EstimateName | null {
  return ESTIMATE_NAMES.find((name) => name === text || shortName(name) === text) ?? null;
}

export function shortName(measure: EstimateName): string {
  return measure.replace(/_(ms|per_s)$/, '');
}
