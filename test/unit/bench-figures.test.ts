// What the benchmark says of its timings: best, spread, noise, targets, tables, and the small pieces it times.
import { describe, expect, test } from 'vitest';
import type { AloneResult, PieceResult, WholeRunResult } from '../../bench/bench-report.ts';
import { measurePiece } from '../../bench/measure-piece.ts';
import { LEAST_CONTROL, measureThreads } from '../../bench/measure-threads.ts';
import { calendarPiece, egressFeed, sortPiece } from '../../bench/pieces/arrivals.ts';
import { counterDraw, digestAdd, histogramRecord, samplerDraw } from '../../bench/pieces/numbers.ts';
import { ledgerPiece, mempoolAdmitCut } from '../../bench/pieces/requests.ts';
import { pbftVote } from '../../bench/pieces/votes.ts';
import { medianOf, sampleOf } from '../../bench/sample.ts';
import { repeat, warmUp } from '../../bench/stopwatch.ts';
import { tables } from '../../bench/tables.ts';
import { markOf, measuredFor, type Target, targets } from '../../bench/targets.ts';
import { ofTwoVisits } from '../../bench/visits.ts';
import { fakeSpec } from '../support/fake-run.ts';

const fakeWorker = new URL('../support/fake-worker.ts', import.meta.url);

const run: WholeRunResult = {
  kind: 'whole-run',
  name: 'pbft-n16',
  messages_per_second: 7e6,
  messages_per_second_median: 6e6,
  messages_per_second_first: 2e6,
  messages_per_second_other_visit: null,
  messages_per_cpu_second: 7.5e6,
  ns_per_transaction: 3000,
  ratio_to_reference: null,
  ratio_to_reference_cpu: null,
  reference: null,
  bytes_per_message: 30,
  kernel_bytes: 3000,
  peak_in_flight: 100,
  messages: 1e6,
  transactions: 1e4,
  digest: '0123456789abcdef',
  repetitions: 5,
  spread: 0.16,
  noisy: false,
};

describe('warming up', () => {
  /** How many runs are made where they take so many ms, one after the other. */
  function runsOf(first: number, most: number, ...then: readonly number[]): number {
    let made = 0;
    warmUp(first, most, () => then[made++] as number);
    return made;
  }

  test('goes on while runs get faster by a twentieth, and ends with the second one that does not', () => {
    expect(runsOf(100, 9, 80, 60, 59, 58, 57)).toBe(4);
    expect(runsOf(100, 9, 99, 90, 89, 88, 87)).toBe(4);
  });

  test('ends after as many as are allowed', () => {
    expect(runsOf(100, 3, 80, 60, 40, 20)).toBe(3);
    expect(runsOf(100, 0, 80)).toBe(0);
  });
});

describe('two visits', () => {
  const second = (rate: number): AloneResult => ({
    messages_per_second: rate,
    messages_per_second_median: rate - 1e5,
    messages_per_second_first: 3e6,
    messages_per_cpu_second: rate + 1e5,
    ns_per_transaction: 2e10 / rate,
    repetitions: 7,
    spread: 0.02,
    noisy: false,
  });

  test('give the figures of the faster one, whichever it is, and the rate of the other', () => {
    const slower = ofTwoVisits(run, second(6e6));
    expect(slower).toEqual({ ...run, messages_per_second_other_visit: 6e6 });
    const faster = ofTwoVisits(run, second(8e6));
    expect(faster).toEqual({ ...run, ...second(8e6), messages_per_second_other_visit: 7e6 });
    expect(tables([faster])).toContain('8.00');
    expect(tables([faster])).toContain('7.00');
  });

  test('are noisy where they lie more than a quarter apart', () => {
    expect(ofTwoVisits(run, second(8.7e6)).noisy).toBe(false);
    expect(ofTwoVisits(run, second(8.8e6)).noisy).toBe(true);
    expect(ofTwoVisits(run, second(5.5e6)).noisy).toBe(true);
    expect(ofTwoVisits({ ...run, noisy: true }, second(6.9e6)).noisy).toBe(true);
    expect(ofTwoVisits({ ...run, noisy: true }, second(7.1e6)).noisy).toBe(false);
  });
});

describe('a sample', () => {
  test('has the fastest as its figure, and the distance of the median as its spread', () => {
    expect(sampleOf([12, 10, 11])).toEqual({ best: 10, median: 11, spread: 11 / 10 - 1, noisy: false, repetitions: 3 });
  });

  test('is noisy when half of its repetitions lie more than a quarter above the fastest', () => {
    expect(sampleOf([10, 12.4, 40]).noisy).toBe(false);
    expect(sampleOf([10, 12.6, 13]).noisy).toBe(true);
  });

  test('of even size has the mean of the middle two as its median', () => {
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  });
});

test('repetitions stop at the most, and once the budget is spent never before the fewest', () => {
  const counts = [
    { fewest: 2, most: 5, budgetMs: -1 },
    { fewest: 2, most: 5, budgetMs: 60_000 },
  ].map((effort) => {
    let done = 0;
    repeat(effort, () => done++);
    return done;
  });
  expect(counts).toEqual([2, 5]);
});

describe('a target', () => {
  const more: Target = { name: 'a', figure: '', unit: '', least: 5, aim: 10, better: 'more', of: () => null };

  test('is reached at its bound, in the direction that is better', () => {
    expect([4.99, 5, 10].map((value) => markOf(more, value))).toEqual(['SHORT', 'ok', 'aim']);
    const less: Target = { ...more, least: 250, aim: 100, better: 'less' };
    expect([251, 250, 100].map((value) => markOf(less, value))).toEqual(['SHORT', 'ok', 'aim']);
    expect(markOf(more, null)).toBe('not measured');
  });

  test('finds its figure by the name of the result', () => {
    const speed = targets.find(({ name, unit }) => name === 'pbft-n16' && unit === 'M/s') as Target;
    expect(measuredFor(speed, [run])).toBe(7);
    expect(measuredFor(speed, [{ ...run, name: 'pbft-n100' }])).toBeNull();
  });
});

describe('the tables', () => {
  test('say SHORT where a target is missed, and not where it is reached', () => {
    expect(tables([{ ...run, messages_per_second: 4.9e6 }])).toContain('SHORT');
    expect(tables([run])).not.toContain('SHORT');
  });

  test('mark a noisy figure and no other', () => {
    const piece: PieceResult = { kind: 'piece', name: 'p', per: 'x', ns: 1, repetitions: 9, spread: 0.5, noisy: true };
    expect(tables([piece])).toContain('1.00 (noisy)');
    expect(tables([{ ...piece, noisy: false }])).not.toContain('noisy');
  });

  test('mark the noise of a figure beside its target too, so that it is not read as a plain miss', () => {
    const slow = { ...run, messages_per_second: 4e6 };
    expect(tables([{ ...slow, noisy: true }])).toContain('SHORT (noisy)');
    expect(tables([slow])).not.toContain('(noisy)');
  });

  test('leave out what was not measured', () => {
    expect(tables([run])).not.toContain('Small pieces');
  });
});

describe('the small pieces', () => {
  const pieces = [
    counterDraw,
    samplerDraw,
    histogramRecord,
    digestAdd,
    calendarPiece(10, 20),
    sortPiece(100),
    egressFeed,
    mempoolAdmitCut,
    ledgerPiece('opaque'),
    ledgerPiece('supply-chain'),
    pbftVote,
  ];

  test.each(pieces)('$name can be called again and again, and counts its operations', (piece) => {
    const call = piece.prepare();
    const counts = [call(), call(), call()];
    expect(counts[0]).toBeGreaterThan(1);
    expect(new Set(counts).size).toBe(1);
  });

  test('are given in nanoseconds an operation', () => {
    const { ns, repetitions } = measurePiece(counterDraw, 5);
    expect(repetitions).toBeGreaterThanOrEqual(20);
    expect(ns).toBeGreaterThan(0.1);
    expect(ns).toBeLessThan(10_000);
  });
});

describe('two threads', () => {
  const spec = fakeSpec();

  test('are doubted when the machine had no two cores to give, however small the spread', async () => {
    const result = await measureThreads('two', [spec, { ...spec, seed: 2 }], 1, { worker: fakeWorker }, 1000);
    expect(result.repetitions).toBe(1);
    expect(result.spread).toBe(0);
    expect(result.noisy).toBe(result.machine_speed_up < LEAST_CONTROL);
    expect(result.speed_up_by_cpu).toBeGreaterThan(0);
  });
});
