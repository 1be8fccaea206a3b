/**
 * Numbers as the report prints them: three significant digits, a comma between thousands, the unit beside the value, an
 * interval as `123 ms [118–129]`. Written by hand because the text must not depend on the machine's locale data.
 */
import type { Estimate } from '../../results/result-file.ts';

/** What is printed where a value could not be measured. */
export const NOT_MEASURED = '–';

export type Unit = 'ms' | 'per_s' | 'share' | 'count' | 'bytes';

/** A value with its unit, and the bounds of its interval in the same unit and precision (null with one replication). */
export interface EstimateText {
  readonly value: string;
  readonly interval: string | null;
}

/** Three significant digits (or as many as asked), commas between thousands: 0.0123, 1.23, 12.3, 123, 1,230. */
export function formatNumber(value: number, digits = 3): string {
  return fixed(value, decimalsOf(value, digits));
}

/** Three significant digits without zeros at the end: 4, 0.021. */
export function formatShort(value: number): string {
  return formatNumber(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** A value in the unit that suits its size: milliseconds become `µs` below 0.1 ms and `s` from 10 s on. */
export function formatQuantity(value: number, unit: Unit, digits = 3): string {
  if (unit === 'share') return formatShare(value);
  const scale = scaleOf(value, unit);
  return `${formatNumber(value / scale.divisor, digits)}${scale.suffix}`;
}

/** The mean and its 95 % interval; bounds share the mean's unit, and enough decimals that a narrow interval stays visible. */
export function formatEstimate(estimate: Estimate | null, unit: Unit): EstimateText {
  if (estimate === null) return { value: NOT_MEASURED, interval: null };
  const { mean, low, high, replications } = estimate;
  if (unit === 'share') {
    const interval = replications > 1 ? `[${formatShare(low)}–${formatShare(high)}]` : null;
    return { value: formatShare(mean), interval };
  }
  const { divisor, suffix } = scaleOf(mean, unit);
  const halfWidth = (high - low) / 2 / divisor;
  const readable = decimalsOf(mean / divisor, 3);
  const forInterval = halfWidth > 0 ? Math.min(decimalsOf(halfWidth, 1), decimalsOf(mean / divisor, 5)) : 0;
  const decimals = Math.max(readable, forInterval);
  const interval = replications > 1 ? `[${fixed(low / divisor, decimals)}–${fixed(high / divisor, decimals)}]` : null;
  return { value: `${fixed(mean / divisor, decimals)}${suffix}`, interval };
}

/** A share as a percentage that says 100% only where it is exactly that: 0.99996 is 99.996%. */
export function formatShare(share: number, digits = 3): string {
  const percent = share * 100;
  if (percent === 100 || percent === 0) return `${percent}%`;
  for (let decimals = percent < 99 ? decimalsOf(percent, digits) : 1; decimals <= 9; decimals++) {
    const text = fixed(percent, decimals);
    if (Number(text) !== 100 && Number(text) !== 0) return `${text}%`;
  }
  return `${percent}%`;
}

/** The unit of what a scenario's objective is about, by its name there. */
export function objectiveUnit(measure: string): Unit {
  if (/finality|commit|outage/.test(measure)) return 'ms';
  if (/availability/.test(measure)) return 'share';
  if (/throughput|goodput/.test(measure)) return 'per_s';
  return /bytes/.test(measure) ? 'bytes' : 'count';
}

/** An instant of a run, in seconds: 20 s, 20.35 s. */
export function formatInstant(ms: number): string {
  return `${fixed(ms / 1000, ms % 1000 === 0 ? 0 : ms % 10 === 0 ? 2 : 3)} s`;
}

/** `1 node`, `4 nodes`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${fixed(count, 0)} ${count === 1 ? singular : plural}`;
}

interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

function scaleOf(value: number, unit: Unit): Scale {
  const size = Math.abs(value);
  if (unit === 'ms') {
    if (size >= 10_000) return { divisor: 1000, suffix: ' s' };
    return size > 0 && size < 0.1 ? { divisor: 0.001, suffix: ' µs' } : { divisor: 1, suffix: ' ms' };
  }
  if (unit === 'bytes') {
    if (size >= 1024 * 1024) return { divisor: 1024 * 1024, suffix: ' MiB' };
    return size >= 10 * 1024 ? { divisor: 1024, suffix: ' KiB' } : { divisor: 1, suffix: ' B' };
  }
  return { divisor: 1, suffix: unit === 'per_s' ? '/s' : '' };
}

/** How many decimals show this many significant digits, after rounding to them (9.996 rounds to 10.0, not 10.00). */
function decimalsOf(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const rounded = Math.abs(Number(value.toPrecision(digits)));
  return Math.min(9, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
}

function fixed(value: number, decimals: number): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return text.replace('-', '−');
}
