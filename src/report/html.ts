/** The report of a result as one HTML page: what stands in it, and in which order. */
import type { ResultFile } from '../results/result-file.ts';
import { figures } from './html/figures.ts';
import { renderPage } from './html/page.ts';
import { comparisonSection } from './html/sections/comparisons.ts';
import { faultTable } from './html/sections/fault-table.ts';
import { keyTable } from './html/sections/key-table.ts';
import { opening } from './html/sections/opening.ts';
import { scenarioSection } from './html/sections/scenario.ts';

/** `report.html`: verdict, numbers, comparisons, charts, faults, scenario. Throws only where Chart.js is not installed. */
export function renderHtml(result: ResultFile): string {
  const drawings = figures(result);
  const body = [
    opening(result),
    keyTable(result.points),
    comparisonSection(result),
    drawings.markup,
    faultTable(result.points),
    scenarioSection(result),
  ].map((part) => part?.html ?? '');
  return renderPage({
    title: `${result.scenario}: quorumlab report`,
    body: body.join(''),
    specs: drawings.specs,
    footer: `quorumlab, result ${result.id}.`,
  });
}
