/** The lines of a page that say in which range checked against real systems its points lie: every page of a command has them here. */
import { checkedRangeLines, type RangedPoint } from '../checked-range.ts';
import { html, type Markup } from './markup.ts';

export function checkedRangeMarkup(points: readonly RangedPoint[]): Markup {
  return rangeMarkup(checkedRangeLines(points));
}

/** Of lines that a report words further. */
export function rangeMarkup(lines: readonly string[]): Markup {
  return html`${lines.map((line) => html`<p class="lead range">${line}</p>`)}`;
}
