/**
 * Everything that a scenario reads beside itself: matrices, traces, observations, profiles. Each file is read once, and its
 * hash is kept, since a result is only as repeatable as the data it was made from.
 */
import { createHash } from 'node:crypto';
import { type Table, tableOf } from './csv-table.ts';

export interface DataFiles {
  /** The text of a file. Throws an Error that names the path. */
  text(path: string, name: string): string;
  /** A table by its header line. Throws a DataProblems where the file is no such table. */
  table(path: string, name: string): Table;
  /** SHA-256 of every file read, by the name the scenario knows it by. */
  hashes(): ReadonlyMap<string, string>;
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
        table = tableOf(name, text);
        tables.set(path, table);
      }
      return table;
    },
    hashes: () => hashes,
  };
  return files;
}

/** What went wrong, for a problem's message. */
export function reasonOf(thrown: unknown): string {
  const error = thrown as NodeJS.ErrnoException;
  if (error.code === 'ENOENT') return `there is no file ${error.path ?? ''}`;
  if (error.code === 'EISDIR') return 'is a folder, not a file';
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return `${error.path ?? 'it'} can't be read: permission denied`;
  return error instanceof Error ? error.message.split('\n')[0]! : String(thrown);
}
