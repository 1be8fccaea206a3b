/** Tuned timeouts on a terminal: the verdict, the settings that were tried, batch timeouts, and the names that real systems give them. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { SettingRow, TuneFile, TunePoint } from '../../results/tune-file.ts';
import { checkedRangeLines } from '../checked-range.ts';
import { formatShort } from '../html/format.ts';
import type { Colours } from '../table.ts';
import { milliseconds, withInterval } from '../words.ts';
import {
  AGAINST_PRESENT,
  againstPresent,
  duration,
  eventName,
  footnotes,
  MEDIAN_FINALITY,
  RECOVERY_MEAN,
  recoveryText,
  settingText,
  spuriousText,
  tuneVerdict,
  warnings,
} from './words.ts';

export function renderTune(file: TuneFile, colour: Colours = colours): string {
  return [
    colour.bold(`${file.scenario}: how short timeouts may be`) +
      (file.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(file.question === '' ? [] : [file.question]),
    '',
    ...tuneVerdict(file).map((sentence) => `• ${sentence}`),
    ...warnings(file).map((sentence) => colour.yellow(`! ${sentence}`)),
    '',
    ...file.points.flatMap((point) => pointLines(point, colour)),
    ...file.not_tuned.map(({ label, why }) => colour.yellow(`Not tuned: ${label}: ${why}.`)),
    ...checkedRangeLines(file.points),
    ...footnotes(file).map((line) => colour.dim(line)),
    `Again: ${file.repeat_command}`,
    '',
  ].join('\n');
}

/** Every setting that was tried with its part in the answer, ascending. */
export function rowsOf({
  tried,
  present,
  least,
  chosen,
  rarest_heartbeat,
}: TunePoint): readonly { readonly row: SettingRow; readonly role: string }[] {
  const all = [
    ...tried.map((row) => ({
      row,
      role: row.timeout_ms === chosen?.timeout_ms ? 'recommended' : row.timeout_ms === least?.timeout_ms ? 'least' : '',
    })),
    ...(rarest_heartbeat === null ? [] : [{ row: rarest_heartbeat, role: 'rarest heartbeat' }]),
    ...(present === null ? [] : [{ row: present, role: 'as it stands' }]),
  ];
  return all.sort((a, b) => a.row.timeout_ms - b.row.timeout_ms);
}

function pointLines(point: TunePoint, colour: Colours): readonly string[] {
  const settings = new Table({
    head: [point.label, eventName(point, 2), RECOVERY_MEAN, 'median', 'worst', ''],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const { row, role } of rowsOf(point))
    settings.push([
      settingText(row, point),
      row.spurious.shown === 'over' ? colour.red(spuriousText(row)) : spuriousText(row),
      recoveryText(row),
      orDash(row.recovery.p50_ms),
      orDash(row.recovery.worst_ms),
      role === 'recommended' ? colour.bold(role) : role,
    ]);
  return [settings.toString(), ...batchLines(point), ...nameLines(point), ''];
}

function batchLines({ batch }: TunePoint): readonly string[] {
  if (batch === null) return [];
  const table = new Table({
    head: [
      'batch timeout',
      MEDIAN_FINALITY,
      AGAINST_PRESENT,
      'p99',
      'transactions a batch',
      'messages a transaction',
      '',
    ],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const row of batch.settings)
    table.push([
      duration(row.timeout_ms),
      withInterval(row.finality_p50_ms, 'ms'),
      againstPresent(row),
      withInterval(row.finality_p99_ms, 'ms'),
      formatShort(row.transactions_per_batch?.mean ?? 0),
      formatShort(row.messages_per_transaction?.mean ?? 0),
      [
        ...(row.condition === 'keeps up' ? [] : [row.condition ?? 'no run can tell']),
        ...(row.timeout_ms === batch.present_ms ? ['as it stands'] : []),
        ...(row.timeout_ms === batch.best_ms ? ['lowest'] : []),
        ...(row.timeout_ms === batch.chosen_ms && batch.chosen_ms !== batch.present_ms ? ['recommended'] : []),
      ].join(', '),
    ]);
  return [table.toString()];
}

function nameLines({ real_names, snippets }: TunePoint): readonly string[] {
  if (real_names.length === 0) return [];
  const table = new Table({ head: ['system', 'setting', 'value', 'here'], style: { head: [], border: [] } });
  for (const { system, setting, value, option } of real_names) table.push([system, setting, value, option]);
  return [table.toString(), ...snippets.flatMap(({ system, text }) => [`# ${system}`, text])];
}

function orDash(ms: number | null): string {
  return ms === null ? '–' : milliseconds(ms);
}
