/** A comparison on a terminal: the recommendation, the decision matrix, what would change the answer, and what the numbers are. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { CompareFile } from '../../results/compare-file.ts';
import { checkedRangeLines } from '../checked-range.ts';
import type { Colours } from '../table.ts';
import { counted } from '../words.ts';
import { footnotes, matrixRows } from './matrix.ts';

/** Cells wrap, so that a handful of candidates fit side by side. */
const CELL = 30;
const NAME = 24;

export function renderComparison(file: CompareFile, colour: Colours = colours): string {
  const table = new Table({
    head: ['', ...file.candidates.map(({ label }) => label)],
    style: { head: [], border: [] },
    colWidths: [NAME, ...file.candidates.map(() => CELL)],
    wordWrap: true,
  });
  for (const { name, cells } of matrixRows(file)) table.push([colour.bold(name), ...cells]);
  return [
    colour.bold(`${file.scenario}: which one`) + (file.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(file.question === '' ? [] : [file.question]),
    '',
    ...file.recommendation.map((sentence) => `• ${sentence}`),
    '',
    table.toString(),
    ...(file.would_change.length === 0
      ? []
      : [colour.bold('What would change this answer'), ...file.would_change.map((sentence) => `• ${sentence}`)]),
    ...(file.failed_runs.length > 0 ? [colour.red(`${counted(file.failed_runs.length, 'run')} did not finish`)] : []),
    ...checkedRangeLines(file.candidates),
    ...[...footnotes(file), ...file.assumptions].map((line) => colour.dim(line)),
    '',
  ].join('\n');
}
