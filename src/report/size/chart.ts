/** Cost against finality of every candidate that was simulated: what does, what does not, and what the objective allows. */
import type { SimulatedRow, SizeFile } from '../../results/size-file.ts';
import {
  type ChartSpec,
  type Colour,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  type Series,
} from '../html/charts/chart-spec.ts';
import { formatQuantity } from '../html/format.ts';
import { html, swatch, table } from '../html/markup.ts';
import { money } from './words.ts';

const OUTCOMES: readonly {
  readonly outcome: SimulatedRow['outcome'];
  readonly label: string;
  readonly colour: Colour;
  readonly sign: 'disc' | 'ring' | 'cross';
}[] = [
  { outcome: 'does', label: 'gives what is asked for', colour: 'point-0', sign: 'disc' },
  { outcome: 'not followed up', label: 'one short run only, a cheaper one did', colour: 'ink-soft', sign: 'ring' },
  { outcome: 'does not', label: 'does not', colour: 'point-1', sign: 'cross' },
  { outcome: 'undecided', label: 'its runs cannot tell', colour: 'point-2', sign: 'ring' },
];
/** Finality beyond so many times the largest that does stands at the edge. */
const EDGE = 3;

export function costFigure(file: SizeFile): Figure {
  const target = targetOf(file);
  const known = file.simulated.flatMap((row) =>
    row.finality_p99_ms === null ? [] : [{ ...row, p99: row.finality_p99_ms }],
  );
  const does = known.filter(({ outcome }) => outcome === 'does').map(({ p99 }) => p99);
  const most =
    EDGE * Math.max(target ?? 0, ...does, ...(does.length + (target ?? 0) === 0 ? known.map(({ p99 }) => p99) : []));
  const series = OUTCOMES.flatMap(({ outcome, label, colour, sign }): readonly Series[] => {
    const rows = known.filter((row) => row.outcome === outcome);
    if (rows.length === 0) return [];
    return [
      {
        ...NO_SERIES_EXTRAS,
        label,
        colour,
        sign,
        look: 'signs',
        x: rows.map(({ cost_per_month }) => cost_per_month),
        values: rows.map(({ p99 }) => Math.min(p99, most)),
        texts: rows.map(
          (row) => `${row.label}: ${money(row.cost_per_month, file)}, p99 ${formatQuantity(row.p99, 'ms')}`,
        ),
      },
    ];
  });
  return {
    title: 'Cost and finality of what was simulated',
    lead: `One sign a candidate, by what it costs a month and its finality p99 with all nodes up. The dashed line is the limit asked for; a cross below it fails for another reason: it does not keep up, or not after a loss.${most > 0 ? ` Beyond ${formatQuantity(most, 'ms')} signs stand at the edge.` : ''}`,
    legend: OUTCOMES.filter(({ outcome }) => known.some((row) => row.outcome === outcome)).map(
      ({ outcome, label, colour }) =>
        html`${swatch(colour, `${label} (${known.filter((row) => row.outcome === outcome).length})`)}`,
    ),
    specs: [chartOf(file, series, target, most)],
    table: table(
      'Simulated candidates',
      ['candidate', 'a month', 'finality p99', 'outcome'],
      file.simulated.map((row) => [
        row.label,
        money(row.cost_per_month, file),
        row.finality_p99_ms === null ? '–' : formatQuantity(row.finality_p99_ms, 'ms'),
        row.outcome,
      ]),
    ),
    after: null,
  };
}

function chartOf(file: SizeFile, series: readonly Series[], target: number | null, most: number): ChartSpec {
  const costs = series.flatMap(({ x }) => x);
  const room = Math.max(1, 0.05 * (Math.max(...costs) - Math.min(...costs)));
  const [low, high] = costs.length === 0 ? [0, 1] : [Math.min(...costs) - room, Math.max(...costs) + room];
  return {
    ...NO_CHART_EXTRAS,
    id: 'cost',
    description: `Finality p99 against cost a month of ${series.reduce((sum, { x }) => sum + x.length, 0)} candidates; the table has each.`,
    kind: 'line',
    horizontal: false,
    categories: [],
    base: {
      title: `cost a month${file.currency === null ? '' : ` (${file.currency})`}`,
      scale: 'linear',
      format: 'number',
      min: Math.max(0, Math.floor(low / 10) * 10),
      max: Math.ceil(high / 10) * 10,
    },
    value: { title: 'finality p99 (ms)', scale: 'linear', format: 'number', min: 0, max: most === 0 ? null : most },
    series,
    guides: target === null ? [] : [{ at: target, label: 'limit' }],
    height: 380,
  };
}

/** ms; null where no finality p99 is asked for. */
function targetOf({ asked }: SizeFile): number | null {
  return asked.objectives.find(({ measure }) => measure === 'finality_p99')?.limit ?? null;
}
