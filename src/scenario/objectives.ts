/**
 * What a scenario can ask of its results: measures by their name in the file, their direction, and the estimate they are held against;
 * and how precisely each is to be known.
 */
import type { Objective } from '../experiment/objective.ts';
import type { PrecisionGoal } from '../experiment/precision.ts';
import type { Fields, Shape } from './shape.ts';
import { snakeCase } from './shape.ts';
import { fileFormOf } from './write.ts';

export interface Measure {
  readonly estimate: Objective['estimate'];
  readonly direction: Objective['direction'];
  readonly shape: Shape;
}

const MS = 1_000_000;
const duration = (estimate: Objective['estimate'], what: string): Measure => ({
  estimate,
  direction: 'at-most',
  shape: { kind: 'duration', default: null, min: 1, meaning: `${what}: at most this` },
});
const rate = (estimate: Objective['estimate'], what: string): Measure => ({
  estimate,
  direction: 'at-least',
  shape: { kind: 'rate', default: 0, meaning: `${what}: at least this` },
});

/** By their key in code; in files snake_case. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  finalityMean: duration('finality_mean_ms', 'mean finality latency'),
  finalityP50: duration('finality_p50_ms', 'median finality latency'),
  finalityP90: duration('finality_p90_ms', '90th percentile of finality latency'),
  finalityP99: duration(
    'finality_p99_ms',
    '99th percentile of finality latency; also the limit that availability is judged by',
  ),
  finalityP999: duration('finality_p999_ms', '99.9th percentile of finality latency'),
  finalityMax: duration('finality_max_ms', 'longest finality latency'),
  commitP50: duration('commit_p50_ms', 'median time from proposal to commit'),
  longestOutage: duration('longest_outage_ms', 'longest time in which requests wait and none becomes final'),
  throughput: rate('throughput_per_s', 'transactions final per second'),
  goodput: rate('goodput_per_s', 'valid transactions final per second'),
  availability: {
    estimate: 'availability',
    direction: 'at-least',
    shape: {
      kind: 'ratio',
      default: 0,
      meaning: 'share of submitted transactions final within the limit: at least this',
    },
  },
  messagesPerTransaction: {
    estimate: 'messages_per_transaction',
    direction: 'at-most',
    shape: { kind: 'count', default: null, min: 1, meaning: 'protocol messages per transaction: at most this' },
  },
  bytesPerTransaction: {
    estimate: 'bytes_per_transaction',
    direction: 'at-most',
    shape: { kind: 'bytes', default: 0, min: 1, meaning: 'bytes sent per transaction: at most this' },
  },
};

export const objectiveFields: Fields = Object.fromEntries(
  Object.entries(MEASURES).map(([key, { shape }]) => [key, { shape }]),
);

/** Under 0.01 % the quantiles' own resolution (0.4 %) would decide; over 50 % an interval says nothing. */
export const precisionFields: Fields = Object.fromEntries(
  Object.entries(MEASURES).map(([key, { shape }]) => {
    const what = shape.meaning.split(':')[0]?.split(';')[0] as string;
    const meaning = `${what}: half the width of its 95 % interval at most this share of the mean`;
    return [key, { shape: { kind: 'ratio', default: null, min: 0.0001, max: 0.5, meaning } }];
  }),
);

/** How precisely each measure is to be known. */
export function precisionOf(
  values: Readonly<Record<string, number | null | undefined>> | null,
): readonly PrecisionGoal[] {
  return Object.entries(values ?? {}).flatMap(([key, share]) => {
    const measure = MEASURES[key];
    return measure === undefined || share === null || share === undefined
      ? []
      : [{ measure: snakeCase(key), estimate: measure.estimate, share }];
  });
}

/** The measures as scenario files name them. */
export function measureNames(): readonly string[] {
  return Object.keys(MEASURES).map(snakeCase);
}

/** The thresholds of a file as objectives, in their estimates' units (ms, per second, shares). */
export function objectivesOf(values: Readonly<Record<string, number | null>>): readonly Objective[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (MEASURES[key] === undefined || value === null) return [];
    return [measureObjective(key, value)];
  });
}

/** `key`: of a measure; `value`: as reading its shape gives it. */
export function measureObjective(key: string, value: number): Objective {
  const { estimate, direction, shape } = MEASURES[key] as Measure;
  const target = shape.kind === 'duration' ? value / MS : value;
  return { measure: snakeCase(key), estimate, direction, target, text: String(fileFormOf(shape, value)) };
}
