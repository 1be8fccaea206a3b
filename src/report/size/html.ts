/** `size.html`: the recommendation, the best few, cost against finality of what was simulated, what came near, and what was searched. */
import type { SizeFile } from '../../results/size-file.ts';
import { formatBitRate } from '../../units/format.ts';
import { rangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { html, type Markup, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { counted } from '../words.ts';
import { costFigure } from './chart.ts';
import { cutMeaning } from './cuts.ts';
import { ANSWER_HEAD, answerCells, NEAR_HEAD, nearCells } from './table.ts';
import {
  askedText,
  footnotes,
  money,
  NEAREST_FIRST,
  NEAREST_TITLE,
  protocolTitle,
  sizeRangeLines,
  sizeVerdict,
  whole,
} from './words.ts';

export function renderSizeHtml(file: SizeFile): string {
  const figure = costFigure(file);
  const body = html`<header>
<p class="eyebrow"><b>${file.scenario}</b> · sizing, by quorumlab${file.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${file.question === '' ? `The cheapest cluster for ${askedText(file)}` : file.question}</h1>
<p class="lead">Asked for: ${askedText(file)}.</p>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Recommendation</h2>
<ol>${sizeVerdict(file).map((sentence) => html`<li>${sentence}</li>`)}</ol>
${rangeMarkup(sizeRangeLines(file))}</section>
${answers(file)}
${costs(file)}
<section class="charts">${figureMarkup(figure, 'full')}</section>
${near(file)}
${search(file)}
<section><h2>How to read it</h2><ul class="plain">${[...footnotes(file), ...file.assumptions].map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${file.repeat_command}</code></div></section>
`;
  return renderPage({
    title: `${file.scenario}: sizing`,
    body: body.html,
    specs: figure.specs.filter(({ series }) => series.length > 0),
    footer: `quorumlab, size ${file.id}.`,
  });
}

/** Row headings do not wrap, so a number heads each row of words. */
function numbered(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.map((row, i) => [String(i + 1), ...row]);
}

function answers(file: SizeFile): Markup | null {
  if (file.answers.length === 0) return null;
  const rows = numbered(file.answers.map((answer) => answerCells(answer, file)));
  return html`<section><h2>The best of each kind</h2>${table('The cheapest answers', ['', ...ANSWER_HEAD], rows, 'words')}</section>`;
}

function costs(file: SizeFile): Markup | null {
  if (file.answers.length === 0) return null;
  const rows = file.answers.map(({ protocol, nodes, machine, bandwidth_bps, cost_per_month: cost }, i) => [
    `${i + 1}: ${protocolTitle(protocol)} n=${nodes}, ${machine}, ${formatBitRate(bandwidth_bps)}`,
    ...[cost.machines, cost.bandwidth, cost.egress, cost.disk, cost.total].map((amount) => money(amount, file)),
  ]);
  return html`<section><h2>What a month costs</h2>${table('Cost a month', ['', 'machines', 'bandwidth', 'traffic', 'disk', 'together'], rows)}</section>`;
}

function near(file: SizeFile): Markup | null {
  if (file.nearest.length === 0) return null;
  return html`<section><h2>${NEAREST_TITLE}</h2><p class="lead">${NEAREST_FIRST}</p>${table('What came near', ['', ...NEAR_HEAD], numbered(nearCells(file)), 'words')}</section>`;
}

function search({ search: found }: SizeFile): Markup {
  const rows = [
    ...found.cuts.map(({ cut, rests_on, count, cheaper }) => [
      cut === 'undecided' ? cutMeaning(cut) : `left out ${cutMeaning(cut)}`,
      rests_on,
      whole(count),
      whole(cheaper),
    ]),
    ['a cheaper one of its kind is an answer', '–', whole(found.same_kind), '–'],
    ['dearer than the last answer, or not settled when the search ended', '–', whole(found.not_reached), '–'],
  ];
  const ended = {
    complete: 'ended with as many answers as asked for',
    exhausted: 'looked at every candidate',
    capped: 'ended with as many candidates as a rough answer may simulate',
    budget: 'ended when its budget of runs was spent',
    interrupted: 'was stopped',
  }[found.ended];
  return html`<section><h2>What was searched</h2><p class="lead">${whole(found.candidates)} candidates, of which ${counted(found.simulated, 'candidate')} simulated in ${counted(found.runs, 'run')}; the search ${ended}.</p>
${table('Candidates by what became of them', ['candidates', 'rests on', 'how many', 'cheaper than the answer'], rows, 'words')}</section>`;
}
