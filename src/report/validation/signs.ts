/** How rows that hold, are shown only, or are missed differ in drawings: by colour and by sign; and a row's error in its tolerance. */
import type { ComparisonResult } from '../../validation/target.ts';
import type { Series } from '../html/charts/chart-spec.ts';
import { html, type Markup } from '../html/markup.ts';
import { allowed, type Outcome, outcomeOf, rowText } from './words.ts';

export const OUTCOMES: readonly (Pick<Series, 'label' | 'colour'> & {
  readonly outcome: Outcome;
  readonly sign: 'disc' | 'ring' | 'cross';
})[] = [
  { outcome: 'pass', label: 'judged, holds', colour: 'point-0', sign: 'disc' },
  { outcome: 'shown', label: 'shown, not judged', colour: 'ink-soft', sign: 'ring' },
  { outcome: 'FAIL', label: 'judged, missed', colour: 'bad', sign: 'cross' },
];

/** A sign as it stands in the chart, for legends and tables. */
export function signMarkup(
  sign: 'disc' | 'ring' | 'cross',
  colour = { disc: 'point-0', ring: 'ink-soft', cross: 'bad-sign' }[sign],
): Markup {
  return html`<svg class="sign ${colour}" viewBox="0 0 12 12" aria-hidden="true">${shape(sign, 6, 6)}</svg>`;
}

function shape(sign: 'disc' | 'ring' | 'cross', x: number, y: number): Markup {
  if (sign === 'cross')
    return html`<path d="M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}" stroke="currentColor" stroke-width="2.5" fill="none"/>`;
  const fill = sign === 'disc' ? 'currentColor' : 'none';
  return html`<circle cx="${x}" cy="${y}" r="4" fill="${fill}" stroke="currentColor" stroke-width="1.5"/>`;
}

const WIDTH = 160;
/** The tolerance fills the middle half. */
const HALF = WIDTH / 4;

/** Where a prediction lies in its tolerance: the band is what is allowed, its stroke the real value, the bar the error. */
export function errorBar(comparison: ComparisonResult): Markup {
  const { low, high } = allowed(comparison);
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  const place = (value: number) => {
    const at = half > 0 ? (value - middle) / half : value === middle ? 0 : Math.sign(value - middle) * 9;
    return Math.round(WIDTH / 2 + Math.max(-1.9, Math.min(1.9, at)) * HALF);
  };
  const { sign, colour } = OUTCOMES.find(
    ({ outcome }) => outcome === outcomeOf(comparison),
  ) as (typeof OUTCOMES)[number];
  const real = place(comparison.statistic ? high : comparison.real);
  const predicted = place(comparison.predicted);
  const error = Number.isFinite(predicted)
    ? html`<line x1="${real}" x2="${predicted}" y1="10" y2="10" stroke="currentColor" stroke-width="2"/>${shape(sign, predicted, 10)}`
    : null;
  return html`<svg class="error ${colour === 'bad' ? 'bad-sign' : colour}" viewBox="0 0 ${WIDTH} 20" role="img" aria-label="${rowText(comparison)}"><rect class="band" x="${WIDTH / 2 - HALF}" y="3" width="${2 * HALF}" height="14" rx="2"/><line class="real" x1="${real}" x2="${real}" y1="1" y2="19"/>${error}</svg>`;
}
