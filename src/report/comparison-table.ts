/** The paired comparisons on a terminal: few rows, since the report and result.json have them all. */
import Table from 'cli-table3';
import type { ResultFile } from '../results/result-file.ts';
import {
  differenceText,
  findingText,
  isMain,
  MEASURE_WORDS,
  probabilityText,
  recordText,
  shownRows,
  valueText,
  windowWords,
} from './comparison-words.ts';

/** More rows than this are for the report. */
const MOST_ROWS = 12;

/** Empty where nothing is compared. */
export function comparisonTable({ comparisons, points }: ResultFile): readonly string[] {
  const rows = shownRows(comparisons, points.length).filter((row) => points.length === 2 || isMain(row));
  if (rows.length === 0) return [];
  // The two of one pair head the columns; of several pairs each row says which.
  const [first] = rows;
  const one = points.length === 2 && first !== undefined;
  const table = new Table({
    head: one
      ? ['', `A: ${first.a}`, `B: ${first.b}`, 'A − B', 'A better', 'finding']
      : ['', 'A', 'B', 'A − B', 'A better', 'finding'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const row of rows.slice(0, MOST_ROWS)) {
    const measure = MEASURE_WORDS[row.measure] ?? row.measure;
    table.push([
      one ? measure : `${measure}\nA ${row.a}\nB ${row.b}`,
      valueText(row.a_mean, row.measure),
      valueText(row.b_mean, row.measure),
      differenceText(row).replace(' [', '\n['),
      `${probabilityText(row.probability_a_better)}\n${recordText(row)}`,
      findingText(row),
    ]);
  }
  const left = comparisons.length - Math.min(rows.length, MOST_ROWS);
  return [
    table.toString(),
    'Pairs of replications with the same random numbers. A better: the probability that the true mean of A is the better one, and its',
    `wins–ties–losses by replication. Findings at 5 %, corrected for all ${comparisons.length} comparisons (Holm).${left > 0 ? ` ${left} more in result.json.` : ''}${windowWords(points)}`,
  ];
}
