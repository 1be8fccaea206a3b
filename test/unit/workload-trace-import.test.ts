// Arrival traces from tables: every form of time, coarse instants spread, rows without a time counted, compression, and the shipped files.
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/units/quantities.ts';
import { parseTime } from '../../src/workloads/time-text.ts';
import { importTrace, type TraceSource } from '../../src/workloads/trace-import.ts';

const asRecorded = { factor: 1 };

function imported(times: string[], changes: Partial<TraceSource> = {}): ReturnType<typeof importTrace> {
  return importTrace({ name: 'trace.csv', times, counts: null, scale: asRecorded, seed: 1, ...changes });
}

describe('times in trace files', () => {
  test('are read in every documented form, in UTC, as the platform’s calendar reads them', () => {
    for (const text of [
      '2006-06-02',
      '2011-10-01T06:00Z',
      '2022-04-01T09:26:00.000Z',
      '2024-02-29T23:59:59.250Z',
      '2011-10-01T06:30:00+02:00',
      '2011-10-01T06:30:00-05:30',
      '1969-12-31T23:00:00Z',
      '2000-03-01',
      '1900-03-01',
    ])
      expect(parseTime(text)?.seconds, text).toBe(new Date(text).getTime() / 1000);
    expect(parseTime('2011-10-01T06')?.seconds).toBe(new Date('2011-10-01T06:00:00Z').getTime() / 1000);
    expect(parseTime('2011-10-01 06:07:08')?.seconds).toBe(new Date('2011-10-01T06:07:08Z').getTime() / 1000);
    expect(parseTime('09:30:01')).toEqual({ kind: 'time-of-day', seconds: 34_201, resolution: 1 });
    expect(parseTime(' 12.5 ')).toEqual({ kind: 'number', seconds: 12.5, resolution: 0 });
    expect(parseTime('1e3')).toEqual({ kind: 'number', seconds: 1000, resolution: 1 });
  });

  test('say how coarse they are', () => {
    const forms = ['2006-06-02', '2006-06-02T07', '2006-06-02T07:15', '2006-06-02T07:15:30', '2006-06-02T07:15:30.5'];
    expect(forms.map((text) => parseTime(text)?.resolution)).toEqual([86_400, 3600, 60, 1, 0]);
  });

  test('are none where the text is something else or the day does not exist', () => {
    const texts = ['', 'N/A', 'Date Not Captured', '2023-02-29', '2023-13-01', '2023-04-31', '25:00:00', '24:00:01'];
    for (const text of [...texts, '2023-1-1', '12:60', '06/02/2006', 'NaN', '1,5'])
      expect(parseTime(text), text).toBeNull();
    expect(parseTime('24:00:00')?.seconds).toBe(86_400);
  });
});

describe('an imported trace', () => {
  test('keeps exact times, counted from the first', () => {
    const { times, notices, factor } = imported(['100.25', '100.5', '103', '103.0']);
    expect([...times]).toEqual([0, 0.25 * SECOND, 2.75 * SECOND, 2.75 * SECOND]);
    expect(factor).toBe(1);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('4 arrivals over 2.75 s');
  });

  test('spreads the rows of one coarse instant evenly inside it, the same way for one seed, and says so', () => {
    const day = 86_400 * SECOND;
    const rows = Array.from({ length: 2000 }, (_, i) => (i < 1000 ? '2015-01-01' : '2015-01-04'));
    const { times, notices } = imported(rows);
    const early = times.filter((at) => at < day);
    expect(early).toHaveLength(1000);
    const origin = (times[1000] as number) - 3 * day;
    expect(times.slice(1000).every((at) => at > 2 * day && at < 4 * day)).toBe(true);
    expect(Math.abs(origin)).toBeLessThan(day / 50);
    // Uniform over the day: the mean lies within four standard errors of its middle.
    const mean = early.reduce((a, b) => a + b) / 1000;
    expect(Math.abs(mean / day - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 1000));
    expect(new Set(times).size).toBe(2000);
    expect(notices[0]).toBe(
      'trace.csv: times are known to the day; the arrivals of 2000 rows in 2 such instants were spread inside them by the counter hash',
    );
    expect(imported(rows, { seed: 2 }).times).not.toEqual(times);
    expect(imported(rows).times).toEqual(times);
  });

  test('is sorted, with a notice that counts the rows out of order', () => {
    const { times, notices } = imported(['5.5', '1.5', '3.5', '2.5']);
    expect([...times]).toEqual([0, 1, 2, 4].map((second) => second * SECOND));
    expect(notices).toContain('trace.csv: 2 rows were earlier than the row before them; all rows were sorted by time');
    expect(imported(['1.5', '2.5']).notices.join()).not.toContain('sorted');
  });

  test('leaves out rows without a time or count, counts them and shows the first', () => {
    const { times, rows, skipped, notices } = imported(['1.5', 'N/A', '2.5', '', '3.5'], {
      counts: ['1', '1', 'many', '1', '2'],
    });
    expect([times.length, rows, skipped]).toEqual([3, 5, 3]);
    expect(notices).toContain(
      "trace.csv: 2 of 5 rows without a readable time were left out (the first is data row 2: 'N/A')",
    );
    expect(notices).toContain(
      "trace.csv: 1 of 5 rows without a whole count were left out (the first is data row 3: 'many')",
    );
  });

  test('expands counted rows to so many arrivals inside their instant', () => {
    const { times } = imported(['09:30:00', '09:30:01', '09:30:02'], { counts: ['1000', '0', '500'] });
    expect(times).toHaveLength(1500);
    expect(times.filter((at) => at < SECOND)).toHaveLength(1000);
    expect(times.filter((at) => at >= 1.9 * SECOND)).toHaveLength(500);
  });

  test('is compressed by the stated factor, or so that its mean rate is the stated one', () => {
    const rows = Array.from({ length: 1001 }, (_, i) => `${i}.5`);
    const byFactor = imported(rows, { scale: { factor: 10 } });
    expect(byFactor.times[1000]).toBe(100 * SECOND);
    const byRate = imported(rows, { scale: { targetRate: 500 } });
    // 1,000 gaps of 2 ms.
    expect(byRate.times[1000]).toBe(2_000_000_000);
    expect(byRate.factor).toBeCloseTo(500, 9);
    expect(byRate.notices[0]).toContain('500/s on average');
    // A factor below 1 stretches.
    expect(imported(rows, { scale: { factor: 0.5 } }).times[1000]).toBe(2000 * SECOND);
  });

  test('repeats after a period that holds exactly the target rate, or the recorded one', () => {
    const rows = Array.from({ length: 11 }, (_, i) => `${i * i}.5`);
    expect(imported(rows, { scale: { targetRate: 500 } }).period).toBe((11 / 500) * SECOND);
    expect(imported(rows).period).toBe(110 * SECOND);
    expect(imported(['1.5']).period).toBeNull();
  });

  test('tells where a row was left out, apart from what else was done', () => {
    const placeOf = (row: number, column: string) => `t.csv:${row + 2} ${column}`;
    const { warnings, notices } = imported(['1.5', '2.5', 'N/A'], { counts: ['1', 'x', '1'], placeOf });
    expect(warnings).toEqual([
      "trace.csv: 1 of 3 rows without a readable time were left out (the first is t.csv:4 time: 'N/A')",
      "trace.csv: 1 of 3 rows without a whole count were left out (the first is t.csv:3 count: 'x')",
    ]);
    expect(notices).toEqual(expect.arrayContaining([...warnings]));
    expect(imported(['1.5', '2.5']).warnings).toEqual([]);
  });

  test('is refused with the reason where it cannot be made', () => {
    expect(() => imported(['1.5', '2.5'], { scale: { factor: 1e12 } })).toThrow('fall on one nanosecond');
    expect(() => imported(['x', 'y'])).toThrow('none of 2 rows has a time; times are YYYY-MM-DD');
    expect(() => imported([])).toThrow('the file has no rows below its header line');
    expect(() => imported(['1', '2015-01-01'])).toThrow("data row 1 has '1' and data row 2 has '2015-01-01'");
    expect(() => imported(['1.5'], { counts: [] })).toThrow('1 times but 0 counts');
    expect(() => imported(['1.5', '2.5'], { scale: { factor: 0 } })).toThrow('the time-compression factor is 0');
    expect(() => imported(['1.5', '2.5'], { scale: { targetRate: -1 } })).toThrow('the target rate is -1');
    expect(() => imported(['1.5', '1.5'], { scale: { targetRate: 5 } })).toThrow('all arrivals fall on one instant');
    expect(() => imported(['2001-01-01', '2015-01-01'])).toThrow('the longest run is 104 days: compress it more');
    expect(() => imported(['1.5'], { counts: ['99999999999'] })).toThrow('take an excerpt');
  });
});

describe('the shipped traces', () => {
  const shipped = (file: string): Record<string, string>[] =>
    parse(readFileSync(new URL(`../../scenarios/data/traces/${file}`, import.meta.url)), { columns: true });
  const column = (rows: Record<string, string>[], name: string) => rows.map((row) => row[name] as string);

  test('hold the SCMS deliveries: every order line, at the target rate', () => {
    const rows = shipped('scms-supply-chain-trace.csv');
    const times = column(rows, 'delivered_to_client_date');
    const { times: arrivals, skipped, notices } = imported(times, { scale: { targetRate: 500 } });
    expect(arrivals).toHaveLength(10_324);
    expect(skipped).toBe(0);
    expect(arrivals[10_323]).toBeCloseTo((10_323 / 500) * SECOND, -1);
    expect(notices.join('\n')).toMatch(/known to the day[\s\S]*sorted by time[\s\S]*9\.\d+ years/);
    const sent = importTrace({
      name: 'scms',
      times: column(rows, 'po_sent_to_vendor_date'),
      counts: null,
      scale: { targetRate: 500 },
      seed: 1,
    });
    expect(sent.skipped).toBe(5404 + 328);
  });

  test('hold counts by hour and by second, all of which become arrivals', () => {
    for (const [file, time, count, total] of [
      ['bpic2012-events-per-hour.csv', 'hour_utc', 'events', 262_200],
      ['wabo-receipt-events-per-hour.csv', 'hour_utc', 'events', 8577],
      ['diablo-nasdaq10-per-second.csv', 'time', 'trades', null],
    ] as const) {
      const rows = shipped(file);
      const counts = column(rows, count);
      const sum = counts.reduce((a, b) => a + Number(b), 0);
      const { times, skipped } = imported(column(rows, time), { counts, scale: { factor: 1000 } });
      expect(skipped).toBe(0);
      expect(times).toHaveLength(sum);
      if (total !== null) expect(sum).toBe(total);
    }
  });
});
