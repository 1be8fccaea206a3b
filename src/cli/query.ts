/** `quorumlab query "SELECT …"`: SQL over kept runs and results, as a table, JSON, CSV, or a file. */
import { dirname, extname } from 'node:path';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { counted } from '../report/words.ts';
import { findResults } from '../results/find-results.ts';
import { described, keptRuns } from '../results/kept-runs.ts';
import { POINT_COLUMNS, pointRows, type QueryTable, type Row, RUN_COLUMNS } from '../results/query-tables.ts';
import { RUNS_FOLDER } from '../results/run-store.ts';
import { type Answer, EXPORT_FORMATS, type ExportFormat, openSql, type Sql, SqlError } from '../results/sql.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, reasonOfTheSystem } from './exit-codes.ts';
import { collect } from './options.ts';
import { fileProblem, isFolder, makeFolders } from './output-folder.ts';

interface QueryOptions {
  readonly from?: readonly string[];
  readonly cache?: string;
  readonly json?: true;
  readonly csv?: true;
  readonly tables?: true;
  readonly export?: string;
}

export function queryCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('query')
    .description('ask in SQL (DuckDB): table runs of kept runs, table points of results')
    .argument('[sql]', 'one SELECT or WITH, such as "SELECT label, avg(finality_p99_ms) FROM runs GROUP BY label"')
    .option(
      '--from <path>',
      'a result.json, or a folder that holds some, for the table points; may be repeated',
      collect,
    )
    .option('--cache <folder>', `the run store (default: ${RUNS_FOLDER}, or what QUORUMLAB_CACHE says)`)
    .option('--json', 'print the rows as a JSON document')
    .option('--csv', 'print the rows as CSV')
    .option('--export <file>', 'write the rows to a file instead: .csv or .parquet')
    .option('--tables', 'list the tables and their columns')
    .action((sql: string | undefined, options: QueryOptions) => query(sql, options, context));
}

async function query(sql: string | undefined, options: QueryOptions, context: CommandContext): Promise<void> {
  const { out, err } = context;
  const format = refuseOrFormat(sql, options);
  if (options.tables) {
    out.write(describeTables());
    return;
  }
  const statement = sql as string;
  refusePlaces(options);
  const tables = [runsTable(options, context), pointsTable(options.from ?? [])];
  const database = await open(tables);
  try {
    if (options.export !== undefined) {
      makeFolders(dirname(options.export));
      const rows = await database.write(statement, options.export, format as ExportFormat);
      err.write(`${options.export}: ${counted(rows, 'row')}\n`);
    } else out.write(shown(await database.ask(statement), options));
  } catch (thrown) {
    if (thrown instanceof SqlError)
      throw new CommandEnd(
        ExitCode.usage,
        `SQL: ${thrown.message}; quorumlab query --tables lists the tables and their columns`,
      );
    throw thrown;
  } finally {
    database.close();
  }
}

/** The format of the file to write; null where none is asked for. @throws CommandEnd where the options make no sense together. */
function refuseOrFormat(sql: string | undefined, options: QueryOptions): ExportFormat | null {
  const refuse = (why: string): never => {
    throw new CommandEnd(ExitCode.usage, why);
  };
  if (options.tables) return sql === undefined ? null : refuse('--tables lists the tables: leave out the statement');
  if (sql === undefined || sql.trim() === '')
    return refuse('say what to ask, such as "SELECT * FROM runs LIMIT 5"; --tables lists the columns');
  const ways = ['json', 'csv', 'export'].filter((name) => options[name as 'json' | 'csv' | 'export'] !== undefined);
  if (ways.length > 1) return refuse(`${ways.map((name) => `--${name}`).join(' and ')} exclude each other`);
  if (options.export === undefined) return null;
  const format = EXPORT_FORMATS.find((name) => extname(options.export as string) === `.${name}`);
  return format ?? refuse(`--export ${options.export}: the name must end in .csv or .parquet`);
}

/** @throws CommandEnd where the folder that was named is not there, or the file could not be written, before anything is read. */
function refusePlaces({ cache, export: file }: QueryOptions): void {
  if (cache !== undefined && !isFolder(cache))
    throw new CommandEnd(
      ExitCode.usage,
      `--cache ${cache}: is no folder, expected a run store: what --cache named when the runs were made (default: ${RUNS_FOLDER})`,
    );
  const problem = file === undefined ? null : fileProblem(file);
  if (problem !== null)
    throw new CommandEnd(ExitCode.usage, `--export ${file}: ${problem}; name a file in a folder where you may write`);
}

async function open(tables: readonly QueryTable[]): Promise<Sql> {
  try {
    return await openSql(tables);
  } catch (thrown) {
    throw new CommandEnd(ExitCode.usage, (thrown as Error).message);
  }
}

function runsTable({ cache }: QueryOptions, { runsFolder, err }: CommandContext): QueryTable {
  const runs = keptRuns(cache ?? runsFolder ?? RUNS_FOLDER).map(described);
  const unreadable = runs.filter(({ head }) => head === null).length;
  if (unreadable > 0)
    err.write(
      `${counted(unreadable, 'file')} of the run store cannot be read and ${unreadable === 1 ? 'is' : 'are'} left out\n`,
    );
  const rows = runs.flatMap(({ head, path }): Row[] => {
    if (head === null) return [];
    const { format: _, ...row } = head;
    return [{ ...row, file: path }];
  });
  return { name: 'runs', about: aboutRuns, columns: RUN_COLUMNS, rows };
}

function pointsTable(places: readonly string[]): QueryTable {
  const fileColumn = { name: 'file', type: 'VARCHAR', meaning: 'the result.json' } as const;
  const rows = found(places).flatMap(({ path, result }) => pointRows(result).map((row) => ({ ...row, file: path })));
  return { name: 'points', about: aboutPoints, columns: [...POINT_COLUMNS, fileColumn], rows };
}

function found(places: readonly string[]): ReturnType<typeof findResults> {
  try {
    return findResults(places);
  } catch (thrown) {
    if (reasonOfTheSystem(thrown) !== null) throw thrown;
    throw new CommandEnd(ExitCode.usage, `--from ${(thrown as Error).message}`);
  }
}

const aboutRuns =
  'one row for each kept run (--cache), however many answers use it: scenario, label and replication are those of the first';
const aboutPoints = 'one row for each design point of the results given by --from';

function describeTables(): string {
  return [{ name: 'runs', about: aboutRuns, columns: RUN_COLUMNS }, pointsTable([])]
    .map(({ name, about, columns }) => {
      const width = Math.max(...columns.map((column) => column.name.length));
      const lines = columns.map((column) =>
        `  ${column.name.padEnd(width)}  ${column.type.padEnd(7)}  ${column.meaning}`.trimEnd(),
      );
      return `${name}: ${about}\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

function shown({ columns, rows }: Answer, { json, csv }: QueryOptions): string {
  const names = columns.map(({ name }) => name);
  if (json) return `${JSON.stringify({ format: 1, columns: names, rows })}\n`;
  if (csv) return stringify([names, ...rows.map((row) => row.map(plain))]);
  const table = new Table({
    head: names,
    style: { head: [], border: [], compact: true },
    colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
  });
  for (const row of rows) table.push(row.map((cell) => (cell === null ? '–' : plain(cell))));
  return `${table.toString()}\n${counted(rows.length, 'row')}\n`;
}

/** As it stands; lists and structures as JSON, a missing value as an empty field. */
function plain(cell: Answer['rows'][number][number]): string {
  if (cell === null) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
