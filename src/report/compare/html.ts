/** `compare.html`: the recommendation on top, the matrix, what would change it, finality against cost, and outages by drill. */
import type { CompareFile } from '../../results/compare-file.ts';
import { checkedRangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { html, type Markup, swatch, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { candidateColour, outageFigure, scatterFigure } from './charts.ts';
import { footnotes, matrixRows } from './matrix.ts';

export function renderComparisonHtml(file: CompareFile): string {
  const figures = [scatterFigure(file), outageFigure(file)];
  const body = html`<header>
<p class="eyebrow"><b>${file.scenario}</b> · comparison, by quorumlab${file.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${file.question === '' ? 'Which one?' : file.question}</h1>
</header>
<section class="verdict" aria-labelledby="recommendation"><h2 id="recommendation">Recommendation</h2>
<ol>${file.recommendation.map((sentence) => html`<li>${sentence}</li>`)}</ol>
</section>
<section><h2>Decision matrix</h2>${matrix(file)}</section>
${changes(file)}
<section class="charts">${figures.map((figure) => figureMarkup(figure, 'full'))}</section>
${warnings(file)}
<section><h2>Checked against real systems</h2>${checkedRangeMarkup(file.candidates)}</section>
<section><h2>How to read it</h2><ul class="plain">${footnotes(file).map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Assumed</h2><ul class="plain small">${file.assumptions.map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${file.repeat_command}</code></div></section>
`;
  return renderPage({
    title: `${file.scenario}: comparison`,
    body: body.html,
    specs: figures
      .flatMap(({ specs }) => specs)
      .filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null))),
    footer: `quorumlab, comparison ${file.id}.`,
  });
}

function matrix(file: CompareFile): Markup {
  const head = ['', ...file.candidates.map(({ label }, i) => swatch(candidateColour(i), label))];
  const rows = matrixRows(file).map(({ name, cells }) => [name, ...cells]);
  return table('Decision matrix', head, rows, 'words');
}

function changes({ would_change }: CompareFile): Markup | null {
  if (would_change.length === 0) return null;
  return html`<section><h2>What would change this answer</h2><ul class="plain">${would_change.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}

function warnings({ warnings: lines }: CompareFile): Markup | null {
  if (lines.length === 0) return null;
  return html`<section class="box caution"><h2>Warnings</h2><ul class="plain small">${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}
