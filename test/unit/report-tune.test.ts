// What tuning says in words: never more than events, hours and pairs show.
import { describe, expect, test } from 'vitest';
import { curveFigure } from '../../src/report/tune/charts.ts';
import { renderTune } from '../../src/report/tune/table.ts';
import { againstPresent, spuriousText, tuneVerdict } from '../../src/report/tune/words.ts';
import type { BatchDifference, BatchRow, SettingRow, TuneFile, TunePoint } from '../../src/results/tune-file.ts';

const estimate = (mean: number) => ({ mean, low: mean - 1, high: mean + 1, replications: 3 });

type Shown = SettingRow['spurious']['shown'];

function setting(timeout_ms: number, shown: Shown, events = 0, limits: readonly [number, number] = [0, 1]): SettingRow {
  const [lower_per_hour, upper_per_hour] = limits;
  return {
    timeout_ms,
    second_timeout_ms: timeout_ms,
    heartbeat_ms: null,
    batch_timeout_ms: 5,
    spurious: { events, hours: 3, per_hour: events / 3, lower_per_hour, upper_per_hour, shown },
    recovery: { mean_ms: estimate(10 * timeout_ms), p50_ms: 9, worst_ms: 99, not_recovered: 0, runs: 3 },
    unwise: [],
  };
}

function batchRow(timeout_ms: number, p50: number, against: BatchDifference | null): BatchRow {
  return {
    timeout_ms,
    condition: 'keeps up',
    finality_p50_ms: estimate(p50),
    against_present: against,
    finality_p99_ms: estimate(2 * p50),
    transactions_per_batch: estimate(1),
    messages_per_transaction: estimate(20),
    bytes_per_transaction: estimate(900),
  };
}

const less = (told: boolean, p_value: number | null = told ? 0.01 : 0.2): BatchDifference => ({
  difference_ms: { mean: -10, low: -12, high: -8 },
  pairs: p_value === null ? 1 : 3,
  p_value,
  told,
});

function fileOf(changes: Partial<TunePoint>): TuneFile {
  const point: TunePoint = {
    label: 'PBFT',
    protocol: 'pbft',
    round_trip_longest_ms: 20,
    round_trip_median_ms: 10,
    range_ms: { low: 100, high: 4000 },
    present: setting(2000, 'under'),
    least: setting(240, 'under'),
    chosen: setting(240, 'under'),
    rarest_heartbeat: null,
    tried: [setting(120, 'over', 7, [1.1, 4.9]), setting(200, 'neither', 1, [0.017, 1.58]), setting(240, 'under')],
    batch: null,
    real_names: [],
    snippets: [],
    hours_simulated: 9,
    failed_runs: 0,
    safety_violations: [],
    checked_range: { system: null, range: null, outside: [] },
    ...changes,
  };
  return {
    format: 1,
    scenario: 's',
    question: '',
    id: '0',
    model_version: 4,
    seed: 1,
    quick: false,
    repeat_command: 'again',
    level_per_hour: 1,
    hours_needed: 3,
    replications: 3,
    crashes: 20,
    points: [point],
    not_tuned: [],
  };
}

describe('a setting', () => {
  test('is shown under the level or over it, or not told', () => {
    expect(spuriousText(setting(1, 'under'))).toBe('none in 3 h: under the level, up to 1 an hour');
    expect(spuriousText(setting(1, 'over', 7, [1.1, 4.9]))).toBe('7 in 3 h: over the level, 1.1 to 4.9 an hour');
    expect(spuriousText(setting(1, 'neither', 1, [0.017, 1.58]))).toMatch(
      /^1 in 3 h: not told, 0\.017 to 1\.58 an hour$/,
    );
  });

  test('has its own sign and its own words in the table and in the chart, and recovery says what its numbers are', () => {
    const file = fileOf({});
    const table = renderTune(file);
    for (const words of ['over the level', 'not told', 'under the level', 'mean [95 % interval]', 'median', 'worst'])
      expect(table).toContain(words);
    const [spec] = curveFigure(file, file.points[0] as TunePoint, 0).specs;
    const signs = spec?.series.map(({ label, sign }) => `${label}: ${sign}`);
    expect(signs).toContain('shown over the level: cross');
    expect(signs).toContain('not told: ring');
  });

  test('that is set now is told to be over the level only where that is shown', () => {
    const told = (present: SettingRow) => tuneVerdict(fileOf({ present })).join(' ');
    expect(told(setting(150, 'over', 7, [1.1, 4.9]))).toContain('What is set now was shown not to stay under that');
    expect(told(setting(150, 'neither', 1, [0.017, 1.58]))).toContain('neither shown to stay under that nor not to');
    expect(told(setting(2000, 'under'))).not.toContain('What is set now');
    expect(told(setting(2000, 'under'))).toContain('(means over crashes, and their 95 % intervals)');
  });

  test('is passed over since it takes longer, or since fewer of its crashes were recovered from', () => {
    const least = setting(120, 'under');
    const told = (not_recovered: number) =>
      tuneVerdict(fileOf({ least: { ...least, recovery: { ...least.recovery, not_recovered } } })).join(' ');
    expect(told(0)).toContain('is 120 ms, but it takes longer to be back');
    expect(told(1)).toContain('is 120 ms, but more of its crashes were not recovered from');
  });
});

describe('the batch timeout', () => {
  const batchOf = (
    chosen_ms: number,
    against: BatchDifference | null,
    near_ms = { low: 0, high: 0 },
    unmeasured: string | null = null,
  ) =>
    tuneVerdict(
      fileOf({
        batch: {
          unmeasured,
          present_ms: 5,
          best_ms: 0,
          chosen_ms,
          near_ms,
          settings: [batchRow(0, 40, against), batchRow(5, 50, null)],
        },
      }),
    ).at(-1);

  test('is another where the paired difference is told, which stands beside the means', () => {
    expect(batchOf(0, less(true))).toContain('batch timeout 0 ms instead of 5 ms: median finality 40.0 ms');
    expect(batchOf(0, less(true))).toContain('paired by replication, corrected for 1 comparison)');
    expect(batchOf(0, null)).toContain('(with which it does not keep up)');
  });

  test('stays where it is not told, and the lowest mean is not called better', () => {
    expect(batchOf(5, less(false))).toContain('stays at 5 ms');
    expect(batchOf(5, less(false))).toContain('is that of 0 ms: more replications may tell');
    expect(batchOf(5, less(false), { low: 0, high: 5 })).not.toContain('more replications');
  });

  test('stays where its runs hold nothing, of which no keeping up is claimed', () => {
    expect(batchOf(5, null, { low: 0, high: 0 }, 'too few; let each last 9s')).toBe(
      'PBFT: the batch timeout stays at 5 ms, since whether another is better is not told: too few; let each last 9s.',
    );
  });

  test('of a row says whether its difference is more than chance', () => {
    expect(againstPresent(batchRow(5, 50, null))).toBe('–');
    expect(againstPresent(batchRow(0, 40, less(true)))).toBe('−10.0 ms [−12.0 to −8.0]');
    expect(againstPresent(batchRow(0, 40, less(false)))).toBe('−10.0 ms [−12.0 to −8.0], not told among so many');
    expect(againstPresent(batchRow(0, 40, less(false, null)))).toBe('−10.0 ms, 1 pair: not told');
  });
});
