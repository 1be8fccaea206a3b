/**
 * What happened during the shown run, made readable: the same mark made by several nodes within moments is one event, and each
 * fault and event carries the number that the timeline shows.
 */
import type { PointResult } from '../../../results/result-file.ts';
import { counted, formatInstant } from '../format.ts';
import { type Markup, swatch, table } from '../markup.ts';
import { type Mark, pointColour } from './chart-spec.ts';

export interface NumberedEvent {
  readonly number: number;
  readonly point: number;
  readonly kind: 'fault' | 'mark';
  readonly at_ms: number;
  readonly text: string;
  readonly nodes: readonly number[];
  /** How often, where one node did it more than once. */
  readonly times: number;
}

/** Events of one text this close together (a share of the run) are shown as one. */
const TOGETHER = 1 / 60;
/** More events than this cannot be told apart in the picture: the legend lists the first of them and says how many follow. */
export const MOST_LISTED = 24;

/** The events of all points in the order of time; what follows the listed ones has number 0. */
export function numberedEvents(points: readonly PointResult[], durationMs: number): readonly NumberedEvent[] {
  const events = points.flatMap((point, index) => together(point, index, durationMs * TOGETHER));
  events.sort((a, b) => a.at_ms - b.at_ms || a.point - b.point);
  return events.map((event, index) => ({ ...event, number: index < MOST_LISTED ? index + 1 : 0 }));
}

export function marksOf(events: readonly NumberedEvent[]): readonly Mark[] {
  return events.map(({ at_ms, number, point, kind }) => ({ at: at_ms / 1000, number, lane: point, kind }));
}

export function eventTable(events: readonly NumberedEvent[], points: readonly PointResult[]): Markup | null {
  if (events.length === 0) return null;
  const rows = events
    .slice(0, MOST_LISTED)
    .map((event) => [
      event.number,
      formatInstant(event.at_ms),
      swatch(pointColour(event.point), points[event.point]?.label ?? ''),
      event.kind === 'fault'
        ? `fault: ${event.text}`
        : event.times > event.nodes.length
          ? `${event.text} (${event.times} times)`
          : event.text,
      nodesText(event.nodes, points[event.point]),
    ]);
  const more = events.length - MOST_LISTED;
  const caption =
    more > 0 ? `The first ${MOST_LISTED} events; ${counted(more, 'more')} in result.json` : 'Events of the shown run';
  return table(caption.replace('mores', 'more'), ['', 'at', 'point', 'event', 'node'], rows, 'events');
}

/** Events of one point, merged where the same text follows within `window` of the first. */
function together({ timeline }: PointResult, point: number, window: number): NumberedEvent[] {
  const merged: { -readonly [Key in keyof NumberedEvent]: NumberedEvent[Key] }[] = [];
  for (const { at_ms, node, kind, text } of timeline.events) {
    const open = merged.find((event) => event.kind === kind && event.text === text && at_ms - event.at_ms <= window);
    if (open === undefined) {
      merged.push({ number: 0, point, kind, at_ms, text, nodes: node < 0 ? [] : [node], times: 1 });
      continue;
    }
    open.times += 1;
    if (node >= 0 && !open.nodes.includes(node)) open.nodes = [...open.nodes, node].sort((a, b) => a - b);
  }
  return merged;
}

function nodesText(nodes: readonly number[], point: PointResult | undefined): string {
  if (nodes.length === 0) return 'all';
  if (nodes.length > 6) return counted(nodes.length, 'node');
  return nodes.map((node) => nodeName(node, point)).join(', ');
}

/** `1 Singapore`, or the bare number where the site is not known. */
export function nodeName(node: number, point: PointResult | undefined): string {
  const site = point?.utilisation.find((row) => row.node === node)?.site;
  return site === undefined || site === '' ? String(node) : `${node} ${site}`;
}
