/** `validation.html`: what was held against reality, how well, and as prominently what was not; opens without a network. */
import { MODEL_VERSION } from '../../simulation/model-version.ts';
import { rangeInWords } from '../../validation/checked-range.ts';
import { checkedRanges } from '../../validation/checked-ranges.ts';
import { openReference } from '../../validation/reference.ts';
import { targets } from '../../validation/registry.ts';
import type { TargetResult } from '../../validation/validate.ts';
import { figureMarkup } from '../html/figures.ts';
import { details, html, type Markup, table } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { distributionsFigure } from './distributions.ts';
import { limits, NOT_COMPARED, notReproduced } from './not-validated.ts';
import { scatterFigure } from './scatter.ts';
import { errorBar } from './signs.ts';
import {
  accountingOf,
  chanceText,
  constantsOf,
  countsOf,
  errorText,
  nearestMiss,
  outcomeOf,
  predictionsOf,
  rowText,
  toleranceOf,
  valueText,
} from './words.ts';

export function renderValidationHtml(results: readonly TargetResult[], about: { readonly small: boolean }): string {
  const figures = [scatterFigure(results), distributionsFigure(results)].filter((figure) => figure !== null);
  const body = html`<header>
<p class="eyebrow"><b>validation</b> · quorumlab, model version ${MODEL_VERSION}${about.small ? ' · small setting: fewer and shorter runs than the whole suite, and so many standard errors of each sample added to its tolerance' : ''}</p>
<h1>Do the predictions match reality?</h1>
</header>
${verdict(results)}
${scope(results)}
<section class="charts">${figures.map((figure) => figureMarkup(figure, 'full side'))}</section>
${glance(results)}
${everything(results)}
`;
  return renderPage({
    title: `quorumlab: validation of model version ${MODEL_VERSION}`,
    body: body.html,
    specs: figures.flatMap(({ specs }) => specs),
    footer: `quorumlab validate, model version ${MODEL_VERSION}.`,
  });
}

function verdict(results: readonly TargetResult[]): Markup {
  const { judged, held, shown, targets: count } = countsOf(results);
  const missed = results.flatMap(({ comparisons }) => comparisons).filter((one) => outcomeOf(one) === 'FAIL');
  const worst = nearestMiss(results);
  const constants = constantsOf(results);
  const sentences = [
    `${held} of ${judged} predictions hold within their tolerance, over ${count} ${count === 1 ? 'target' : 'targets'}.`,
    ...(worst === null || missed.length > 0 ? [] : [`Closest to its tolerance: ${rowText(worst)}.`]),
    constants.length === 0
      ? 'No constant was fitted.'
      : `${constants.length} free ${constants.length === 1 ? 'constant was' : 'constants were'} used, each with one value for all its rows: ${constants.map(({ constant }) => constant).join('; ')}.`,
  ];
  return html`<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<ol>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ol>
<ul class="status">${missed.length === 0 ? html`<li class="good">✓ All ${judged} judged predictions hold</li>` : missed.map((one) => html`<li class="bad">✗ missed: ${rowText(one)}</li>`)}
${shown === 0 ? null : html`<li class="open">? ${shown} shown, not judged</li>`}</ul></section>`;
}

/** Side by side and equal in weight: what was checked, and what was not. */
function scope(results: readonly TargetResult[]): Markup {
  const missing = notReproduced(openReference(), targets);
  const shown = results.flatMap(({ comparisons }) => comparisons).filter(({ ungated }) => ungated !== null);
  return html`<section class="scope"><div><h2>Checked against real systems</h2>
<ul class="plain">${checkedRanges.map((range) => html`<li><b>${range.system}</b> (${range.origin}): ${rangeInWords(range)}.</li>`)}</ul>
<p class="small lead">Each end was checked, not every combination. All other rows are closed forms and other simulators: they check the program, not the world.</p></div>
<div><h2>What is not validated</h2>
<ul class="plain">${NOT_COMPARED.map((one) => html`<li>${one}</li>`)}${shown.map((row) => html`<li>Shown only: ${rowText(row)}: ${row.ungated}.</li>`)}${missing.map((one) => html`<li>No target yet: ${one}.</li>`)}</ul>
${details('Where the figures say less than they seem to', html`<ul class="plain">${limits(results, openReference()).map((one) => html`<li>${one}</li>`)}</ul>`)}</div></section>`;
}

function glance(results: readonly TargetResult[]): Markup {
  const rows = predictionsOf(results).map((result) => {
    const { target, comparisons } = result;
    const judged = comparisons.filter(({ ungated }) => ungated === null);
    const worst = nearestMiss([result]);
    return [
      html`<a href="#${target.id}">${target.id}</a>`,
      target.summary,
      judged.length === comparisons.length ? judged.length : `${judged.length} of ${comparisons.length}`,
      worst === null ? '–' : errorText(worst) || valueText(worst.predicted, worst.unit),
      worst === null ? '–' : toleranceOf(worst),
      target.constants.length === 0 ? 'none' : target.constants.join('; '),
      judged.every(({ holds }) => holds) ? 'pass' : html`<b class="bad">missed</b>`,
    ];
  });
  return html`<section><h2>At a glance</h2><p class="lead">The worst error is that of the judged row that uses most of its tolerance.</p>
${table('Targets', ['target', 'what', 'rows judged', 'worst error', 'tolerance', 'free constants', ''], rows, 'words glance')}</section>`;
}

function everything(results: readonly TargetResult[]): Markup {
  return html`<section><h2>Every prediction</h2>
<p class="lead">The shaded band is what the tolerance allows, the stroke in it the real value, and the bar from there the error; a cross is a miss, a ring is shown and not judged. What leaves the drawing stands at its edge.</p>
${predictionsOf(results).map(targetMarkup)}</section>
${accounting(results)}`;
}

function accounting(results: readonly TargetResult[]): Markup | null {
  const checks = accountingOf(results);
  if (checks.length === 0) return null;
  return html`<section><h2>Accounting checks</h2>
<p class="lead">They show only that published figures fit together: no model could miss them, and they count as no prediction.</p>
${checks.map(targetMarkup)}</section>`;
}

function targetMarkup({ target, comparisons, runs, tookMs }: TargetResult): Markup {
  const rows = comparisons.map((one) => [
    one.row,
    valueText(one.predicted, one.unit),
    one.statistic ? '–' : valueText(one.real, one.unit),
    errorText(one) || '–',
    chanceText(one) || '–',
    toleranceOf(one),
    errorBar(one),
    outcomeOf(one) === 'FAIL' ? html`<b class="bad">FAIL</b>` : outcomeOf(one),
  ]);
  const constants = target.constants.length === 0 ? 'none' : target.constants.join('; ');
  return html`<h3 id="${target.id}">${target.id}: ${target.summary}</h3>
<p class="lead small">Source: ${target.source}. Scenario: <code>scenarios/validation/${target.scenario}.yaml</code>, ${runs} ${runs === 1 ? 'run' : 'runs'} in ${(tookMs / 1000).toFixed(1)} s of processor time. Free constants: ${constants}.</p>
${table(target.summary, ['what', 'predicted', 'real', 'error', 'by chance', 'tolerance', 'error in its tolerance', ''], rows, 'predictions')}`;
}
