/** `tune.json`: the least timeouts that a network bears and what they buy, as plain data. Nothing in it depends on the machine or the date. */
import type { Condition } from '../experiment/condition.ts';
import type { Estimate } from '../experiment/estimate.ts';
import type { FileLength } from '../experiment/longer-runs.ts';
import { TOLD_BELOW } from '../experiment/paired.ts';
import { untoldText } from '../experiment/telling.ts';
import type { BatchComparison, BatchSetting, BatchTuning } from '../experiment/tune/batch-timeout.ts';
import { batchOf } from '../experiment/tune/knobs.ts';
import type { Shown } from '../experiment/tune/spurious.ts';
import type { PointTuning, TriedSetting } from '../experiment/tune/tune.ts';
import type { RaftOptions } from '../protocols/raft/options.ts';
import { type Duration, MILLISECOND, SECOND } from '../units/quantities.ts';
import type { AnswerHead } from './answer-head.ts';
import { type RealSetting, realSettings, type Snippet, snippetsFor } from './real-settings.ts';
import type { CheckedRangeRow } from './result-file.ts';

export interface TuneFile extends AnswerHead {
  /** Spurious elections or view changes an hour that are borne. */
  readonly level_per_hour: number;
  /** Virtual time without any of them that shows it with 95 % confidence. */
  readonly hours_needed: number;
  /** Runs in normal operation a batch timeout, and crashes a setting. */
  readonly replications: number;
  readonly crashes: number;
  readonly points: readonly TunePoint[];
  readonly not_tuned: readonly NotTuned[];
}

export interface NotTuned {
  readonly label: string;
  readonly why: string;
}

export interface TunePoint {
  readonly label: string;
  readonly protocol: 'raft' | 'pbft';
  readonly round_trip_longest_ms: number;
  readonly round_trip_median_ms: number;
  /** Of the base timeouts among which the least was sought; null: runs failed before. */
  readonly range_ms: { readonly low: number; readonly high: number } | null;
  /** The scenario as it stands, without its faults. */
  readonly present: SettingRow | null;
  /** The least that stays under the level; null: none in the range. */
  readonly least: SettingRow | null;
  /** What to set: the least one, or one above it that recovers sooner beyond chance. */
  readonly chosen: SettingRow | null;
  /** The chosen timeout with the rarest heartbeat that stays under it; null: the chosen one. */
  readonly rarest_heartbeat: SettingRow | null;
  /** All of the grid that were tried, ascending. */
  readonly tried: readonly SettingRow[];
  readonly batch: BatchRows | null;
  readonly real_names: readonly RealSetting[];
  readonly snippets: readonly Snippet[];
  readonly hours_simulated: number;
  readonly failed_runs: number;
  readonly safety_violations: readonly string[];
  readonly checked_range: CheckedRangeRow;
}

export interface SettingRow {
  /** Raft: the lower end of election_timeout; PBFT: request_timeout. */
  readonly timeout_ms: number;
  /** Raft: the upper end; PBFT: view_change_timeout. */
  readonly second_timeout_ms: number;
  readonly heartbeat_ms: number | null;
  readonly batch_timeout_ms: number;
  readonly spurious: {
    readonly events: number;
    readonly hours: number;
    readonly per_hour: number;
    /** One-sided 95 % limits. */
    readonly lower_per_hour: number;
    readonly upper_per_hour: number;
    /** What that shows of the rate against the level; `neither`: so few events and hours do not tell. */
    readonly shown: Shown;
  };
  readonly recovery: {
    readonly mean_ms: Estimate | null;
    readonly p50_ms: number | null;
    readonly worst_ms: number | null;
    readonly not_recovered: number;
    readonly runs: number;
  };
  readonly unwise: readonly string[];
}

export interface BatchRows {
  /** Why runs with the present one tell nothing, and what would do, so that no other was tried; null: they do. */
  readonly unmeasured: string | null;
  readonly present_ms: number;
  /** null: none keeps up. */
  readonly best_ms: number | null;
  /** Used for the timeouts above. */
  readonly chosen_ms: number;
  /** Around the best, what lies within 2 % of its mean; null without a best. */
  readonly near_ms: { readonly low: number; readonly high: number } | null;
  readonly settings: readonly BatchRow[];
}

export interface BatchRow {
  readonly timeout_ms: number;
  readonly condition: Condition | null;
  readonly finality_p50_ms: Estimate | null;
  /** Its median finality less that of the present one; null: it is the present one, or one of them does not keep up. */
  readonly against_present: BatchDifference | null;
  readonly finality_p99_ms: Estimate | null;
  readonly transactions_per_batch: Estimate | null;
  readonly messages_per_transaction: Estimate | null;
  readonly bytes_per_transaction: Estimate | null;
}

/** On common random numbers, over so many pairs. */
export interface BatchDifference {
  readonly difference_ms: Pick<Estimate, 'mean' | 'low' | 'high'>;
  readonly pairs: number;
  /** Corrected for the other batch timeouts; null from one pair. */
  readonly p_value: number | null;
  readonly told: boolean;
}

export type TuneAbout = Omit<TuneFile, 'format' | 'points' | 'not_tuned'>;

export function buildTune(
  about: TuneAbout,
  points: readonly PointTuning[],
  notTuned: readonly NotTuned[],
  checkedRangeOf: (index: number) => CheckedRangeRow,
  inFile: FileLength,
): TuneFile {
  return {
    format: 1,
    ...about,
    points: points.map((point, index) => pointRow(point, checkedRangeOf(index), inFile)),
    not_tuned: notTuned,
  };
}

function pointRow(point: PointTuning, checkedRange: CheckedRangeRow, inFile: FileLength): TunePoint {
  const { label, knobs, roundTrips, range, chosen, present } = point;
  // Where nothing is accepted, what stands now is what the names are shown for.
  const named = chosen ?? present;
  const values =
    named === null
      ? null
      : {
          protocol: knobs.protocol,
          ...named.timeouts,
          batch: batchOf({ protocol: { name: '', options: named.options } }),
        };
  const row = (one: TriedSetting | null): SettingRow | null => (one === null ? null : settingRow(one, knobs.protocol));
  return {
    label,
    protocol: knobs.protocol,
    round_trip_longest_ms: ms(roundTrips.longest),
    round_trip_median_ms: ms(roundTrips.median),
    range_ms: range === null ? null : { low: ms(range.low), high: ms(range.high) },
    present: row(present),
    least: row(point.least),
    chosen: row(chosen),
    rarest_heartbeat: row(point.rarest),
    tried: point.tried.map((one) => settingRow(one, knobs.protocol)),
    batch: point.batch === null ? null : batchRows(point.batch, inFile),
    real_names: values === null ? [] : realSettings(values),
    snippets: values === null ? [] : snippetsFor(values),
    hours_simulated: point.timeSimulated / SECOND / 3600,
    failed_runs: point.failed.length,
    safety_violations: point.unsafe.map(({ replication, detail }) => `replication ${replication}: ${detail}`),
    checked_range: checkedRange,
  };
}

function settingRow(
  { timeouts, options, batchTimeout, spurious, recovery, unwise }: TriedSetting,
  protocol: TunePoint['protocol'],
): SettingRow {
  const second =
    protocol === 'raft'
      ? (options as RaftOptions).electionTimeout.max
      : (options as { readonly viewChangeTimeout: Duration }).viewChangeTimeout;
  return {
    timeout_ms: ms(timeouts.base),
    second_timeout_ms: ms(second),
    heartbeat_ms: timeouts.heartbeat === null ? null : ms(timeouts.heartbeat),
    batch_timeout_ms: ms(batchTimeout),
    spurious: {
      events: spurious.events,
      hours: spurious.seconds / 3600,
      per_hour: spurious.perHour,
      lower_per_hour: spurious.lowerPerHour,
      upper_per_hour: spurious.upperPerHour,
      shown: spurious.shown,
    },
    recovery: {
      mean_ms: recovery.meanMs,
      p50_ms: recovery.p50Ms,
      worst_ms: recovery.worstMs,
      not_recovered: recovery.notRecovered,
      runs: recovery.runs,
    },
    unwise,
  };
}

function batchRows(
  { untold, present, best, chosen, near, settings, comparisons }: BatchTuning,
  inFile: FileLength,
): BatchRows {
  const [first, last] = [near[0], near.at(-1)];
  return {
    unmeasured: untold === null ? null : untoldText(untold, inFile),
    present_ms: ms(present.timeout),
    best_ms: best === null ? null : ms(best.timeout),
    chosen_ms: ms(chosen.timeout),
    near_ms: first === undefined || last === undefined ? null : { low: ms(first.timeout), high: ms(last.timeout) },
    settings: settings.map((setting) => batchRow(setting, comparisons)),
  };
}

function batchRow(setting: BatchSetting, comparisons: BatchTuning['comparisons']): BatchRow {
  return {
    timeout_ms: ms(setting.timeout),
    condition: setting.condition,
    finality_p50_ms: setting.p50Ms,
    against_present: differenceRow(comparisons.find((one) => one.setting === setting)),
    finality_p99_ms: setting.p99Ms,
    transactions_per_batch: setting.transactionsPerBatch,
    messages_per_transaction: setting.messagesPerTransaction,
    bytes_per_transaction: setting.bytesPerTransaction,
  };
}

function differenceRow(found: BatchComparison | undefined): BatchDifference | null {
  if (found === undefined) return null;
  const { difference } = found.paired;
  const { mean, low, high, count: pairs } = difference;
  const p = found.pAdjusted;
  return { difference_ms: { mean, low, high }, pairs, p_value: p, told: p !== null && p < TOLD_BELOW };
}

function ms(ns: Duration): number {
  return ns / MILLISECOND;
}
