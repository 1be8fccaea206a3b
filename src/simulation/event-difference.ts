/**
 * Where two runs of one specification part, event by event: both are run again with every event of their digests recorded. Exact,
 * where first-difference.ts can only compare what results keep.
 */
import { type DigestEvent, EventClass } from '../kernel/run-digest.ts';
import type { RunSpec } from './run-spec.ts';
import { type SimulateOptions, simulate } from './simulate.ts';

type Kernel = NonNullable<SimulateOptions['kernel']>;

const EVENT_NAMES = new Map<number, string>(Object.entries(EventClass).map(([name, kind]) => [kind, name]));

/**
 * The first event by (time, island, kind, content) that the kernel `one` and the kernel `other` do not share, as a sentence; null
 * where all are the same.
 */
export function differingEvent(spec: RunSpec, one: Kernel = 'islands', other: Kernel = 'reference'): string | null {
  const [a, b] = [eventsOf(spec, one), eventsOf(spec, other)];
  return firstDifferingEvent({ name: one, events: a }, { name: other, events: b });
}

/** The events of one run and what to call it. */
export interface NamedEvents {
  readonly name: string;
  readonly events: readonly DigestEvent[];
}

/** As `differingEvent`, of two runs that recorded their events, in whatever order. */
export function firstDifferingEvent(one: NamedEvents, other: NamedEvents): string | null {
  const [a, b] = [one.events.toSorted(inOrder), other.events.toSorted(inOrder)];
  let i = 0;
  while (i < a.length && i < b.length && inOrder(a[i] as DigestEvent, b[i] as DigestEvent) === 0) i++;
  if (i === a.length && i === b.length) return null;
  return `event ${i + 1} of ${a.length} and ${b.length} differs: ${one.name} has ${text(a[i])}, ${other.name} has ${text(b[i])}`;
}

function eventsOf(spec: RunSpec, kernel: Kernel): DigestEvent[] {
  const events: DigestEvent[] = [];
  simulate(spec, { kernel, events });
  return events;
}

function inOrder(a: DigestEvent, b: DigestEvent): number {
  return a.at - b.at || a.island - b.island || a.kind - b.kind || a.content - b.content;
}

function text(event: DigestEvent | undefined): string {
  if (event === undefined) return 'nothing more';
  const content = (event.content >>> 0).toString(16).padStart(8, '0');
  return `the ${EVENT_NAMES.get(event.kind)} ${content} on island ${event.island} at ${event.at} ns`;
}
