/** `sensitivity.html`: the verdict, a tornado chart and a table for each point, and what the ranges stand for. */
import type { SensitivityFile, SensitivityPoint } from '../../results/sensitivity-file.ts';
import {
  type Axis,
  type ChartSpec,
  type Colour,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
} from '../html/charts/chart-spec.ts';
import { checkedRangeMarkup } from '../html/checked-range.ts';
import { figureMarkup } from '../html/figures.ts';
import { objectiveUnit } from '../html/format.ts';
import { html, type Markup, swatch, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { footnotes } from './table.ts';
import {
  baseWords,
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

const LOW: Colour = 'point-0';
const HIGH: Colour = 'point-1';
const CATEGORIES: Axis = { title: '', scale: 'category', format: 'number', min: null, max: null };

export function renderSensitivityHtml(file: SensitivityFile): string {
  const figures = file.points.map((point, index) => tornado(file, point, index));
  const body = html`<header>
<p class="eyebrow"><b>${file.scenario}</b> · sensitivity to uncertain inputs, by quorumlab${file.quick ? ' · rough answer (--quick)' : ''}</p>
<h1>${file.question === '' ? `What ${measureWords(file)} depends on` : file.question}</h1>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<p class="lead">${scopeWords(file)}</p>
<ol>${sensitivityVerdict(file).map((sentence) => html`<li>${sentence}</li>`)}</ol>
${checkedRangeMarkup(file.points)}</section>
<section class="charts">${figures.map((figure) => figureMarkup(figure, 'full'))}</section>
${inputs(file)}
<section><h2>How to read it</h2><ul class="plain">${footnotes(file).map((line) => html`<li>${line}</li>`)}</ul></section>
<section><h2>Again</h2><div class="command"><code>${file.repeat_command}</code></div></section>
`;
  return renderPage({
    title: `${file.scenario}: sensitivity`,
    body: body.html,
    specs: figures.flatMap(({ specs }) => specs).filter(({ categories }) => categories.length > 0),
    footer: `quorumlab, sensitivity ${file.id}.`,
  });
}

function inputs(file: SensitivityFile): Markup {
  const rows = file.inputs.map(({ title, low, high, why, how_to_measure }) => [
    title,
    rangeText({ low, high }),
    why,
    how_to_measure,
  ]);
  return html`<section><h2>Inputs and their ranges</h2>${table('Inputs', ['input', 'range', 'stands for', 'how to find out'], rows, 'words')}</section>`;
}

/** Bars from the answer with the scenario's own inputs to the answer at each end of a range, the widest on top. */
function tornado(file: SensitivityFile, point: SensitivityPoint, index: number): Figure {
  const drawn = point.base.value === null ? [] : point.effects;
  const legend = [
    swatch(LOW, 'low end of the range'),
    swatch(HIGH, 'high end'),
    html`<span class="tick" aria-hidden="true"></span>${baseWords(file)}`,
  ];
  const rows = point.effects.map((effect) => [
    titleOf(file, effect.input),
    rangeText({ low: effect.low.factor, high: effect.high.factor }),
    valueText(effect.low, file),
    valueText(point.base, file),
    valueText(effect.high, file),
    widthText(effect, file),
    narrowsText(effect),
  ]);
  const left = point.not_varied.map(({ input, why }) => html`<li>Not varied: ${titleOf(file, input)}: ${why}.</li>`);
  return {
    title: point.label,
    lead: `How ${measureWords(file)} moves when one input at a time moves through its range. The longer the bar, the more a measurement of that input is worth.`,
    legend,
    specs: [chartOf(file, { ...point, effects: drawn }, index)],
    table: table(`Sensitivity of ${point.label}`, ['input', ...columnsOf(file)], rows),
    after: left.length === 0 ? null : html`<ul class="plain small">${left}</ul>`,
  };
}

function chartOf(file: SensitivityFile, { label, base, effects }: SensitivityPoint, index: number): ChartSpec {
  const unit = objectiveUnit(file.measure);
  const middle = base.value?.mean ?? 0;
  const end = (side: 'low' | 'high') => effects.map((effect) => effect[side].value?.mean ?? null);
  const all = [middle, ...end('low'), ...end('high')].filter((value) => value !== null);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const step = stepOf(Math.max(most - least, middle * 0.01));
  const from = effects.map(() => middle);
  const texts = effects.map((effect) => `${valueText(effect.low, file)} – ${valueText(effect.high, file)}`);
  // Beside the bar that ends further right.
  const lowIsRight = effects.map(({ low, high }) => (low.value?.mean ?? 0) > (high.value?.mean ?? 0));
  const textsAt = (low: boolean) => texts.map((text, i) => (lowIsRight[i] === low ? text : ''));
  return {
    ...NO_CHART_EXTRAS,
    id: `tornado-${index}`,
    description: `${measureWords(file)} of ${label}: ${effects.map((effect, i) => `${titleOf(file, effect.input)} ${texts[i]}`).join('; ')}.`,
    kind: 'bar',
    horizontal: true,
    categories: effects.map(
      ({ input, low, high }) => `${titleOf(file, input)}\n${rangeText({ low: low.factor, high: high.factor })}`,
    ),
    base: CATEGORIES,
    value: {
      title: `${measureWords(file)}${unit === 'ms' ? ' (ms)' : unit === 'per_s' ? ' (per second)' : ''}`,
      scale: 'linear',
      format: unit === 'share' ? 'share' : 'number',
      min: Math.max(0, Math.floor(least / step - 0.5) * step),
      max: Math.ceil(most / step + 0.5) * step,
    },
    series: [
      { ...NO_SERIES_EXTRAS, label: baseWords(file), colour: 'ink', look: 'tick', values: from },
      { ...NO_SERIES_EXTRAS, label: 'low end', colour: LOW, values: end('low'), from, texts: textsAt(true) },
      { ...NO_SERIES_EXTRAS, label: 'high end', colour: HIGH, values: end('high'), from, texts: textsAt(false) },
    ],
    height: 90 + effects.length * 46,
  };
}

/** A round step (1, 2 or 5 times a power of ten), about a tenth of the span: ends of an axis are whole steps. */
function stepOf(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 10));
  return ([1, 2, 5].find((digit) => digit * power * 10 >= span) ?? 10) * power;
}
