/** Where the time goes: the mean finality of each point cut into its stages, which add up to it exactly. */
import type { PointResult } from '../../../results/result-file.ts';
import { formatQuantity, formatShare } from '../format.ts';
import { html, swatch, table } from '../markup.ts';
import { type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, pointColour, timeUnit } from './chart-spec.ts';

/** The stages by the name of the step they end with, in words. */
const WORDS: Readonly<Record<string, string>> = {
  received: 'to the node',
  proposed: 'waiting for a batch',
  committed: 'consensus',
  executed: 'execution',
  final: 'replies to the client',
};
const STAGE_COLOURS = 6;

export function stagesFigure(points: readonly PointResult[]): Figure {
  const stages = [...new Set(points.flatMap((point) => point.stages.map(({ stage }) => stage)))];
  const totals = points.map((point) => point.stages.reduce((sum, { mean_ms }) => sum + mean_ms, 0));
  const { divisor, name: unit } = timeUnit(Math.max(0, ...totals));
  const meanOf = (point: PointResult, stage: string) =>
    point.stages.find((row) => row.stage === stage)?.mean_ms ?? null;
  return {
    title: 'Where the time goes',
    lead: sentence(points, totals),
    legend: stages.map((stage, index) => swatch(stageColour(index), wordsOf(stage))),
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: 'stages',
        description: `Mean finality by stage. ${sentence(points, totals)}`,
        kind: 'bar',
        horizontal: true,
        stacked: true,
        categories: points.map(({ label }) => label),
        base: { title: '', scale: 'category', format: 'number', min: null, max: null },
        value: { title: `mean time (${unit})`, scale: 'linear', format: 'number', min: 0, max: null },
        series: stages.map((stage, index) => {
          const means = points.map((point) => meanOf(point, stage));
          return {
            ...NO_SERIES_EXTRAS,
            label: wordsOf(stage),
            colour: stageColour(index),
            values: means.map((mean) => (mean === null ? null : mean / divisor)),
            texts: means.map((mean) => (mean === null ? '' : formatQuantity(mean, 'ms'))),
          };
        }),
        height: 70 + points.length * 52,
      },
    ],
    table: table(
      'Mean time in each stage',
      ['', ...stages.map((stage) => html`${wordsOf(stage)}`), 'together'],
      points.map((point, index) => [
        swatch(pointColour(index), point.label),
        ...stages.map((stage) => {
          const mean = meanOf(point, stage);
          return mean === null
            ? '–'
            : `${formatQuantity(mean, 'ms')} (${formatShare(totals[index]! > 0 ? mean / totals[index]! : 0, 2)})`;
        }),
        formatQuantity(totals[index]!, 'ms'),
      ]),
    ),
    after: null,
  };
}

function sentence(points: readonly PointResult[], totals: readonly number[]): string {
  const parts = points.slice(0, 4).flatMap((point, index) => {
    const [largest] = point.stages.toSorted((a, b) => b.mean_ms - a.mean_ms);
    if (largest === undefined || totals[index] === 0) return [];
    return [
      `${point.label} spends ${Math.round((100 * largest.mean_ms) / totals[index]!)}% of its mean finality on ${phraseOf(largest.stage)}`,
    ];
  });
  const partly = points.filter(({ stages_share }) => stages_share < 0.99);
  const apart =
    partly.length === 0
      ? ''
      : ` Of transactions that went through a block: ${partly.map(({ label, stages_share }) => `${label} ${formatShare(stages_share)}`).join(', ')} of all; reads that are served apart are not among them.`;
  return parts.length === 0 ? 'Mean finality by stage.' : `${parts.join('; ')}.${apart}`;
}

function wordsOf(stage: string): string {
  return WORDS[stage] ?? stage;
}

function phraseOf(stage: string): string {
  if (stage === 'received') return 'the way to the node';
  return stage === 'final' ? 'the replies to the client' : wordsOf(stage);
}

function stageColour(index: number): string {
  return `stage-${index % STAGE_COLOURS}`;
}
