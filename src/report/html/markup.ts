/**
 * The small pieces of HTML the report is made of. `Markup` is text that is already safe to place in the page; everything that
 * comes from a result (labels, questions, notes) passes through `escapeHtml`, by hand or by the `html` tag.
 */

/** HTML that may be placed in the page as it is. */
export interface Markup {
  readonly html: string;
}

type Piece = Markup | string | number | null | readonly Piece[];

/** A template whose strings and numbers are escaped and whose Markup, lists of pieces and nulls (nothing) are placed as they are. */
export function html(fixed: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return { html: fixed.map((text, index) => text + textOf(pieces[index] ?? null)).join('') };
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A table that scrolls sideways by itself on a narrow screen. The first cell of each row heads it. */
export function table(caption: string, head: readonly Piece[], rows: readonly (readonly Piece[])[], kind = ''): Markup {
  const headCells = head.map((cell) => html`<th scope="col">${cell}</th>`);
  const bodyRows = rows.map(([first, ...others]) => {
    const cells = others.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${first ?? null}</th>${cells}</tr>\n`;
  });
  return html`<div class="scroll ${kind}" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${headCells}</tr></thead>
<tbody>
${bodyRows}</tbody></table></div>`;
}

/** A label with the colour that its bars have in every chart. */
export function swatch(colour: string, label: string): Markup {
  return html`<span class="swatch ${colour}" aria-hidden="true"></span>${label}`;
}

/** A label with the colour and dashes that its line has in every chart. */
export function lineSwatch(colour: string, dash: readonly number[], label: string): Markup {
  const line = html`<line x1="1" y1="6" x2="31" y2="6" stroke="currentColor" stroke-width="2.5" stroke-dasharray="${dash.join(' ')}"/>`;
  return html`<svg class="stroke ${colour}" viewBox="0 0 32 12" aria-hidden="true">${line}</svg>${label}`;
}

export function details(summary: string, content: Piece): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

function textOf(piece: Piece): string {
  if (piece === null) return '';
  if (typeof piece === 'string') return escapeHtml(piece);
  if (typeof piece === 'number') return String(piece);
  if ('html' in piece) return piece.html;
  return piece.map(textOf).join('');
}
