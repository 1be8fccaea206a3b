// Quantities as text: exact both ways, and errors that say what was expected.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBitRate,
  formatBytes,
  formatDuration,
  formatDurationRange,
  formatRate,
  formatRatio,
} from '../../src/units/format.ts';
import {
  type Parsed,
  parseBitRate,
  parseBytes,
  parseCount,
  parseDuration,
  parseDurationRange,
  parseRate,
  parseRatio,
} from '../../src/units/parse.ts';

function parsedValue<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`expected ${parsed.expected}`);
  return parsed.value;
}
function expectedOf(parsed: Parsed<unknown>): string {
  if (parsed.ok) throw new Error(`parsed as ${JSON.stringify(parsed.value)}`);
  return parsed.expected;
}

describe('reading quantities', () => {
  test.each([
    ['5ms', 5e6],
    ['250us', 250e3],
    ['250µs', 250e3],
    ['1.5s', 1.5e9],
    ['0.1us', 100],
    ['2min', 120e9],
    ['1h', 3.6e12],
    ['104d', 104 * 86_400e9],
    ['0', 0],
    ['0.000000001s', 1],
    ['123456.789012345s', 123_456_789_012_345],
    [' 7 ms ', 7e6],
  ])('the duration %s is %d ns', (text, ns) => expect(parsedValue(parseDuration(text))).toBe(ns));

  test.each(['5', '12 parsecs', '-1ms', 'ms', '1,5ms', '1e3ms', '', '5 m', '1h30min'])(
    'the text %j is no duration, and the error names the units',
    (text) => {
      expect(expectedOf(parseDuration(text))).toContain("such as '5ms'");
    },
  );

  test('a duration finer than a nanosecond is refused, not rounded', () => {
    expect(expectedOf(parseDuration('0.5ns'))).toBe('a whole number of nanoseconds');
    expect(expectedOf(parseDuration('1.0000000001s'))).toBe('a whole number of nanoseconds');
  });

  test('a quantity beyond 2^53 is refused, since it would not be exact', () => {
    expect(parsedValue(parseDuration('9007199254740991ns'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(expectedOf(parseBytes('9007199254740993B'))).toContain('2^53');
    expect(expectedOf(parseDuration('9007199254740993ns'))).toContain('at most 104 days');
  });

  test('binary and decimal sizes differ', () => {
    expect(parsedValue(parseBytes('64KiB'))).toBe(65_536);
    expect(parsedValue(parseBytes('1MB'))).toBe(1_000_000);
    expect(parsedValue(parseBytes('1MiB'))).toBe(1_048_576);
    expect(expectedOf(parseBytes('1KB'))).toContain('KiB');
    expect(expectedOf(parseBytes('0.5B'))).toBe('a whole number of bytes');
  });

  test('bandwidth is decimal bits per second, and bytes per second are eight times as much', () => {
    expect(parsedValue(parseBitRate('1Gbps'))).toBe(1e9);
    expect(parsedValue(parseBitRate('2.5Mbit/s'))).toBe(2.5e6);
    expect(parsedValue(parseBitRate('2GB/s'))).toBe(16e9);
    expect(parsedValue(parseBitRate('1KiB/s'))).toBe(8192);
    expect(expectedOf(parseBitRate('1Gb'))).toContain("such as '1Gbps'");
  });

  test('rates count per second, minute, hour or day', () => {
    expect(parsedValue(parseRate('2000/s'))).toBe(2000);
    expect(parsedValue(parseRate('0.5/s'))).toBe(0.5);
    expect(parsedValue(parseRate('120/min'))).toBe(2);
    expect(parsedValue(parseRate('5/h'))).toBe(5 / 3600);
    expect(expectedOf(parseRate('2000'))).toContain("such as '2000/s'");
  });

  test('percentages become the nearest double, without a second rounding', () => {
    expect(parsedValue(parseRatio('0.1%'))).toBe(0.001);
    expect(parsedValue(parseRatio('99.9%'))).toBe(0.999);
    expect(parsedValue(parseRatio('0.07'))).toBe(0.07);
    expect(expectedOf(parseRatio('one'))).toContain('percentage');
  });

  test('a range of durations has its shorter end first', () => {
    expect(parsedValue(parseDurationRange('150ms..300ms'))).toEqual({ min: 150e6, max: 300e6 });
    expect(expectedOf(parseDurationRange('300ms..150ms'))).toContain('the shorter one first');
    for (const text of ['150ms', '150..300ms', '1ms..2ms..3ms', '..3ms'])
      expect(expectedOf(parseDurationRange(text))).toContain("'150ms..300ms'");
  });

  test('counts are whole and exact', () => {
    expect(parsedValue(parseCount('128'))).toBe(128);
    for (const text of ['1.5', '-1', '1e3', '9007199254740993', 'many'])
      expect(expectedOf(parseCount(text))).toBe('a whole number');
  });
});

describe('writing quantities', () => {
  test('the usual unit is chosen', () => {
    expect([0, 7, 250e3, 1.5e6, 90e9, 7200e9, 104 * 86_400e9].map(formatDuration)).toEqual([
      '0s',
      '7ns',
      '250us',
      '1.5ms',
      '90s',
      '2h',
      '104d',
    ]);
    expect([0, 1500, 65_536, 1e6].map(formatBytes)).toEqual(['0B', '1500B', '64KiB', '1MB']);
    expect([1e9, 2.5e6, Number.POSITIVE_INFINITY].map(formatBitRate)).toEqual(['1Gbps', '2.5Mbps', 'unlimited']);
    expect([2000, 0.5, 5 / 3600].map(formatRate)).toEqual(['2000/s', '1800/h', '5/h']);
    expect([0.001, 1, 0.999, 0].map(formatRatio)).toEqual(['0.1%', '100%', '99.9%', '0%']);
    expect(formatDurationRange({ min: 150e6, max: 300e6 })).toBe('150ms..300ms');
  });

  test('what was written reads back as exactly the same value', () => {
    const whole = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(1_000_000),
      fc.nat(2000).map((n) => n * 1e9),
    );
    fc.assert(
      fc.property(whole, (n) => {
        expect(parsedValue(parseDuration(formatDuration(n)))).toBe(n);
        expect(parsedValue(parseBytes(formatBytes(n)))).toBe(n);
        expect(parsedValue(parseBitRate(formatBitRate(n)))).toBe(n);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const ratio = Math.abs(share);
        expect(parsedValue(parseRatio(formatRatio(ratio)))).toBe(ratio);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (rate) => {
        expect(parsedValue(parseRate(formatRate(rate)))).toBe(rate);
      }),
    );
  });
});
