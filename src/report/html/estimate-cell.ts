/** An estimate in a table cell: the value, then its interval, smaller and beside or below it as the width allows. */
import type { Estimate } from '../../results/result-file.ts';
import { formatEstimate, type Unit } from './format.ts';
import { html, type Markup } from './markup.ts';

export function estimateCell(estimate: Estimate | null, unit: Unit): Markup {
  const { value, interval } = formatEstimate(estimate, unit);
  if (interval === null) return html`<span class="value">${value}</span>`;
  return html`<span class="value">${value}</span> <span class="interval">${interval}</span>`;
}
