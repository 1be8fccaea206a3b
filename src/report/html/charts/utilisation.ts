/** How busy each node is, by resource, one chart a point on one scale; the busiest of all names the bottleneck. */
import type { PointResult } from '../../../results/result-file.ts';
import { isSafe, isUnused } from '../../verdict/points.ts';
import { nodeWords, resourceName } from '../../words.ts';
import { formatShare } from '../format.ts';
import { swatch, table } from '../markup.ts';
import { type ChartSpec, COLOURS, type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS, SIDE_BY_SIDE } from './chart-spec.ts';
import { nodeName } from './events.ts';

const RESOURCES = ['thread', 'cores', 'egress', 'ingress', 'disk'] as const;
type Resource = (typeof RESOURCES)[number];
type Row = PointResult['utilisation'][number];

/** Of a larger cluster the busiest nodes are drawn; the table has more of them, result.json all. */
const MOST_NODES = 16;
const MOST_TABLE_ROWS = 50;
/** With more nodes than this in a chart their sites no longer fit below the bars. */
const MOST_NAMED = 8;

export function utilisationFigure(points: readonly PointResult[]): Figure {
  const used = RESOURCES.filter((resource) => {
    return points.some(({ utilisation }) => utilisation.some((row) => row[resource] > 0));
  });
  const shares = points.flatMap(({ utilisation }) =>
    utilisation.flatMap((row) => used.map((resource) => row[resource])),
  );
  const top = roundUp(Math.max(0.01, ...shares));
  return {
    title: 'What the nodes spend',
    lead: points.length <= SIDE_BY_SIDE ? points.flatMap(bottleneckSentence).join(' ') : manySentence(points),
    legend: used.map((resource) => swatch(`resource-${resource}`, resourceName(resource))),
    specs: points
      .slice(0, COLOURS)
      .flatMap((point, index) => (isMeasured(point) ? [chart(point, index, used, top)] : [])),
    table: table(
      points.some(({ utilisation }) => utilisation.length > MOST_TABLE_ROWS)
        ? `Busy share of the ${MOST_TABLE_ROWS} busiest nodes (all are in result.json)`
        : 'Busy share by node',
      ['node', ...used.map((resource) => resourceName(resource))],
      points.flatMap((point) =>
        busiestFirst(point.utilisation, MOST_TABLE_ROWS).map((row) => [
          `${point.label}: ${nodeName(row.node, point)}`,
          ...used.map((resource) => formatShare(row[resource], 2)),
        ]),
      ),
    ),
    after: null,
  };
}

/** The bottleneck in words. A resource that is busy under half the time limits nothing: the time goes elsewhere. */
function bottleneckSentence(point: PointResult): readonly string[] {
  const text = bottleneckText(point);
  if (point.bottleneck === null || text === null || !isSafe(point)) return [];
  const { utilisation } = point.bottleneck;
  if (isUnused(point))
    return [`${point.label} was asked nothing in the measured time: what would limit it is not known.`];
  if (utilisation >= 0.8) return [`${point.label} is limited by ${text}.`];
  if (utilisation >= 0.5) return [`Closest to its limit in ${point.label}: ${text}.`];
  return [`No resource limits ${point.label}; the busiest is ${text}.`];
}

function manySentence(points: readonly PointResult[]): string {
  const share = ({ bottleneck }: PointResult): number => bottleneck?.utilisation ?? 0;
  const [busiest] = points.filter(isMeasured).toSorted((a, b) => share(b) - share(a));
  const drawn = points.length > COLOURS ? ` The first ${COLOURS} points are drawn, the table has all.` : '';
  return `${busiest === undefined ? '' : `Busiest of all points: ${bottleneckSentence(busiest).join('')}`}${drawn}`;
}

/** How busy its nodes are is known and means something. */
function isMeasured(point: PointResult): boolean {
  return isSafe(point) && point.bottleneck !== null;
}

/** `network card (out) of node 1 Singapore, 11% busy`; null where no run finished. */
export function bottleneckText(point: PointResult): string | null {
  if (point.bottleneck === null) return null;
  const { resource, node, utilisation } = point.bottleneck;
  const place = node === null ? ` of ${nodeWords(node)}` : node >= 0 ? ` of node ${nodeName(node, point)}` : '';
  return `${resourceName(resource)}${place}, ${formatShare(utilisation, 2)} busy`;
}

function chart(point: PointResult, index: number, used: readonly Resource[], top: number): ChartSpec {
  const { utilisation } = point;
  const shown = busiestFirst(utilisation, MOST_NODES);
  const nodes = shown.length < utilisation.length ? `the ${MOST_NODES} busiest of ${utilisation.length} nodes` : 'node';
  return {
    ...NO_CHART_EXTRAS,
    id: `utilisation-${index}`,
    title: point.label,
    description: `${point.label}: ${bottleneckText(point)}.`,
    kind: 'bar',
    horizontal: false,
    categories: shown.map(({ node, site }) =>
      shown.length > MOST_NAMED || site === '' ? String(node) : `${node}\n${site}`,
    ),
    base: { title: nodes, scale: 'category', format: 'number', min: null, max: null },
    value: { title: 'busy share', scale: 'linear', format: 'share', min: 0, max: top },
    series: used.map((resource) => ({
      ...NO_SERIES_EXTRAS,
      label: resourceName(resource),
      colour: `resource-${resource}`,
      values: shown.map((row) => row[resource]),
      texts: shown.map((row) =>
        row.node === point.bottleneck?.node && resource === point.bottleneck.resource
          ? formatShare(row[resource], 2)
          : '',
      ),
    })),
    height: 260,
  };
}

/** All nodes in their order where there are few, else the busiest. */
function busiestFirst(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const busiest = (row: Row) => Math.max(...RESOURCES.map((resource) => row[resource]));
  return rows.toSorted((a, b) => busiest(b) - busiest(a) || a.node - b.node).slice(0, most);
}

/** The end of the axis: the next round share with room for the value above the highest bar. */
function roundUp(share: number): number {
  return [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].find((top) => share * 1.08 <= top) ?? 1;
}
