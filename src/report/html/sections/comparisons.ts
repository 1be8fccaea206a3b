/** The points compared in pairs: differences with their intervals, how probable it is that one is better, and what may be claimed. */
import type { ResultFile } from '../../../results/result-file.ts';
import {
  differenceText,
  findingText,
  MEASURE_WORDS,
  probabilityText,
  pValueText,
  relativeText,
  shownRows,
  valueText,
} from '../../comparison-words.ts';
import { counted, formatShare } from '../format.ts';
import { html, type Markup, table } from '../markup.ts';

/** null where nothing can be compared. */
export function comparisonSection({ comparisons, points }: ResultFile): Markup | null {
  const rows = shownRows(comparisons, points.length);
  if (rows.length === 0) return null;
  const pairs = new Set(rows.map(({ a, b }) => `${a}\n${b}`)).size;
  const heads = ['A', 'B', 'A − B', 'relative', 'P(A better)', 'A better in', 'p (Holm)', 'finding'];
  const cells = rows.map((row) => [
    pairs === 1 ? words(row.measure) : `${row.a} – ${row.b}: ${words(row.measure)}`,
    valueText(row.a_mean, row.measure),
    valueText(row.b_mean, row.measure),
    difference(differenceText(row)),
    relativeText(row),
    probabilityText(row.probability_a_better),
    html`${formatShare(row.share_of_replications_a_better)} <span class="interval">of ${row.pairs}</span>`,
    pValueText(row.p_value_holm),
    findingText(row),
  ]);
  const [only] = rows;
  const who = pairs === 1 && only !== undefined ? `A is ${only.a}, B is ${only.b}. ` : '';
  const more =
    rows.length < comparisons.length
      ? ` Shown are the pairs with the point that is final soonest; all ${counted(comparisons.length, 'comparison')} are in result.json.`
      : '';
  return html`<section aria-labelledby="compared"><h2 id="compared">Compared run by run</h2>
<p class="lead">${who}Replication k of every point has the same random numbers, so that points are compared pair by pair: the mean difference with its 95% interval, which is narrower than those of the points themselves where these share their chances.${more}</p>
${table('Paired comparisons', ['', ...heads], cells, 'words')}
<p class="small lead"><b>P(A better)</b> is the probability that the true mean of A is the better one, given these runs (Student’s t around the mean difference, flat prior); <b>A better in</b> is another thing: the share of the replications in which A had the better value. <b>p (Holm)</b> is the two-sided p-value of “no difference”, corrected for all ${counted(comparisons.length, 'comparison')} of this result; a finding needs it below 5%. The intervals are not corrected.</p></section>
`;
}

function words(measure: ResultFile['comparisons'][number]['measure']): string {
  return MEASURE_WORDS[measure] ?? measure;
}

function difference(text: string): Markup {
  const [value = '', interval] = text.split(' [');
  if (interval === undefined) return html`<span class="value">${value}</span>`;
  return html`<span class="value">${value}</span> <span class="interval">[${interval}</span>`;
}
