/** `tune.html`: the verdict, the curve of recovery against risk, batch timeouts, and the settings as real systems call them. */
import type { TuneFile, TunePoint } from '../../results/tune-file.ts';
import { checkedRangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { html, type Markup, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { batchFigure, curveFigure } from './charts.ts';
import { footnotes, tuneVerdict, warnings } from './words.ts';

export function renderTuneHtml(file: TuneFile): string {
  const figures = file.points.flatMap((point, index) => {
    const batch = batchFigure(point, index);
    return [
      { figure: curveFigure(file, point, index), width: 'full' as const },
      ...(batch === null ? [] : [{ figure: batch, width: 'full' as const }]),
    ];
  });
  const cautions = [...warnings(file), ...file.not_tuned.map(({ label, why }) => `Not tuned: ${label}: ${why}.`)];
  const body = html`<header>
<p class="eyebrow"><b>${file.scenario}</b> · tuned timeouts, by quorumlab${file.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${file.question === '' ? 'How short may timeouts be?' : file.question}</h1>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<ol>${tuneVerdict(file).map((sentence) => html`<li>${sentence}</li>`)}</ol>
${checkedRangeMarkup(file.points)}</section>
${cautions.length === 0 ? null : html`<section><h2>Warnings</h2><ul class="plain">${cautions.map((line) => html`<li>${line}</li>`)}</ul></section>`}
<section class="charts">${figures.map(({ figure, width }) => figureMarkup(figure, width))}</section>
${file.points.map(names)}
<section><h2>How to read it</h2><ul class="plain">${footnotes(file).map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${file.repeat_command}</code></div></section>
`;
  return renderPage({
    title: `${file.scenario}: tuned timeouts`,
    body: body.html,
    specs: figures
      .flatMap(({ figure }) => figure.specs)
      .filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null))),
    footer: `quorumlab, tune ${file.id}.`,
  });
}

function names({ label, real_names, snippets }: TunePoint): Markup | null {
  if (real_names.length === 0) return null;
  const rows = real_names.map(({ system, setting, value, option, note, source }) => [
    setting,
    value,
    system,
    option,
    note,
    source,
  ]);
  return html`<section><h2>${label}: as real systems call it</h2>
${table(`Settings of ${label} in real systems`, ['setting', 'value', 'system', 'here', 'what differs', 'source'], rows, 'words')}
${snippets.map(({ system, text }) => html`<h3>${system}</h3><pre>${text}</pre>`)}</section>`;
}
