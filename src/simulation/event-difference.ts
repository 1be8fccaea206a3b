/**
 * Where two runs of one specification part, event by event: both are run again with every event of their digests recorded. Exact,
 * where first-difference.ts can only compare what results keep.
 */
import { type DigestEvent, EventClass } from '../kernel/run-digest.ts';
import type { RunSpec } from './run-spec.ts';
import { type SimulateOptions, simulate } from './simulate.ts';

const EVENT_NAMES = new Map<number, string>(Object.entries(EventClass).map(([name, kind]) => [kind, name]));

/**
 * The first event by (time, island, kind, content) that the kernel `one` and the kernel `other` do not share, as a sentence; null
 * where all are the same.
 */
export function differingEvent(
  spec: RunSpec,
  one: SimulateOptions['kernel'] = 'islands',
  other: SimulateOptions['kernel'] = 'reference',
): string | null {
  const [a, b] = [eventsOf(spec, one), eventsOf(spec, other)];
  const i = a.findIndex((event, at) => b[at] === undefined || inOrder(event, b[at]) !== 0);
  const place = i < 0 ? a.length : i;
  if (place === a.length && place === b.length) return null;
  return `event ${place + 1} of ${a.length} and ${b.length} differs: ${one} has ${text(a[place])}, ${other} has ${text(b[place])}`;
}

function eventsOf(spec: RunSpec, kernel: SimulateOptions['kernel']): DigestEvent[] {
  const events: DigestEvent[] = [];
  simulate(spec, kernel === undefined ? { events } : { kernel, events });
  return events.sort(inOrder);
}

function inOrder(a: DigestEvent, b: DigestEvent): number {
  return a.at - b.at || a.island - b.island || a.kind - b.kind || a.content - b.content;
}

function text(event: DigestEvent | undefined): string {
  if (event === undefined) return 'nothing more';
  const content = (event.content >>> 0).toString(16).padStart(8, '0');
  return `the ${EVENT_NAMES.get(event.kind)} ${content} on island ${event.island} at ${event.at} ns`;
}
