/**
 * Times as trace files write them: ISO dates with or without a time of day, times of day, plain seconds. Read without the platform's
 * calendar, so that no time zone and no locale of the machine enters a run.
 */

/** A moment or an interval: it begins `seconds` after the origin of its kind and is known no better than to `resolution` seconds. */
export interface CoarseTime {
  /** Calendar times count from 1970-01-01T00:00Z, times of day from midnight, plain numbers from 0. Not comparable across kinds. */
  readonly kind: 'calendar' | 'time-of-day' | 'number';
  readonly seconds: number;
  /** A day, an hour, a minute, a second; 0 where the text has a fraction of a second other than 0. */
  readonly resolution: number;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const CALENDAR =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})([.,]\d+)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2})([.,]\d+)?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/** Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH[:MM[:SS[.fff]]][Z|±HH:MM]` (without a zone: UTC), `HH:MM[:SS[.fff]]` and plain seconds; null
 * where the text is none of these or names a day that does not exist. */
export function parseTime(text: string): CoarseTime | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) {
    const seconds = Number(trimmed);
    return { kind: 'number', seconds, resolution: Number.isInteger(seconds) ? 1 : 0 };
  }
  const calendar = CALENDAR.exec(trimmed);
  if (calendar !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = calendar;
    const days = daysSinceEpoch(Number(year), Number(month), Number(day));
    const clock = clockSeconds(hour ?? '0', minute, second, fraction);
    if (days === null || clock === null) return null;
    const resolution = hour === undefined ? DAY : clock.resolution;
    return { kind: 'calendar', seconds: days * DAY + clock.seconds - zoneSeconds(zone), resolution };
  }
  const timeOfDay = TIME_OF_DAY.exec(trimmed);
  if (timeOfDay === null) return null;
  const [, hour, minute, second, fraction] = timeOfDay as unknown as [string, string, string, string?, string?];
  const clock = clockSeconds(hour, minute, second, fraction);
  return clock === null ? null : { kind: 'time-of-day', ...clock };
}

function clockSeconds(
  hour: string,
  minute: string | undefined,
  second: string | undefined,
  fraction: string | undefined,
): { seconds: number; resolution: number } | null {
  const h = Number(hour);
  const m = Number(minute ?? 0);
  const s = Number(second ?? 0);
  // 24:00:00 is the end of a day; a second 60 is a leap second and counts as the next one.
  if (h > 24 || m > 59 || s > 60 || (h === 24 && m + s > 0)) return null;
  const part = fraction === undefined ? 0 : Number(`0.${fraction.slice(1)}`);
  const seconds = h * HOUR + m * MINUTE + s + part;
  if (part > 0) return { seconds, resolution: 0 };
  if (second !== undefined) return { seconds, resolution: 1 };
  return { seconds, resolution: minute !== undefined ? MINUTE : HOUR };
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const size = Number(zone.slice(1, 3)) * HOUR + Number(zone.length > 3 ? zone.slice(-2) : 0) * MINUTE;
  return zone.startsWith('-') ? -size : size;
}

/** Days from 1970-01-01 in the Gregorian calendar; null for a day that does not exist. */
function daysSinceEpoch(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  let days = daysBeforeYear(year) - daysBeforeYear(1970) + day - 1;
  for (let earlier = 1; earlier < month; earlier++) days += daysInMonth(year, earlier);
  return days;
}

/** Days from the start of year 1 to the start of this year. */
function daysBeforeYear(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
