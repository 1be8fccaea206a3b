/** `quorumlab run --export csv|parquet`: the tables of a result as files beside it. CSV needs nothing, Parquet needs DuckDB. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { type ColumnType, POINT_COLUMNS, pointRows } from '../results/query-tables.ts';
import type { ResultFile } from '../results/result-file.ts';
import { writeFiles } from '../results/result-folder.ts';
import { type ExportFormat, openSql, quoted } from '../results/sql.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

/** @throws CommandEnd where the export could not be written, which must not be found out after hours of work. */
export async function refuseExport(format: ExportFormat | undefined): Promise<void> {
  if (format !== 'parquet') return;
  try {
    (await openSql([])).close();
  } catch (thrown) {
    throw new CommandEnd(ExitCode.usage, `--export parquet: ${(thrown as Error).message}`);
  }
}

/** Into the folder of a result that is written already: `points.csv`, and from all three tables `.parquet` files. */
export async function exportTables(folder: string, result: ResultFile, format: ExportFormat): Promise<void> {
  writeFiles(folder, { 'points.csv': pointsCsv(result) });
  if (format === 'csv') return;
  const sql = await openSql([]);
  try {
    for (const table of ['points', 'runs', 'timeline']) {
      const csv = join(folder, `${table}.csv`);
      const types = headerOf(csv).map((name) => `${quoted(name)}: ${quoted(typeOf(name))}`);
      const from = `read_csv(${quoted(csv)}, header = true, columns = {${types.join(', ')}})`;
      await sql.write(`SELECT * FROM ${from}`, join(folder, `${table}.parquet`), 'parquet');
    }
  } finally {
    sql.close();
  }
}

/** `points.csv`: one row a point, each measure with its interval. */
function pointsCsv(result: ResultFile): string {
  const names = POINT_COLUMNS.map(({ name }) => name);
  const records = pointRows(result).map((row) => names.map((name) => cellOf(row[name] ?? null)));
  return stringify([names, ...records]);
}

function cellOf(value: string | number | boolean | null): string | number | null {
  return typeof value === 'boolean' ? String(value) : value;
}

function headerOf(csv: string): readonly string[] {
  const text = readFileSync(csv, 'utf8');
  return text.slice(0, text.indexOf('\n')).trim().split(',');
}

/** Never guessed from the values: a digest may look like a number. */
function typeOf(column: string): ColumnType {
  const known = POINT_COLUMNS.find(({ name }) => name === column);
  if (known !== undefined) return known.type;
  if (column === 'events') return 'VARCHAR';
  return ['replication', 'seed', 'liveness_violations'].includes(column) ? 'BIGINT' : 'DOUBLE';
}
