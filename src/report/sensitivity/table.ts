/** A sensitivity analysis on a terminal: the verdict, one table a point, then what was not varied and what the ranges stand for. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { SensitivityFile, SensitivityPoint } from '../../results/sensitivity-file.ts';
import { checkedRangeLines } from '../checked-range.ts';
import type { Colours } from '../table.ts';
import { counted } from '../words.ts';
import {
  columnsOf,
  measureWords,
  narrowsText,
  rangeText,
  scopeWords,
  sensitivityVerdict,
  titleOf,
  valueText,
  widthText,
} from './words.ts';

export function renderSensitivity(file: SensitivityFile, colour: Colours = colours): string {
  return [
    colour.bold(`${file.scenario}: what ${measureWords(file)} depends on`) +
      (file.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(file.question === '' ? [] : [file.question]),
    scopeWords(file),
    '',
    ...sensitivityVerdict(file).map((sentence) => `• ${sentence}`),
    '',
    ...file.points.flatMap((point) => pointLines(file, point, colour)),
    ...checkedRangeLines(file.points),
    ...footnotes(file).map((line) => colour.dim(line)),
    '',
  ].join('\n');
}

function pointLines(file: SensitivityFile, point: SensitivityPoint, colour: Colours): readonly string[] {
  const table = new Table({
    head: [point.label, ...columnsOf(file)],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const effect of point.effects)
    table.push([
      colour.bold(titleOf(file, effect.input)),
      rangeText({ low: effect.low.factor, high: effect.high.factor }),
      valueText(effect.low, file),
      valueText(point.base, file),
      valueText(effect.high, file),
      widthText(effect, file),
      narrowsText(effect),
    ]);
  return [
    table.toString(),
    ...point.not_varied.map(({ input, why }) => colour.dim(`Not varied: ${titleOf(file, input)}: ${why}.`)),
    ...(point.failed_runs > 0
      ? [colour.red(`${counted(point.failed_runs, 'run')} of ${point.label} did not finish`)]
      : []),
  ];
}

/** What the numbers are, and what they are not. */
export function footnotes(file: SensitivityFile): readonly string[] {
  const marked = file.points.some(({ base, effects }) =>
    [base, ...effects.flatMap(({ low, high }) => [low, high])].some(({ condition }) => condition !== 'keeps up'),
  );
  return [
    'One input at a time, as a factor on what the scenario says; what inputs do together is not seen.',
    'Width: between the least and the greatest value over the range. Narrows by: how much less wide all of them together (root of the sum of squares) would be with this one known.',
    ...(/_p\d+_ms$/.test(file.measure)
      ? ['Quantiles are kept to within 1 %: a width below that may be a single step of the histogram.']
      : []),
    ...(file.replications === 1 ? ['One replication: chance is not excluded.'] : []),
    ...(marked ? ['*: of what became final only: the cluster does not keep up, or was down at the end.'] : []),
    ...file.inputs.map(({ title, low, high, why }) => `${title} ${rangeText({ low, high })}: ${why}.`),
  ];
}
