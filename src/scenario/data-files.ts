/**
 * Everything that a scenario reads beside itself: matrices, traces, observations, profiles. Each file is read once, and its
 * hash is kept, since a result is only as repeatable as the data it was made from.
 */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';

export interface DataFiles {
  /** The text of a file. Throws an Error that names the path. */
  text(path: string, name: string): string;
  /** A table by its header line; throws where the file is no CSV. */
  table(path: string, name: string): Table;
  /** SHA-256 of every file read, by the name the scenario knows it by. */
  hashes(): ReadonlyMap<string, string>;
}

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function openDataFiles(readText: (path: string) => string): DataFiles {
  const texts = new Map<string, string>();
  const tables = new Map<string, Table>();
  const hashes = new Map<string, string>();
  const files: DataFiles = {
    text(path, name) {
      let text = texts.get(path);
      if (text === undefined) {
        text = readText(path);
        texts.set(path, text);
      }
      if (!hashes.has(name)) hashes.set(name, createHash('sha256').update(text, 'utf8').digest('hex'));
      return text;
    },
    table(path, name) {
      const text = files.text(path, name);
      let table = tables.get(path);
      if (table === undefined) {
        const [header = [], ...rows] = parse(text, {
          bom: true,
          skip_empty_lines: true,
          relax_column_count: true,
          trim: true,
        }) as string[][];
        table = { header, rows };
        tables.set(path, table);
      }
      return table;
    },
    hashes: () => hashes,
  };
  return files;
}

/** A column of a table by its name in the header (null: the first). Throws with the names that there are. */
export function columnOf(table: Table, column: string | null, name: string): readonly string[] {
  const index = column === null ? 0 : table.header.indexOf(column);
  if (index < 0) throw new Error(`${name} has no column '${column}', expected one of: ${table.header.join(', ')}`);
  return table.rows.map((row) => row[index] ?? '');
}

/** What went wrong, for a problem's message. */
export function reasonOf(thrown: unknown): string {
  const error = thrown as NodeJS.ErrnoException;
  if (error.code === 'ENOENT') return `there is no file ${error.path ?? ''}`;
  if (error.code === 'EISDIR') return 'is a folder, not a file';
  return error instanceof Error ? error.message.split('\n')[0]! : String(thrown);
}
