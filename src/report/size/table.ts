/** A sizing search on a terminal: the recommendation in sentences, the best few, what came near, and what was searched. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { AnswerRow, NearRow, SizeFile } from '../../results/size-file.ts';
import { formatBitRate } from '../../units/format.ts';
import type { Colours } from '../table.ts';
import { counted, list, percent, withInterval } from '../words.ts';
import { cutMeaning } from './cuts.ts';
import {
  askedText,
  bindingText,
  footnotes,
  headroomText,
  money,
  NEAREST_FIRST,
  NEAREST_TITLE,
  placeText,
  protocolTitle,
  sizeRangeLines,
  sizeVerdict,
} from './words.ts';

export function renderSize(file: SizeFile, colour: Colours = colours): string {
  const { answers, nearest } = file;
  const best = () =>
    tableOf(
      ANSWER_HEAD,
      answers.map((answer) => answerCells(answer, file)),
    );
  const near = () => `${NEAREST_TITLE}. ${NEAREST_FIRST}\n${tableOf(NEAR_HEAD, nearCells(file))}`;
  const tables = [...(answers.length === 0 ? [] : [best()]), ...(nearest.length === 0 ? [] : [near()])];
  return [
    colour.bold(`${file.scenario}: the cheapest cluster for ${askedText(file)}`) +
      (file.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(file.question === '' ? [] : [file.question]),
    '',
    ...sizeVerdict(file).map((sentence) => `• ${sentence}`),
    '',
    ...(tables.length === 0 ? [] : [tables.join('\n\n')]),
    ...sizeRangeLines(file),
    ...footnotes(file).map((line) => colour.dim(line)),
    '',
  ].join('\n');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

export const ANSWER_HEAD = ['cluster', 'a month', 'finality p99', 'worst after a loss', 'headroom', 'binding'] as const;

export function answerCells(answer: AnswerRow, file: SizeFile): readonly string[] {
  const { nodes, protocol, machine, bandwidth_bps, settings, headroom, losses, margins } = answer;
  const worst = losses
    .flatMap(({ lost, finality_p99_ms: p99 }) => (p99 === null ? [] : [{ lost, p99 }]))
    .toSorted((a, b) => b.p99.mean - a.p99.mean)[0];
  return [
    `${protocolTitle(protocol)} n=${nodes}: ${placeText(answer)}; ${machine}, ${formatBitRate(bandwidth_bps)}${settings === '' ? '' : `; ${settings}`}`,
    money(answer.cost_per_month.total, file),
    withInterval(answer.finality_p99_ms, 'ms'),
    worst === undefined ? '–' : `${withInterval(worst.p99, 'ms')} (${worst.lost})`,
    headroomText(headroom),
    `${margins[0] === undefined ? '–' : bindingText(margins[0])}${unsureNote(answer)}`,
  ];
}

/** Measures of which one run cannot tell for certain, with all nodes up or after a loss. */
function unsureNote({ unsure, losses }: AnswerRow): string {
  const measures = [...new Set([...unsure, ...losses.flatMap((loss) => loss.unsure)])];
  return measures.length === 0 ? '' : `; one run cannot tell ${list(measures)} for certain`;
}

export const NEAR_HEAD = ['candidate', 'a month', 'left out', 'why', 'misses by'] as const;

export function nearCells(file: SizeFile): readonly (readonly string[])[] {
  return file.nearest.map((near) => [
    near.label,
    money(near.cost_per_month, file),
    cutMeaning(near.cut),
    near.why,
    missText(near),
  ]);
}

function missText({ by, in_nodes, cut }: NearRow): string {
  if (cut === 'options' || cut === 'undecided') return '–';
  if (in_nodes) return counted(by, 'node');
  return Number.isFinite(by) ? percent(by) : '–';
}
