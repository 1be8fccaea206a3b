/** The charts of a report in their order, and the HTML around them: title, one sentence, legend, drawing, the same as a table. */
import type { PointResult, ResultFile } from '../../results/result-file.ts';
import { kindLine } from '../run-words.ts';
import { isSafe, some } from '../verdict/points.ts';
import type { ChartSpec, Figure } from './charts/chart-spec.ts';
import { finalityFigure, throughputFigure } from './charts/comparison.ts';
import { distributionFigure } from './charts/distribution.ts';
import { messagesFigure } from './charts/messages.ts';
import { stagesFigure } from './charts/stages.ts';
import { timelineFigure } from './charts/timeline.ts';
import { utilisationFigure } from './charts/utilisation.ts';
import { warmUpFigure } from './charts/warm-up.ts';
import { details, html, type Markup } from './markup.ts';

/** A figure's place on a wide screen: half the width, or all of it with its charts below or beside each other. */
type Width = 'half' | 'full' | 'full side';

export interface Figures {
  readonly markup: Markup;
  /** What the browser draws: only charts that have something to draw. */
  readonly specs: readonly ChartSpec[];
}

export function figures(result: ResultFile): Figures {
  const { points: all, duration_ms } = result;
  const unsafe = all.filter((point) => !isSafe(point)).map(({ label }) => label);
  const points = all.map((point) => (isSafe(point) ? point : withoutFigures(point)));
  const left = unsafe.length === 0 ? '' : ` Left out: ${some(unsafe)}, which violated safety.`;
  const until = unsafe.length === 0 ? '' : ` ${some(unsafe)} violated safety: only what happened is drawn.`;
  const measured = (figure: Figure): Figure => ({ ...figure, lead: `${figure.lead}${left}` });
  const timeline = timelineFigure(points, duration_ms);
  const placed: readonly (readonly [Figure, Width])[] = [
    [measured(throughputFigure(points)), 'half'],
    [measured(finalityFigure(points)), 'half'],
    [measured(distributionFigure(points)), 'full'],
    [{ ...timeline, lead: `${timeline.lead}${until}` }, 'full'],
    [measured(stagesFigure(points)), 'half'],
    [measured(messagesFigure(points)), 'half'],
    [measured(utilisationFigure(points)), 'full side'],
    [measured(warmUpFigure(points, duration_ms, kindLine(result))), 'full'],
  ];
  return {
    markup: html`<section class="charts">${placed.map(([figure, width]) => figureMarkup(figure, width))}</section>\n`,
    specs: placed.flatMap(([figure]) => figure.specs).filter(hasData),
  };
}

/** Nothing can be relied on of a point that broke its promise, so nothing of it is drawn but its events; its colour stays its own. */
function withoutFigures(point: PointResult): PointResult {
  const { timeline, estimates } = point;
  return {
    ...point,
    estimates: Object.fromEntries(Object.keys(estimates).map((name) => [name, null])) as PointResult['estimates'],
    stages: [],
    cdf: [],
    utilisation: [],
    messages: [],
    warmup_series: { from_ms: [], to_ms: [], finality_mean_ms: [], final_per_s: [] },
    timeline: { ...timeline, at_ms: [], offered_per_s: [], final_per_s: [], latency_mean_ms: [], latency_max_ms: [] },
  };
}

/** The sizes of the boxes, one class each: the security policy forbids style attributes. */
export function heightCss(specs: readonly ChartSpec[]): string {
  return specs.map(({ id, height }) => `#box-${id}{height:${height}px}`).join('\n');
}

export function figureMarkup({ title, lead, legend, specs, table, after }: Figure, width: Width): Markup {
  const place = width === 'half' ? 'half' : 'full';
  const panels = width === 'full side' && specs.length > 1 ? 'panels side' : 'panels';
  return html`<figure class="${place}"><figcaption><h2>${title}</h2><p class="lead">${lead}</p></figcaption>
<ul class="legend">${legend.map((item) => html`<li>${item}</li>`)}</ul>
<div class="${panels}">${specs.map(plot)}</div>
${after}${details('The same as a table', table)}
</figure>
`;
}

function plot(spec: ChartSpec): Markup {
  const heading = spec.title === '' ? null : html`<h3>${spec.title}</h3>`;
  const drawing = html`<canvas id="chart-${spec.id}" role="img" aria-label="${spec.description}"></canvas>`;
  const box = hasData(spec)
    ? html`<div class="plot" id="box-${spec.id}">${drawing}</div>`
    : html`<div class="plot"><p>Nothing was measured, so there is nothing to draw.</p></div>`;
  return html`<div class="panel">${heading}${box}</div>`;
}

function hasData({ series }: ChartSpec): boolean {
  return series.some(({ values }) => values.some((value) => value !== null));
}
