// The report in a real browser without a network: every chart draws in both themes and widths, nothing is asked of a network,
// the console stays empty. Skipped, with its reason, where there is no Chromium; with CI=true that is a failure.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { renderValidationHtml } from '../../src/report/validation/html.ts';
import { sampleResult } from '../support/sample-result.ts';
import { sampleValidation } from '../support/sample-validation.ts';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
const noChromium = 'no Chromium: install it, or name it in CHROMIUM_PATH';
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-report-'));
let browser: Browser | undefined;

beforeAll(async () => {
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: flags });
  else if (process.env.CI === 'true') throw new Error(noChromium);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('report.html in Chromium', () => {
  const views = [
    ['light', 1400],
    ['dark', 1400],
    ['light', 400],
    ['dark', 400],
  ] as const;

  test.for(views)(
    'draws every chart in the %s theme at %d pixels, asks for nothing and says nothing',
    async ([colorScheme, width], context) => {
      context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
      await opened(
        renderHtml(sampleResult()),
        { colorScheme, viewport: { width, height: 900 } },
        async (page, seen) => {
          expect(await stateOf(page)).toEqual({ attribute: 'drawn', charts: 10, drawn: 10, errors: [] });
          const drawings = await drawingsOf(page);
          expect(drawings).toHaveLength(10);
          for (const { id, ink, missing } of drawings) {
            expect(ink, `painted pixels of ${id}`).toBeGreaterThan(2000);
            expect(missing, `series of ${id} whose colour is not in the picture`).toEqual([]);
          }
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
          expect(seen).toEqual({ requests: [], console: [] });
        },
      );
    },
  );

  test('draws anew in the other colours when the theme changes', async (context) => {
    context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
    await opened(renderHtml(sampleResult()), { colorScheme: 'light' }, async (page, seen) => {
      const picture = "document.getElementById('chart-finality').toDataURL()";
      const light = await page.evaluate(picture);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(() => page.evaluate(picture).then((now) => now !== light)).toBe(true);
      expect((await drawingsOf(page)).flatMap(({ missing }) => missing)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await expect.poll(() => page.evaluate(picture).then((now) => now === light)).toBe(true);
      expect(seen.console).toEqual([]);
    });
  });

  test('prints from the dark theme on white', async (context) => {
    context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
    await opened(renderHtml(sampleResult()), { colorScheme: 'dark' }, async (page) => {
      const ink = "getComputedStyle(document.documentElement).getPropertyValue('--ink')";
      const onScreen = await page.evaluate(ink);
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      expect(await page.evaluate(ink)).not.toBe(onScreen);
      expect((await drawingsOf(page)).flatMap(({ missing }) => missing)).toEqual([]);
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      expect(await page.evaluate(ink)).toBe(onScreen);
    });
  });

  test('says which chart could not be drawn, and draws the others', async (context) => {
    context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
    const broken = renderHtml(sampleResult()).replace('"scale":"logarithmic"', '"scale":"no-such-scale"');
    await opened(broken, {}, async (page) => {
      const { attribute, drawn, errors } = await stateOf(page);
      expect({ attribute, drawn }).toEqual({ attribute: 'failed', drawn: 9 });
      expect(errors).toEqual([expect.stringContaining('distribution: ')]);
    });
  });

  test('does not run a script that was changed', async (context) => {
    context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
    const changed = renderHtml(sampleResult()).replace('const specs =', 'const  specs =');
    await opened(changed, {}, async (page, seen) => {
      expect(await page.evaluate('document.documentElement.dataset.charts ?? null')).toBeNull();
      expect(seen.console.join()).toContain('Content Security Policy');
    });
  });
});

describe('validation.html in Chromium', () => {
  const views = [
    ['light', 1300],
    ['dark', 1300],
    ['light', 400],
  ] as const;

  test.for(views)(
    'draws signs, errors and distributions in the %s theme at %d pixels, asks for nothing and says nothing',
    async ([colorScheme, width], context) => {
      context.skip(browser === undefined, 'no Chromium: install it, or name it in CHROMIUM_PATH');
      const page = renderValidationHtml(sampleValidation(), { small: false });
      await opened(page, { colorScheme, viewport: { width, height: 900 } }, async (page, seen) => {
        expect(await stateOf(page)).toEqual({ attribute: 'drawn', charts: 4, drawn: 4, errors: [] });
        const drawings = await drawingsOf(page);
        expect(drawings.map(({ id }) => id)).toEqual(['chart-scatter', 'chart-errors', 'chart-cdf-0', 'chart-cdf-1']);
        for (const { id, ink, missing } of drawings) {
          expect(ink, `painted pixels of ${id}`).toBeGreaterThan(1000);
          expect(missing, `series of ${id} whose colour is not in the picture`).toEqual([]);
        }
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await page.evaluate("document.querySelectorAll('svg.error').length")).toBe(8);
        expect(seen).toEqual({ requests: [], console: [] });
      });
    },
  );
});

interface Seen {
  /** Addresses asked for, other than the file itself. */
  readonly requests: string[];
  readonly console: string[];
}

/** Opens the page from a file with the network cut off, and closes it after the visit. */
async function opened(
  html: string,
  options: BrowserContextOptions,
  visit: (page: Page, seen: Seen) => Promise<void>,
): Promise<void> {
  const path = join(folder, 'report.html');
  writeFileSync(path, html);
  const address = pathToFileURL(path).href;
  const context = await browser!.newContext(options);
  try {
    await context.setOffline(true);
    const seen: Seen = { requests: [], console: [] };
    await context.route('**', (route) => (route.request().url() === address ? route.continue() : route.abort()));
    const page = await context.newPage();
    page.on('request', (request) => {
      if (request.url() !== address) seen.requests.push(request.url());
    });
    page.on('console', (message) => seen.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => seen.console.push(`error: ${error.message}`));
    await page.goto(address);
    await visit(page, seen);
  } finally {
    await context.close();
  }
}

interface ReportState {
  readonly attribute: string;
  readonly charts: number;
  readonly drawn: number;
  readonly errors: readonly string[];
}

async function stateOf(page: Page): Promise<ReportState> {
  return page.evaluate('({ attribute: document.documentElement.dataset.charts, ...window.quorumlab })');
}

/** For each canvas: how many pixels are painted, and which series have no pixel of their colour (within what blending changes). */
async function drawingsOf(page: Page): Promise<readonly { id: string; ink: number; missing: readonly string[] }[]> {
  return page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const painted = new Map();
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue;
      ink += 1;
      if (data[at + 3] === 255) painted.set((data[at] << 16) | (data[at + 1] << 8) | data[at + 2], true);
    }
    const near = (colour) => [...painted.keys()].some((other) => [16, 8, 0].every((shift) => Math.abs(((colour >> shift) & 255) - ((other >> shift) & 255)) < 12));
    const style = getComputedStyle(document.documentElement);
    const spec = JSON.parse(document.getElementById('charts').textContent).find(({ id }) => 'chart-' + id === canvas.id);
    const missing = spec.series.filter(({ look }) => look === 'plain' || look === 'signs').flatMap(({ label, colour, colours }) =>
      (colours.length > 0 ? colours : [colour])
        .filter((name) => !near(Number.parseInt(style.getPropertyValue('--' + name).trim().slice(1), 16)))
        .map((name) => label + ' ' + name));
    return { id: canvas.id, ink, missing };
  })`);
}
