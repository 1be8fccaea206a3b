/** `saturate.html`: the verdict, then for each point latency, throughput and busy shares against load, and the loads as a table. */
import type { SaturationFile, SaturationPoint } from '../../results/saturation-file.ts';
import { checkedRangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { html, type Markup, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { list, nodeWords, resourceName } from '../words.ts';
import { curveFigure } from './charts.ts';
import { footnotes, nextAfter, rateText, shareText } from './words.ts';

export function renderSaturationHtml(file: SaturationFile): string {
  const figures = file.points.map((point, index) => curveFigure(file, point, index));
  const body = html`<header>
<p class="eyebrow"><b>${file.scenario}</b> · how much load it carries, by quorumlab${file.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${file.question === '' ? 'How much load does it carry?' : file.question}</h1>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<ol>${file.verdict.map((sentence) => html`<li>${sentence}</li>`)}</ol>
${checkedRangeMarkup(file.points)}</section>
${summary(file)}
<section class="charts">${figures.map((figure) => figureMarkup(figure, 'full'))}</section>
<section><h2>How to read it</h2><ul class="plain">${[...file.assumptions, ...footnotes(file)].map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${file.repeat_command}</code></div></section>
`;
  return renderPage({
    title: `${file.scenario}: saturation`,
    body: body.html,
    specs: figures.flatMap(({ specs }) => specs).filter(({ series }) => series.some(({ values }) => values.length > 0)),
    footer: `quorumlab, saturation ${file.id}.`,
  });
}

function summary({ points }: SaturationFile): Markup {
  const rate = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : rateText(value);
  const rows = points.map((point) => [
    point.label,
    rate(point.saturation_per_s),
    `${rate(point.interval.stable_per_s)} – ${rate(point.interval.unstable_per_s)}`,
    rate(point.knee?.rate_per_s),
    rate(point.recommended?.rate_per_s),
    limitText(point),
    `${point.runs.search} + ${point.runs.curve}`,
  ]);
  const head = ['', 'stable up to', 'boundary between', 'knee of p99', 'recommended', 'limited by', 'runs'];
  return html`<section><h2>At a glance</h2>${table('Saturation of each point', head, rows)}</section>`;
}

function limitText({ outcome, limited_by: limit, resources }: SaturationPoint): string {
  if (outcome !== 'found') return '–';
  const { flat, soonest } = nextAfter(limit.kind === 'resource' ? limit.resource : '', resources);
  // Which of the two is full first is not told where the busier one does not grow.
  const next = flat === null ? soonest : null;
  const then = next === null ? '' : `, then ${resourceName(next.resource)} of ${nodeWords(next.node)}`;
  if (limit.kind === 'resource')
    return `${resourceName(limit.resource)} of ${nodeWords(limit.node)}, ${shareText(limit.busy)}${then}`;
  return limit.kind === 'window' ? limit.option : list([limit.kind === 'objective' ? 'the objective' : 'not known']);
}
