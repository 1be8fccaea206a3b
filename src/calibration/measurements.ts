/**
 * Measurements of a real cluster as a CSV file: columns named after settings of a scenario (`network.matrix.uniform`) say how a
 * row was set up, one named after a measure (`finality_p50_ms`) what came out, `machine_cpu_frac` or `cpu_bound` whether the
 * machines themselves were the limit.
 */
import { ESTIMATE_NAMES, type EstimateName } from '../experiment/estimate.ts';
import type { Table } from '../scenario/csv-table.ts';

export interface MeasuredRow {
  /** As the file counts lines. */
  readonly line: number;
  /** Where its measure stands, `file:line:column`. */
  readonly place: string;
  /** `path=value`, as for --set. */
  readonly overrides: readonly string[];
  /** Where each of them stands. */
  readonly overridePlaces: readonly string[];
  readonly measure: EstimateName;
  readonly measured: number;
  /** Its processors were busy beyond what a simulation of the protocol can explain. */
  readonly cpuBound: boolean;
}

export interface Measurements {
  readonly rows: readonly MeasuredRow[];
  /** Columns that mean nothing here. */
  readonly ignored: readonly string[];
}

/** A busier machine shapes latency by its own scheduling. */
const MOST_BUSY = 0.6;
const BUSY = /^(machine_)?cpu_frac$/;

/** @throws an Error that says what and where, in the words of the file. */
export function readMeasurements(table: Table): Measurements {
  const { header, name } = table;
  const measures = header.flatMap((column, index) => {
    const measure = ESTIMATE_NAMES.find((known) => known === column);
    return measure === undefined ? [] : [{ measure, index }];
  });
  if (measures.length === 0)
    throw new Error(`${name}:1:1: no column is a measure, expected one of ${ESTIMATE_NAMES.join(', ')}`);
  const settings = header.flatMap((column, index) => (column.includes('.') ? [{ path: column, index }] : []));
  const busy = header.findIndex((column) => BUSY.test(column));
  const bound = header.indexOf('cpu_bound');
  const known = new Set([...measures, ...settings].map(({ index }) => index).concat(busy, bound));
  const rows = table.rows.flatMap((fields, row) => {
    const given = settings.filter(({ index }) => fields[index] !== '');
    const overrides = given.map(({ path, index }) => `${path}=${fields[index]}`);
    const overridePlaces = given.map(({ index }) => placeText(table, row, index));
    const cpuBound =
      (busy >= 0 && numberAt(table, row, busy) > MOST_BUSY) ||
      (bound >= 0 && /^(1|true|yes)$/.test(fields[bound] ?? ''));
    const { line } = table.placeOf(row, 0);
    return measures.flatMap(({ measure, index }) => {
      if (fields[index] === '') return [];
      const measured = numberAt(table, row, index);
      const place = placeText(table, row, index);
      if (!(measured > 0)) throw new Error(`${place}: ${measured} cannot be fitted to, expected more than 0`);
      return [{ line, place, overrides, overridePlaces, measure, measured, cpuBound }];
    });
  });
  return { rows, ignored: header.filter((_, index) => !known.has(index)) };
}

function numberAt(table: Table, row: number, field: number): number {
  const text = table.rows[row]?.[field] ?? '';
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`${placeText(table, row, field)}: '${text}' is no number`);
  return value;
}

function placeText(table: Table, row: number, field: number): string {
  const { line, column } = table.placeOf(row, field);
  return `${table.name}:${line}:${column}`;
}
