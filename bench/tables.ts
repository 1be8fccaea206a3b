/** The benchmark's results as tables for a terminal. A noisy figure carries its mark wherever it stands. */
import Table from 'cli-table3';
import type { BenchResult, GrowthResult, PieceResult, ThreadsResult, WholeRunResult } from './bench-report.ts';
import { markOf, measuredFor, type Target, targets } from './targets.ts';

const plain = { style: { head: [], border: [] } };

export function tables(results: readonly BenchResult[]): string {
  const of = <Kind extends BenchResult['kind']>(kind: Kind) =>
    results.filter((result): result is Extract<BenchResult, { kind: Kind }> => result.kind === kind);
  const sections = [
    section('Whole runs, one thread', of('whole-run'), wholeRunTable),
    section('Memory early and late in a long run', of('memory-growth'), growthTable),
    section('Two worker threads', of('two-threads'), threadsTable),
    section('Small pieces', of('piece'), pieceTable),
    section('Targets (two cores)', targetsFor(results), (chosen) => targetTable(chosen, results)),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section<Row>(title: string, rows: readonly Row[], render: (rows: readonly Row[]) => string): string {
  return rows.length === 0 ? '' : `${title}\n${render(rows)}`;
}

function targetsFor(results: readonly BenchResult[]): readonly Target[] {
  return targets.filter(({ name }) => results.some((result) => result.name === name));
}

function wholeRunTable(rows: readonly WholeRunResult[]): string {
  const table = new Table({
    ...plain,
    head: [
      'run',
      'M msg/s',
      'median',
      'first',
      'other visit',
      'per cpu s',
      'ns/tx',
      'spread',
      'of',
      'reference',
      'ratio',
      'same run',
      'B/msg',
    ],
    colAligns: ['left', ...Array<'right'>(12).fill('right')],
  });
  for (const row of rows)
    table.push([
      row.name,
      (row.messages_per_second / 1e6).toFixed(2) + flag(row),
      (row.messages_per_second_median / 1e6).toFixed(2),
      (row.messages_per_second_first / 1e6).toFixed(2),
      row.messages_per_second_other_visit === null ? '–' : (row.messages_per_second_other_visit / 1e6).toFixed(2),
      (row.messages_per_cpu_second / 1e6).toFixed(2),
      row.ns_per_transaction.toFixed(0),
      percent(row.spread),
      row.repetitions,
      row.reference === null ? '–' : (row.reference.messages_per_second / 1e6).toFixed(2) + flag(row.reference),
      row.ratio_to_reference === null ? '–' : `${row.ratio_to_reference.toFixed(1)}×`,
      row.reference === null ? '–' : `${row.reference.ratio_on_same_run.toFixed(1)}×`,
      row.bytes_per_message.toFixed(1),
    ]);
  return table.toString();
}

function growthTable(rows: readonly GrowthResult[]): string {
  const table = new Table({
    ...plain,
    head: ['run', 'transactions', 'live after gc', 'kernel', 'growth', 'growth %', 'bytes per further tx'],
    colAligns: ['left', ...Array<'right'>(6).fill('right')],
  });
  const pair = (values: readonly [number, number], show: (value: number) => string): string =>
    `${show(values[0])} → ${show(values[1])}`;
  for (const row of rows)
    table.push([
      row.name,
      pair(row.transactions, String),
      pair(row.live_bytes, mebibytes),
      mebibytes(row.kernel_bytes),
      `${Math.round(row.growth_bytes)} B`,
      `${row.growth_percent.toFixed(2)} %`,
      row.growth_bytes_per_transaction.toFixed(3),
    ]);
  return table.toString();
}

function threadsTable(rows: readonly ThreadsResult[]): string {
  const table = new Table({
    ...plain,
    head: ['runs', 'one thread', 'two threads', 'speed-up', 'median', 'by cpu', 'control', 'spread', 'of'],
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
  });
  for (const row of rows)
    table.push([
      row.name,
      `${row.one_thread_ms.toFixed(0)} ms`,
      `${row.two_threads_ms.toFixed(0)} ms`,
      `${row.speed_up.toFixed(2)}×${flag(row)}`,
      `${row.speed_up_median.toFixed(2)}×`,
      `${row.speed_up_by_cpu.toFixed(2)}×`,
      `${row.machine_speed_up.toFixed(2)}×`,
      percent(row.spread),
      row.repetitions,
    ]);
  return table.toString();
}

function pieceTable(rows: readonly PieceResult[]): string {
  const table = new Table({
    ...plain,
    head: ['piece', 'ns', 'spread', 'per'],
    colAligns: ['left', 'right', 'right', 'left'],
  });
  for (const row of rows) table.push([row.name, row.ns.toFixed(2) + flag(row), percent(row.spread), row.per]);
  return table.toString();
}

function targetTable(chosen: readonly Target[], results: readonly BenchResult[]): string {
  const table = new Table({
    ...plain,
    head: ['name', 'figure', 'at least', 'aim', 'measured', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const target of chosen) {
    const value = measuredFor(target, results);
    const bound = (limit: number): string => `${target.better === 'more' ? '≥' : '≤'} ${limit} ${target.unit}`;
    table.push([
      target.name,
      target.figure,
      bound(target.least),
      bound(target.aim),
      value === null ? '–' : `${value.toFixed(value < 100 ? 2 : 0)} ${target.unit}`,
      markOf(target, value) + (isNoisy(target, results) ? ' (noisy)' : ''),
    ]);
  }
  return table.toString();
}

/** Whether the figure itself, or for a ratio the reference's side of it, is one to doubt. */
function isNoisy(target: Target, results: readonly BenchResult[]): boolean {
  const result = results.find(({ name }) => name === target.name);
  if (result === undefined || !('noisy' in result)) return false;
  return result.noisy || (target.unit === '×' && result.kind === 'whole-run' && result.reference?.noisy === true);
}

function flag({ noisy }: { readonly noisy: boolean }): string {
  return noisy ? ' (noisy)' : '';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}
