/**
 * SQL over tables of plain rows, by DuckDB in memory. The package is an optional peer: it is loaded here and nowhere else, only when
 * someone asks in SQL or for Parquet, and none of its types leaves this file.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Column, QueryTable } from './query-tables.ts';

type Cell = string | number | boolean | null | readonly unknown[] | object;

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Sql {
  /** Runs one statement that only asks. @throws SqlError with what DuckDB says of it, on one line. */
  ask(statement: string): Promise<Answer>;
  /** Writes what a query gives, whole or not at all; returns the number of rows. @throws SqlError. */
  write(query: string, path: string, format: ExportFormat): Promise<number>;
  close(): void;
}

export const EXPORT_FORMATS = ['csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The statement is wrong: the user's to mend. */
export class SqlError extends Error {}

/** What to install, exactly as it was tested. */
const PACKAGE = '@duckdb/node-api';
const TESTED = '1.5.5-r.5';

/** @throws with what to install where DuckDB is absent. */
export async function openSql(tables: readonly QueryTable[]): Promise<Sql> {
  const { DuckDBInstance, StatementType } = await loadDuckDb();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const table of tables) await fill((statement) => connection.run(statement), table);
  /** What would change or write is refused: the tables stand for files, and vanish with this connection. */
  const refuseAction = async (statement: string): Promise<void> => {
    const extracted = await connection.extractStatements(statement).catch(() => null);
    if (extracted === null) return; // what is no SQL is told when it is run
    if (extracted.count !== 1)
      throw new SqlError(`${extracted.count} statements, expected one that begins with SELECT or WITH`);
    const { statementType } = await orSqlError(extracted.prepare(0));
    if (statementType === StatementType.SELECT || statementType === StatementType.EXPLAIN) return;
    throw new SqlError(
      `${StatementType[statementType]} is refused: the tables stand for files, which a query cannot change: begin with SELECT or WITH`,
    );
  };
  return {
    async ask(statement) {
      await refuseAction(statement);
      const reader = await orSqlError(connection.runAndReadAll(statement));
      const types = reader.columnTypes().map(String);
      const isNumber = types.map((type) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|FLOAT|DOUBLE)\b/.test(type));
      const rows = reader.getRowsJson() as readonly (readonly Cell[])[];
      return {
        columns: reader.columnNames().map((name, i) => ({ name, isNumber: isNumber[i] as boolean })),
        rows: rows.map((row) => row.map((cell, i) => (isNumber[i] ? numberOf(cell) : cell))),
      };
    },
    async write(query, path, format) {
      await refuseAction(query);
      const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
      const how = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet';
      try {
        const copied = await orSqlError(
          connection.runAndReadAll(`COPY (${withoutEnd(query)}) TO ${quoted(temporary)} (${how})`),
        );
        renameSync(temporary, path);
        return Number((copied.getRowsJson()[0] as readonly unknown[])[0]);
      } catch (thrown) {
        rmSync(temporary, { force: true });
        throw thrown;
      }
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function loadDuckDb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (thrown) {
    const why = (thrown as Error).message.split('\n')[0]?.replace(/ imported from .*/, '');
    throw new Error(
      `SQL and Parquet need DuckDB, which is not installed here (${why}): npm install ${PACKAGE}@${TESTED}`,
    );
  }
}

/** Rows go through a file of JSON lines with the columns' own types, so that nothing is guessed from the values. */
async function fill(run: (statement: string) => Promise<unknown>, { name, columns, rows }: QueryTable): Promise<void> {
  await run(`CREATE TABLE ${name} (${columns.map(({ name: column, type }) => `"${column}" ${type}`).join(', ')})`);
  if (rows.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-query-'));
  try {
    const file = join(folder, 'rows.ndjson');
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const types = columns.map(({ name: column, type }: Column) => `${quoted(column)}: ${quoted(type)}`).join(', ');
    await run(
      `INSERT INTO ${name} SELECT * FROM read_json(${quoted(file)}, format = 'newline_delimited', columns = {${types}})`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function orSqlError<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw new SqlError(oneLine((thrown as Error).message));
  }
}

/** DuckDB draws the statement with a caret under the place; the sentences before and after are what says what is wrong. */
function oneLine(message: string): string {
  const sentences = message.split('\n').filter((line) => line.trim() !== '' && !/^\s*(LINE \d+:|\^)/.test(line));
  return sentences.map((line) => line.trim()).join(' ');
}

/** Whole numbers of 64 bits and more come as text; beyond 2^53 they stay text, since a double would change them. */
function numberOf(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell;
  const value = Number(cell);
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value)) ? value : cell;
}

/** As SQL writes a text. */
export function quoted(literal: string): string {
  return `'${literal.replaceAll("'", "''")}'`;
}

function withoutEnd(query: string): string {
  return query.trim().replace(/;\s*$/, '');
}
