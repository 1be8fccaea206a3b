/** How busy each node is, by resource, one chart a point on one scale; the busiest of all names the bottleneck. */
import type { PointResult } from '../../../results/result-file.ts';
import { formatShare } from '../format.ts';
import { swatch, table } from '../markup.ts';
import { type ChartSpec, type Figure, NO_CHART_EXTRAS, NO_SERIES_EXTRAS } from './chart-spec.ts';
import { nodeName } from './events.ts';

const RESOURCES = {
  thread: 'protocol thread',
  cores: 'cores',
  egress: 'network out',
  ingress: 'network in',
  disk: 'disk',
} as const;
type Resource = keyof typeof RESOURCES;
/** Of a larger cluster the busiest nodes are drawn; the table below has them all. */
const MOST_NODES = 16;

export function utilisationFigure(points: readonly PointResult[]): Figure {
  const used = (Object.keys(RESOURCES) as Resource[]).filter((resource) => {
    return points.some(({ utilisation }) => utilisation.some((row) => row[resource] > 0));
  });
  const shares = points.flatMap(({ utilisation }) =>
    utilisation.flatMap((row) => used.map((resource) => row[resource])),
  );
  const top = roundUp(Math.max(0.01, ...shares));
  return {
    title: 'What the nodes spend',
    lead: points.slice(0, 6).map(bottleneckSentence).join(' '),
    legend: used.map((resource) => swatch(`resource-${resource}`, RESOURCES[resource])),
    specs: points.map((point, index) => chart(point, index, used, top)),
    table: table(
      'Busy share by node',
      ['node', ...used.map((resource) => RESOURCES[resource])],
      points.flatMap((point) =>
        point.utilisation.map((row) => [
          `${point.label}: ${nodeName(row.node, point)}`,
          ...used.map((resource) => formatShare(row[resource])),
        ]),
      ),
    ),
    after: null,
  };
}

/** The bottleneck in words. A resource that is busy under half the time limits nothing: the time goes elsewhere. */
export function bottleneckSentence(point: PointResult): string {
  const { utilisation } = point.bottleneck;
  if (utilisation >= 0.8) return `${point.label} is limited by ${bottleneckText(point)}.`;
  if (utilisation >= 0.5) return `Closest to its limit in ${point.label}: ${bottleneckText(point)}.`;
  return `No resource limits ${point.label}; the busiest is ${bottleneckText(point)}.`;
}

/** `network out of node 1 Singapore, 11.4% busy`. */
export function bottleneckText(point: PointResult): string {
  const { resource, node, utilisation } = point.bottleneck;
  const name = Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource as Resource] : resource;
  const place = node >= 0 ? ` of node ${nodeName(node, point)}` : '';
  return `${name}${place}, ${formatShare(utilisation)} busy`;
}

function chart(point: PointResult, index: number, used: readonly Resource[], top: number): ChartSpec {
  const busiest = (row: PointResult['utilisation'][number]) => Math.max(...used.map((resource) => row[resource]));
  const { utilisation } = point;
  const shown =
    utilisation.length <= MOST_NODES
      ? utilisation
      : utilisation.toSorted((a, b) => busiest(b) - busiest(a) || a.node - b.node).slice(0, MOST_NODES);
  const nodes = shown.length < utilisation.length ? `the ${MOST_NODES} busiest of ${utilisation.length} nodes` : 'node';
  return {
    ...NO_CHART_EXTRAS,
    id: `utilisation-${index}`,
    description: `${point.label}: ${bottleneckText(point)}.`,
    kind: 'bar',
    horizontal: false,
    categories: shown.map((row) => nodeName(row.node, point)),
    base: { title: `${point.label}: ${nodes}`, scale: 'category', format: 'number', min: null, max: null },
    value: { title: index === 0 ? 'busy share' : '', scale: 'linear', format: 'share', min: 0, max: top },
    series: used.map((resource) => ({
      ...NO_SERIES_EXTRAS,
      label: RESOURCES[resource],
      colour: `resource-${resource}`,
      values: shown.map((row) => row[resource]),
      texts: shown.map((row) =>
        row.node === point.bottleneck.node && resource === point.bottleneck.resource ? formatShare(row[resource]) : '',
      ),
    })),
    height: 260,
  };
}

/** The next of 1, 2, 5, 10, 20, 50 and 100 %, so that charts of one report share a round axis. */
function roundUp(share: number): number {
  return [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].find((top) => share * 1.08 <= top) ?? 1;
}
