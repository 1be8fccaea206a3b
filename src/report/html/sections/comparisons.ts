/** The points compared in pairs: differences with their intervals, how probable it is that one is better, and what may be claimed. */
import type { ComparisonRow, ResultFile } from '../../../results/result-file.ts';
import {
  differenceText,
  findingText,
  MEASURE_WORDS,
  MOST_ALL_PAIRS,
  probabilityText,
  pValueText,
  recordText,
  relativeText,
  shownRows,
  valueText,
  windowWords,
} from '../../comparison-words.ts';
import { pointColour } from '../charts/chart-spec.ts';
import { counted } from '../format.ts';
import { html, type Markup, swatch, table } from '../markup.ts';

const HEADS = ['A', 'B', 'A − B', 'relative', 'P(A better)', 'wins–ties–losses', 'p (Holm)', 'finding'];

/** null where nothing can be compared. Few points: a table for each pair; many: one for each measure, against the soonest. */
export function comparisonSection(result: ResultFile): Markup | null {
  const { comparisons, points } = result;
  const rows = shownRows(comparisons, points.length);
  const [first] = rows;
  if (first === undefined) return null;
  const few = points.length <= MOST_ALL_PAIRS;
  const label = (name: string): Markup => swatch(pointColour(points.findIndex((point) => point.label === name)), name);
  const groups = grouped(rows, (row) => (few ? `${row.a}\n${row.b}` : row.measure));
  const tables = groups.map((group) => {
    const [one] = group as [ComparisonRow];
    const title = few ? html`A: ${label(one.a)}, B: ${label(one.b)}` : html`${words(one)}, A: ${label(one.a)}`;
    const caption = few ? `${one.a} and ${one.b} compared` : `${words(one)} compared with ${one.a}`;
    const cells = group.map((row) => [few ? words(row) : html`B: ${label(row.b)}`, ...cellsOf(row)]);
    return html`<h3>${title}</h3>${table(caption, ['', ...HEADS], cells)}`;
  });
  const more =
    rows.length < comparisons.length
      ? ` Each point is shown beside the one that is final soonest; all ${counted(comparisons.length, 'comparison')} are in result.json.`
      : '';
  return html`<section aria-labelledby="compared"><h2 id="compared">Compared run by run</h2>
<p class="lead">Replication k of every point has the same random numbers, so that points are compared pair by pair, over the replications they have in common: the mean difference with its 95% interval, which is narrower than those of the points themselves where they share their chances.${windowWords(points)}${more}</p>
${tables}
<p class="small lead"><b>P(A better)</b> is the probability that the true mean of A is the better one, given these runs (Student’s t around the mean difference, flat prior). <b>Wins–ties–losses</b> is another thing: in how many of the replications A had the better value, the same as B, and the worse one. <b>p (Holm)</b> is the two-sided p-value of “no difference”, corrected for all ${counted(comparisons.length, 'comparison')} of this result; a finding needs it below 5%. The intervals are not corrected.</p></section>
`;
}

function cellsOf(row: ComparisonRow): readonly (Markup | string)[] {
  return [
    valueText(row.a_mean, row.measure),
    valueText(row.b_mean, row.measure),
    differenceCell(differenceText(row)),
    relativeText(row),
    probabilityText(row.probability_a_better),
    html`<span class="value">${recordText(row)}</span>`,
    pValueText(row.p_value_holm),
    findingText(row),
  ];
}

function words({ measure }: ComparisonRow): string {
  return MEASURE_WORDS[measure] ?? measure;
}

/** The interval beside the difference, smaller. */
function differenceCell(text: string): Markup {
  const [value = '', interval] = text.split(' [');
  if (interval === undefined) return html`<span class="value">${value}</span>`;
  return html`<span class="value">${value}</span> <span class="interval">[${interval}</span>`;
}

function grouped(
  rows: readonly ComparisonRow[],
  keyOf: (row: ComparisonRow) => string,
): readonly (readonly ComparisonRow[])[] {
  const groups = new Map<string, ComparisonRow[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups.values()];
}
