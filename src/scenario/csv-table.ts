/**
 * CSV files as tables whose every field knows where it stands, so that what is wrong with data is told as `file:line:column`,
 * all of it at once. Fields are separated by commas, the first line names the columns (RFC 4180).
 */
import { type CsvError, parse } from 'csv-parse/sync';

export interface Table {
  /** As problems call the file. */
  readonly name: string;
  readonly header: readonly string[];
  /** As many fields in each as in the header. */
  readonly rows: readonly (readonly string[])[];
  /** Where a field begins, counted from 1. Row −1 is the header. */
  placeOf(row: number, field: number): Place;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface DataProblem extends Place {
  /** What stands there and what is expected. */
  readonly message: string;
}

/** Everything that is wrong with one data file. */
export class DataProblems extends Error {
  readonly file: string;
  readonly problems: readonly DataProblem[];

  constructor(file: string, problems: readonly DataProblem[]) {
    super(`${file}: ${problems[0]?.message}`);
    this.name = 'DataProblems';
    this.file = file;
    this.problems = problems;
  }
}

/** More than so many problems of one kind in a file have one cause. */
const MOST_TOLD = 10;

/** Throws these problems, if any, those beyond the tenth as a count. */
export function throwProblems(file: string, problems: readonly DataProblem[]): void {
  if (problems.length === 0) return;
  const told = problems.slice(0, MOST_TOLD);
  const last = told.at(-1) as DataProblem;
  const more = problems.length - told.length;
  throw new DataProblems(
    file,
    more === 0 ? told : [...told.slice(0, -1), { ...last, message: `${last.message} (and ${more} more like this)` }],
  );
}

/** The table in a text. Throws a DataProblems where it is none. `name`: what problems call the file. */
export function tableOf(name: string, original: string): Table {
  // Lines may end in any of the three usual ways, also mixed.
  const text = original.replace(/\r\n?/g, '\n');
  const ends: number[] = [];
  let records: string[][];
  try {
    records = parse(text, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
      on_record(record: string[], { lines }: { lines: number }) {
        ends.push(lines);
        return record;
      },
    });
  } catch (thrown) {
    const { code, lines } = thrown as CsvError & { readonly lines?: number };
    const what = refusals[String(code)] ?? 'is not readable as CSV';
    throw new DataProblems(name, [
      { line: lines ?? 1, column: 1, message: `${what}, expected comma-separated values` },
    ]);
  }
  const [header = [], ...rows] = records;
  const placeOf = (row: number, field: number): Place => {
    const end = ends[row + 1] ?? 1;
    const within = (records[row + 1] ?? []).reduce((sum, value) => sum + (value.split('\n').length - 1), 0);
    return fieldPlace(text, end - within, field);
  };
  const start: Place = { line: 1, column: 1 };
  if (header.length === 0)
    throw new DataProblems(name, [
      { ...start, message: 'the file is empty, expected a header line and rows below it' },
    ]);
  const [only = ''] = header;
  const other = header.length === 1 ? (/[;\t]/.exec(only)?.[0] ?? null) : null;
  if (other !== null)
    throw new DataProblems(name, [
      {
        ...placeOf(-1, 0),
        message: `the header line is one field, '${only.replaceAll('\t', '\\t')}': this file seems to be separated by ${other === ';' ? 'semicolons' : 'tabs'}, expected commas (and points in decimal numbers)`,
      },
    ]);
  throwProblems(
    name,
    rows.flatMap((row, i) =>
      row.length === header.length
        ? []
        : [
            {
              ...placeOf(i, Math.min(row.length, header.length)),
              message: `the row has ${row.length} ${row.length === 1 ? 'field' : 'fields'}, expected ${header.length} as in the header line`,
            },
          ],
    ),
  );
  return { name, header, rows, placeOf };
}

const refusals: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'a closing quote is followed by more text in the same field',
  INVALID_OPENING_QUOTE: 'a quote stands in the middle of a field',
};

/** Where field number `field` of the record that begins in `line` begins: quotes may hold commas and line breaks. */
function fieldPlace(text: string, line: number, field: number): Place {
  let at = 0;
  for (let skipped = 1; skipped < line; skipped++) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    at = end + 1;
  }
  if (at === 0 && text.startsWith('\uFEFF')) at = 1;
  let place = { line, column: 1 };
  let quoted = false;
  for (let left = field; left > 0 && at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') quoted = !quoted;
    if (letter === '\n' && !quoted) break;
    place = letter === '\n' ? { line: place.line + 1, column: 1 } : { line: place.line, column: place.column + 1 };
    if (letter === ',' && !quoted) left--;
  }
  return place;
}
