/** The table of what moved, as cells: the terminal, the page and Markdown draw the same one. */
import type { MeasureRow, RegressPoint } from '../../results/regress-file.ts';
import { changeText, STATE_WORDS, valueText } from './words.ts';

export const ROW_HEAD = ['measure', 'baseline', 'now', 'change [95 %]', 'tolerance', ''] as const;

export function rowCells(row: MeasureRow): readonly string[] {
  const { measure, before, after, tolerance, state } = row;
  return [
    measure,
    valueText(measure, before),
    valueText(measure, after),
    changeText(row),
    tolerance,
    STATE_WORDS[state],
  ];
}

export function movedRows({ measures }: RegressPoint): readonly MeasureRow[] {
  return measures.filter(({ state }) => state !== 'same');
}
