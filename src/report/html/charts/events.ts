/**
 * What happened during the shown run, made readable: the same mark made by several nodes within moments is one event, and each
 * fault and event carries the number that the timeline shows.
 */
import type { PointResult } from '../../../results/result-file.ts';
import { counted, formatInstant } from '../format.ts';
import { html, type Markup, swatch, table } from '../markup.ts';
import { type Mark, pointColour, SIDE_BY_SIDE } from './chart-spec.ts';

export interface NumberedEvent {
  /** 0: not in the legend. */
  readonly number: number;
  /** A fault that hit several points alike is one event. */
  readonly points: readonly number[];
  readonly kind: 'fault' | 'mark';
  readonly at_ms: number;
  readonly text: string;
  readonly nodes: readonly number[];
  /** How often, where one node did it more than once. */
  readonly times: number;
}

type Draft = { -readonly [Key in keyof NumberedEvent]: NumberedEvent[Key] };

/** Events of one text this close together (a share of the run) are shown as one. */
const TOGETHER = 1 / 60;
/** More events than this cannot be told apart in the picture: the legend lists the first of them and says how many follow. */
const MOST_LISTED = 24;
/** A mark of one name that comes more often than this in one run is routine (checkpoints): a small dot, and one line of text. */
const ROUTINE_FROM = 10;

/** The events of all points in the order of time. Faults are listed first of all; what is routine never is. */
export function numberedEvents(points: readonly PointResult[], durationMs: number): readonly NumberedEvent[] {
  const events = sameFaults(points.flatMap((point, index) => together(point, index, durationMs * TOGETHER)));
  events.sort((a, b) => a.at_ms - b.at_ms || (a.points[0] ?? 0) - (b.points[0] ?? 0));
  const routine = routineNames(events);
  const faults = events.filter(({ kind }) => kind === 'fault');
  const marks = events.filter((event) => event.kind === 'mark' && !routine.has(nameOf(event)));
  const listed = new Set([...faults, ...marks].slice(0, MOST_LISTED));
  let number = 0;
  for (const event of events) if (listed.has(event)) event.number = ++number;
  return events;
}

export function marksOf(events: readonly NumberedEvent[]): readonly Mark[] {
  return events.flatMap(({ at_ms, number, points, kind }) =>
    points.map((lane) => ({ at: at_ms / 1000, number, lane, kind })),
  );
}

/** The legend of the numbers, and a sentence about what has none. */
export function eventTable(events: readonly NumberedEvent[], points: readonly PointResult[]): Markup | null {
  if (events.length === 0) return null;
  const left = leftOut(points);
  const rows = events
    .filter(({ number }) => number > 0)
    .map((event) => [
      event.number,
      formatInstant(event.at_ms),
      event.points.length === points.length && points.length > SIDE_BY_SIDE
        ? 'all'
        : event.points.map((point) => html`<div>${swatch(pointColour(point), points[point]?.label ?? '')}</div>`),
      `${event.kind === 'fault' ? 'fault: ' : ''}${event.text}${event.times > Math.max(1, event.nodes.length) ? ` (${event.times} times)` : ''}`,
      nodesText(event.nodes, points[event.points[0] ?? 0]),
    ]);
  const legend = rows.length === 0 ? null : table('Events', ['', 'at', 'point', 'event', 'node'], rows, 'events');
  return html`${legend}${withoutNumber(events, left === null)}${left}`;
}

function withoutNumber(events: readonly NumberedEvent[], complete: boolean): Markup | null {
  const counts = new Map<string, number>();
  for (const event of events.filter(({ number }) => number === 0)) {
    const name = nameOf(event);
    counts.set(name, (counts.get(name) ?? 0) + event.points.length);
  }
  if (counts.size === 0) return null;
  const list = [...counts].map(([name, count]) => `${name} (${counted(count, 'time')})`).join(', ');
  return html`<p class="lead small">Small dots, not listed: ${list}.${complete ? ' Every event is in result.json.' : ''}</p>`;
}

/** What a run has not kept; null: all is there. */
function leftOut(points: readonly PointResult[]): Markup | null {
  const thinned = points.flatMap(({ label, timeline: { events_left_out: marks } }) =>
    marks.length === 0
      ? []
      : [`${label}: ${marks.map(({ name, count }) => `${name} (${counted(count, 'time')})`).join(', ')}`],
  );
  if (thinned.length === 0) return null;
  return html`<p class="lead small">Left out, here and in result.json, which keep the first 300 marks of a kind (of leaders also the last before each fault and the first behind it): ${thinned.join('; ')}. Recovery is judged by all of them.</p>`;
}

function routineNames(events: readonly NumberedEvent[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const event of events.filter(({ kind }) => kind === 'mark')) {
    const key = `${event.points[0]} ${nameOf(event)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const routine = [...counts].filter(([, count]) => count > ROUTINE_FROM);
  return new Set(routine.map(([key]) => key.slice(key.indexOf(' ') + 1)));
}

/** The words of an event before its numbers: `checkpoint` of `checkpoint 128`. A fault is never routine. */
function nameOf({ kind, text }: NumberedEvent): string {
  if (kind === 'mark' && / leads( \(|$)/.test(text)) return 'new leader';
  return kind === 'fault' ? `fault: ${text}` : (/^\D*[^\d\s]/.exec(text)?.[0] ?? text);
}

/** Events of one point, merged where the same text follows within `window` of the first. */
function together({ timeline }: PointResult, point: number, window: number): Draft[] {
  const merged: Draft[] = [];
  for (const { at_ms, node, kind, text } of timeline.events) {
    const open = merged.find((event) => event.kind === kind && event.text === text && at_ms - event.at_ms <= window);
    if (open === undefined) {
      merged.push({ number: 0, points: [point], kind, at_ms, text, nodes: node < 0 ? [] : [node], times: 1 });
      continue;
    }
    open.times += 1;
    if (node >= 0 && !open.nodes.includes(node)) open.nodes = [...open.nodes, node].sort((a, b) => a - b);
  }
  return merged;
}

/** The same fault at the same instant on the same nodes of several points, as one event. */
function sameFaults(events: readonly Draft[]): Draft[] {
  const merged: Draft[] = [];
  for (const event of events) {
    const same = merged.find(
      ({ kind, at_ms, text, nodes }) =>
        kind === 'fault' &&
        event.kind === 'fault' &&
        at_ms === event.at_ms &&
        text === event.text &&
        nodes.join() === event.nodes.join(),
    );
    if (same === undefined) merged.push(event);
    else same.points = [...same.points, ...event.points];
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
