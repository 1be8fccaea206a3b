/**
 * A page as one HTML file that opens offline, years later, and proves it: Chart.js, styles and data are inside, and a content
 * security policy that names each script and style by its hash forbids everything else. The same content gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { drawScript } from './browser/draw.ts';
import { numbersScript } from './browser/numbers.ts';
import { pluginsScript } from './browser/plugins.ts';
import { chartLibrary } from './chart-library.ts';
import type { ChartSpec } from './charts/chart-spec.ts';
import { heightCss } from './figures.ts';
import { escapeHtml } from './markup.ts';
import { pageCss } from './style/page.ts';
import { themeCss } from './style/theme.ts';

export interface PageParts {
  readonly title: string;
  /** HTML that is already safe. */
  readonly body: string;
  /** The charts that the body has boxes for. */
  readonly specs: readonly ChartSpec[];
  /** One sentence: what made this. */
  readonly footer: string;
}

/** Throws only where Chart.js is not installed. */
export function renderPage({ title, body, specs, footer }: PageParts): string {
  const scripts = [chartLibrary(), `(() => {'use strict';\n${numbersScript}${pluginsScript}${drawScript}})();\n`].map(
    scriptText,
  );
  const style = themeCss() + pageCss + heightCss(specs);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
<noscript><p class="box caution">The charts need JavaScript; every number is in the tables.</p></noscript>
<footer>${escapeHtml(footer)} This file needs no network.</footer>
</main>
<script type="application/json" id="charts">${jsonText(specs)}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}

/** Nothing is loaded from anywhere; only these scripts run and only this style applies. */
function policy(scripts: readonly string[], style: string): string {
  const allowed = (texts: readonly string[]) => texts.map((text) => `'sha256-${sha256(text)}'`).join(' ');
  return [
    "default-src 'none'",
    `script-src ${allowed(scripts)}`,
    `style-src ${allowed([style])}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** A script must not contain its own end; in JavaScript the escaped form means the same inside strings and patterns. */
function scriptText(source: string): string {
  return source.replace(/<(?=\/script|!--)/gi, '\\x3c');
}

/** JSON that no HTML parser can take for a tag. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
