/** `regress.html`: the verdict, what moved, and for each point that is not identical where its time went before and goes now. */
import type { MeasureRow, RegressFile, RegressPoint, RegressScenario } from '../../results/regress-file.ts';
import { type ChartSpec, type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, timeUnit } from '../html/charts/chart-spec.ts';
import { rangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { formatQuantity } from '../html/format.ts';
import { html, type Markup, swatch, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { counted } from '../words.ts';
import { movedRows, ROW_HEAD, rowCells } from './rows.ts';
import { footnotes } from './table.ts';
import { isIdentical, likelySentence, OUTCOME_WORDS, regressRangeLines, STAGE_WORDS } from './words.ts';

const BEFORE = 'ink-soft';
const NOW = 'point-0';

/** One scenario: each has a page beside its data. */
export function renderRegressHtml(file: RegressFile): string {
  const scenario = file.scenarios[0] as RegressScenario;
  const moved = scenario.points.filter((point) => !isIdentical(point));
  const figures = moved.map((point, index) => (point.stages.length === 0 ? null : stagesFigure(point, index)));
  const body = html`<header>
<p class="eyebrow"><b>${scenario.scenario}</b> · compared with a baseline by quorumlab${scenario.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${scenario.question === '' ? `Did ${scenario.scenario} get worse?` : scenario.question}</h1>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<ol>${file.verdict.map((sentence) => html`<li>${sentence}</li>`)}</ol>
<ul class="status"><li class="${file.outcome === 'passed' ? 'good' : 'bad'}">${OUTCOME_WORDS[file.outcome]}</li></ul>
${rangeMarkup(regressRangeLines(file))}</section>
${moved.map((point, index) => pointSection(point, figures[index] ?? null))}
${identicalSection(scenario)}
<section><h2>How to read it</h2><ul class="plain">${readingLines(file, scenario).map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${scenario.repeat_command}</code></div>
<p class="lead small">Where the change is meant, this writes the baseline anew; review its diff.</p>
<div class="command"><code>${scenario.update_command}</code></div></section>
`;
  return renderPage({
    title: `${scenario.scenario}: ${OUTCOME_WORDS[file.outcome]}`,
    body: body.html,
    specs: figures.flatMap((figure) => figure?.specs ?? []),
    footer: `quorumlab, comparison ${scenario.id}.`,
  });
}

function pointSection(point: RegressPoint, figure: Figure | null): Markup {
  const rows = movedRows(point);
  return html`<section><h2>${point.label}</h2>
<p class="lead">${point.digests_same} of ${counted(point.digests, 'run')} identical to the baseline, ${counted(point.measures.length - rows.length, 'measure')} the same. ${likelySentence(point)}</p>
${rows.length === 0 ? null : table(`What moved at ${point.label}`, ROW_HEAD, rows.map(marked))}
${point.violations.map((line) => html`<p class="box bad">${line}</p>`)}
</section>
${figure === null ? null : html`<section class="charts">${figureMarkup(figure, 'full')}</section>`}`;
}

/** The row with its state in colour. */
function marked(row: MeasureRow): readonly (string | Markup)[] {
  const cells = rowCells(row);
  const state = cells.at(-1) as string;
  const colour = {
    regressed: 'bad',
    'perhaps-regressed': 'bad',
    improved: 'good',
    unsure: 'caution',
    moved: 'caution',
    within: '',
    same: '',
  }[row.state];
  return [...cells.slice(0, -1), colour === '' ? state : html`<b class="${colour}">${state}</b>`];
}

function identicalSection({ points }: RegressScenario): Markup | null {
  const labels = points.filter(isIdentical).map(({ label }) => label);
  if (labels.length === 0) return null;
  return html`<section><h2>Identical</h2><p class="lead">Each run gave the baseline's digest, so nothing changed: ${labels.join(', ')}.</p></section>`;
}

function readingLines(file: RegressFile, scenario: RegressScenario): readonly string[] {
  const tolerances = Object.entries(file.tolerances).map(([name, text]) => `${name} ${text}`);
  return [
    scenario.comparison === 'exact'
      ? `The baseline is of the same model version (${file.model_version}): nothing may differ, and any difference is real.`
      : `The baseline is of model version ${scenario.baseline_model_version}, this run of ${file.model_version}: tolerances and a paired test decide.`,
    ...footnotes(file),
    `Tolerances: ${tolerances.join(', ')}.`,
  ];
}

function stagesFigure(point: RegressPoint, index: number): Figure {
  const { stages, label } = point;
  const { divisor, name: unit } = timeUnit(
    Math.max(...stages.map(({ before_ms, after_ms }) => Math.max(before_ms, after_ms))),
  );
  return {
    title: 'Where the time went, and goes now',
    lead: 'Mean time of a transaction in each stage; the stages add up to its mean finality.',
    legend: [swatch(BEFORE, 'baseline'), swatch(NOW, 'now')],
    specs: [chartOf(point, index, divisor, unit)],
    table: table(
      `Stages of ${label}`,
      ['stage', 'baseline', 'now', 'difference'],
      stages.map(({ stage, before_ms, after_ms }) => [
        STAGE_WORDS[stage],
        formatQuantity(before_ms, 'ms'),
        formatQuantity(after_ms, 'ms'),
        formatQuantity(after_ms - before_ms, 'ms'),
      ]),
    ),
    after: null,
  };
}

function chartOf({ stages, label }: RegressPoint, index: number, divisor: number, unit: string): ChartSpec {
  const texts = stages.map(({ before_ms, after_ms }) => [before_ms, after_ms].map((ms) => formatQuantity(ms, 'ms')));
  return {
    ...NO_CHART_EXTRAS,
    id: `stages-${index}`,
    description: `Mean time in each stage of ${label}, baseline and now: ${stages.map(({ stage }, i) => `${stage} ${texts[i]?.join(' and ')}`).join('; ')}.`,
    kind: 'bar',
    horizontal: true,
    categories: stages.map(({ stage }) => STAGE_WORDS[stage].replace(' (', '\n(')),
    base: { title: '', scale: 'category', format: 'number', min: null, max: null },
    value: { title: `mean time (${unit})`, scale: 'linear', format: 'number', min: 0, max: null },
    series: [
      {
        ...NO_SERIES_EXTRAS,
        label: 'baseline',
        colour: BEFORE,
        values: stages.map(({ before_ms }) => before_ms / divisor),
        texts: texts.map(([text]) => text as string),
      },
      {
        ...NO_SERIES_EXTRAS,
        label: 'now',
        colour: NOW,
        values: stages.map(({ after_ms }) => after_ms / divisor),
        texts: texts.map(([, text]) => text as string),
      },
    ],
    height: 90 + stages.length * 56,
  };
}
