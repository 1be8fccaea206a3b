// The quickest part of a run says what is usual, also where each part holds too little to have a quantile of its own.
import { expect, test } from 'vitest';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { quickestQuantile } from '../../src/statistics/quickest.ts';

const part = (...values: number[]): LogLinearHistogram => {
  const histogram = new LogLinearHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

test('the least of the quantiles of the parts is taken, of parts with enough values alone', () => {
  expect(quickestQuantile([part(50, 50), part(20, 20), part(90, 90)], 0.5, 2)).toBe(20);
});

test('parts with few values are taken together until there are enough, what is left over is not taken', () => {
  expect(quickestQuantile([part(50), part(), part(60), part(30), part(40), part(1)], 1, 2)).toBe(40);
});

test('where all parts together have few values they are one, and without any value nothing is usual', () => {
  expect(quickestQuantile([part(50), part(60)], 1, 20)).toBe(60);
  expect(quickestQuantile([part(), part()], 0.5, 20)).toBe(0);
});
