/**
 * Where two runs of one specification part: the earliest event, or else the earliest time bin, that their results do not share.
 * Results keep marks, faults and sums; a difference that leaves no trace in them is found only by its effects.
 */
import { MILLISECOND } from '../units/quantities.ts';
import type { RunResult, TimelineEvent } from './run-result.ts';

/** One sentence; null where the results hold no difference. */
export function firstDifference(one: RunResult, other: RunResult): string | null {
  const event = firstEvent(one.timeline.events, other.timeline.events);
  const bin = firstBin(one, other);
  const candidates = [event, bin].filter((candidate) => candidate !== null).sort((a, b) => a.at - b.at);
  return candidates[0]?.text ?? differentCount(one, other);
}

interface Candidate {
  readonly at: number;
  readonly text: string;
}

function firstEvent(one: readonly TimelineEvent[], other: readonly TimelineEvent[]): Candidate | null {
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const [a, b] = [one[i], other[i]];
    if (a && b && a.at === b.at && a.node === b.node && a.text === b.text) continue;
    const at = Math.min(a?.at ?? Number.POSITIVE_INFINITY, b?.at ?? Number.POSITIVE_INFINITY);
    return { at, text: `event ${i + 1} is ${eventText(a)} in one and ${eventText(b)} in the other` };
  }
  return null;
}

function eventText(event: TimelineEvent | undefined): string {
  return event ? `'${event.text}' on node ${event.node} at ${event.at} ns` : 'missing';
}

function firstBin({ timeline: one }: RunResult, { timeline: other }: RunResult): Candidate | null {
  for (const column of ['offered', 'final', 'latencySum', 'latencyMax'] as const) {
    const i = one[column].findIndex((value, bin) => value !== other[column][bin]);
    if (i >= 0) {
      const from = i * one.bin;
      const values = `${one[column][i]} in one and ${other[column][i]} in the other`;
      return { at: from, text: `${column} of the time from ${from / MILLISECOND} ms on is ${values}` };
    }
  }
  return null;
}

function differentCount({ counts: one }: RunResult, { counts: other }: RunResult): string | null {
  for (const [i, { name, count }] of one.delivered.entries()) {
    const others = other.delivered[i]?.count;
    if (count !== others) return `${count} messages ${name} were delivered in one and ${others} in the other`;
  }
  return null;
}
