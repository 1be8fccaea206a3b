/** Writes quantities the way `parse.ts` reads them: the shortest usual text that reads back as exactly the same value. */
import type { DurationRange } from './options.ts';
import type { BitRate, Bytes, Duration, Rate, Ratio } from './quantities.ts';

/** `250us`, `1.5ms`, `90s`, `2h`, `3d`: hours and days only where they are whole. Requires whole nanoseconds, 0 or more. */
export function formatDuration(duration: Duration): string {
  if (duration === 0) return '0s';
  if (duration >= 172_800_000_000_000 && duration % 86_400_000_000_000 === 0)
    return `${duration / 86_400_000_000_000}d`;
  if (duration >= 7_200_000_000_000 && duration % 3_600_000_000_000 === 0) return `${duration / 3_600_000_000_000}h`;
  for (const [unit, digits] of [
    ['s', 9],
    ['ms', 6],
    ['us', 3],
  ] as const)
    if (duration >= Number(`1e${digits}`)) return `${shifted(duration, digits)}${unit}`;
  return `${duration}ns`;
}

/** The same to a microsecond, where more is not known or of no use. */
export function formatRoughly(duration: Duration): string {
  return formatDuration(duration < 1000 ? Math.round(duration) : Math.round(duration / 1000) * 1000);
}

/** `150ms..300ms`. */
export function formatDurationRange(range: DurationRange): string {
  return `${formatDuration(range.min)}..${formatDuration(range.max)}`;
}

/** `64KiB`, `1MB`, `1500B`: the largest unit of which it is a whole number, binary units first. */
export function formatBytes(bytes: Bytes): string {
  const units = [
    ['GiB', 1_073_741_824],
    ['MiB', 1_048_576],
    ['KiB', 1_024],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const;
  for (const [unit, size] of units) if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  return `${bytes}B`;
}

/** `1Gbps`, `2.5Mbps`, `unlimited`. */
export function formatBitRate(rate: BitRate): string {
  if (rate === Number.POSITIVE_INFINITY) return 'unlimited';
  for (const [unit, digits] of [
    ['Gbps', 9],
    ['Mbps', 6],
    ['kbps', 3],
  ] as const)
    if (rate >= Number(`1e${digits}`)) return `${shifted(rate, digits)}${unit}`;
  return `${rate}bps`;
}

/** `2000/s`; rates below one per second as per hour or per day where that is a whole number. */
export function formatRate(rate: Rate): string {
  for (const [unit, seconds] of [
    ['h', 3_600],
    ['d', 86_400],
  ] as const) {
    const whole = Math.round(rate * seconds);
    if (rate < 1 && rate > 0 && whole / seconds === rate) return `${whole}/${unit}`;
  }
  return `${plain(rate)}/s`;
}

/** `0.1%`. */
export function formatRatio(ratio: Ratio): string {
  const percent = plain(Number((ratio * 100).toPrecision(15)));
  return Number(`${percent}e-2`) === ratio ? `${percent}%` : plain(ratio);
}

/** A whole number divided by 10^digits, written out exactly. */
function shifted(whole: number, digits: number): string {
  const text = String(whole).padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${fraction}`;
}

/** The shortest decimal digits that name this double, without an exponent. */
function plain(value: number): string {
  const match = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value));
  if (match === null) return String(value);
  const digits = `${match[1]}${match[2] ?? ''}`;
  const exponent = Number(match[3]);
  return exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, '0');
}
