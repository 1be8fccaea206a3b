// How the report prints numbers: three significant digits, units, intervals, and no rounding that changes what a number says.
import { describe, expect, test } from 'vitest';
import {
  formatEstimate,
  formatInstant,
  formatNumber,
  formatQuantity,
  formatShare,
  formatShort,
} from '../../src/report/html/format.ts';

describe('numbers in the report', () => {
  test.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [1.234, '1.23'],
    [9.996, '10.0'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1234.5, '1,235'],
    [-1234.5, '−1,235'],
    [1234567, '1,234,567'],
  ])('%d is printed as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('short numbers end without zeros, and whole numbers keep theirs', () => {
    expect([4, 0.021, 1.5, 100, 0, 1200].map(formatShort)).toEqual(['4', '0.021', '1.5', '100', '0', '1,200']);
  });

  test.each([
    [0.002, 'ms', '2.00 µs'],
    [0.5, 'ms', '0.500 ms'],
    [9_999, 'ms', '9,999 ms'],
    [12_345, 'ms', '12.3 s'],
    [1_500, 'per_s', '1,500/s'],
    [3_307, 'bytes', '3,307 B'],
    [20_480, 'bytes', '20.0 KiB'],
    [3 * 1024 * 1024, 'bytes', '3.00 MiB'],
  ] as const)('%d in %s is printed as %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });

  test('a share is 100% or 0% only where it is exactly that', () => {
    expect([1, 0, 0.5, 0.9432, 0.99996, 0.9999999].map((share) => formatShare(share))).toEqual([
      '100%',
      '0%',
      '50.0%',
      '94.3%',
      '99.996%',
      '99.99999%',
    ]);
    expect(formatShare(0.1116, 2)).toBe('11%');
  });

  test('instants are in seconds with as many decimals as they need', () => {
    expect([20_000, 22_350, 20_123.4].map(formatInstant)).toEqual(['20 s', '22.35 s', '20.123 s']);
  });
});

describe('estimates in the report', () => {
  test('stand beside their interval, in the unit of the mean', () => {
    expect(formatEstimate({ mean: 123, low: 118, high: 129, replications: 5 }, 'ms')).toEqual({
      value: '123 ms',
      interval: '[118–129]',
    });
    expect(formatEstimate({ mean: 10_400, low: 9_800, high: 11_000, replications: 5 }, 'ms')).toEqual({
      value: '10.4 s',
      interval: '[9.8–11.0]',
    });
  });

  test('get more decimals where the interval is narrow, up to five significant digits', () => {
    expect(formatEstimate({ mean: 450, low: 449.7, high: 450.3, replications: 5 }, 'per_s')).toEqual({
      value: '450.0/s',
      interval: '[449.7–450.3]',
    });
    expect(formatEstimate({ mean: 450, low: 449.999999, high: 450.000001, replications: 5 }, 'per_s').value).toBe(
      '450.00/s',
    );
  });

  test('have no interval with one replication, and a dash where nothing was measured', () => {
    expect(formatEstimate({ mean: 5, low: 5, high: 5, replications: 1 }, 'ms').interval).toBeNull();
    expect(formatEstimate(null, 'ms')).toEqual({ value: '–', interval: null });
  });
});
