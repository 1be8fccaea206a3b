/** The measured and published tables that come with the package (scenarios/data/reference), as rows by column name. */
import { tableOf } from '../scenario/csv-table.ts';
import { readTextFile } from '../scenario/profiles.ts';
import { dataPath } from '../scenario/shipped-data.ts';

export type ReferenceRow = Readonly<Record<string, string>>;

/** The rows of a file below scenarios/data/reference, such as `measured/etcd-failover.csv`. */
export type Reference = (file: string) => readonly ReferenceRow[];

export function openReference(): Reference {
  return (file) => {
    const { header, rows } = tableOf(file, readTextFile(dataPath(`reference/${file}`)));
    return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] as string])));
  };
}

/** A column of a row as a number. @throws where there is no such number: reference data is never guessed. */
export function numberAt(row: ReferenceRow, column: string): number {
  const text = row[column];
  const value = Number(text);
  if (text === undefined || text.trim() === '' || !Number.isFinite(value))
    throw new Error(`reference data: '${text}' in column ${column} is no number`);
  return value;
}
