/**
 * Reads quantities as people write them: `5ms`, `1Gbps` (10⁹ bit/s), `64KiB`, `2000/s`, `0.1%`, `150ms..300ms`. Exact: a text
 * that is not a whole number of the smallest unit is refused, never rounded. Errors are values that say what was expected.
 */
import type { DurationRange } from './options.ts';
import type { BitRate, Bytes, Duration, Rate, Ratio } from './quantities.ts';

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expected: string };

const DURATION_UNITS: Units = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['min', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
]);
const BYTE_UNITS: Units = new Map([
  ['B', 1n],
  ['kB', 1_000n],
  ['MB', 1_000_000n],
  ['GB', 1_000_000_000n],
  ['KiB', 1_024n],
  ['MiB', 1_048_576n],
  ['GiB', 1_073_741_824n],
]);
const BIT_RATE_UNITS: Units = new Map([
  ['bps', 1n],
  ['kbps', 1_000n],
  ['Mbps', 1_000_000n],
  ['Gbps', 1_000_000_000n],
  ['bit/s', 1n],
  ['kbit/s', 1_000n],
  ['Mbit/s', 1_000_000n],
  ['Gbit/s', 1_000_000_000n],
  ...[...BYTE_UNITS].map(([unit, size]) => [`${unit}/s`, size * 8n] as const),
]);
const RATE_UNITS = new Map([
  ['/s', 1],
  ['/min', 60],
  ['/h', 3_600],
  ['/d', 86_400],
]);

/** What each parser expects, for messages and for the schema. */
export const EXPECTED = {
  duration: "a duration with its unit (ns, us, ms, s, min, h or d), such as '5ms'",
  durationRange: "two durations, such as '150ms..300ms'",
  bytes: "a size with its unit (B, kB, MB, GB, KiB, MiB or GiB), such as '64KiB'",
  bitRate: "a bandwidth with its unit (bps, kbps, Mbps, Gbps, MB/s, …), such as '1Gbps'",
  rate: "a rate (per s, min, h or d), such as '2000/s'",
  ratio: "a percentage or a share, such as '0.1%' or 0.001",
  count: 'a whole number',
} as const;

/** Whole nanoseconds. A bare `0` needs no unit. */
export function parseDuration(text: string): Parsed<Duration> {
  return exactQuantity(
    text,
    DURATION_UNITS,
    EXPECTED.duration,
    'a whole number of nanoseconds',
    'at most 104 days, beyond which nanoseconds are not exact',
  );
}

/** Whole bytes. A bare `0` needs no unit. */
export function parseBytes(text: string): Parsed<Bytes> {
  return exactQuantity(text, BYTE_UNITS, EXPECTED.bytes, 'a whole number of bytes');
}

/** Whole bits per second, decimal multiples (`1Gbps` = 10⁹ bit/s); bytes per second are converted. */
export function parseBitRate(text: string): Parsed<BitRate> {
  return exactQuantity(text, BIT_RATE_UNITS, EXPECTED.bitRate, 'a whole number of bits per second');
}

/** Two durations, both included, the first not above the second. */
export function parseDurationRange(text: string): Parsed<DurationRange> {
  const parts = text.split('..');
  if (parts.length !== 2) return refuse(EXPECTED.durationRange);
  const min = parseDuration(parts[0] as string);
  const max = parseDuration(parts[1] as string);
  if (!min.ok || !max.ok) return refuse(EXPECTED.durationRange);
  if (min.value > max.value) return refuse(`${EXPECTED.durationRange}, the shorter one first`);
  return accept({ min: min.value, max: max.value });
}

/** Events per second: the double nearest to the text's value. */
export function parseRate(text: string): Parsed<Rate> {
  const match = /^(\d+(?:\.\d+)?)\s*(\/[a-z]+)$/.exec(text.trim());
  const perSecond = RATE_UNITS.get(match?.[2] ?? '');
  if (match === null || perSecond === undefined) return refuse(EXPECTED.rate);
  return accept(Number(match[1]) / perSecond);
}

/** A share: `2%` or a bare number; whether it may exceed 1 is for the field to say. The double nearest to the text's value. */
export function parseRatio(text: string): Parsed<Ratio> {
  const match = /^(\d+(?:\.\d+)?(?:e-?\d+)?)\s*(%?)$/.exec(text.trim());
  if (match === null) return refuse(EXPECTED.ratio);
  const value = match[2] === '%' ? percent(match[1] as string) : Number(match[1]);
  return accept(value);
}

/** A whole number, exact in a double. */
export function parseCount(text: string): Parsed<number> {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? accept(value) : refuse(EXPECTED.count);
}

type Units = ReadonlyMap<string, bigint>;

/** Decimal digits times a unit, in whole smallest units; big integers so that no digit is lost on the way. */
function exactQuantity(
  text: string,
  units: Units,
  expected: string,
  whole: string,
  most = `${whole} below 2^53`,
): Parsed<number> {
  if (text.trim() === '0') return accept(0);
  const match = /^(\d+)(?:\.(\d+))?\s*(\D+)$/.exec(text.trim());
  const unit = units.get(match?.[3] ?? '');
  if (match === null || unit === undefined) return refuse(expected);
  const fraction = match[2] ?? '';
  const scaled = BigInt(`${match[1]}${fraction}`) * unit;
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) return refuse(whole);
  const value = Number(scaled / divisor);
  return Number.isSafeInteger(value) ? accept(value) : refuse(most);
}

/** Shifts the decimal point in the text, since dividing by 100 would round twice. */
function percent(digits: string): number {
  return digits.includes('e') ? Number(digits) / 100 : Number(`${digits}e-2`);
}

function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function refuse(expected: string): Parsed<never> {
  return { ok: false, expected };
}
